"""The letters, handed in as files' bytes, and which characters they can show."""

from dataclasses import dataclass, field
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from fontTools.ttLib import TTFont, woff2

from certificates.errors import Unprintable

# Laid out, not drawn: they need no sign in the font.
_INVISIBLE = frozenset("\n\r\t\u00ad\u200b\u2060\ufeff")
_FIRA_SANS = (("Light", 300), ("Regular", 400), ("Medium", 500), ("SemiBold", 600))


@dataclass(frozen=True, slots=True)
class FontFace:
    """One file of a family, as .woff2, .ttf or .otf."""

    family: str
    weight: int
    data: bytes = field(repr=False)
    style: Literal["normal", "italic"] = "normal"


@dataclass(frozen=True)
class Fonts:
    """All faces a document may use. Nothing else is used, so a paper looks alike on every machine."""

    faces: tuple[FontFace, ...]

    @classmethod
    def fira_sans(cls, folder: Path) -> "Fonts":
        """The weights our designs and letters need, out of the folder `fonts/fira-sans` of KERN."""
        return cls(
            tuple(
                FontFace("Fira Sans", weight, (folder / f"FiraSans-{name}.woff2").read_bytes())
                for name, weight in _FIRA_SANS
            )
        )

    @cached_property
    def characters(self) -> frozenset[int]:
        """The code points that every family together can show."""
        shown: set[int] = set()
        for data in self.unpacked:
            with TTFont(BytesIO(data), lazy=True) as font:
                shown.update(font.getBestCmap())
        return frozenset(shown)

    @cached_property
    def unpacked(self) -> tuple[bytes, ...]:
        """The files as .ttf or .otf. Unpacking .woff2 takes half a second each, so every press uses these."""
        return tuple(_unpacked(face.data) for face in self.faces)

    def unprintable(self, text: str) -> str:
        """The characters of `text` that would come out as empty boxes, each once."""
        return "".join(
            sign
            for sign in dict.fromkeys(text)
            if sign not in _INVISIBLE and ord(sign) not in self.characters
        )

    def ensure_printable(self, text: str) -> None:
        """Raise `Unprintable` if there are any."""
        if lost := self.unprintable(text):
            raise Unprintable(lost)

    def printable(self, text: str, *, instead: str = "?") -> str:
        """The text with a sign in place of each of them: for letters, which must go out all the same."""
        return text.translate(dict.fromkeys(map(ord, self.unprintable(text)), instead))

    def __getstate__(self) -> dict[str, Any]:
        return {"faces": self.faces, "unpacked": self.unpacked}  # the rest is soon derived on the other side


def _unpacked(data: bytes) -> bytes:
    if data[:4] != b"wOF2":
        return data
    plain = BytesIO()
    woff2.decompress(BytesIO(data), plain)
    return plain.getvalue()
