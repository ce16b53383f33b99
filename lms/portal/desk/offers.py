"""The answer to an offer of a place, given on the telephone, at the counter or by letter, and written down by the team."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment import rules
from lms.enrolment.models import OfferState
from lms.enrolment.pages.redeeming import typed_vouchers
from lms.enrolment.queries import Claim, claim_for
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NO_VOUCHERS
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.portal.desk.words import PAYMENT_WAYS
from lms.vouchers.errors import VoucherRefused
from lms.vouchers.service import Vouchers
from lms.web.access import may
from lms.web.formats import moment
from lms.web.forms import Form, Radios, Text, form_from
from lms.web.language import gettext
from lms.web.notices import after, declare

ACCEPTED = declare("angebot-angenommen", N_("The offer is accepted, and the place is booked."))
DECLINED = declare(
    "angebot-abgelehnt", N_("The offer is declined. The place goes to the next in line."), "info"
)


class AnswerForm(Form):
    """What the person said."""

    answer = Radios(
        N_("What did the person say?"),
        choices=[("ja", N_("Takes the place")), ("nein", N_("Does not take the place"))],
        missing=N_("Choose what the person said."),
    )
    payment = Radios(N_("How is it paid?"), missing=N_("Choose how it is paid."))
    voucher = Text(
        N_("Voucher or discount code"), hint=N_("Several with commas between them. They are used when the place is certain."),
        longest=200, autocomplete="off",
    )  # fmt: skip


class OfferAnswerPages(Controller):
    """One offer, answered for somebody."""

    path = "/verwaltung/anmeldungen/{enrolment_id:uuid}/angebot"
    opt = may("U", "enrolment")
    include_in_schema = False

    @get()
    async def ask(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        claim = await _offered(begin, actor, enrolment_id)
        return step_page(_answering(claim), _form(claim, None))

    @post()
    async def answer(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        enrolment: NamedDependency[Enrolments],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Book the place, or give it to the next in line."""
        claim = await _offered(begin, actor, enrolment_id)
        assert claim.offer is not None  # noqa: S101 - `_offered` has looked
        here = f"/verwaltung/anmeldungen/{enrolment_id}"
        form, status = _form(claim, await request.form()), 422
        if "payment" in form and form.answer.data == "nein":
            del form.payment
        if form.validate():
            try:
                if form.answer.data == "nein":
                    await enrolment.decline(actor, offer_id=claim.offer.id)
                    return after(here, DECLINED)
                await enrolment.accept(
                    actor,
                    offer_id=claim.offer.id,
                    payment_method=PaymentMethod(form.payment.data) if "payment" in form else None,
                    vouchers=await typed_vouchers(vouchers, actor, form.voucher.data or "")
                    if "voucher" in form
                    else NO_VOUCHERS,
                )
                return after(here, ACCEPTED)
            except DomainError as refusal:
                is_code = isinstance(refusal, VoucherRefused) and "voucher" in form
                form.refuse("voucher" if is_code else "", refusal.message, **refusal.params)
                status = refusal.status
        return step_page(_answering(claim), form, status=status)


async def _offered(begin: Begin, actor: Actor, enrolment_id: UUID) -> Claim:
    """An enrolment with an offer that waits for its answer. Raises NotFound for any other."""
    async with begin.reading() as session:
        claim = await claim_for(session, actor, enrolment_id)
    if claim.offer is None or claim.offer.state is not OfferState.OPEN:
        raise NotFound
    return claim


def _form(claim: Claim, sent: Any) -> AnswerForm:
    chosen = claim.enrolment.payment_method
    form = form_from(AnswerForm, sent, payment="" if chosen is PaymentMethod.FREE else chosen.value)
    if not claim.enrolment.price_cents:
        del form.payment, form.voucher
    else:
        form.payment.choices = [(way, PAYMENT_WAYS[way]) for way in rules.by_the_team(claim.run)]
    return form


def _answering(claim: Claim) -> Step:
    here = f"/verwaltung/anmeldungen/{claim.enrolment.id}"
    name = claim.person.name if claim.person else claim.enrolment.reference
    deadline = claim.offer.deadline if claim.offer else claim.enrolment.changed_at
    return Step(
        title=gettext("Answer the offer"),
        about=gettext("%(person)s, run %(number)s", person=name, number=claim.run.number),
        path=f"{here}/angebot",
        back=here,
        button=gettext("Write down the answer"),
        way_out=gettext("Change nothing"),
        sentences=[
            gettext("The offer holds until %(moment)s.", moment=moment(deadline)),
            gettext("Whoever waits together answers together. The answer counts at once."),
        ],
    )
