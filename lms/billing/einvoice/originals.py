"""The electronic half of an invoice: built and judged once, kept as the original."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.billing.einvoice.build import electronic
from lms.billing.einvoice.check import RULE_SETS, Finding, judged
from lms.billing.einvoice.facts import Document
from lms.billing.einvoice.models import ElectronicOriginal, Flavour, InvoiceCheck
from lms.db import Begin, retried


async def original_of(begin: Begin, document: Document) -> ElectronicOriginal | None:
    """The electronic half as it was first written; None where there is none (`Document.flavour`)."""
    if document.flavour is None:
        return None
    async with begin.reading() as session:
        kept = await session.get(ElectronicOriginal, document.invoice.id)
    if kept is not None:
        return kept
    return await _keep(begin, document, document.flavour, await _written(document, document.flavour))


async def check(begin: Begin, document: Document, at: datetime) -> InvoiceCheck | None:
    """Judge the electronic half and keep what was said; None where there is none. Judging again replaces the verdict."""
    original = await original_of(begin, document)
    if original is None:
        return None
    found = await judged(original.content, original.flavour)
    return await _note(begin, document.invoice.id, original.flavour, found, at)


async def preview(document: Document) -> Sequence[Finding]:
    """What the rules would say of a document that is not issued; nothing is kept."""
    if document.flavour is None:
        return ()
    return await judged(await _written(document, document.flavour), document.flavour)


async def _written(document: Document, flavour: Flavour) -> bytes:
    return await asyncio.to_thread(electronic, document, flavour)


@retried
async def _keep(begin: Begin, document: Document, flavour: Flavour, content: bytes) -> ElectronicOriginal:
    invoice = document.invoice
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(ElectronicOriginal)
            .values(
                invoice_id=invoice.id,
                flavour=flavour,
                sha256=hashlib.sha256(content).hexdigest(),
                content=content,
                written_at=invoice.issued_at,
            )
            .on_conflict_do_nothing()
        )
        wanted = select(ElectronicOriginal).where(ElectronicOriginal.invoice_id == invoice.id)
        return (await session.scalars(wanted)).one()


@retried
async def _note(
    begin: Begin, invoice_id: UUID, flavour: Flavour, found: Sequence[Finding], at: datetime
) -> InvoiceCheck:
    async with begin() as session:
        verdict = await session.get(InvoiceCheck, invoice_id, with_for_update=True)
        if verdict is None:
            verdict = InvoiceCheck(invoice_id=invoice_id, checked_at=at, is_valid=True)
            session.add(verdict)
        verdict.checked_at, verdict.is_valid = at, not found
        verdict.findings = [{"rule": one.rule, "sentence": one.sentence} for one in found]
        verdict.rule_sets = list(RULE_SETS[flavour])
        return verdict
