"""Invoices and credit notes as PDF: made once, after the transaction that issued them, and kept byte for byte (S-72)."""

import asyncio
import hashlib
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.billing.models import Invoice, InvoiceDocument, InvoiceKind
from lms.billing.rules import is_collected
from lms.db import Begin
from lms.kernel.errors import NotFound
from lms.web.language import Language
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parent / "templates", Path(__file__).with_name("paper.css"))
"""Of everything the books print."""


async def invoice_pdf(begin: Begin, invoice_id: UUID) -> bytes:
    """The document as it was first handed out; rendered when nobody has asked before. Raises NotFound."""
    async with begin.reading() as session:
        invoice = await session.get(Invoice, invoice_id)
        if invoice is None:
            raise NotFound
        kept = await session.get(InvoiceDocument, invoice_id)
        reversed_number = ""
        if invoice.reverses_id is not None:
            reversed_number = (await session.get_one(Invoice, invoice.reverses_id)).number
    if kept is not None:
        return kept.content
    content = await asyncio.to_thread(rendered, invoice, reversed_number)
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(InvoiceDocument)
            .values(
                invoice_id=invoice_id,
                sha256=hashlib.sha256(content).hexdigest(),
                content=content,
                written_at=invoice.issued_at,
            )
            .on_conflict_do_nothing()
        )
        first = await session.scalars(
            select(InvoiceDocument.content).where(InvoiceDocument.invoice_id == invoice_id)
        )
        return first.one()


def rendered(invoice: Invoice, reversed_number: str = "") -> bytes:
    """The document from the facts that were frozen when it was issued; the same facts give the same bytes."""
    language: Language = "en" if invoice.debtor.get("language") == "en" else "de"
    page = PAPER.words(
        "billing/invoice.html",
        language,
        day_of=date.fromisoformat,
        invoice=invoice,
        is_credit_note=invoice.kind is InvoiceKind.CREDIT_NOTE,
        reversed_number=reversed_number,
        is_collected=is_collected(invoice),
    )
    return PAPER.pdf(page, title=invoice.number, language=language, created=invoice.issued_at)
