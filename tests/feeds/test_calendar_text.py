"""What we write, other people's calendar programmes read as it was meant."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import icalendar
import pytest

from lms.kernel.clock import at_venue, local
from lms.scheduling.calendar import Entry, calendar_file, calendar_text, event_text, plain
from tests.feeds.readers import READERS, by_icalendar

NASTY = 'Müller, Söhne; Co \\ "x": 100 %\nzweite Zeile 👵🏽 ' + "ß" * 80


def entry(day: date, hour: int = 10, **given: object) -> Entry:
    """A session of ninety minutes at this hour on the wall of the venue."""
    start = at_venue(day, time(hour))
    usual = Entry(
        session_id=uuid4(),
        starts_at=start,
        ends_at=start + timedelta(minutes=90),
        changed_at=datetime(2026, 11, 1, tzinfo=UTC),
        sequence=0,
        is_cancelled=False,
        summary="Das Tablet kennenlernen",
        location="Raum 1",
        description="Kursnummer: 1",
        address="https://zdb.example/kurse/tablet",
    )
    return replace(usual, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("reader", READERS)
def test_a_weekly_session_at_ten_stays_at_ten_when_the_clocks_change(reader: str) -> None:
    weeks = [
        entry(day) for day in (date(2027, 3, 26), date(2027, 4, 2), date(2027, 10, 29), date(2027, 11, 5))
    ]

    read = READERS[reader](calendar_file(weeks, name="Kurse"))

    assert read == [(str(one.session_id), one.starts_at, one.ends_at, "CONFIRMED", 0) for one in weeks]
    assert {local(start).hour for _, start, *_ in read} == {10}


@pytest.mark.parametrize("reader", READERS)
def test_the_night_in_which_an_hour_happens_twice_is_told_apart(reader: str) -> None:
    """31 October 2027: half past two comes at 0:30 UTC and again at 1:30 UTC."""
    first = entry(
        date(2027, 10, 31),
        starts_at=datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
        ends_at=datetime(2027, 10, 31, 0, 45, tzinfo=UTC),
    )
    second = replace(
        first,
        session_id=uuid4(),
        starts_at=first.starts_at + timedelta(hours=1),
        ends_at=first.ends_at + timedelta(hours=1),
    )

    read = READERS[reader](calendar_file([first, second], name="Nacht"))

    assert [(start, end) for _, start, end, *_ in read] == [
        (one.starts_at, one.ends_at) for one in (first, second)
    ]


@pytest.mark.parametrize("reader", READERS)
def test_a_cancelled_session_says_so(reader: str) -> None:
    gone = entry(date(2027, 1, 8), is_cancelled=True, sequence=3)

    assert READERS[reader](calendar_file([gone], name="Kurse")) == [
        (str(gone.session_id), gone.starts_at, gone.ends_at, "CANCELLED", 3)
    ]


def test_whatever_people_write_stays_the_text_that_it_is() -> None:
    text = calendar_file(
        [entry(date(2027, 1, 8), summary=NASTY, location=NASTY, description=NASTY)], name=NASTY
    )

    calendar = icalendar.Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")

    assert {str(event[field]) for field in ("SUMMARY", "LOCATION", "DESCRIPTION")} == {NASTY}
    assert (
        str(calendar["NAME"]) == icalendar.vText(NASTY).to_ical().decode()
    )  # read by others, kept raw by this reader
    assert max(len(line) for line in text.split(b"\r\n")) <= 75


@pytest.mark.parametrize(
    "hidden", ["x\r\nBEGIN:VALARM\r\nACTION:PROCEDURE\r\nEND:VALARM", "x\nATTACH:file", "x\x00\x07\u202ey"]
)
def test_nothing_that_people_write_becomes_a_part_of_the_calendar(hidden: str) -> None:
    text = calendar_file(
        [entry(date(2027, 1, 8), summary=hidden, location=hidden, description=hidden)], name=hidden
    )

    calendar = icalendar.Calendar.from_ical(text)

    assert [part.name for part in calendar.walk()] == [
        "VCALENDAR",
        "VTIMEZONE",
        "DAYLIGHT",
        "STANDARD",
        "VEVENT",
    ]
    assert b"\x00" not in text
    assert "\u202e".encode() not in text
    assert not any(line.startswith((b"BEGIN:VALARM", b"ATTACH")) for line in text.split(b"\r\n"))


def test_control_characters_go_and_line_ends_become_one_kind() -> None:
    assert plain("a\r\nb\rc\x0bd\x85e\u2028f") == "a\nb\ncdef"


def test_the_same_session_makes_the_same_text_and_another_one_another_fingerprint() -> None:
    one = entry(date(2027, 1, 8), session_id=UUID(int=1))

    assert event_text(one) == event_text(replace(one))
    assert one.fingerprint == replace(one).fingerprint
    assert one.fingerprint != replace(one, location="Raum 2").fingerprint


def test_a_subscriber_is_told_to_look_again_every_hour() -> None:
    calendar = icalendar.Calendar.from_ical(calendar_text([], name="Kurse", refresh=timedelta(hours=1)))

    assert calendar.refresh_interval == timedelta(hours=1)
    assert str(calendar["X-PUBLISHED-TTL"]) == "PT1H"


def test_no_zone_is_missing_and_the_zone_is_right_on_every_day_of_ten_years() -> None:
    days = [entry(date(2026, 1, 1) + timedelta(days=9 * step), hour=12) for step in range(400)]
    text = calendar_file(days, name="Kurse")

    assert icalendar.Calendar.from_ical(text).get_missing_tzids() == set()
    assert [start for _, start, *_ in by_icalendar(text)] == [one.starts_at for one in days]
    assert [start for _, start, *_ in READERS["ical.js"](text)] == [one.starts_at for one in days]
