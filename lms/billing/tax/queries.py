"""Reading the tax treatments, in a session somebody else opened. There are a dozen, so they are read at once."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.tax.models import TaxTreatment


async def treatments(session: AsyncSession) -> Sequence[TaxTreatment]:
    """Every treatment, by code and day, oldest first."""
    wanted = select(TaxTreatment).order_by(TaxTreatment.code, TaxTreatment.valid_from, TaxTreatment.added_at)
    return (await session.scalars(wanted)).all()
