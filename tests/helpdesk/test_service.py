"""Appointments through the service, on both databases: nobody is in two places, and nobody is forgotten."""

import asyncio
from datetime import time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete

from lms.helpdesk.errors import (
    AlreadyOver,
    EnoughAppointments,
    EnoughThatDay,
    NotYet,
    OfferOver,
    ReasonMissing,
    SlotTaken,
)
from lms.helpdesk.models import AdviserTopic, AppointmentState, DayKind, EarlierState
from lms.helpdesk.queries import unsettled
from lms.jobs.worker import Worker
from lms.kernel.actor import ANONYMOUS
from lms.kernel.clock import at_venue
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.resources.models import ReservationKind
from lms.resources.reserving import Claim, reserve
from lms.trainers.models import Absence
from lms.web.module import Around
from tests.helpdesk.counter import TEAM, THURSDAY, TUESDAY, Counter, open_counter
from tests.making import BOTH, FixedClock

pytestmark = BOTH


@pytest.fixture
async def counter(house: Around) -> Counter:
    return await open_counter(house)


async def test_two_at_one_time_get_two_advisers_and_a_third_gets_nobody(counter: Counter) -> None:
    first = await counter.book("Ada", phone="+49390411111")
    second = await counter.book("Ben", phone="+49390422222")

    with pytest.raises(SlotTaken):
        await counter.book("Cem", phone="+49390433333")

    assert {first.adviser_id, second.adviser_id} == {counter.katrin.id, counter.birgit.id}
    assert len(await counter.held()) == 2


async def test_of_twenty_who_want_two_times_at_once_two_get_them(counter: Counter) -> None:
    async def want(number: int) -> bool:
        try:
            await counter.book(f"Person {number}", phone=f"+4939045{number:05}")
        except SlotTaken:
            return False
        return True

    answers = await asyncio.gather(*(want(number) for number in range(20)))

    assert sum(answers) == 2
    assert len(set(await counter.held())) == 2


async def test_the_topic_decides_who_helps(counter: Counter) -> None:
    made = await counter.book(topic=counter.banking)

    assert made.adviser_id == counter.birgit.id


async def test_who_has_named_no_topic_helps_with_everything_after_those_who_have(counter: Counter) -> None:
    async with counter.house.begin() as session:
        await session.execute(delete(AdviserTopic).where(AdviserTopic.adviser_id == counter.katrin.id))

    photos = await counter.book("Ada", phone="+49390411111")
    banking = await counter.book("Ben", phone="+49390422222", topic=counter.banking)

    assert [photos.adviser_id, banking.adviser_id] == [counter.birgit.id, counter.katrin.id]


async def test_who_teaches_at_that_time_is_not_bookable(counter: Counter) -> None:
    person = counter.people[counter.birgit.id]
    period = Period(at_venue(TUESDAY, time(9)), at_venue(TUESDAY, time(10, 15)))
    async with counter.house.begin() as session:
        await reserve(
            session,
            [Claim(period=period, trainer_id=person.id)],
            kind=ReservationKind.SESSION,
            purpose="26-1",
        )

    with pytest.raises(SlotTaken):
        await counter.book(topic=counter.banking)
    assert (await counter.book(topic=counter.banking, at=time(10, 30))).adviser_id == counter.birgit.id


async def test_the_same_form_twice_is_one_appointment(counter: Counter) -> None:
    form_id = uuid4()

    first, second = await counter.book(form_id=form_id), await counter.book(form_id=form_id)

    assert first.id == second.id
    assert len(await counter.held()) == 1


async def test_one_number_has_so_many_appointments_and_no_more(counter: Counter) -> None:
    await counter.book()
    with pytest.raises(EnoughThatDay):
        await counter.book(at=time(11))
    await counter.book(day=THURSDAY)
    with pytest.raises(EnoughAppointments):
        await counter.book(day=TUESDAY + timedelta(days=7))


async def test_the_hour_before_is_too_late_and_a_day_without_hours_is_no_day(
    counter: Counter, clock: FixedClock
) -> None:
    with pytest.raises(SlotTaken):
        await counter.book(day=TUESDAY + timedelta(days=1))
    clock.moment = at_venue(TUESDAY, time(8))
    with pytest.raises(SlotTaken):
        await counter.book()


async def test_moving_frees_the_old_time_and_tells_once(counter: Counter, jobs: Worker) -> None:
    made = await counter.book(email="ada@example.com")
    link = counter.link(made)

    await counter.appointments.move(
        ANONYMOUS, appointment_id=made.id, starts_at=at_venue(THURSDAY, time(11)), token=link
    )
    await jobs.drain()

    assert [starts for _, starts in await counter.held()] == [at_venue(THURSDAY, time(11))]
    assert [letter.kind for letter in await counter.letters("appointment_moved")] == ["appointment_moved"]


async def test_a_wrong_link_opens_nothing(counter: Counter) -> None:
    made = await counter.book()

    with pytest.raises(NotFound):
        await counter.appointments.cancel(ANONYMOUS, appointment_id=made.id, token="x" * 32)

    assert (await counter.now(made)).state is AppointmentState.BOOKED


async def test_cancelling_twice_is_as_good_as_once(counter: Counter) -> None:
    made = await counter.book()
    link = counter.link(made)

    for _ in range(2):
        await counter.appointments.cancel(ANONYMOUS, appointment_id=made.id, token=link)

    assert await counter.held() == []
    with pytest.raises(AlreadyOver):
        await counter.appointments.move(
            ANONYMOUS, appointment_id=made.id, starts_at=at_venue(THURSDAY, time(10)), token=link
        )


