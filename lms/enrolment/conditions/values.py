"""What is handed to the conditions of a run: plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from lms.catalogue.models import CancelFrom
from lms.enrolment.conditions.models import ApprovalMode, QuestionKind

LONGEST_ANSWER = 1_000
LONGEST_CODE_WORD = 60
MOST_QUESTIONS = 12
MOST_CHOICES = 12

Answers = Mapping[str, Sequence[str]]
"""What one person answered: by the id of the question the text, "yes" or "no", or the numbers of the choices from "0"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a form says about the conditions of a run.

    `code_mark` is what `Conditions.try_code_word` gave when the word was typed on an earlier page; a program sends
    `code_word`. `declared`: whoever enrols confirmed the run's declaration. `answers` are in the order of the persons.
    With `override_reason` the team lets somebody in whatever the conditions say. `answers_later`: who moves here, or takes
    over a place, answers the questions by the link of the letter.
    """

    code_word: str = ""
    code_mark: str = ""
    declared: bool = False
    answers: Sequence[Answers] = ()
    override_reason: str = ""
    answers_later: bool = False


NOTHING_SAID = Said()
ANSWERS_LATER = Said(answers_later=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionFacts:
    """The conditions of a run as the team's form states them. `code_word` None leaves it as it is, "" takes it away."""

    min_age: int | None = None
    max_age: int | None = None
    residence: tuple[str, ...] = ()
    declaration_de: str = ""
    declaration_en: str = ""
    course_id: UUID | None = None
    code_word: str | None = None
    approval: ApprovalMode = ApprovalMode.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionFacts:
    """A question as the team's form states it; see RunQuestion."""

    kind: QuestionKind
    wording_de: str
    wording_en: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    depends_on_id: UUID | None = None
    depends_on: str = ""
    for_trainers: bool = False
    kept_days: int = 30
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """The deadlines of a run (F-E02, F-E09, F-E15): each either counted in days, or a moment.

    Days are counted back from the first session on the wall clock, negative ones after it. `promotion_session` is the
    session whose start ends promotion; without it `promotion_ends_at` does. Where neither is given enrolment opens at once,
    closes with the start, and promotion ends with the start.
    """

    opens_days_before: int | None = None
    opens_at: datetime | None = None
    closes_days_before: int | None = None
    closes_at: datetime | None = None
    promotion_session: int | None = 1
    promotion_ends_at: datetime | None = None
    cancel_from: CancelFrom = CancelFrom.START
    cancel_free_days: int = 7
    cancel_free_until: date | None = None
