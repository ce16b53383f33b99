"""One shift for the team: who is there, who fits and is asked, and how long it was."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.trainers.queries import conduct_valid_until
from lms.volunteering import policy, rules
from lms.volunteering.fitting import by_fitness, why_not
from lms.volunteering.forms import HoursForm
from lms.volunteering.letters import desk_words
from lms.volunteering.models import Duty, DutyState, Helper, HelperState, Shift, ShiftState
from lms.volunteering.pages.helpers import MANAGE, READ
from lms.volunteering.pages.shifts import PATH
from lms.volunteering.queries.helpers import helpers_in, limits_of, topics
from lms.volunteering.queries.hours import done
from lms.volunteering.queries.shifts import Planned, asks_of, planned_shift
from lms.volunteering.service import HelperHours, Shifts
from lms.volunteering.words import age_words, named, topic_words
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
ASKED = declare("schicht-gefragt", N_("The helper is asked by letter or e-mail and answers with one click."))


class ShiftPages(Controller):
    """One shift."""

    path = PATH + "/{shift_id:uuid}"
    opt = READ
    include_in_schema = False

    @get()
    async def show(
        self, shift_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Everything about it."""
        return await shift_page(around, actor, shift_id)

    @post("/fragen", opt=MANAGE)
    async def ask(
        self,
        request: AnyRequest,
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Ask somebody who fits, with one click."""
        helper_id = uuid_in((await request.form()).get("helper"))
        try:
            await shifts.ask(actor, shift_id=shift_id, helper_id=_there(helper_id))
        except DomainError as refusal:
            return await shift_page(around, actor, shift_id, refusal)
        return after(f"{PATH}/{shift_id}", ASKED)

    @post("/eintragen", opt=MANAGE)
    async def enter(
        self,
        request: AnyRequest,
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Somebody has said yes by telephone."""
        helper_id = uuid_in((await request.form()).get("helper"))
        try:
            await shifts.take(actor, shift_id=shift_id, helper_id=_there(helper_id))
        except DomainError as refusal:
            return await shift_page(around, actor, shift_id, refusal)
        return after(f"{PATH}/{shift_id}", SAVED)

    @post("/austragen", opt=MANAGE)
    async def take_out(
        self,
        request: AnyRequest,
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Somebody cannot come, or is not needed."""
        helper_id = uuid_in((await request.form()).get("helper"))
        try:
            await shifts.withdraw(actor, shift_id=shift_id, helper_id=_there(helper_id))
        except DomainError as refusal:
            return await shift_page(around, actor, shift_id, refusal)
        return after(f"{PATH}/{shift_id}", SAVED)

    @post("/stunden", opt=MANAGE)
    async def confirm_all(
        self,
        shift_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_hours: NamedDependency[HelperHours],
    ) -> Template | Redirect:
        """What was said or planned, for everybody."""
        try:
            await helper_hours.confirm_as_planned(actor, shift_id=shift_id)
        except DomainError as refusal:
            return await shift_page(around, actor, shift_id, refusal)
        return after(f"{PATH}/{shift_id}", SAVED)

    @post("/stunden/{duty_id:uuid}", opt=MANAGE)
    async def correct(
        self,
        request: AnyRequest,
        shift_id: FromPath[UUID],
        duty_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        helper_hours: NamedDependency[HelperHours],
    ) -> Template | Redirect:
        """How long it was for one of them."""
        form = form_from(HoursForm, await request.form())
        if not form.validate():
            return await shift_page(around, actor, shift_id, wrong=(duty_id, form))
        try:
            await helper_hours.say(
                actor, duty_id=duty_id, minutes=form.whole_minutes, reason=form.reason.data or ""
            )
        except DomainError as refusal:
            form.refuse("reason", refusal.message, **refusal.params)
            return await shift_page(around, actor, shift_id, wrong=(duty_id, form))
        return after(f"{PATH}/{shift_id}", SAVED)

    @post("/fehlte/{duty_id:uuid}", opt=MANAGE)
    async def missed(
        self,
        shift_id: FromPath[UUID],
        duty_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Nobody came."""
        try:
            await shifts.missed(actor, duty_id=duty_id)
        except DomainError as refusal:
            return await shift_page(around, actor, shift_id, refusal)
        return after(f"{PATH}/{shift_id}", SAVED)


def _there(helper_id: UUID | None) -> UUID:
    if helper_id is None:
        raise NotFound
    return helper_id


async def shift_page(
    around: Around,
    actor: Actor,
    shift_id: UUID,
    refusal: DomainError | None = None,
    *,
    wrong: tuple[UUID, HoursForm] | None = None,
) -> Template:
    now = around.clock()
    async with around.begin.reading() as session:
        plan = await planned_shift(session, shift_id)
        known_topics = await topics(session)
        is_ahead = plan.shift.state is ShiftState.OPEN and plan.shift.starts_at > now
        candidates = (
            await helpers_in(session, Helper.state == HelperState.APPROVED) if is_ahead and plan.free else []
        )
        there = {one.known.helper.id for one in plan.taken}
        candidates = [one for one in candidates if one.helper.id not in there]
        limits = await limits_of(session)
        others: dict[UUID, list[Shift]] = {}
        for helper_id, shift in await session.execute(
            select(Duty.helper_id, Shift)
            .join(Shift, Shift.id == Duty.shift_id)
            .where(Duty.state == DutyState.TAKEN, Shift.day == plan.shift.day)
        ):
            others.setdefault(helper_id, []).append(shift)
        asks = await asks_of(session, [shift_id])
        conduct = await conduct_valid_until(session, [one.known.person.id for one in plan.taken])
        hours = {
            one.duty.id: one
            for each in (await done(session, Duty.shift_id == shift_id)).values()
            for one in each
        }
    fitting: list[Any] = []
    unfit: list[Any] = []
    for one, matched in by_fitness(plan, candidates):
        problem = why_not(
            plan, one, others=others.get(one.helper.id, ()), limits=limits, state=around.settings.federal_state, at=now
        )  # fmt: skip
        row = (one, named(known_topics, matched), asks.get((shift_id, one.helper.id)), problem)
        (unfit if problem else fitting).append(row)
    return Template(
        "volunteering/desk/shift.html",
        context={
            "plan": plan,
            "shift": plan.shift,
            "base": f"{PATH}/{shift_id}",
            "here": PATH,
            "desk": desk_words(plan.desk, plan.venue),
            "wanted": [
                (name, plan.wanted_topics[topic_id])
                for topic_id, name in (
                    (one, topic_words(known_topics[one])) for one in plan.wanted_topics if one in known_topics
                )
            ],
            "fitting": fitting,
            "unfit": unfit,
            "say": lambda problem: gettext(problem.message, **problem.params),
            "age": age_words,
            "conduct": conduct,
            "hours": hours,
            "forms": {
                one.duty.id: wrong[1] if wrong and wrong[0] == one.duty.id else _hours_form(plan, one, hours)
                for one in plan.taken
            },
            "form": wrong[1] if wrong else None,
            "is_over": plan.shift.ends_at <= now,
            "is_ahead": is_ahead,
            "may_manage": policy.may_manage(actor),
            "unconfirmed": sum(
                not hours[one.duty.id].is_confirmed for one in plan.taken if one.duty.id in hours
            ),
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=422 if wrong else refusal.status if refusal else 200,
    )


def _hours_form(plan: Planned, one: Any, hours: Any) -> HoursForm:
    said = hours[one.duty.id].latest if one.duty.id in hours else None
    minor = one.known.is_minor_on(plan.shift.day)
    minutes = (
        said.minutes
        if said
        else rules.planned_minutes(plan.shift.starts_at, plan.shift.ends_at, is_minor=minor)
    )
    return form_from(HoursForm, hours=minutes // 60, minutes=minutes % 60)
