"""For the team: a certificate taken back for good, after one has read what everybody else is going to read."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.certification.letters import holder_of
from lms.certification.life.service import Certification
from lms.certification.pages.register import certificate_context, shown_facts
from lms.certification.pages.runs import PATH
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.access import may
from lms.web.fields.text import TextArea
from lms.web.forms import Form, form_from
from lms.web.templating import url

LONGEST_REASON = 500
SURE = "sicher"


class RevokeForm(Form):
    """Why a certificate is taken back."""

    reason = TextArea(
        N_("Reason"),
        hint=N_("Whoever checks the certificate reads this sentence. Do not name other people in it."),
        missing=N_("Please state why the certificate is revoked. Those who check it will read this reason."),
        longest=LONGEST_REASON,
    )


class RevokingPages(Controller):
    """State the reason, read what others will read, confirm."""

    path = f"{PATH}/{{certificate_id:uuid}}/zurueckziehen"
    opt = may("revoke", "certificate")
    include_in_schema = False

    @get()
    async def consider(
        self,
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What revoking means, and why it is done."""
        return await _page(begin, actor, clock, certificate_id, form_from(RevokeForm))

    @post()
    async def revoke(
        self,
        request: Request[Any, Any, Any],
        certificate_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        certification: NamedDependency[Certification],
    ) -> Template | Redirect:
        """First what others will read; confirmed on that page, it is taken back."""
        sent = await request.form()
        form = form_from(RevokeForm, sent)
        if not form.validate():
            return await _page(begin, actor, clock, certificate_id, form, status=422)
        if sent.get("schritt") != SURE:
            is_back = sent.get("schritt") == "aendern"
            return await _page(begin, actor, clock, certificate_id, form, is_read=not is_back)
        try:
            await certification.revoke(actor, certificate_id=certificate_id, reason=form.reason.data or "")
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return await _page(begin, actor, clock, certificate_id, form, status=refusal.status)
        return Redirect(url(f"{PATH}/{certificate_id}"), status_code=303)


async def _page(
    begin: Begin,
    actor: Actor,
    clock: Clock,
    certificate_id: UUID,
    form: RevokeForm,
    *,
    is_read: bool = False,
    status: int = 200,
) -> Template:
    async with begin.reading() as session:
        context = await certificate_context(session, actor, certificate_id)
        holder = await holder_of(session, context["certificate"])
    return Template(
        "certification/revoke.html",
        context=context
        | {
            "form": form,
            "shown": shown_facts(context["certificate"]),
            "is_read": is_read,
            "day": today(clock),
            "holder": holder,
        },
        status_code=status,
    )
