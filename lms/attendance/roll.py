"""The register as a form: what the page shows, what was typed, and the marks that come of it.

Each person is a row of four fields named after their enrolment. `vorher-…` repeats what the page showed: a row that was
not touched writes nothing, so that somebody else's mark is not undone by a page left open since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lms.attendance.models import Presence
from lms.attendance.queries import Line
from lms.attendance.service import Mark
from lms.web.forms import Problem
from lms.web.language import gettext

CHOICE, MINUTES, NOTE, BEFORE = "wie", "minuten", "notiz", "vorher"
LONGEST_NOTE = 200


@dataclass(slots=True)
class Row:
    """One person in the form, with what stands or was typed in it."""

    line: Line
    choice: str
    minutes: str
    note: str
    problem: str = ""
    is_touched: bool = False

    @property
    def shown(self) -> str:
        """What the page shows of this person before anything is typed."""
        return _as_text(self.line.presence or "", _minutes_of(self.line), self.line.note)

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
            if row.is_touched:
                mark = self._mark(row, longest)
                made += [mark] if mark else []
        return made

    def _mark(self, row: Row, longest: int) -> Mark | None:
        if row.choice not in set(Presence):
            if row.note:
                self._refuse(row, CHOICE, gettext("Choose whether %(name)s was there.", name=row.line.name))
            return None
        presence = Presence(row.choice)
        late = 0
        if presence is Presence.LATE:
            late = (
                int(row.minutes) if row.minutes.isdecimal() and len(row.minutes) <= len(str(longest)) else 0
            )
            if not 0 < late <= longest:
                sentence = gettext(
                    "Enter how many minutes later %(name)s came, from 1 to %(longest)s.",
                    name=row.line.name,
                    longest=longest,
                )
                self._refuse(row, MINUTES, sentence)
                return None
        return Mark(row.line.enrolment_id, presence, late, row.note)

    def _refuse(self, row: Row, part: str, sentence: str) -> None:
        row.problem = sentence
        anchor = row.name(part) if part == MINUTES else f"{row.name(part)}-{Presence.PRESENT}"
        self.problems.append(Problem(anchor, sentence))


def roll_of(lines: Sequence[Line], sent: Mapping[str, str] | None = None) -> Roll:
    """The form, filled with the marks that are kept or with what was sent."""
    return Roll([_row(line, sent) for line in lines])


def _row(line: Line, sent: Mapping[str, str] | None) -> Row:
    kept = Row(line, line.presence or "", _minutes_of(line), line.note)
    if sent is None or not any(kept.name(part) in sent for part in (CHOICE, NOTE)):
        return kept
    row = Row(
        line,
        sent.get(kept.name(CHOICE), ""),
        sent.get(kept.name(MINUTES), "").strip(),
        " ".join(sent.get(kept.name(NOTE), "").split())[:LONGEST_NOTE],
    )
    if row.choice != Presence.LATE:
        row.minutes = ""
    row.is_touched = _as_text(row.choice, row.minutes, row.note) != sent.get(kept.name(BEFORE))
    return row


def _as_text(choice: str, minutes: str, note: str) -> str:
    return f"{choice}|{minutes}|{note}"


def _minutes_of(line: Line) -> str:
    return str(line.minutes_late) if line.presence is Presence.LATE else ""
