"""The digital badge in an uploaded file: found, read strictly, and compared with the one that was issued.

No signature is trusted here: a badge is ours if it is, fact by fact, the one in our record. So neither another key nor
another reading of the same letters helps anybody (S-21).
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from certificates.reading import codes_of

PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEYWORD = b"openbadgecredential"
SVG_ELEMENT = "{https://purl.imsglobal.org/ob/v3p0}credential"
"""Open Badges 3.0, 5.3: how a credential is baked into a picture."""
LARGEST = 1_000_000


def badges_in(file: bytes) -> tuple[str, ...]:
    """Every credential in a JSON, JWT, SVG or PNG file, as text; empty for anything else. Never raises."""
    try:
        return tuple(_badges(file))
    except (
        ValueError,
        ElementTree.ParseError,
        DefusedXmlException,
        zlib.error,
        binascii.Error,
        RecursionError,
    ):
        return ()


def codes_in_badge(badge: str) -> tuple[str, ...]:
    """The codes of certificates that a credential names, in JSON or as a JWT."""
    return codes_of([badge, _payload(badge)])


def is_the_issued_badge(badges: tuple[str, ...], issued: str) -> bool:
    """Whether these are one credential, and this the issued one. A name that stands there twice is never accepted."""
    if len(badges) != 1 or not issued:
        return False
    return badges[0] == issued or _canonical(badges[0]) == _canonical(issued) != ""


def _badges(file: bytes) -> Iterator[str]:
    if file.startswith(PNG):
        yield from _in_png(file)
        return
    start = file.lstrip(b"\xef\xbb\xbf \t\r\n")
    if len(start) > LARGEST:
        return
    if start.startswith(b"<"):
        for element in ElementTree.fromstring(start).iter(SVG_ELEMENT):
            yield from (text for text in (element.get("verify", ""), (element.text or "").strip()) if text)
    elif start.startswith((b"{", b"eyJ")):
        yield start.decode().strip()


def _in_png(file: bytes) -> Iterator[str]:
    """The international text chunks of our keyword (PNG, 11.3.4.5), unpacked up to the limit."""
    at = len(PNG)
    while at + 8 <= len(file):
        size = int.from_bytes(file[at : at + 4])
        kind, data = file[at + 4 : at + 8], file[at + 8 : at + 8 + size]
        keyword, _, rest = data.partition(b"\x00")
        if kind == b"iTXt" and keyword == PNG_KEYWORD and len(rest) > 2:  # two flags
            text = rest[2:].split(b"\x00", 2)[-1]
            yield (zlib.decompressobj().decompress(text, LARGEST) if rest[0] else text[:LARGEST]).decode()
        at += size + 12


def _payload(badge: str) -> str:
    parts = badge.split(".")
    if not badge.startswith("eyJ") or len(parts) != 3:  # header, payload, signature
        return ""
    try:
        return base64.urlsafe_b64decode(parts[1] + "==").decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return ""


def _canonical(text: str) -> str:
    """The JSON in one spelling, in which 1 is neither true nor 1.0; empty if it is none or says one thing twice."""
    try:
        return json.dumps(json.loads(text, object_pairs_hook=_once, parse_constant=_refuse), sort_keys=True)
    except (ValueError, RecursionError):
        return ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise ValueError("said twice")
    return said


def _refuse(word: str) -> Any:
    raise ValueError(word)
