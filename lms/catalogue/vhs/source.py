"""A file → its rows. Whether it is JSON or XML is seen from the content, never from its name."""

import json
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from lms.catalogue.vhs.errors import (
    Damaged,
    EmptyFile,
    EntitiesRefused,
    FileTooLarge,
    FormulaRefused,
    NeitherJsonNorXml,
    NoCourses,
    NotAProgramme,
    NotUtf8,
    TooManyRows,
)
from lms.catalogue.vhs.record import Record, Tree

MEGABYTE = 1024 * 1024
ROOT = "veranstaltungen"
ROW = "veranstaltung"
_DEEPEST = 12
# what a spreadsheet would run: =A1, = SUM(…), +cmd|'…'!A1, @HYPERLINK(…); "- Word (Grundlagen)" and "@home" are words
_FORMULA = re.compile(r"\s*(?:=[\w\"'(+@-]|=\s*\w[\w.]*\(|[+@-][A-Z][A-Z.]+\(|[+@-]\w+\|)")


def read_rows(data: bytes, *, limit_bytes: int, limit_rows: int) -> list[Record]:
    """Every course of the file. Raises ImportRefused with the reason when the file is of no use."""
    if len(data) > limit_bytes:
        raise FileTooLarge(limit=limit_bytes // MEGABYTE)
    beginning = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not beginning:
        raise EmptyFile
    try:
        if beginning == b"<":
            tree = _from_xml(data)
        elif beginning in {b"{", b"["}:
            tree = _from_json(data)
        else:
            raise NeitherJsonNorXml
        rows = [Record(row if isinstance(row, dict) else {}) for row in _rows(tree) if row is not None]
        _refuse_formulas(rows)
    except RecursionError:
        raise NeitherJsonNorXml from None
    if not rows:
        raise NoCourses
    if len(rows) > limit_rows:
        raise TooManyRows(rows=len(rows), limit=limit_rows)
    return rows


def _rows(tree: Tree) -> list[Tree]:
    if not isinstance(tree, dict) or ROOT not in tree:
        raise NotAProgramme(found=next(iter(tree), "{}") if isinstance(tree, dict) else "[")
    programme = tree[ROOT]
    if isinstance(programme, dict):
        programme = programme.get(ROW)
    return programme if isinstance(programme, list) else [programme]


def _from_json(data: bytes) -> Tree:
    try:
        # numbers stay as they are written: 126.20 is an amount and not a binary fraction
        loaded = json.loads(data.decode("utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)
    except UnicodeDecodeError:
        raise NotUtf8 from None
    except json.JSONDecodeError as error:
        raise Damaged(line=error.lineno) from None
    return _words(loaded)


def _words(loaded: object) -> Tree:
    if isinstance(loaded, dict):
        return {str(name): _words(below) for name, below in loaded.items()}
    if isinstance(loaded, list):
        return [_words(below) for below in loaded]
    if isinstance(loaded, bool):
        return str(loaded).lower()
    return None if loaded is None else str(loaded)


def _from_xml(data: bytes) -> Tree:
    if data[:300].lower().lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<html", b"<!doctype html")):
        raise NotAProgramme(found="html")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise EntitiesRefused from None
    except ParseError as error:
        raise Damaged(line=error.position[0]) from None
    except (
        UnicodeDecodeError,
        LookupError,
        ValueError,
    ):  # an encoding that is wrong, unknown, or not for XML
        raise NotUtf8 from None
    return {_local_name(root): _element(root, depth=0)}


def _element(element: Element, depth: int) -> Tree:
    """An element as JSON would have it: several of one name become a list."""
    if depth > _DEEPEST:
        raise NeitherJsonNorXml
    if len(element) == 0:
        return element.text
    tree: dict[str, Tree] = {}
    for child in element:
        name, below = _local_name(child), _element(child, depth + 1)
        before = tree.get(name)
        if name not in tree:
            tree[name] = below
        elif isinstance(before, list):
            before.append(below)
        else:
            tree[name] = [before, below]
    return tree


def _local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _refuse_formulas(rows: list[Record]) -> None:
    for number, row in enumerate(rows, start=1):
        for name, text in _leaves(row.tree, ""):
            if _FORMULA.match(text):
                raise FormulaRefused(row=number, field=name)


def _leaves(tree: Tree, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for below_name, below in tree.items():
            yield from _leaves(below, below_name)
    elif isinstance(tree, list):
        for below in tree:
            yield from _leaves(below, name)
    elif tree is not None:
        yield name, tree