async def test_a_freed_time_is_offered_in_line_held_and_passed_on(
    counter: Counter, jobs: Worker, clock: FixedClock
) -> None:
    early = [
        await counter.book("Ada", topic=counter.banking, at=at, phone=f"+4939041111{number}")
        for number, at in enumerate((time(10), time(10, 30), time(11), time(11, 30)))
    ]
    first = await counter.book(
        "Ben", topic=counter.banking, day=THURSDAY, email="ben@example.com", phone="+49390422222"
    )
    second = await counter.book("Cem", topic=counter.banking, day=THURSDAY, at=time(11), phone="+49390433333")
    for one in (first, second):
        await counter.wishes.wish(ANONYMOUS, appointment_id=one.id, token=counter.link(one))
        clock.moment += timedelta(minutes=1)

    await counter.appointments.cancel(ANONYMOUS, appointment_id=early[1].id, token=counter.link(early[1]))
    await jobs.drain()

    assert [(await counter.wish(one)).state for one in (first, second)] == [
        EarlierState.OFFERED,
        EarlierState.WAITING,
    ]
    assert [letter.to_address for letter in await counter.letters("appointment_earlier")] == [
        "ben@example.com"
    ]
    with pytest.raises(SlotTaken):
        await counter.book("Dora", topic=counter.banking, at=time(10, 30), phone="+49390444444")

    clock.moment += timedelta(hours=25)
    assert await counter.wishes.lapse() == 1
    with pytest.raises(OfferOver):
        await counter.wishes.answer(ANONYMOUS, appointment_id=first.id, takes=True, token=counter.link(first))
    await counter.wishes.answer(ANONYMOUS, appointment_id=second.id, takes=True, token=counter.link(second))
    await jobs.drain()

    assert (await counter.now(second)).starts_at == at_venue(TUESDAY, time(10, 30))
    assert (await counter.now(first)).starts_at == at_venue(THURSDAY, time(10))
    assert (await counter.wish(second)).state is EarlierState.TAKEN


async def test_hours_that_vanish_take_no_appointment_along(counter: Counter) -> None:
    made = await counter.book()
    person = counter.people[made.adviser_id]
    async with counter.house.begin() as session:
        session.add(
            Absence(person_id=person.id, starts_at=made.starts_at, ends_at=made.ends_at, note="krank")
        )

    async with counter.house.begin.reading() as session:
        by_absence = await unsettled(session, now=counter.house.clock(), state="ST")
    await counter.desks.save_day(
        TEAM, kind=DayKind.CLOSED, first=TUESDAY, last=TUESDAY, desk_id=counter.desk.id, reason="Wasser"
    )
    async with counter.house.begin.reading() as session:
        by_day = await unsettled(session, now=counter.house.clock(), state="ST")
    await counter.appointments.agree(TEAM, appointment_id=made.id)
    async with counter.house.begin.reading() as session:
        settled = await unsettled(session, now=counter.house.clock(), state="ST")

    assert [[one.appointment.id for one in found] for found in (by_absence, by_day, settled)] == [
        [made.id], [made.id], [],
    ]  # fmt: skip
    assert (await counter.now(made)).state is AppointmentState.BOOKED


async def test_the_team_gives_a_reason_and_who_has_only_a_landline_is_called(
    counter: Counter, jobs: Worker
) -> None:
    made = await counter.book()
    with pytest.raises(ReasonMissing):
        await counter.appointments.cancel(TEAM, appointment_id=made.id)

    await counter.appointments.cancel(TEAM, appointment_id=made.id, reason="Frau Behlau ist krank.")
    await jobs.drain()

    assert (await counter.now(made)).call_about == "cancelled"
    await counter.appointments.told(TEAM, appointment_id=made.id)
    assert (await counter.now(made)).call_since is None


async def test_nobody_misses_what_has_not_begun_and_who_missed_it_is_asked_kindly(
    counter: Counter, jobs: Worker, clock: FixedClock
) -> None:
    made = await counter.book(email="ada@example.com")
    with pytest.raises(NotYet):
        await counter.appointments.finish(TEAM, appointment_id=made.id, came=False)

    clock.moment = made.starts_at + timedelta(minutes=20)
    await counter.appointments.finish(TEAM, appointment_id=made.id, came=False)
    await jobs.drain()

    assert (await counter.now(made)).state is AppointmentState.MISSED
    (letter,) = await counter.letters("appointment_missed")
    assert "Das kann passieren." in letter.text


async def test_a_reminder_comes_the_day_before_once_and_everything_is_forgotten_in_time(
    counter: Counter, clock: FixedClock
) -> None:
    made = await counter.book(email="ada@example.com", note="Ich höre schlecht.")
    assert await counter.rhythm.remind() == 0

    clock.moment = at_venue(TUESDAY - timedelta(days=1), time(9, 5))
    assert [await counter.rhythm.remind(), await counter.rhythm.remind()] == [1, 0]
    clock.moment = made.ends_at + timedelta(days=31)
    assert await counter.rhythm.forget() == 1

    kept = await counter.now(made)
    assert (kept.name, kept.phone, kept.email, kept.note, kept.person_id) == ("", "", None, "", None)
