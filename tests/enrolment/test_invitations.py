"""Letters bring invitations that calendar programmes act upon: enter, move, take out (F-K03, RFC 5546, RFC 6047)."""

from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import EntryWay
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.period import Period
from lms.messaging.mail import mail
from lms.messaging.models import Enclosure, Letter
from lms.scheduling.change_set import ChangeSet, SessionChange
from lms.scheduling.invitations import forget_invitations
from lms.scheduling.invited import Invitation
from lms.scheduling.models import Session
from lms.scheduling.queries import sessions_of
from lms.scheduling.service import Scheduling
from lms.web.module import Around
from tests.enrolment.places import named
from tests.feeds.readers import READERS
from tests.making import BOTH, FixedClock
from tests.office import TEAM, Office, open_office

pytestmark = BOTH
SENDER = "Zentrum <kurse@zdb.example>"


@pytest.fixture
async def office(house: Around) -> Office:
    return await open_office(house)


async def sessions(begin: Begin, run: Run) -> Sequence[Session]:
    async with begin.reading() as session:
        return (await sessions_of(session, [run.id]))[run.id]


async def the_letter(begin: Begin, kind: str, to: str = "") -> tuple[Letter, list[Enclosure]]:
    async with begin.reading() as session:
        letters = await session.scalars(
            select(Letter).where(Letter.kind == kind).order_by(Letter.written_at.desc())
        )
        letter = next(one for one in letters if to in one.to_name)
        files = await session.scalars(
            select(Enclosure).where(Enclosure.letter_id == letter.id).order_by(Enclosure.name)
        )
        return letter, [one for one in files if one.media_type.startswith("text/calendar")]


def said(file: Enclosure) -> tuple[str, str, int, str]:
    """Method, UID, sequence and status of an iTIP object, which is about one event alone."""
    calendar: Any = icalendar.Calendar.from_ical(file.content)
    [event] = calendar.walk("VEVENT")
    assert f"method={calendar['METHOD']}" in file.media_type
    return str(calendar["METHOD"]), str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])


async def invited(begin: Begin, kind: str, to: str = "") -> list[tuple[str, str, int, str]]:
    _, files = await the_letter(begin, kind, to)
    return [said(one) for one in files if "PUBLISH" not in one.media_type]


async def change(house: Around, *changes: SessionChange) -> None:
    await Scheduling(house).change_sessions(TEAM, ChangeSet(changes=list(changes), reason="Krank"))


