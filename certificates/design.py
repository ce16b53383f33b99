"""How a certificate looks: a folder made by a designer, adapted with checked colours, texts, a logo and a signature."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, Self, cast

from certificates import colours as paint
from certificates import placeholders
from certificates.document import Kind
from certificates.errors import BadMargins, IncompleteDesign, TextTooLong, UnknownDesign, UnknownPlace
from certificates.fonts import FontFace
from certificates.logos import Logo
from certificates.pdf import Asset

Format = Literal["upright", "landscape"]
FORMATS: tuple[Format, ...] = ("upright", "landscape")
SIZES = {"upright": "A4", "landscape": "A4 landscape"}
_FOLDER = files("certificates") / "designs"
_PICTURES = (".svg", ".png", ".jpg")
_BLACK = {"text": "#000000", "quiet": "#333333"}
_ON_PREPRINTED = _BLACK | {"line": "#999999"}
LEAST_MARGIN = 8  # millimetres: nearer to the edge most printers print nothing
LEAST_SPACE = 100  # millimetres that must be left in each direction
_SHEET = {"upright": (210, 297), "landscape": (297, 210)}
LONGEST_SIGNER = 120


@dataclass(frozen=True, slots=True)
class Text:
    """Something staff wrote, in both languages; an empty English one stands for: the German one."""

    german: str = ""
    english: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who stands at the foot instead of the issuer's representative; with a line to sign by hand, if wanted."""

    name: str
    role: Text = Text()
    line: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Margins:
    """In millimetres: what pre-printed paper needs for itself."""

    top: int
    right: int
    bottom: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourPlace:
    """A colour that may be changed. As text it must be dark enough, as an ornament it may have any colour."""

    label: Text
    default: str
    is_text: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """Where a text may stand, up to how many characters."""

    label: Text
    default: Text
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a design offers, as its `design.toml` says it."""

    key: str
    name: Text
    kinds: tuple[Kind, ...]
    formats: tuple[Format, ...]
    colours: Mapping[str, ColourPlace]
    fixed: Mapping[str, str]
    """Colours that the designer keeps."""
    texts: Mapping[str, TextPlace]
    margins: Mapping[str, Margins]
    """For pre-printed paper, by format, until somebody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A design as it is drawn: equal ones give equal papers, and any can be handed to another process.

    Ours by `named`, a folder's by `load`, or entirely your own. `classes` are words on the page's body for the style sheet.
    """

    template: str
    css: str
    assets: tuple[Asset, ...] = ()
    logo: Logo | None = None
    fonts: tuple[FontFace, ...] = ()
    name: str = ""
    classes: tuple[str, ...] = ()
    texts: tuple[tuple[str, Text], ...] = ()
    signature: Signature | None = None
    is_large: bool = False
    has_letterhead: bool = True
    is_specimen: bool = False

    @classmethod
    def named(cls, name: str, **adaptation: Any) -> "Design":
        """A design of this package, with the keywords of `Folder.adapted`. Raises `UnknownDesign`, `DesignRefused`."""
        return folder(name).adapted(**adaptation)

    @classmethod
    def load(cls, path: Path, **adaptation: Any) -> "Design":
        """The design in a folder of your own, likewise."""
        return Folder.read(path).adapted(**adaptation)

    def as_specimen(self) -> Self:
        """The same with MUSTER across each page, and without any address that could be checked."""
        return replace(self, is_specimen=True)

    @property
    def speaks_of_the_holder(self) -> bool:
        """Whether texts name what differs between two papers of one run, so that they cannot be laid out once for all."""
        return any(
            placeholders.named(words) & placeholders.OF_THE_HOLDER
            for _, text in self.texts
            for words in (text.german, text.english)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A designer's folder, read once."""

    manifest: Manifest
    template: str
    styles: Mapping[str, str] = field(repr=False)
    pictures: Mapping[str, bytes] = field(repr=False)
    fonts: tuple[FontFace, ...] = ()

    @classmethod
    def read(cls, path: Path | Traversable) -> "Folder":
        """Everything in the folder. Raises `IncompleteDesign` for what is missing or not understood."""
        try:
            told = tomllib.loads((path / "design.toml").read_text("utf-8"))
            template = (path / "certificate.html").read_text("utf-8")
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise IncompleteDesign(f"{path.name}: {problem}") from problem
        entries = sorted(path.iterdir(), key=lambda entry: entry.name)
        styles = {entry.name: entry.read_text("utf-8") for entry in entries if entry.name.endswith(".css")}
        if "certificate.css" not in styles:
            raise IncompleteDesign(f"{path.name}: no certificate.css")
        try:
            manifest = _manifest(path.name, told)
            fonts = tuple(
                FontFace(
                    one["family"],
                    one["weight"],
                    (path / one["file"]).read_bytes(),
                    one.get("style", "normal"),
                )
                for one in told.get("fonts", [])
            )
        except (KeyError, TypeError, ValueError, OSError) as problem:
            raise IncompleteDesign(f"{path.name}/design.toml: {problem!r}") from problem
        return cls(
            manifest=manifest,
            template=template,
            styles=styles,
            pictures={entry.name: entry.read_bytes() for entry in entries if entry.name.endswith(_PICTURES)},
            fonts=fonts,
        )

    def adapted(
        self,
        *,
        format: Format | Literal[""] = "",  # noqa: A002 - the word for it
        large_print: bool = False,
        preprinted: Margins | None = None,
        logo: Logo | None = None,
        colours: Mapping[str, str] | None = None,
        texts: Mapping[str, Text] | None = None,
        signature: Signature | None = None,
    ) -> Design:
        """The design as somebody wants it; what is left out stays as the designer made it. Raises `DesignRefused`.

        For `preprinted` paper neither header nor colours are drawn, and its margins are kept free.
        """
        form = format or self.manifest.formats[0]
        if form not in self.manifest.formats:
            raise UnknownPlace(form)
        painted = self._painted(colours or {})
        if preprinted:
            check_margins(preprinted, form)
            painted = {key: self._without_colour(key) for key in painted}
        if signature:
            _check_signature(signature)
        sheets = [
            (_FOLDER / "parts" / "base.css").read_text("utf-8"),
            self.styles["certificate.css"],
            self.styles.get(f"{form}.css", ""),
        ]
        if large_print:
            sheets += [
                (_FOLDER / "parts" / "large.css").read_text("utf-8"),
                self.styles.get("large.css", ""),
                self.styles.get(f"large-{form}.css", ""),
            ]
        if preprinted:
            sheets.append(_preprinted(preprinted))
        pictures = [
            Asset(name, _coloured(name, data, painted)) for name, data in sorted(self.pictures.items())
        ]
        return Design(
            template=self.template,
            css=paint.painted("\n".join(filter(None, sheets)), painted),
            assets=(*pictures, *([logo.picture] if logo and not preprinted else [])),
            logo=None if preprinted else logo,
            fonts=self.fonts,
            name=self.manifest.key,
            classes=tuple(
                filter(
                    None,
                    (
                        self.manifest.key,
                        form,
                        "large-print" if large_print else "",
                        "preprinted" if preprinted else "",
                    ),
                )
            ),
            texts=tuple(self._texts(texts or {}).items()),
            signature=signature,
            is_large=large_print,
            has_letterhead=preprinted is None,
        )

    def _without_colour(self, key: str) -> str:
        place = self.manifest.colours.get(key)
        is_text = place is not None and place.is_text
        return _ON_PREPRINTED.get(key, "#000000" if is_text else "#ffffff")

    def _painted(self, wanted: Mapping[str, str]) -> dict[str, str]:
        if unknown := set(wanted) - set(self.manifest.colours):
            raise UnknownPlace(", ".join(sorted(unknown)))
        return dict(self.manifest.fixed) | {
            key: paint.checked(key, wanted.get(key) or place.default, is_text=place.is_text)
            for key, place in self.manifest.colours.items()
        }

    def _texts(self, wanted: Mapping[str, Text]) -> dict[str, Text]:
        if unknown := set(wanted) - set(self.manifest.texts):
            raise UnknownPlace(", ".join(sorted(unknown)))
        chosen = {key: wanted.get(key, place.default) for key, place in self.manifest.texts.items()}
        for key, text in chosen.items():
            for words in (text.german, text.english):
                if len(words) > self.manifest.texts[key].longest:
                    raise TextTooLong(key, self.manifest.texts[key].longest)
                placeholders.check(words)
        return {key: text for key, text in chosen.items() if text.german or text.english}


