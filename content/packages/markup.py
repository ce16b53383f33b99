"""XML and HTML of others, read so that nothing outside the file is ever asked for and nothing in it grows (T8)."""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree, html

from content.packages import errors
from content.packages.entries import shown

LARGEST = 20_000_000
"""In bytes; a question bank of ten thousand questions has about as much."""
_DECLARES = re.compile(rb"<!\s*(?:ENTITY|ELEMENT|ATTLIST)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_DASHED = re.compile(r"-([a-z0-9])")

Element = etree._Element  # noqa: SLF001 - lxml's stubs have no other name for it


def read_xml(path: Path, *, place: str = "") -> Element:
    """The root of the file, with all names as they are without their namespaces: formats change those with each edition.

    Names of QTI 3 (`qti-choice-interaction`, `response-identifier`) become those of QTI 2 (`choiceInteraction`,
    `responseIdentifier`). Raises BadMarkup for what is broken, too large, or declares entities; MissingPart when there is no file.
    """
    place = place or shown(path.name)
    if not path.is_file():
        raise errors.MissingPart(place=place)
    if path.stat().st_size > LARGEST:
        raise errors.BadMarkup(place=place)
    return parse_xml(path.read_bytes(), place=place)


def parse_xml(content: bytes, *, place: str) -> Element:
    """The same, of bytes."""
    if len(content) > LARGEST or _DECLARES.search(content):
        raise errors.BadMarkup(place=place)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        # a namespace that is no address is not well-formed by the letter, and still nothing but a name
        if not all(one.domain_name == "NAMESPACE" for one in parser.error_log):
            raise errors.BadMarkup(place=place) from error
        root = _with_odd_namespaces(content, place)
    except (ValueError, LookupError) as error:
        raise errors.BadMarkup(place=place) from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):  # type: ignore[union-attr]
        raise errors.BadMarkup(place=place)
    for node in root.iter():
        if isinstance(node.tag, str):
            _rename(node)
    return root


def _with_odd_namespaces(content: bytes, place: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )
    try:
        root: Element | None = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise errors.BadMarkup(place=place) from error
    if root is None:
        raise errors.BadMarkup(place=place)
    return root


def _rename(node: Element) -> None:
    name = str(node.tag).rpartition("}")[2]
    is_qti3 = name.startswith("qti-")
    node.tag = _undashed(name.removeprefix("qti-")) if is_qti3 else name
    for key, value in list(node.attrib.items()):
        plain = str(key).rpartition("}")[2]
        if is_qti3 and not plain.startswith("data-"):
            plain = _undashed(plain)
        if plain != key:
            del node.attrib[key]
            if plain not in node.attrib:
                node.set(plain, value)


def _undashed(name: str) -> str:
    return _DASHED.sub(lambda found: found[1].upper(), name)


def each(node: Element | None, path: str) -> Iterator[Element]:
    """Those below the node, by a path of names; none of nothing."""
    if node is not None:
        yield from node.iterfind(path)


def text_of(node: Element) -> str:
    """All the text in the node, as it stands there."""
    return "".join(str(one) for one in node.itertext())


def words(node: Element | None, path: str = "") -> str:
    """The words in the node, or in the first on the path, in one line; "" when there is none."""
    found = node.find(path) if node is not None and path else node
    return _SPACES.sub(" ", text_of(found)).strip() if found is not None else ""


def whole(text: str, most: int) -> int | None:
    """The whole number from 0 to `most` that stands there in digits; None for everything else."""
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if is_one and int(text) <= most else None


def inner_html(node: Element | None) -> str:
    """What lies in the node, as HTML."""
    if node is None:
        return ""
    pieces = [_escaped(node.text or "")]
    pieces += [html.tostring(child, encoding="unicode") for child in node.iterchildren(etree.Element)]
    return "".join(pieces)


def read_html(text: str) -> Element | None:
    """The page's body; None when nothing is in it. Broken HTML is read as browsers read it."""
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    if not text.strip():
        return None
    try:
        # huge_tree stays off: a page of a course is nowhere near those limits
        return html.document_fromstring(
            text, parser=html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def decoded(content: bytes) -> str:
    """Text in the encoding it says or seems to have: UTF-8, UTF-16 with its mark, else Windows Western."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    said = re.search(rb"charset\s*=\s*[\"']?([\w-]{3,20})", content[:2_000])
    for encoding in ("utf-8-sig", said[1].decode("ascii", "replace") if said else "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
