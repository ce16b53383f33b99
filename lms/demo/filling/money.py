"""What confirmed places cost: charges, invoices, what was paid and what was taken back.

The rows are those that `lms.billing.service` writes, for hundreds of places at once instead of one by one; invoices and
credit notes are numbered in the order of time.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from lms.billing.models import (
    EntryKind,
    Invoice,
    InvoiceKind,
    LedgerEntry,
    Settlement,
    SettlementCause,
)
from lms.billing.rules import CREDIT_NOTES, INVOICES, document_number, due_on, series_year
from lms.billing.service import Debtor, debtor_of, issuer_facts
from lms.billing.tax.models import TaxTreatment
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed
from lms.catalogue.models import PaymentMethod, RunState
from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.enrolment.changing.sums import written
from lms.enrolment.models import EnrolmentState
from lms.enrolment.values import CANCEL_WORDS, CancellationLine
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import at_venue, local

CASHIER = "ralf-hellwig"
PAYS_IN_TIME_PERCENT = 82
PAYS_AFTER_DAYS = (3, 13)
REMINDED_AFTER_DAYS = (20, 40)
NEVER_PAYS_PERCENT = 1
WHO_NEVER_PAY = 5
OWES_SINCE = (timedelta(days=110), timedelta(days=74))
PAID_BEFORE_CANCELLING = 8
TEAM_AT_WORK = time(9, 30)


async def fill_money(ground: Ground, everybody: Everybody, places: Iterable[Place]) -> Sequence[Place]:
    """Book everything about money; gives those who owe for long and have never paid, the longest first."""
    books = Books(ground, everybody, await treatments(ground.session))
    sold = [place for place in places if place.enrolment.price_cents and place.enrolment.confirmed_at]
    sold.sort(key=lambda place: (_since(place), place.enrolment.reference))
    for place in sold:
        books.sell(place)
    cancelled = [place for place in sold if place.enrolment.state is EnrolmentState.CANCELLED]
    cancelled.sort(key=lambda place: (place.enrolment.changed_at, place.enrolment.reference))
    for place in cancelled:
        books.take_back(place)
    in_time = [one for one in cancelled if one.planned.run.state is not RunState.CANCELLED]
    for place in in_time[-PAID_BEFORE_CANCELLING:]:
        books.owe_back(place)
    never = _who_never_pays(ground, sold)
    for place in sold:
        if place.enrolment.state is EnrolmentState.CONFIRMED and place not in never:
            books.receive(place)
    await ground.put(books.invoices.values())
    await ground.put(books.credit_notes)
    books.entries.sort(key=lambda entry: entry.booked_at)
    await ground.put(books.entries)
    await ground.put(books.settlements)
    return never


def _who_never_pays(ground: Ground, sold: Sequence[Place]) -> Sequence[Place]:
    """Five grown-ups with an invoice that was due two to three months ago: what reminders are written about."""
    oldest, newest = ground.now - OWES_SINCE[0], ground.now - OWES_SINCE[1]
    fitting = [
        place
        for place in sold
        if place.employer is None
        and place.enrolment.state is EnrolmentState.CONFIRMED
        and place.enrolment.payment_method is PaymentMethod.INVOICE
        and place.learner.contact is place.learner.person
        and oldest <= _since(place) <= newest
    ]
    one_each = {place.learner.person.id: place for place in reversed(fitting)}
    return sorted(one_each.values(), key=_since)[:WHO_NEVER_PAY]


class Books:
    """Gathers the rows about money, to be written together."""

    def __init__(self, ground: Ground, everybody: Everybody, taxes: Sequence[TaxTreatment]) -> None:
        self.ground, self.taxes = ground, taxes
        self.cashier = everybody.member(CASHIER)
        self.invoices: dict[Place, Invoice] = {}
        self.credit_notes: list[Invoice] = []
        self.entries: list[LedgerEntry] = []
        self.settlements: list[Settlement] = []
        self.issuer = issuer_of(ground)

    def sell(self, place: Place) -> None:
        """Charge the price and issue the invoice, where one was chosen."""
        at, cents = _since(place), place.enrolment.price_cents
        if place.enrolment.payment_method is PaymentMethod.INVOICE:
            self.invoices[place] = self._document(
                place,
                InvoiceKind.INVOICE,
                at,
                due_on(at, self.ground.settings.invoice_due_days),
                [self._line(place, cents)],
            )
        self._book(place, EntryKind.CHARGE, cents, "price", at, self.invoices.get(place))

    def take_back(self, place: Place) -> None:
        """Somebody cancelled in time, or the centre did: nothing is owed any more."""
        at, cents = place.enrolment.changed_at, place.enrolment.price_cents
        invoice, note = self.invoices.get(place), None
        if invoice is not None:
            note = self._document(
                place,
                InvoiceKind.CREDIT_NOTE,
                at,
                invoice.due_on,
                [self._line(place, -cents)],
                reverses=invoice,
            )
            self.credit_notes.append(note)
        self._book(place, EntryKind.CREDIT, -cents, "cancelled", at, note)

    def owe_back(self, place: Place) -> None:
        """Somebody had paid before they cancelled: the cashiers are asked to pay it back."""
        ended, cents = place.enrolment.changed_at, place.enrolment.price_cents
        self._book(
            place, EntryKind.PAYMENT, -cents, "transfer", _since(place) + (ended - _since(place)) / 2, None
        )
        lines = [
            CancellationLine(CANCEL_WORDS["free"], 0, {}),
            CancellationLine(CANCEL_WORDS["paid"], -cents, {}),
        ]
        self.settlements.append(
            Settlement(
                id=self.ground.key(),
                enrolment_id=place.enrolment.id,
                cause=SettlementCause.CANCELLED,
                amount_cents=-cents,
                lines=[written(line) for line in lines],
                requested_at=ended,
            )
        )

    def receive(self, place: Place) -> None:
        """Most people pay in time, some when reminded, hardly anybody never; cash comes with the first session."""
        is_cash = place.enrolment.payment_method is PaymentMethod.CASH
        if is_cash:
            at = place.planned.starts_at
        else:
            band = PAYS_AFTER_DAYS if self.ground.happens(PAYS_IN_TIME_PERCENT) else REMINDED_AFTER_DAYS
            days = timedelta(days=self.ground.chance.randint(*band))
            at = at_venue(local(_since(place) + days).date(), TEAM_AT_WORK)
        if at < self.ground.now and not self.ground.happens(NEVER_PAYS_PERCENT):
            cause = "cash" if is_cash else "transfer"
            self._book(place, EntryKind.PAYMENT, -place.enrolment.price_cents, cause, at, None)

    def _document(
        self,
        place: Place,
        kind: InvoiceKind,
        at: datetime,
        due: date,
        lines: list[dict[str, Any]],
        *,
        reverses: Invoice | None = None,
    ) -> Invoice:
        series = CREDIT_NOTES if reverses else INVOICES
        year = series_year(at)
        counter = self.ground.number(series, year)
        debtor = _debtor(place)
        document = Invoice(
            id=self.ground.key(),
            kind=kind,
            series=series,
            year=year,
            counter=counter,
            number=document_number(series, year, counter),
            issued_at=at,
            due_on=due,
            total_cents=sum(int(line["amount_cents"]) for line in lines),
            debtor=debtor.facts,
            lines=lines,
            issuer=self.issuer,
            tax_note=notes_of(lines, str(debtor.facts["language"])),
            debtor_id=debtor.person_id,
            company_id=debtor.company_id,
            enrolment_id=place.enrolment.id,
            reverses_id=reverses.id if reverses else None,
            terms={"payment_method": str(place.enrolment.payment_method or "")},
        )
        self.ground.note(
            at,
            f"{kind}.issued",
            "invoice",
            document.id,
            person_id=debtor.person_id,
            after={"number": document.number, "total_cents": document.total_cents},
        )
        return document

    def _line(self, place: Place, cents: int) -> dict[str, Any]:
        course, starts = place.planned.course, local(place.planned.starts_at).date()
        code = place.planned.run.tax_code or self.ground.settings.tax_code
        return {
            "what": "participation",
            "course_de": course.title_de,
            "course_en": course.title_en,
            "run": place.planned.run.number,
            "starts_on": starts.isoformat(),
            "person": place.learner.person.name,
            "reference": place.enrolment.reference,
            "amount_cents": cents,
        } | taxed(self.taxes, code, starts, local(place.planned.ends_at).date())

    def _book(
        self, place: Place, kind: EntryKind, cents: int, cause: str, at: datetime, invoice: Invoice | None
    ) -> None:
        debtor = _debtor(place)
        by = self.cashier if kind is EntryKind.PAYMENT else SYSTEM
        entry = LedgerEntry(
            id=self.ground.key(),
            booked_at=at,
            kind=kind,
            amount_cents=cents,
            cause=cause,
            enrolment_id=place.enrolment.id,
            debtor_id=debtor.person_id,
            company_id=debtor.company_id,
            invoice_id=invoice.id if invoice else None,
            actor_id=by.account_id,
        )
        self.entries.append(entry)
        self.ground.note(
            at,
            f"money.{kind}",
            "ledger_entry",
            entry.id,
            by=by,
            person_id=debtor.person_id,
            after={"amount_cents": cents, "enrolment_id": str(place.enrolment.id)},
            reason=cause,
        )


def issuer_of(ground: Ground) -> dict[str, Any]:
    """Who issues the invoices of the demo."""
    return issuer_facts(ground.settings)


def _since(place: Place) -> datetime:
    return place.enrolment.confirmed_at or place.enrolment.created_at


def _debtor(place: Place) -> Debtor:
    if place.employer:
        return debtor_of(place.employer.contact, place.employer.company)
    return debtor_of(place.learner.contact)
