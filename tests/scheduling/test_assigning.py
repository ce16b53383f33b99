"""Who teaches: asked, accepted or declined, exchanged for a run or one session, never two at once (rule 4)."""

import asyncio
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import Forbidden, NotFound, SignInNeeded, Stale
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.resources.models import Reservation, ReservationState
from lms.scheduling.errors import (
    AlreadyBegun,
    Hindrance,
    NobodyNamed,
    Obstacle,
    ResourceTaken,
    TrainerCannot,
    WrongState,
)
from lms.scheduling.links import assignment_path
from lms.scheduling.models import Answer, RunTrainer, Session, SessionTrainer
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.scheduling.service.assigning import listed, taught_by
from lms.trainers.models import Absence, Trainer
from lms.web.module import Around
from tests.making import BOTH, FixedClock, make_person
from tests.office import TEAM, Office, open_office

pytestmark = BOTH


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
async def vera(house: Around) -> Person:
    """A second trainer."""
    person = make_person("Vera", "Lindau")
    async with house.begin() as session:
        session.add(person)
        await session.flush()
        session.add(Trainer(person_id=person.id))
    return person


@pytest.fixture
def scheduling(house: Around) -> Scheduling:
    return Scheduling(house)


async def sessions(begin: Begin, run: Run) -> list[Session]:
    async with begin.reading() as session:
        return list((await sessions_of(session, [run.id]))[run.id])


async def taught(begin: Begin, run: Run) -> list[set[UUID]]:
    found = await sessions(begin, run)
    async with begin.reading() as session:
        known = await taught_by(session, [meeting.id for meeting in found])
    return [set(known[meeting.id]) for meeting in found]


async def reserved(begin: Begin, person: Person) -> list[str]:
    """When somebody is taken, in order."""
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Reservation.starts_at)
            .where(Reservation.trainer_id == person.id, Reservation.state == ReservationState.FIRM)
            .order_by(Reservation.starts_at)
        )
        return [f"{moment:%m-%d}" for moment in rows]


async def letters(begin: Begin) -> list[tuple[str, str]]:
    async with begin.reading() as session:
        rows = await session.execute(
            select(Letter.kind, Letter.to_name)
            .where(Letter.kind.in_(["assignment_asked", "trainers_changed", "trainer_changed"]))
            .order_by(Letter.kind, Letter.to_name)
        )
        return [(row.kind, row.to_name) for row in rows]


async def test_a_trainer_is_asked_once_and_answers_by_the_link(
    scheduling: Scheduling, office: Office, house: Around, jobs: Worker, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run()
    whose: dict[str, Any] = {"run_id": run.id, "person_id": office.trainer.id}
    key = assignment_path(house.signer, run.id, office.trainer.id).rsplit("/", 1)[1]
    with pytest.raises(WrongState):  # nobody has asked yet
        await scheduling.accept_assignment(ANONYMOUS, **whose, token=key)

    assert await scheduling.ask_trainers(TEAM, run_id=run.id) == [office.trainer.id]
    assert await scheduling.ask_trainers(TEAM, run_id=run.id) == []
    await jobs.drain()
    accepted = await scheduling.accept_assignment(ANONYMOUS, **whose, token=key)
    declined = await scheduling.decline_assignment(ANONYMOUS, **whose, token=key, note=" Ich bin im Urlaub. ")

    assert await letters(begin) == [("assignment_asked", "Jonas Krüger")]
    assert (accepted.answer, declined.answer) == (Answer.ACCEPTED, Answer.DECLINED)
    assert declined.answer_note == "Ich bin im Urlaub."
    with pytest.raises(SignInNeeded):
        await scheduling.accept_assignment(ANONYMOUS, **whose, token="b" * 32)
    somebody = Actor(identities=frozenset({Identity.TRAINER}), account_id=run.id, person_id=run.id)
    with pytest.raises(Forbidden):
        await scheduling.accept_assignment(somebody, **whose)
    clock.forward(days=30)
    with pytest.raises(AlreadyBegun):
        await scheduling.accept_assignment(ANONYMOUS, **whose, token=key)


async def test_another_trainer_takes_over_the_sessions_that_are_still_to_come(
    scheduling: Scheduling, office: Office, vera: Person, jobs: Worker, begin: Begin, clock: FixedClock
) -> None:
    run = await office.run(sessions=3)
    await office.enrol(run, "Ada", "Lehmann")
    clock.forward(days=5)  # the first is over

    await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[vera.id], seen=str(office.trainer.id))
    await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[vera.id], seen=str(office.trainer.id))
    await jobs.drain()

    assert await taught(begin, run) == [{office.trainer.id}, {vera.id}, {vera.id}]
    assert await reserved(begin, vera) == ["12-15", "01-05"]
    assert await reserved(begin, office.trainer) == ["12-08"]
    assert await letters(begin) == [
        ("trainer_changed", "Ada Lehmann"),
        ("trainers_changed", "Jonas Krüger"),
        ("trainers_changed", "Vera Lindau"),
    ]


