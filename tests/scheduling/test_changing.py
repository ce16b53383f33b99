"""Several changes to dates in one act: all or nothing, everything freed and taken together, everybody told once."""

import asyncio
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.models import AuditEntry
from lms.catalogue.models import Run
from lms.db import Begin
from lms.jobs.models import Job
from lms.kernel.errors import Forbidden, Invalid, NotFound, Stale
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.resources.models import Device, DeviceModel, Reservation, ReservationKind, ReservationState, Room
from lms.scheduling.change_set import ChangeSet, InRoom, NewSession, SessionChange
from lms.scheduling.errors import InThePast, ResourceTaken, RoomTooSmall, Taken
from lms.scheduling.events import SessionsChanged
from lms.scheduling.models import RunNeed, Session, SessionState, SessionTrainer
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.trainers.models import Absence
from lms.web.module import Around
from tests.making import BOTH, MOMENT, learner, make_person, make_room, staff
from tests.office import Office, open_office

pytestmark = BOTH
PLANNER = staff(Identity.PROGRAMME)
DAY = timedelta(days=1)


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
def scheduling(house: Around) -> Scheduling:
    return Scheduling(house)


async def sessions(begin: Begin, run: Run) -> list[Session]:
    async with begin.reading() as session:
        return list((await sessions_of(session, [run.id]))[run.id])


async def told(begin: Begin) -> list[SessionsChanged]:
    async with begin.reading() as session:
        jobs = await session.scalars(
            select(Job).where(Job.kind == "event:SessionsChanged").order_by(Job.due_at)
        )
        return [msgspec.convert(job.payload, SessionsChanged) for job in jobs]


async def held(begin: Begin, session_id: UUID) -> list[tuple[str, str]]:
    """What a session holds firmly: its kind and from when to when."""
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Reservation)
            .where(Reservation.session_id == session_id, Reservation.state == ReservationState.FIRM)
            .order_by(Reservation.starts_at)
        )
        return sorted(
            ("room" if row.room_id else "device" if row.device_id else "trainer", f"{row.starts_at:%d %H:%M}")
            for row in rows
        )


def move(meeting: Session, by: timedelta, **given: Any) -> SessionChange:
    period = Period(meeting.starts_at + by, meeting.ends_at + by)
    return SessionChange(session_id=meeting.id, version=meeting.version, period=period, **given)


def drop(meeting: Session) -> SessionChange:
    return SessionChange(session_id=meeting.id, version=meeting.version, is_cancelled=True)


async def another_room(begin: Begin, office: Office, **given: Any) -> Room:
    room = make_room(office.venue, "Raum 2", **given)
    async with begin() as session:
        session.add(room)
    return room


async def another_trainer(begin: Begin, name: str = "Eva") -> Person:
    person = make_person(name, "Meier")
    async with begin() as session:
        session.add(person)
    return person


