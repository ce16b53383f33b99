"""The results of an exam as a form: what the page shows, what was typed, and the results that come of it.

Each person is a row of fields named after their enrolment. `vorher-…` repeats what the page showed and `stand-…` its version:
a row that was not touched writes nothing, and a row that somebody else has changed meanwhile is not overwritten unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from lms.certification.eligibility.exams import NewResult
from lms.certification.eligibility.models import ExamOutcome, ExamResult
from lms.certification.eligibility.reading import Candidate
from lms.certification.eligibility.words import OUTCOMES
from lms.kernel.marking import N_
from lms.web.fields import Checkbox, DateParts, Number
from lms.web.forms import Form, Problem
from lms.web.language import gettext
from lms.web.versions import version_in

OUTCOME, POINTS, BEFORE, VERSION = "ergebnis", "punkte", "vorher", "stand"
MOST_POINTS = 10_000


class ExamForm(Form):
    """What is the same for everybody; the rows are read by the sheet."""

    held_on = DateParts(N_("Day of the exam"), missing=N_("Enter the day of the exam."))
    out_of = Number(
        N_("Points that could be reached"),
        least=1,
        most=MOST_POINTS,
        width=5,
        hint=N_("Leave it empty where there are no points."),
    )
    for_all = Checkbox(N_("Also change the day and the points of results that are entered already"))


@dataclass(slots=True)
class Row:
    """One person in the form, with what stands or was typed in it."""

    person: Candidate
    outcome: str
    points: str
    version: int
    problem: str = ""
    is_touched: bool = False

    @property
    def before(self) -> str:
        """What the page shows of this person before anything is typed."""
        return _as_text(*_kept(self.person.exam))

    @property
    def is_issued(self) -> bool:
        """Whether the certificate stands: then nothing changes any more."""
        return self.person.certificate is not None

    def name(self, part: str) -> str:
        """The name of one of the row's fields, which is its id as well."""
        return f"{part}-{self.person.enrolment_id}"


@dataclass(slots=True)
class Sheet:
    """The whole form. `problems` are shown in the summary and at their rows."""

    rows: Sequence[Row]
    problems: list[Problem] = field(default_factory=list)

    @property
    def held_on(self) -> date | None:
        """The day of the results so far, the latest one."""
        return max((row.person.exam.held_on for row in self.rows if row.person.exam), default=None)

    @property
    def out_of(self) -> int | None:
        """The points that could be reached so far."""
        return next(
            (row.person.exam.out_of for row in self.rows if row.person.exam and row.person.exam.out_of), None
        )

    def results(
        self, held_on: date | None, out_of: int | None, *, for_all: bool = False
    ) -> Sequence[NewResult]:
        """The results of the rows that were touched; what cannot be read becomes a problem at its row.

        With `for_all` those entered before are taken along, with this day and these points.
        """
        made = []
        for row in self.rows:
            is_along = for_all and row.person.exam is not None
            if row.is_issued or not (row.is_touched or is_along):
                continue
            result = self._result(row, held_on, out_of)
            made += [result] if result else []
        return made

    def say_what_is_stored(self) -> None:
        """Somebody else was quicker: say at each row in question what stands there now, and let it be sent again knowingly."""
        for row in self.rows:
            exam = row.person.exam
            if row.is_touched and row.version != (exam.version if exam else 0):
                row.version = exam.version if exam else 0
                self._refuse(
                    row,
                    OUTCOME,
                    gettext("Now it says here: %(result)s. Save again to keep yours.", result=spoken(exam)),
                )

    def _result(self, row: Row, held_on: date | None, out_of: int | None) -> NewResult | None:
        name = row.person.name
        if row.outcome not in set(ExamOutcome):
            self._refuse(row, OUTCOME, gettext("Choose how the exam of %(name)s ended.", name=name))
            return None
        points = None
        if row.points and row.outcome != ExamOutcome.ABSENT:
            if out_of is None:
                self._refuse(row, POINTS, gettext("Enter above how many points could be reached."))
                return None
            is_number = (
                row.points.isascii()
                and row.points.isdecimal()
                and len(row.points) < len(str(MOST_POINTS)) + 1
            )
            points = int(row.points) if is_number else -1
            if not 0 <= points <= out_of:
                sentence = gettext(
                    "Enter the points of %(name)s, from 0 to %(most)s.", name=name, most=out_of
                )
                self._refuse(row, POINTS, sentence)
                return None
        if held_on is None:
            return None
        return NewResult(
            row.person.enrolment_id, ExamOutcome(row.outcome), held_on, points, out_of, row.version
        )

    def _refuse(self, row: Row, part: str, sentence: str) -> None:
        row.problem = sentence
        self.problems.append(Problem(row.name(part), sentence))


def sheet_of(people: Sequence[Candidate], typed: Mapping[str, str] | None = None) -> Sheet:
    """The form, filled with what is kept or with what was sent."""
    return Sheet([_row(one, typed) for one in people])


def spoken(exam: ExamResult | None) -> str:
    """A result in words: "bestanden, 17 von 20 Punkten"."""
    if exam is None:
        return gettext("nothing")
    words = gettext(OUTCOMES[exam.outcome])
    if exam.points is None:
        return words
    return f"{words}, {gettext('%(points)s of %(all)s points', points=exam.points, all=exam.out_of)}"


def _row(one: Candidate, typed: Mapping[str, str] | None) -> Row:
    outcome, points = _kept(one.exam)
    row = Row(one, outcome, points, one.exam.version if one.exam else 0)
    if typed is None or row.name(OUTCOME) not in typed:
        return row
    row.outcome = typed.get(row.name(OUTCOME), "")
    row.points = typed.get(row.name(POINTS), "").strip()
    row.version = version_in(typed.get(row.name(VERSION))) or 0
    row.is_touched = _as_text(row.outcome, row.points) != typed.get(row.name(BEFORE), "|")
    return row


def _kept(exam: ExamResult | None) -> tuple[str, str]:
    if exam is None:
        return "", ""
    return exam.outcome.value, "" if exam.points is None else str(exam.points)


def _as_text(outcome: str, points: str) -> str:
    return f"{outcome}|{points}"
