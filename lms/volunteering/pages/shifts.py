"""`/verwaltung/helfer/schichten`: the week with its gaps, and opening shifts, once or every week."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from sqlalchemy import or_

from lms.accounts.handing_out import persons_file
from lms.kernel.actor import Actor
from lms.kernel.clock import local, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.volunteering import policy
from lms.volunteering.errors import ShiftEndsTooEarly, ShiftInThePast
from lms.volunteering.forms import ShiftForm
from lms.volunteering.letters import desk_words
from lms.volunteering.models import HoursEntry, Shift, ShiftState
from lms.volunteering.pages.helpers import MANAGE, READ
from lms.volunteering.queries.helpers import desks, topics
from lms.volunteering.queries.hours import done, in_month, over, to_confirm
from lms.volunteering.queries.shifts import planned
from lms.volunteering.service import Shifts
from lms.volunteering.values import ShiftFacts
from lms.volunteering.words import age_words, named, topic_choices
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

PATH = "/verwaltung/helfer/schichten"
AnyRequest = Request[Any, Any, Any]
WEEK = timedelta(days=7)
MOST_ELSEWHERE = 20
OPENED = declare("schicht-geoeffnet", N_("The shift is open. Helpers can take it from now on."))
OPENED_WEEKLY = declare(
    "schichten-geoeffnet", N_("The shifts of the next six weeks are open. Later ones follow by themselves.")
)
AT_FIELD = {ShiftEndsTooEarly: "ends", ShiftInThePast: "day"}


class ShiftWeekPages(Controller):
    """A week, and new shifts."""

    path = PATH
    opt = READ
    include_in_schema = False

    @get()
    async def week(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The shifts of a week: who is there, what is missing."""
        first = _week(request.query_params.get("woche"), today(around.clock))
        now = around.clock()
        async with around.begin.reading() as session:
            found = await planned(session, Shift.day >= first, Shift.day < first + WEEK)
            known_topics = await topics(session)
            hours = await done(session, over(now), Shift.day >= first, Shift.day < first + WEEK)
            elsewhere = await to_confirm(
                session, now, or_(Shift.day < first, Shift.day >= first + WEEK), most=MOST_ELSEWHERE
            )
        open_ones = [plan for plan in found if plan.shift.state is ShiftState.OPEN]
        ahead = [plan for plan in open_ones if plan.shift.ends_at > now]
        by_duty: dict[Any, HoursEntry] = {
            one.duty.id: one.latest for each in hours.values() for one in each if one.latest is not None
        }
        return Template(
            "volunteering/desk/week.html",
            context={
                "first": first,
                "last": first + WEEK - timedelta(days=1),
                "before": first - WEEK,
                "next": first + WEEK,
                "plans": found,
                "free": sum(plan.free for plan in ahead),
                "lacking": sum(plan.lacks_adult for plan in ahead),
                "desk_words": desk_words,
                "age": age_words,
                "named": lambda ids: named(known_topics, ids),
                "by_duty": by_duty,
                "elsewhere": elsewhere,
                "moment": now,
                "may_manage": policy.may_manage(actor),
                "here": PATH,
            },
        )

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The shifts of a month with helpers and minutes, to take away."""
        month = _week(request.query_params.get("woche"), today(around.clock)).replace(day=1)
        async with around.begin.reading() as session:
            found = await planned(session, in_month(month))
            hours = await done(session, in_month(month))
        minutes = {one.duty.id: one.minutes for each in hours.values() for one in each}
        head = [N_("Day"), N_("From"), N_("Until"), N_("Help desk"), N_("Helper"), N_("Places"), N_("Confirmed minutes")]  # fmt: skip
        rows: list[Sequence[Cell]] = [[gettext(word) for word in head]]
        for plan in found:
            shift = plan.shift
            times = (shift.day, f"{local(shift.starts_at):%H:%M}", f"{local(shift.ends_at):%H:%M}")
            where = desk_words(plan.desk, plan.venue)
            rows += [
                [*times, where, one.known.person.name, shift.places, minutes.get(one.duty.id, 0)]
                for one in plan.taken
            ] or [[*times, where, "", shift.places, None]]
        return await persons_file(request, around, actor, "schichten", rows)

    @get("/neu", opt=may("C", "volunteering"))
    async def ask(self, around: NamedDependency[Around]) -> Template:
        """The form for a new shift."""
        first = today(around.clock) + timedelta(days=1)
        form = form_from(ShiftForm, key=str(uuid4()), places=2, repeat="once", day=first)
        return await _form_page(around, form)

    @post("/neu", opt=MANAGE)
    async def open(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Open it, or one every week."""
        form = form_from(ShiftForm, await request.form())
        await _with_choices(around, form)
        if not form.validate():
            return await _form_page(around, form, status=422)
        weekly = form.repeat.data == "weekly"
        desk_id = uuid_in(form.desk.data) or uuid4()
        facts = ShiftFacts(
            desk_id=desk_id, day=form.day.data, starts=form.starts.data, ends=form.ends.data, places=form.places.data,
            least_age=form.least_age.data or 0,
            topic_ids=frozenset(one for one in map(uuid_in, form.topics.data or []) if one), note=form.note.data or "",
            every_week=weekly, last_day=form.last.data if weekly else None,
        )  # fmt: skip
        try:
            await shifts.open(actor, facts, shift_id=uuid_in(form.key.data) or uuid4())
        except DomainError as refusal:
            form.refuse(AT_FIELD.get(type(refusal), ""), refusal.message, **refusal.params)
            return await _form_page(around, form, status=refusal.status)
        return after(f"{PATH}?woche={facts.day.isoformat()}", OPENED_WEEKLY if weekly else OPENED)


def _week(typed: str | None, day: date) -> date:
    """The Monday of the week in which the day lies that an address names; of this week where it names none."""
    with suppress(ValueError):
        day = date.fromisoformat(typed or "")
    return day - timedelta(days=day.weekday())


async def _with_choices(around: Around, form: ShiftForm) -> None:
    async with around.begin.reading() as session:
        form.desk.choices = [(str(one.id), desk_words(one, None)) for one in await desks(session)]
        form.topics.choices = topic_choices(await topics(session))


async def _form_page(around: Around, form: ShiftForm, *, status: int = 200) -> Template:
    await _with_choices(around, form)
    return Template(
        "volunteering/desk/new_shift.html", context={"form": form, "here": PATH}, status_code=status
    )
