"""What staff want of a design, as values and as JSON; and the drawable design that comes of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from certificates.design import Design, Folder, Format, Margins, Signature, Text, folder
from certificates.document import Kind
from certificates.logos import Logo


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """One version of a design: which of the library's it adapts (`base`), and how."""

    name: str
    base: str
    kinds: tuple[Kind, ...] = tuple(Kind)
    format: Format
    preprinted: Margins | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    signature: Signature | None = None
    logo_id: UUID | None = None
    logo_alt: str = ""

    @property
    def folder(self) -> Folder:
        """The design of the library."""
        return folder(self.base)

    def to_json(self) -> dict[str, Any]:
        """As it is kept; the name has a column of its own."""
        return {
            "base": self.base,
            "kinds": [kind.value for kind in self.kinds],
            "format": self.format,
            "preprinted": asdict(self.preprinted) if self.preprinted else None,
            "colours": dict(self.colours),
            "texts": {place: asdict(text) for place, text in self.texts.items()},
            "signature": asdict(self.signature) if self.signature else None,
            "logo_id": str(self.logo_id) if self.logo_id else None,
            "logo_alt": self.logo_alt,
        }

    def design(self, logo: Logo | None, *, large_print: bool = False) -> Design:
        """What is drawn. Raises `certificates.errors.DesignRefused` for what cannot be."""
        return self.folder.adapted(
            format=self.format,
            large_print=large_print,
            preprinted=self.preprinted,
            logo=logo,
            colours=self.colours,
            texts=self.texts,
            signature=self.signature,
        )


def beginning(base: str, name: str) -> Wishes:
    """The design of the library as its designer left it."""
    manifest = folder(base).manifest
    return Wishes(name=name, base=base, kinds=manifest.kinds, format=manifest.formats[0])


def wishes_from(name: str, kept: Mapping[str, Any]) -> Wishes:
    """Out of a row."""
    signature, margins = kept["signature"], kept["preprinted"]
    return Wishes(
        name=name,
        base=kept["base"],
        kinds=tuple(Kind(kind) for kind in kept["kinds"]),
        format=kept["format"],
        preprinted=Margins(**margins) if margins else None,
        colours=kept["colours"],
        texts={place: Text(**text) for place, text in kept["texts"].items()},
        signature=(
            Signature(name=signature["name"], role=Text(**signature["role"]), line=signature["line"])
            if signature
            else None
        ),
        logo_id=UUID(kept["logo_id"]) if kept["logo_id"] else None,
        logo_alt=kept["logo_alt"],
    )
