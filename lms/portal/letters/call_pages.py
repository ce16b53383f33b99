"""`/verwaltung/anrufliste`: whom the team calls today, what to say, and what came of it."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.messaging.models import CallOutcome
from lms.portal.letters.calls import BeingCalled, CallList, ToCall, call_list
from lms.web.access import may
from lms.web.forms import Checkboxes, Form, Radios, Text, form_from
from lms.web.notices import after, declare

PATH = "/verwaltung/anrufliste"
REACHED = declare("erreicht", N_("Ticked off: the person has been told."))
AGAIN = declare("nicht-erreicht", N_("Noted. The person stays on the list for the next try."), "info")
BY_POST = declare("anruf-brief", N_("A letter goes instead. It waits to be printed."))
GIVEN_BACK = declare("anruf-zurueck", N_("The call is free for somebody else again."), "info")
NOTICES = {CallOutcome.REACHED: REACHED, CallOutcome.NOT_REACHED: AGAIN, CallOutcome.BY_POST: BY_POST}
OUTCOMES = [
    (CallOutcome.REACHED.value, N_("Reached: the person knows")),
    (CallOutcome.NOT_REACHED.value, N_("Not reached: try again later")),
    (CallOutcome.BY_POST.value, N_("Send a letter instead")),
]
OUTCOME_WORDS = {
    CallOutcome.REACHED: N_("reached"),
    CallOutcome.NOT_REACHED: N_("not reached"),
    CallOutcome.BY_POST: N_("letter instead"),
}


class OutcomeForm(Form):
    """What came of a call."""

    calls = Checkboxes(
        N_("What did you tell?"), missing=N_("Tick what you told, or choose that nobody was reached.")
    )
    outcome = Radios(N_("What came of it?"), choices=OUTCOMES, missing=N_("Choose what came of the call."))
    note = Text(N_("Note"), hint=N_("For the team, for example: calls back tomorrow."), longest=200)


class CallPages(Controller):
    """People who are told by telephone."""

    path = PATH
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Whoever has to answer by a moment stands first."""
        ensure(actor.may_for_all("R", "message"), actor)
        async with begin.reading() as session:
            people = await call_list(session)
        return Template(
            "portal/letters/calls.html", context={"people": people, "at": clock(), "me": actor.account_id}
        )

    @post("/{person_id:uuid}")
    async def claim(
        self, person_id: FromPath[UUID], actor: NamedDependency[Actor], calls: NamedDependency[CallList]
    ) -> Redirect:
        """Take the person: nobody else calls them meanwhile."""
        await calls.claim(actor, person_id=person_id)
        return Redirect(f"{PATH}/{person_id}", status_code=303)

    @get("/{person_id:uuid}")
    async def show(
        self,
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """The number, what to say, and the form for what came of it."""
        ensure(actor.may_for_all("R", "message"), actor)
        wanted = await _one(begin, person_id)
        return _page(wanted, actor, clock, _form(wanted, None))

    @post("/{person_id:uuid}/ergebnis")
    async def tick(
        self,
        request: Request[Any, Any, Any],
        person_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        calls: NamedDependency[CallList],
    ) -> Template | Redirect:
        """Tick it off. What was ticked off already is left as it is."""
        ensure(actor.may_for_all("R", "message"), actor)
        sent = await request.form()
        try:
            wanted = await _one(begin, person_id)
        except NotFound:  # a second click, or nothing left to tell
            return Redirect(PATH, status_code=303)
        form, status = _form(wanted, sent), 422
        if form.validate():
            outcome = CallOutcome(form.outcome.data)
            try:
                await calls.tick(
                    actor,
                    person_id=person_id,
                    call_ids=[UUID(one) for one in form.calls.data],
                    outcome=outcome,
                    note=form.note.data or "",
                )
                return after(PATH, NOTICES[outcome])
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return _page(wanted, actor, clock, form, status=status)

    @post("/{person_id:uuid}/zurueck")
    async def release(
        self, person_id: FromPath[UUID], actor: NamedDependency[Actor], calls: NamedDependency[CallList]
    ) -> Redirect:
        """Somebody else may call."""
        await calls.release(actor, person_id=person_id)
        return after(PATH, GIVEN_BACK)


async def _one(begin: Begin, person_id: UUID) -> ToCall:
    async with begin.reading() as session:
        people = await call_list(session, person_id=person_id)
    if not people:
        raise NotFound
    return people[0]


def _form(wanted: ToCall, sent: Any) -> OutcomeForm:
    ids = [str(matter.call.id) for matter in wanted.matters]
    form = form_from(OutcomeForm, sent, calls=ids)
    form.calls.choices = [(str(matter.call.id), matter.subject) for matter in wanted.matters]
    form.calls.data = [one for one in form.calls.data or () if one in ids]
    return form


def _page(wanted: ToCall, actor: Actor, clock: Clock, form: OutcomeForm, *, status: int = 200) -> Template:
    claim = wanted.claim_at(clock())
    if claim is not None and claim.claimed_by != actor.account_id and status == 200:
        raise BeingCalled(name=claim.claimed_name)
    return Template(
        "portal/letters/call.html",
        context={
            "person": wanted.person,
            "wanted": wanted,
            "form": form,
            "is_mine": claim is not None and claim.claimed_by == actor.account_id,
            "outcomes": OUTCOME_WORDS,
        },
        status_code=status,
    )
