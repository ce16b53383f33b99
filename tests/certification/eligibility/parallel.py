"""Two runs of one course side by side, each with a trainer of its own, for stories of what is attended and made up."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.models import RunTrainer, Session
from tests.making import MOMENT, make_course, make_person, make_run, staff

TEAM = staff(Identity.CERTIFICATES, Identity.ENROLMENT)
P, L, E, A = Presence.PRESENT, Presence.LATE, Presence.EXCUSED, Presence.ABSENT


@dataclass
class OneRun:
    """A run of five sessions of 90 minutes, a week apart, that was over two weeks ago (or is yet to begin)."""

    run: Run
    meetings: list[Session]
    trainer: Actor

    @property
    def id(self) -> UUID:
        return self.run.id


@dataclass
class Parallel:
    """Ada missed the second session of the first run and Ben three of its sessions; Cem sits in the second run."""

    course: Course
    first: OneRun
    second: OneRun
    ada: Enrolment
    ben: Enrolment
    cem: Enrolment


async def parallel_runs(begin: Begin, *, capacity: int = 12, locked: bool = True) -> Parallel:
    course = make_course()
    ada, ben, cem = make_person("Ada", "Arndt"), make_person("Ben", "Berg"), make_person("Cem", "Celik")
    async with begin() as session:
        session.add_all([course, ada, ben, cem])
        await session.flush()
        first = await _run(session, course, weeks_ago=7, capacity=40, locked=locked)
        second = await _run(session, course, weeks_ago=6, capacity=capacity, locked=False)
        places = [
            await _place(session, first, ada, [P, A, P, P, E]),
            await _place(session, first, ben, [A, A, A, P, P]),
            await _place(session, second, cem, [P, P, P, P, P]),
        ]
    return Parallel(course, first, second, *places)


async def enrol(begin: Begin, one: OneRun, person: Person, marks: list[Presence | None]) -> Enrolment:
    """One more with a place."""
    async with begin() as session:
        await session.merge(person)
        await session.flush()
        return await _place(session, one, person, marks)


async def _run(
    session: AsyncSession, course: Course, *, weeks_ago: int, capacity: int = 12, locked: bool
) -> OneRun:
    begins = MOMENT - timedelta(weeks=weeks_ago) + timedelta(days=7 - weeks_ago)
    ends = begins + timedelta(weeks=4, minutes=90)
    run = make_run(
        course,
        starts_at=begins,
        ends_at=ends,
        capacity=capacity,
        session_count=5,
        total_minutes=450,
        attendance_locked_at=MOMENT if locked else None,
    )
    teacher = make_person("Jonas", f"Krüger{weeks_ago}")
    session.add_all([run, teacher])
    await session.flush()
    meetings = [
        Session(
            run_id=run.id,
            starts_at=begins + timedelta(weeks=week),
            ends_at=begins + timedelta(weeks=week, minutes=90),
            changed_at=MOMENT,
            locked_at=MOMENT if locked else None,
        )
        for week in range(5)
    ]
    session.add_all([*meetings, RunTrainer(run_id=run.id, person_id=teacher.id)])
    await session.flush()
    actor = Actor(
        identities=frozenset({Identity.LEARNER, Identity.TRAINER}), account_id=uuid4(), person_id=teacher.id
    )
    return OneRun(run, meetings, actor)


async def _place(
    session: AsyncSession, one: OneRun, person: Person, marks: list[Presence | None]
) -> Enrolment:
    position = (await session.scalar(select(func.max(Party.position)).where(Party.run_id == one.id)) or 0) + 1
    party = Party(run_id=one.id, position=position, size=1, joined_at=MOMENT)
    session.add(party)
    await session.flush()
    enrolment = Enrolment(
        run_id=one.id,
        party_id=party.id,
        reference=f"{one.run.number}-{position}",
        state=EnrolmentState.CONFIRMED,
        created_at=MOMENT,
        changed_at=MOMENT,
        way=EntryWay.WEB,
        person_id=person.id,
    )
    session.add(enrolment)
    await session.flush()
    session.add_all(
        Attendance(
            session_id=meeting.id,
            enrolment_id=enrolment.id,
            presence=presence,
            marked_at=MOMENT,
            marked_by=None,
        )
        for meeting, presence in zip(one.meetings, marks, strict=True)
        if presence is not None
    )
    return enrolment
