"""What is done needs no keeping: the outbox stays small, and what was given up stays to be seen."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.db import Begin
from lms.jobs.models import Job, JobState
from lms.kernel.clock import Clock

KEPT = timedelta(days=14)
AT_ONCE = 1_000


async def tidy(begin: Begin, clock: Clock) -> None:
    """Delete jobs done more than two weeks ago, a thousand in one transaction."""
    old = select(Job.id).where(Job.state == JobState.DONE, Job.finished_at < clock() - KEPT).limit(AT_ONCE)
    while True:
        async with begin() as session:
            if (
                len((await session.scalars(delete(Job).where(Job.id.in_(old)).returning(Job.id))).all())
                < AT_ONCE
            ):
                return
