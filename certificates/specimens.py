"""Made-up entries on a page, and where they are found again in the objects of its file."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pydyf  # type: ignore[import-untyped]
import weasyprint

from certificates.forms import Form, Kind
from certificates.lettering import Line, Misfit, Set, Type, lines_with
from certificates.pdf import Press

SCALE = 0.75
"""Points of the file in a pixel of the page."""

_USUAL = {"code": 24, "born": 22, "extent": 30}
"""How many characters a field has, where it may share its line with others."""

_RUNS = re.compile(r"M(\d+) (\d+)\.5h(\d+)")
_QR = re.compile(rf"(?:{_RUNS.pattern})+")


@dataclass(frozen=True, slots=True)
class Words:
    """Gap for an entry as a string of the file; `in_xml` inside the metadata."""

    number: int
    in_xml: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """Gap for the operators of a piece of a line."""

    line: int
    piece: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Gap for the left or right edge of a link: it moves with a piece of a line, at this distance in points."""

    line: int
    piece: int
    at_end: bool
    distance: float


@dataclass(frozen=True, slots=True)
class Modules:
    """Gap for the dark modules of a QR code."""

    number: int


Gap = Words | Setting | Edge | Modules
Parts = tuple[bytes | Gap, ...]


@dataclass(frozen=True, slots=True)
class Specimen:
    """Made-up entries, and what they make of the file."""

    values: tuple[str, ...]
    title: str
    document: weasyprint.Document
    pdf: pydyf.PDF
    version: int
    type: Type
    lines: list[tuple[Line, list[Any]]]


def specimen_of(
    press: Press,
    versions: Callable[[Callable[[Form], Sequence[str]]], Iterable[str]],
    places: Sequence[tuple[Kind, str]],
    number: int,
    *,
    lang: str,
    created: datetime | None,
) -> Specimen:
    values = tuple(_made_up(place, at, number) for at, place in enumerate(places))
    title = _made_up((Kind.TEXT, "title"), len(places), number)

    def entries(form: Form) -> Sequence[str]:
        if form.places != tuple(places) or any(form.names(value) for value in values):
            raise Misfit
        return values

    prepared: list[tuple[Type, list[tuple[Line, list[Any]]]]] = []

    def prepare(document: weasyprint.Document) -> None:
        lettering = Type(document)
        tokens = [
            value if kind is Kind.TEXT else "\0" for value, (kind, _) in zip(values, places, strict=True)
        ]
        lines = [line for page in document.pages for line in lines_with(page, tokens)]
        for line, _ in lines:
            for piece in line.pieces:
                fields = {places[word][1] for word in piece.words if isinstance(word, int)}
                lettering.prepare(piece, fields, press.fonts.characters)
        prepared.append((lettering, lines))

    drawing = press.draw(versions(entries), title=title, lang=lang, created=created, prepare=prepare)
    lettering, lines = prepared[0]
    lettering.close()
    return Specimen(values, title, drawing.document, drawing.pdf, drawing.version, lettering, lines)


def _made_up(place: tuple[Kind, str], at: int, number: int) -> str:
    """An entry nobody has and unlike any other: two of different width, about as long as what will stand there."""
    kind, field = place
    name = f"{chr(97 + at // 26)}{chr(97 + at % 26)}"
    match kind, number:
        case Kind.QR, 0:
            return f"M4 4.5h7M4 5.5h{at + 1}"
        case Kind.QR, _:
            return f"M5 4.5h3M9 6.5h2M4 7.5h{at + 1}"
        case Kind.LINK, 0:
            return f"https://q{name}q.invalid/"
        case Kind.LINK, _:
            return f"https://w{name}w.invalid/w"
        case _, 0:
            return _lengthened(f"Xq{name}qX", "-7K3M", _USUAL.get(field, 0))
        case _:
            return _lengthened(f"Wz{name}zW0", "-E2TJ", _USUAL.get(field, 0))


def _lengthened(token: str, by: str, length: int) -> str:
    return token + (by * length)[: max(length - len(token), 0)]


def gaps_of(specimen: Specimen, kinds: Sequence[Kind]) -> dict[int, Parts]:
    """Of every object in which something varies: its number, and its data in parts."""
    entries = [*specimen.values, specimen.title]
    strings = {
        pydyf.String(value).data: Words(number)
        for number, value in enumerate(entries)
        if number >= len(kinds) or kinds[number] is not Kind.QR
    }
    in_xml = {specimen.title.encode(): Words(len(entries) - 1, in_xml=True)}
    streams = _page_streams(specimen, kinds)
    edges = _link_edges(specimen)
    metadata = _number(specimen.pdf.catalog["Metadata"])
    gaps: dict[int, Parts] = {}
    for number, item in enumerate(specimen.pdf.objects[1:], start=1):
        if number in streams:
            gaps[number] = streams[number]
        elif number == metadata:
            gaps[number] = _split(b"\n".join(map(in_file, item.stream)), in_xml)
        elif not isinstance(item, pydyf.Stream):
            parts = _split(_with_marks(item, edges.get(number, {})), {**strings, **edges.get(number, {})})
            if len(parts) > 1:
                gaps[number] = parts
    gaps[0] = _split(specimen.pdf.info.data, strings)
    return gaps


