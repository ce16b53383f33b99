"""One letter for each reader about everything that has changed, with the changed entries for the calendar (F-L05)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.letters.dates import sheets_for_participants
from lms.enrolment.models import EntryWay
from lms.enrolment.service import Enrolments
from lms.jobs.queue import announce
from lms.jobs.worker import Worker
from lms.kernel.period import Period
from lms.messaging.models import Channel, Enclosure, Letter
from lms.people.models import Person
from lms.scheduling.change_set import ChangeSet, InRoom, NewSession, SessionChange
from lms.scheduling.models import Session
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.enrolment.places import named
from tests.making import make_person, make_room
from tests.office import TEAM, Office, counted, open_office

WEEK = timedelta(days=7)


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


@pytest.fixture
def scheduling(house: Around) -> Scheduling:
    return Scheduling(house)


async def sessions(begin: Begin, run: Run) -> Sequence[Session]:
    async with begin.reading() as session:
        return (await sessions_of(session, [run.id]))[run.id]


async def letters(begin: Begin, kind: str) -> list[Letter]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.to_name)))


async def calendar(begin: Begin, letter: Letter) -> list[tuple[str, int, str]]:
    """Day, sequence and status of every entry that a letter brings."""
    async with begin.reading() as session:
        whose = Enclosure.letter_id == letter.id, Enclosure.name == "termine.ics"
        [content] = await session.scalars(select(Enclosure.content).where(*whose))
    events: list[Any] = list(Calendar.from_ical(content).walk("VEVENT"))
    return [(f"{one['DTSTART'].dt:%d.%m.}", int(one["SEQUENCE"]), str(one["STATUS"])) for one in events]


def drop(meeting: Session) -> SessionChange:
    return SessionChange(session_id=meeting.id, version=meeting.version, is_cancelled=True)


async def test_a_household_reads_of_all_changes_in_one_letter_that_names_everybody(
    scheduling: Scheduling, office: Office, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await office.run(sessions=4, first_day=date(2027, 1, 12))
    mother = named("Maria Lehmann")
    await Enrolments(house).enrol(
        TEAM, run_id=run.id, contact=mother, way=EntryWay.PHONE,
        persons=[mother, named("Otto Lehmann", email=None)],
    )  # fmt: skip
    await office.enrol(run, "Ben", "Muster", language="en")
    await office.enrol(
        run, "Cem", "Papier", email=None, street="Markt 1", postal_code="39340", city="Haldensleben"
    )
    room = make_room(office.venue, "Raum 2", floor_de="1. Etage")
    async with begin() as session:
        session.add(room)
    first, second, third, fourth = await sessions(begin, run)
    later = Period(first.starts_at + timedelta(days=1), first.ends_at + timedelta(days=1))
    new = NewSession(
        run_id=run.id, period=Period(fourth.starts_at + WEEK, fourth.ends_at + WEEK),
        room_id=office.room.id, replaces_id=second.id,
    )  # fmt: skip

    await scheduling.change_sessions(
        TEAM,
        ChangeSet(
            changes=[
                SessionChange(session_id=first.id, version=1, period=later, room=InRoom(room.id)),
                drop(second),
                SessionChange(session_id=third.id, version=1, room=InRoom(room.id)),
            ],
            added=[new],
            reason="Die Heizung ist defekt.",
        ),
    )
    await jobs.drain()

    ben, cem, maria = await letters(begin, "dates_changed")
    assert (maria.to_name, maria.subject) == ("Maria Lehmann", "Geänderte Termine: Das Tablet kennenlernen")
    expected = [
        "Neu: Mittwoch, 13. Januar 2027, 10:00 bis 11:30 Uhr, Raum 2, 1. Etage, Innovationszentrum",
        "Bisher: Dienstag, 12. Januar 2027, 10:00 bis 11:30 Uhr, Raum 1",
        "Fällt aus: Dienstag, 19. Januar 2027, 10:00 bis 11:30 Uhr",
        "Ersatz für den 19. Januar 2027: Dienstag, 16. Februar 2027, 10:00 bis 11:30 Uhr, Raum 1",
        "Anderer Ort am Dienstag, 26. Januar 2027, 10:00 bis 11:30 Uhr: Raum 2, 1. Etage",
        "Grund: Die Heizung ist defekt.",
        "Ihre Anmeldenummer: ",
        "Otto Lehmann, Anmeldenummer ",
        "DIESE TERMINE GELTEN JETZT",
        "Maria Lehmann (http",
        "Otto Lehmann (http",
    ]
    assert [words for words in expected if words not in maria.text] == []
    places = [maria.text.index(words) for words in expected[:6]]
    assert places == sorted(places)
    assert await calendar(begin, maria) == [
        ("13.01.", 1, "CONFIRMED"), ("19.01.", 1, "CANCELLED"), ("16.02.", 0, "CONFIRMED"),
        ("26.01.", 1, "CONFIRMED"),
    ]  # fmt: skip
    assert ben.subject == "Changed dates: Meet your tablet"
    assert "Reason: Die Heizung ist defekt." in ben.text
    assert (cem.channel, "Kalenderdatei" in cem.text) == (Channel.POST, False)


async def test_a_session_that_drops_out_says_why_and_what_remains(
    scheduling: Scheduling, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    first, _ = await sessions(begin, run)

    await scheduling.cancel_session(
        TEAM, session_id=first.id, reason="Die Heizung ist defekt.", version=first.version
    )
    await jobs.drain()

    [letter] = await letters(begin, "dates_changed")
    assert letter.subject == "Ein Termin fällt aus: Das Tablet kennenlernen"
    assert "Grund: Die Heizung ist defekt." in letter.text
    assert "1. Dienstag, 15. Dezember 2026, 10:00 bis 11:30 Uhr" in letter.text
    [trainers] = await letters(begin, "trainer_dates_changed")
    assert trainers.subject == "Ihr Termin fällt aus: Das Tablet kennenlernen"
    assert "Grund: Die Heizung ist defekt." in trainers.text


async def test_the_former_and_the_new_trainer_and_those_who_learn_read_their_own_words(
    scheduling: Scheduling, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    first, _ = await sessions(begin, run)
    eva = await _somebody(begin, "Eva", "Meier")

    change = SessionChange(session_id=first.id, version=1, trainer_ids=(eva.id,))
    await scheduling.change_sessions(TEAM, ChangeSet(changes=[change], is_substitution=True))
    await jobs.drain()

    new, former = await letters(begin, "trainer_dates_changed")
    [ada] = await letters(begin, "dates_changed")
    assert (new.to_name, new.subject) == ("Eva Meier", "Ein Termin mehr für Sie: Das Tablet kennenlernen")
    assert "In Vertretung für Jonas Krüger" in new.text
    assert (former.to_name, former.subject) == (
        "Jonas Krüger",
        "Sie müssen nicht unterrichten, es gibt eine Vertretung: Das Tablet kennenlernen",
    )
    assert "Es unterrichtet Eva Meier." in former.text
    assert [await calendar(begin, one) for one in (new, former)] == [
        [("08.12.", 1, "CONFIRMED")], [("08.12.", 1, "CANCELLED")],
    ]  # fmt: skip
    assert ada.subject == "Andere Kursleitung: Das Tablet kennenlernen"
    assert "Am Dienstag, 8. Dezember 2026 unterrichtet Eva Meier in Vertretung für Jonas Krüger." in ada.text


async def test_told_twice_it_is_written_once_and_costs_the_same_for_many(
    scheduling: Scheduling, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    first, _ = await sessions(begin, run)
    event = await scheduling.change_sessions(TEAM, ChangeSet(changes=[drop(first)], reason="Krank"))
    async with begin() as session:
        announce(session, event)
    await jobs.drain()
    assert len(await letters(begin, "dates_changed")) == 1

    counts = []
    for names in (["Ben"], ["Cem", "Dora", "Emil"]):
        for name in names:
            await office.enrol(run, name, "Lehmann")
        async with begin.reading() as session:
            with counted() as statements:
                await sheets_for_participants(session, event)
        counts.append(len(statements))
    assert counts[0] == counts[1] < 20


async def _somebody(begin: Begin, given_name: str, family_name: str) -> Person:
    person = make_person(given_name, family_name)
    async with begin() as session:
        session.add(person)
    return person
