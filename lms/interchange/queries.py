"""Reading about material on its way, in a session somebody else opened."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course
from lms.interchange.models import Intake
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning import policy
from lms.learning.queries import teaches_course

LISTED = 20


async def course_to_write(
    session: AsyncSession, actor: Actor, course_id: UUID, *, lock: bool = False
) -> Course:
    """The course, for whoever may write its lessons. Raises NotFound for everybody else (S-03)."""
    course = await session.get(Course, course_id, with_for_update=lock)
    if course is None or not policy.may_write(actor, teaches=await teaches_course(session, actor, course_id)):
        raise NotFound
    return course


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
