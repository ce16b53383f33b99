"""Each thing that can be in the way of a plan is said by itself; what lies beside it is not."""

from dataclasses import replace
from datetime import time
from uuid import UUID

import pytest

from lms.kernel.period import Period
from lms.resources.models import ReservationKind
from lms.resources.rules import Hours
from lms.scheduling.errors import Taken
from lms.scheduling.feasibility import Need, Wanted, World, nearest, obstacles
from lms.scheduling.feasibility.world import Busy, RoomFacts, Teacher, UnitFacts
from lms.trainers.rules import Away
from tests.scheduling.feasibility.worlds import KIT, MODEL, MONDAY, NOW, VENUES, Ways, name_of, on

ROOM, OTHER = name_of("room", 0), name_of("room", 1)
KIM, UMUT = name_of("trainer", 0), name_of("trainer", 1)
HERE, THERE = VENUES
TEN = on(7, 10, 90)
"""Monday, 26 October, 10:00 to 11:30."""


def world(**changes: object) -> World:
    """Two rooms in two venues, two trainers, three tablets of which two are a kit; nothing is taken."""
    usual: dict[str, object] = {
        "travel": Ways(20),
        "rooms": {
            ROOM: RoomFacts(
                id=ROOM, name="Raum 1", seats=12, venue_id=HERE, setup_minutes=15, clearup_minutes=15
            ),
            OTHER: RoomFacts(id=OTHER, name="Saal", seats=30, venue_id=THERE, step_free=True),
        },
        "trainers": {KIM: Teacher(id=KIM, name="Kim Otto"), UMUT: Teacher(id=UMUT, name="Umut Aslan")},
        "units": [
            UnitFacts(
                id=UUID(int=100 + n), model_id=MODEL, kit_id=KIT if n < 2 else None, turnaround_minutes=15
            )
            for n in range(3)
        ],
        "names": {MODEL: "Tablet", KIT: "Koffer"},
    }
    return World(**usual | changes)  # type: ignore[arg-type]


def plan(**changes: object) -> Wanted:
    usual: dict[str, object] = {"periods": [TEN], "room_id": ROOM, "trainer_ids": (KIM,), "seats": 10}
    return Wanted(**usual | changes)  # type: ignore[arg-type]


def taken(room: UUID = ROOM, *periods: Period) -> World:
    there = world()
    busy = [Busy(period, "26-0009", HERE) for period in periods]
    return replace(there, rooms={**there.rooms, room: replace(there.rooms[room], busy=busy)})


def teaches(period: Period, venue: UUID | None) -> World:
    there = world()
    kim = replace(there.trainers[KIM], busy=[Busy(period, "26-0009", venue)])
    return replace(there, trainers={**there.trainers, KIM: kim})


def tablets(*busy: Busy) -> World:
    there = world()
    return replace(there, units=[replace(there.units[0], busy=list(busy)), *there.units[1:]])


