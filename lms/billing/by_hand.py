"""Invoices that the team writes by hand, and putting any invoice right: by a credit note and a new invoice, never by editing.

An invoice written by hand has an account of its own in the ledger: its id, which is the key of the form, stands there as
`enrolment_id`, so that the same form sent twice issues once. Public methods of `HandWritten` are one transaction each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.einvoice.check import Finding
from lms.billing.einvoice.facts import Document
from lms.billing.einvoice.originals import preview
from lms.billing.errors import (
    AmountNotPositive,
    CannotReverse,
    FactsMissing,
    OwnRefund,
    ReverseAtEnrolment,
    RulesBroken,
)
from lms.billing.issuing import issue, reverse
from lms.billing.mandatory import missing_on
from lms.billing.models import EntryKind, Invoice, InvoiceKind, InvoiceShare, LedgerEntry
from lms.billing.parties import Debtor, debtor_of, issuer_facts
from lms.billing.tax.models import TaxTreatment
from lms.billing.tax.queries import treatments
from lms.billing.tax.rules import notes_of, taxed, taxed_anew
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.duplicates import living
from lms.people.models import Company, CompanyContact, Person
from lms.web.module import Around

DRAFT = "–"
"""What a preview shows as its number."""


@dataclass(frozen=True, slots=True)
class HandLine:
    """One line as typed: the price of a piece is gross, in cents; both days are the first and the last of the service."""

    text: str
    quantity: int
    piece_cents: int
    tax_code: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class HandInvoice:
    """What is to be invoiced to whom: a company, or a person."""

    lines: Sequence[HandLine]
    company_id: UUID | None = None
    person_id: UUID | None = None
    order_number: str = ""
    days_to_pay: int = 14


class HandWritten:
    """Writing, reversing and writing anew, by the cashiers."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    async def try_out(self, actor: Actor, draft: HandInvoice) -> tuple[Document, Sequence[Finding]]:
        """The invoice as it would be, and every rule it would break; nothing is kept and no number is drawn.

        Raises FactsMissing, AmountNotPositive, NotFound.
        """
        ensure(policy.may_issue(actor), actor)
        async with self.begin.reading() as session:
            document = Document(await self._draft(session, draft, self.clock()))
        return document, await preview(document)

    async def issue(self, actor: Actor, *, key: UUID, draft: HandInvoice) -> Invoice:
        """Issue it under the next number and charge it. The same key twice gives the first one.

        Raises RulesBroken where an official rule is broken, and what `try_out` raises; OwnRefund for one's own (S-08).
        """
        document, found = await self.try_out(actor, draft)
        if found:
            raise RulesBroken(found[0].sentence)
        if document.invoice.debtor_id in actor.persons and document.invoice.company_id is None:
            raise OwnRefund
        return await self._issue(actor, key, document.invoice)

    @retried
    async def _issue(self, actor: Actor, key: UUID, draft: Invoice) -> Invoice:
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(Invoice, key)
            if known is not None:
                return known
            invoice = await issue(
                session, actor, InvoiceKind.INVOICE, key=key, enrolment_id=key,
                debtor=Debtor(draft.debtor, draft.debtor_id, draft.company_id), lines=draft.lines, issuer=draft.issuer,
                tax_note=draft.tax_note, at=at, due_on=draft.due_on, terms=draft.terms,
            )  # fmt: skip
            _book(session, actor, invoice, EntryKind.CHARGE, {key: invoice.total_cents}, "by_hand")
            return invoice

    @retried
    async def take_back(self, actor: Actor, *, invoice_id: UUID, reason: str) -> Invoice:
        """Reverse an invoice written by hand by a credit note, which is returned; twice gives the first one.

        Raises ReverseAtEnrolment for one that belongs to an enrolment: there the place is given back as well.
        """
        async with self.begin() as session:
            invoice, note = await self._locked(session, actor, invoice_id)
            if not invoice.terms.get("by_hand"):
                raise ReverseAtEnrolment
            if note is not None:
                return note
            return await self._reverse(session, actor, invoice, reason)

    @retried
    async def write_anew(self, actor: Actor, *, invoice_id: UUID, reason: str) -> Invoice:
        """Reverse an invoice and issue the same with the address, the settings and the tax as they are known today; gives the new one.

        What is owed stays the same. Raises CannotReverse, FactsMissing, ReverseAtEnrolment for the part of another payer.
        """
        at = self.clock()
        async with self.begin() as session:
            invoice, note = await self._locked(session, actor, invoice_id)
            if note is not None:
                raise CannotReverse
            if invoice.share_id is not None:
                raise ReverseAtEnrolment
            shares = await _shares(session, invoice)
            await self._reverse(session, actor, invoice, reason)
            debtor = await _debtor_now(session, invoice)
            lines = taxed_anew(await treatments(session), invoice.lines)
            new = await issue(
                session, actor, InvoiceKind.INVOICE, enrolment_id=invoice.enrolment_id, order_id=invoice.order_id,
                debtor=debtor, lines=lines, issuer=issuer_facts(self.settings),
                tax_note=notes_of(lines, str(debtor.facts.get("language"))) or invoice.tax_note, at=at,
                due_on=local(at).date() + (invoice.due_on - local(invoice.issued_at).date()),
                shares=shares if invoice.order_id else None, terms=invoice.terms,
            )  # fmt: skip
            _book(session, actor, new, EntryKind.CHARGE, shares, "written_anew")
            return new

    async def _locked(
        self, session: AsyncSession, actor: Actor, invoice_id: UUID
    ) -> tuple[Invoice, Invoice | None]:
        ensure(actor.may_for_all("reverse", "invoice"), actor)
        invoice = await session.get(Invoice, invoice_id, with_for_update=True)
        if invoice is None:
            raise NotFound
        if invoice.kind is not InvoiceKind.INVOICE:
            raise CannotReverse
        if invoice.debtor_id in actor.persons and invoice.company_id is None:
            raise OwnRefund
        note = await session.scalars(select(Invoice).where(Invoice.reverses_id == invoice_id))
        return invoice, note.one_or_none()

    async def _reverse(self, session: AsyncSession, actor: Actor, invoice: Invoice, reason: str) -> Invoice:
        at = self.clock()
        shares = await _shares(session, invoice)
        note = await reverse(
            session, actor, invoice, at=at, enrolment_id=invoice.enrolment_id,
            shares=shares if invoice.order_id else None,
        )  # fmt: skip
        _book(
            session,
            actor,
            note,
            EntryKind.CREDIT,
            {whose: -cents for whose, cents in shares.items()},
            "reversed",
        )
        record(
            session, actor, "invoice.reversed", at=at, kind="invoice", object_id=invoice.id,
            person_id=invoice.debtor_id, after={"number": note.number}, reason=reason,
        )  # fmt: skip
        return note

    async def _draft(self, session: AsyncSession, draft: HandInvoice, at: datetime) -> Invoice:
        debtor = await _debtor(session, draft)
        lines = _lines(draft.lines, await treatments(session))
        total = sum(int(line["amount_cents"]) for line in lines)
        if total <= 0:
            raise AmountNotPositive
        issuer = issuer_facts(self.settings)
        note = notes_of(lines, str(debtor.facts["language"]))
        if missing := missing_on(debtor.facts, issuer, lines, note):
            raise FactsMissing(missing)
        today = local(at).date()
        return Invoice(
            kind=InvoiceKind.INVOICE, series="", year=today.year, counter=0, number=DRAFT, issued_at=at,
            due_on=today + timedelta(days=draft.days_to_pay), total_cents=total, debtor=debtor.facts, lines=lines,
            issuer=issuer, tax_note=note, debtor_id=debtor.person_id, company_id=debtor.company_id,
            terms={"payment_method": "invoice", "by_hand": True},
        )  # fmt: skip


