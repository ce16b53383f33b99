"""A run from a course, in under a minute: one form that answers while it is filled in, one look at the dates, a draft."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.catalogue.models import Course
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.scheduling.choices import (
    course_of,
    equipment_choices,
    last_time,
    pattern_of,
    room_choices,
    thing_choices,
    trainer_choices,
)
from lms.scheduling.errors import (
    EndsNextDay,
    InThePast,
    NoSuchTime,
    ResourceTaken,
    RoomTooSmall,
    RuleTooLong,
    RuleWithoutDates,
)
from lms.scheduling.forms import RunForm, first_values
from lms.scheduling.pages import choosing
from lms.scheduling.pages.preview import preview_page, sketch_page
from lms.scheduling.service import Scheduling
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare

DRAFTED = declare("entwurf", N_("The draft is saved. Publish it, and people can enrol."))
AT_FIELDS: dict[type[DomainError], str] = {
    InThePast: "first_day",
    RuleWithoutDates: "weekdays",
    RuleTooLong: "count",
    EndsNextDay: "minutes",
    NoSuchTime: "starts_at",
}


class NewRunPages(Controller):
    """The form with its running answer, the preview with holidays, obstacles and other ways, the draft."""

    path = "/verwaltung/kurse/{course_id:uuid}/neue-durchfuehrung"
    opt = may("C", "plan")
    include_in_schema = False

    @get()
    async def ask(
        self,
        course_id: FromPath[UUID],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        idee: FromQuery[UUID | None] = None,
    ) -> Template:
        """The form, filled as the course was offered the last time; an idea gets its dates."""
        async with around.begin.reading() as session:
            pattern = await pattern_of(session, course_id)
            last = await last_time(session, course_id)
        values = first_values(pattern, last, today(clock))
        form = form_from(RunForm, **values | ({"key": str(idee)} if idee else {}))
        await _offer_choices(form, around)
        return _form_page(form, pattern.course)

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Preview, go back to the form, take another way, or save: whatever button was pressed."""
        sent = await request.form()
        form = form_from(RunForm, choosing.without_dates(sent))
        await _offer_choices(form, around)
        async with around.begin.reading() as session:
            course = await course_of(session, course_id)
        act = sent.get("act", "")
        if act == "aendern":
            return _form_page(form, course)
        changes = choosing.changes(sent)
        if sent.get("statt"):
            choosing.take(form, str(sent["statt"]))
            changes = {}
        if not form.validate():
            return _form_page(form, course, status=422)
        plan = form.plan(course_id, choosing.days(sent.getall("keep", [])), changes)
        status = 200
        try:
            if act == "speichern":
                run = await scheduling.plan(actor, plan)
                return after(f"/verwaltung/durchfuehrungen/{run.id}", DRAFTED)
            preview = await scheduling.preview(actor, plan)
        except (ResourceTaken, RoomTooSmall) as refusal:
            preview, status = await scheduling.preview(actor, plan), refusal.status
        except tuple(AT_FIELDS) as refusal:
            form.refuse(AT_FIELDS[type(refusal)], refusal.message)
            return _form_page(form, course, status=refusal.status)
        return preview_page(form, course, plan, preview, status=status)

    @post("/pruefen", status_code=200)
    async def sketch(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        scheduling: NamedDependency[Scheduling],
    ) -> Template:
        """What the form as it stands would give: a piece of the page, asked for by its script while somebody types."""
        form = form_from(RunForm, await request.form())
        await _offer_choices(form, around)
        if not form.validate():
            return sketch_page(form)
        plan = form.plan(course_id, frozenset(), {})
        try:
            return sketch_page(form, plan, await scheduling.preview(actor, plan))
        except tuple(AT_FIELDS) as refusal:
            return sketch_page(form, refusal=refusal)


async def _offer_choices(form: RunForm, around: Around) -> None:
    if not around.settings.has_own_rooms:
        del form.own_online_room
    async with around.begin.reading() as session:
        form.room.choices = await room_choices(session)
        form.trainer.choices = form.second_trainer.choices = (
            form.third_trainer.choices
        ) = await trainer_choices(session)
        form.thing_1.choices = form.thing_2.choices = form.thing_3.choices = await thing_choices(session)
        form.equipment.choices = await equipment_choices(session)


def _form_page(form: RunForm, course: Course, *, status: int = 200) -> Template:
    return Template("scheduling/new_run.html", context={"form": form, "course": course}, status_code=status)
