"""The invoice of what a company does not pay seat by seat: the fixed sum, travel, material. Once, by the hands of the cashiers."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.billing.by_hand import HandInvoice, HandLine, HandWritten
from lms.billing.models import Invoice
from lms.inhouse.letters import DESK
from lms.inhouse.models import PriceKind, TrainingOffer, TrainingOfferState
from lms.inhouse.queries import Asked, asked_of
from lms.inhouse.rules import id_for
from lms.inhouse.service import InHouse
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.portal.desk.step import Step, step_page
from lms.web.access import may
from lms.web.formats import amount
from lms.web.language import gettext, use_locale
from lms.web.module import Around
from lms.web.notices import after, declare

ISSUED = declare("firmenkurs-rechnung", N_("The invoice is issued and on its way to the company."))


class TrainingInvoicePages(Controller):
    """One invoice for an accepted offer."""

    path = DESK + "/{request_id:uuid}/rechnung"
    opt = may("issue", "invoice")
    include_in_schema = False

    @get()
    async def ask(self, request_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """What will stand on it, or that it is there already."""
        asked, offer, issued = await _accepted(around, request_id)
        return step_page(_step(around, asked, offer, issued))

    @post()
    async def issue(
        self,
        request_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        hand_written: NamedDependency[HandWritten],
        inhouse: NamedDependency[InHouse],
    ) -> Template | Redirect:
        """Issue it; the same offer never gets a second one."""
        asked, offer, issued = await _accepted(around, request_id)
        lines = invoice_lines(around, asked, offer)
        if issued is None and lines:
            draft = HandInvoice(
                lines=lines,
                company_id=asked.request.company_id,
                days_to_pay=around.settings.invoice_due_days,
            )
            try:
                issued = await hand_written.issue(actor, key=id_for("invoice", offer.id), draft=draft)
            except DomainError as refusal:
                words = [gettext(refusal.message, **refusal.params)]
                return step_page(_step(around, asked, offer, None), status=refusal.status, clashes=words)
        if issued is not None:
            await inhouse.invoiced(actor, offer_id=offer.id, invoice_id=issued.id)
        return after(f"{DESK}/{request_id}/rechnung", ISSUED)


async def _accepted(around: Around, request_id: UUID) -> tuple[Asked, TrainingOffer, Invoice | None]:
    async with around.begin.reading() as session:
        asked = await asked_of(session, request_id)
        offer = asked.holding
        if offer is None or offer.state is not TrainingOfferState.ACCEPTED:
            raise NotFound
        return asked, offer, await session.get(Invoice, id_for("invoice", offer.id))


def invoice_lines(around: Around, asked: Asked, offer: TrainingOffer) -> Sequence[HandLine]:
    """What is not paid seat by seat; in German, as invoices by hand are."""
    first, last = _days(around, asked, offer)
    code = offer.tax_code or around.settings.tax_code
    with use_locale("de"):
        wanted = [
            (f"{offer.title} ({offer.number})", offer.price_cents if offer.price_kind is PriceKind.FIXED else 0),
            (gettext("Travel costs"), offer.travel_cents),
            (gettext("Material"), offer.material_cents),
        ]  # fmt: skip
    return [HandLine(words, 1, cents, code, first, last) for words, cents in wanted if cents]


def _days(around: Around, asked: Asked, offer: TrainingOffer) -> tuple[date, date]:
    """First and last day of the service: of the run, else as offered, else today."""
    run = asked.run
    if run is not None and run.starts_at is not None and run.ends_at is not None:
        return local(run.starts_at).date(), local(run.ends_at).date()
    if offer.days:
        return date.fromisoformat(offer.days[0]), date.fromisoformat(offer.days[-1])
    today = local(around.clock()).date()
    return today, today


def _step(around: Around, asked: Asked, offer: TrainingOffer, issued: Invoice | None) -> Step:
    here = f"{DESK}/{asked.request.id}"
    lines = invoice_lines(around, asked, offer)
    if issued is not None:
        sentences = [
            gettext("Invoice %(number)s over %(sum)s was issued.", number=issued.number, sum=amount(issued.total_cents)),
            gettext("It stands with the invoices, and under My company."),
        ]  # fmt: skip
    elif not lines:
        sentences = [
            gettext("Nothing is to be invoiced here: each seat is invoiced when the company books it.")
        ]
    else:
        total = sum(line.piece_cents for line in lines)
        sentences = [
            gettext("%(company)s gets one invoice over %(sum)s:", company=asked.name, sum=amount(total)),
            *(f"{line.text}: {amount(line.piece_cents)}" for line in lines),
        ]
        if offer.price_kind is PriceKind.PER_PERSON:
            sentences.append(gettext("The seats themselves are invoiced when the company books them."))
    return Step(
        title=gettext("Invoice for this offer"),
        about=asked.name,
        path=f"{here}/rechnung",
        back=here,
        button=gettext("Issue the invoice") if lines and issued is None else "",
        way_out=gettext("Back to the request") if issued or not lines else gettext("Not yet"),
        sentences=sentences,
    )
