"""Whatever people write into a name, a title or a place stays the text that it is, for every reader (S-64)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from uuid import uuid4

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.messaging.mail import mail
from lms.messaging.models import Channel, Enclosure, Letter, LetterState
from lms.scheduling.calendar import calendar_file, event_text, plain, resource_text
from lms.scheduling.invitations import REQUEST, invitation_text
from tests.feeds.readers import READERS, by_ical_js
from tests.feeds.test_calendar_text import entry

WHEN = datetime(2026, 11, 1, tzinfo=UTC)
SEEDS = (
    "Müller, Söhne; Co \\ \"x\": 100 %", "a\r\nBEGIN:VALARM\r\nACTION:PROCEDURE\r\nEND:VALARM", "x\nRRULE:FREQ=SECONDLY",
    "\\n\\N\\;\\,", "^n^^^'", "=?utf-8?q?=0D=0ABcc:_x?=", "\u202eשלום\u2066", "👵🏽👩‍👩‍👧 e\u0301", "\x00\x07\x1b[31m", "<b>&amp;</b>",
    "=HYPERLINK(1)", "ß" * 300, ";CN=x:mailto:evil@example.com", "END:VCALENDAR", "\t", "\ufeff\u2028\u2029\x85",
)  # fmt: skip
"""What has broken other people's calendars."""
pieces = st.sampled_from(SEEDS) | st.text(max_size=60)
hostile = st.lists(pieces, min_size=1, max_size=3).map("".join)
FIELDS = ("SUMMARY", "LOCATION", "DESCRIPTION")


def by_icalendar(text: bytes) -> Mapping[str, str]:
    [event] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    return {name: str(event.get(name, "")) for name in FIELDS}  # of what is empty no line is written


def by_vobject(text: bytes) -> Mapping[str, str]:
    event = vobject.readOne(text.decode()).vevent
    return {name: event.getChildValue(name.lower(), "") for name in FIELDS}


@settings(max_examples=15, deadline=None)
@given(hostile, hostile, hostile, hostile)
def test_two_readers_read_back_what_was_written_and_find_nothing_else(
    title: str, place: str, words: str, name: str
) -> None:
    one = entry(date(2027, 1, 8), summary=title, location=place, description=words)
    texts = (
        calendar_file([one], name=name),
        resource_text(event_text(one)).encode(),
        invitation_text(one, address="ada@example.com", name=name, at=WHEN),
        invitation_text(replace(one, is_cancelled=True), address="ada@example.com", name=name, at=WHEN),
    )
    expected = {
        field: plain(text).replace(
            "\\N", "\n"
        )  # icalendar writes a backslash with an N as the line break it stands for
        for field, text in zip(FIELDS, (title, place, words), strict=True)
    }

    for text in texts:
        assert by_icalendar(text) == expected
        assert by_vobject(text) == expected
        calendar = icalendar.Calendar.from_ical(text)
        assert [part.name for part in calendar.walk()] == [
            "VCALENDAR", "VTIMEZONE", "DAYLIGHT", "STANDARD", "VEVENT",
        ]  # fmt: skip
        assert {line.split(b":")[0].split(b";")[0] for line in text.split(b"\r\n")} & {
            b"RRULE",
            b"ATTACH",
        } <= {b"RRULE"}
        assert max(len(line) for line in text.split(b"\r\n")) <= 75


@settings(max_examples=15, deadline=None)
@given(hostile)
def test_the_one_attendee_is_the_reader_whatever_they_are_called(name: str) -> None:
    text = invitation_text(entry(date(2027, 1, 8)), address="ada@example.com", name=name, at=WHEN)

    [event] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    read = vobject.readOne(text.decode()).vevent
    assert str(event["ATTENDEE"]) == "mailto:ada@example.com"
    assert read.attendee.value == "mailto:ada@example.com"
    assert [one.value for one in read.contents["attendee"]] == ["mailto:ada@example.com"]
    shown = " ".join(plain(name).replace('"', "'").replace("^", " ").replace("\\", "/").split())
    assert str(event["ATTENDEE"].params.get("CN", "")) == shown


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_takes_all_of_it_at_once(reader: str) -> None:
    days = [
        entry(date(2027, 1, 1 + number), summary=text, location=text, description=text)
        for number, text in enumerate((*SEEDS, "ß" * 10_000))
    ]

    read = READERS[reader](calendar_file(days, name="".join(SEEDS)))

    assert [uid for uid, *_ in read] == [str(one.session_id) for one in days]


def test_ical_js_reads_invitations_to_people_with_hostile_names() -> None:
    for name in SEEDS[:6]:
        one = entry(date(2027, 1, 8))
        text = invitation_text(one, address="ada@example.com", name=name, at=WHEN)
        assert by_ical_js(text) == [(str(one.session_id), one.starts_at, one.ends_at, "CONFIRMED", 0)]


@settings(max_examples=20, deadline=None)
@given(hostile)
def test_a_mail_with_an_invitation_arrives_as_it_was_sent(words: str) -> None:
    one = entry(date(2027, 1, 8), summary=words)
    content = invitation_text(one, address="ada@example.com", name=words, at=WHEN)
    letter = Letter(
        id=uuid4(), key="k", kind="k", person_id=None, to_name="Ada", to_address="ada@example.com", postal_address="",
        channel=Channel.EMAIL, language="de", subject="Ihr Platz", text="x", html="<p>x</p>", written_at=WHEN,
        state=LetterState.WAITING,
    )  # fmt: skip
    file = Enclosure(letter_id=letter.id, name="termine.ics", media_type=REQUEST, content=content)

    arrived = message_from_bytes(
        mail(letter, [file], sender="Zentrum <a@b.example>").as_bytes(), policy=default
    )

    parts = [part for part in arrived.walk() if part.get_content_type() == "text/calendar"]
    assert [part.get_payload(decode=True) for part in parts] == [content, content]
    assert [part.get_filename() for part in parts] == [None, "termine.ics"]
