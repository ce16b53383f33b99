"""One invoice for what a company ordered together.

Whatever is charged, changed or taken back in a transaction is only noted down; as the last thing before the commit each
order gets one invoice, or its invoice is reversed as a whole and the rest invoiced anew. So six seats that are cancelled
together make one credit note, and not six of them with five invoices nobody needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.billing.issuing import reverse
from lms.billing.models import Invoice, InvoiceKind, InvoiceShare
from lms.billing.parties import Debtor
from lms.billing.tax.rules import notes_of
from lms.billing.waiting import issue_or_wait, taken_up
from lms.billing.waiting_models import WaitingInvoice
from lms.db import at_the_end
from lms.kernel.actor import Actor
from lms.kernel.clock import local

Line = dict[str, Any]
NOTED = "orders_to_invoice"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invoice says beside its lines."""

    debtor: Debtor
    issuer: dict[str, Any]
    tax_note: str
    due_on: date
    agreed: dict[str, Any] = field(default_factory=dict)
    """How it is paid: `Invoice.terms`."""


@dataclass(slots=True)
class _Changes:
    """What happened to one order in this transaction: the lines that hold now for each enrolment touched, none for nothing."""

    actor: Actor
    at: datetime
    lines: dict[UUID, list[Line]] = field(default_factory=dict)
    terms: Terms | None = None


def collect(
    session: AsyncSession,
    actor: Actor,
    *,
    order_id: UUID,
    enrolment_id: UUID,
    lines: Sequence[Line],
    terms: Terms,
    at: datetime,
) -> None:
    """From now on these lines hold for an enrolment of the order; its invoice follows at the end of the transaction."""
    changes = _changes(session, actor, order_id, at)
    changes.lines[enrolment_id] = list(lines)
    changes.terms = terms


def take_out(
    session: AsyncSession, actor: Actor, *, enrolment_id: UUID, order_id: UUID | None, at: datetime
) -> bool:
    """Nothing is owed for an enrolment any more; whether an order's invoice is concerned, issued (`order_id`) or about to be."""
    noted: dict[UUID, _Changes] = session.info.get(NOTED, {})
    about_to_be = [order for order, changes in noted.items() if enrolment_id in changes.lines]
    for order in [order_id] if order_id else about_to_be:
        _changes(session, actor, order, at).lines[enrolment_id] = []
    return bool(order_id or about_to_be)


def _changes(session: AsyncSession, actor: Actor, order_id: UUID, at: datetime) -> _Changes:
    noted: dict[UUID, _Changes] = session.info.setdefault(NOTED, {})
    at_the_end(session, NOTED, _issue_all)
    return noted.setdefault(order_id, _Changes(actor, at))


async def _issue_all(session: AsyncSession) -> None:
    await session.flush()
    noted: dict[UUID, _Changes] = session.info.pop(NOTED, {})
    for order_id, changes in (
        await _regrouped(session, noted)
    ).items():  # series are locked from here on: nothing slow follows
        await _issue_order(session, order_id, changes)


async def _regrouped(session: AsyncSession, noted: dict[UUID, _Changes]) -> dict[UUID, _Changes]:
    """The same changes, each by the invoice that names its enrolment now: several orders may stand on one (`together`)."""
    touched = {enrolment_id for changes in noted.values() for enrolment_id in changes.lines}
    reversal = aliased(Invoice)
    rows = await session.execute(
        select(InvoiceShare.enrolment_id, Invoice.order_id)
        .join(Invoice, Invoice.id == InvoiceShare.invoice_id)
        .outerjoin(reversal, reversal.reverses_id == Invoice.id)
        .where(
            InvoiceShare.enrolment_id.in_(touched), Invoice.kind == InvoiceKind.INVOICE, reversal.id.is_(None)
        )
    )
    now_in = {enrolment_id: order_id for enrolment_id, order_id in rows if order_id is not None}
    found: dict[UUID, _Changes] = {}
    for order_id, changes in noted.items():
        for enrolment_id, lines in changes.lines.items():
            there = found.setdefault(
                now_in.get(enrolment_id, order_id), _Changes(changes.actor, changes.at, terms=changes.terms)
            )
            there.lines[enrolment_id] = lines
    return found


