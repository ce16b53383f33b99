"""What confirmed places cost: charges, invoices in the order of time, what was paid and what was taken back."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from lms.billing.models import Invoice
from lms.billing.rules import due_on
from lms.billing.service import Debtor, charge, credit, debtor_of, issue_invoice, record_payment
from lms.catalogue.models import PaymentMethod
from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.enrolment.models import EnrolmentState
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import at_venue, local
from lms.kernel.rights import Identity
from lms.web.centre import the_centre

CASHIER = "ralf-hellwig"
PAYS_PERCENT = 88
PAYS_AFTER_DAYS = (3, 13)
TEAM_AT_WORK = time(9, 30)


async def fill_money(ground: Ground, everybody: Everybody, places: Iterable[Place]) -> None:
    """Book everything about money; invoices and credit notes are numbered in the order of time."""
    bookkeeper = Bookkeeper(ground, everybody)
    sold = sorted(
        (place for place in places if place.enrolment.price_cents and place.enrolment.confirmed_at),
        key=lambda place: (place.enrolment.confirmed_at or ground.now, place.enrolment.reference),
    )
    with ground.session.no_autoflush:
        invoices = [await bookkeeper.invoice(place) for place in sold]
    await ground.session.flush()
    for place, invoice in zip(sold, invoices, strict=True):
        bookkeeper.charge(place, invoice)
    await ground.session.flush()
    cancelled = [place for place in sold if place.enrolment.state is EnrolmentState.CANCELLED]
    with ground.session.no_autoflush:
        for place in sorted(cancelled, key=lambda place: place.enrolment.ended_at or ground.now):
            await bookkeeper.take_back(place)
    await ground.session.flush()
    with ground.session.no_autoflush:
        for place in sold:
            if place.enrolment.state is EnrolmentState.CONFIRMED:
                await bookkeeper.receive(place)


class Bookkeeper:
    """Books what one place costs."""

    def __init__(self, ground: Ground, everybody: Everybody) -> None:
        self.ground = ground
        self.cashier = Actor(
            identities=frozenset({Identity.FINANCE}),
            account_id=everybody.account_of(everybody.team[CASHIER]),
            name=everybody.team[CASHIER].name,
        )

    async def invoice(self, place: Place) -> Invoice | None:
        """Issue the invoice, where one was chosen."""
        if place.enrolment.payment_method is not PaymentMethod.INVOICE:
            return None
        at = _since(place)
        return await issue_invoice(
            self.ground.session,
            SYSTEM,
            enrolment_id=place.enrolment.id,
            debtor=_debtor(place),
            lines=[_line(place)],
            issuer=self._issuer(),
            tax_note=self.ground.settings.tax_note,
            at=at,
            due_on=due_on(at, self.ground.settings.invoice_due_days),
        )

    def charge(self, place: Place, invoice: Invoice | None) -> None:
        """Book the price."""
        charge(
            self.ground.session,
            SYSTEM,
            enrolment_id=place.enrolment.id,
            debtor=_debtor(place),
            amount_cents=place.enrolment.price_cents,
            cause="price",
            at=_since(place),
            invoice=invoice,
        )

    async def take_back(self, place: Place) -> None:
        """Somebody cancelled in time, or the centre did: nothing is owed any more."""
        await credit(
            self.ground.session,
            SYSTEM,
            enrolment_id=place.enrolment.id,
            debtor=_debtor(place),
            amount_cents=place.enrolment.price_cents,
            cause="cancelled",
            at=place.enrolment.ended_at or self.ground.now,
        )

    async def receive(self, place: Place) -> None:
        """Most people pay in time, some forget, and cash comes with the first session."""
        is_cash = place.enrolment.payment_method is PaymentMethod.CASH
        if is_cash:
            at = place.planned.starts_at
        else:
            days = timedelta(days=self.ground.chance.randint(*PAYS_AFTER_DAYS))
            at = at_venue(local(_since(place) + days).date(), TEAM_AT_WORK)
        if at >= self.ground.now or not self.ground.happens(PAYS_PERCENT):
            return
        debtor = _debtor(place)
        await record_payment(
            self.ground.session,
            self.cashier,
            enrolment_id=place.enrolment.id,
            amount_cents=place.enrolment.price_cents,
            cause="cash" if is_cash else "transfer",
            at=at,
            debtor_id=debtor.person_id,
        )

    def _issuer(self) -> dict[str, Any]:
        centre, settings = the_centre(), self.ground.settings
        return {
            "name": centre.name,
            "address": centre.address,
            "email": centre.email,
            "phone": centre.phone,
            "tax_number": settings.tax_number,
            "iban": settings.iban or self.ground.demo.centre.bank_iban.replace(" ", ""),
        }


def _since(place: Place) -> datetime:
    return place.enrolment.confirmed_at or place.enrolment.created_at


def _debtor(place: Place) -> Debtor:
    if place.employer:
        return debtor_of(place.employer.contact, place.employer.company)
    return debtor_of(place.learner.contact)


def _line(place: Place) -> dict[str, Any]:
    course = place.planned.course
    return {
        "what": "participation",
        "course_de": course.title_de,
        "course_en": course.title_en,
        "run": place.planned.run.number,
        "starts_on": local(place.planned.starts_at).date().isoformat(),
        "person": place.learner.person.name,
        "reference": place.enrolment.reference,
        "amount_cents": place.enrolment.price_cents,
    }
