"""The register as a form: what the page shows, what was typed, and the marks that come of it.

Each person is a row of fields named after their enrolment. `vorher-…` repeats what the page showed: a row that was not
touched writes nothing, so that somebody else's mark is not undone by a page left open since; and of a row that was touched
while somebody else marked otherwise both are shown, before anything is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lms.attendance.models import Presence, Units
from lms.attendance.queries import Line
from lms.attendance.rules import ATTENDED, whole_marking
from lms.attendance.service import Mark
from lms.attendance.words import facts_in_words
from lms.web.forms import Problem
from lms.web.language import gettext

CHOICE, MINUTES, NOTE, BEFORE, EARLY, UNIT = "wie", "minuten", "notiz", "vorher", "frueher", "einheit"
LONGEST_NOTE = 200
MOST_UNITS = 20


@dataclass(slots=True)
class Row:
    """One person in the form, with what stands or was typed in it."""

    line: Line
    choice: str
    minutes: str
    note: str
    problem: str = ""
    is_touched: bool = False
    early: str = ""
    units: Units = ()
    is_overtaken: bool = False
    """Whether somebody else has marked otherwise since the page was shown."""

    @property
    def shown(self) -> str:
        """What the page shows of this person before anything is typed."""
        one = self.line
        return _as_text(one.presence or "", _minutes_of(one), one.note, _early_of(one), one.missed_units)

    def name(self, part: str) -> str:
        """The name of one of the row's fields, which is its id as well."""
        return f"{part}-{self.line.enrolment_id}"


@dataclass(slots=True)
class Roll:
    """The whole form. `problems` are shown in the summary and at their rows."""

    rows: Sequence[Row]
    problems: list[Problem] = field(default_factory=list)

    @property
    def marked(self) -> int:
        """People whose mark is kept."""
        return sum(row.line.presence is not None for row in self.rows)

    @property
    def missing(self) -> int:
        """People without a mark."""
        return len(self.rows) - self.marked

    def counted(self, presence: Presence) -> int:
        """People with this mark."""
        return sum(row.line.presence == presence for row in self.rows)

    @property
    def absent(self) -> Sequence[str]:
        """The names of those who were not there."""
        return [
            row.line.name for row in self.rows if row.line.presence in {Presence.ABSENT, Presence.EXCUSED}
        ]

    def marks(self, longest: int, *, all_present: bool = False) -> Sequence[Mark]:
        """The marks of all rows that were touched; what cannot be read becomes a problem at its row.

        `longest` is the length of the session. With `all_present` whoever has no mark and none chosen was there.
        """
        made = []
        for row in self.rows:
            if all_present and not row.choice and row.line.presence is None:
                row.choice, row.is_touched = Presence.PRESENT, True
            if row.is_overtaken:
                self.problems.append(refused(row, CHOICE, overtaken(row)))
            elif row.is_touched:
                mark = self._mark(row, longest)
                made += [mark] if mark else []
        return made

    def _mark(self, row: Row, longest: int) -> Mark | None:
        if row.choice not in set(Presence) and not row.note:
            return None
        made = mark_of(row, longest)
        if isinstance(made, Problem):
            self.problems.append(made)
            return None
        return made


def mark_of(row: Row, longest: int) -> Mark | Problem:
    """What is typed in a row, or what is wrong with it, which is then said at the row as well."""
    if row.choice not in set(Presence):
        return refused(row, CHOICE, gettext("Choose whether %(name)s was there.", name=row.line.name))
    presence = Presence(row.choice)
    late = 0
    if presence is Presence.LATE:
        late = _number(row.minutes, longest)
        if not 0 < late <= longest:
            sentence = gettext(
                "Enter how many minutes later %(name)s came, from 1 to %(longest)s.",
                name=row.line.name,
                longest=longest,
            )
            return refused(row, MINUTES, sentence)
    early = _number(row.early, longest)
    if presence in ATTENDED and not _is_whole(longest, late, early, row):
        sentence = gettext(
            "Check how many minutes and units %(name)s missed. If nothing is left, choose Absent.",
            name=row.line.name,
        )
        return refused(row, EARLY, sentence)
    if presence not in ATTENDED:
        early, row.units = 0, ()
    return Mark(row.line.enrolment_id, presence, late, row.note, early, row.units, based_on=row.line.version)


def refused(row: Row, part: str, sentence: str) -> Problem:
    """The problem for the summary; the row gets it too."""
    row.problem = sentence
    return Problem(
        row.name(part) if part in {MINUTES, EARLY} else f"{row.name(part)}-{Presence.PRESENT}", sentence
    )


def overtaken(row: Row) -> str:
    """What is said where somebody else has marked otherwise since the page was shown."""
    stands = facts_in_words({"presence": row.line.presence, **_numbers(row.line)})
    return gettext(
        "Somebody else has marked %(name)s meanwhile: %(stands)s. Save again if your entry is to stand.",
        name=row.line.name,
        stands=stands,
    )


def _number(typed: str, longest: int) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= len(str(longest)) else 0


def _is_whole(longest: int, late: int, early: int, row: Row) -> bool:
    """Whether what was typed about leaving early and missed units can be, beside coming late."""
    if not row.early and not row.units:
        return True
    return bool(early or not row.early) and whole_marking(longest, late, early, row.units)


def roll_of(lines: Sequence[Line], sent: Mapping[str, str] | None = None) -> Roll:
    """The form, filled with the marks that are kept or with what was sent."""
    return Roll([_row(line, sent) for line in lines])


def _row(line: Line, sent: Mapping[str, str] | None) -> Row:
    kept = Row(
        line,
        line.presence or "",
        _minutes_of(line),
        line.note,
        early=_early_of(line),
        units=line.missed_units,
    )
    if sent is None or not any(kept.name(part) in sent for part in (CHOICE, NOTE)):
        return kept
    kept.note = " ".join(sent.get(kept.name(NOTE), "").split())[:LONGEST_NOTE]
    fill(kept, sent)
    return kept


def fill(row: Row, sent: Mapping[str, str]) -> None:
    """Put what was sent into a row, and find out whether it differs from what the page showed and from what stands now."""
    row.choice = sent.get(row.name(CHOICE), "")
    row.minutes = sent.get(row.name(MINUTES), "").strip() if row.choice == Presence.LATE else ""
    row.early, row.units = "", ()
    if row.choice in ATTENDED:
        row.early = sent.get(row.name(EARLY), "").strip()
        row.units = tuple(
            number for number in range(1, MOST_UNITS + 1) if f"{row.name(UNIT)}-{number}" in sent
        )
    written = _as_text(row.choice, row.minutes, row.note, row.early, row.units)
    before = sent.get(row.name(BEFORE))
    row.is_touched = written != before
    row.is_overtaken = row.is_touched and before not in {None, row.shown} and written != row.shown


def _as_text(choice: str, minutes: str, note: str, early: str, units: Units) -> str:
    return f"{choice}|{minutes}|{early}|{','.join(str(number) for number in units)}|{note}"


def _early_of(line: Line) -> str:
    return str(line.minutes_early) if line.minutes_early else ""


def _numbers(line: Line) -> dict[str, Any]:
    return {
        "minutes_late": line.minutes_late,
        "minutes_early": line.minutes_early,
        "missed_units": line.missed_units,
    }


def _minutes_of(line: Line) -> str:
    return str(line.minutes_late) if line.presence is Presence.LATE else ""
