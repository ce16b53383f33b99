"""Puts a credential into a picture and takes it out again (Open Badges 3.0, 5.3: SVG and PNG), or out of what is none.

What is taken out comes from anywhere: sizes are bounded before anything is unpacked, XML may declare no entities, and
nothing in the picture is drawn or followed.
"""

import zlib
from collections.abc import Iterator
from enum import StrEnum
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openbadgeslib.baking import ITXT_KEYWORD_OB3, SVG_ELEMENT_OB3, SVG_NS_OB3, bake_png

from certificates.proof import LARGEST

LARGEST_FILE = 4 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_END = b"</svg>"
_MOST_CHUNKS = 10_000
_MOST_ELEMENTS = 20_000


class Unreadable(StrEnum):
    """Why no credential was found in a file."""

    TOO_LARGE = "too-large"
    NO_BADGE = "no-badge"
    """A picture without credential, or no kind of file that could hold one."""
    BROKEN = "broken"
    """A file of the right kind that ends too soon or contradicts itself."""
    SEVERAL = "several"
    """More than one credential: readers would not agree which one counts."""


def baked_svg(svg: bytes, credential: str) -> bytes:
    """The drawing with the credential, JSON with its proof, inside. The drawing must be ours: it is not made harmless."""
    plain = credential.replace("]]>", "]]\\u003e")  # the same JSON, which can end no CDATA
    element = f'<{SVG_ELEMENT_OB3} xmlns:openbadges="{SVG_NS_OB3}"><![CDATA[{plain}]]></{SVG_ELEMENT_OB3}>'
    return svg.removesuffix(_END) + element.encode() + _END


def baked_png(png: bytes, credential: str) -> bytes:
    """The picture with the credential, JSON with its proof, inside."""
    return bake_png(png, credential, keyword=ITXT_KEYWORD_OB3)


def extract(data: bytes) -> str | Unreadable:
    """The credential in a badge as SVG or PNG, in a JSON or in a JWT file: as text, read but not yet believed.

    Never raises, whatever the bytes.
    """
    if len(data) > LARGEST_FILE:
        return Unreadable.TOO_LARGE
    if data.startswith(_PNG):
        return _only(_in_png(data))
    plain = data.removeprefix(b"\xef\xbb\xbf").strip()
    if plain.startswith(b"<"):
        return _in_svg(plain)
    return _as_text(plain)


def _as_text(plain: bytes) -> str | Unreadable:
    if not plain or len(plain) > LARGEST:
        return Unreadable.TOO_LARGE if plain else Unreadable.NO_BADGE
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        return Unreadable.NO_BADGE
    is_jwt = text.isascii() and text.count(".") == 2 and not any(sign.isspace() for sign in text)
    return text if text.startswith("{") or is_jwt else Unreadable.NO_BADGE


def _in_svg(data: bytes) -> str | Unreadable:
    try:
        picture = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return Unreadable.BROKEN  # LookupError: an encoding that nobody knows
    found: list[str] = []
    for count, element in enumerate(picture.iter()):
        if count > _MOST_ELEMENTS:
            return Unreadable.TOO_LARGE
        if element.tag == f"{{{SVG_NS_OB3}}}credential":
            found.append(element.get("verify") or "".join(element.itertext()))
    return _only(iter(found))


def _only(found: Iterator[str | Unreadable]) -> str | Unreadable:
    """The one text among them; the first refusal outweighs everything."""
    texts: list[str] = []
    for one in found:
        if isinstance(one, Unreadable):
            return one
        texts.append(one.strip())
    if len(texts) > 1:
        return Unreadable.SEVERAL
    if not texts or not texts[0]:
        return Unreadable.NO_BADGE
    return Unreadable.TOO_LARGE if len(texts[0]) > LARGEST else texts[0]


def _in_png(data: bytes) -> Iterator[str | Unreadable]:
    """What stands in the chunks `iTXt` named openbadgecredential (PNG 3, 11.3.3.4); the sums are not asked for."""
    at, count = len(_PNG), 0
    while at < len(data):
        length, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body, count = data[at + 8 : at + 8 + length], count + 1
        if len(name) < 4 or len(body) < length or count > _MOST_CHUNKS:
            yield Unreadable.BROKEN
            return
        if name == b"iTXt" and body.startswith(ITXT_KEYWORD_OB3 + b"\0"):
            yield _international_text(body[len(ITXT_KEYWORD_OB3) + 1 :])
        if name == b"IEND":
            return
        at += length + 12
    yield Unreadable.BROKEN


def _international_text(body: bytes) -> str | Unreadable:
    is_packed, rest = body[:1] == b"\1", body[2:]
    _, first, rest = rest.partition(b"\0")  # the language
    _, second, text = rest.partition(b"\0")  # the keyword, translated
    if not first or not second:
        return Unreadable.BROKEN
    try:
        if is_packed:
            unpacking = zlib.decompressobj()
            text = unpacking.decompress(text, LARGEST + 1)
        return Unreadable.TOO_LARGE if len(text) > LARGEST else text.decode()
    except (zlib.error, UnicodeDecodeError):
        return Unreadable.BROKEN
