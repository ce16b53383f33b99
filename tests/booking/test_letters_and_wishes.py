"""What people read about their bookings, and who is told that a room has fallen free."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from uuid import uuid4

import icalendar
import pytest
from sqlalchemy import func, select

from lms.accounts.models import Account, RoleGrant
from lms.booking.errors import DatesInThePast, SlotIsFree
from lms.booking.models import SlotWish
from lms.booking.values import Contact
from lms.booking.wishes import Wishes
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS
from lms.kernel.clock import at_venue
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.kernel.rights import Identity
from lms.messaging.models import Enclosure, Letter
from lms.web.module import Around
from tests.booking.hall import CHOIR, TEAM, TUESDAY, Hall, open_hall
from tests.making import BOTH, MOMENT, FixedClock, make_person
from tests.office import counted

pytestmark = BOTH
EVENING = Period(at_venue(TUESDAY, time(18)), at_venue(TUESDAY, time(20)))
ANNA, BEN = (
    Contact(given_name=name, family_name="Wartet", email=f"{name}@example.com".lower())
    for name in ("Anna", "Ben")
)


@pytest.fixture
async def hall(house: Around) -> Hall:
    return await open_hall(house, release_after_minutes=20)


@pytest.fixture
def wishes(house: Around) -> Wishes:
    return Wishes(house)


async def letters(begin: Begin, *kinds: str) -> Sequence[Letter]:
    async with begin.reading() as session:
        wanted = select(Letter).order_by(Letter.written_at, Letter.kind)
        return (await session.scalars(wanted.where(Letter.kind.in_(kinds)) if kinds else wanted)).all()


async def entries_of(begin: Begin, letter: Letter) -> list[tuple[str, str]]:
    """Status and place of each entry in the letter's calendar file."""
    async with begin.reading() as session:
        whose = Enclosure.letter_id == letter.id, Enclosure.name == "termine.ics"
        file = (await session.scalars(select(Enclosure).where(*whose))).one()
    return [
        (str(event["status"]), str(event["location"]))
        for event in icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    ]


async def test_a_request_is_confirmed_and_the_team_is_led_to_the_decision(
    hall: Hall, begin: Begin, jobs: Worker
) -> None:
    keeper = make_person("Karin", "Raum")
    account = Account(person_id=keeper.id, email="karin.raum@example.com", created_at=MOMENT)
    async with begin() as session:
        session.add(keeper)
        await session.flush()
        session.add(account)
        await session.flush()
        session.add(RoleGrant(account_id=account.id, role=Identity.RESOURCES))

    booking = await hall.ask(count=2, choices={TUESDAY + timedelta(days=7): None})
    await jobs.drain()

    received, asked = await letters(begin, "booking_received"), await letters(begin, "booking_to_decide")
    assert [(one.to_address, booking.reference in one.text) for one in received] == [
        ("maria@example.com", True)
    ]
    assert f"/buchung/{booking.id}/{hall.link_of(booking)}" in received[0].text
    assert "Wird der Raum frei, können Sie diese Termine" in received[0].text
    assert "10,00 Euro" in received[0].text
    assert [one.to_address for one in asked] == ["karin.raum@example.com"]
    assert f"/verwaltung/buchungen/{booking.id}" in asked[0].text
    assert hall.link_of(booking) not in asked[0].text


async def test_the_decision_is_written_once_with_a_calendar_file(
    hall: Hall, begin: Begin, jobs: Worker
) -> None:
    booking = await hall.ask(count=3)
    rows = await hall.dates(booking)
    await hall.bookings.decide(
        TEAM, booking_id=booking.id, choices={rows[1].id: hall.large.id, rows[2].id: None}, reason="Inventur"
    )
    for _ in range(2):
        await jobs.drain()

    (approved,) = await letters(begin, "booking_approved")
    assert "Inventur" in approved.text
    assert "20,00 Euro" in approved.text
    assert "20 Minuten nach Beginn" in approved.text
    assert await entries_of(begin, approved) == [
        ("CONFIRMED", "Lesecafé, Stadtbibliothek"),
        ("CONFIRMED", "Saal, Stadtbibliothek"),
    ]


async def test_a_refusal_says_why(hall: Hall, begin: Begin, jobs: Worker) -> None:
    booking = await hall.ask()
    await hall.bookings.decline(TEAM, booking_id=booking.id, reason="Der Boden wird erneuert.")
    await jobs.drain()

    (declined,) = await letters(begin, "booking_declined")
    assert "Der Boden wird erneuert." in declined.text


