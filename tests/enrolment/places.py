"""What stories about places need: a run in the database, people at the door, and a look at everything that came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import OCCUPYING, Enrolment, EnrolmentState, ListEvent, Party
from lms.enrolment.values import NewPerson
from lms.jobs.models import Job
from lms.kernel.actor import Actor
from tests.making import make_course, make_run

VISITOR = Actor(address="203.0.113.7")
"""Somebody without an account."""


def named(name: str = "Ada Lehmann", **given: Any) -> NewPerson:
    """Somebody as typed into the form."""
    given_name, _, family_name = name.partition(" ")
    usual = {"email": f"{given_name}.{family_name}@example.com".lower()}
    return NewPerson(given_name=given_name, family_name=family_name, **usual | given)


def people(count: int, stem: str = "Person") -> list[NewPerson]:
    """Several who do not know each other."""
    return [named(f"{stem}{number} Muster") for number in range(count)]


async def offered_run(begin: Begin, *, course: dict[str, Any] | None = None, **given: Any) -> Run:
    """A published run in the database."""
    a_course = make_course(**course or {})
    run = make_run(a_course, **given)
    async with begin() as session:
        session.add(a_course)
        await session.flush()
        session.add(run)
    return run


async def states(begin: Begin, run: Run) -> list[EnrolmentState]:
    """The states of a run's named enrolments in the order of the list."""
    async with begin.reading() as session:
        return list(
            (
                await session.scalars(
                    select(Enrolment.state)
                    .join(Party, Party.id == Enrolment.party_id)
                    .where(Enrolment.run_id == run.id, Enrolment.person_id.is_not(None))
                    .order_by(Party.position, Enrolment.id)
                )
            ).all()
        )


async def told(begin: Begin) -> list[str]:
    """The kinds of events announced so far, sorted."""
    async with begin.reading() as session:
        kinds = (await session.scalars(select(Job.kind).where(Job.kind.startswith("event:")))).all()
    return sorted(kind.removeprefix("event:") for kind in kinds)


@dataclass(frozen=True, slots=True)
class Look:
    """A run as it is in the database."""

    run: Run
    enrolments: Sequence[Enrolment]

    @property
    def named(self) -> Sequence[Enrolment]:
        """Without the places that forms hold or have given back."""
        return [one for one in self.enrolments if one.person_id is not None]

    @property
    def occupied(self) -> int:
        return sum(one.state in OCCUPYING for one in self.enrolments)


async def look(begin: Begin, run: Run) -> Look:
    async with begin.reading() as session:
        found = await session.get_one(Run, run.id)
        enrolments = (await session.scalars(select(Enrolment).where(Enrolment.run_id == run.id))).all()
    return Look(found, enrolments)


async def history(begin: Begin, party_id: UUID) -> list[tuple[str, str]]:
    """What happened to a party on the list: kind and reason."""
    async with begin.reading() as session:
        rows = await session.execute(
            select(ListEvent.kind, ListEvent.reason)
            .where(ListEvent.party_id == party_id)
            .order_by(ListEvent.number)
        )
        return [(kind, reason) for kind, reason in rows]


async def course_of(session: AsyncSession, run: Run) -> Course:
    return await session.get_one(Course, run.course_id)


CHILD = date(2013, 5, 1)
"""Thirteen years old in the stories, which play in December 2026."""
