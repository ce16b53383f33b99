"""People who have not paid, reminded once to three times or paying in instalments; a jobcentre that pays a part of a price.

The rows are those that `lms.dunning.writing` and `lms.billing.instalments` write; nobody is told of them.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from lms.billing.instalments.models import Instalment, InstalmentPlan
from lms.billing.instalments.rules import rates_of
from lms.billing.models import EntryKind, Invoice, InvoiceKind, LedgerEntry
from lms.billing.rules import CREDIT_NOTES, INVOICES, document_number, due_on, series_year
from lms.billing.shares import CAUSE, PayerShare, ShareKind
from lms.billing.standing import Account, accounts
from lms.catalogue.models import PaymentMethod
from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.money import CASHIER
from lms.demo.filling.people import Everybody
from lms.dunning.choosing import Claim
from lms.dunning.models import DebtorNote, DunningRun, Reminder, RunState
from lms.dunning.service import FEE, RUNS
from lms.dunning.writing import REMINDERS, issuer_of, line_of
from lms.enrolment.models import EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue, local
from lms.people.models import Company

AT_WORK = time(10, 15)
DAYS_AFTER = (8, 23, 38)
"""So many days after the day to pay the three reminders were written."""
LEVELS = (3, 2, 1)
RATES = 3
JOBCENTRE = "Jobcenter Börde"
SHARE_PERCENT = 50


async def fill_owing(
    ground: Ground, everybody: Everybody, never_paid: Sequence[Place], places: Sequence[Place]
) -> None:
    """Write all of it; the reminders in the order of their days, so that their numbers rise with time."""
    await ground.session.flush()
    owed = {
        one.enrolment_id: one
        for one in await accounts(ground.session, enrolment_ids=[place.enrolment.id for place in never_paid])
    }
    late = [(place, owed[place.enrolment.id]) for place in never_paid if place.enrolment.id in owed]
    late = late[: len(LEVELS) + 1]  # of some the price has become nothing meanwhile
    cashier = everybody.member(CASHIER)
    steps = [
        (account.due_on + timedelta(days=DAYS_AFTER[number]), number + 1, place, account)
        for (place, account), levels in zip(late, LEVELS, strict=False)
        for number in range(levels)
        if account.due_on is not None
    ]
    for day, level, place, account in sorted(steps, key=lambda step: step[0]):
        await _remind(ground, cashier, place, account, level, day)
    for place, account in late[len(LEVELS) :]:
        await _part(ground, cashier, place, account)
    if late:
        await _say_something(ground, cashier, late[0][0])
    await _share(ground, cashier, places)


async def _remind(
    ground: Ground, cashier: Actor, place: Place, account: Account, level: int, day: date
) -> None:
    at, person = at_venue(day, AT_WORK), place.learner.contact
    year, fee = series_year(at), ground.settings.dunning_fees_cents[level - 1]
    before = await ground.session.scalar(
        select(func.sum(LedgerEntry.amount_cents)).where(
            LedgerEntry.enrolment_id == account.enrolment_id, LedgerEntry.kind == EntryKind.FEE
        )
    )
    counter = ground.number(RUNS, year)
    run = DunningRun(
        id=ground.key(), year=year, counter=counter, number=document_number(RUNS, year, counter), made_at=at, day=day,
        state=RunState.DONE, made_by=cashier.account_id, made_by_name=cashier.name, planned=1, written=1, ended_at=at,
    )  # fmt: skip
    await ground.put([run])
    entry = None
    if fee:
        entry = _entry(ground, cashier, place, EntryKind.FEE, fee, FEE, at)
        await ground.put([entry])
    counter = ground.number(REMINDERS, year)
    invoice_facts = account.invoice.debtor if account.invoice else {}
    reminder = Reminder(
        id=ground.key(), run_id=run.id, debtor_key=person.id, year=year, counter=counter,
        number=document_number(REMINDERS, year, counter), issued_at=at, level=level,
        due_on=day + timedelta(days=ground.settings.dunning_pay_days), owed_cents=account.open_cents + int(before or 0),
        facts={"debtor": invoice_facts, "issuer": issuer_of(ground.settings), "regime": ground.settings.fee_regime},
        debtor_id=person.id, fee_cents=fee, fee_entry_id=entry.id if entry else None,
    )  # fmt: skip
    await ground.put([reminder])
    line = line_of(reminder, Claim(account, None, level))
    line.owed_cents = reminder.owed_cents
    await ground.put([line])
    ground.note(
        at, "reminder.written", "reminder", reminder.id, by=cashier, person_id=person.id,
        after={"number": reminder.number, "level": level, "owed_cents": reminder.owed_cents, "fee_cents": fee},
    )  # fmt: skip


async def _part(ground: Ground, cashier: Actor, place: Place, account: Account) -> None:
    at = at_venue(ground.today - timedelta(days=20), AT_WORK)
    plan = InstalmentPlan(
        id=ground.key(), account_id=account.account_id, enrolment_id=account.enrolment_id, total_cents=account.open_cents,
        agreed_at=at, debtor_id=account.debtor_id, agreed_by=cashier.account_id, agreed_by_name=cashier.name,
        note="Am Telefon vereinbart: zahlt von der Rente.",
    )  # fmt: skip
    await ground.put([plan])
    rates = rates_of(account.open_cents, RATES, ground.today - timedelta(days=6))
    await ground.put(
        Instalment(
            plan_id=plan.id, number=rate.number, due_on=rate.due_on, amount_cents=rate.amount_cents,
            until_cents=rate.until_cents,
        )
        for rate in rates
    )  # fmt: skip
    paid_at = at_venue(ground.today - timedelta(days=7), AT_WORK)
    paid = _entry(ground, cashier, place, EntryKind.PAYMENT, -rates[0].amount_cents, "transfer", paid_at)
    await ground.put([paid])


async def _say_something(ground: Ground, cashier: Actor, place: Place) -> None:
    await ground.put(
        [
            DebtorNote(
                id=ground.key(), text="Angerufen, niemand erreicht. Nächster Versuch nächste Woche.",
                written_at=at_venue(ground.today - timedelta(days=2), AT_WORK), person_id=place.learner.contact.id,
                written_by=cashier.account_id, written_by_name=cashier.name,
            )
        ]
    )  # fmt: skip


async def _share(ground: Ground, cashier: Actor, places: Sequence[Place]) -> None:
    """The newest unpaid invoice of a grown-up: the jobcentre takes half of it."""
    fitting = [
        place
        for place in places
        if place.employer is None
        and place.enrolment.state is EnrolmentState.CONFIRMED
        and place.enrolment.payment_method is PaymentMethod.INVOICE
        and place.enrolment.price_cents
    ]
    fitting.sort(key=lambda place: place.enrolment.confirmed_at or place.enrolment.created_at, reverse=True)
    owed = {
        one.enrolment_id: one
        for one in await accounts(
            ground.session, enrolment_ids=[place.enrolment.id for place in fitting[:50]]
        )
        if not one.balance.paid_cents and one.invoice is not None and one.invoice.order_id is None
    }
    place = next((one for one in fitting if one.enrolment.id in owed), None)
    if place is None:
        return
    account, at = owed[place.enrolment.id], ground.now - timedelta(minutes=30)
    if account.invoice is None:
        return
    company = Company(
        id=ground.key(), name=JOBCENTRE, trade="Behörde", street="Schulstraße 5", postal_code="39340", city="Haldensleben",
        invoice_email="rechnung@jobcenter-boerde.example", route_id="15083-JC-42",
    )  # fmt: skip
    share = PayerShare(
        id=ground.key(), enrolment_id=place.enrolment.id, company_id=company.id, kind=ShareKind.JOBCENTRE,
        amount_cents=account.open_cents * SHARE_PERCENT // 100, made_at=at, percent=SHARE_PERCENT, reference="BG 4711-2026",
        made_by=cashier.account_id, made_by_name=cashier.name,
    )  # fmt: skip
    await ground.put([company])
    await ground.put([share])
    own = account.open_cents - share.amount_cents
    theirs = {
        "name": company.name, "contact": "", "street": company.street, "postal_code": company.postal_code,
        "city": company.city, "email": company.invoice_email, "language": "de", "order_number": share.reference,
        "route_id": company.route_id,
    }  # fmt: skip
    back = _document(ground, account.invoice, -account.open_cents, at, reverses=account.invoice)
    new = _document(ground, account.invoice, own, at)
    payers = _document(ground, account.invoice, share.amount_cents, at)
    payers.debtor, payers.debtor_id, payers.company_id, payers.share_id = theirs, None, company.id, share.id
    for document in (back, new, payers):
        await ground.put([document])
    for kind, cents, cause, document in (
        (EntryKind.CREDIT, -account.open_cents, CAUSE, back),
        (EntryKind.CHARGE, own, "price", new),
        (EntryKind.CHARGE, share.amount_cents, CAUSE, payers),
    ):
        entry = _entry(ground, cashier, place, kind, cents, cause, at)
        entry.invoice_id = document.id
        if document is payers:
            entry.debtor_id, entry.company_id, entry.share_id = None, company.id, share.id
        await ground.put([entry])


def _document(
    ground: Ground, former: Invoice, cents: int, at: datetime, *, reverses: Invoice | None = None
) -> Invoice:
    series = CREDIT_NOTES if reverses else INVOICES
    year = local(at).year
    counter = ground.number(series, year)
    return Invoice(
        id=ground.key(), kind=InvoiceKind.CREDIT_NOTE if reverses else InvoiceKind.INVOICE, series=series, year=year,
        counter=counter, number=document_number(series, year, counter), issued_at=at,
        due_on=former.due_on if reverses else due_on(at, ground.settings.invoice_due_days), total_cents=cents,
        debtor=former.debtor, lines=[former.lines[0] | {"amount_cents": cents}], issuer=former.issuer,
        tax_note=former.tax_note, debtor_id=former.debtor_id, enrolment_id=former.enrolment_id,
        reverses_id=reverses.id if reverses else None,
    )  # fmt: skip


def _entry(
    ground: Ground, cashier: Actor, place: Place, kind: EntryKind, cents: int, cause: str, at: datetime
) -> LedgerEntry:
    entry = LedgerEntry(
        id=ground.key(), booked_at=at, kind=kind, amount_cents=cents, cause=cause, enrolment_id=place.enrolment.id,
        debtor_id=place.learner.contact.id, actor_id=cashier.account_id,
    )  # fmt: skip
    ground.note(
        at, f"money.{kind}", "ledger_entry", entry.id, by=cashier, person_id=entry.debtor_id,
        after={"amount_cents": cents, "enrolment_id": str(place.enrolment.id)}, reason=cause,
    )  # fmt: skip
    return entry
