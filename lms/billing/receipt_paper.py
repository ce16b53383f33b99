"""A cash receipt as PDF, from the facts that never change: the same receipt gives the same bytes."""

import asyncio
from uuid import UUID

from lms.billing.models import CashReceipt, ReceiptKind
from lms.billing.paper import PAPER
from lms.billing.receipts import receipt_of
from lms.billing.tax.rules import tax_in
from lms.db import Begin


async def receipt_pdf(begin: Begin, receipt_id: UUID) -> tuple[str, bytes]:
    """Number and PDF of a receipt. Raises NotFound."""
    async with begin.reading() as session:
        receipt, other = await receipt_of(session, receipt_id)
    reversed_number = other.number if other and receipt.kind is ReceiptKind.REVERSAL else ""
    return receipt.number, await asyncio.to_thread(rendered, receipt, reversed_number)


def rendered(receipt: CashReceipt, reversed_number: str = "") -> bytes:
    """The receipt on one sheet."""
    page = PAPER.words(
        "billing/receipt.html",
        "de",
        receipt=receipt,
        is_reversal=receipt.kind is ReceiptKind.REVERSAL,
        is_payout=receipt.kind is ReceiptKind.PAYOUT,
        reversed_number=reversed_number,
        tax_cents=tax_in(receipt.amount_cents, int(receipt.facts.get("tax_rate_bp") or 0)),
    )
    return PAPER.pdf(page, title=receipt.number, language="de", created=receipt.issued_at)