@cache
def folder(name: str) -> Folder:
    """A design of this package. Raises `UnknownDesign`."""
    if name not in names():
        raise UnknownDesign(name)
    return Folder.read(_FOLDER / name)


@cache
def names() -> tuple[str, ...]:
    """The designs of this package; the first is the one to begin with."""
    found = [
        entry.name for entry in _FOLDER.iterdir() if entry.is_dir() and (entry / "design.toml").is_file()
    ]
    return tuple(sorted(found, key=lambda name: (name != "mosaic", name)))


def check_margins(margins: Margins, form: Format) -> None:
    """Raise `BadMargins` where a printer cannot print, or where the facts would have no room."""
    wide, high = _SHEET[form]
    room = (wide - margins.left - margins.right, high - margins.top - margins.bottom)
    sides = (margins.top, margins.right, margins.bottom, margins.left)
    if min(sides) < LEAST_MARGIN or min(room) < LEAST_SPACE:
        raise BadMargins(f"{sides} leave {room[0]} × {room[1]} mm")


def _check_signature(signature: Signature) -> None:
    for name, text in (
        ("name", signature.name),
        ("role", signature.role.german),
        ("role", signature.role.english),
    ):
        if len(text) > LONGEST_SIGNER:
            raise TextTooLong(name, LONGEST_SIGNER)


