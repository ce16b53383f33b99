"""Requests, decisions, changes: what holds whoever asks, on both databases."""

import asyncio
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.booking.errors import (
    AlreadyDecided,
    DatesInThePast,
    DatesNotFree,
    EndsTooLate,
    NothingToCheckIn,
    NotOpenAnyMore,
    OwnRequest,
    QuotaExceeded,
    ReasonNeeded,
    TooFarAhead,
    TooManyDates,
)
from lms.booking.models import Booking, BookingDateState, BookingState, Tariff
from lms.booking.rules import Repeat
from lms.booking.values import Contact, Problem
from lms.db import Begin
from lms.kernel.actor import ANONYMOUS
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import DomainError, Forbidden, NotFound, SignInNeeded, Stale
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import OpeningTime, Reservation, ReservationState
from lms.resources.reserving import AlreadyTaken
from lms.scheduling.errors import ResourceTaken
from lms.web.module import Around
from tests.booking.hall import TEAM, TUESDAY, Hall, open_hall
from tests.making import BOTH, FixedClock, learner, make_person, staff
from tests.office import open_office

pytestmark = BOTH


@pytest.fixture
async def hall(house: Around) -> Hall:
    return await open_hall(house)


async def test_a_request_is_shown_but_keeps_nobody_else_from_the_room(hall: Hall) -> None:
    first = await hall.ask()
    second = await hall.ask(organisation="Skatclub", title="Turnier")

    dates = [*await hall.dates(first), *await hall.dates(second)]
    looks = await hall.bookings.look_again(TEAM, first.id)

    assert [row.state for row in dates] == [BookingDateState.REQUESTED] * 2
    assert await hall.held(*(row.id for row in dates)) == ["tentative", "tentative"]
    assert [(look.problem, [rival.purpose for rival in look.rivals]) for look in looks.values()] == [
        (None, [f"Turnier ({second.reference})"])
    ]


async def test_the_same_form_sent_twice_at_once_makes_one_booking(hall: Hall, begin: Begin) -> None:
    form_id = uuid4()

    made = await asyncio.gather(*(hall.ask(form_id=form_id) for _ in range(4)))

    assert len({one.id for one in made}) == 1
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Booking)) == 1
        assert await session.scalar(select(func.count()).select_from(Person)) == 1


async def test_somebody_we_know_by_name_and_address_is_not_written_down_again(
    hall: Hall, begin: Begin
) -> None:
    known = make_person(
        "Maria", "Sänger", email="maria@example.com", matching="maria saenger", phone="+4939041"
    )
    async with begin() as session:
        session.add(known)

    booking = await hall.ask()
    stranger = await hall.ask(contact=Contact(given_name="Maria", family_name="Sänger", email="x@example.com"),
                              organisation="", first_day=date(2026, 12, 9))  # fmt: skip

    assert booking.booker_id == known.id
    assert stranger.booker_id != known.id


async def test_every_clash_of_a_series_is_named_with_rooms_that_are_free(hall: Hall) -> None:
    await hall.take(hall.middle, TUESDAY + timedelta(days=7))

    preview = await hall.bookings.preview(ANONYMOUS, hall.wanted(count=3))

    assert [line.look.problem for line in preview.lines] == [None, Problem.TAKEN, None]
    assert [room.name for room, _ in preview.lines[1].look.alternatives] == ["Saal"]
    assert preview.total_cents == 3 * 1000
    with pytest.raises(DatesNotFree):
        await hall.ask(count=3)


async def test_a_date_is_left_out_or_put_into_another_room(hall: Hall) -> None:
    second, third = TUESDAY + timedelta(days=7), TUESDAY + timedelta(days=14)
    await hall.take(hall.middle, second)

    booking = await hall.ask(count=3, choices={second: hall.large.id, third: None})

    dates = await hall.dates(booking)
    assert [(row.room_id, row.state) for row in dates] == [
        (hall.middle.id, BookingDateState.REQUESTED),
        (hall.large.id, BookingDateState.REQUESTED),
        (hall.middle.id, BookingDateState.CANCELLED),
    ]