async def _issue_order(session: AsyncSession, order_id: UUID, changes: _Changes) -> None:
    """Reverse what has become wrong, and invoice what holds."""
    lines: dict[UUID, list[Line]] = {}
    waiting = await taken_up(session, order_id)
    for one in waiting:
        for line in one.lines:
            lines.setdefault(UUID(line["enrolment_id"]), []).append(line)
    wrong = await _concerned(session, order_id, changes.lines)
    for invoice, covered in wrong:
        kept = {enrolment_id: _lines_of(invoice, enrolment_id) for enrolment_id in covered}
        lines |= kept
        await reverse(session, changes.actor, invoice, shares=covered, at=changes.at)
    lines |= changes.lines
    owed = {enrolment_id: theirs for enrolment_id, theirs in lines.items() if theirs}
    if not owed:
        return
    terms = changes.terms
    if terms is None and wrong:
        terms = _terms_again(wrong[0][0], changes.at)
    if terms is None:
        terms = _terms_of(waiting[0], changes.at)
    await issue_or_wait(
        session,
        changes.actor,
        order_id=order_id,
        debtor=terms.debtor,
        lines=[
            line | {"enrolment_id": str(enrolment_id)}
            for enrolment_id, theirs in owed.items()
            for line in theirs
        ],
        shares={enrolment_id: _sum(theirs) for enrolment_id, theirs in owed.items()},
        issuer=terms.issuer,
        tax_note=terms.tax_note,
        at=changes.at,
        due_on=terms.due_on,
        terms=terms.agreed,
    )


async def _concerned(
    session: AsyncSession, order_id: UUID, changed: dict[UUID, list[Line]]
) -> list[tuple[Invoice, dict[UUID, int]]]:
    """The valid invoices of the order that say something else than what holds now, with what each covers."""
    reversal = aliased(Invoice)
    rows = await session.execute(
        select(Invoice, InvoiceShare)
        .join(InvoiceShare, InvoiceShare.invoice_id == Invoice.id)
        .outerjoin(reversal, reversal.reverses_id == Invoice.id)
        .where(Invoice.order_id == order_id, Invoice.kind == InvoiceKind.INVOICE, reversal.id.is_(None))
        .order_by(Invoice.counter)
    )
    valid: dict[UUID, tuple[Invoice, dict[UUID, int]]] = {}
    for invoice, share in rows:
        valid.setdefault(invoice.id, (invoice, {}))[1][share.enrolment_id] = share.amount_cents
    return [
        (invoice, covered)
        for invoice, covered in valid.values()
        if any(one in covered and _told(_lines_of(invoice, one)) != _told(changed[one]) for one in changed)
    ]


def _lines_of(invoice: Invoice, enrolment_id: UUID) -> list[Line]:
    return [line for line in invoice.lines if line.get("enrolment_id") == str(enrolment_id)]


def _told(lines: Sequence[Line]) -> list[tuple[str, int]]:
    return [(str(line["what"]), int(line["amount_cents"])) for line in lines]


def _sum(lines: Sequence[Line]) -> int:
    return sum(int(line["amount_cents"]) for line in lines)


def _terms_again(invoice: Invoice, at: datetime) -> Terms:
    """As before; as many days to pay as the first invoice gave."""
    span = invoice.due_on - local(invoice.issued_at).date()
    return Terms(
        Debtor(invoice.debtor, invoice.debtor_id, invoice.company_id),
        invoice.issuer,
        invoice.tax_note,
        local(at).date() + span,
        invoice.terms,
    )


def _terms_of(waiting: WaitingInvoice, at: datetime) -> Terms:
    debtor = Debtor(waiting.debtor, waiting.debtor_id, waiting.company_id)
    note = notes_of(waiting.lines, str(waiting.debtor.get("language") or "de"))
    day = local(at).date() + timedelta(days=waiting.days_to_pay)
    return Terms(debtor, waiting.issuer, note, day, waiting.terms)