def _coloured(name: str, data: bytes, painted: Mapping[str, str]) -> bytes:
    return paint.painted(data.decode("utf-8"), painted).encode() if name.endswith(".svg") else data


def _preprinted(margins: Margins) -> str:
    sides = f"{margins.top}mm {margins.right}mm {margins.bottom}mm {margins.left}mm"
    return (
        f"@page {{ margin: {sides} !important; background: none !important }}\n"
        f"@page :first {{ margin: {sides} !important; background: none !important }}"
    )


def _manifest(key: str, told: Mapping[str, Any]) -> Manifest:
    formats = tuple(told["formats"])
    if not formats or not set(formats) <= set(FORMATS):
        raise ValueError(f"formats are {FORMATS}")
    colours = {
        name: ColourPlace(
            label=_text(place["label"]),
            default=paint.checked(name, place["default"], is_text=place.get("text", True)),
            is_text=place.get("text", True),
        )
        for name, place in told["colours"].items()
    }
    texts = {
        name: TextPlace(
            label=_text(place["label"]),
            default=_text(place.get("default", {})),
            longest=int(place.get("longest", 300)),
        )
        for name, place in told.get("texts", {}).items()
    }
    return Manifest(
        key=key,
        name=_text(told["name"]),
        kinds=tuple(Kind(kind) for kind in told.get("kinds", list(Kind))),
        formats=cast(tuple[Format, ...], formats),
        colours=colours,
        fixed={
            name: paint.checked(name, colour, is_text=name in _BLACK)
            for name, colour in told.get("fixed", {}).items()
        },
        texts=texts,
        margins={form: Margins(**told["margins"][form]) for form in formats},
    )


def _text(told: Mapping[str, str]) -> Text:
    return Text(told.get("de", ""), told.get("en", ""))
