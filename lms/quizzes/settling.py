"""What becomes of an attempt that has ended, or has got a mark from a person: one place for all who bring that about."""

from datetime import datetime
from math import floor

from sqlalchemy.ext.asyncio import AsyncSession

from lms.jobs.queue import announce
from lms.learning.progress import write_progress
from lms.quizzes import rules
from lms.quizzes.events import AttemptHandedIn, AttemptMarked, ExamDecided
from lms.quizzes.models import Attempt
from lms.quizzes.reading import Taken, attempts_of, extension_of, taken


async def end(session: AsyncSession, attempt: Attempt, *, at: datetime, by_clock: bool) -> None:
    """Hand an attempt in; the enrolment is locked. Twice is as good as once."""
    if attempt.submitted_at is not None:
        return
    attempt.submitted_at, attempt.ended_by_clock = at, by_clock
    announce(session, AttemptHandedIn(attempt_id=attempt.id), at=at)
    await _settle(session, attempt, at)


async def marked_by_hand(session: AsyncSession, attempt: Attempt, *, at: datetime) -> None:
    """Reckon anew after rows of `HandMark` were written; the enrolment is locked.

    The learner is written to as soon as nothing waits any more, and again when a mark is changed after that.
    """
    await session.flush()
    await _settle(session, attempt, at)
    if not attempt.is_open:
        announce(session, AttemptMarked(attempt_id=attempt.id, at=at), at=at)


async def apply_extension(session: AsyncSession, attempt: Attempt) -> None:
    """Let a person's `QuizExtension` count for the attempt they are in; the enrolment is locked."""
    if attempt.submitted_at is not None:
        return
    extension = await extension_of(session, attempt.enrolment_id, attempt.lesson_id)
    quiz = (await taken(session, attempt)).quiz
    attempt.deadline = rules.deadline(quiz, attempt.started_at, extension.extra_minutes if extension else 0)


async def _settle(session: AsyncSession, attempt: Attempt, at: datetime) -> None:
    found = await taken(session, attempt)
    attempt.points, attempt.passed = found.result.points, found.result.passed
    attempt.is_open = found.result.is_open
    await session.flush()
    everything = await attempts_of(session, attempt.enrolment_id, attempt.lesson_id)
    passed_any = any(one.passed for one in everything)
    await write_progress(
        session,
        enrolment_id=attempt.enrolment_id,
        lesson_id=attempt.lesson_id,
        now=at,
        done=True if passed_any else False if attempt.passed is False else None,
    )
    if found.quiz.is_exam and attempt.passed is not None:
        extension = await extension_of(session, attempt.enrolment_id, attempt.lesson_id)
        left = rules.attempts_left(found.quiz, len(everything), extension.extra_attempts if extension else 0)
        _tell_of_exam(session, found, at, is_final=passed_any or left == 0)


def _tell_of_exam(session: AsyncSession, found: Taken, at: datetime, *, is_final: bool) -> None:
    attempt = found.attempt
    event = ExamDecided(
        enrolment_id=attempt.enrolment_id,
        attempt_id=attempt.id,
        passed=bool(attempt.passed),
        points=floor(found.result.points),
        out_of=attempt.out_of,
        held_at=attempt.submitted_at or at,
        is_final=is_final,
    )
    announce(session, event, at=at)
