"""Trainers' own calendars as pages tell of them: which there are, whether they could be read, what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.marking import N_
from lms.trainers.busy.models import BusyCalendar, Failure
from lms.trainers.busy.queries import busy_by_own_calendar, calendars_of
from lms.trainers.busy.service import LOOK_AHEAD
from lms.trainers.busy.words import FAILURES
from lms.web.forms import Form, Hidden, Text, form_from
from lms.web.language import ngettext, translated
from lms.web.notices import declare

ANCHOR = "#kalender"
SHOWN = 10
CALENDAR_ADDED = declare(
    "kalender-genannt", N_("We read this calendar in the next moments. Reload the page to see what it says.")
)
CALENDAR_REMOVED = declare("kalender-entfernt", N_("The calendar and everything it said is removed."))
CALENDAR_ASKED = declare(
    "kalender-gelesen", N_("Your calendars are read in the next moments. Reload the page to see.")
)


class CalendarForm(Form):
    """The address of a calendar."""

    address = Text(
        N_("Address of your calendar"),
        hint=N_("It begins with https:// or webcal:// and often ends with .ics."),
        missing=N_("Enter the address of your calendar."),
        longest=2000,
    )
    key = Hidden()


@dataclass(frozen=True, slots=True)
class Shown:
    """One calendar as the page tells of it; `trouble` says why it could not be read the last time."""

    row: BusyCalendar
    trouble: str


@dataclass(frozen=True, slots=True)
class OwnCalendars:
    """What somebody's calendars say: the next periods, and how many there are in all."""

    calendars: Sequence[Shown]
    periods: Sequence[tuple[datetime, datetime]]
    count: int

    @property
    def count_in_words(self) -> str:
        """How many periods are known."""
        return ngettext("%(num)s busy period", "%(num)s busy periods", self.count)


async def read_calendars(session: AsyncSession, person_id: UUID, now: datetime) -> OwnCalendars:
    """The calendars of one person and what they say from now on; two statements."""
    rows = await calendars_of(session, person_id)
    busy = (await busy_by_own_calendar(session, [person_id], now, now + LOOK_AHEAD)).get(person_id, ())
    return OwnCalendars(
        [
            Shown(row, translated(FAILURES[row.failure]) if row.failure is not Failure.NONE else "")
            for row in rows
        ],
        [(one.start, one.end) for one in busy[:SHOWN]],
        len(busy),
    )


def calendar_form() -> CalendarForm:
    """An empty form."""
    return form_from(CalendarForm, key=str(uuid4()))


def calendars_context(found: OwnCalendars, form: CalendarForm | None) -> Mapping[str, Any]:
    """What the pages hand to their templates."""
    return {"own_calendars": found, "calendar_form": form or calendar_form()}