async def test_everything_that_changes_at_once_is_one_event_and_the_rows_agree(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run(sessions=4, first_day=date(2027, 1, 12))
    room, eva = await another_room(begin, office), await another_trainer(begin)
    first, second, third, fourth = await sessions(begin, run)
    replacement = NewSession(
        run_id=run.id, period=Period(fourth.starts_at + 7 * DAY, fourth.ends_at + 7 * DAY),
        room_id=office.room.id, replaces_id=second.id,
    )  # fmt: skip
    wanted = ChangeSet(
        changes=[
            move(first, DAY, room=InRoom(room.id)),
            drop(second),
            SessionChange(session_id=third.id, version=third.version, trainer_ids=(eva.id,)),
            SessionChange(session_id=fourth.id, version=fourth.version, room=InRoom(room.id)),
        ],
        added=[replacement],
        reason="Die Heizung ist defekt.",
    )

    await scheduling.change_sessions(PLANNER, wanted)

    now = await sessions(begin, run)
    assert [(f"{one.starts_at:%d}", one.state.value, one.sequence, one.version) for one in now] == [
        ("13", "planned", 1, 2), ("19", "cancelled", 1, 2), ("26", "planned", 1, 2), ("09", "planned", 1, 2),
        ("16", "planned", 0, 1),
    ]  # fmt: skip
    assert now[1].cancelled_reason == "Die Heizung ist defekt."
    assert now[4].replaces_id == second.id
    assert await held(begin, first.id) == [("room", "13 09:00"), ("trainer", "13 09:00")]
    assert await held(begin, second.id) == []
    [event] = await told(begin)
    assert [(change.kind.value, change.reason) for change in event.changes] == [
        (kind, "Die Heizung ist defekt.") for kind in ("moved", "cancelled", "trainer", "room", "replaced")
    ]
    assert event.changes[0].before_starts_at == first.starts_at
    assert event.changes[2].before_trainer_ids == [office.trainer.id]
    async with begin.reading() as session:
        teaching = await session.scalars(
            select(SessionTrainer.person_id).where(SessionTrainer.session_id == third.id)
        )
        noted = await session.scalars(
            select(AuditEntry.action).where(AuditEntry.object_kind == "session").order_by(AuditEntry.number)
        )
        assert list(teaching) == [eva.id]
        assert list(noted) == [
            "session.moved", "session.cancelled", "session.trainer_changed", "session.moved", "session.added",
        ]  # fmt: skip


async def test_when_one_part_does_not_work_nothing_happens_and_nobody_is_told(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run, other = await office.run(), await office.run(first_day=date(2026, 12, 9), at=time(10), sessions=1)
    first, second = await sessions(begin, run)
    wanted = ChangeSet(changes=[drop(second), move(first, DAY)], reason="Krank")

    with pytest.raises(ResourceTaken) as refused:
        await scheduling.change_sessions(PLANNER, wanted)

    assert {(clash.taken, clash.purpose) for clash in refused.value.clashes} == {
        (Taken.ROOM, other.number), (Taken.TRAINER, other.number),
    }  # fmt: skip
    assert [one.state for one in await sessions(begin, run)] == [SessionState.PLANNED] * 2
    assert await told(begin) == []


async def test_two_sessions_may_change_places_and_a_set_cannot_take_a_room_twice(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, second = await sessions(begin, run)

    with pytest.raises(ResourceTaken) as refused:
        await scheduling.change_sessions(
            PLANNER, ChangeSet(changes=[move(first, DAY), move(second, -6 * DAY)])
        )
    await scheduling.change_sessions(
        PLANNER, ChangeSet(changes=[move(first, 7 * DAY), move(second, -7 * DAY)])
    )

    assert {clash.purpose for clash in refused.value.clashes} == {run.number}
    assert [one.id for one in await sessions(begin, run)] == [second.id, first.id]


async def test_a_stale_part_a_past_day_a_small_room_and_a_stranger_are_refused(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, _ = await sessions(begin, run)
    small = await another_room(begin, office, seats=4)
    stale = SessionChange(session_id=first.id, version=7, is_cancelled=True)
    in_small_room = SessionChange(session_id=first.id, version=1, room=InRoom(small.id))
    unknown = SessionChange(session_id=first.id, version=1, trainer_ids=(uuid4(),))

    for wanted, refusal in (
        (ChangeSet(changes=[stale]), Stale),
        (ChangeSet(changes=[move(first, -10 * DAY)]), InThePast),
        (ChangeSet(changes=[in_small_room]), RoomTooSmall),
        (ChangeSet(changes=[unknown]), NotFound),
        (ChangeSet(), Invalid),
    ):
        with pytest.raises(refusal):
            await scheduling.change_sessions(PLANNER, wanted)
    for somebody in (learner(office.trainer), staff(Identity.ENROLMENT)):
        with pytest.raises(Forbidden):
            await scheduling.change_sessions(somebody, ChangeSet(changes=[drop(first)]))
    assert [one.version for one in await sessions(begin, run)] == [1, 1]


async def test_twice_is_as_good_as_once_and_what_stays_the_same_is_told_to_nobody(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, second = await sessions(begin, run)
    new = NewSession(
        run_id=run.id, period=Period(second.starts_at + DAY, second.ends_at + DAY), room_id=office.room.id
    )
    wanted = ChangeSet(changes=[drop(first)], added=[new], reason="Krank")

    for _ in range(2):
        await scheduling.change_sessions(PLANNER, wanted)
    same = SessionChange(session_id=second.id, version=1, room=InRoom(office.room.id))
    await scheduling.change_sessions(PLANNER, ChangeSet(changes=[same]))

    assert len(await sessions(begin, run)) == 3
    assert len(await told(begin)) == 1


async def test_nobody_hears_of_changes_to_a_draft(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run(publish=False)
    first, _ = await sessions(begin, run)

    await scheduling.change_sessions(PLANNER, ChangeSet(changes=[move(first, DAY)]))

    assert (await sessions(begin, run))[0].sequence == 1
    assert await told(begin) == []


async def test_a_rehearsal_sees_the_change_and_leaves_nothing_behind(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, _ = await sessions(begin, run)

    async def look(session: AsyncSession, event: SessionsChanged) -> tuple[int, str]:
        row = await session.get_one(Session, first.id)
        return len(event.changes), row.state.value

    seen = await scheduling.rehearse(PLANNER, ChangeSet(changes=[drop(first)], reason="Krank"), look)

    assert seen == (1, "cancelled")
    assert (await sessions(begin, run))[0].state is SessionState.PLANNED
    assert len(await held(begin, first.id)) == 2
    assert await told(begin) == []
    async with begin.reading() as session:
        assert not await session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.object_kind == "session")
        )


async def test_devices_go_along_unless_somebody_else_has_them_then(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, _ = await sessions(begin, run)
    model = DeviceModel(slug="tablet", name="Tablet", kind="tablet")
    async with begin() as session:
        session.add(model)
        await session.flush()
        units = [Device(inventory_number=f"000{number}", model_id=model.id) for number in (1, 2)]
        session.add_all(units)
        await session.flush()
        for unit in units:
            session.add(
                Reservation(
                    device_id=unit.id, starts_at=first.starts_at, ends_at=first.ends_at + timedelta(minutes=30),
                    session_id=first.id, purpose=run.number,
                )
            )  # fmt: skip
        session.add(
            Reservation(
                device_id=units[1].id, starts_at=first.starts_at + DAY, ends_at=first.ends_at + DAY,
                kind=ReservationKind.REPAIR, cause_id=uuid4(),
            )
        )  # fmt: skip

    await scheduling.change_sessions(PLANNER, ChangeSet(changes=[move(first, DAY)]))

    assert [kind for kind, _ in await held(begin, first.id)] == ["device", "room", "trainer"]
    async with begin.reading() as session:
        entry = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "session.moved"))).one()
    assert entry.after["devices_lacking"] == ["0002"]


async def test_a_moved_session_is_equipped_anew_for_what_its_run_needs(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, _ = await sessions(begin, run)
    model = DeviceModel(slug="tablet", name="Tablet", kind="tablet")
    async with begin() as session:
        session.add(model)
        await session.flush()
        units = [Device(inventory_number=f"000{number}", model_id=model.id) for number in (1, 2)]
        session.add_all([*units, RunNeed(run_id=run.id, count=1, model_id=model.id)])
        await session.flush()
        session.add(
            Reservation(
                device_id=units[0].id, starts_at=first.starts_at, ends_at=first.ends_at, session_id=first.id
            )
        )  # fmt: skip
        session.add_all(
            Reservation(
                device_id=unit.id, starts_at=first.starts_at + days * DAY, ends_at=first.ends_at + days * DAY,
                kind=ReservationKind.REPAIR, cause_id=uuid4(),
            )
            for unit, days in ((units[0], 1), (units[0], 2), (units[1], 2))
        )  # fmt: skip

    await scheduling.change_sessions(PLANNER, ChangeSet(changes=[move(first, DAY)]))
    again = (await sessions(begin, run))[0]
    with pytest.raises(ResourceTaken) as refused:
        await scheduling.change_sessions(PLANNER, ChangeSet(changes=[move(again, DAY)]))

    assert {clash.taken for clash in refused.value.clashes} == {Taken.DEVICES}
    async with begin.reading() as session:
        firm = await session.scalars(
            select(Reservation.device_id).where(
                Reservation.session_id == first.id,
                Reservation.device_id.is_not(None),
                Reservation.state == ReservationState.FIRM,
            )
        )
        assert list(firm) == [units[1].id]


async def test_whoever_is_away_is_not_given_a_session_but_keeps_one_that_only_changes_rooms(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run = await office.run()
    first, _ = await sessions(begin, run)
    room, eva = await another_room(begin, office), await another_trainer(begin)
    async with begin() as session:
        session.add_all(
            Absence(person_id=one.id, starts_at=MOMENT, ends_at=MOMENT + 30 * DAY)
            for one in (office.trainer, eva)
        )

    other_room = SessionChange(session_id=first.id, version=1, room=InRoom(room.id))
    await scheduling.change_sessions(PLANNER, ChangeSet(changes=[other_room]))
    with pytest.raises(ResourceTaken) as refused:
        await scheduling.change_sessions(
            PLANNER,
            ChangeSet(changes=[SessionChange(session_id=first.id, version=2, trainer_ids=(eva.id,))]),
        )

    assert [clash.taken for clash in refused.value.clashes] == [Taken.ABSENT]


async def test_what_stands_in_the_way_comes_with_times_that_work(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    run, _ = await office.run(), await office.run(first_day=date(2026, 12, 9), sessions=1)
    first, _ = await sessions(begin, run)
    foreseen = await scheduling.foresee(PLANNER, ChangeSet(changes=[move(first, DAY)]))

    found = (await scheduling.alternatives(PLANNER, foreseen))[first.id]

    assert len(found) == 3
    for one in found:
        wanted = SessionChange(session_id=first.id, version=1, period=one.period, room=InRoom(one.room_id))
        assert (await scheduling.foresee(PLANNER, ChangeSet(changes=[wanted]))).clashes == []


async def test_of_many_who_want_the_room_at_once_one_gets_it(
    scheduling: Scheduling, office: Office, begin: Begin
) -> None:
    meetings: list[Session] = []
    for hour in (8, 10, 12, 14):
        run = await office.run(at=time(hour), sessions=1)
        meetings += await sessions(begin, run)
    goal = Period(meetings[0].starts_at + DAY, meetings[0].ends_at + DAY)
    attempts = [
        scheduling.change_sessions(
            PLANNER,
            ChangeSet(changes=[SessionChange(session_id=one.id, version=1, period=goal)]),
        )
        for one in meetings
    ]

    outcomes: Sequence[object] = await asyncio.gather(*attempts, return_exceptions=True)

    assert sum(isinstance(one, SessionsChanged) for one in outcomes) == 1
    assert sum(isinstance(one, ResourceTaken) for one in outcomes) == 3
