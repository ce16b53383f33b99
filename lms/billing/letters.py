"""Handing out invoices: judged and printed by the worker outside any transaction, then written to the debtor.

What breaks an official rule is not handed out: it is kept with the sentence of the rule, as a task of the cashiers.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.einvoice.facts import Document, document_of
from lms.billing.einvoice.models import ElectronicOriginal, Flavour
from lms.billing.einvoice.originals import check, original_of
from lms.billing.events import InvoiceIssued
from lms.billing.models import Invoice, LedgerEntry
from lms.billing.paper import invoice_pdf
from lms.billing.queries import enrolments_on
from lms.billing.readers import reader_of
from lms.billing.rules import balance
from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.jobs.queue import enqueue
from lms.web.letters import Enclosed, write_letter
from lms.web.module import Around

PRINT = "print-invoice"


async def have_it_printed(session: AsyncSession, event: InvoiceIssued) -> None:
    """Rendering takes its time, so it is a task of its own."""
    enqueue(session, PRINT, {"invoice_id": str(event.invoice_id)}, key=f"{PRINT}:{event.invoice_id}")


def printer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that judges an invoice, prints it and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        invoice_id = UUID(payload["invoice_id"])
        async with around.begin.reading() as session:
            document = await document_of(session, invoice_id)
        verdict = await check(around.begin, document, around.clock())
        if verdict is not None and not verdict.is_valid:
            return
        original = await original_of(around.begin, document)
        await _send(around, document, await invoice_pdf(around.begin, invoice_id), original)

    return act


async def judge_again(session: AsyncSession, invoice_id: UUID, at: datetime) -> None:
    """Judge an invoice once more, and hand it out if nothing speaks against it any longer."""
    enqueue(session, PRINT, {"invoice_id": str(invoice_id)}, key=f"{PRINT}:{invoice_id}:{at.isoformat()}")


@retried
async def _send(
    around: Around, document: Document, paper: bytes, original: ElectronicOriginal | None
) -> None:
    enclosures = [Enclosed(f"{document.invoice.number}.pdf", "application/pdf", paper)]
    if original is not None and original.flavour is Flavour.XRECHNUNG:
        enclosures.append(Enclosed(f"{document.invoice.number}.xml", "application/xml", original.content))
    async with around.begin() as session:
        invoice = document.invoice
        reader = await reader_of(session, invoice.debtor_id, invoice.company_id)
        if reader is None:
            return
        await write_letter(
            session,
            key=f"invoice:{invoice.id}",
            kind=invoice.kind,
            to=reader,
            template="billing/letters/invoice.md",
            context={
                "number": invoice.number,
                "is_credit_note": document.is_credit_note,
                "reversed_number": document.reverses.number if document.reverses else "",
                "is_debit": document.payment_method == PaymentMethod.DIRECT_DEBIT,
                "is_under_way": document.is_under_way,
                "is_electronic": len(enclosures) > 1,
                "total_cents": invoice.total_cents,
                "open_cents": await _open_cents(session, invoice),
                "due_on": invoice.due_on,
                "issuer": invoice.issuer,
            },
            about=("invoice", invoice.id),
            enclosures=enclosures,
            at=around.clock(),
        )


async def _open_cents(session: AsyncSession, invoice: Invoice) -> int:
    """What is still to be paid of an invoice as it is sent: one that follows another may be paid already (U13).

    By its own account: an invoice to whoever took over a part of the price is not lessened by what was paid for the rest.
    """
    rows = await session.execute(
        select(LedgerEntry.kind, func.sum(LedgerEntry.amount_cents))
        .where(
            LedgerEntry.enrolment_id.in_(await enrolments_on(session, invoice)),
            LedgerEntry.share_id == invoice.share_id,
        )
        .group_by(LedgerEntry.kind)
    )
    account = balance((kind, int(cents)) for kind, cents in rows)
    if not account.paid_cents:
        return invoice.total_cents
    return min(invoice.total_cents, max(0, account.open_cents))
