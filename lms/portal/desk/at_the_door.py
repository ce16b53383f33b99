"""Somebody came to a session without being on the list: the team gives them a place, or sets the matter aside."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.attendance.models import WalkIn, WalkInState
from lms.attendance.queries import register
from lms.attendance.walk_ins import LONGEST_REASON, Caller, WalkIns, callers
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.web.access import may
from lms.web.forms import Form, Radios, Select, TextArea, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in

HOME = "/verwaltung/anwesenheit"
ENROLLED, ASIDE = "platz", "beiseite"


class SettleForm(Form):
    """What has become of them."""

    decision = Radios(
        N_("What has become of it?"),
        choices=[(ENROLLED, N_("The person has a place now")), (ASIDE, N_("The person gets no place"))],
        missing=N_("Choose what has become of it."),
    )
    place = Select(N_("Which of the people on the list is it?"))
    reason = TextArea(
        N_("Reason, if the person gets no place"),
        hint=N_("The trainer reads it."),
        rows=3,
        longest=LONGEST_REASON,
    )


class AtTheDoorPages(Controller):
    """For who keeps the registers."""

    path = HOME + "/ohne-platz/{walk_in_id:uuid}"
    opt = may("U", "attendance", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(
        self, walk_in_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Who it is, the way to enrol them, and the form that ends the matter."""
        ensure(actor.may_for_all("U", "attendance"), actor)
        return await _page(begin, walk_in_id, form_from(SettleForm))

    @post()
    async def settle(
        self,
        request: Request[Any, Any, Any],
        walk_in_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        walk_ins: NamedDependency[WalkIns],
    ) -> Template | Redirect:
        """They have a place now, which marks them as having been there, or get none."""
        form = form_from(SettleForm, await request.form())
        place = uuid_in(form.place.data)
        if form.decision.data == ENROLLED and place is None:
            form.refuse("place", gettext("Choose the person. Enrol them first if they are not on the list."))
            return await _page(begin, walk_in_id, form, status=422)
        if form.decision.data not in {ENROLLED, ASIDE}:
            return await _page(begin, walk_in_id, form, status=422, checks=True)
        try:
            if place is not None and form.decision.data == ENROLLED:
                await walk_ins.enrolled(actor, walk_in_id=walk_in_id, enrolment_id=place)
            else:
                await walk_ins.set_aside(actor, walk_in_id=walk_in_id, reason=form.reason.data or "")
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("place", refusal.message, **refusal.params)
            return await _page(begin, walk_in_id, form, status=refusal.status)
        return after(HOME, SAVED)


async def _page(
    begin: Begin, walk_in_id: UUID, form: SettleForm, *, status: int = 200, checks: bool = False
) -> Template:
    async with begin.reading() as session:
        found = await callers(session, WalkIn.id == walk_in_id)
        if not found:
            raise NotFound
        one: Caller = found[0]
        lines = await register(session, one.meeting)
    form.place.choices = [
        (str(line.enrolment_id), f"{line.family_name}, {line.given_name}") for line in lines
    ]
    if checks:
        form.validate()
    context = {"one": one, "form": form, "is_open": one.walk_in.state is WalkInState.OPEN, "home": HOME}
    return Template("portal/desk/at_the_door.html", context=context, status_code=status)
