"""What the planner knows: everything that takes a room, a trainer or a device, and what cannot stay as it is."""

from datetime import time, timedelta

import pytest

from lms.catalogue.models import Run
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.portal.planner.values import NOT_PLACED, ONLINE, By, Condition, Conflict, Trouble
from lms.resources.models import Closure, OpeningTime, ReservationKind
from lms.scheduling.models import RunNeed, Session
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.trainers.models import Absence
from lms.web.module import Around
from tests.making import BOTH, make_room, make_venue, staff
from tests.office import TEAM, counted
from tests.portal.planner.stage import TUESDAY, Stage, hold, lane_of, on_tuesday, set_stage

pytestmark = BOTH


@pytest.fixture
async def stage(house: Around) -> Stage:
    return await set_stage(house)


async def first_session(stage: Stage, run: Run) -> Session:
    async with stage.begin.reading() as session:
        return (await sessions_of(session, [run.id]))[run.id][0]


async def test_a_session_lies_on_the_lane_of_its_room_of_its_trainer_and_of_its_devices(stage: Stage) -> None:
    run = await stage.office.run()
    meeting = await first_session(stage, run)
    await stage.add(
        *(
            hold(meeting.starts_at, meeting.ends_at, device_id=one.id, session_id=meeting.id)
            for one in stage.devices
        )
    )

    by_room = lane_of(await stage.plan(), stage.room.id)
    by_trainer = lane_of(await stage.plan(by=By.TRAINER), stage.office.trainer.id)
    by_devices = lane_of(await stage.plan(by=By.DEVICES), stage.kit.id)

    assert by_room == by_trainer == by_devices
    (entry,) = by_room
    assert (entry.id, entry.number, entry.condition) == (meeting.id, run.number, Condition.PUBLISHED)
    assert (entry.starts_at, entry.ends_at) == (on_tuesday(10), on_tuesday(11, 30))
    assert [one.name for one in entry.trainers] == ["Jonas Krüger"]
    assert [(one.name, one.count) for one in entry.devices] == [("Tabletkoffer", 3)]
    assert (entry.people, entry.seats, entry.may_move, entry.conflicts) == (0, 12, True, ())


async def test_a_draft_is_a_draft_and_what_is_cancelled_is_shown_to_whoever_asks(
    house: Around, stage: Stage
) -> None:
    await stage.office.run(publish=False)
    dropped = await stage.office.run(at=time(14), publish=True)
    meeting = await first_session(stage, dropped)
    await Scheduling(house).cancel_session(
        TEAM, session_id=meeting.id, reason="krank", version=meeting.version
    )

    usual = lane_of(await stage.plan(), stage.room.id)
    asked = lane_of(await stage.plan(with_cancelled=True), stage.room.id)

    assert [entry.condition for entry in usual] == [Condition.DRAFT]
    assert [(entry.condition, entry.may_move) for entry in asked] == [
        (Condition.DRAFT, True),
        (Condition.CANCELLED, False),
    ]


async def test_bookings_requests_loans_repairs_and_closures_are_there(stage: Stage) -> None:
    await stage.booking(stage.room, on_tuesday(8), on_tuesday(9))
    await stage.booking(stage.room, on_tuesday(12), on_tuesday(13), is_firm=False)
    await stage.closure(stage.other_room, on_tuesday(8), on_tuesday(20))
    await stage.loan(stage.devices[0], on_tuesday(8), on_tuesday(8) + timedelta(days=28))
    await stage.add(
        *(
            hold(
                on_tuesday(9),
                on_tuesday(18),
                device_id=one.id,
                kind=ReservationKind.REPAIR,
                cause_id=stage.kit.id,
                purpose="Akku",
            )
            for one in stage.devices[1:]
        )
    )

    rooms, devices = await stage.plan(), await stage.plan(by=By.DEVICES)

    assert [
        (entry.condition, entry.title_de, entry.starts_at, entry.people)
        for entry in lane_of(rooms, stage.room.id)
    ] == [
        (Condition.BOOKED, "Turnier – Schachklub", on_tuesday(8), 14),
        (Condition.REQUESTED, "Turnier – Schachklub", on_tuesday(12), 14),
    ]
    assert [(entry.condition, entry.title_de) for entry in lane_of(rooms, stage.other_room.id)] == [
        (Condition.CLOSED, "Malerarbeiten")
    ]
    assert [
        (entry.condition, entry.title_de, [one.count for one in entry.devices])
        for entry in lane_of(devices, stage.kit.id)
    ] == [(Condition.LENT, "Berta Bauer", [1]), (Condition.REPAIR, "Akku", [2])]