def _split(data: bytes, gaps: dict[bytes, Any]) -> Parts:
    pattern = re.compile(b"|".join(map(re.escape, sorted(gaps, key=len, reverse=True))))
    parts: list[bytes | Gap] = []
    start = 0
    for match in pattern.finditer(data):
        parts += [data[start : match.start()], gaps[match[0]]]
        start = match.end()
    return (*parts, data[start:])


def _page_streams(specimen: Specimen, kinds: Sequence[Kind]) -> dict[int, Parts]:
    """The contents of the pages, with a gap for each piece of a line and for each QR code."""
    entries = [*specimen.values, specimen.title]
    wanted: list[tuple[list[bytes], Gap]] = []
    for number, (line, leaves) in enumerate(specimen.lines):
        chosen = specimen.type.set(line, entries)
        for at, (piece, _) in enumerate(zip(chosen, leaves, strict=True)):
            if piece.operators:
                wanted.append((list(piece.operators), Setting(number, at)))
    for number, kind in enumerate(kinds):
        if kind is Kind.QR:
            wanted.append((modules(entries[number]).split(b"\n"), Modules(number)))
    streams = {}
    for page in [
        item for item in specimen.pdf.objects if isinstance(item, dict) and item.get("Type") == "/Page"
    ]:
        number = _number(page["Contents"])
        streams[number] = [in_file(operator) for operator in specimen.pdf.objects[number].stream]
    places = []
    for operators, gap in wanted:
        found = [
            (number, at)
            for number, stream in streams.items()
            for at in range(len(stream) - len(operators) + 1)
            if stream[at] == operators[0] and stream[at : at + len(operators)] == operators
        ]
        if len(found) != 1:
            raise Misfit
        places.append((*found[0], len(operators), gap))
    return {
        number: _cut(stream, [place[1:] for place in places if place[0] == number])
        for number, stream in streams.items()
    }


def _cut(stream: list[bytes], places: list[tuple[int, int, Gap]]) -> Parts:
    parts: list[bytes | Gap] = []
    start = 0
    for at, length, gap in sorted(places, key=lambda place: place[0]):
        if at < start:
            raise Misfit
        parts += [b"".join(operator + b"\n" for operator in stream[start:at]), gap, b"\n"]
        start = at + length
    return (*parts, b"\n".join(stream[start:]))


def _link_edges(specimen: Specimen) -> dict[int, dict[bytes, Edge]]:
    """Of every link that holds a varying piece: what stands for its moving edges, and where they are."""
    edges: dict[int, dict[bytes, Edge]] = {}
    entries = [*specimen.values, specimen.title]
    for page in specimen.document.pages:
        for _, _, _, box in page.links:
            inside = list(box.descendants())
            for number, (line, leaves) in enumerate(specimen.lines):
                held = [at for at, leaf in enumerate(leaves) if any(leaf is one for one in inside)]
                if not held:
                    continue
                if box.link_annotation is None or box.link_annotation.number in edges:
                    raise Misfit
                sets = specimen.type.set(line, entries)
                edges[box.link_annotation.number] = _edges(
                    box, sets, held, number, starts=leaves[held[0]] is _first(inside, leaves)
                )
    return edges


def _first(inside: list[Any], leaves: list[Any]) -> Any:
    """The first text inside the link, if it is one of the pieces."""
    return next(
        (box for box in inside if hasattr(box, "pango_layout") or any(box is leaf for leaf in leaves)), None
    )


def _edges(box: Any, sets: list[Set], held: list[int], line: int, *, starts: bool) -> dict[bytes, Edge]:
    left, _, right, _ = box.link_annotation["Rect"]
    last = sets[held[-1]]
    found = {b"@right@": Edge(line, held[-1], at_end=True, distance=round(right - last.ends * SCALE, 4))}
    if starts:
        first = sets[held[0]]
        found[b"@left@"] = Edge(line, held[0], at_end=False, distance=round(left - first.begins * SCALE, 4))
    return found


def _with_marks(item: Any, edges: dict[bytes, Edge]) -> bytes:
    """The object's data, with a mark in place of each edge that moves."""
    if edges:
        left, bottom, right, top = item["Rect"]
        marked = pydyf.Array(
            [
                b"@left@" if b"@left@" in edges else left,
                bottom,
                b"@right@" if b"@right@" in edges else right,
                top,
            ]
        )
        item = pydyf.Dictionary({**item, "Rect": marked})
    data: bytes = item.data
    return data


def modules(path: str) -> bytes:
    """The path of a QR code as WeasyPrint draws it. Raises Misfit for any other path."""
    if not _QR.fullmatch(path):
        raise Misfit
    operators = []
    for x, y, length in _RUNS.findall(path):
        operators.append(f"{x} {y}.5 m\n{int(x) + int(length)} {y}.5 l".encode())
    return b"\n".join(operators)


def _number(reference: bytes) -> int:
    return int(reference.split()[0])


def in_file(item: Any) -> bytes:
    """The item as pydyf writes it."""
    if isinstance(item, float):
        return f"{item:f}".rstrip("0").rstrip(".").encode()
    return (
        item.data
        if isinstance(item, pydyf.Object)
        else item
        if isinstance(item, bytes)
        else str(item).encode()
    )
