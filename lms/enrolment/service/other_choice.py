"""Taking a place in another run than the one somebody waits for: the line is kept until then, and left in the same step."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.enrolment.models import Enrolment, EnrolmentState, Offer, SupportNeed
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.taking_along import both_locked
from lms.settings import Settings

IN_LINE = frozenset({EnrolmentState.WAITING, EnrolmentState.OFFERED})


async def lock_former(
    session: AsyncSession, offer_id: UUID, *, at: datetime, settings: Settings
) -> tuple[LockedRun, Enrolment] | None:
    """Where the party of this offer waits for another run: that run, locked together with the offer's, and one of its entries."""
    former = aliased(Enrolment)
    found = (
        await session.execute(
            select(former, Offer.run_id)
            .join(Enrolment, Enrolment.follows_id == former.id)
            .join(Offer, Offer.party_id == Enrolment.party_id)
            .where(Offer.id == offer_id, former.run_id != Offer.run_id, former.state.in_(IN_LINE))
            .order_by(former.rank)
            .limit(1)
        )
    ).first()
    if found is None:
        return None
    entry, run_id = found
    locked, _ = await both_locked(session, entry.run_id, run_id, at=at, settings=settings)
    await session.refresh(entry)
    return locked, entry


async def carry_needs(session: AsyncSession, placed: Sequence[Enrolment]) -> None:
    """What they said they need goes along to the place they have now."""
    for one in placed:
        if one.follows_id:
            await session.execute(
                update(SupportNeed)
                .where(SupportNeed.enrolment_id == one.follows_id)
                .values(enrolment_id=one.id)
            )