@pytest.mark.parametrize(
    ("identity", "booking", "loan"),
    [
        (Identity.RESOURCES, "Turnier – Schachklub", "Berta Bauer"),
        (Identity.PROGRAMME, "Turnier – Schachklub", ""),
        (Identity.CERTIFICATES, "", ""),
    ],
)
async def test_who_books_and_who_borrows_is_told_to_whoever_may_read_it(
    stage: Stage, identity: Identity, booking: str, loan: str
) -> None:
    await stage.booking(stage.room, on_tuesday(8), on_tuesday(9))
    await stage.loan(stage.devices[0], on_tuesday(8), on_tuesday(9))

    actor: Actor = staff(identity)
    rooms, devices = await stage.plan(actor), await stage.plan(actor, by=By.DEVICES)

    told = [lane_of(rooms, stage.room.id)[0].title_de, lane_of(devices, stage.kit.id)[0].title_de]
    assert told == [booking, loan]


async def test_a_request_for_a_room_that_is_taken_is_a_conflict_of_the_request(stage: Stage) -> None:
    run = await stage.office.run()
    await stage.booking(stage.room, on_tuesday(11, 30), on_tuesday(13), is_firm=False)
    await stage.booking(stage.other_room, on_tuesday(10), on_tuesday(12), is_firm=False)

    plan = await stage.plan()

    session, request = lane_of(plan, stage.room.id)
    assert session.conflicts == ()
    assert request.conflicts == (Conflict(Trouble.OVERLAP, "Raum 1", run.number),)
    assert lane_of(plan, stage.other_room.id)[0].conflicts == ()
    assert plan.conflicts == 1


async def test_an_absent_trainer_is_a_conflict_and_a_block_for_whoever_may_know(stage: Stage) -> None:
    await stage.office.run()
    away = Absence(person_id=stage.office.trainer.id, starts_at=on_tuesday(8), ends_at=on_tuesday(12))
    await stage.add(away)

    known = await stage.plan(by=By.TRAINER)
    hidden = await stage.plan(staff(Identity.RESOURCES), by=By.TRAINER)

    assert [(entry.condition, entry.conflicts) for entry in lane_of(known, stage.office.trainer.id)] == [
        (Condition.AWAY, ()),
        (Condition.PUBLISHED, (Conflict(Trouble.AWAY, "Jonas Krüger"),)),
    ]
    assert [(entry.condition, entry.conflicts) for entry in lane_of(hidden, stage.office.trainer.id)] == [
        (Condition.PUBLISHED, ())
    ]


async def test_too_few_devices_are_a_conflict_unless_a_note_says_that_they_will_do(stage: Stage) -> None:
    run = await stage.office.run()
    meeting = await first_session(stage, run)
    kit = RunNeed(run_id=run.id, count=1, kit_id=stage.kit.id)
    some = RunNeed(run_id=run.id, count=2, model_id=stage.model.id)
    await stage.add(
        kit, some, RunNeed(run_id=run.id, count=9, model_id=stage.model.id, note="Zwei teilen sich eins.")
    )

    nothing = lane_of(await stage.plan(by=By.DEVICES), NOT_PLACED)
    await stage.add(
        hold(meeting.starts_at, meeting.ends_at, device_id=stage.devices[0].id, session_id=meeting.id)
    )
    one = lane_of(await stage.plan(by=By.DEVICES), NOT_PLACED)
    await stage.add(
        hold(meeting.starts_at, meeting.ends_at, device_id=stage.devices[1].id, session_id=meeting.id)
    )
    enough = await stage.plan(by=By.DEVICES)

    assert sorted(conflict.name for conflict in nothing[0].conflicts) == ["Tablet", "Tabletkoffer"]
    assert one[0].conflicts == (Conflict(Trouble.SHORT, "Tablet", has=1, wants=2),)
    assert (lane_of(enough, NOT_PLACED), enough.conflicts) == ([], 0)


