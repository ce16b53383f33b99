"""Giving somebody more time or more attempts; one transaction."""

from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.kernel.rights import Scope
from lms.quizzes.models import QuizExtension
from lms.quizzes.reading import attempts_of, extension_of
from lms.quizzes.settling import apply_extension
from lms.quizzes.taught import taught_run
from lms.web.module import Around


class Extensions:
    """What trainers grant to single persons."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def grant(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        lesson_id: UUID,
        enrolment_id: UUID,
        extra_minutes: int,
        extra_attempts: int,
        reason: str,
        version: int,
    ) -> None:
        """Grant it instead of what stood before; it counts at once, for the attempt that is under way too.

        `version` is that of what was seen, 0 for none. The reason stays with the trainers and out of the trail. Raises
        Stale, NotFound.
        """
        now = self.clock()
        ensure(Scope.OWN_RUNS in actor.scopes("U", "progress"), actor)
        async with self.begin() as session:
            taught = await taught_run(session, actor, run_id, now)
            taught.quiz(lesson_id)
            enrolment = await session.scalar(
                select(Enrolment)
                .where(Enrolment.id == enrolment_id, Enrolment.run_id == run_id)
                .with_for_update()
            )
            if enrolment is None or enrolment.state is not EnrolmentState.CONFIRMED:
                raise NotFound
            row = await extension_of(session, enrolment_id, lesson_id)
            wanted = (extra_minutes, extra_attempts, reason)
            if row is not None and (row.extra_minutes, row.extra_attempts, row.reason) == wanted:
                return
            if (row.version if row else 0) != version:
                raise Stale
            before = {"minutes": row.extra_minutes, "attempts": row.extra_attempts} if row else {}
            if row is None:
                row = QuizExtension(enrolment_id=enrolment_id, lesson_id=lesson_id, granted_at=now, version=0)
                session.add(row)
            row.extra_minutes, row.extra_attempts, row.reason = wanted
            row.granted_at, row.granted_by, row.version = now, actor.account_id, row.version + 1
            await session.flush()
            for attempt in await attempts_of(session, enrolment_id, lesson_id):
                await apply_extension(session, attempt)
            record(
                session, actor, "quiz.extended", at=now, kind="enrolment", object_id=enrolment_id,
                person_id=enrolment.person_id, before=before,
                after={"lesson": str(lesson_id), "minutes": extra_minutes, "attempts": extra_attempts},
            )  # fmt: skip
