"""Who teaches children and young people: only somebody whose certificate of conduct the team has seen (L-34).

Asked wherever somebody is newly assigned. There is no way around it, for nobody: the certificate is seen, or somebody else
teaches.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, CourseAudience
from lms.people.models import Person
from lms.scheduling.errors import ConductNotSeen
from lms.trainers.queries import conduct_valid_until


async def ensure_conduct_seen(
    session: AsyncSession, course_id: UUID, gained: Iterable[UUID], last_day: date
) -> None:
    """Raise ConductNotSeen where the course is for young people and somebody's record does not reach to `last_day`.

    `gained` are persons not assigned before; at most three statements.
    """
    wanted = sorted(set(gained))
    if not wanted or not await is_for_youth(session, course_id):
        return
    valid = await conduct_valid_until(session, wanted)
    lacking = [one for one in wanted if one not in valid or valid[one] < last_day]
    if lacking:
        person = await session.get_one(Person, lacking[0])
        raise ConductNotSeen(name=person.name, day=last_day)


async def is_for_youth(session: AsyncSession, course_id: UUID) -> bool:
    """Whether children and young people are among those the course is for."""
    wanted = exists().where(CourseAudience.course_id == course_id, CourseAudience.audience == Audience.YOUTH)
    return bool(await session.scalar(select(wanted)))
