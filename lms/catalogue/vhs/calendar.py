"""When a run takes place: days, times and weekdays, as far as the source says them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest

from lms.catalogue.vhs.record import Notes, Record
from lms.catalogue.vhs.run import ImportedSession, ImportedVenue, PartOfDay
from lms.kernel.clock import ZONE
from lms.kernel.marking import N_

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:\s.*)?")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?(?:\s*Uhr)?")
_WEEKDAYS = ("mo", "di", "mi", "do", "fr", "sa", "so")
_YEARS = range(1990, 2100)


@dataclass(frozen=True, slots=True)
class Dates:
    """The calendar side of a run."""

    starts_on: date
    ends_on: date
    sessions: tuple[ImportedSession, ...]
    weekdays: tuple[int, ...]
    part_of_day: PartOfDay | None


def day(text: str) -> date | None:
    """The day of "2020-05-11", "2020-05-11T00:00:00" or "11.05.2020"."""
    iso, german = _ISO.fullmatch(text), _GERMAN.fullmatch(text)
    if iso is None and german is None:
        return None
    year, month, number = map(int, iso.groups() if iso else german.groups()[::-1] if german else ())
    try:
        return date(year, month, number) if year in _YEARS else None
    except ValueError:
        return None


def clock(text: str, on: date) -> time | None:
    """The wall clock of "18:30", "18:30:00", "18.30 Uhr" or "16:30:00Z" on that day at the venue."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    try:
        read = time(int(found[1]), int(found[2]))
        if found[3]:
            moment = datetime.fromisoformat(f"{on.isoformat()}T{read.isoformat()}{found[3]}")
            read = moment.astimezone(ZONE).time()
    except ValueError:
        return None
    return read


def read_dates(record: Record, notes: Notes, venues: Sequence[ImportedVenue]) -> Dates:
    """First and last day and everything in between that the source names."""
    sessions = _sessions(record, notes, venues)
    starts_on = _first_day(record, notes, sessions)
    return Dates(
        starts_on=starts_on,
        ends_on=_last_day(record, notes, sessions, starts_on),
        sessions=sessions,
        weekdays=_weekdays(record, sessions),
        part_of_day=_part_of_day(sessions),
    )


def certain_weekdays(weekdays: tuple[int, ...], *days: date) -> tuple[int, ...]:
    """The weekdays the source names; where it names none, those of the first and the last day."""
    return weekdays or tuple(sorted({day.weekday() for day in days}))


def _first_day(record: Record, notes: Notes, sessions: Sequence[ImportedSession]) -> date:
    given = record.text("beginn_datum")
    read = day(given)
    if sessions:
        if read is not None and read != sessions[0].day:
            notes.healed(
                "beginn_datum",
                N_("The first day differs from the list of dates. The list of dates was taken: %(taken)s."),
                taken=sessions[0].day.isoformat(),
            )
        return sessions[0].day
    if read is not None:
        return read
    if given:
        raise notes.refused(
            "beginn_datum", N_("“%(given)s” is no date, so nobody knows when the course begins."), given=given
        )
    raise notes.refused(
        "beginn_datum", N_("The first day is missing, so nobody knows when the course begins.")
    )


def _last_day(record: Record, notes: Notes, sessions: Sequence[ImportedSession], starts_on: date) -> date:
    if sessions:
        return sessions[-1].day
    given = record.text("ende_datum")
    read = day(given)
    if read is None:
        if given:
            notes.healed(
                "ende_datum",
                N_("“%(given)s” is no date. The first day was taken as the last one."),
                given=given,
            )
        else:
            notes.healed("ende_datum", N_("The last day is missing. The first day was taken."))
        return starts_on
    if read < starts_on:
        notes.healed(
            "ende_datum",
            N_("The last day (%(given)s) lies before the first one. The first day was taken."),
            given=read.isoformat(),
        )
        return starts_on
    return read


def _sessions(record: Record, notes: Notes, venues: Sequence[ImportedVenue]) -> tuple[ImportedSession, ...]:
    """The dates in order, each once. Berlin lists as many addresses as dates: the first belongs to the first."""
    parts = [*record.parts("termin"), *record.parts("ortetermine", "termin")]
    places = venues if len(venues) == len(parts) else ()
    found: dict[tuple[date, time | None], ImportedSession] = {}
    for part, venue in zip_longest(parts, places):
        session = _session(part, notes, venue)
        if session is not None:
            found.setdefault((session.day, session.starts), session)
    return tuple(sorted(found.values(), key=lambda session: (session.day, session.starts or time.min)))


def _session(part: Record, notes: Notes, venue: ImportedVenue | None) -> ImportedSession | None:
    given = part.text("beginn_datum")
    on = day(given)
    if on is None:
        notes.healed("termin", N_("“%(given)s” is no date. This meeting was left out."), given=given)
        return None
    starts, ends = _time(part, "beginn_uhrzeit", notes, on), _time(part, "ende_uhrzeit", notes, on)
    if starts and ends and ends <= starts:
        notes.healed(
            "ende_uhrzeit",
            N_("On %(day)s the end lies before the beginning. The end was left out."),
            day=on.isoformat(),
        )
        ends = None
    return ImportedSession(on, starts, ends if starts else None, venue)


def _time(part: Record, name: str, notes: Notes, on: date) -> time | None:
    given = part.text(name)
    read = clock(given, on)
    if given and read is None:
        notes.healed(name, N_("“%(given)s” is no time of day. It was left out."), given=given)
    return read


def _weekdays(record: Record, sessions: Sequence[ImportedSession]) -> tuple[int, ...]:
    if sessions:
        return tuple(sorted({session.day.weekday() for session in sessions}))
    names = (text[:2].lower() for text in record.texts("wochentag"))
    return tuple(sorted({_WEEKDAYS.index(name) for name in names if name in _WEEKDAYS}))


def _part_of_day(sessions: Sequence[ImportedSession]) -> PartOfDay | None:
    starts = next((session.starts for session in sessions if session.starts), None)
    if starts is None:
        return None
    return "morning" if starts.hour < 12 else "afternoon" if starts.hour < 17 else "evening"