def _lines(typed: Sequence[HandLine], known: Sequence[TaxTreatment]) -> list[dict[str, Any]]:
    return [
        {
            "what": "by_hand",
            "text": line.text,
            "quantity": line.quantity,
            "amount_cents": line.quantity * line.piece_cents,
        }
        | taxed(known, line.tax_code, line.starts, line.ends)
        for line in typed
    ]


async def _debtor(session: AsyncSession, draft: HandInvoice) -> Debtor:
    if draft.company_id is None:
        person = await session.get(Person, draft.person_id) if draft.person_id else None
        if person is None:
            raise NotFound
        return debtor_of(person, order_number=draft.order_number)
    company = await session.get(Company, draft.company_id)
    if company is None:
        raise NotFound
    contacts = await session.scalars(
        select(Person)
        .join(CompanyContact, CompanyContact.person_id == Person.id)
        .where(CompanyContact.company_id == company.id)
        .order_by(Person.family_name, Person.id)
        .limit(1)
    )
    return debtor_of(contacts.first(), company, draft.order_number)


async def _debtor_now(session: AsyncSession, invoice: Invoice) -> Debtor:
    person = await living(session, invoice.debtor_id)
    company = await session.get(Company, invoice.company_id) if invoice.company_id else None
    if person is None and company is None:
        return Debtor(invoice.debtor, invoice.debtor_id, invoice.company_id)
    return debtor_of(person, company, str(invoice.debtor.get("order_number") or ""))


async def _shares(session: AsyncSession, invoice: Invoice) -> dict[UUID, int]:
    """What of the invoice is for which account."""
    if invoice.enrolment_id is not None:
        return {invoice.enrolment_id: invoice.total_cents}
    rows = await session.scalars(select(InvoiceShare).where(InvoiceShare.invoice_id == invoice.id))
    return {one.enrolment_id: one.amount_cents for one in rows}


def _book(
    session: AsyncSession,
    actor: Actor,
    document: Invoice,
    kind: EntryKind,
    cents: dict[UUID, int],
    cause: str,
) -> None:
    for account, amount in cents.items():
        entry = LedgerEntry(
            booked_at=document.issued_at, kind=kind, amount_cents=amount, cause=cause, enrolment_id=account,
            debtor_id=document.debtor_id, company_id=document.company_id, invoice_id=document.id,
            actor_id=actor.account_id,
        )  # fmt: skip
        session.add(entry)
        record(
            session, actor, f"money.{kind}", at=entry.booked_at, kind="ledger_entry", object_id=entry.id,
            person_id=entry.debtor_id, after={"amount_cents": amount, "enrolment_id": str(account)}, reason=cause,
        )  # fmt: skip
