"""The texts of a run that wait for a mark, in an order that tells nobody's name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.quiz.answers import Written
from content.quiz.marking import is_answered
from content.quiz.questions import FreeText
from lms.enrolment.models import Enrolment
from lms.people.models import Person
from lms.quizzes.models import Attempt, HandMark
from lms.quizzes.reading import Taken
from lms.quizzes.taught import attempts_in, everything_taken


@dataclass(frozen=True, slots=True)
class Text:
    """One text to mark, or one that has its mark."""

    taken: Taken
    question: FreeText
    number: int
    text: str
    mark: HandMark | None

    @property
    def attempt(self) -> Attempt:
        """The attempt it was written in."""
        return self.taken.attempt

    @property
    def is_waiting(self) -> bool:
        """Whether it has no mark yet."""
        return self.mark is None

    @property
    def points(self) -> Fraction | None:
        """What was given."""
        return self.mark.points if self.mark else None


async def texts_of(session: AsyncSession, lesson_id: UUID, run_id: UUID) -> Sequence[Text]:
    """All texts of the attempts that were handed in: question by question, within one in an order by chance. Four statements."""
    attempts = await attempts_in(session, [lesson_id], run_id=run_id)
    found = [text for one in await everything_taken(session, attempts) for text in _texts(one)]
    places: Mapping[str, int] = {
        question.key: place for one in found for place, question in enumerate(one.taken.quiz.questions)
    }
    return sorted(found, key=lambda one: (places[one.question.key], _by_chance(one)))


async def names_of(session: AsyncSession, texts: Sequence[Text]) -> Mapping[UUID, str]:
    """Who wrote them, by the enrolment. One statement."""
    rows = await session.execute(
        select(Enrolment.id, Person.given_name, Person.family_name)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id.in_({one.attempt.enrolment_id for one in texts}))
    )
    return {row[0]: f"{row[1]} {row[2]}".strip() for row in rows}


def _texts(taken: Taken) -> Sequence[Text]:
    found = []
    for number, drawn in enumerate(taken.sheet.questions, start=1):
        answer = taken.answers.get(drawn.question.key)
        if isinstance(drawn.question, FreeText) and isinstance(answer, Written) and is_answered(answer):
            mark = taken.hand_marks.get(drawn.question.key)
            found.append(Text(taken, drawn.question, number, answer.text, mark))
    return found


def _by_chance(one: Text) -> str:
    return sha256(f"{one.attempt.seed}/{one.question.key}".encode("utf-8", "replace")).hexdigest()
