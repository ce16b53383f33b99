"""One invoice for what a company ordered at several times (F-G14): the single invoices are reversed, and one names all.

What was issued never changes, so each gets its credit note; what is owed stays the same, and the ledger is not touched.
Afterwards the invoice is treated like that of one order: its `order_id` is an id of its own, and where a seat is given back
or costs something else it is reversed as a whole and the rest invoiced anew (`collecting`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.audit.trail import record
from lms.billing.errors import NotTogether
from lms.billing.issuing import issue, reverse
from lms.billing.models import EntryKind, Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.parties import debtor_of, issuer_facts
from lms.billing.queries import is_of_document
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed_anew
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.duplicates import living
from lms.people.models import Company
from lms.web.module import Around

FEWEST = 2
BY_INVOICE = "invoice"


def can_join(company_id: UUID, today: date) -> ColumnElement[bool]:
    """The filter for invoices that can become part of a collective one: valid, not due yet, and nothing moved on their accounts.

    What is paid in part, late, collected by direct debit, owed by another payer or written by hand stays as it is.
    """
    reversal, moved = aliased(Invoice), aliased(LedgerEntry)
    shared = select(InvoiceShare.enrolment_id).where(InvoiceShare.invoice_id == Invoice.id).correlate(Invoice)
    return (
        (Invoice.company_id == company_id)
        & (Invoice.kind == InvoiceKind.INVOICE)
        & Invoice.share_id.is_(None)
        & (Invoice.due_on >= today)
        & ~exists().where(reversal.reverses_id == Invoice.id)
        & exists().where(or_(LedgerEntry.enrolment_id == Invoice.enrolment_id, LedgerEntry.enrolment_id.in_(shared)))
        & ~exists().where(
            or_(moved.enrolment_id == Invoice.enrolment_id, moved.enrolment_id.in_(shared)),
            moved.kind.in_((EntryKind.PAYMENT, EntryKind.REFUND, EntryKind.WRITE_OFF)),
        )
    )  # fmt: skip


async def to_join(session: AsyncSession, company_id: UUID, today: date) -> Sequence[Invoice]:
    """The invoices of a company that can be issued together, oldest first; one statement."""
    owed = (
        select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0))
        .where(is_of_document(), LedgerEntry.share_id.is_(None))
        .correlate(Invoice)
        .scalar_subquery()
    )
    rows = await session.scalars(
        select(Invoice)
        .where(can_join(company_id, today), owed == Invoice.total_cents)
        .order_by(Invoice.issued_at, Invoice.series, Invoice.counter)
        .execution_options(populate_existing=True)
    )
    return [
        one for one in rows if one.terms.get("payment_method") == BY_INVOICE and not one.terms.get("by_hand")
    ]


class CollectiveInvoices:
    """Issuing together what was issued singly; one public method, one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def join(
        self, actor: Actor, *, company_id: UUID, invoice_ids: Sequence[UUID], key: UUID
    ) -> Invoice:
        """One invoice in place of these, to be paid as late as the last of them; `key` becomes its id: sent twice it is issued once.

        Raises NotTogether where there are fewer than two, or one of them cannot be part of it any more; FactsMissing.
        """
        ensure(actor.may_for_all("reverse", "invoice") and actor.may_for_all("issue", "invoice"), actor)
        at = self.clock()
        async with self.begin() as session:
            company = await session.get(
                Company, company_id, with_for_update=True
            )  # two at once: one after the other
            if company is None:
                raise NotFound
            known = await session.get(Invoice, key)
            if known is not None and known.company_id == company_id:
                return known
            wanted = set(invoice_ids)
            single = [one for one in await to_join(session, company_id, local(at).date()) if one.id in wanted]
            if len(single) < FEWEST or len(single) != len(wanted):
                raise NotTogether
            person = await living(session, single[-1].debtor_id)
            debtor = debtor_of(person, company, _order_numbers(single))
            covered = await _covered(session, single)
            lines = taxed_anew(await treatments(session), _lines(single))
            for one in single:
                shares = covered[one.id] if one.enrolment_id is None else None
                await reverse(session, actor, one, at=at, enrolment_id=one.enrolment_id, shares=shares)
            issued = await issue(
                session, actor, InvoiceKind.INVOICE, order_id=key, debtor=debtor, lines=lines,
                issuer=issuer_facts(self.settings), tax_note=notes_of(lines, str(debtor.facts["language"])), at=at,
                due_on=max(one.due_on for one in single),
                shares={whose: cents for shares in covered.values() for whose, cents in shares.items()},
                terms=single[-1].terms, key=key,
            )  # fmt: skip
            record(
                session, actor, "invoice.joined", at=at, kind="invoice", object_id=issued.id, person_id=None,
                after={"number": issued.number, "instead_of": [one.number for one in single]},
            )  # fmt: skip
            return issued


def _order_numbers(single: Sequence[Invoice]) -> str:
    found = [str(one.debtor.get("order_number") or "") for one in single]
    return ", ".join(dict.fromkeys(number for number in found if number))


def _lines(single: Sequence[Invoice]) -> list[dict[str, Any]]:
    """The lines of all, each with the enrolment it is for."""
    return [
        line | ({"enrolment_id": str(one.enrolment_id)} if one.enrolment_id is not None else {})
        for one in single
        for line in one.lines
    ]


async def _covered(session: AsyncSession, single: Sequence[Invoice]) -> Mapping[UUID, Mapping[UUID, int]]:
    """What of each invoice is for which enrolment."""
    found: dict[UUID, dict[UUID, int]] = {
        one.id: {one.enrolment_id: one.total_cents} if one.enrolment_id is not None else {} for one in single
    }
    rows = await session.scalars(select(InvoiceShare).where(InvoiceShare.invoice_id.in_(found)))
    for share in rows:
        found[share.invoice_id][share.enrolment_id] = share.amount_cents
    return found
