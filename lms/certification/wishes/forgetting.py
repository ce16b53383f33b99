"""Letting go of requests that were answered long ago."""

from datetime import timedelta

from sqlalchemy import delete, exists, or_

from lms.certification.models import Batch, Certificate, CertificateState
from lms.certification.wishes.models import ProofWish
from lms.db import Begin
from lms.kernel.clock import Clock

KEPT = timedelta(days=365)


async def forget_answered(begin: Begin, clock: Clock) -> None:
    """Delete what was declined, or fulfilled, more than a year ago; what nobody has answered stays."""
    limit = clock() - KEPT
    fulfilled = or_(
        exists().where(Batch.id == ProofWish.id, Batch.started_at < limit),
        exists().where(
            Certificate.subject == ProofWish.subject,
            Certificate.state == CertificateState.ISSUED,
            Certificate.issued_at < limit,
            Certificate.issued_at >= ProofWish.asked_at,
        ),
    )
    async with begin() as session:
        await session.execute(delete(ProofWish).where(or_(ProofWish.declined_at < limit, fulfilled)))
