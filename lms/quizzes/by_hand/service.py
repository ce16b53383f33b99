"""Giving points to a text; one transaction."""

from fractions import Fraction
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.quizzes.by_hand.queue import texts_of
from lms.quizzes.models import Attempt, HandMark
from lms.quizzes.settling import marked_by_hand
from lms.quizzes.taught import taught_run
from lms.web.module import Around


class TooManyPoints(DomainError):
    """More than the question gives."""

    status = 422
    message = N_("The question gives at most %(most)s points.")


class HandMarking:
    """What trainers do with texts that learners have written."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def mark(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        attempt_id: UUID,
        question: str,
        points: Fraction,
        note: str,
        version: int,
    ) -> bool:
        """Give the points and say why; gives whether the attempt is wholly marked now. Sent twice it is one mark.

        `version` is that of the mark that was seen, 0 for none. Raises Stale, TooManyPoints, NotFound.
        """
        now = self.clock()
        ensure(Scope.OWN_RUNS in actor.scopes("U", "progress"), actor)
        async with self.begin() as session:
            await taught_run(session, actor, run_id, now)
            attempt = await session.get(Attempt, attempt_id)
            if attempt is None:
                raise NotFound
            await session.execute(
                select(Enrolment.id).where(Enrolment.id == attempt.enrolment_id).with_for_update()
            )
            await session.refresh(attempt)
            texts = await texts_of(session, attempt.lesson_id, run_id)
            found = next(
                (one for one in texts if one.attempt.id == attempt_id and one.question.key == question), None
            )
            if found is None:
                raise NotFound
            if not 0 <= points <= found.question.points:
                raise TooManyPoints(most=found.question.points)
            row = await session.get(HandMark, (attempt_id, question), populate_existing=True)
            if row is not None and (row.points, row.note) == (points, note):
                return not attempt.is_open
            if (row.version if row else 0) != version:
                raise Stale
            before = str(row.points) if row else None
            if row is None:
                row = HandMark(
                    attempt_id=attempt_id, question=question, points=points, marked_at=now, version=0
                )
                session.add(row)
            row.points, row.note, row.marked_at = points, note, now
            row.marked_by, row.version = actor.account_id, row.version + 1
            await marked_by_hand(session, attempt, at=now)
            record(
                session, actor, "attempt.marked", at=now, kind="attempt", object_id=attempt.id,
                before={"points": before} if before else {},
                after={"question": question, "points": str(points)},
            )  # fmt: skip
            return not attempt.is_open
