"""Planning through the service: dates, rooms, trainers, and what is refused."""

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.catalogue.models import Course, RunState
from lms.db import Begin
from lms.jobs.models import Job
from lms.kernel.errors import Forbidden, Stale
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.resources.models import Reservation, ReservationState, Room
from lms.scheduling.errors import InThePast, ResourceTaken, RoomTooSmall, Taken, WrongState
from lms.scheduling.models import Session, SkippedDate
from lms.scheduling.queries import sessions_of
from lms.scheduling.rules import WeeklyRule
from lms.scheduling.service import RunPlan, Scheduling, Terms
from lms.web.module import Around
from tests.making import BOTH, learner, make_course, make_person, make_room, make_venue, staff

pytestmark = BOTH
PLANNER = staff(Identity.PROGRAMME)


class Place:
    """A course, a room of 14 seats with a quarter of an hour to set up, and a trainer."""

    def __init__(self, course: Course, room: Room, trainer: Person) -> None:
        self.course, self.room, self.trainer = course, room, trainer

    def plan(self, *, rule: dict[str, Any] | None = None, terms: dict[str, Any] | None = None) -> RunPlan:
        usual: dict[str, Any] = {
            "first_day": date(2026, 12, 8),
            "starts_at": time(10),
            "minutes": 90,
            "count": 2,
            "weekdays": frozenset({1}),
        }
        return RunPlan(
            course_id=self.course.id,
            rule=WeeklyRule(**usual | (rule or {})),
            terms=Terms(**{"capacity": 12} | (terms or {})),
            room_id=self.room.id,
            trainer_ids=(self.trainer.id,),
        )

    def plan_nowhere(self) -> RunPlan:
        """The same hours in no room and with nobody: nothing in it queues for anything of another."""
        return replace(self.plan(), run_id=uuid4(), room_id=None, trainer_ids=())


@pytest.fixture
async def place(begin: Begin) -> Place:
    venue, course, trainer = make_venue(), make_course(), make_person("Jonas", "Krüger")
    room = make_room(venue, setup_minutes=15, clearup_minutes=15)
    async with begin() as session:
        session.add_all([venue, course, trainer])
        await session.flush()
        session.add(room)
    return Place(course, room, trainer)


@pytest.fixture
def scheduling(house: Around) -> Scheduling:
    return Scheduling(house)


async def sessions(begin: Begin, run_id: UUID) -> list[Session]:
    async with begin.reading() as session:
        return list((await sessions_of(session, [run_id]))[run_id])


