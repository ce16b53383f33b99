"""Who could stand in for a trainer (U17): qualified first, then free, and for the others why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, CourseTopic, Run, Topic
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.people.models import Person
from lms.scheduling.demands import Condition, Ground, demands_of, wanted_of
from lms.scheduling.errors import Clash
from lms.scheduling.feasibility import load_world, obstacles
from lms.scheduling.feasibility.searching import OF_A_TRAINER
from lms.scheduling.models import (
    RunTrainer,
    Session,
    SessionTrainer,
    SubstituteOffer,
    SubstituteOfferState,
    Substitution,
    SubstitutionState,
)
from lms.trainers.models import Trainer

PURPOSE = "substitute"
"""What the links in the offers are made for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody qualified. `has_taught_it` says that they know the course; `in_the_way` why they are not free."""

    person: Person
    has_taught_it: bool
    in_the_way: Sequence[Clash]

    @property
    def is_free(self) -> bool:
        """Whether they could teach the session."""
        return not self.in_the_way


@dataclass(frozen=True, slots=True)
class Search:
    """A substitution with who was asked, in the order of their names."""

    row: Substitution
    absent: Person
    asked: Sequence[tuple[SubstituteOffer, Person]]

    @property
    def is_open(self) -> bool:
        """Whether somebody is still looked for."""
        return self.row.state is SubstitutionState.OPEN


async def teachers_of(session: AsyncSession, meeting: Session) -> Sequence[Person]:
    """Who teaches this session: those named for it, or else those of its run."""
    named = select(SessionTrainer.person_id).where(SessionTrainer.session_id == meeting.id)
    of_run = select(RunTrainer.person_id).where(RunTrainer.run_id == meeting.run_id)
    for ids in (named, of_run):
        found = await session.scalars(
            select(Person).where(Person.id.in_(ids)).order_by(Person.family_name, Person.id)
        )
        if people := found.all():
            return people
    return []


async def candidates(
    session: AsyncSession, meeting: Session, run: Run, ground: Ground
) -> Sequence[Candidate]:
    """Everybody qualified but those who teach it: the free ones first, among them who has taught the course.

    Qualified is who may teach one of the course's topics or has taught the course. Free means: no other session, no
    absence, within their hours, the way between venues included. A constant number of statements.
    """
    topics = set(
        await session.scalars(
            select(Topic.slug)
            .join(CourseTopic, CourseTopic.topic_id == Topic.id)
            .where(CourseTopic.course_id == run.course_id)
        )
    )
    experienced = set(
        await session.scalars(
            select(RunTrainer.person_id)
            .join(Run, Run.id == RunTrainer.run_id)
            .where(Run.course_id == run.course_id)
        )
    )
    here = {person.id for person in await teachers_of(session, meeting)}
    rows = await session.execute(select(Trainer, Person).join(Person, Person.id == Trainer.person_id))
    qualified = [
        person
        for trainer, person in rows
        if person.id not in here and (person.id in experienced or topics & set(trainer.topics))
    ]
    if not qualified:
        return []
    period = Period(meeting.starts_at, meeting.ends_at)
    demands = (await demands_of(session, {run.id: run}))[run.id]
    everybody = tuple(person.id for person in qualified)
    asked = wanted_of(demands, [Condition(period=period, room_id=meeting.room_id, trainer_ids=everybody)])
    world = await load_world(
        session, asked, state=ground.federal_state, travel_minutes=ground.travel_minutes, besides=[meeting.id]
    )
    found = []
    for person in qualified:
        alone = wanted_of(
            demands, [Condition(period=period, room_id=meeting.room_id, trainer_ids=(person.id,))]
        )
        in_the_way = [clash for clash in obstacles(alone, world) if clash.taken in OF_A_TRAINER]
        found.append(Candidate(person, person.id in experienced, in_the_way))
    return sorted(
        found, key=lambda one: (not one.is_free, not one.has_taught_it, one.person.family_name, one.person.id)
    )


async def searches_of(session: AsyncSession, session_id: UUID) -> Sequence[Search]:
    """Every search for a session, the newest first; three statements."""
    rows = (
        await session.execute(
            select(Substitution, Person)
            .join(Person, Person.id == Substitution.absent_id)
            .where(Substitution.session_id == session_id)
            .order_by(Substitution.opened_at.desc(), Substitution.id)
        )
    ).all()
    offers = (
        await session.execute(
            select(SubstituteOffer, Person)
            .join(Person, Person.id == SubstituteOffer.person_id)
            .where(SubstituteOffer.substitution_id.in_([row.id for row, _ in rows]))
            .order_by(Person.family_name, Person.given_name)
        )
    ).all()
    return [
        Search(row, absent, [(offer, person) for offer, person in offers if offer.substitution_id == row.id])
        for row, absent in rows
    ]


async def open_searches(session: AsyncSession, now: datetime) -> Sequence[Any]:
    """Sessions to come for which somebody is looked for, in order of time: session, run, course, absent, asked, declined."""
    asked = func.count(SubstituteOffer.id)
    declined = func.count().filter(SubstituteOffer.state == SubstituteOfferState.DECLINED)
    return (
        await session.execute(
            select(Session, Run, Course, Person, asked.label("asked"), declined.label("declined"))
            .select_from(Substitution)
            .join(Session, Session.id == Substitution.session_id)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .join(Person, Person.id == Substitution.absent_id)
            .outerjoin(SubstituteOffer, SubstituteOffer.substitution_id == Substitution.id)
            .where(Substitution.state == SubstitutionState.OPEN, Session.starts_at > now)
            .group_by(Session.id, Run.id, Course.id, Person.id)
            .order_by(Session.starts_at, Session.id)
        )
    ).all()


async def offer_of(session: AsyncSession, offer_id: UUID) -> SubstituteOffer:
    """One offer. Raises NotFound."""
    found = await session.get(SubstituteOffer, offer_id)
    if found is None:
        raise NotFound
    return found
