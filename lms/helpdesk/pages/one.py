"""One appointment for the team: who, when, and everything that can become of it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.helpdesk import policy, words
from lms.helpdesk.errors import AlreadyOver
from lms.helpdesk.forms import ReasonForm
from lms.helpdesk.models import AppointmentState
from lms.helpdesk.pages.asking import as_value, moment_in
from lms.helpdesk.pages.desk import DESK
from lms.helpdesk.queries import Placed, Whole, times_ahead, whole_of
from lms.helpdesk.rules import by_day
from lms.helpdesk.schedule import schedule_of
from lms.helpdesk.service import Appointments
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.forms import Form, Radios, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
MOVED = declare("sprechstunde-vom-team-verschoben", N_("The appointment has moved. The person is told."))
CANCELLED = declare("sprechstunde-vom-team-abgesagt", N_("The appointment is cancelled. The person is told."))
NOTED = declare("sprechstunde-notiert", N_("It is noted."))
SHOWN_TIMES = 60


class MoveForm(Form):
    """Another time, or another adviser at the same one."""

    zeit = Radios(N_("New time"), missing=N_("Choose a time."))


class AppointmentDeskPages(Controller):
    """For whoever runs the help desk."""

    path = f"{DESK}/termin/{{appointment_id:uuid}}"
    include_in_schema = False

    @get(opt=may("R", "appointment", of=Scope.ALL))
    async def show(
        self, appointment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """Everything about it."""
        return await _page(around, actor, appointment_id)

    @post("/stand", opt=may("U", "appointment", of=Scope.ALL))
    async def note(
        self, request: AnyRequest, appointment_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:  # fmt: skip
        """Was there, did not come, takes place all the same, has been told."""
        act = str((await request.form()).get("act", ""))
        try:
            if act in {"da", "nicht-da"}:
                await appointments.finish(actor, appointment_id=appointment_id, came=act == "da")
            elif act == "bleibt":
                await appointments.agree(actor, appointment_id=appointment_id)
            elif act == "angerufen":
                await appointments.told(actor, appointment_id=appointment_id)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _page(around, actor, appointment_id, refusal)
        return after(f"{DESK}/termin/{appointment_id}", NOTED)

    @get("/absagen", opt=may("U", "appointment", of=Scope.ALL))
    async def consider(self, appointment_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Before cancelling on somebody."""
        async with around.begin.reading() as session:
            whole = await whole_of(session, appointment_id)
        return _cancel_page(whole, form_from(ReasonForm))

    @post("/absagen", opt=may("U", "appointment", of=Scope.ALL))
    async def cancel(
        self, request: AnyRequest, appointment_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:  # fmt: skip
        """With a reason that the person reads."""
        async with around.begin.reading() as session:
            whole = await whole_of(session, appointment_id)
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return _cancel_page(whole, form, status=422)
        try:
            await appointments.cancel(actor, appointment_id=appointment_id, reason=form.reason.data or "")
        except NotFound:
            raise
        except DomainError as refusal:
            return await _page(around, actor, appointment_id, refusal)
        return after(f"{DESK}/termin/{appointment_id}", CANCELLED)

    @get("/verschieben", opt=may("U", "appointment", of=Scope.ALL))
    async def ask_moving(
        self, appointment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The same time with others, then the next times."""
        return await _move_page(around, actor, appointment_id, form_from(MoveForm))

    @post("/verschieben", opt=may("U", "appointment", of=Scope.ALL))
    async def move(
        self, request: AnyRequest, appointment_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], appointments: NamedDependency[Appointments],
    ) -> Template | Redirect:  # fmt: skip
        """One letter about it."""
        form = form_from(MoveForm, await request.form())
        moment, _, adviser = str(form.zeit.data or "").partition("/")
        starts_at = moment_in(moment)
        if starts_at is None:
            form.refuse("zeit", form.zeit.missing)
            return await _move_page(around, actor, appointment_id, form, status=422)
        try:
            await appointments.move(
                actor, appointment_id=appointment_id, starts_at=starts_at, adviser_id=uuid_in(adviser)
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("zeit", refusal.message, **refusal.params)
            return await _move_page(around, actor, appointment_id, form, status=refusal.status)
        return after(f"{DESK}/termin/{appointment_id}", MOVED)


async def _page(
    around: Around, actor: Actor, appointment_id: UUID, refusal: DomainError | None = None
) -> Template:
    now = around.clock()
    async with around.begin.reading() as session:
        whole = await whole_of(session, appointment_id)
        one = whole.appointment
        day = local(one.starts_at).date()
        schedule = await schedule_of(
            session, [whole.desk], first=day, last=day, now=now, state=around.settings.federal_state
        )
    is_ahead = whole.is_ahead and one.ends_at > now
    return Template(
        "helpdesk/desk/appointment.html",
        context={
            "whole": whole,
            "words": words,
            "states": words.STATES,
            "ways": words.WAYS,
            "wishes": words.WISHES,
            "calls": words.CALLS,
            "answers": words.answers_of(whole.desk, one.answers),
            "is_ahead": is_ahead,
            "has_begun": one.starts_at <= now,
            "day": day,
            "today": local(now).date(),
            "lend": _lending(actor, whole, is_today=day == local(now).date()),
            "is_unsettled": is_ahead and one.agreed_at is None and not schedule.covers(one),
            "may_run": policy.may_run(actor),
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 200,
    )


def _lending(actor: Actor, whole: Whole, *, is_today: bool) -> str:
    """Where a device is handed out on the day, or the wished one kept for a day to come; empty for whoever may do neither."""
    one = whole.appointment
    if one.state is AppointmentState.CANCELLED:
        return ""
    if is_today:
        return f"{DESK}/geraet/termin/{one.id}" if actor.may_for_all("handover", "loan") else ""
    if whole.device is None or not whole.is_ahead or not actor.may_for_all("C", "loan"):
        return ""
    return "/verwaltung/ausleihe/neu" + (f"?person={one.person_id}" if one.person_id else "")


def _cancel_page(whole: Whole, form: ReasonForm, *, status: int = 200) -> Template:
    return Template(
        "helpdesk/desk/cancel.html",
        context={"whole": whole, "form": form, "words": words},
        status_code=status,
    )


async def _move_page(
    around: Around, actor: Actor, appointment_id: UUID, form: MoveForm, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        whole = await whole_of(session, appointment_id)
        one = whole.appointment
        if not whole.is_ahead or one.ends_at <= around.clock():
            return await _page(around, actor, appointment_id, AlreadyOver())
        schedule = await times_ahead(
            session, [Placed(whole.desk, whole.venue)], now=around.clock(),
            state=around.settings.federal_state, besides=[one.id],
        )  # fmt: skip
    free = schedule.free(whole.desk.id, whole.topic.id, is_team=True)
    others = [
        (f"{as_value(slot.starts_at)}/{who}", schedule.advisers[who].shown_name)
        for slot in free
        if slot.starts_at == one.starts_at
        for who in slot.advisers
        if who != one.adviser_id
    ]
    times = [slot for slot in free if slot.starts_at != one.starts_at][:SHOWN_TIMES]
    form.zeit.choices = [*others, *((as_value(slot.starts_at), "") for slot in times)]
    return Template(
        "helpdesk/desk/move.html",
        context={
            "whole": whole,
            "form": form,
            "words": words,
            "others": others,
            "by_day": by_day(times),
            "as_value": as_value,
            "names": {key: adviser.shown_name for key, adviser in schedule.advisers.items()},
        },
        status_code=status,
    )