async def test_one_session_has_trainers_of_its_own_and_keeps_them(
    scheduling: Scheduling, office: Office, vera: Person, begin: Begin
) -> None:
    run = await office.run(publish=False, sessions=3)
    second = (await sessions(begin, run))[1]
    third = make_person("Tom", "Dritter")
    async with begin() as session:
        session.add(third)
        await session.flush()
        session.add(Trainer(person_id=third.id))

    await scheduling.name_session_trainers(
        TEAM, session_id=second.id, trainer_ids=[vera.id], seen=str(office.trainer.id)
    )
    await scheduling.name_trainers(
        TEAM, run_id=run.id, trainer_ids=[third.id, office.trainer.id], seen=str(office.trainer.id)
    )

    both = {third.id, office.trainer.id}
    assert await taught(begin, run) == [both, {vera.id}, both]
    assert await reserved(begin, vera) == ["12-15"]
    async with begin.reading() as session:
        named = (
            await session.scalars(
                select(RunTrainer.person_id).where(RunTrainer.run_id == run.id).order_by(RunTrainer.position)
            )
        ).all()
    assert named == [third.id, office.trainer.id]


async def test_a_draft_concerns_nobody_yet(
    scheduling: Scheduling, office: Office, vera: Person, jobs: Worker, begin: Begin
) -> None:
    run = await office.run(publish=False)

    await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[vera.id], seen=str(office.trainer.id))
    await jobs.drain()

    assert await letters(begin) == []


async def test_whoever_teaches_elsewhere_or_is_away_is_refused_with_a_sentence_each(
    scheduling: Scheduling, office: Office, vera: Person, begin: Begin
) -> None:
    run = await office.run(sessions=2)
    other = await office.run(first_day=date(2026, 12, 9), sessions=1)
    (meeting,) = await sessions(begin, other)
    first, _ = await sessions(begin, run)
    async with begin() as session:
        session.add(Absence(person_id=vera.id, starts_at=first.starts_at, ends_at=first.ends_at))
    seen = str(office.trainer.id)

    with pytest.raises(TrainerCannot) as away:
        await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[vera.id], seen=seen)
    await scheduling.name_trainers(
        TEAM, run_id=run.id, trainer_ids=[vera.id], seen=seen, is_agreed=True
    )  # they come all the same
    same_time = await office.run(first_day=date(2026, 12, 15), at=time(12, 30), sessions=1, publish=False)
    (late,) = await sessions(begin, same_time)
    await scheduling.move_session(
        TEAM, session_id=late.id, starts_at=first.starts_at + timedelta(days=7),
        ends_at=first.ends_at + timedelta(days=7), room_id=None, version=1,
    )  # fmt: skip
    with pytest.raises(ResourceTaken) as taken:
        await scheduling.name_session_trainers(
            TEAM, session_id=late.id, trainer_ids=[vera.id], seen=seen, is_agreed=True
        )

    assert [(one.why, one.name) for one in away.value.obstacles] == [(Hindrance.ABSENT, "Vera Lindau")]
    assert [one.name for one in taken.value.clashes] == ["Vera Lindau"]
    with pytest.raises(Stale):
        await scheduling.name_trainers(TEAM, run_id=run.id, trainer_ids=[], seen=seen)
    with pytest.raises(NotFound):
        await scheduling.name_session_trainers(
            TEAM, session_id=meeting.id, trainer_ids=[make_person().id], seen=seen
        )
    with pytest.raises(NobodyNamed):
        await scheduling.name_session_trainers(TEAM, session_id=meeting.id, trainer_ids=[], seen=seen)
    assert isinstance(away.value.obstacles[0], Obstacle)


async def test_of_many_runs_that_want_one_trainer_at_the_same_time_one_gets_her(
    scheduling: Scheduling, office: Office, vera: Person, begin: Begin, house: Around
) -> None:
    meetings = []
    for number in range(4):
        run = await office.run(first_day=date(2026, 12, 8), at=time(8 + 3 * number), sessions=1)
        meetings += await sessions(begin, run)
    async with begin() as session:  # all at ten, without room and trainer, so that only Vera can clash
        for meeting in meetings:
            row = await session.get_one(Session, meeting.id)
            row.starts_at, row.ends_at = meetings[0].starts_at, meetings[0].ends_at
            row.room_id = None
            await session.delete(await session.get_one(SessionTrainer, (meeting.id, office.trainer.id)))

    outcomes = await asyncio.gather(
        *(
            Scheduling(house).name_session_trainers(
                TEAM, session_id=meeting.id, trainer_ids=[vera.id], seen=listed([])
            )
            for meeting in meetings
        ),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["ResourceTaken"] * 3 + ["Session"]
    assert len(await reserved(begin, vera)) == 1
