"""Reading attempts, in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.quiz.answers import Answer
from content.quiz.drawing import Placed, Sheet, sheet_of
from content.quiz.marking import is_answered
from content.quiz.questions import Quiz
from content.quiz.results import Result, result_of
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.errors import NotYetOpen
from lms.learning.models import EditionLesson, LessonKind
from lms.learning.queries import Place, place_of
from lms.quizzes import rules
from lms.quizzes.models import Attempt, AttemptAnswer, HandMark, QuizExtension


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody is with one quiz: all attempts, oldest first, and what they have beyond others.

    `is_offered`: the run has this quiz now; otherwise `lesson` is what the last attempt was made with.
    """

    place: Place
    lesson: EditionLesson
    quiz: Quiz
    attempts: Sequence[Attempt]
    extension: QuizExtension | None = None
    is_offered: bool = True

    @property
    def open_attempt(self) -> Attempt | None:
        """The one that was begun and not handed in."""
        return next((one for one in self.attempts if one.submitted_at is None), None)

    @property
    def left(self) -> int | None:
        """How many may still begin."""
        return rules.attempts_left(
            self.quiz, len(self.attempts), self.extension.extra_attempts if self.extension else 0
        )

    @property
    def minutes(self) -> int | None:
        """How long this person has."""
        return rules.minutes_for(self.quiz, self.extension.extra_minutes if self.extension else 0)

    @property
    def has_passed(self) -> bool:
        """Whether any attempt is passed."""
        return any(one.passed for one in self.attempts)


@dataclass(frozen=True)
class Taken:
    """One attempt with the questions it began with and everything that was answered."""

    attempt: Attempt
    quiz: Quiz
    answers: Mapping[str, Answer]
    hand_marks: Mapping[str, HandMark]

    @cached_property
    def sheet(self) -> Sheet:
        """Its questions. Raises QuizChanged, which an edition that never changes does not bring about."""
        return sheet_of(self.quiz, msgspec.convert(self.attempt.plan, tuple[Placed, ...], strict=False))

    @cached_property
    def result(self) -> Result:
        """What it is worth, as far as that is known."""
        given = {key: one.points for key, one in self.hand_marks.items()}
        return result_of(self.sheet, self.answers, self.quiz.pass_percent, given=given)

    @property
    def unanswered(self) -> Sequence[int]:
        """The numbers of the questions without an answer, from 1."""
        return [
            number
            for number, one in enumerate(self.sheet.questions, 1)
            if not is_answered(self.answers.get(one.question.key))
        ]


def quiz_in(lesson: EditionLesson) -> Quiz:
    """The quiz of a lesson."""
    return msgspec.convert(lesson.body["quiz"], Quiz, strict=False)


def answer_in(stored: Mapping[str, Any]) -> Answer:
    """An answer as it is stored."""
    return msgspec.convert(stored, Answer)  # type: ignore[no-any-return]  # a union is no type to mypy


async def standing_of(
    session: AsyncSession, actor: Actor, enrolment_id: UUID, lesson_id: UUID, now: datetime
) -> Standing:
    """Where somebody is with a quiz; nine statements at most.

    Who has begun keeps their attempts and may end the open one, whatever becomes of the run's edition meanwhile. Raises
    NotFound and NotYetOpen.
    """
    place = await place_of(session, actor, enrolment_id, now)
    attempts = await attempts_of(session, enrolment_id, lesson_id)
    extension = await extension_of(session, enrolment_id, lesson_id)
    offered = next((one for one in place.lessons if one.lesson.lesson_id == lesson_id), None)
    if offered is not None and offered.lesson.kind is LessonKind.QUIZ and offered.is_open:
        return Standing(place, offered.lesson, quiz_in(offered.lesson), attempts, extension)
    if attempts:
        lesson = await session.get_one(EditionLesson, attempts[-1].edition_lesson_id)
        return Standing(place, lesson, quiz_in(lesson), attempts, extension, is_offered=False)
    raise NotYetOpen if offered is not None and offered.lesson.kind is LessonKind.QUIZ else NotFound


async def attempts_of(session: AsyncSession, enrolment_id: UUID, lesson_id: UUID) -> Sequence[Attempt]:
    """All attempts of one person at one quiz, oldest first, as they stand now."""
    found = await session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment_id, Attempt.lesson_id == lesson_id)
        .order_by(Attempt.number)
        .execution_options(populate_existing=True)
    )
    return found.all()


async def extension_of(session: AsyncSession, enrolment_id: UUID, lesson_id: UUID) -> QuizExtension | None:
    """What somebody has beyond others."""
    found: QuizExtension | None = await session.scalar(
        select(QuizExtension).where(
            QuizExtension.enrolment_id == enrolment_id, QuizExtension.lesson_id == lesson_id
        )
    )
    return found


def attempt_in(standing: Standing, attempt_id: UUID) -> Attempt:
    """This attempt. Raises NotFound for somebody else's."""
    found = next((one for one in standing.attempts if one.id == attempt_id), None)
    if found is None:
        raise NotFound
    return found


async def taken(session: AsyncSession, attempt: Attempt) -> Taken:
    """An attempt with all that belongs to it; three statements. Whoever asks has checked the right to it."""
    lesson = await session.get_one(EditionLesson, attempt.edition_lesson_id)
    answers = await session.scalars(select(AttemptAnswer).where(AttemptAnswer.attempt_id == attempt.id))
    marks = await session.scalars(select(HandMark).where(HandMark.attempt_id == attempt.id))
    return Taken(
        attempt,
        quiz_in(lesson),
        {one.question: answer_in(one.answer) for one in answers},
        {one.question: one for one in marks},
    )
