"""What a run asks for, for programs."""

from typing import Self
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct
from sqlalchemy import select

from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.enrolment.conditions import words
from lms.enrolment.conditions.models import ApprovalMode, QuestionKind, RunQuestion
from lms.enrolment.conditions.queries import asks_of
from lms.kernel.errors import NotFound
from lms.web.access import PUBLIC


class ChoiceOut(Struct):
    """An answer to choose from: the value to send, and its words."""

    value: str
    words: str


class QuestionOut(Struct):
    """A question of the run; one with `depends_on_id` is put only to whom answered that question with `depends_on`."""

    id: UUID
    kind: QuestionKind
    wording: str
    is_required: bool
    choices: list[ChoiceOut]
    depends_on_id: UUID | None
    depends_on: str
    kept_days: int

    @classmethod
    def from_row(cls, row: RunQuestion) -> Self:
        """The question as it goes over the wire."""
        return cls(
            id=row.id,
            kind=row.kind,
            wording=words.wording(row),
            is_required=row.is_required,
            choices=[ChoiceOut(value, spoken) for value, spoken in words.choices(row)],
            depends_on_id=row.depends_on_id,
            depends_on=row.depends_on,
            kept_days=row.kept_days,
        )


class ConditionsOut(Struct):
    """What a run asks for. `sentences` say it in the language of the request."""

    min_age: int | None
    max_age: int | None
    residence: list[str]
    declaration: str
    earlier_course_id: UUID | None
    needs_code_word: bool
    approval: ApprovalMode
    sentences: list[str]
    questions: list[QuestionOut]


class ConditionDoor(Controller):
    """Read before one enrols; the conditions themselves are judged there."""

    path = "/api/v1"
    tags = ("enrolment",)

    @get("/runs/{run_id:uuid}/conditions", opt=PUBLIC)
    async def conditions(self, run_id: FromPath[UUID], begin: NamedDependency[Begin]) -> ConditionsOut:
        """What a public run asks of those who want a place: its conditions and its questions."""
        async with begin.reading() as session:
            found = (
                await session.execute(
                    select(Run, Course)
                    .join(Course, Course.id == Run.course_id)
                    .where(Run.id == run_id, Run.state != RunState.DRAFT)
                )
            ).first()
            if found is None:
                raise NotFound
            run, course = found
            asks = await asks_of(session, run)
        least, most = asks.ages(course)
        return ConditionsOut(
            min_age=least,
            max_age=most,
            residence=list(asks.residence),
            declaration=words.declaration(asks.condition) if asks.condition else "",
            earlier_course_id=asks.earlier.id if asks.earlier else None,
            needs_code_word=asks.needs_code_word,
            approval=asks.approval,
            sentences=words.in_words(asks.condition, course, asks.needed),
            questions=[QuestionOut.from_row(one) for one in asks.questions],
        )
