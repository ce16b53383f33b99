"""S-19, S-64: whatever people write, and whatever we know of them, every calendar stays a calendar and tells nobody's secrets."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import icalendar
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select, update

from lms.booking.models import BookerGroup, Booking, BookingDate, BookingDateState
from lms.catalogue.models import Audience, CourseTopic, Topic
from lms.db import Begin
from lms.feeds.looks import Look, said_whose
from lms.feeds.models import Colour, FeedKind, Naming
from lms.feeds.own import OwnFeeds, Wanted
from lms.feeds.texts import written
from lms.kernel.tokens import Signer, without_tokens
from lms.resources.models import Room, Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.models import RunTrainer, Session
from lms.web.module import Around
from tests.feeds.readers import READERS
from tests.feeds.test_calendar_text import NASTY, entry
from tests.feeds.test_feeds import _household, offered, with_place
from tests.making import MOMENT, learner, make_person

Client = AsyncTestClient[Litestar]
HOSTILE = [
    NASTY,
    "x\r\nBEGIN:VALARM\r\nACTION:EMAIL\r\nATTENDEE:mailto:a@b\r\nEND:VALARM",
    "RRULE:FREQ=SECONDLY\r\nRRULE:FREQ=SECONDLY",
    "\u202egnp.exe\u202c \u2066x\u2069 אבג مرحبا",
    "ä€𝄞👩‍👩‍👧‍👦" * 40,
    "SUMMARY:x\nSTATUS:CANCELLED\nUID:1",
    "w" * 10_000,
    "",
    " ",
]
JOIN = "https://meet.example/geheim"
SECRETS = (
    "Bodo", "Bucher", "Skat", "geheim", "4915112345678", "bodo.bucher", "Verein Geheimnis", "Kraft", "Konrad", "99,00",
    "Schlüssel im Kasten", "9900",
)  # fmt: skip


async def test_no_public_calendar_shows_a_name_a_number_a_join_link_or_a_price(
    client: Client, begin: Begin
) -> None:
    run = await offered(begin, dates=1, audience=Audience.SENIORS, price_cents=9_900)
    learner_there, trainer = (
        make_person("Konrad", "Kraft", phone="+4915112345678"),
        make_person("Bodo", "Bucher"),
    )
    await with_place(begin, run, learner_there)
    async with begin() as session:
        held = (await session.scalars(select(Session))).one()
        assert held.room_id is not None
        room = await session.get(Room, held.room_id)
        assert room is not None
        topic, group = (
            Topic(slug="tablet", name_de="Tablet", name_en="Tablet"),
            BookerGroup(key="x", name_de="x", name_en="x"),
        )
        session.add_all([trainer, topic, group])
        await session.flush()
        held.online_url = JOIN
        session.add_all(
            [
                RunTrainer(run_id=run.id, person_id=trainer.id),
                CourseTopic(course_id=run.course_id, topic_id=topic.id),
            ]
        )
        await session.execute(
            update(Venue).values(
                contact_name="Bodo Bucher", contact_phone="+4915112345678", key_note="Schlüssel im Kasten"
            )
        )
        booking = Booking(
            reference="B1",
            booker_id=trainer.id,
            group_id=group.id,
            title="Skat bei Bodo",
            people=4,
            created_at=MOMENT,
            decided_at=MOMENT,
            organisation="Verein Geheimnis",
            note="geheim",
        )
        session.add(booking)
        await session.flush()
        session.add(
            BookingDate(
                booking_id=booking.id,
                room_id=held.room_id,
                state=BookingDateState.APPROVED,
                price_cents=9_900,
                starts_at=held.starts_at + timedelta(hours=3),
                ends_at=held.starts_at + timedelta(hours=4),
            )
        )
        venue = await session.get(Venue, room.venue_id)
        assert venue is not None

    for path in (
        "/kalender/programm.ics", "/kalender/programm.ics?zielgruppe=seniors", "/kalender/zielgruppe/seniors.ics",
        "/kalender/thema/tablet.ics", "/kalender/stadtteil/Haldensleben.ics", f"/kalender/ort/{venue.slug}.ics",
        f"/kalender/raum/{room.id}.ics", f"/kalender/kurs/{run.number}.ics", "/en/kalender/programm.ics",
    ):  # fmt: skip
        text = (await client.get(path)).text.replace("\r\n ", "")
        assert f"UID:{held.id}" in text, path
        assert [secret for secret in (*SECRETS, JOIN, "meet.example") if secret in text] == [], path
        assert "CLASS:PUBLIC" in text
        assert "TRANSP:TRANSPARENT" in text


async def test_no_personal_calendar_shows_names_that_its_owner_has_not_asked_for(
    client: Client, begin: Begin, house: Around
) -> None:
    own_feeds = OwnFeeds(house)
    ada, mother, other = (
        make_person(),
        make_person("Eva"),
        make_person("Konrad", "Kraft", phone="+4915112345678"),
    )
    run = await offered(begin, dates=1, price_cents=9_900)
    for person in (ada, mother, other):
        await with_place(begin, run, person)
    await _household(begin, head=ada, member=mother)
    async with begin() as session:
        await session.execute(update(Session).values(online_url=JOIN))

    shown = {}
    for naming in Naming:
        path = await own_feeds.make(
            learner(ada), feed_id=uuid4(), wanted=Wanted(kind=FeedKind.HOUSEHOLD, naming=naming)
        )
        text = (await client.get(path)).text.replace("\r\n ", "")
        assert [secret for secret in (*SECRETS, JOIN, "Lehmann") if secret in text] == []
        assert {"CLASS:PRIVATE", "TRANSP:OPAQUE"} < set(text.split("\r\n"))
        [shown[naming]] = [line for line in text.split("\r\n") if line.startswith("SUMMARY:")]
    assert shown == {
        Naming.NONE: "SUMMARY:Das Tablet kennenlernen",
        Naming.INITIAL: "SUMMARY:A.\\, E.: Das Tablet kennenlernen",
        Naming.NAME: "SUMMARY:Ada\\, Eva: Das Tablet kennenlernen",
    }


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_people_write_four_readers_find_one_date_with_one_alarm(hostile: str) -> None:
    one = entry(MOMENT.date(), summary=hostile, location=hostile, description=hostile, category=hostile)
    body = _full(one, hostile)

    expected = [(str(one.session_id), one.starts_at, one.ends_at, "CONFIRMED", 0)]
    assert {name: read(body) for name, read in READERS.items()} == dict.fromkeys(READERS, expected)
    parts = [part.name for part in icalendar.Calendar.from_ical(body).walk()]
    assert parts == ["VCALENDAR", "VTIMEZONE", "DAYLIGHT", "STANDARD", "VEVENT", "VALARM"]
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    assert all(line.decode() for line in body.split(b"\r\n")[:-1])  # no line ends within a character


def test_no_log_shows_an_address_that_opens_a_calendar() -> None:
    feed_id = uuid4()
    token = Signer(["s" * 32]).token("feed", feed_id)

    assert without_tokens(f"/kalender/{feed_id}/{token}.ics") == f"/kalender/{feed_id}/….ics"
    assert without_tokens("/kurse/das-tablet-kennenlernen") == "/kurse/das-tablet-kennenlernen"


def test_what_is_cancelled_neither_blocks_time_nor_rings() -> None:
    body = _full(replace(entry(MOMENT.date()), is_cancelled=True), "")

    lines = body.decode().split("\r\n")
    assert "TRANSP:TRANSPARENT" in lines
    assert "BEGIN:VALARM" not in lines
    assert {name: read(body)[0][3] for name, read in READERS.items()} == dict.fromkeys(READERS, "CANCELLED")


def test_ten_thousand_dates_are_one_calendar() -> None:
    one = written(entry(MOMENT.date()))
    body = Look(name="Alles").calendar([one] * 10_000)

    assert body.count(b"BEGIN:VEVENT\r\n") == body.count(b"END:VEVENT\r\n") == 10_000
    assert body.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")


def _full(one: Entry, name: str) -> bytes:
    look = Look(name=name, is_public=False, colour=Colour.RED, alarm_minutes=60)
    return look.calendar([said_whose(written(one), [name] if name.strip() else [])])