@pytest.mark.parametrize(
    ("wanted", "there", "found"),
    [
        (plan(), world(), []),
        (plan(seats=13), world(), [Taken.SEATS]),
        (plan(equipment=frozenset({"beamer"})), world(), [Taken.EQUIPMENT]),
        (plan(step_free=True, hearing_loop=True), world(), [Taken.STEPS, Taken.HEARING]),
        (plan(), world(closed={MONDAY.replace(day=26): "Schließtag"}), [Taken.HOLIDAY]),
        (
            plan(keep=frozenset({MONDAY.replace(day=26)})),
            world(closed={MONDAY.replace(day=26): "Schließtag"}),
            [],
        ),
        # set-up and clear-up take the room as well, and touching ends do not overlap
        (plan(), taken(ROOM, on(7, 9, 45)), []),
        (plan(), taken(ROOM, on(7, 9, 60)), [Taken.ROOM]),
        (plan(), taken(ROOM, on(7, 11.75, 60)), []),
        (plan(), taken(ROOM, on(7, 11.5, 60)), [Taken.ROOM]),
        # a trainer needs no set-up, but the way from the other venue
        (plan(), teaches(on(7, 8.5, 90), HERE), []),
        (plan(), teaches(on(7, 8.5, 90), THERE), [Taken.TRAVEL]),
        (plan(), teaches(on(7, 8, 100), THERE), []),
        (plan(), teaches(on(7, 8.5, 90), None), []),
        (plan(), teaches(on(7, 11, 90), THERE), [Taken.TRAINER]),
        # devices by number, made ready before the next use
        (plan(needs=(Need(3, model_id=MODEL),)), world(), []),
        (plan(needs=(Need(4, model_id=MODEL),)), world(), [Taken.DEVICES]),
        (plan(needs=(Need(3, model_id=MODEL),)), tablets(Busy(on(7, 11.75, 60), "", HERE)), []),
        (plan(needs=(Need(3, model_id=MODEL),)), tablets(Busy(on(7, 11.5, 60), "", HERE)), [Taken.DEVICES]),
        (plan(needs=(Need(3, model_id=MODEL),)), tablets(Busy(on(7, 11.75, 60), "", THERE)), [Taken.DEVICES]),
        (plan(needs=(Need(2, model_id=MODEL),)), tablets(Busy(on(7, 10, 60), "", HERE)), []),
        # a kit is one thing, and what it holds cannot be had a second time
        (plan(needs=(Need(1, kit_id=KIT),)), tablets(Busy(on(7, 10, 60), "", HERE)), [Taken.KIT]),
        (plan(needs=(Need(1, kit_id=KIT), Need(1, model_id=MODEL))), world(), []),
        (plan(needs=(Need(1, kit_id=KIT), Need(2, model_id=MODEL))), world(), [Taken.DEVICES]),
        (plan(needs=(Need(1, model_id=MODEL), Need(3, model_id=MODEL))), world(), [Taken.DEVICES]),
        (plan(needs=(Need(1, kit_id=KIT),)), world(missing_parts={KIT: ["Ladegerät"]}), [Taken.PARTS]),
    ],
)  # fmt: skip
def test_what_is_in_the_way(wanted: Wanted, there: World, found: list[Taken]) -> None:
    assert [clash.taken for clash in obstacles(wanted, there)] == found


def test_a_kit_goes_without_what_is_being_repaired_and_says_so() -> None:
    there = tablets(Busy(on(7, 8, 300), "Display", None, ReservationKind.REPAIR))

    found = obstacles(plan(needs=(Need(1, kit_id=KIT),)), there)

    assert [(clash.taken, clash.is_hint, clash.found, clash.wanting) for clash in found] == [
        (Taken.KIT, True, 1, 2)
    ]


def test_absences_and_hours_of_people_and_rooms() -> None:
    there = world()
    kim = replace(there.trainers[KIM], hours={0: ((time(13), time(18)),)}, absences=[Away(on(8, 8, 600))])
    room = replace(there.rooms[ROOM], hours=(Hours(0, time(8), time(11)), Hours(1, time(8), time(20))))
    there = replace(there, trainers={KIM: kim}, rooms={ROOM: room})

    found = obstacles(plan(periods=[TEN, on(8, 10, 90)]), there)

    assert [clash.taken for clash in found] == [Taken.HOURS, Taken.UNAVAILABLE, Taken.ABSENT]


def test_a_reason_turns_too_few_seats_and_devices_into_hints_but_never_a_room_in_two_places() -> None:
    wanted = plan(
        seats=13,
        room_override_reason="Zwei Stühle mehr",
        needs=(Need(4, model_id=MODEL, note="Zu zweit an einem"),),
    )

    found = obstacles(wanted, taken(ROOM, on(7, 10, 60)))

    assert [(clash.taken, clash.is_hint) for clash in found] == [
        (Taken.SEATS, True),
        (Taken.ROOM, False),
        (Taken.DEVICES, True),
    ]


def test_the_nearest_way_is_a_few_minutes_later_then_another_room_then_somebody_else() -> None:
    there = taken(ROOM, on(7, 9, 60))
    there = replace(there, stand_ins=(UMUT,))

    found = nearest(plan(), there, {0: [TEN]}, not_before=NOW)

    assert [(one.minutes, one.room_id, one.cost) for one in found] == [(15, ROOM, 15), (0, OTHER, 30)]


def test_who_could_stand_in_is_proposed_when_a_trainer_alone_is_in_the_way() -> None:
    there = replace(teaches(on(7, 9, 300), HERE), stand_ins=(UMUT,))

    found = nearest(plan(), there, {0: [TEN]}, not_before=NOW)

    assert [(one.minutes, one.room_id, one.trainer_ids) for one in found] == [
        (0, ROOM, (UMUT,)),
        (0, OTHER, (UMUT,)),
        (-150, ROOM, (KIM,)),
    ]


def test_nothing_is_proposed_that_has_begun_already() -> None:
    there = taken(ROOM, on(7, 9, 120))

    found = nearest(plan(), there, {0: [TEN]}, not_before=on(7, 11.25, 15).start)

    assert [one.minutes for one in found] == [90, 90]
