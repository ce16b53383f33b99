"""Handing out invoices: printed by the worker outside any transaction, then written to the debtor with the PDF in it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.events import InvoiceIssued
from lms.billing.models import Invoice, InvoiceKind, InvoiceShare
from lms.billing.paper import invoice_pdf
from lms.billing.queries import balance_of
from lms.billing.readers import reader_of
from lms.db import retried
from lms.jobs.queue import enqueue
from lms.web.letters import Enclosed, write_letter
from lms.web.module import Around

PRINT = "print-invoice"


async def have_it_printed(session: AsyncSession, event: InvoiceIssued) -> None:
    """Rendering takes its time, so it is a task of its own."""
    enqueue(session, PRINT, {"invoice_id": str(event.invoice_id)}, key=f"{PRINT}:{event.invoice_id}")


def printer(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that prints an invoice and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        invoice_id = UUID(payload["invoice_id"])
        await _send(around, invoice_id, await invoice_pdf(around.begin, invoice_id))

    return act


@retried
async def _send(around: Around, invoice_id: UUID, document: bytes) -> None:
    async with around.begin() as session:
        invoice = await session.get_one(Invoice, invoice_id)
        reader = await reader_of(session, invoice.debtor_id, invoice.company_id)
        if reader is None:
            return
        reversed_number = ""
        if invoice.reverses_id is not None:
            reversed_number = (await session.get_one(Invoice, invoice.reverses_id)).number
        await write_letter(
            session,
            key=f"invoice:{invoice.id}",
            kind=invoice.kind,
            to=reader,
            template="billing/letters/invoice.md",
            context={
                "number": invoice.number,
                "is_credit_note": invoice.kind is InvoiceKind.CREDIT_NOTE,
                "reversed_number": reversed_number,
                "total_cents": invoice.total_cents,
                "open_cents": await _open_cents(session, invoice),
                "due_on": invoice.due_on,
                "issuer": invoice.issuer,
            },
            about=("invoice", invoice.id),
            enclosures=[Enclosed(f"{invoice.number}.pdf", "application/pdf", document)],
            at=around.clock(),
        )


async def _open_cents(session: AsyncSession, invoice: Invoice) -> int:
    """What is still to be paid of an invoice as it is sent: one that follows another may be paid already (U13)."""
    if invoice.enrolment_id is not None:
        about = [invoice.enrolment_id]
    else:
        shares = select(InvoiceShare.enrolment_id).where(InvoiceShare.invoice_id == invoice.id)
        about = list(await session.scalars(shares))
    accounts = (await balance_of(session, about)).values()
    if not sum(account.paid_cents for account in accounts):
        return invoice.total_cents
    return min(invoice.total_cents, max(0, sum(account.open_cents for account in accounts)))
