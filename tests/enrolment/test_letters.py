"""What people read when something has happened to their place."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import icalendar
from sqlalchemy import func, select

from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.events import PlaceConfirmed
from lms.enrolment.models import Offer
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson, Placement
from lms.jobs.queue import announce
from lms.jobs.worker import Worker
from lms.messaging.models import Channel, Enclosure, Letter
from lms.scheduling.models import Session
from lms.web.module import Around
from tests.enrolment.places import CHILD, VISITOR, named, offered_run
from tests.making import BOTH, MOMENT, FixedClock, make_room, make_venue, staff

pytestmark = BOTH
FIRST = MOMENT + timedelta(days=28, hours=1)


async def run_with_dates(begin: Begin, *, dates: int = 2, **given: Any) -> Run:
    """A run that meets weekly in room 1 of the Innovationszentrum, from Friday 1 January 2027, 10:00."""
    run = await offered_run(begin, **given)
    venue = make_venue(
        street="Gröperstraße 1",
        postal_code="39340",
        city="Haldensleben",
        arrival_de="Bus 601",
        arrival_en="Bus 601",
    )
    room = make_room(venue)
    async with begin() as session:
        session.add(venue)
        await session.flush()
        session.add(room)
        await session.flush()
        (await session.get_one(Run, run.id)).room_id = room.id
        session.add_all(
            Session(
                run_id=run.id, room_id=room.id, changed_at=MOMENT, starts_at=FIRST + timedelta(days=7 * week),
                ends_at=FIRST + timedelta(days=7 * week, minutes=90),
            )
            for week in range(dates)
        )  # fmt: skip
    return run


async def letters(begin: Begin, *kinds: str) -> Sequence[Letter]:
    """The letters written so far, oldest first; only of these kinds if any are named."""
    async with begin.reading() as session:
        wanted = select(Letter).order_by(Letter.written_at, Letter.kind, Letter.to_name)
        return (await session.scalars(wanted.where(Letter.kind.in_(kinds)) if kinds else wanted)).all()


async def calendar_of(begin: Begin, letter: Letter) -> list[Any]:
    """The entries of the calendar file that travels with a letter."""
    async with begin.reading() as session:
        whose = Enclosure.letter_id == letter.id, Enclosure.name == "termine.ics"
        enclosed = (await session.scalars(select(Enclosure).where(*whose))).one()
    assert re.fullmatch(r"text/calendar; method=(PUBLISH|REQUEST|CANCEL); charset=utf-8", enclosed.media_type)
    return icalendar.Calendar.from_ical(enclosed.content).walk("VEVENT")


async def booked(
    enrolments: Enrolments, jobs: Worker, run: Run, person: NewPerson | None = None, **given: Any
) -> Placement:
    placement = await enrolments.enrol(VISITOR, run_id=run.id, persons=[person or named()], **given)
    await jobs.drain()
    return placement


async def test_a_booked_place_is_confirmed_with_everything_one_has_to_know(
    enrolments: Enrolments, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await run_with_dates(begin, course={"bring_de": "Ihr Tablet\nIhre Brille"})

    enrolment = (await booked(enrolments, jobs, run)).enrolments[0]

    [letter] = await letters(begin)
    token = house.signer.token("enrolment", enrolment.id, enrolment.link_version)
    reference = " ".join(enrolment.reference.replace("-", " ").split())
    assert (letter.to_address, letter.subject) == (
        "ada.lehmann@example.com",
        "Ihr Platz ist gebucht: Das Tablet kennenlernen",
    )
    for words in (
        "Guten Tag Ada Lehmann,",
        f"Kursnummer: {run.number}",
        "Der erste Termin ist am Freitag, 1. Januar 2027, 10:00 Uhr.",
        "1. Freitag, 1. Januar 2027, 10:00 bis 11:30 Uhr\n2. Freitag, 8. Januar 2027, 10:00 bis 11:30 Uhr",
        "Raum 1, Innovationszentrum, Gröperstraße 1, 39340 Haldensleben\n\nBus 601",
        "Ihr Tablet\nIhre Brille",
        "Der Kurs ist kostenlos.",
        f"Anmeldung ansehen oder abmelden:\nhttp://127.0.0.1:8000/anmeldung/{enrolment.id}/{token}",
    ):
        assert words in letter.text
    assert reference[:4] in letter.text
    assert [str(event["SUMMARY"]) for event in await calendar_of(begin, letter)] == [
        "Das Tablet kennenlernen"
    ] * 2


async def test_an_english_reader_is_written_to_in_english(
    enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    run = await run_with_dates(begin)

    await booked(enrolments, jobs, run, named(language="en"))

    [letter] = await letters(begin)
    assert (letter.language, letter.subject) == ("en", "Your place is booked: Meet your tablet")
    assert "The first session is on Friday 1 January 2027, 10:00." in letter.text
    assert "http://127.0.0.1:8000/en/anmeldung/" in letter.text


async def test_an_invoice_is_named_with_all_one_needs_to_pay_it(
    enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    run = await run_with_dates(begin, price_cents=4500)

    await booked(enrolments, jobs, run, payment_method=PaymentMethod.INVOICE)

    [letter] = await letters(begin, "place_confirmed")
    assert (
        "Der Kurs kostet 45,00 Euro. Bitte überweisen Sie den Betrag bis Freitag, 18. Dezember 2026:"
        in letter.text
    )
    assert "– Verwendungszweck: RE-2026-00001" in letter.text
    assert "Danach behalten wir 50 Prozent des Preises." in letter.text
    assert "WIDERRUFSRECHT" in letter.text


async def test_somebody_without_e_mail_gets_the_letter_on_paper_without_buttons(
    enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    run = await run_with_dates(begin)
    person = named(email=None, street="Hagenstraße 1", postal_code="39340", city="Haldensleben")

    await booked(enrolments, jobs, run, person)

    [letter] = await letters(begin)
    assert (letter.channel, letter.postal_address) == (
        Channel.POST,
        "Ada Lehmann\nHagenstraße 1\n39340 Haldensleben",
    )
    assert "/anmeldung/" not in letter.text
    assert "Rufen Sie uns an und nennen Sie Ihre Anmeldenummer." in letter.text


async def test_who_waits_reads_the_place_in_line_and_who_is_offered_one_until_when(
    enrolments: Enrolments, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await run_with_dates(begin, capacity=1)
    first = await booked(enrolments, jobs, run)
    await booked(enrolments, jobs, run, named("Ben Muster"))
    await booked(enrolments, jobs, run, named("Cem Muster"))
    waiting = await letters(begin, "put_on_waiting_list")
    assert ["Platz 1 der" in waiting[0].text, "Platz 2 der" in waiting[1].text] == [True, True]

    await enrolments.cancel(VISITOR, enrolment_id=first.enrolments[0].id, token=_token(house, first))
    await jobs.drain()

    [offered] = await letters(begin, "place_offered")
    async with begin.reading() as session:
        offer = (await session.scalars(select(Offer))).one()
    assert (offered.to_name, offered.subject) == (
        "Ben Muster",
        "Ein Platz ist für Sie frei: Das Tablet kennenlernen",
    )
    assert f"/angebot/{offer.id}/{house.signer.token('offer', offer.id)}" in offered.text


async def test_who_lets_an_offer_lapse_or_declines_it_reads_how_to_go_on(
    enrolments: Enrolments, begin: Begin, jobs: Worker, house: Around, clock: FixedClock
) -> None:
    run = await run_with_dates(begin, capacity=1)
    first = await booked(enrolments, jobs, run)
    await booked(enrolments, jobs, run, named("Ben Muster"))
    await booked(enrolments, jobs, run, named("Cem Muster"))
    await enrolments.cancel(VISITOR, enrolment_id=first.enrolments[0].id, token=_token(house, first))
    clock.forward(days=4)
    await enrolments.lapse_due()
    await jobs.drain()
    async with begin.reading() as session:
        offer = (await session.scalars(select(Offer).order_by(Offer.made_at.desc()).limit(1))).one()

    await enrolments.decline(VISITOR, offer_id=offer.id, token=house.signer.token("offer", offer.id))
    await jobs.drain()

    endings = await letters(begin, "offer_lapsed", "offer_declined")
    assert [(letter.kind, letter.to_name) for letter in endings] == [
        ("offer_declined", "Cem Muster"),
        ("offer_lapsed", "Ben Muster"),
    ]


async def test_who_cancels_late_reads_what_it_costs_and_the_dates_leave_the_calendar(
    enrolments: Enrolments, begin: Begin, jobs: Worker, house: Around, clock: FixedClock
) -> None:
    run = await run_with_dates(begin, price_cents=4500)
    placement = await booked(enrolments, jobs, run, payment_method=PaymentMethod.CASH)
    [confirmed] = await letters(begin, "place_confirmed")
    before = await calendar_of(begin, confirmed)
    clock.forward(days=26)

    await enrolments.cancel(VISITOR, enrolment_id=placement.enrolments[0].id, token=_token(house, placement))
    await jobs.drain()

    [letter] = await letters(begin, "enrolment_cancelled")
    assert "Die Abmeldung kostet 22,50 Euro" in letter.text
    assert "Noch zu bezahlen: 22,50 Euro." in letter.text
    after = await calendar_of(begin, letter)
    assert [event["UID"] for event in after] == [event["UID"] for event in before]
    assert {(str(event["STATUS"]), event["SEQUENCE"]) for event in after} == {("CANCELLED", 1)}


async def test_a_guardian_is_asked_to_consent(
    enrolments: Enrolments, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await run_with_dates(begin)
    guardian = named("Eva Lehmann")

    placement = await booked(
        enrolments,
        jobs,
        run,
        named("Lena Lehmann", birth_date=CHILD, email=None, guardian=guardian),
        contact=guardian,
    )

    enrolment = placement.enrolments[0]
    [letter] = await letters(begin)
    token = house.signer.token("consent", enrolment.id, enrolment.link_version)
    assert (letter.kind, letter.to_name) == ("consent_asked", "Eva Lehmann")
    assert f"/einwilligung/{enrolment.id}/{token}" in letter.text


async def test_when_a_run_is_cancelled_everybody_reads_why_and_what_there_is_instead(
    enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    run = await run_with_dates(begin, capacity=1)
    await booked(enrolments, jobs, run)
    await booked(enrolments, jobs, run, named("Ben Muster", language="en"))
    await _another_run_of(begin, run)

    await enrolments.cancel_run(
        staff(), run_id=run.id, reason_de="Die Kursleitung ist erkrankt.", reason_en="The trainer is ill."
    )
    await jobs.drain()

    ada, ben = await letters(begin, "run_cancelled")
    assert ada.subject == "Der Kurs findet nicht statt: Das Tablet kennenlernen"
    assert "Der Grund: Die Kursleitung ist erkrankt." in ada.text
    assert "– ab Dienstag, 2. Februar 2027, 09:00 Uhr, Kursnummer NEXT" in ada.text
    assert "The reason: The trainer is ill." in ben.text
    assert {str(event["STATUS"]) for event in await calendar_of(begin, ada)} == {"CANCELLED"}


async def test_told_twice_everything_is_written_once(
    enrolments: Enrolments, begin: Begin, jobs: Worker
) -> None:
    run = await run_with_dates(begin)
    placement = await booked(enrolments, jobs, run)
    async with begin() as session:
        announce(session, PlaceConfirmed(enrolment_id=placement.enrolments[0].id))

    await jobs.drain()

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Letter)) == 1
        files = (await session.scalars(select(Enclosure.name).order_by(Enclosure.name))).all()
    assert files == ["termin-01.ics", "termin-02.ics", "termine.ics"]


def _token(house: Around, placement: Placement) -> str:
    enrolment = placement.enrolments[0]
    return house.signer.token("enrolment", enrolment.id, enrolment.link_version)


async def _another_run_of(begin: Begin, run: Run) -> None:
    async with begin() as session:
        session.add(
            Run(
                course_id=run.course_id, number="NEXT", capacity=5, created_at=MOMENT, state=run.state,
                starts_at=MOMENT + timedelta(days=60),
            )
        )  # fmt: skip
