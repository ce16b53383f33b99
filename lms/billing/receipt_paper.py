"""A cash receipt as PDF, from the facts that never change: the same receipt gives the same bytes."""

import asyncio
from uuid import UUID

from lms.billing.models import CashReceipt, ReceiptKind
from lms.billing.paper import STYLE, press_parts
from lms.billing.receipts import receipt_of
from lms.db import Begin
from lms.web.language import use_locale


async def receipt_pdf(begin: Begin, receipt_id: UUID) -> tuple[str, bytes]:
    """Number and PDF of a receipt. Raises NotFound."""
    async with begin.reading() as session:
        receipt, other = await receipt_of(session, receipt_id)
    reversed_number = other.number if other and receipt.kind is ReceiptKind.REVERSAL else ""
    return receipt.number, await asyncio.to_thread(rendered, receipt, reversed_number)


def rendered(receipt: CashReceipt, reversed_number: str = "") -> bytes:
    """The receipt on one sheet."""
    from certificates.pdf import html_to_pdf  # WeasyPrint: heavy, and only wanted here

    pages, fonts = press_parts()
    with use_locale("de"):
        page = pages.get_template("billing/receipt.html").render(
            receipt=receipt,
            is_reversal=receipt.kind is ReceiptKind.REVERSAL,
            reversed_number=reversed_number,
        )
    return html_to_pdf(
        fonts.printable(page),
        css=STYLE.read_text(encoding="utf-8"),
        fonts=fonts,
        title=receipt.number,
        lang="de",
        created=receipt.issued_at,
    )
