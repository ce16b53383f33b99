"""The issuer's sign as somebody uploads it: made anew from its own pixels or shapes, or refused."""

import re
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

import defusedxml.ElementTree
from defusedxml import DefusedXmlException
from PIL import Image, ImageOps

from certificates.errors import LogoRefused
from certificates.pdf import Asset

MOST_BYTES = 2_000_000
MOST_VECTOR_BYTES = 500_000
MOST_PIXELS = 25_000_000
MOST_SHAPES = 3_000
DEEPEST = 30
LONGEST_SIDE = 1_600  # pixels: 80 mm at 500 dpi
LONGEST_ALT = 200

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SHAPES = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "title",
        "desc",
    ]
)
_DROPPED = frozenset({"metadata"})
_ADDRESS = re.compile(r"url\(\s*(?!#[\w-]+\s*\)|'#[\w-]+'\s*\)|\"#[\w-]+\"\s*\))", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"[A-Za-z][\w-]*")


class Reason(StrEnum):
    """Why a picture was refused."""

    EMPTY_ALT = "no words for it"
    TOO_LARGE = "too large"
    TOO_INTRICATE = "too many shapes or pixels"
    NOT_A_PICTURE = "neither PNG, JPEG nor SVG"
    ACTIVE = "holds more than shapes"
    REACHES_OUT = "refers to something outside of itself"
    NO_SIZE = "without a size"


@dataclass(frozen=True, slots=True)
class Logo:
    """The issuer's sign: a picture (svg, png or jpg) and what it shows, in words."""

    picture: Asset
    alt: str


def checked_logo(data: bytes, *, alt: str) -> Logo:
    """The picture made anew, named `logo.png`, `logo.jpg` or `logo.svg` by what it is. Raises `LogoRefused`."""
    alt = " ".join(alt.split())[:LONGEST_ALT]
    if not alt:
        raise LogoRefused(Reason.EMPTY_ALT)
    if len(data) > MOST_BYTES:
        raise LogoRefused(Reason.TOO_LARGE)
    if data[:8] == b"\x89PNG\r\n\x1a\n" or data[:3] == b"\xff\xd8\xff":
        return Logo(_pixels(data), alt)
    if b"<svg" in data[:4_000]:
        return Logo(Asset("logo.svg", _shapes(data)), alt)
    raise LogoRefused(Reason.NOT_A_PICTURE)


def _pixels(data: bytes) -> Asset:
    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise LogoRefused(Reason.TOO_INTRICATE)
            is_png = picture.format == "PNG"
            fresh = ImageOps.exif_transpose(picture).convert("RGBA" if is_png else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        raise LogoRefused(Reason.NOT_A_PICTURE) from problem
    fresh.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh.info.clear()  # what a camera or a program notes about itself is nobody's business
    made = BytesIO()
    if is_png:
        fresh.save(made, "PNG", optimize=True)
        return Asset("logo.png", made.getvalue())
    fresh.save(made, "JPEG", quality=92)
    return Asset("logo.jpg", made.getvalue())


def _shapes(data: bytes) -> bytes:
    if len(data) > MOST_VECTOR_BYTES:
        raise LogoRefused(Reason.TOO_LARGE)
    try:
        root: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as problem:
        raise LogoRefused(Reason.NOT_A_PICTURE) from problem
    if root.tag != f"{{{_SVG}}}svg":
        raise LogoRefused(Reason.NOT_A_PICTURE)
    if not root.get("viewBox") and not (root.get("width") and root.get("height")):
        raise LogoRefused(Reason.NO_SIZE)
    fresh = _copied(root, _Count(), 0)
    _refuse_circles(fresh)
    register_namespace("", _SVG)
    made: bytes = tostring(fresh, encoding="utf-8")
    return made


def _refuse_circles(root: Element) -> None:
    """What refers to itself, over one or several steps, would be drawn for ever."""
    leads_to = {element.get("id", ""): element.get("href") or element.get(_XLINK) for element in root.iter()}
    for start in leads_to:
        seen, at = {start}, (leads_to[start] or "")[1:]
        while at:
            if at in seen:
                raise LogoRefused(Reason.TOO_INTRICATE)
            seen.add(at)
            at = (leads_to.get(at) or "")[1:]
    for clip in root.iter(f"{{{_SVG}}}clipPath"):
        if any("url(" in value for element in clip.iter() for value in element.attrib.values()):
            raise LogoRefused(Reason.TOO_INTRICATE)


class _Count:
    shapes = 0


def _copied(element: Element, count: _Count, depth: int) -> Element:
    """A new element with what is allowed; everything else refuses the whole picture instead of vanishing silently."""
    count.shapes += 1
    if count.shapes > MOST_SHAPES or depth > DEEPEST:
        raise LogoRefused(Reason.TOO_INTRICATE)
    fresh = Element(element.tag, _attributes(element))
    fresh.text = element.text if element.tag.endswith(("}title", "}desc")) else None
    for child in element:
        if not child.tag.startswith(f"{{{_SVG}}}"):
            continue  # notes of a drawing program
        name = child.tag.partition("}")[2]
        if name in _DROPPED:
            continue
        if name not in _SHAPES:
            raise LogoRefused(Reason.ACTIVE, name)
        fresh.append(_copied(child, count, depth + 1))
    return fresh


def _attributes(element: Element) -> dict[str, Any]:
    kept = {}
    for name, value in element.attrib.items():
        if name in {"href", _XLINK}:
            if not re.fullmatch(r"#[\w-]+", value):
                raise LogoRefused(Reason.REACHES_OUT, value[:60])
            kept[name] = value
        elif name.startswith("{"):
            continue
        elif name.lower().startswith("on"):
            raise LogoRefused(Reason.ACTIVE, name)
        elif not _ATTRIBUTE.fullmatch(name):
            continue
        elif _ADDRESS.search(value) or "\\" in value or "@import" in value or "javascript:" in value.lower():
            raise LogoRefused(Reason.REACHES_OUT, name)
        else:
            kept[name] = value
    return kept