async def test_a_closed_room_and_a_closed_house_are_conflicts_with_their_reason(stage: Stage) -> None:
    await stage.office.run()
    await stage.add(
        Closure(
            starts_at=on_tuesday(11), ends_at=on_tuesday(20), reason="Wasser", venue_id=stage.venue.id,
        ),
        Closure(
            starts_at=on_tuesday(10), ends_at=on_tuesday(12), reason="Fremd", venue_id=stage.venue.id,
            room_id=stage.other_room.id,
        ),
    )  # fmt: skip

    (entry,) = lane_of(await stage.plan(), stage.room.id)

    assert entry.conflicts == (Conflict(Trouble.CLOSED, "Raum 1", "Wasser"),)


async def test_outside_the_opening_hours_is_a_conflict_and_the_rooms_own_hours_go_before_the_houses(
    stage: Stage,
) -> None:
    await stage.office.run()
    await stage.add(OpeningTime(weekday=1, opens=time(12), closes=time(20), venue_id=stage.venue.id))
    shut = await stage.plan()
    await stage.add(
        OpeningTime(weekday=1, opens=time(8), closes=time(11), room_id=stage.room.id),
        OpeningTime(weekday=1, opens=time(11), closes=time(20), room_id=stage.room.id),
    )
    opened = await stage.plan()

    assert lane_of(shut, stage.room.id)[0].conflicts == (Conflict(Trouble.HOURS, "Raum 1"),)
    assert lane_of(opened, stage.room.id)[0].conflicts == ()


async def test_what_is_over_has_no_conflict_and_is_not_moved(stage: Stage) -> None:
    await stage.office.run()
    await stage.add(OpeningTime(weekday=1, opens=time(12), closes=time(20), venue_id=stage.venue.id))

    (entry,) = lane_of(await stage.plan(now=on_tuesday(12)), stage.room.id)

    assert (entry.conflicts, entry.may_move) == ((), False)


async def test_sessions_without_room_and_sessions_online_have_lanes_of_their_own(stage: Stage) -> None:
    homeless, online = await stage.office.run(), await stage.office.run(at=time(14))
    for run, url in ((homeless, ""), (online, "https://treffen.example/1")):
        meeting = await first_session(stage, run)
        async with stage.begin() as session:
            row = await session.get_one(Session, meeting.id)
            row.room_id, row.online_url = None, url

    plan = await stage.plan()

    assert [entry.number for entry in lane_of(plan, NOT_PLACED)] == [homeless.number]
    assert [entry.number for entry in lane_of(plan, ONLINE)] == [online.number]
    assert lane_of(plan, stage.room.id) == []


async def test_the_planner_narrows_to_one_house_one_lane_or_the_conflicts(stage: Stage) -> None:
    await stage.office.run()
    elsewhere = make_venue("Dorfhaus")
    far = make_room(elsewhere, "Saal")
    await stage.add(elsewhere, far)
    await stage.booking(far, on_tuesday(9), on_tuesday(10))

    here = await stage.plan(venue_id=stage.venue.id)
    there = await stage.plan(venue_id=elsewhere.id)
    one = await stage.plan(lane=str(far.id))
    troubled = await stage.plan(only_conflicts=True)

    assert [lane.name for lane in here.lanes] == ["Raum 1", "Raum 2"]
    assert [(lane.name, len(lane.entries)) for lane in there.lanes] == [("Saal", 1)]
    assert [lane.name for lane in one.lanes] == ["Saal"]
    assert troubled.lanes == []
    assert {house.name: house.sessions for house in here.houses} == {"Dorfhaus": 0, "Innovationszentrum": 1}


@pytest.mark.parametrize("by", list(By))
async def test_much_costs_as_many_statements_as_little(stage: Stage, by: By) -> None:
    await stage.office.run(at=time(8))
    with counted() as little:
        await stage.plan(by=by)
    for hour in (10, 12, 14, 16, 18):
        await stage.office.run(at=time(hour), sessions=1, first_day=TUESDAY)
        await stage.booking(stage.other_room, on_tuesday(hour), on_tuesday(hour + 1))

    with counted() as much:
        plan = await stage.plan(by=by)

    assert len(much) == len(little) == (11 if by is By.DEVICES else 10)
    assert by is By.DEVICES or sum(len(lane.entries) for lane in plan.lanes) > 5
