"""The end of the register's time: what was issued goes, and nothing stays but that there was something (L-40)."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.certification.models import BatchItem, Certificate, CertificateState, ExpiredRecord
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import Clock, today

AT_ONCE = 200


async def forget_expired(begin: Begin, clock: Clock) -> int:
    """Delete every record whose time is over, some hundred in one transaction, and say how many these were.

    Its code still answers, as an expired record, and its place in the status list is never given again.
    """
    forgotten = 0
    while True:
        async with begin() as session:
            gone = await _forget_some(session, clock)
        forgotten += gone
        if gone < AT_ONCE:
            return forgotten


async def _forget_some(session: AsyncSession, clock: Clock) -> int:
    day = today(clock)
    over = (
        await session.scalars(
            select(Certificate)
            .where(Certificate.kept_until < day)
            .order_by(Certificate.kept_until, Certificate.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not over:
        return 0
    ids = [one.id for one in over]
    session.add_all(
        ExpiredRecord(
            code=one.code,
            expired_on=one.kept_until,
            status_index=one.status_index,
            was_revoked=one.state is not CertificateState.ISSUED,
        )
        for one in over
    )
    await session.flush()
    await session.execute(delete(BatchItem).where(BatchItem.certificate_id.in_(ids)))
    await session.execute(delete(Certificate).where(Certificate.id.in_(ids)))
    for certificate_id in ids:
        record(
            session, SYSTEM, "certificate.forgotten", at=clock(), kind="certificate", object_id=certificate_id
        )
    return len(ids)
