"""Reading about material on its way, in a session somebody else opened."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.interchange.models import Intake
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.contents.reading import course_to_write

LISTED = 20


async def intake_of(
    session: AsyncSession, actor: Actor, course_id: UUID, intake_id: UUID, *, lock: bool = False
) -> Intake:
    """One intake of this course. Raises NotFound."""
    await course_to_write(session, actor, course_id)
    found = await session.get(Intake, intake_id, with_for_update=lock, populate_existing=lock)
    if found is None or found.course_id != course_id:
        raise NotFound
    return found


async def intakes_of(session: AsyncSession, course_id: UUID) -> Sequence[Intake]:
    """The last ones of a course, the newest first."""
    found = await session.scalars(
        select(Intake).where(Intake.course_id == course_id).order_by(Intake.received_at.desc()).limit(LISTED)
    )
    return found.all()
