"""Reading who wants to hear of a course, for the team."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, Run
from lms.enrolment.lists.models import Interest, InterestTold, InterestWay
from lms.enrolment.models import Enrolment
from lms.people.models import Person

WHO = aliased(Person)
COUNTS = Interest.confirmed_at.is_not(None)
"""Whose address is proved; the others are not on the list yet."""


@dataclass(frozen=True, slots=True)
class Interested:
    """Somebody on the list. `name` is who wants to take part, `reader` the person we know who gets the letters."""

    interest: Interest
    name: str
    reader: Person | None
    told_of: Sequence[str] = ()

    @property
    def since(self) -> datetime:
        """When they asked."""
        return self.interest.created_at

    @property
    def reach(self) -> str:
        """Where we reach them."""
        one = self.interest
        if self.reader is not None:
            return self.reader.email or self.reader.phone or ""
        return {InterestWay.EMAIL: one.email, InterestWay.PHONE: one.phone}.get(one.way, one.city)


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who wants to be called about a run."""

    interest: Interest
    run: Run


async def interested_in(session: AsyncSession, course_id: UUID) -> Sequence[Interested]:
    """Who wants to hear of this course, whoever was kept for its next run included, oldest first; two statements."""
    rows = (
        await session.execute(
            select(Interest, Person, WHO)
            .outerjoin(Person, Person.id == Interest.person_id)
            .outerjoin(Enrolment, Enrolment.id == Interest.enrolment_id)
            .outerjoin(WHO, WHO.id == Enrolment.person_id)
            .where(Interest.course_id == course_id, COUNTS)
            .order_by(Interest.created_at, Interest.id)
        )
    ).all()
    told: dict[UUID, list[str]] = {}
    for interest_id, number in await session.execute(
        select(InterestTold.interest_id, Run.number)
        .join(Run, Run.id == InterestTold.run_id)
        .join(Interest, Interest.id == InterestTold.interest_id)
        .where(Interest.course_id == course_id)
        .order_by(InterestTold.told_at)
    ):
        told.setdefault(interest_id, []).append(number)
    return [
        Interested(interest, _name(interest, person, who), person, told.get(interest.id, ()))
        for interest, person, who in rows
    ]


def _name(interest: Interest, reader: Person | None, who: Person | None) -> str:
    known = reader if who is None else who
    return interest.name if known is None else known.name


async def interest_counts(session: AsyncSession, course_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many want to hear of each of these courses; one statement."""
    rows = await session.execute(
        select(Interest.course_id, func.count())
        .where(Interest.course_id.in_(list(course_ids)), COUNTS)
        .group_by(Interest.course_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


async def most_wanted(session: AsyncSession, *, limit: int) -> Sequence[tuple[Course, int]]:
    """The courses that most people want to hear of."""
    count = func.count().label("count")
    rows = await session.execute(
        select(Course, count)
        .join(Interest, Interest.course_id == Course.id)
        .where(COUNTS)
        .group_by(Course.id)
        .order_by(count.desc(), Course.title_de)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


async def sought_in_vain(session: AsyncSession, *, limit: int) -> Sequence[tuple[str, int]]:
    """What people searched for in vain and want to hear of, most wanted first."""
    count = func.count().label("count")
    rows = await session.execute(
        select(Interest.words, count)
        .where(Interest.course_id.is_(None), COUNTS)
        .group_by(Interest.words)
        .order_by(count.desc(), Interest.words)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


async def calls_to_make(session: AsyncSession, *, limit: int) -> Sequence[Call]:
    """Who still has to be called because a run can be booked, oldest first."""
    rows = await session.execute(
        select(Interest, Run)
        .join(InterestTold, InterestTold.interest_id == Interest.id)
        .join(Run, Run.id == InterestTold.run_id)
        .where(Interest.way == InterestWay.PHONE, InterestTold.called_at.is_(None))
        .order_by(InterestTold.told_at, Interest.created_at)
        .limit(limit)
    )
    return [Call(interest, run) for interest, run in rows]