async def test_a_confirmation_invites_to_each_date_and_names_nobody_but_its_reader(
    office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    await office.enrol(run, "Ben", "Muster")

    await jobs.drain()

    _, files = await the_letter(begin, "place_confirmed", "Ada")
    assert [one.name for one in files] == ["termin-01.ics", "termin-02.ics", "termine.ics"]
    ids = [str(one.id) for one in await sessions(begin, run)]
    assert await invited(begin, "place_confirmed", "Ada") == [("REQUEST", one, 0, "CONFIRMED") for one in ids]
    calendar: Any = icalendar.Calendar.from_ical(files[0].content)
    [event] = calendar.walk("VEVENT")
    attendee = event["ATTENDEE"]
    assert str(attendee) == "mailto:ada.lehmann@example.com"
    assert {name: str(attendee.params[name]) for name in ("CN", "PARTSTAT", "RSVP", "ROLE")} == {
        "CN": "Ada Lehmann", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE", "ROLE": "REQ-PARTICIPANT",
    }  # fmt: skip
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert b"Muster" not in b"".join(one.content for one in files)


async def test_every_invitation_is_read_by_programmes_of_other_authors(
    office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    await jobs.drain()

    _, files = await the_letter(begin, "place_confirmed")

    meetings = await sessions(begin, run)
    expected = [(str(one.id), one.starts_at, one.ends_at, "CONFIRMED", 0) for one in meetings]
    for reader, reads in READERS.items():
        read = [reads(one.content) for one in files]
        assert (reader, read) == (reader, [[expected[0]], [expected[1]], expected])


async def test_a_letter_about_one_moved_and_one_cancelled_date_asks_for_one_and_takes_the_other_out(
    office: Office, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    first, second = await sessions(begin, run)
    later = Period(second.starts_at + timedelta(days=1), second.ends_at + timedelta(days=1))

    await change(
        house,
        SessionChange(session_id=first.id, version=1, is_cancelled=True),
        SessionChange(session_id=second.id, version=1, period=later),
    )
    await jobs.drain()

    assert await invited(begin, "dates_changed") == [
        ("CANCEL", str(first.id), 1, "CANCELLED"),
        ("REQUEST", str(second.id), 1, "CONFIRMED"),
    ]
    letter, files = await the_letter(begin, "dates_changed")
    assert [part.get_param("method") for part in alternatives(mail(letter, files, sender=SENDER))] == [
        None, None, "REQUEST",
    ]  # fmt: skip


async def test_who_gives_the_place_back_and_gets_one_again_is_told_with_a_higher_number_each_time(
    office: Office, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await office.run(sessions=1)
    [meeting] = await sessions(begin, run)
    numbers = []
    for _ in range(2):
        placement = await office.enrol(run, "Ada", "Lehmann")
        await jobs.drain()
        numbers += await invited(begin, "place_confirmed")
        await Enrolments(house).cancel(TEAM, enrolment_id=placement.enrolments[0].id)
        await jobs.drain()
        numbers += await invited(begin, "enrolment_cancelled")
        house.clock.forward(minutes=5)  # type: ignore[attr-defined]

    uid = str(meeting.id)
    assert numbers == [
        ("REQUEST", uid, 0, "CONFIRMED"),
        ("CANCEL", uid, 1, "CANCELLED"),
        ("REQUEST", uid, 2, "CONFIRMED"),
        ("CANCEL", uid, 3, "CANCELLED"),
    ]


async def test_a_mother_of_two_keeps_the_date_while_one_of_them_still_takes_part(
    office: Office, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await office.run(sessions=1)
    mother = named("Maria Lehmann")
    placement = await Enrolments(house).enrol(
        TEAM, run_id=run.id, contact=mother, way=EntryWay.PHONE,
        persons=[mother, named("Otto Lehmann", email=None)],
    )  # fmt: skip
    await jobs.drain()
    first, second = placement.enrolments

    await Enrolments(house).cancel(TEAM, enrolment_id=first.id)
    await jobs.drain()
    assert await invited(begin, "enrolment_cancelled") == []

    house.clock.forward(minutes=5)  # type: ignore[attr-defined]
    await Enrolments(house).cancel(TEAM, enrolment_id=second.id)
    await jobs.drain()
    assert [one[0] for one in await invited(begin, "enrolment_cancelled")] == ["CANCEL"]


async def test_a_trainer_who_is_relieved_of_a_date_loses_it_and_the_other_one_gets_it(
    office: Office, begin: Begin, jobs: Worker, house: Around
) -> None:
    from lms.trainers.models import Trainer
    from tests.making import make_person

    other = make_person("Nina", "Winter")
    async with begin() as session:
        session.add(other)
        await session.flush()
        session.add(Trainer(person_id=other.id))
    run = await office.run(sessions=1)
    [meeting] = await sessions(begin, run)

    await change(house, SessionChange(session_id=meeting.id, version=1, trainer_ids=(other.id,)))
    await jobs.drain()

    lost = await invited(begin, "trainer_dates_changed", "Krüger")
    got = await invited(begin, "trainer_dates_changed", "Winter")
    assert [(one[0], one[1], one[3]) for one in (*lost, *got)] == [
        ("CANCEL", str(meeting.id), "CANCELLED"),
        ("REQUEST", str(meeting.id), "CONFIRMED"),
    ]


async def test_who_has_no_mail_address_is_not_invited(office: Office, begin: Begin, jobs: Worker) -> None:
    run = await office.run()
    await office.enrol(
        run, "Cem", "Papier", email=None, street="Markt 1", postal_code="39340", city="Haldensleben"
    )

    await jobs.drain()

    assert await invited(begin, "place_confirmed") == []
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Invitation)) == 0


async def test_what_was_told_is_forgotten_when_the_date_is_over(
    office: Office, begin: Begin, jobs: Worker, house: Around, clock: FixedClock
) -> None:
    await office.enrol(await office.run(), "Ada", "Lehmann")
    await jobs.drain()

    clock.forward(days=5)
    await forget_invitations(house)

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Invitation)) == 1


async def test_the_mail_offers_the_first_date_to_programmes_and_is_the_same_at_every_attempt(
    office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    await office.enrol(run, "Ada", "Lehmann")
    await jobs.drain()
    letter, files = await the_letter(begin, "place_confirmed")

    message = mail(letter, files, sender=SENDER)

    assert [part.get_content_type() for part in alternatives(message)] == [
        "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    offered = alternatives(message)[-1]
    assert (offered.get_param("method"), offered.get_content_charset(), offered.get_filename()) == (
        "REQUEST", "utf-8", None,
    )  # fmt: skip
    assert offered.get_payload(decode=True) == files[0].content
    assert [one.get_payload(decode=True) for one in message.iter_attachments()] == [
        one.content for one in files
    ]
    assert mail(letter, files, sender=SENDER).as_bytes() == message.as_bytes()


def alternatives(message: EmailMessage) -> list[EmailMessage]:
    """The ways in which the letter can be read."""
    [body] = [part for part in message.walk() if part.get_content_type() == "multipart/alternative"]
    return [part for part in body.iter_parts() if isinstance(part, EmailMessage)]
