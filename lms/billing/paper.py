"""Invoices and credit notes as PDF: made once, after the transaction that issued them, and kept byte for byte (S-72)."""

import asyncio
import hashlib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from jinja2 import Environment
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from certificates.fonts import Fonts
from lms.billing.models import Invoice, InvoiceDocument, InvoiceKind
from lms.db import Begin
from lms.kernel.errors import NotFound
from lms.web.language import use_locale
from lms.web.templating import environment

FONTS = Path(str(files("lms"))) / "web" / "static" / "vendor" / "kern" / "fonts" / "fira-sans"
TEMPLATES = Path(__file__).parent / "templates"
STYLE = Path(__file__).with_name("paper.css")


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
    from certificates.pdf import html_to_pdf  # WeasyPrint: heavy, and only wanted here

    language = "en" if invoice.debtor.get("language") == "en" else "de"
    with use_locale(language):  # type: ignore[arg-type]
        page = (
            _pages()
            .get_template("billing/invoice.html")
            .render(
                day_of=date.fromisoformat,
                invoice=invoice,
                is_credit_note=invoice.kind is InvoiceKind.CREDIT_NOTE,
                reversed_number=reversed_number,
            )
        )
    fonts = _fonts()
    return html_to_pdf(
        fonts.printable(page),
        css=STYLE.read_text(encoding="utf-8"),
        fonts=fonts,
        title=invoice.number,
        lang=language,
        created=invoice.issued_at,
    )


def press_parts() -> tuple[Environment, Fonts]:
    """The templates and fonts of everything the books print."""
    return _pages(), _fonts()


@cache
def _pages() -> Environment:
    return environment([TEMPLATES])


@cache
def _fonts() -> Fonts:
    return Fonts.fira_sans(FONTS)
