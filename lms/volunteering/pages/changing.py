"""The team changes a shift, or calls it off."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.volunteering.forms import CallOffForm, ShiftChangeForm
from lms.volunteering.letters import desk_words
from lms.volunteering.pages.helpers import MANAGE
from lms.volunteering.pages.shift import shift_page
from lms.volunteering.pages.shifts import PATH
from lms.volunteering.queries.helpers import topics
from lms.volunteering.queries.shifts import Planned, planned_shift
from lms.volunteering.service import Shifts
from lms.volunteering.words import topic_choices
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
CALLED_OFF = declare(
    "schicht-abgesagt-team", N_("The shift is called off. Everybody who had taken it is told.")
)


class ShiftChangePages(Controller):
    """Another number of places, other topics, or no shift at all."""

    path = PATH + "/{shift_id:uuid}"
    opt = MANAGE
    include_in_schema = False

    @get("/aendern")
    async def ask_change(self, shift_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Places, topics, age, note."""
        async with around.begin.reading() as session:
            plan = await planned_shift(session, shift_id)
        shift = plan.shift
        form = form_from(
            ShiftChangeForm, places=shift.places, least_age=shift.least_age or None, note=shift.note,
            topics=[str(one) for one in plan.topic_ids],
        )  # fmt: skip
        return await _change_page(around, plan, form)

    @post("/aendern")
    async def change(
        self,
        request: AnyRequest,
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Keep it."""
        form = form_from(ShiftChangeForm, await request.form())
        async with around.begin.reading() as session:
            plan = await planned_shift(session, shift_id)
            form.topics.choices = topic_choices(await topics(session))
        if not form.validate():
            return await _change_page(around, plan, form, status=422)
        try:
            await shifts.change(
                actor, shift_id=shift_id, places=form.places.data, least_age=form.least_age.data or 0,
                topic_ids=frozenset(one for one in map(uuid_in, form.topics.data or []) if one), note=form.note.data or "",
            )  # fmt: skip
        except DomainError as refusal:
            form.refuse("places", refusal.message, **refusal.params)
            return await _change_page(around, plan, form, status=refusal.status)
        return after(f"{PATH}/{shift_id}", SAVED)

    @get("/absagen")
    async def consider(self, shift_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Before calling it off."""
        return await _call_off_page(around, shift_id, form_from(CallOffForm))

    @post("/absagen")
    async def call_off(
        self,
        request: AnyRequest,
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Call it off; everybody is told."""
        form = form_from(CallOffForm, await request.form())
        if not form.validate():
            return await _call_off_page(around, shift_id, form, status=422)
        try:
            await shifts.call_off(actor, shift_id=shift_id, reason=form.reason.data)
        except DomainError as refusal:
            return await shift_page(around, actor, shift_id, refusal)
        return after(f"{PATH}/{shift_id}", CALLED_OFF)


async def _change_page(
    around: Around, plan: Planned, form: ShiftChangeForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        form.topics.choices = topic_choices(await topics(session))
    return Template(
        "volunteering/desk/change_shift.html",
        context={
            "form": form,
            "plan": plan,
            "base": f"{PATH}/{plan.shift.id}",
            "desk": desk_words(plan.desk, plan.venue),
        },
        status_code=status,
    )


async def _call_off_page(around: Around, shift_id: UUID, form: CallOffForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        plan = await planned_shift(session, shift_id)
    return Template(
        "volunteering/desk/call_off.html",
        context={
            "form": form,
            "plan": plan,
            "base": f"{PATH}/{shift_id}",
            "desk": desk_words(plan.desk, plan.venue),
        },
        status_code=status,
    )