async def events(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        return [job.kind for job in await session.scalars(select(Job).order_by(Job.created_at))]


async def test_a_weekly_run_gets_its_sessions_its_room_and_its_trainer(
    scheduling: Scheduling, place: Place, begin: Begin
) -> None:
    run = await scheduling.plan(PLANNER, place.plan(rule={"count": 3}))

    held = await sessions(begin, run.id)
    async with begin.reading() as session:
        skipped = [
            row.reason for row in await session.scalars(select(SkippedDate).order_by(SkippedDate.starts_at))
        ]
        reserved = (
            await session.scalars(select(Reservation).where(Reservation.room_id == place.room.id))
        ).all()
    assert [f"{row.starts_at:%m-%d %H:%M}" for row in held] == ["12-08 09:00", "12-15 09:00", "01-05 09:00"]
    assert skipped == ["Weihnachtsferien", "Weihnachtsferien"]
    assert (run.state, run.session_count, run.total_minutes, run.number) == (
        RunState.DRAFT,
        3,
        270,
        "26-0001",
    )
    assert {(row.ends_at - row.starts_at) for row in reserved} == {timedelta(minutes=120)}


async def test_a_room_or_trainer_that_is_taken_is_named_and_nothing_is_saved(
    scheduling: Scheduling, place: Place, begin: Begin
) -> None:
    await scheduling.plan(PLANNER, place.plan())

    with pytest.raises(ResourceTaken) as refused:
        await scheduling.plan(PLANNER, place.plan(rule={"starts_at": time(11, 45), "count": 1}))

    assert [(clash.taken, clash.name) for clash in refused.value.clashes] == [(Taken.ROOM, "Raum 1")]
    async with begin.reading() as session:
        assert len((await session.scalars(select(Session))).all()) == 2


async def test_right_after_clearing_up_the_next_run_may_start(scheduling: Scheduling, place: Place) -> None:
    await scheduling.plan(PLANNER, place.plan())

    later = await scheduling.plan(PLANNER, place.plan(rule={"starts_at": time(12)}))

    assert later.session_count == 2


async def test_of_two_who_want_the_room_at_once_one_gets_it(
    scheduling: Scheduling, place: Place, begin: Begin
) -> None:
    plans = [scheduling.plan(PLANNER, place.plan()) for _ in range(6)]

    outcomes = await asyncio.gather(*plans, return_exceptions=True)

    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    async with begin.reading() as session:
        firm = await session.scalars(select(Reservation).where(Reservation.state == ReservationState.FIRM))
        assert len(firm.all()) == 4


async def test_runs_that_are_planned_at_the_same_moment_get_numbers_of_their_own(
    scheduling: Scheduling, place: Place
) -> None:
    plans = [scheduling.plan(PLANNER, place.plan_nowhere()) for _ in range(5)]

    runs = await asyncio.gather(*plans)

    assert sorted(run.number for run in runs) == [f"26-000{number}" for number in range(1, 6)]


async def test_the_same_form_sent_twice_at_once_plans_one_run(scheduling: Scheduling, place: Place) -> None:
    plan = replace(place.plan(), run_id=uuid4())

    runs = await asyncio.gather(*(scheduling.plan(PLANNER, plan) for _ in range(4)))

    assert {run.id for run in runs} == {plan.run_id}


async def test_a_run_larger_than_its_room_needs_a_stated_reason(scheduling: Scheduling, place: Place) -> None:
    with pytest.raises(RoomTooSmall):
        await scheduling.plan(PLANNER, place.plan(terms={"capacity": 15}))

    run = await scheduling.plan(
        PLANNER, place.plan(terms={"capacity": 15, "room_override_reason": "Eine Person nimmt online teil."})
    )

    assert run.capacity == 15


async def test_the_past_cannot_be_planned(scheduling: Scheduling, place: Place) -> None:
    with pytest.raises(InThePast):
        await scheduling.plan(PLANNER, place.plan(rule={"first_day": date(2026, 12, 3)}))


async def test_a_draft_is_published_once_and_everybody_hears_of_it_once(
    scheduling: Scheduling, place: Place, begin: Begin
) -> None:
    run = await scheduling.plan(PLANNER, place.plan())

    await scheduling.publish(PLANNER, run_id=run.id)
    again = await scheduling.publish(PLANNER, run_id=run.id)

    assert again.state == RunState.PUBLISHED
    assert await events(begin) == ["event:RunPublished"]


async def test_a_session_moves_with_its_room_and_tells_everybody(
    scheduling: Scheduling, place: Place, begin: Begin
) -> None:
    run = await scheduling.plan(PLANNER, place.plan())
    await scheduling.publish(PLANNER, run_id=run.id)
    first = (await sessions(begin, run.id))[0]
    later = first.starts_at + timedelta(days=1)

    moved = await scheduling.move_session(
        PLANNER,
        session_id=first.id,
        starts_at=later,
        ends_at=later + timedelta(minutes=90),
        room_id=place.room.id,
        version=first.version,
    )

    assert (moved.sequence, moved.starts_at) == (1, later)
    assert await events(begin) == ["event:RunPublished", "event:SessionsChanged"]
    with pytest.raises(Stale):
        await scheduling.cancel_session(PLANNER, session_id=first.id, reason="krank", version=first.version)


async def test_a_cancelled_session_gives_its_room_back(
    scheduling: Scheduling, place: Place, begin: Begin
) -> None:
    run = await scheduling.plan(PLANNER, place.plan())
    first = (await sessions(begin, run.id))[0]

    await scheduling.cancel_session(PLANNER, session_id=first.id, reason="krank", version=first.version)
    other = await scheduling.plan(PLANNER, place.plan(rule={"count": 1}))

    assert other.session_count == 1
    assert [row.state.value for row in await sessions(begin, run.id)] == ["cancelled", "planned"]


async def test_a_skipped_date_can_be_restored(scheduling: Scheduling, place: Place, begin: Begin) -> None:
    run = await scheduling.plan(PLANNER, place.plan(rule={"count": 3}))
    async with begin.reading() as session:
        skipped = (await session.scalars(select(SkippedDate).order_by(SkippedDate.starts_at))).first()
    assert skipped is not None

    await scheduling.add_session(
        PLANNER, run_id=run.id, starts_at=skipped.starts_at, ends_at=skipped.ends_at, room_id=place.room.id
    )

    async with begin.reading() as session:
        assert len((await session.scalars(select(SkippedDate))).all()) == 1
    assert len(await sessions(begin, run.id)) == 4


async def test_a_run_is_completed_only_when_it_is_over(
    scheduling: Scheduling, place: Place, clock: Any
) -> None:
    run = await scheduling.plan(PLANNER, place.plan())
    await scheduling.publish(PLANNER, run_id=run.id)
    with pytest.raises(WrongState):
        await scheduling.complete(PLANNER, run_id=run.id)

    clock.forward(days=30)

    assert (await scheduling.complete(PLANNER, run_id=run.id)).state == RunState.COMPLETED


async def test_only_planners_plan(scheduling: Scheduling, place: Place) -> None:
    for somebody in (learner(place.trainer), staff(Identity.FINANCE)):
        with pytest.raises(Forbidden):
            await scheduling.plan(somebody, place.plan())
