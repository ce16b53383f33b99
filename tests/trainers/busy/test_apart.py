"""Calendars of strangers are read apart, and only from when to when comes back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from lms.trainers.busy.apart import CannotRead, busy_spans
from tests.trainers.busy.strangers import FIRST, LAST, calendar, event, hour

OURS = "-//ours//DE"
SESSION = "0f3b2d3c-7d56-4a6f-9b6a-111111111111"
TEN_THOUSAND = [
    f"EXDATE:{datetime(2026, 12, 7, tzinfo=UTC) + timedelta(days=day):%Y%m%dT100000Z}"
    for day in range(10_000)
]
EVERY_SECOND = "BYHOUR={0};BYMINUTE={1};BYSECOND={1}".format(
    ",".join(map(str, range(24))), ",".join(map(str, range(60)))
)
BOMB_ZONE = "\r\n".join(
    [
        "BEGIN:VTIMEZONE", "TZID:Bomb", "BEGIN:STANDARD", "DTSTART:19000101T000000", "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200", "RRULE:FREQ=SECONDLY", "END:STANDARD", "END:VTIMEZONE", "",
    ]
)  # fmt: skip


async def read(text: bytes) -> list[tuple[datetime, datetime]]:
    return [(one.start, one.end) for one in await busy_spans(text, first=FIRST, last=LAST, product=OURS)]


def at(day: int, hours: int = 10, minutes: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hours, minutes, tzinfo=UTC)


async def test_appointments_of_every_kind_become_spans_and_what_is_free_or_off_does_not() -> None:
    text = calendar(
        hour("20261207", "SUMMARY:Zahnarzt", "LOCATION:Praxis", uid="a"),
        hour("20261208", "TRANSP:TRANSPARENT", uid="b"),
        hour("20261209", "STATUS:CANCELLED", uid="c"),
        hour("20261210", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", uid="d"),
        event("DTSTART;TZID=Europe/Berlin:20261211T100000", "DURATION:PT90M", uid="e"),
        event("DTSTART;VALUE=DATE:20261212", uid="f"),
        event("DTSTART:20261214T180000", "DTEND:20261214T190000", uid="g"),
        event('DTSTART;TZID="W. Europe Standard Time":20261215T100000', "DURATION:PT1H", uid="h"),
        "BEGIN:VFREEBUSY\r\nUID:i\r\nDTSTAMP:20260101T000000Z\r\nFREEBUSY:20261216T100000Z/PT1H\r\n"
        "FREEBUSY;FBTYPE=FREE:20261217T100000Z/PT1H\r\nEND:VFREEBUSY\r\n",
    )

    assert await read(text) == [
        (at(7), at(7, 11)),
        (at(11, 9), at(11, 10, 30)),
        (at(11, 23), at(12, 23)),
        (at(14, 17), at(14, 18)),
        (at(15, 9), at(15)),
        (at(16), at(16, 11)),
    ]


async def test_a_series_keeps_its_hour_on_the_wall_over_the_change_of_clocks_and_ends_at_the_horizon() -> (
    None
):
    text = calendar(
        event(
            "DTSTART;TZID=Europe/Berlin:20260901T100000", "DTEND;TZID=Europe/Berlin:20260901T110000",
            "RRULE:FREQ=WEEKLY", "EXDATE;TZID=Europe/Berlin:20261208T100000",
        )
    )  # fmt: skip

    found = await read(text)

    assert found[0] == (at(15, 9), at(15, 10))
    assert {start.hour for start, _ in found} == {8, 9}
    assert (len(found), found[-1][1] <= LAST) == (56, True)


async def test_our_own_calendar_says_nothing_and_our_own_entries_elsewhere_are_told_apart() -> None:
    assert await read(calendar(hour("20261207", uid=SESSION), product=OURS)) == []

    [one] = await busy_spans(calendar(hour("20261207", uid=SESSION)), first=FIRST, last=LAST, product=OURS)
    assert one.ours == UUID(SESSION)


async def test_bombs_take_no_entry_of_others_with_them_and_no_long_time() -> None:
    text = calendar(
        BOMB_ZONE,
        hour("20261207", uid="good"),
        hour("20261208", "RRULE:FREQ=SECONDLY", uid="seconds"),
        hour("20261208", f"RRULE:FREQ=DAILY;{EVERY_SECOND}", uid="parts"),
        hour("19000101", "RRULE:FREQ=DAILY;COUNT=1000000000;UNTIL=19010101T000000Z", uid="count"),
        hour("20261207", "RRULE:FREQ=DAILY;UNTIL=20291231T000000Z", *TEN_THOUSAND, uid="exceptions"),
        hour("20261208", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", uid="never"),
        hour("20261208", "RRULE:FREQ=NONSENSE", uid="broken"),
        event("DTSTART:00010101T000000Z", "DTEND:99991231T000000Z", uid="for ever"),
        event("DTSTART;TZID=Bomb:20261209T100000", "DTEND;TZID=Bomb:20261209T110000", uid="zone"),
    )

    found = await read(text)

    assert found[0] == (at(7), at(7, 11))
    assert len(found) < 10


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>no calendar</html>",
        b"BEGIN:VCALENDAR\r\n" * 50,
        b"BEGIN:VCALENDAR\r\nX:" + b"x" * 200_000,
    ],
)
async def test_what_is_no_calendar_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(CannotRead):
        await read(text)
