"""How people write lists and long lines when all they have is a keyboard."""

import re
from collections.abc import Iterable, Iterator

from content.foreign.writing import Line, Piece

_BULLET = re.compile(r"\s*(?:[•·▪●○◦‣∙*–—-]\s+|[•·▪●]\s*)(?=\S)")
_TIGHT_DASH = re.compile(r"\s*-(?=[^\W\d])")
_LONELY_DASH = re.compile(r"\s*[-–—•·]\s*")
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]\s+(?=\S)")
_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_WRAPPED_FROM = 40


def with_lists(lines: list[Line]) -> Iterator[Line]:
    """Lines that begin with a bullet, a dash or the next number become items of a list.

    A dash that sticks to its word needs company, and a "1." needs a "2." further down: one alone is something else.
    """
    has_company = sum(bool(_BULLET.match(line.text) or _TIGHT_DASH.match(line.text)) for line in lines) > 1
    last_second = max((place for place, line in enumerate(lines) if _number(line) == 2), default=-1)
    number = 0
    for place, line in enumerate(lines):
        counted = _number(line)
        if line.kind != "text" or line.is_empty:
            yield line
        elif counted and counted in {1, number + 1} and (counted > 1 or place < last_second):
            number = counted
            yield _item(line, rest=_NUMBER.sub("", line.text, count=1), number=number)
        elif _BULLET.match(line.text):
            yield _item(line, rest=_BULLET.sub("", line.text, count=1))
        elif has_company and _TIGHT_DASH.match(line.text):
            yield _item(line, rest=_TIGHT_DASH.sub("", line.text, count=1))
        elif not _LONELY_DASH.fullmatch(line.text):
            yield line


def continued(lines: Iterable[Line]) -> Iterator[Line]:
    """Join a line that was only wrapped to the one it belongs to."""
    before: Line | None = None
    for line in lines:
        if before is not None and _goes_on(before, line):
            before.pieces += [Piece(" "), *line.pieces]
            continue
        if before is not None:
            yield before
        before = line
    if before is not None:
        yield before


def _number(line: Line) -> int:
    found = _NUMBER.match(line.text)
    return int(found[1]) if found else 0


def _item(line: Line, *, rest: str, number: int = 0) -> Line:
    """What remains of the line behind its marker, as an item."""
    to_skip = len(line.text) - len(rest)
    pieces: list[Piece] = []
    for piece in line.pieces:
        pieces.append(Piece(piece.text[to_skip:], piece.style, piece.target))
        to_skip = max(to_skip - len(piece.text), 0)
    return Line(pieces=pieces, kind="item", number=number)


def _goes_on(before: Line, line: Line) -> bool:
    end, start = before.text.rstrip(), line.text.lstrip()
    return (
        line.kind == "text"
        and before.kind != "heading"
        and start[:1].islower()
        and len(end) >= _WRAPPED_FROM
        and not end.endswith(_SENTENCE_ENDS)
    )
