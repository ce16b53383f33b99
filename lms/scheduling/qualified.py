"""Who may be assigned to a course: only somebody who has what it requires, as the team has seen it (F-H14, L-34).

Courses for children and young people require a certificate of conduct; kinds of qualification are required for topics, audiences
and courses as staff decide. Asked wherever somebody is newly assigned, planned or looked for. There is no way around it, for
nobody: the paper is seen, or somebody else teaches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, CourseAudience, CourseTopic
from lms.people.models import Person
from lms.scheduling.errors import ConductNotSeen, QualificationMissing
from lms.trainers.qualifications.models import QualificationKind, QualificationNeed
from lms.trainers.qualifications.queries import Lacked, lacked_of
from lms.trainers.queries import conduct_valid_until

CONDUCT = ""
"""The name under which `lacks` tells of a certificate of conduct: pages have the word for it."""


@dataclass(frozen=True, slots=True)
class Required:
    """What a course asks of whoever teaches it: a certificate of conduct, and kinds by their ids and names."""

    conduct: bool
    kinds: Mapping[UUID, str]


async def ensure_qualified(
    session: AsyncSession, course_id: UUID, gained: Iterable[UUID], last_day: date
) -> None:
    """Raise ConductNotSeen or QualificationMissing where somebody lacks what the course requires up to `last_day`.

    `gained` are persons not assigned before; at most five statements.
    """
    wanted = sorted(set(gained))
    if not wanted:
        return
    found = await lacks(session, course_id, wanted, last_day)
    for person_id in wanted:
        if person_id in found:
            person, first = await session.get_one(Person, person_id), found[person_id][0]
            if first.name == CONDUCT:
                raise ConductNotSeen(name=person.name, day=last_day)
            raise QualificationMissing(name=person.name, kind=first.name, day=last_day)


async def lacks(
    session: AsyncSession, course_id: UUID, person_ids: Iterable[UUID], last_day: date
) -> Mapping[UUID, Sequence[Lacked]]:
    """What each of these persons lacks for the course on that day; who lacks nothing is missing. At most four statements."""
    wanted = list(dict.fromkeys(person_ids))
    required = await required_of(session, course_id)
    found: dict[UUID, list[Lacked]] = {}
    if required.conduct and wanted:
        valid = await conduct_valid_until(session, wanted)
        found = {
            one: [Lacked(CONDUCT, valid.get(one))]
            for one in wanted
            if one not in valid or valid[one] < last_day
        }
    for one, missing in (await lacked_of(session, required.kinds, wanted, last_day)).items():
        found.setdefault(one, []).extend(missing)
    return found


async def required_of(session: AsyncSession, course_id: UUID) -> Required:
    """What this course requires; two statements."""
    topics = select(CourseTopic.topic_id).where(CourseTopic.course_id == course_id)
    audiences = select(CourseAudience.audience).where(CourseAudience.course_id == course_id)
    rows = await session.execute(
        select(QualificationKind.id, QualificationKind.name)
        .join(QualificationNeed, QualificationNeed.kind_id == QualificationKind.id)
        .where(
            QualificationKind.retired_at.is_(None),
            or_(
                QualificationNeed.course_id == course_id,
                QualificationNeed.topic_id.in_(topics),
                QualificationNeed.audience.in_(audiences),
            ),
        )
        .distinct()
        .order_by(QualificationKind.name)
    )
    return Required(await is_for_youth(session, course_id), {row.id: row.name for row in rows})


async def is_for_youth(session: AsyncSession, course_id: UUID) -> bool:
    """Whether children and young people are among those the course is for."""
    wanted = exists().where(CourseAudience.course_id == course_id, CourseAudience.audience == Audience.YOUTH)
    return bool(await session.scalar(select(wanted)))
