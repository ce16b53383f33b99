"""When a trainer can teach, entered by themselves."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.portal.busy_calendars import (
    ANCHOR,
    CALENDAR_ADDED,
    CALENDAR_ASKED,
    CALENDAR_REMOVED,
    CalendarForm,
    calendars_context,
    read_calendars,
)
from lms.portal.desk.ideas import key_of
from lms.portal.trainer_times import (
    ABSENT,
    AbsenceForm,
    HoursForm,
    absence_form,
    as_context,
    hours_form,
    read_times,
    save_absence,
    save_hours,
)
from lms.trainers.busy.service import BusyCalendars
from lms.trainers.service import Trainers
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import SAVED, after

HERE = "/kursleitung/verfuegbarkeit"


class AvailabilityPages(Controller):
    """Weekly hours and absences."""

    path = HERE
    opt = may("U", "availability")
    include_in_schema = False

    @get()
    async def show(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """What is entered, which sessions it hits, and the two forms."""
        return await _page(begin, clock, actor)

    @post("/stunden")
    async def change_hours(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        trainers: NamedDependency[Trainers],
    ) -> Template | Redirect:
        """The weekly hours."""
        form = form_from(HoursForm, await request.form())
        status = await save_hours(trainers, actor, _own(actor), form, begin)
        return await _page(begin, clock, actor, hours=form, status=status) if status else after(HERE, SAVED)

    @post("/abwesenheit")
    async def add_absence(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        trainers: NamedDependency[Trainers],
    ) -> Template | Redirect:
        """A holiday, a conference."""
        form = form_from(AbsenceForm, await request.form())
        status = await save_absence(trainers, actor, _own(actor), form)
        return (
            await _page(begin, clock, actor, absence=form, status=status) if status else after(HERE, ABSENT)
        )

    @post("/abwesenheit/{absence_id:uuid}/entfernen")
    async def remove_absence(
        self,
        absence_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        trainers: NamedDependency[Trainers],
    ) -> Redirect:
        """They can teach after all."""
        await trainers.remove_absence(actor, person_id=_own(actor), absence_id=absence_id)
        return after(HERE, SAVED)


class BusyCalendarPages(Controller):
    """One's own calendars, by which one is busy."""

    path = f"{HERE}/kalender"
    opt = may("U", "availability")
    include_in_schema = False

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        busy_calendars: NamedDependency[BusyCalendars],
    ) -> Template | Redirect:
        """One more."""
        form, status = form_from(CalendarForm, await request.form()), 422
        if form.validate():
            try:
                await busy_calendars.add(
                    actor, person_id=_own(actor), calendar_id=key_of(form.key.data), address=form.address.data
                )
                return after(HERE + ANCHOR, CALENDAR_ADDED)
            except DomainError as refusal:
                form.refuse("address", refusal.message)
                status = refusal.status
        return await _page(begin, clock, actor, calendar=form, status=status)

    @post("/lesen")
    async def read(
        self, actor: NamedDependency[Actor], busy_calendars: NamedDependency[BusyCalendars]
    ) -> Redirect:
        """All of them, now."""
        await busy_calendars.read_soon(actor, person_id=_own(actor))
        return after(HERE + ANCHOR, CALENDAR_ASKED)

    @post("/{calendar_id:uuid}/entfernen")
    async def remove(
        self,
        calendar_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        busy_calendars: NamedDependency[BusyCalendars],
    ) -> Redirect:
        """One, with everything it said."""
        await busy_calendars.remove(actor, person_id=_own(actor), calendar_id=calendar_id)
        return after(HERE + ANCHOR, CALENDAR_REMOVED)


def _own(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


async def _page(
    begin: Begin,
    clock: Clock,
    actor: Actor,
    *,
    hours: HoursForm | None = None,
    absence: AbsenceForm | None = None,
    calendar: CalendarForm | None = None,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        times = await read_times(session, _own(actor), clock())
        calendars = await read_calendars(session, _own(actor), clock())
    more = calendars_context(calendars, calendar)
    context = as_context(
        times, HERE, hours or hours_form(times), absence or absence_form(), in_office=False, **more
    )
    if calendar is not None:
        context = {**context, "form": calendar}
    return Template("portal/teaching/availability.html", context=dict(context), status_code=status)
