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
from lms.kernel.errors import NotFound
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
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        times = await read_times(session, _own(actor), clock())
    context = as_context(times, HERE, hours or hours_form(times), absence or absence_form(), in_office=False)
    return Template("portal/teaching/availability.html", context=dict(context), status_code=status)
