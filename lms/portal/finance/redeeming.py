"""At the desk and at the counter: what is owed for an enrolment is paid with a voucher."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.billing.queries import balance_of
from lms.db import Begin
from lms.enrolment.queries import claim_for
from lms.enrolment.service import Enrolments
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.vouchers.pages.forms import CodeForm
from lms.web.access import may
from lms.web.formats import amount
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import after, declare

REDEEMED = declare(
    "gutschein-eingeloest", N_("The voucher is redeemed. What is still owed stands on this page.")
)


class RedeemPages(Controller):
    """One field."""

    path = "/verwaltung/anmeldungen/{enrolment_id:uuid}/gutschein"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What is owed, and the field for the code."""
        return step_page(await _redeeming(begin, actor, enrolment_id), form_from(CodeForm))

    @post()
    async def redeem(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
    ) -> Template | Redirect:
        """Pay with it, as far as it reaches."""
        form, status = form_from(CodeForm, await request.form()), 422
        if form.validate():
            try:
                await enrolment.redeem_voucher(actor, enrolment_id=enrolment_id, typed=form.code.data)
                return after(f"/verwaltung/anmeldungen/{enrolment_id}", REDEEMED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("code", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(await _redeeming(begin, actor, enrolment_id), form, status=status)


async def _redeeming(begin: Begin, actor: Actor, enrolment_id: UUID) -> Step:
    async with begin.reading() as session:
        claim = await claim_for(session, actor, enrolment_id)
        owed = (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents
    return Step(
        title=gettext("Redeem a voucher"),
        about=claim.enrolment.reference,
        path=f"/verwaltung/anmeldungen/{enrolment_id}/gutschein",
        back=f"/verwaltung/anmeldungen/{enrolment_id}",
        button=gettext("Redeem the voucher"),
        way_out=gettext("Do not redeem it"),
        sentences=[
            gettext("%(sum)s is still owed.", sum=amount(max(0, owed))),
            gettext("The voucher pays as much of it as it can. What is left stays on the voucher."),
        ],
    )
