"""A printed sheet with gaps for what varies, as two specimens have it in common.

A form is drawn twice by WeasyPrint, with two sets of made-up entries: nobody's name ever gets into a sheet. Where the
entries of a specimen are found in the objects of its file, there is a gap. If the two sheets that come of it
are equal in every byte and every gap, nothing else on the page depends on the entries, and every gap is filled as
WeasyPrint itself fills it. If they are not, or anything is not as expected, there is no sheet.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import pydyf  # type: ignore[import-untyped]
import weasyprint

from certificates.assembling import Assembly
from certificates.forms import Form, Kind
from certificates.lettering import Misfit, Set
from certificates.pdf import Press
from certificates.specimens import (
    SCALE,
    Edge,
    Gap,
    Modules,
    Setting,
    Specimen,
    Words,
    gaps_of,
    in_file,
    modules,
    specimen_of,
)


class Sheet:
    """A file with gaps. Equal entries give equal bytes, whatever was filled in before."""

    def __init__(self, specimen: Specimen, kinds: Sequence[Kind]) -> None:
        self.version = specimen.version
        self._type = specimen.type
        self._kinds = kinds
        self._lines = [line for line, _ in specimen.lines]
        self._assembly = Assembly(specimen.pdf, gaps_of(specimen, kinds))

    @property
    def common(self) -> tuple[Any, ...]:
        """Every byte and every gap; equal for specimens that differ in nothing but their entries."""
        lines = [
            (
                *_rounded(line.left, line.space, line.tail, line.room),
                line.align,
                [(*_rounded(piece.y, piece.lead), piece.words, piece.font) for piece in line.pieces],
            )
            for line in self._lines
        ]
        return (self.version, lines, self._assembly.common)

    def filled(
        self,
        values: Sequence[str],
        *,
        title: str,
        identifier: bytes,
        attachments: Iterable[weasyprint.Attachment] = (),
    ) -> bytes:
        """The file with these entries. Raises Misfit if one cannot stand in its gap."""
        entries = [*values, title]
        lines = [self._type.set(line, entries) for line in self._lines]

        def fill(gap: Gap) -> bytes:
            match gap:
                case Words(number, in_xml):
                    return escape(entries[number]).encode() if in_xml else pydyf.String(entries[number]).data
                case Setting(line, piece):
                    return b"\n".join(lines[line][piece].operators)
                case Edge(line, piece, at_end, distance):
                    return _edge(lines[line][piece], at_end=at_end, distance=distance)
                case Modules(number):
                    return modules(entries[number])

        return self._assembly.written(fill, identifier=identifier, attachments=attachments)


def sheet_of(
    press: Press,
    versions: Callable[[Callable[[Form], Sequence[str]]], Iterable[str]],
    places: Sequence[tuple[Kind, str]],
    *,
    lang: str,
    created: datetime | None,
) -> Sheet:
    """The sheet of a form. `versions(entries)` are its pages filled with made-up entries. Raises Misfit."""
    kinds = [kind for kind, _ in places]
    first, second = (
        Sheet(specimen_of(press, versions, places, number, lang=lang, created=created), kinds)
        for number in (0, 1)
    )
    if first.common != second.common:
        raise Misfit
    return first


def _edge(piece: Set, *, at_end: bool, distance: float) -> bytes:
    return in_file(round((piece.ends if at_end else piece.begins) * SCALE + distance, 4))


def _rounded(*lengths: float) -> tuple[float, ...]:
    return tuple(round(length, 4) for length in lengths)
