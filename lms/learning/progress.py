"""Writing down how far somebody is; for every module that has lessons of its own kind."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.models import Enrolment
from lms.jobs.queue import announce
from lms.learning.events import LessonDone
from lms.learning.models import Progress


async def write_progress(
    session: AsyncSession,
    *,
    enrolment_id: UUID,
    lesson_id: UUID,
    now: datetime,
    place: str | None = None,
    done: bool | None = None,
) -> Progress:
    """Note that somebody has opened a lesson, where they are in it, and whether it is done; None leaves what stands.

    Waits for others who write about the same enrolment. Twice is as good as once; `LessonDone` is announced the first time.
    """
    await session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())
    found = await session.scalar(
        select(Progress)
        .where(Progress.enrolment_id == enrolment_id, Progress.lesson_id == lesson_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        found = Progress(enrolment_id=enrolment_id, lesson_id=lesson_id, started_at=now, seen_at=now)
        session.add(found)
    found.seen_at = now
    if place is not None:
        found.place = place
    if done and found.done_at is None:
        found.done_at = now
        announce(session, LessonDone(enrolment_id=enrolment_id, lesson_id=lesson_id), at=now)
    elif done is False:
        found.done_at = None
    return found
