"""A run from a course, in under a minute: one form, one look at the dates, saved as a draft."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import Course
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import ZONE, Clock, today
from lms.kernel.marking import N_
from lms.scheduling.alternatives import free_rooms
from lms.scheduling.choices import course_of, last_time, room_choices, trainer_choices
from lms.scheduling.errors import (
    InThePast,
    ResourceTaken,
    RoomTooSmall,
    RuleTooLong,
    RuleWithoutDates,
    Taken,
)
from lms.scheduling.forms import RunForm, first_values
from lms.scheduling.service import Scheduling
from lms.scheduling.values import Preview, RunPlan
from lms.scheduling.words import clash_in_words, rule_in_words
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import after, declare

DRAFTED = declare("entwurf", N_("The draft is saved. Publish it, and people can enrol."))
AT_FIELDS = {
    InThePast: "first_day",
    RuleWithoutDates: "weekdays",
    RuleTooLong: "count",
    RoomTooSmall: "room_override_reason",
}


class NewRunPages(Controller):
    """The form, the preview with its holidays and clashes, the draft."""

    path = "/verwaltung/kurse/{course_id:uuid}/neue-durchfuehrung"
    opt = may("C", "plan")
    include_in_schema = False

    @get()
    async def ask(
        self, course_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """The form, filled as the course was offered the last time."""
        async with begin.reading() as session:
            course = await course_of(session, course_id)
            last = await last_time(session, course_id)
        form = form_from(RunForm, **first_values(course, last, today(clock)))
        await _offer_choices(form, begin)
        return _form_page(form, course)

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        scheduling: NamedDependency[Scheduling],
    ) -> Template | Redirect:
        """Preview, go back to the form, or save: whatever button was pressed."""
        sent = await request.form()
        form = form_from(RunForm, sent)
        await _offer_choices(form, begin)
        async with begin.reading() as session:
            course = await course_of(session, course_id)
        act = sent.get("act", "")
        if act == "aendern":
            return _form_page(form, course)
        if sent.get("other_room"):
            form.room.raw_data = [sent["other_room"]]
            form.room.data = sent["other_room"]
        if not form.validate():
            return _form_page(form, course, status=422)
        plan = form.plan(course_id, _days(sent.getall("keep", [])))
        status = 200
        try:
            if act == "speichern":
                run = await scheduling.plan(actor, plan)
                return after(f"/verwaltung/durchfuehrungen/{run.id}", DRAFTED)
            preview = await scheduling.preview(actor, plan)
        except ResourceTaken:
            preview, status = await scheduling.preview(actor, plan), ResourceTaken.status
        except tuple(AT_FIELDS) as refusal:
            form.refuse(AT_FIELDS[type(refusal)], refusal.message)
            return _form_page(form, course, status=refusal.status)
        return await _preview_page(begin, form, course, plan, preview, status=status)


async def _offer_choices(form: RunForm, begin: Begin) -> None:
    async with begin.reading() as session:
        form.room.choices = await room_choices(session)
        form.trainer.choices = form.second_trainer.choices = await trainer_choices(session)


def _form_page(form: RunForm, course: Course, *, status: int = 200) -> Template:
    return Template("scheduling/new_run.html", context={"form": form, "course": course}, status_code=status)


async def _preview_page(
    begin: Begin, form: RunForm, course: Course, plan: RunPlan, preview: Preview, *, status: int
) -> Template:
    rooms: list[tuple[str, str]] = []
    if any(clash.taken is Taken.ROOM for clash in preview.clashes):
        async with begin.reading() as session:
            free = await free_rooms(session, preview.dates.planned, seats=plan.terms.capacity)
        rooms = [(str(room.id), f"{venue.name}, {room.name}") for room, venue in free]
    kept = sorted(plan.rule.keep)
    lines = [(period, "") for period in preview.dates.planned]
    lines += [(skipped.period, skipped.reason) for skipped in preview.dates.skipped]
    values: list[tuple[str, str]] = []
    for field in form:
        values += _as_sent(field)
    return Template(
        "scheduling/preview.html",
        context={
            "course": course,
            "plan": plan,
            "rule": rule_in_words(plan.rule),
            "lines": sorted(lines, key=lambda line: line[0].start),
            "kept": kept,
            "zone": ZONE,
            "clashes": [clash_in_words(clash) for clash in preview.clashes],
            "rooms": rooms,
            "values": values,
            "room": dict(form.room.choices).get(form.room.data or "", ""),
            "trainers": [dict(form.trainer.choices).get(str(one), "") for one in plan.trainer_ids],
        },
        status_code=status,
    )


def _as_sent(field: Any) -> list[tuple[str, str]]:
    """A field as pairs of name and text, to travel along hidden."""
    if field.kind == "date":
        return [(f"{field.name}-{part.key}", typed) for part, typed in field.parts]
    if field.kind in {"checkboxes", "radios", "select"}:
        return [(field.name, value) for value in sorted(field.chosen)]
    return [(field.name, field.typed)]


def _days(texts: list[Any]) -> frozenset[date]:
    days = set()
    for text in texts[:100]:
        try:
            days.add(date.fromisoformat(str(text)))
        except ValueError:
            continue
    return frozenset(days)
