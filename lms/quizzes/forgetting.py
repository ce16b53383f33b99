"""What is not kept for ever: attempts go a year after their run, with all answers. What they proved stands elsewhere."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.catalogue.models import Run
from lms.db import Begin, retried
from lms.enrolment.models import Enrolment
from lms.kernel.clock import Clock
from lms.quizzes.models import Attempt

KEPT = timedelta(days=365)
AT_ONCE = 500


@retried
async def forget_old(begin: Begin, clock: Clock) -> int:
    """Delete attempts of runs that ended more than a year ago; says how many. Progress and exam results stay."""
    async with begin() as session:
        old = (
            await session.scalars(
                select(Attempt.id)
                .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
                .join(Run, Run.id == Enrolment.run_id)
                .where(Run.ends_at < clock() - KEPT)
                .limit(AT_ONCE)
            )
        ).all()
        await session.execute(delete(Attempt).where(Attempt.id.in_(old)))
    return len(old)
