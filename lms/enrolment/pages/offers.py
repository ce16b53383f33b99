"""A freed place, offered by letter: `/angebot/<offer>/<token>`. Opening the link answers nothing; the buttons do."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import PaymentMethod
from lms.debits.forms import chosen_account
from lms.debits.wording import mandate_words
from lms.enrolment.errors import OfferAccepted, OfferGone, PaymentMethodRefused
from lms.enrolment.forms import EARLY_START, OfferForm
from lms.enrolment.models import Offer, OfferState
from lms.enrolment.pages.asking import ways_of
from lms.enrolment.pages.checking import manage_path
from lms.enrolment.pages.private import PRIVATE
from lms.enrolment.pages.receipt import Receipt, receipt_of
from lms.enrolment.pages.redeeming import typed_vouchers
from lms.enrolment.pages.words import begins_too_early, cancel_words, withdrawal_words
from lms.enrolment.queries import claim_for, claims_of_party
from lms.enrolment.queries import offer as offer_of
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import PURPOSE, version_of
from lms.enrolment.values import NO_VOUCHERS
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.errors import DomainError, NotFound, TooMany
from lms.kernel.marking import N_
from lms.vouchers.errors import VoucherRefused
from lms.vouchers.service import Vouchers
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]


class OfferPages(Controller):
    """Accept or decline, without an account."""

    path = "/angebot/{offer_id:uuid}/{token:str}"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def view(
        self, offer_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """What is offered, until when, and the two buttons; or what has become of it."""
        async with around.begin.reading() as session:
            offer, receipt = await _by_link(session, around, offer_id, token)
        return _page(around, offer, receipt, _ways(around, offer, receipt, token), _form(around, receipt))

    @post("/annehmen")
    async def accept(
        self,
        request: AnyRequest,
        offer_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Take the place."""
        async with around.begin.reading() as session:
            offer, receipt = await _by_link(session, around, offer_id, token)
        ways = _ways(around, offer, receipt, token)
        return await _accept(request, actor, around, enrolment, vouchers, offer, receipt, ways, token=token)

    @post("/ablehnen")
    async def decline(
        self,
        offer_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """Turn it down; the next in line is asked."""
        async with around.begin.reading() as session:
            await _by_link(session, around, offer_id, token)
        with suppress(OfferAccepted):  # the page says that the place is theirs, and how to cancel
            await enrolment.decline(actor, offer_id=offer_id, token=token)
        return _to(f"/angebot/{offer_id}/{token}")


class OwnOfferPages(Controller):
    """The same for somebody signed in, out of *Meine Kurse*: as far as a mandate reaches, and as long as it lasts."""

    path = "/meine-kurse/{enrolment_id:uuid}/angebot"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def view(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What is offered, until when, and the two buttons."""
        offer, receipt, ways = await _own(around, actor, enrolment_id)
        return _page(around, offer, receipt, ways, _form(around, receipt))

    @post("/annehmen")
    async def accept(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
        vouchers: NamedDependency[Vouchers],
    ) -> Template | Redirect:
        """Take the place."""
        offer, receipt, ways = await _own(around, actor, enrolment_id)
        return await _accept(request, actor, around, enrolment, vouchers, offer, receipt, ways)

    @post("/ablehnen")
    async def decline(
        self,
        enrolment_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        enrolment: NamedDependency[Enrolments],
    ) -> Redirect:
        """Turn it down; the next in line is asked."""
        offer, _, ways = await _own(around, actor, enrolment_id)
        with suppress(OfferAccepted):
            await enrolment.decline(actor, offer_id=offer.id)
        return _to(ways[1])


async def _own(around: Around, actor: Actor, enrolment_id: UUID) -> tuple[Offer, Receipt, tuple[str, str]]:
    """The open offer of an enrolment that the actor may read. Raises NotFound, also where none is open."""
    here = f"/meine-kurse/{enrolment_id}"
    async with around.begin.reading() as session:
        found = await claim_for(session, actor, enrolment_id)
        if found.offer is None:
            raise NotFound
        offer, receipt = await _read(session, around, found.offer.id, actor)
    return offer, receipt, (f"{here}/angebot", here)


async def _accept(
    request: AnyRequest,
    actor: Actor,
    around: Around,
    enrolment: Enrolments,
    vouchers: Vouchers,
    offer: Offer,
    receipt: Receipt,
    ways: tuple[str, str],
    *,
    token: str = "",
) -> Template | Redirect:
    here, onward = ways
    sent = await request.form()
    form, method, early, typed, account = _form(around, receipt, sent), None, "", "", None
    if form is not None:
        if "iban" in form and "iban" not in sent:  # direct debit was chosen just now
            return _page(around, offer, receipt, ways, form)
        typed = (form.code.data or "") if "code" in form else ""
        if typed and "method" in form:
            form.method.missing = ""  # perhaps nothing is left to pay; the service knows
        if not form.validate():
            return _page(around, offer, receipt, ways, form, status=422)
        method = PaymentMethod(form.method.data) if "method" in form and form.method.data else None
        early = gettext(EARLY_START) if "early" in form else ""
        account = chosen_account(form.data, around.settings) if "iban" in form else None
    try:
        used = await typed_vouchers(vouchers, actor, typed) if typed else NO_VOUCHERS
        await enrolment.accept(
            actor,
            offer_id=offer.id,
            token=token,
            payment_method=method,
            early_start_wording=early,
            vouchers=used,
            account=account,
        )
    except OfferGone:
        return _to(here)
    except (VoucherRefused, TooMany, PaymentMethodRefused) as refusal:
        if form is None or not _said_beside(form, refusal):
            raise
        return _page(around, offer, receipt, ways, form, status=refusal.status)
    return _to(onward)


def _said_beside(form: OfferForm, refusal: DomainError) -> bool:
    """Say why it is refused where it was chosen; False where that field is not on the form."""
    field, words = "code", refusal.message
    if isinstance(refusal, PaymentMethodRefused):
        field = "method"
        words = N_("The voucher does not pay all of it. Choose how you want to pay the rest.")
    if field not in form:
        return False
    form.refuse(field, words, **refusal.params)
    return True


def _ways(around: Around, offer: Offer, receipt: Receipt, token: str) -> tuple[str, str]:
    """Where this page is, and where the enrolment is seen."""
    first = receipt.first
    return f"/angebot/{offer.id}/{token}", manage_path(around, first.id, first.link_version)


async def _by_link(
    session: AsyncSession, around: Around, offer_id: UUID, token: str
) -> tuple[Offer, Receipt]:
    offer, receipt = await _read(session, around, offer_id)
    version = version_of(claim.enrolment for claim in receipt.claims)
    if not around.signer.matches(token, PURPOSE, offer_id, version):
        raise NotFound
    return offer, receipt


def _to(path: str) -> Redirect:
    return Redirect(url(path), status_code=303, headers=PRIVATE)


async def _read(
    session: AsyncSession, around: Around, offer_id: UUID, actor: Actor = ANONYMOUS
) -> tuple[Offer, Receipt]:
    offer = await offer_of(session, offer_id)
    claims = await claims_of_party(session, offer.party_id)
    if not claims:
        raise NotFound
    return offer, await receipt_of(session, around, claims, actor)


def _form(around: Around, receipt: Receipt, submitted: Any = None) -> OfferForm | None:
    """How it is paid, where something is due and nobody has said so yet; and the express request to begin early (L-14)."""
    claims = [claim.enrolment for claim in receipt.claims if claim.enrolment.price_cents]
    form = form_from(OfferForm, submitted)
    if any(one.payment_method is PaymentMethod.FREE for one in claims):
        offered = ways_of(receipt.offering)
        form.method.choices = [(way, name) for way, name, _ in offered]
        form.method.hints = {way: hint for way, _, hint in offered}
    else:
        del form.method
    if claims:
        form.code.hint = N_("Only if you have one. Several with commas between them.")
        form.code.longest = 200
    else:
        del form.code
    if "method" not in form or form.method.data != PaymentMethod.DIRECT_DEBIT:
        del form.holder, form.iban, form.agreed
    elif not form.holder.data:
        contact = receipt.claims[0].contact or receipt.claims[0].person
        form.holder.data = contact.name if contact else ""
    is_private = bool(claims) and receipt.first.company_id is None
    run = receipt.offering.run
    if not (
        is_private and begins_too_early(receipt.offering, run.starts_at, around.clock(), around.settings)
    ):
        del form.early
    return form if list(form) else None


def _page(
    around: Around,
    offer: Offer,
    receipt: Receipt,
    ways: tuple[str, str],
    form: OfferForm | None,
    *,
    status: int = 200,
) -> Template:
    is_open = offer.state is OfferState.OPEN and offer.deadline > around.clock()
    here, onward = ways
    return Template(
        "enrolment/offer.html",
        context={
            "offer": offer,
            "receipt": receipt,
            "offering": receipt.offering,
            "is_open": is_open,
            "state": offer.state if is_open or offer.state is not OfferState.OPEN else OfferState.LAPSED,
            "form": form,
            "mandate_words": mandate_words(around.settings) if form and "iban" in form else (),
            "here": here,
            "manage_path": onward,
            "cancel_words": cancel_words(receipt.offering.run, around.clock()),
            "withdrawal": "" if receipt.first.company_id else withdrawal_words(receipt.offering),
        },
        status_code=status,
        headers=PRIVATE,
    )