async def test_a_date_that_was_left_out_comes_back_to_the_same_series_when_it_is_free(hall: Hall) -> None:
    second = TUESDAY + timedelta(days=7)
    taken = await hall.take(hall.middle, second)
    booking = await hall.ask(count=2, choices={second: None})
    await hall.bookings.decide(TEAM, booking_id=booking.id, choices={})
    skipped = (await hall.dates(booking))[1]
    token = hall.link_of(booking)

    with pytest.raises(DatesNotFree):
        await hall.bookings.add_back(ANONYMOUS, booking_id=booking.id, date_id=skipped.id, token=token)
    async with hall.house.begin() as session:
        (await session.get_one(Reservation, taken.id)).state = ReservationState.RELEASED
    await hall.bookings.add_back(ANONYMOUS, booking_id=booking.id, date_id=skipped.id, token=token)
    asked = [row.state.value for row in await hall.dates(booking)]
    await hall.bookings.decide(TEAM, booking_id=booking.id, choices={})

    assert asked == ["approved", "requested"]
    assert await hall.held(*(row.id for row in await hall.dates(booking))) == ["firm", "firm"]


async def test_approval_makes_it_firm_and_freezes_the_price(hall: Hall, begin: Begin) -> None:
    booking = await hall.ask(starts=time(18), ends=time(19, 20))
    async with begin() as session:
        session.add(Tariff(room_id=hall.middle.id, group_id=hall.club.id, cents_per_hour=1200))

    await hall.bookings.decide(TEAM, booking_id=booking.id, choices={})
    async with begin() as session:
        (await session.get_one(Tariff, (await session.scalars(select(Tariff.id))).one())).cents_per_hour = 1

    row = (await hall.dates(booking))[0]
    assert (row.state, row.price_cents) == (BookingDateState.APPROVED, 1800)
    assert await hall.held(row.id) == ["firm"]
    with pytest.raises(DatesNotFree):
        await hall.ask(organisation="Skatclub", starts=time(19, 30), ends=time(21))


async def test_some_dates_are_approved_some_go_into_another_room_some_are_declined(hall: Hall) -> None:
    booking = await hall.ask(count=3)
    rows = await hall.dates(booking)
    choices = {rows[1].id: hall.large.id, rows[2].id: None}

    with pytest.raises(ReasonNeeded):
        await hall.bookings.decide(TEAM, booking_id=booking.id, choices=choices)
    decided = await hall.bookings.decide(
        TEAM, booking_id=booking.id, choices=choices, reason="Inventur", version=booking.version
    )

    assert decided.state is BookingState.APPROVED
    assert [(row.room_id, row.state.value, row.reason) for row in await hall.dates(booking)] == [
        (hall.middle.id, "approved", ""),
        (hall.large.id, "approved", ""),
        (hall.middle.id, "declined", "Inventur"),
    ]
    with pytest.raises(AlreadyDecided):
        await hall.bookings.decide(TEAM, booking_id=booking.id, choices={})


async def test_a_declined_request_gives_the_room_back(hall: Hall) -> None:
    booking = await hall.ask(count=2)

    await hall.bookings.decline(TEAM, booking_id=booking.id, reason="Umbau")

    rows = await hall.dates(booking)
    assert [row.state for row in rows] == [BookingDateState.DECLINED] * 2
    assert await hall.held(*(row.id for row in rows)) == []


async def test_approval_looks_again_at_everything(hall: Hall, begin: Begin) -> None:
    booking = await hall.ask()
    async with begin() as session:
        session.add(OpeningTime(weekday=1, opens=time(9), closes=time(19), room_id=hall.middle.id))
    with pytest.raises(DatesNotFree):
        await hall.bookings.decide(TEAM, booking_id=booking.id, choices={})

    other = await hall.ask(first_day=date(2026, 12, 15), room_id=hall.large.id, people=40)
    async with begin() as session:
        (await session.get_one(type(hall.large), hall.large.id)).seats = 30
    with pytest.raises(DatesNotFree):
        await hall.bookings.decide(TEAM, booking_id=other.id, choices={})


async def test_two_of_the_team_approve_overlapping_requests_at_once_and_one_wins(hall: Hall) -> None:
    requests = [
        await hall.ask(
            organisation="",
            contact=Contact(given_name="Karl", family_name=f"Bass {number}", email=f"{number}@example.com"),
        )
        for number in range(4)
    ]

    answers = await asyncio.gather(
        *(hall.bookings.decide(TEAM, booking_id=one.id, choices={}) for one in requests),
        return_exceptions=True,
    )

    refusals = [answer for answer in answers if isinstance(answer, Exception)]
    assert [isinstance(one, DatesNotFree | AlreadyTaken) for one in refusals] == [True] * 3
    held = [
        state for one in requests for state in await hall.held(*(row.id for row in await hall.dates(one)))
    ]
    assert sorted(held) == ["firm", "tentative", "tentative", "tentative"]


