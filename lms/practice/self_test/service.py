"""Keeping a self-assessment for whoever wants it; every public method is one transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.practice.models import SelfAssessment
from lms.practice.self_test.rules import Answers, pruned
from lms.web.module import Around

KEPT = timedelta(days=3 * 365)
MOST = 50


class SelfTests:
    """One's own results: nobody else reads them, the team neither."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def keep(self, actor: Actor, *, assessment_id: UUID, answers: Answers) -> None:
        """Keep these answers; whoever calls has been given the consent. Under one id they are kept once."""
        ensure(actor.person_id is not None, actor)
        async with self.begin() as session:
            if await session.get(SelfAssessment, assessment_id) is None:
                assert actor.person_id is not None  # noqa: S101 - just ensured
                write_assessment(session, actor.person_id, assessment_id, answers, self.clock())

    @retried
    async def drop(self, actor: Actor, *, assessment_id: UUID) -> None:
        """Forget one of one's own. What is gone already stays gone. Raises NotFound for somebody else's."""
        async with self.begin() as session:
            found = await session.get(SelfAssessment, assessment_id)
            if found is None:
                return
            if found.person_id != actor.person_id:
                raise NotFound
            await session.delete(found)

    @retried
    async def forget(self) -> None:
        """Delete what is older than three years."""
        async with self.begin() as session:
            await session.execute(delete(SelfAssessment).where(SelfAssessment.taken_at < self.clock() - KEPT))


def write_assessment(
    session: AsyncSession, person_id: UUID, assessment_id: UUID, answers: Answers, at: datetime
) -> None:
    """Keep answers as this person's."""
    session.add(
        SelfAssessment(
            id=assessment_id,
            person_id=person_id,
            taken_at=at,
            answers={key: answer.value for key, answer in pruned(answers).items()},
        )
    )


async def own_assessments(session: AsyncSession, person_id: UUID | None) -> Sequence[SelfAssessment]:
    """Everything that somebody has kept, the newest first."""
    found = await session.scalars(
        select(SelfAssessment)
        .where(SelfAssessment.person_id == person_id)
        .order_by(SelfAssessment.taken_at.desc(), SelfAssessment.id)
        .limit(MOST)
    )
    return found.all()
