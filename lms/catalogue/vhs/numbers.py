"""How many people, how often, how long."""

import re
from dataclasses import dataclass

from lms.catalogue.vhs.calendar import Dates
from lms.catalogue.vhs.record import Notes, Record
from lms.catalogue.vhs.run import BookingState
from lms.kernel.marking import N_

_MOST_PEOPLE = 10_000
_WHOLE = re.compile(r"(-?\d{1,9})(?:\.0+)?")
_UNITS = re.compile(r"(\d{1,6})(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True)
class Numbers:
    """`None` where the source does not say, or says something impossible."""

    minimum: int | None
    places: int | None
    taken: int | None
    meetings: int | None
    units: int | None

    @property
    def booking(self) -> BookingState:
        """Whether there is room, as far as both numbers are known."""
        if self.taken is None or self.places is None:
            return "unknown"
        return "full" if self.taken >= self.places else "open"


def read_numbers(record: Record, notes: Notes, dates: Dates, *, counts_units: bool) -> Numbers:
    """The numbers of a row. `counts_units` as in `read_run`."""
    places = _count(record, "maximale_teilnehmerzahl", notes)
    if places == 0 or not record.text("maximale_teilnehmerzahl"):
        notes.healed(
            "maximale_teilnehmerzahl",
            N_("The number of places is missing. Please enter it before publishing."),
        )
        places = None
    minimum = _count(record, "minimale_teilnehmerzahl", notes)
    if minimum and places and minimum > places:
        notes.healed(
            "minimale_teilnehmerzahl",
            N_(
                "The course needs more people (%(minimum)s) than it has places (%(places)s). The number of places was taken."
            ),
            minimum=minimum,
            places=places,
        )
        minimum = places
    given = _count(record, "anzahl_termine", notes) or None
    units = _UNITS.fullmatch(record.text("dauer"))
    lasts = int(units[1]) if units else given if counts_units else None
    meetings = len(dates.sessions) or (None if counts_units else _possible(given, dates, notes))
    return Numbers(minimum, places, _count(record, "aktuelle_teilnehmerzahl", notes), meetings, lasts)


def _possible(meetings: int | None, dates: Dates, notes: Notes) -> int | None:
    days = (dates.ends_on - dates.starts_on).days + 1
    if meetings is None or meetings <= days:
        return meetings
    notes.healed(
        "anzahl_termine",
        N_("%(meetings)s meetings do not fit into %(days)s days. Their number was left out."),
        meetings=meetings,
        days=days,
    )
    return None


def _count(record: Record, name: str, notes: Notes) -> int | None:
    """A number of people or meetings; -1 means unknown."""
    given = record.text(name)
    read = _WHOLE.fullmatch(given)
    if not given or given == "-1":
        return None
    if read is None or not 0 <= int(read[1]) <= _MOST_PEOPLE:
        notes.healed(
            name, N_("“%(given)s” is no number that makes sense here. It was left out."), given=given
        )
        return None
    return int(read[1])
