"""Calendars of strangers are read in a process of its own: limited in time and memory, without network, files and secrets.

It hands back spans and, where an entry bears one of our ids, that id; titles, places and people never leave it.
"""

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

MOST_PERIODS = 5_000
MOST_ENTRIES = 5_000
MOST_LINE = 100_000
MOST_LISTED = 12_000
MOST_A_DAY = 6
DEEPEST = 6
TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
SECONDS = 20
COMPUTING_SECONDS = 10
MEMORY = 600_000_000
_ROOT = Path(__file__).parents[3]
_LARGEST_ANSWER = 2_000_000


class CannotRead(Exception):
    """It is no calendar, or one beyond the limits."""


@dataclass(frozen=True, slots=True)
class Span:
    """A busy span, in UTC; `ours` is the id of a session where the entry bears a UUID as we give them."""

    start: datetime
    end: datetime
    ours: UUID | None


async def busy_spans(text: bytes, *, first: datetime, last: datetime, product: str) -> list[Span]:
    """When the calendar says busy between the two moments. A calendar made by `product`, ours, says nothing. Raises CannotRead."""
    question = {"first": first.isoformat(), "last": last.isoformat(), "product": product}
    reading = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "lms.trainers.busy.apart",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        cwd="/", env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(
            reading.communicate(json.dumps(question).encode() + b"\n" + text), SECONDS
        )
        answer = json.loads(said[:_LARGEST_ANSWER])
        return [
            Span(datetime.fromisoformat(start), datetime.fromisoformat(end), UUID(ours) if ours else None)
            for start, end, ours in answer
        ]
    except (TimeoutError, ValueError, TypeError) as error:
        raise CannotRead from error
    finally:
        if reading.returncode is None:
            with suppress(ProcessLookupError):
                reading.kill()
            await reading.wait()


def _look_over(text: bytes) -> None:
    """What would be expensive is refused before any library sees it."""
    depth = entries = 0
    for line in text.splitlines():
        if len(line) > MOST_LINE:
            raise ValueError("a line is too long")
        word = line[:13].upper()
        if word.startswith(b"BEGIN:"):
            depth += 1
            entries += word.startswith(b"BEGIN:VEVENT")
        elif word.startswith(b"END:"):
            depth -= 1
        if depth > DEEPEST or entries > MOST_ENTRIES:
            raise ValueError("too much")


def _spans(calendar: Any, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    """The spans of all entries; one that cannot be read is left out and takes no other with it."""
    zones = [part for part in calendar.subcomponents if part.name == "VTIMEZONE"]
    together: dict[str, list[Any]] = defaultdict(list)
    for part in calendar.subcomponents:
        if part.name == "VEVENT":
            together[str(part.get("UID", ""))].append(part)
    for uid, events in together.items():
        calendar.subcomponents = [*zones, *events]
        try:
            if any(_is_endless(event) for event in events):
                continue
            found = list(_expanded(calendar, first, last))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            continue
        for start, end in found:
            yield start, end, uid


def _expanded(calendar: Any, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    import recurring_ical_events

    for event in recurring_ical_events.of(calendar, skip_bad_series=True).between(first, last):
        begins = event["DTSTART"].dt
        start = _moment(begins)
        end = _moment(event["DTEND"].dt) if "DTEND" in event else start
        if end <= start and not isinstance(begins, datetime):
            end = start + timedelta(days=1)
        if max(start, first) < min(end, last) and _counts(event):
            yield max(start, first), min(end, last)


def _counts(event: Any) -> bool:
    """Whether an entry makes somebody busy: not what is called off, nor what is marked as free."""
    return (
        str(event.get("STATUS", "")).upper() != "CANCELLED"
        and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"
        and str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() not in {"FREE", "WORKINGELSEWHERE"}
    )


def _is_endless(event: Any) -> bool:
    """Nobody's appointments recur by the hour or faster: such a rule is a mistake or an attack, and is left out.

    A count beyond any life is taken as none, because reckoning whether it is reached would take that long.
    """
    for rule in _listed(event, "RRULE"):
        many = max((len(rule.get(part, [])) for part in ("BYMINUTE", "BYSECOND", "BYHOUR")), default=0)
        if many > MOST_A_DAY or any(str(one).upper() in TOO_OFTEN for one in rule.get("FREQ", [])):
            return True
        if any(int(one) > MOST_PERIODS for one in rule.get("COUNT", [])):
            del rule["COUNT"]
    return sum(len(one.dts) for name in ("RDATE", "EXDATE") for one in _listed(event, name)) > MOST_LISTED


def _listed(part: Any, name: str) -> list[Any]:
    given = part.get(name, [])
    return given if isinstance(given, list) else [given]


def _free_busy(calendar: Any, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime, str]]:
    """Spans of VFREEBUSY components (RFC 5545, 3.6.4): some addresses give nothing else."""
    for part in calendar.walk("VFREEBUSY"):
        for line in _listed(part, "FREEBUSY"):
            if str(line.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                continue
            start, end = _moment(line.start), _moment(line.end)
            if start < last and end > first and end > start:
                yield max(start, first), min(end, last), ""


def _moment(value: date) -> datetime:
    from zoneinfo import ZoneInfo

    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo("Europe/Berlin"))).astimezone(UTC)


def _id_in(uid: str) -> str:
    try:
        return str(UUID(uid)) if len(uid) == 36 else ""
    except ValueError:
        return ""


def _limit() -> None:
    import resource  # where it does not exist nothing is read at all

    for what, most in (
        (resource.RLIMIT_CPU, COMPUTING_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def _answer() -> None:
    import zoneinfo

    import icalendar
    import recurring_ical_events

    from certificates import confinement

    recurring_ical_events.of(icalendar.Calendar())  # loads what it needs while it still may
    zoneinfo.reset_tzpath(to=[])  # from here on out of the package: files of the system are out of reach
    question = json.loads(sys.stdin.buffer.readline())
    text = sys.stdin.buffer.read()
    confinement.confine()
    _limit()
    _look_over(text)
    first, last = datetime.fromisoformat(question["first"]), datetime.fromisoformat(question["last"])
    found: list[tuple[datetime, datetime, str]] = []
    calendars: Any = icalendar.Calendar.from_ical(text, multiple=True)
    if not any(calendar.name == "VCALENDAR" for calendar in calendars):
        raise ValueError("no calendar")
    for calendar in calendars:
        if str(calendar.get("PRODID", "")) == question["product"]:
            continue
        for one in (*_free_busy(calendar, first, last), *_spans(calendar, first, last)):
            found.append(one)
            if len(found) >= MOST_PERIODS:
                break
    spans = [
        [start.isoformat(), end.isoformat(), _id_in(uid)] for start, end, uid in sorted(found)[:MOST_PERIODS]
    ]
    sys.stdout.write(json.dumps(spans))


if __name__ == "__main__":
    _answer()
