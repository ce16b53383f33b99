"""The days on which nothing is taught: holidays of a state, and what the centre says itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from wtforms.validators import ValidationError

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import Invalid
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.rooms.reading import ROOMS
from lms.resources.models import ClosingDay
from lms.resources.service import ClosingDays
from lms.resources.service.closing_days import LONGEST_RANGE_DAYS
from lms.scheduling.holidays import holidays_of, school_year_without_holidays
from lms.scheduling.words import FEDERAL_STATES
from lms.web.access import may
from lms.web.forms import DateParts, Form, Radios, Text, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after

HERE = f"{ROOMS}/schliesstage"
YEARS_SHOWN = range(2020, 2100)
CLOSED, OPEN = "zu", "offen"


class DayForm(Form):
    """A day or several, and what holds on them."""

    first = DateParts(N_("First day"), missing=N_("State the first day."))
    last = DateParts(N_("Last day"), hint=N_("Leave it empty for one day."))
    name = Text(
        N_("What is on these days?"),
        hint=N_("For example: staff outing. Planners read it."),
        missing=N_("Say what it is."),
    )
    holds = Radios(
        N_("What holds on these days?"),
        choices=[(CLOSED, N_("Nothing is taught")), (OPEN, N_("Taught in spite of a holiday"))],
        missing=N_("Choose what holds."),
    )

    def validate_last(self, field: DateParts) -> None:
        """Refuse an end before the beginning, and more than a term at once."""
        if not self.first.data:
            return
        if field.data < self.first.data:
            raise ValidationError(gettext("The last day comes after the first one."))
        if (field.data - self.first.data).days >= LONGEST_RANGE_DAYS:
            raise ValidationError(gettext("Mark at most %(count)s days at once.", count=LONGEST_RANGE_DAYS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days in a row on which the same holds: `mark` is None for a holiday that we say nothing about."""

    first: date
    last: date
    name: str
    mark: str | None
    holiday: str


class ClosingDayPages(Controller):
    """One page by year and state."""

    path = HERE
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def index(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
        jahr: FromQuery[str] = "",
        land: FromQuery[str] = "",
    ) -> Template:
        """Holidays and our own days of a year; one statement."""
        ensure(actor.may_for_all("R", "resource"), actor)
        form = form_from(DayForm, holds=CLOSED)
        return await _page(form, actor, begin, clock, around, jahr, land)

    @post(opt=may("U", "resource"))
    async def mark(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
        closing_day_marks: NamedDependency[ClosingDays],
    ) -> Template | Redirect:
        """Add days of our own, or teach on a holiday all the same."""
        form = form_from(DayForm, await request.form())
        if not form.validate():
            return await _page(form, actor, begin, clock, around, "", "", status=422)
        first, last = form.first.data, form.last.data or form.first.data
        await closing_day_marks.mark(
            actor, first=first, last=last, name=form.name.data, teaches=form.holds.data == OPEN
        )
        return after(f"{HERE}?jahr={first.year}", SAVED)

    @post("/entfernen", opt=may("U", "resource"))
    async def unmark(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        closing_day_marks: NamedDependency[ClosingDays],
    ) -> Redirect:
        """What the calendar says holds again."""
        first, last = _days(await request.form())
        await closing_day_marks.unmark(actor, first=first, last=last)
        return after(f"{HERE}?jahr={first.year}", SAVED)

    @post("/trotzdem", opt=may("U", "resource"))
    async def teach(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        closing_day_marks: NamedDependency[ClosingDays],
    ) -> Redirect:
        """Holidays in a row are taught all the same."""
        sent = await request.form()
        first, last = _days(sent)
        name = str(sent.get("name") or "")[:200] or gettext("Holiday")
        await closing_day_marks.mark(actor, first=first, last=last, name=name, teaches=True)
        return after(f"{HERE}?jahr={first.year}", SAVED)


async def _page(
    form: DayForm,
    actor: Actor,
    begin: Begin,
    clock: Clock,
    around: Around,
    jahr: str,
    land: str,
    *,
    status: int = 200,
) -> Template:
    now = today(clock)
    year = int(jahr) if jahr.isascii() and jahr.isdigit() and int(jahr[:6]) in YEARS_SHOWN else now.year
    state = land if land in FEDERAL_STATES else around.settings.federal_state
    async with begin.reading() as session:
        marks = {
            row.day: row
            for row in await session.scalars(
                select(ClosingDay).where(ClosingDay.day.between(date(year, 1, 1), date(year, 12, 31)))
            )
        }
    return Template(
        "portal/desk/rooms/closing_days.html",
        context={
            "form": form,
            "year": year,
            "years": [one for one in (year - 1, year, year + 1) if one in YEARS_SHOWN],
            "state": state,
            "states": FEDERAL_STATES,
            "spans": spans_of(holidays_of(state, date(year, 1, 1), date(year, 12, 31)), marks),
            "unknown_from": school_year_without_holidays(state, now),
            "may_change": actor.may_for_all("U", "resource"),
        },
        status_code=status,
    )


def spans_of(holidays: Mapping[date, str], marks: Mapping[date, ClosingDay]) -> Sequence[Span]:
    """Holidays and marks of a year in order; days in a row on which the same holds are one."""
    return list(_spans(holidays, marks))


def _spans(holidays: Mapping[date, str], marks: Mapping[date, ClosingDay]) -> Iterator[Span]:
    open_span: Span | None = None
    for day in sorted({*holidays, *marks}):
        mark = marks.get(day)
        kind = None if mark is None else OPEN if mark.is_open else CLOSED
        holiday = holidays.get(day, "")
        one = Span(first=day, last=day, name=mark.name if mark else holiday, mark=kind, holiday=holiday)
        if open_span is not None:
            follows = open_span.last + timedelta(days=1) == day
            if follows and (open_span.name, open_span.mark, open_span.holiday) == (one.name, kind, holiday):
                open_span = Span(first=open_span.first, last=day, name=one.name, mark=kind, holiday=holiday)
                continue
            yield open_span
        open_span = one
    if open_span is not None:
        yield open_span


def _days(sent: Any) -> tuple[date, date]:
    try:
        return date.fromisoformat(str(sent.get("first"))), date.fromisoformat(str(sent.get("last")))
    except ValueError as error:
        raise Invalid from error
