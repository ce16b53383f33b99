"""The receipt for an allowance: what for, how much, free of which tax, and a line to sign where it is paid in cash."""

import asyncio
from pathlib import Path
from uuid import UUID

from litestar import Response
from sqlalchemy import select

from lms.billing.paper import STYLE
from lms.billing.refunds.accounts import masked
from lms.kernel.errors import NotFound
from lms.volunteering.models import Duty, HelperAllowance, PaidDuty, Shift
from lms.volunteering.queries.helpers import helper_of
from lms.web.centre import the_centre
from lms.web.module import Around
from lms.web.paper import Stationery

PAPER = Stationery(Path(__file__).parent / "templates", STYLE)


async def receipt_pdf(
    around: Around, allowance_id: UUID, *, helper_id: UUID | None = None
) -> Response[bytes]:
    """The receipt as PDF, the same each time. With `helper_id` only theirs. Raises NotFound."""
    async with around.begin.reading() as session:
        row = await session.get(HelperAllowance, allowance_id)
        if row is None or (helper_id is not None and row.helper_id != helper_id):
            raise NotFound
        known = await helper_of(session, row.helper_id)
        lines = (
            await session.execute(
                select(Shift.day, PaidDuty.minutes, PaidDuty.cents)
                .join(Duty, Duty.id == PaidDuty.duty_id)
                .join(Shift, Shift.id == Duty.shift_id)
                .where(PaidDuty.allowance_id == allowance_id)
                .order_by(Shift.starts_at)
            )
        ).all()
    page = PAPER.words(
        "volunteering/receipt.html", "de", row=row, person=known.person, lines=lines, centre=the_centre(),
        account=masked(row.iban),
    )  # fmt: skip
    content = await asyncio.to_thread(
        PAPER.pdf, page, title=row.number, language="de", created=row.approved_at
    )
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "content-disposition": f'attachment; filename="aufwandsentschaedigung-{row.number}.pdf"',
            "cache-control": "no-store",
        },
    )
