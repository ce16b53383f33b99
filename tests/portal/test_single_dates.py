"""Who comes to single dates only (F-B05): on the course page, at the desk, in registers, calendars and certificates."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.attendance.errors import NothingMarked
from lms.attendance.models import Presence
from lms.attendance.queries import records, register
from lms.attendance.service import Mark, Register
from lms.catalogue.models import PaymentMethod, Run
from lms.certification.eligibility import candidates
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson
from lms.feeds.queries import taking_part
from lms.kernel.clock import local
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.entries import entries
from lms.scheduling.models import Session
from lms.scheduling.occupying import summarise
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.enrolment.walking import text
from tests.making import FixedClock
from tests.office import TEAM, Office, open_office
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]


async def taught(house: Around, **terms: Any) -> tuple[Office, Run, list[Session]]:
    """A run on three Tuesdays with two further places in each session; Eva Roth has a place in the whole of it."""
    office = await open_office(house)
    run = await office.run(sessions=3, **({"drop_in_places": 2, "capacity": 12} | terms))
    await office.enrol(run, "Eva", "Roth")
    async with house.begin.reading() as session:
        meetings = (
            await session.scalars(select(Session).where(Session.run_id == run.id).order_by(Session.starts_at))
        ).all()
    return office, run, list(meetings)


async def comes_alone(house: Around, run: Run, *meetings: Session) -> Enrolment:
    placed = await Enrolments(house).enrol(
        TEAM,
        run_id=run.id,
        persons=[NewPerson(given_name="Ben", family_name="Vogt", email="ben.vogt@example.com")],
        payment_method=PaymentMethod.CASH if run.drop_in_price_cents else None,
        way=EntryWay.PHONE,
        session_ids=[one.id for one in meetings],
    )
    return placed.enrolments[0]


async def test_the_course_page_says_how_many_places_each_session_has(client: Browser, house: Around) -> None:
    office, run, meetings = await taught(house, drop_in_price_cents=500)
    await comes_alone(house, run, meetings[0])

    page = await client.get(f"/kurse/{office.course.slug}")

    assert text(page).count("noch 2 Plätze") == 2
    assert "noch 1 Platz" in text(page)
    assert "Jeder Termin kostet 5,00 Euro." in text(page)
    assert f"/anmelden/{run.id}/einzeln" in page.text


async def test_a_course_page_without_single_dates_speaks_of_none(client: Browser, house: Around) -> None:
    office, run, _ = await taught(house, drop_in_places=0)

    page = await client.get(f"/kurse/{office.course.slug}")

    assert "Einzelne" not in text(page)
    assert f"/anmelden/{run.id}/einzeln" not in page.text


async def test_the_register_of_a_session_names_those_who_come_to_it(house: Around, begin: Begin) -> None:
    _, run, meetings = await taught(house)
    await comes_alone(house, run, meetings[1])

    async with begin.reading() as session:
        lists = [
            [(line.family_name, line.is_drop_in) for line in await register(session, one)] for one in meetings
        ]

    assert lists == [[("Roth", False)], [("Roth", False), ("Vogt", True)], [("Roth", False)]]


async def test_the_attendance_is_whole_when_everybody_is_marked_who_came_that_day(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    _, run, meetings = await taught(house)
    guest = await comes_alone(house, run, meetings[1])
    attendance = Register(house)
    async with begin.reading() as session:
        eva = await session.scalar(select(Enrolment.id).where(Enrolment.is_drop_in.is_(False)))
    assert eva is not None
    clock.forward(seconds=(meetings[2].ends_at - clock()).total_seconds())
    for one in meetings:
        await attendance.mark(TEAM, session_id=one.id, marks=[Mark(eva, Presence.PRESENT)])

    with pytest.raises(NothingMarked):
        await attendance.lock(TEAM, run_id=run.id)
    await attendance.mark(TEAM, session_id=meetings[1].id, marks=[Mark(guest.id, Presence.PRESENT)])
    await attendance.lock(TEAM, run_id=run.id)

    async with begin.reading() as session:
        attended = await records(session, [guest.id, eva])
        earning = [one.name for one in await candidates(session, run.id)]
    assert [(attended[one].sessions_attended, attended[one].sessions_planned) for one in (guest.id, eva)] == [
        (1, 1),
        (3, 3),
    ]
    assert earning == ["Eva Roth"]


async def test_their_calendar_shows_the_chosen_dates_and_no_others(house: Around, begin: Begin) -> None:
    _, run, meetings = await taught(house)
    guest = await comes_alone(house, run, meetings[0], meetings[2])
    await Enrolments(house).give_back(TEAM, enrolment_id=guest.id, session_ids=[meetings[0].id])
    assert guest.person_id is not None

    async with begin.reading() as session:
        shown = await entries(session, taking_part([guest.person_id]))

    assert [entry.session_id for entry in shown] == [meetings[2].id]


async def test_my_courses_shows_the_chosen_dates(client: Browser, house: Around, begin: Begin) -> None:
    _, run, meetings = await taught(house)
    guest = await comes_alone(house, run, meetings[2])
    async with begin.reading() as session:
        ben = await session.get_one(Person, guest.person_id)
    await sign_in(client, begin, person=ben, is_known=True)

    page = await client.get(f"/meine-kurse/{guest.id}")
    more = await send(client, f"/meine-kurse/{guest.id}/termine", {"sessions": [str(meetings[1].id)]})
    after = await client.get(f"/meine-kurse/{guest.id}")

    assert (page.text.count("<tr"), more.status_code, after.text.count("<tr")) == (2, 303, 3)
    assert "Weitere Termine buchen" in page.text
    assert "Termine zurückgeben" in page.text
    await send(client, f"/meine-kurse/{guest.id}/abmelden", {"sessions": [str(meetings[1].id)]})
    assert (await client.get(f"/meine-kurse/{guest.id}")).text.count("<tr") == 2


async def test_the_team_enrols_somebody_for_single_dates_by_phone(
    client: Browser, house: Around, begin: Begin
) -> None:
    _, run, meetings = await taught(house, drop_in_price_cents=500)
    await sign_in(client, begin, Identity.ENROLMENT)
    path = f"/verwaltung/anmelden/{run.id}"
    page = await client.get(f"{path}?einzeln=1")
    assert "noch 2 Plätze" in text(page)
    known = {
        "einzeln": "1",
        "given_name": "Ben",
        "family_name": "Vogt",
        "email": "ben@example.com",
        "payment": "cash",
    }

    nothing = await send(client, path, known)
    sent = await send(client, path, known | {"sessions": [str(one.id) for one in meetings[:2]]})

    assert (nothing.status_code, sent.status_code) == (422, 303)
    run_page = await client.get(f"/verwaltung/durchfuehrungen/{run.id}")
    assert "nur am Di, 08.12.2026, Di, 15.12.2026" in text(run_page)
    assert text(run_page).count("1 von 2 einzeln gebucht") == 2
    async with begin.reading() as session:
        guest = (await session.scalars(select(Enrolment).where(Enrolment.is_drop_in))).one()
    assert (guest.price_cents, guest.way) == (1000, EntryWay.PHONE)

    here = f"/verwaltung/anmeldungen/{guest.id}"
    changed = await send(client, f"{here}/termine", {"sessions": [str(meetings[2].id)], "reason": "Urlaub"})

    assert changed.status_code == 303
    shown = await client.get(here)
    assert f"{local(meetings[2].starts_at):%d.%m.%Y}" in text(shown)
    assert "Einzelne Termine zurückgegeben" in text(shown)
    async with begin.reading() as session:
        assert [(await session.get_one(Session, one.id)).drop_ins for one in meetings] == [0, 0, 1]


async def test_the_conditions_offer_single_dates_and_keep_what_is_taken(
    client: Browser, house: Around, begin: Begin
) -> None:
    office, run, meetings = await taught(house)
    await comes_alone(house, run, meetings[0])
    await sign_in(client, begin, Identity.PROGRAMME)
    path = f"/verwaltung/durchfuehrungen/{run.id}/bedingungen"
    terms = {
        "minimum": "1", "price": "0", "closes_days_before": "1", "cancel_free_days": "7", "cancel_fee_percent": "50",
        "payment_methods": ["cash"],
    }  # fmt: skip

    async def sent(places: str, price: str = "") -> int:
        async with begin.reading() as session:
            version = (await session.get_one(Run, run.id)).version
        fields = terms | {"version": str(version), "drop_in_places": places, "drop_in_price": price}
        return (await send(client, path, fields)).status_code

    assert [await sent("2", "7,50"), await sent("0"), await sent("3")] == [
        303,
        409,
        409,
    ]  # the room has 14 seats
    async with begin.reading() as session:
        kept = await session.get_one(Run, run.id)
    assert (kept.drop_in_places, kept.drop_in_price_cents, office.room.seats) == (2, 750, 14)


async def test_a_run_ends_for_a_guest_with_the_last_of_their_dates(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    _, run, meetings = await taught(house)
    guest = await comes_alone(house, run, meetings[0])
    clock.forward(seconds=(meetings[0].ends_at - clock()).total_seconds())
    token = house.signer.token("enrolment", guest.id, guest.link_version)

    page = await client.get(f"/anmeldung/{guest.id}/{token}")

    assert "vorbei" in text(page)
    assert guest.state is EnrolmentState.CONFIRMED


@pytest.mark.parametrize(
    ("lengths", "units"),
    [
        ([100], "2,2 UE"),
        ([100, 100, 100], "6,7 UE"),  # three times 2,2 would be 6,6
        ([50, 50, 50, 50], "4,4 UE"),
        ([60, 120], "4 UE"),
        ([45], "1 UE"),
        ([30], "0,7 UE"),
    ],
)
async def test_odd_lengths_are_added_in_minutes_before_they_become_units(
    client: Browser, house: Around, begin: Begin, clock: FixedClock, lengths: list[int], units: str
) -> None:
    office = await open_office(house)
    run = await office.run(sessions=1, publish=False)
    async with begin() as session:
        first = (await session.scalars(select(Session).where(Session.run_id == run.id))).one()
        first.ends_at = first.starts_at + timedelta(minutes=lengths[0])
        for number, minutes in enumerate(lengths[1:], start=1):
            starts_at = first.starts_at + timedelta(days=number)
            session.add(
                Session(
                    run_id=run.id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes),
                    changed_at=clock(), online_url="https://treffen.example/raum",
                )
            )  # fmt: skip
        await summarise(session, await session.get_one(Run, run.id), now=clock())
    await Scheduling(house).publish(TEAM, run_id=run.id)
    await sign_in(client, begin, Identity.PROGRAMME)

    public = await client.get(f"/kurse/{office.course.slug}")
    desk = await client.get(f"/verwaltung/durchfuehrungen/{run.id}")

    assert [f" {units}" in text(page) for page in (public, desk)] == [True, True]
    assert ("jeder Termin dauert" in text(public)) == (len(lengths) > 1 and len(set(lengths)) == 1)
    assert "treffen.example" not in public.text


async def test_the_preview_of_a_plan_says_the_units_of_odd_lengths(
    client: Browser, house: Around, begin: Begin
) -> None:
    office = await open_office(house)
    await sign_in(client, begin, Identity.PROGRAMME)
    day = date(2026, 12, 8)
    fields = {
        "weekdays": ["1"], "first_day-day": str(day.day), "first_day-month": str(day.month), "first_day-year": str(day.year),
        "starts_at": time(10).isoformat("minutes"), "minutes": "100", "count": "3", "interval": "1",
        "room": str(office.room.id), "trainer": str(office.trainer.id), "capacity": "12", "minimum": "1", "price": "0",
        "closes_days_before": "1", "cancel_free_days": "7", "cancel_fee_percent": "50", "drop_in_places": "2",
        "key": "7d1c1c59-6bb2-4b1c-a6ac-1c9d5fb1f2a1",
    }  # fmt: skip

    page = await send(client, f"/verwaltung/kurse/{office.course.id}/neue-durchfuehrung", fields)

    assert "6,7 UE" in text(page)
    assert "2 weitere Plätze je Termin, kostenlos" in text(page)