async def test_a_booking_and_a_course_want_the_same_room_at_once_and_one_wins(house: Around) -> None:
    office, hall = await open_office(house), await open_hall(house)
    async with house.begin() as session:
        (await session.get_one(type(office.room), office.room.id)).is_bookable = True
    request = await hall.ask(room_id=office.room.id, people=10, starts=time(9), ends=time(12))

    answers = await asyncio.gather(
        hall.bookings.decide(TEAM, booking_id=request.id, choices={}),
        office.run(publish=False, sessions=1),
        return_exceptions=True,
    )

    refusals = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(refusals) == 1
    assert isinstance(refusals[0], DatesNotFree | AlreadyTaken | ResourceTaken)


async def test_nobody_decides_on_their_own_request(hall: Hall, begin: Begin) -> None:
    booking = await hall.ask()
    async with begin.reading() as session:
        me = await session.get_one(Person, booking.booker_id)
    myself = TEAM.__class__(identities=TEAM.identities, account_id=uuid4(), person_id=me.id)

    with pytest.raises(OwnRequest):
        await hall.bookings.decide(myself, booking_id=booking.id, choices={})
    with pytest.raises(OwnRequest):
        await hall.bookings.request(myself, hall.wanted(first_day=date(2026, 12, 9)), approve=True)


async def test_only_the_team_decides_and_only_who_holds_the_link_changes(hall: Hall) -> None:
    booking = await hall.ask()

    with pytest.raises(SignInNeeded):
        await hall.bookings.decide(ANONYMOUS, booking_id=booking.id, choices={})
    with pytest.raises(Forbidden):
        await hall.bookings.decide(
            staff(*()).__class__(account_id=uuid4()), booking_id=booking.id, choices={}
        )
    for stranger, token in ((ANONYMOUS, ""), (ANONYMOUS, "falsch"), (learner(make_person()), "")):
        with pytest.raises(NotFound):
            await hall.bookings.withdraw(stranger, booking_id=booking.id, token=token)


async def test_the_team_books_for_a_caller_in_one_step(hall: Hall) -> None:
    booking = await hall.bookings.request(
        TEAM, hall.wanted(group_id=hall.internal.id, organisation="Schule"), approve=True
    )

    assert booking.state is BookingState.APPROVED
    assert await hall.held(*(row.id for row in await hall.dates(booking))) == ["firm"]
    with pytest.raises(NotFound):
        await hall.ask(group_id=hall.internal.id)


async def test_the_quota_counts_what_a_club_has_asked_for_whoever_asks(hall: Hall) -> None:
    await hall.booked()
    await hall.ask(first_day=TUESDAY + timedelta(days=1))
    friend = Contact(given_name="Karl", family_name="Bass", email="karl@example.com")

    with pytest.raises(QuotaExceeded) as refusal:
        await hall.ask(
            first_day=TUESDAY + timedelta(days=2),
            ends=time(21),
            contact=friend,
            organisation=" chor  HARMONIE ",
        )
    await hall.ask(first_day=TUESDAY + timedelta(days=2), contact=friend, organisation="Kirchenchor")

    assert refusal.value.params == {
        "group": "Vereine", "hours": 6, "week": "07.12.2026", "wanted": "3:00", "left": "2:00"
    }  # fmt: skip


