"""The search for somebody who stands in, as far as other changes end it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.jobs.queue import announce
from lms.scheduling.events import SubstitutesReleased
from lms.scheduling.models import SubstituteOffer, SubstituteOfferState, Substitution, SubstitutionState


async def end_searches(
    session: AsyncSession, teaching: Mapping[UUID, frozenset[UUID]], *, now: datetime
) -> None:
    """End the searches for whoever no longer stands beside their session in `teaching`; whoever was asked is told."""
    open_ones = await session.scalars(
        select(Substitution).where(
            Substitution.session_id.in_(list(teaching)), Substitution.state == SubstitutionState.OPEN
        )
    )
    for search in [one for one in open_ones.all() if one.absent_id not in teaching[one.session_id]]:
        search.state, search.settled_at = SubstitutionState.WITHDRAWN, now
        await release_offers(session, search.id, now=now)


async def release_offers(session: AsyncSession, substitution_id: UUID, *, now: datetime) -> None:
    """Take back what nobody has answered yet, and say so kindly."""
    offers = (
        await session.scalars(
            select(SubstituteOffer)
            .where(
                SubstituteOffer.substitution_id == substitution_id,
                SubstituteOffer.state == SubstituteOfferState.OPEN,
            )
            .order_by(SubstituteOffer.id)
        )
    ).all()
    for offer in offers:
        offer.state, offer.answered_at = SubstituteOfferState.WITHDRAWN, now
    if offers:
        announce(session, SubstitutesReleased(offer_ids=[offer.id for offer in offers]), at=now)
