"""What everything else is planned with: ways between venues, hours of rooms, rooms that fit, how much they are used."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from lms.db import Begin
from lms.kernel.clock import at_venue
from lms.kernel.period import Period
from lms.resources.finding import Hindrance, Needs, find_rooms
from lms.resources.models import (
    OpeningTime,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    TravelTime,
    Venue,
)
from lms.resources.occupancy import month_after, occupancy
from lms.resources.queries import hours_of_room, opening_hours, travel_times
from lms.resources.rules import Hours
from lms.resources.words import hours_in_words
from lms.web.language import use_locale
from tests.making import BOTH, make_room, make_venue
from tests.office import counted

pytestmark = BOTH
TUESDAY = date(2026, 12, 8)
EVENING = Period(at_venue(TUESDAY, time(18)), at_venue(TUESDAY, time(19, 30)))


@pytest.fixture
async def town(begin: Begin) -> tuple[Venue, Venue]:
    houses = make_venue("Ziegelei"), make_venue("Gemeindehaus")
    async with begin() as session:
        session.add_all(houses)
    return houses


async def put(begin: Begin, *rows: object) -> None:
    async with begin() as session:
        session.add_all(rows)


def taken(room: Room, period: Period, **more: object) -> Reservation:
    return Reservation(starts_at=period.start, ends_at=period.end, room_id=room.id, **more)  # type: ignore[arg-type]


async def test_a_way_is_the_same_in_both_directions_and_usual_where_nobody_has_said(
    begin: Begin, town: tuple[Venue, Venue]
) -> None:
    here, there = town
    await put(begin, TravelTime(from_id=there.id, to_id=here.id, minutes=12))

    async with begin.reading() as session:
        ways = await travel_times(session, 30)

    assert (ways.between(here.id, there.id), ways.between(there.id, here.id)) == (12, 12)
    assert (ways.between(here.id, here.id), ways.between(here.id, None), ways.between(None, None)) == (
        0,
        0,
        0,
    )
    assert ways.between(here.id, uuid4()) == 30


async def test_hours_of_a_room_replace_those_of_its_venue(begin: Begin, town: tuple[Venue, Venue]) -> None:
    ordinary, special, elsewhere = make_room(town[0]), make_room(town[0], "Studio"), make_room(town[1])
    await put(begin, ordinary, special, elsewhere)
    await put(
        begin,
        OpeningTime(weekday=1, opens=time(9), closes=time(18), venue_id=town[0].id),
        OpeningTime(weekday=2, opens=time(10), closes=time(12), room_id=special.id),
    )

    async with begin.reading() as session:
        of_all = await opening_hours(session)
        alone = await hours_of_room(session, special)

    assert of_all.of(ordinary.id, town[0].id) == [Hours(1, time(9), time(18))]
    assert of_all.of(special.id, town[0].id) == alone == [Hours(2, time(10), time(12))]
    assert of_all.of(elsewhere.id, town[1].id) == ()


async def test_rooms_that_fit_are_found_free_ones_first_and_the_others_say_why(
    begin: Begin, town: tuple[Venue, Venue]
) -> None:
    house, village = town
    large = make_room(house, "Saal", seats=40, step_free=True, equipment=["beamer", "wlan"])
    busy = make_room(house, "Raum 1", seats=14, equipment=["beamer"], setup_minutes=15)
    small = make_room(house, "Büro", seats=4, equipment=["beamer"])
    bare = make_room(house, "Keller", seats=20)
    early = make_room(village, "Gemeinderaum", seats=16, equipment=["beamer"])
    shut = make_room(village, "Klause", seats=15, equipment=["beamer"])
    asked = make_room(house, "Raum 3", seats=12, equipment=["beamer"])
    await put(begin, large, busy, small, bare, early, shut, asked)
    before = Period(EVENING.start - timedelta(hours=2), EVENING.start - timedelta(minutes=5))
    await put(
        begin,
        taken(busy, before, purpose="26-0001"),
        taken(shut, EVENING, kind=ReservationKind.CLOSURE, purpose="Renovierung"),
        taken(asked, EVENING, state=ReservationState.TENTATIVE),
        OpeningTime(weekday=1, opens=time(9), closes=time(19), room_id=early.id),
    )

    async with begin.reading() as session:
        found = await find_rooms(session, EVENING, Needs(seats=10, equipment={"beamer"}))
        accessible = await find_rooms(session, EVENING, Needs(step_free=True))

    assert [(one.room.name, one.is_free, one.reason) for one in found] == [
        ("Raum 3", True, None),
        ("Saal", True, None),
        ("Raum 1", False, Hindrance.TAKEN),
        ("Klause", False, Hindrance.CLOSED),
        ("Gemeinderaum", False, Hindrance.OUTSIDE_HOURS),
    ]
    assert [one.taken_by.purpose for one in found if one.taken_by] == ["26-0001", "Renovierung"]
    assert [one.room.name for one in accessible] == ["Saal"]


async def test_finding_costs_three_statements_however_many_rooms_there_are(
    begin: Begin, town: tuple[Venue, Venue]
) -> None:
    await put(begin, *(make_room(town[0], f"Raum {number}") for number in range(25)))

    async with begin.reading() as session:
        with counted() as statements:
            found = await find_rooms(session, EVENING, Needs(seats=5))

    assert (len(found), len(statements)) == (25, 3)


async def test_occupancy_counts_each_kind_and_the_share_of_the_opening_hours(
    begin: Begin, town: tuple[Venue, Venue]
) -> None:
    room, unknown = make_room(town[0]), make_room(town[1])
    await put(begin, room, unknown)
    await put(begin, OpeningTime(weekday=1, opens=time(10), closes=time(20), venue_id=town[0].id))
    new_year = Period(datetime(2026, 12, 31, 21, tzinfo=UTC), datetime(2027, 1, 1, 1, tzinfo=UTC))
    await put(
        begin,
        taken(room, Period(at_venue(TUESDAY, time(9)), at_venue(TUESDAY, time(12)))),
        taken(room, EVENING, kind=ReservationKind.BOOKING),
        taken(room, new_year, kind=ReservationKind.CLOSURE),
        taken(room, Period(at_venue(TUESDAY, time(13)), at_venue(TUESDAY, time(14))), state=ReservationState.RELEASED),
    )  # fmt: skip

    async with begin.reading() as session:
        with counted() as statements:
            december, _, january, _ = await occupancy(session, date(2026, 12, 1), 2)
        both = await occupancy(session, date(2026, 12, 1))

    named = {one.room.id: one for one in both}
    here = next(one for one in both if one.room.id == room.id)
    assert len(statements) == 3
    assert (named[unknown.id].open_minutes, named[unknown.id].percent) == (None, None)
    # five Tuesdays of ten hours; two hours of the morning and an hour and a half of the evening lie within them
    assert (here.open_minutes, here.used_while_open, here.percent) == (3000, 210, 7)
    assert {kind: minutes for kind, minutes in here.minutes.items() if minutes} == {
        ReservationKind.SESSION: 180,
        ReservationKind.BOOKING: 90,
        ReservationKind.CLOSURE: 120,
    }
    closed = {one.month: one.minutes[ReservationKind.CLOSURE] for one in (december, january)}
    assert sorted(closed) == [date(2026, 12, 1), date(2027, 1, 1)]


def test_months_are_counted_over_the_turn_of_the_year(database: str) -> None:
    assert (month_after(date(2026, 12, 1)), month_after(date(2026, 1, 1), -1)) == (
        date(2027, 1, 1),
        date(2025, 12, 1),
    )


def test_hours_are_said_as_on_the_door(database: str) -> None:
    week = [Hours(day, time(9), time(12)) for day in range(5)] + [Hours(3, time(14), time(18, 30))]

    with use_locale("de"):
        assert hours_in_words(week) == "Mo–Mi 9–12 Uhr, Do 9–12 und 14–18:30 Uhr, Fr 9–12 Uhr"
        assert hours_in_words([]) == ""
        assert hours_in_words([Hours(5, time(18), time(23, 59))]) == "Sa 18–24 Uhr"
    with use_locale("en"):
        assert hours_in_words(week) == "Mon–Wed 9–12, Thu 9–12 and 14–18:30, Fri 9–12"
