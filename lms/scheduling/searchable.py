"""Courses found by where they take place and by who teaches them, too."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.events import CourseChanged
from lms.catalogue.models import Course, Run
from lms.catalogue.search import index_course
from lms.people.models import Person
from lms.resources.models import Venue
from lms.scheduling.models import RunTrainer


async def index_courses(session: AsyncSession, course_ids: Iterable[UUID]) -> None:
    """Make these courses findable by their present words, runs, venues and trainers.

    To be called in the transaction that changes a course, its runs, their trainers or a venue.
    """
    wanted = list(dict.fromkeys(course_ids))
    names: dict[UUID, set[str]] = defaultdict(set)
    places = await session.execute(
        select(Run.course_id, Venue.name, Venue.district)
        .join(Venue, Venue.id == Run.venue_id)
        .where(Run.course_id.in_(wanted))
        .distinct()
    )
    for course_id, name, district in places:
        names[course_id] |= {name, district}
    teachers = await session.execute(
        select(Run.course_id, Person.given_name, Person.family_name)
        .join(RunTrainer, RunTrainer.run_id == Run.id)
        .join(Person, Person.id == RunTrainer.person_id)
        .where(Run.course_id.in_(wanted))
        .distinct()
    )
    for course_id, given_name, family_name in teachers:
        names[course_id].add(f"{given_name} {family_name}")
    for course in await session.scalars(select(Course).where(Course.id.in_(wanted))):
        await index_course(session, course, names=sorted(names[course.id]))


async def find_again(session: AsyncSession, event: CourseChanged) -> None:
    """A course that was written anew is found by its venues and trainers as well."""
    await index_courses(session, [event.course_id])
