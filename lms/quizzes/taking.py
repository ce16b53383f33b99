"""Taking a quiz; every public method is one transaction."""

import secrets
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.quiz.answers import Answer
from content.quiz.drawing import draw
from content.quiz.marking import is_answered
from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.progress import write_progress
from lms.quizzes import rules
from lms.quizzes.errors import HandedInAlready, NoAttemptLeft, NothingToAnswer, TimeIsOver
from lms.quizzes.models import Attempt, AttemptAnswer
from lms.quizzes.reading import Standing, attempt_in, standing_of
from lms.quizzes.settling import end
from lms.web.module import Around

SEED_BYTES = 16
AT_ONCE = 50


class Attempts:
    """What learners do with quizzes. Whoever may learn for the enrolment may answer for it."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def start(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID) -> Attempt:
        """Begin an attempt, or go on with the one that is open: two tabs and two clicks begin one.

        Raises NotFound, NotYetOpen, NoAttemptLeft, NothingToAnswer.
        """
        now = self.clock()
        async with self.begin() as session:
            standing = await _locked(session, actor, enrolment_id, lesson_id, now)
            running = standing.open_attempt
            if running is not None:
                if not rules.is_over(running.deadline, now):
                    return running
                await end(session, running, at=running.deadline or now, by_clock=True)
            if not standing.is_offered:
                raise NotFound
            if standing.left == 0:
                raise NoAttemptLeft
            attempt = _new(standing, now)
            session.add(attempt)
            await write_progress(session, enrolment_id=enrolment_id, lesson_id=lesson_id, now=now)
            _note(session, actor, attempt, "attempt.begun", now)
        return attempt

    @retried
    async def save(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        lesson_id: UUID,
        attempt_id: UUID,
        question: str,
        answer: Answer | None,
    ) -> None:
        """Keep the answer to one question; None, or an empty one, takes it away. The last one saved counts.

        Raises NotFound, HandedInAlready, and TimeIsOver for what comes later than `rules.GRACE` after the end.
        """
        now = self.clock()
        async with self.begin() as session:
            standing = await _locked(session, actor, enrolment_id, lesson_id, now)
            attempt = attempt_in(standing, attempt_id)
            if attempt.submitted_at is not None:
                raise HandedInAlready
            if rules.is_over(attempt.deadline, now):
                raise TimeIsOver
            keys = [placed["key"] for placed in attempt.plan]
            if question not in keys:
                raise NotFound
            row = await session.get(AttemptAnswer, (attempt_id, question))
            if answer is None or not is_answered(answer):
                if row is not None:
                    await session.delete(row)
            else:
                body = msgspec.to_builtins(answer)
                if row is None:
                    session.add(
                        AttemptAnswer(attempt_id=attempt_id, question=question, answer=body, saved_at=now)
                    )
                else:
                    row.answer, row.saved_at = body, now
            await write_progress(
                session,
                enrolment_id=enrolment_id,
                lesson_id=lesson_id,
                now=now,
                place=str(keys.index(question) + 1),
            )

    @retried
    async def hand_in(
        self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, attempt_id: UUID
    ) -> Attempt:
        """Hand it in; twice is as good as once. After the end of the time it counts as ended then. Raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            standing = await _locked(session, actor, enrolment_id, lesson_id, now)
            attempt = attempt_in(standing, attempt_id)
            if attempt.submitted_at is None:
                is_over = rules.is_over(attempt.deadline, now)
                at = attempt.deadline if is_over and attempt.deadline else now
                await end(session, attempt, at=at, by_clock=is_over)
                _note(session, actor, attempt, "attempt.handed_in", now)
        return attempt

    async def close_overdue(self) -> int:
        """Hand in what nobody handed in before its time was over; says how many. What was saved counts."""
        async with self.begin.reading() as session:
            found = await session.scalars(
                select(Attempt.id)
                .where(Attempt.submitted_at.is_(None), Attempt.deadline < self.clock() - rules.GRACE)
                .order_by(Attempt.deadline)
                .limit(AT_ONCE)
            )
            overdue = found.all()
        for attempt_id in overdue:
            await self._close(attempt_id)
        return len(overdue)

    @retried
    async def _close(self, attempt_id: UUID) -> None:
        async with self.begin() as session:
            enrolment_id = await session.scalar(select(Attempt.enrolment_id).where(Attempt.id == attempt_id))
            await session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
            attempt = await session.scalar(
                select(Attempt).where(Attempt.id == attempt_id).execution_options(populate_existing=True)
            )
            if attempt is not None and rules.is_over(attempt.deadline, self.clock()):
                await end(session, attempt, at=attempt.deadline or self.clock(), by_clock=True)


async def _locked(
    session: AsyncSession, actor: Actor, enrolment_id: UUID, lesson_id: UUID, now: datetime
) -> Standing:
    """Where somebody is, with everybody else who writes about this enrolment kept waiting."""
    await session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
    return await standing_of(session, actor, enrolment_id, lesson_id, now)


def _new(standing: Standing, now: datetime) -> Attempt:
    seed = secrets.token_hex(SEED_BYTES)
    sheet = draw(standing.quiz, seed)
    if not sheet.questions:
        raise NothingToAnswer
    extra = standing.extension.extra_minutes if standing.extension else 0
    return Attempt(
        enrolment_id=standing.place.enrolment.id,
        lesson_id=standing.lesson.lesson_id,
        edition_lesson_id=standing.lesson.id,
        number=max((one.number for one in standing.attempts), default=0) + 1,
        seed=seed,
        plan=msgspec.to_builtins(sheet.plan),
        started_at=now,
        out_of=sheet.out_of,
        deadline=rules.deadline(standing.quiz, now, extra),
    )


def _note(session: AsyncSession, actor: Actor, attempt: Attempt, action: str, now: datetime) -> None:
    """Who did it: a guardian may, and an exam must be traceable. What was answered is no business of the trail."""
    record(
        session,
        actor,
        action,
        at=now,
        kind="attempt",
        object_id=attempt.id,
        after={"enrolment_id": str(attempt.enrolment_id), "number": attempt.number},
    )
