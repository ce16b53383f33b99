"""Invoices and credit notes as PDF: made once, after the transaction that issued them, and kept byte for byte (S-72)."""

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.billing.einvoice.facts import Document, document_of
from lms.billing.einvoice.models import Flavour
from lms.billing.einvoice.originals import original_of
from lms.billing.models import InvoiceDocument
from lms.billing.tax.rules import tax_sums
from lms.billing.transfer import transfer_code
from lms.billing.wording import MEANS, line_details, line_name
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.web.language import gettext, use_locale
from lms.web.paper import Stationery

if TYPE_CHECKING:
    from certificates.pdf import Attachment

STYLE = Path(__file__).with_name("paper.css")
PAPER = Stationery(Path(__file__).parent / "templates", STYLE)
"""Of everything the books print."""
NO_TRANSFER = frozenset({PaymentMethod.DIRECT_DEBIT})
"""Ways of paying where a code for a transfer would make people pay twice."""


async def invoice_pdf(begin: Begin, invoice_id: UUID) -> bytes:
    """The document as it was first handed out; rendered when nobody has asked before. Raises NotFound.

    With its electronic half inside, where that is kept in the PDF (ZUGFeRD).
    """
    async with begin.reading() as session:
        kept = await session.get(InvoiceDocument, invoice_id)
        document = await document_of(session, invoice_id)
    if kept is not None:
        return kept.content
    original = await original_of(begin, document)
    inside = original.content if original and original.flavour is Flavour.ZUGFERD else None
    content = await asyncio.to_thread(rendered, document, inside)
    async with begin() as session:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        await session.execute(
            insert(InvoiceDocument)
            .values(
                invoice_id=invoice_id,
                sha256=hashlib.sha256(content).hexdigest(),
                content=content,
                written_at=document.invoice.issued_at,
            )
            .on_conflict_do_nothing()
        )
        first = await session.scalars(
            select(InvoiceDocument.content).where(InvoiceDocument.invoice_id == invoice_id)
        )
        return first.one()


def rendered(document: Document, electronic: bytes | None = None) -> bytes:
    """The document from the facts that were frozen when it was issued; the same facts give the same bytes.

    `electronic` is what goes inside as `factur-x.xml`.
    """
    invoice, language = document.invoice, document.language
    page = PAPER.words(
        "billing/invoice.html",
        language,
        document=document,
        invoice=invoice,
        sums=tax_sums(invoice.lines, invoice.tax_note),
        line_name=line_name,
        line_details=line_details,
        means=MEANS,
        code=_code(document),
    )
    return PAPER.pdf(
        page,
        title=invoice.number,
        language=language,
        created=invoice.issued_at,
        attachments=(_inside(document, electronic),) if electronic else (),
    )


def _code(document: Document) -> str:
    """The code for a transfer, where one is asked for."""
    issuer = document.invoice.issuer
    if document.is_credit_note or not document.open_cents or not issuer.get("iban"):
        return ""
    if document.payment_method in NO_TRANSFER or document.is_under_way:
        return ""
    with use_locale(document.language):
        alt = gettext("Code for your banking app: it fills in the transfer that stands beside it.")
    return transfer_code(
        holder=issuer["name"], iban=issuer["iban"], bic=issuer.get("bic") or "", cents=document.open_cents,
        reference=document.invoice.number, alt=alt,
    )  # fmt: skip


def _inside(document: Document, electronic: bytes) -> "Attachment":
    from certificates.conformance import FACTUR_X
    from certificates.pdf import Attachment  # WeasyPrint: heavy, and only wanted here

    return Attachment(
        name=FACTUR_X,
        data=electronic,
        description=f"Factur-X/ZUGFeRD {document.invoice.number}",
        created=document.invoice.issued_at,
        relationship="Alternative",
    )
