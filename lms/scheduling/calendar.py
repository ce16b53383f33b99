"""Sessions as calendar entries (RFC 5545), for feeds and letters alike.

An entry carries the session's own id, so that what a letter brought and what a feed brings are one entry in the reader's
calendar; its SEQUENCE rises with each change. Times are those of the wall clock at the venue.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from uuid import UUID

from icalendar import Event, vCalAddress, vDuration, vText
from icalendar.parser import Contentline

from lms.kernel.clock import local
from lms.web.centre import the_centre

PUBLISH = "text/calendar; method=PUBLISH; charset=utf-8"
MEDIA_TYPE = "text/calendar"
PRODUCT = "-//Zentrum für digitale Bildung Haldensleben//Lernzentrum//DE"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")

# With rules instead of the library's list of dates: shorter, and older calendars understand it
TIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a calendar shows of one session, in the reader's words. It holds nothing about who takes part."""

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    sequence: int
    is_cancelled: bool
    summary: str
    location: str
    description: str
    address: str
    has_online_room: bool = False
    """Whether it can be attended from afar; the address of the room stands in no calendar (S-19)."""
    category: str = ""
    """What kind of date it is, in the reader's words: a course, a booking."""

    @property
    def fingerprint(self) -> str:
        """Another one whenever the entry would read differently."""
        return sha256(repr(self).encode()).hexdigest()[:32]


def plain(text: str) -> str:
    """The text without control characters (S-64); line ends become line feeds."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def event_text(entry: Entry) -> str:
    """The VEVENT, ready to stand between others. Costs a third of a millisecond: make it once and keep it."""
    text: bytes = event_of(entry).to_ical()
    return text.decode()


def event_of(entry: Entry) -> Event:
    """The VEVENT of the library, with everything that feeds and invitations have in common."""
    event = Event()
    event.add("uid", str(entry.session_id))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    start, end = _wall_clock(entry.starts_at, entry.ends_at)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", plain(entry.summary))
    event.add("location", plain(entry.location))
    if entry.description:
        event.add("description", plain(entry.description))
    if entry.address:
        event.add("url", plain(entry.address))
    if entry.category:
        event.add("categories", [plain(entry.category)])
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("organizer", _organizer())
    return event


def calendar_text(
    events: Iterable[str],
    *,
    name: str,
    method: str = "",
    refresh: timedelta | None = None,
    colour: tuple[str, str] | None = None,
) -> bytes:
    """The whole calendar around events made by `event_text`. `refresh` says how often a subscriber should look again.

    `colour` is a name of CSS3 (RFC 7986, 5.9) and the same as #rrggbb, which Apple's calendar reads.
    """
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    if method:
        head.append(f"METHOD:{method}")
    shown = vText(plain(name)).to_ical().decode()
    head += [_folded(f"NAME:{shown}"), _folded(f"X-WR-CALNAME:{shown}")]
    if refresh is not None:
        period = vDuration(refresh).to_ical().decode()  # type: ignore[no-untyped-call]
        head += [f"REFRESH-INTERVAL;VALUE=DURATION:{period}", f"X-PUBLISHED-TTL:{period}"]
    if colour is not None:
        head += [f"COLOR:{colour[0]}", f"X-APPLE-CALENDAR-COLOR:{colour[1]}"]
    return ("\r\n".join(head) + "\r\n" + TIMEZONE + "".join(events) + "END:VCALENDAR\r\n").encode()


def resource_text(event: str) -> str:
    """A calendar of one event made by `event_text`, as CalDAV keeps it: without a METHOD (RFC 4791, 4.1)."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    return "\r\n".join(head) + "\r\n" + TIMEZONE + event + "END:VCALENDAR\r\n"


def calendar_file(entries: Iterable[Entry], *, name: str) -> bytes:
    """A file to be opened once: what a letter encloses, what a page offers for one run."""
    return calendar_text((event_text(entry) for entry in entries), name=name, method="PUBLISH")


def _wall_clock(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Local times; in UTC where the local time happens twice that night and would not say which one is meant."""
    here, there = local(start), local(end)
    if _happens_twice(here) or _happens_twice(there):
        return start.astimezone(UTC), end.astimezone(UTC)
    return here, there


def _happens_twice(moment: datetime) -> bool:
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


def _folded(line: str) -> str:
    folded: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call]
    return folded.decode().removesuffix("\r\n")


@cache
def _organizer() -> vCalAddress:
    centre = the_centre()
    address = vCalAddress(f"mailto:{centre.email}")
    address.params["CN"] = vText(centre.name)
    return address