async def test_all_changes_of_one_act_stand_in_one_letter(hall: Hall, begin: Begin, jobs: Worker) -> None:
    booking = await hall.booked(count=3)
    rows = await hall.dates(booking)
    period = Period(at_venue(TUESDAY, time(17)), at_venue(TUESDAY, time(19)))
    await hall.bookings.change_date(
        TEAM, booking_id=booking.id, date_id=rows[0].id, room_id=hall.large.id, period=period, and_later=True
    )
    await hall.bookings.drop(
        ANONYMOUS, booking_id=booking.id, date_id=rows[2].id, token=hall.link_of(booking)
    )
    await jobs.drain()

    changes = await letters(begin, "booking_changed")
    assert len(changes) == 2
    moved, dropped = sorted(changes, key=lambda one: "abgesagt" in one.text)
    assert moved.text.count("Bisher:") == 3
    assert await entries_of(begin, moved) == [("CONFIRMED", "Saal, Stadtbibliothek")] * 3
    assert await entries_of(begin, dropped) == [("CANCELLED", "Saal, Stadtbibliothek")]


async def test_whoever_did_not_come_reads_it_in_friendly_words(
    hall: Hall, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    booking = await hall.booked()
    clock.moment = EVENING.start + timedelta(minutes=20)
    await hall.bookings.release_unused()
    await jobs.drain()

    (released,) = await letters(begin, "booking_released")
    assert booking.reference in released.text
    assert "Das kann passieren" in released.text


async def test_who_has_waited_longest_is_told_once_when_the_room_falls_free(
    hall: Hall, wishes: Wishes, begin: Begin, clock: FixedClock
) -> None:
    booking = await hall.booked()
    for contact in (ANNA, BEN):
        await wishes.wish(ANONYMOUS, room_id=hall.middle.id, period=EVENING, contact=contact)
        clock.forward(minutes=1)
    before = await wishes.tell()
    await hall.bookings.withdraw(ANONYMOUS, booking_id=booking.id, token=hall.link_of(booking))

    told = [await wishes.tell() for _ in range(2)]
    first = [letter.to_name for letter in await letters(begin, "slot_free")]
    clock.forward(hours=25)
    after_a_day = [await wishes.tell() for _ in range(2)]

    assert (before, told, after_a_day) == (0, [1, 0], [1, 0])
    assert first == ["Anna Wartet"]
    assert [letter.to_name for letter in await letters(begin, "slot_free")] == ["Anna Wartet", "Ben Wartet"]


async def test_nobody_is_told_while_it_is_taken_or_after_they_said_no(
    hall: Hall, wishes: Wishes, begin: Begin, clock: FixedClock
) -> None:
    booking = await hall.booked()
    wish = await wishes.wish(ANONYMOUS, room_id=hall.middle.id, period=EVENING, contact=ANNA)
    token = hall.house.signer.token("slot-wish", wish.id)
    with pytest.raises(NotFound):
        await wishes.end(ANONYMOUS, wish_id=wish.id, token="falsch")
    for _ in range(2):
        await wishes.end(ANONYMOUS, wish_id=wish.id, token=token)
    await hall.bookings.withdraw(ANONYMOUS, booking_id=booking.id, token=hall.link_of(booking))

    assert await wishes.tell() == 0
    clock.moment = EVENING.end
    await wishes.tell()
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(SlotWish)) == 0


async def test_a_wish_needs_a_room_that_is_taken_and_a_time_to_come(hall: Hall, wishes: Wishes) -> None:
    with pytest.raises(SlotIsFree):
        await wishes.wish(ANONYMOUS, room_id=hall.middle.id, period=EVENING, contact=CHOIR)
    past = Period(EVENING.start - timedelta(days=7), EVENING.end - timedelta(days=7))
    with pytest.raises(DatesInThePast):
        await wishes.wish(ANONYMOUS, room_id=hall.middle.id, period=past, contact=CHOIR)
    await hall.booked()
    form_id = uuid4()
    made = {
        (await wishes.wish(ANONYMOUS, room_id=hall.middle.id, period=EVENING, contact=ANNA, form_id=form)).id
        for form in (form_id, form_id, None)
    }
    assert len(made) == 1


async def test_looking_at_wishes_costs_the_same_however_many_there_are(hall: Hall, wishes: Wishes) -> None:
    await hall.take(hall.middle, TUESDAY, time(8), time(22))
    costs = []
    for number in range(6):
        contact = Contact(given_name="Wer", family_name=f"Wartet {number}", email=f"{number}@example.com")
        await wishes.wish(ANONYMOUS, room_id=hall.middle.id, period=EVENING, contact=contact)
        with counted() as statements:
            await wishes.tell()
        costs.append(len(statements))

    assert len(set(costs)) == 1


async def test_a_long_series_costs_as_many_statements_to_look_at_as_a_short_one(hall: Hall) -> None:
    costs = []
    for count in (2, 20):
        with counted() as statements:
            await hall.bookings.preview(ANONYMOUS, hall.wanted(count=count, first_day=date(2026, 12, 8)))
        costs.append(len(statements))

    assert costs[0] == costs[1]