async def test_two_requests_at_once_do_not_use_up_one_quota_twice(hall: Hall) -> None:
    answers = await asyncio.gather(
        *(hall.ask(first_day=TUESDAY + timedelta(days=day), starts=time(16)) for day in range(3)),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == [
        "Booking",
        "QuotaExceeded",
        "QuotaExceeded",
    ]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"first_day": date(2026, 12, 3)}, DatesInThePast),
        ({"first_day": date(2027, 12, 7)}, TooFarAhead),
        ({"starts": time(20), "ends": time(18)}, EndsTooLate),
        ({"starts": time(22), "ends": time(0)}, EndsTooLate),
        ({"count": 10_000}, TooManyDates),
        ({"people": 21}, DatesNotFree),
        (
            {"repeat": Repeat.LISTED, "days": tuple(TUESDAY + timedelta(days=n) for n in range(101))},
            TooManyDates,
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason(
    hall: Hall, given: dict[str, Any], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        await hall.ask(**given)


async def test_withdrawing_gives_everything_back_and_twice_is_as_good_as_once(hall: Hall) -> None:
    booking = await hall.booked(count=3)
    token = hall.link_of(booking)

    for _ in range(2):
        await hall.bookings.withdraw(ANONYMOUS, booking_id=booking.id, token=token)

    rows = await hall.dates(booking)
    assert [(row.state.value, row.price_cents) for row in rows] == [("cancelled", 0)] * 3
    assert await hall.held(*(row.id for row in rows)) == []
    with pytest.raises(NotOpenAnyMore):
        await hall.bookings.add_back(ANONYMOUS, booking_id=booking.id, date_id=rows[0].id, token=token)


async def test_one_date_is_dropped_and_the_others_stay(hall: Hall, clock: FixedClock) -> None:
    booking = await hall.booked(count=3)
    rows, token = await hall.dates(booking), hall.link_of(booking)

    for _ in range(2):
        await hall.bookings.drop(ANONYMOUS, booking_id=booking.id, date_id=rows[1].id, token=token)
    clock.forward(days=5)
    with pytest.raises(NotOpenAnyMore):
        await hall.bookings.drop(ANONYMOUS, booking_id=booking.id, date_id=rows[0].id, token=token)

    assert [row.state.value for row in await hall.dates(booking)] == ["approved", "cancelled", "approved"]
    assert await hall.held(*(row.id for row in rows)) == ["firm", "firm"]


async def test_a_date_and_all_later_ones_get_another_time_and_room(hall: Hall) -> None:
    booking = await hall.booked(count=3)
    rows = await hall.dates(booking)
    wednesday = TUESDAY + timedelta(days=8)

    changed = await hall.bookings.change_date(
        TEAM,
        booking_id=booking.id,
        date_id=rows[1].id,
        room_id=hall.large.id,
        period=Period(at_venue(wednesday, time(17)), at_venue(wednesday, time(20))),
        and_later=True,
        version=booking.version,
    )

    after = await hall.dates(booking)
    assert [f"{local(row.starts_at):%d.%m. %H:%M}" for row in after] == [
        "08.12. 18:00",
        "16.12. 17:00",
        "23.12. 17:00",
    ]
    assert [(row.room_id, row.price_cents) for row in after[1:]] == [(hall.large.id, 1500)] * 2
    assert await hall.held(*(row.id for row in after)) == ["firm"] * 3
    with pytest.raises(Stale):
        await hall.bookings.change_date(
            TEAM, booking_id=booking.id, date_id=rows[0].id, room_id=hall.large.id,
            period=Period(rows[0].starts_at, rows[0].ends_at), version=changed.version - 1,
        )  # fmt: skip


async def test_who_is_there_says_so_and_an_empty_room_is_given_back(house: Around, clock: FixedClock) -> None:
    hall = await open_hall(house, release_after_minutes=20)
    there, missing = await hall.booked(), await hall.booked(first_day=date(2026, 12, 9))

    with pytest.raises(NothingToCheckIn):
        await hall.bookings.check_in(ANONYMOUS, room_id=hall.middle.id, reference=there.reference)
    clock.moment = at_venue(TUESDAY, time(17, 45))
    typed = there.reference.lower().replace("-", " ")
    for _ in range(2):
        await hall.bookings.check_in(ANONYMOUS, room_id=hall.middle.id, reference=typed)
    clock.moment = at_venue(TUESDAY, time(18, 30))
    nobody_missing = await hall.bookings.release_unused()
    clock.moment = at_venue(date(2026, 12, 9), time(18, 19))
    too_early = await hall.bookings.release_unused()
    clock.forward(minutes=1)
    released = [await hall.bookings.release_unused() for _ in range(2)]

    assert (nobody_missing, too_early, released) == (0, 0, [1, 0])
    assert [row.state.value for row in await hall.dates(missing)] == ["released"]
    assert await hall.held(*(row.id for row in await hall.dates(missing))) == []
    assert await hall.held(*(row.id for row in await hall.dates(there))) == ["firm"]
