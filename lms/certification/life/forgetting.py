"""The end of the register's time: what was issued goes, and nothing stays but that there was something (L-40)."""

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.certification.handing.models import HandOut, HandOutPart
from lms.certification.models import (
    Batch,
    BatchItem,
    BatchItemState,
    Certificate,
    CertificateState,
    ExpiredRecord,
)
from lms.certification.rules import issued_before
from lms.certification.wishes.models import ProofWish
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import Clock, today

AT_ONCE = 200


async def forget_expired(begin: Begin, clock: Clock) -> int:
    """Delete every record whose time is over, some hundred in one transaction, and say how many these were.

    Its code still answers, as an expired record, and its place in the status list is never given again. With the last
    one of a batch the batch goes, with what failed in it, and so do the lists of files in which they left the house.
    """
    forgotten = 0
    while True:
        async with begin() as session:
            gone = await _forget_some(session, clock)
        forgotten += gone
        if gone < AT_ONCE:
            break
    async with begin() as session:
        await _forget_around(session, clock)
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
    await session.execute(
        delete(ProofWish).where(
            ProofWish.subject.in_([one.subject for one in over]),
            ProofWish.asked_at <= max(one.issued_at for one in over),
        )
    )
    await session.execute(delete(Certificate).where(Certificate.id.in_(ids)))
    for certificate_id in ids:
        record(
            session, SYSTEM, "certificate.forgotten", at=clock(), kind="certificate", object_id=certificate_id
        )
    return len(ids)


async def _forget_around(session: AsyncSession, clock: Clock) -> None:
    """What was about certificates that are all gone: all of it is older than the register's time."""
    limit = issued_before(today(clock))
    needed = exists().where(
        BatchItem.batch_id == Batch.id,
        or_(BatchItem.certificate_id.is_not(None), BatchItem.state == BatchItemState.WAITING),
    )
    over = select(Batch.id).where(Batch.started_at < limit, ~needed)
    await session.execute(delete(BatchItem).where(BatchItem.batch_id.in_(over)))
    await session.execute(delete(Batch).where(Batch.started_at < limit, ~needed))
    old_files = select(HandOut.id).where(HandOut.made_at < limit)
    await session.execute(delete(HandOutPart).where(HandOutPart.hand_out_id.in_(old_files)))
    await session.execute(delete(HandOut).where(HandOut.made_at < limit))
