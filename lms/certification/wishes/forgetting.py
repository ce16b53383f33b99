"""Letting go of requests that were answered long ago."""

from datetime import timedelta

from sqlalchemy import and_, delete, exists, or_

from lms.certification.models import Batch
from lms.certification.wishes.models import ProofWish
from lms.db import Begin
from lms.kernel.clock import Clock

KEPT = timedelta(days=365)


async def forget_answered(begin: Begin, clock: Clock) -> None:
    """Delete what was declined, or fulfilled, more than a year ago; what nobody has answered stays."""
    limit = clock() - KEPT
    fulfilled = exists().where(and_(Batch.id == ProofWish.id, Batch.started_at < limit))
    async with begin() as session:
        await session.execute(delete(ProofWish).where(or_(ProofWish.declined_at < limit, fulfilled)))
