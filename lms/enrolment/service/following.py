"""What belongs to a person's place and goes along when another enrolment takes its place (F-E14, F-E20)."""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.conditions.models import Admission, QuestionAnswer
from lms.enrolment.models import Enrolment, SupportNeed
from lms.enrolment.pricing.models import ConcessionClaim, ConcessionState, PriceReckoning
from lms.enrolment.pricing.reading import price_list
from lms.enrolment.seats.models import SeatNotice, SeatOrder
from lms.enrolment.service.locked import LockedRun

KEEPS_KIND = frozenset({ConcessionState.MISSING, ConcessionState.SENT, ConcessionState.ACCEPTED, ConcessionState.NOT_NEEDED})  # fmt: skip
"""A concession whose proof was refused, or the full price charged for, is not claimed once more."""


async def follow_order(session: AsyncSession, former: Enrolment, run_id: UUID) -> UUID:
    """The id of the order in that run which continues the one of this enrolment; a company's seats stay seats of an order.

    Seats of one order that go to the same run are seats of one order there.
    """
    order_id = uuid5(former.order_id, str(run_id))
    seats = await session.get(SeatOrder, former.order_id)
    if seats is None or former.company_id is None:
        return order_id
    known = await session.get(SeatOrder, order_id)
    if known is not None:
        known.wanted += 1
        return order_id
    session.add(
        SeatOrder(
            id=order_id,
            run_id=run_id,
            company_id=seats.company_id,
            contact_id=seats.contact_id,
            ordered_at=seats.ordered_at,
            wanted=1,
            order_number=seats.order_number,
            terms_version=seats.terms_version,
        )
    )
    await session.flush()
    return order_id


async def carry_along(session: AsyncSession, former: Enrolment, new: Enrolment) -> None:
    """What was said about the same person, why they pay what they pay, and the concession with its proof. Both are written already."""
    await _carry(session, former, new, SupportNeed, QuestionAnswer, Admission, PriceReckoning, ConcessionClaim, SeatNotice)  # fmt: skip


async def carry_needs(session: AsyncSession, former: Enrolment, new: Enrolment) -> None:
    """Where prices and questions of another run hold: what the same person needs, and that they know what their company sees."""
    await _carry(session, former, new, SupportNeed, SeatNotice)


async def _carry(session: AsyncSession, former: Enrolment, new: Enrolment, *tables: Any) -> None:
    for kept in tables:
        await session.execute(update(kept).where(kept.enrolment_id == former.id).values(enrolment_id=new.id))


async def kept_concession(new: LockedRun, former: Enrolment) -> tuple[UUID | None, bool]:
    """For which reason somebody who moves pays less in the new run, or whether they do without naming one.

    A reason that the new run does not accept is gone, also where that run has a reduced price for others.
    """
    if not former.has_concession:
        return None, False
    prices = await price_list(new.session, new.run)
    claim = (
        await new.session.scalars(select(ConcessionClaim).where(ConcessionClaim.enrolment_id == former.id))
    ).first()
    if claim is not None and claim.state not in KEEPS_KIND:
        return None, False
    if claim is not None and claim.kind_id is not None:
        return (claim.kind_id if prices.concession(claim.kind_id) else None), False
    return None, bool(prices.concessions) and new.run.concession_cents is not None
