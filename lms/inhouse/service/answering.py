"""The company's answer: accepted by whoever holds the link or acts for it, or declined. What holds is decided under the lock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.inhouse import policy
from lms.inhouse.errors import (
    NameMissing,
    NotAnswerable,
    OfferAnswered,
    OfferLapsed,
    OfferReplaced,
)
from lms.inhouse.events import TrainingOfferAnswered
from lms.inhouse.models import RequestState, TrainingOffer, TrainingOfferState, TrainingRequest
from lms.inhouse.queries import offer_of
from lms.inhouse.rules import is_open
from lms.inhouse.service.acts import Acts, locked, note, touch
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.web.formats import date_plain


class Answering(Acts):
    """Yes or no to an offer."""

    @retried
    async def accept(
        self, actor: Actor, *, offer_id: UUID, name: str, wording: str, token: str = ""
    ) -> TrainingOffer:
        """The company orders. Kept are who, when and the words that were read. Twice, or by two at once, is as good as once.

        Raises NotFound, NameMissing, OfferReplaced (with the number that holds), OfferLapsed, OfferAnswered, NotAnswerable.
        """
        at = self.clock()
        async with self.begin() as session:
            request, offer = await self._opened(session, actor, offer_id, token)
            if offer.state is TrainingOfferState.ACCEPTED:
                return offer
            await _refuse_closed(session, request, offer, at)
            if not name.strip():
                raise NameMissing
            offer.state, offer.wording = TrainingOfferState.ACCEPTED, wording
            self._answered(session, actor, request, offer, name, at)
            request.state = RequestState.ACCEPTED
            note(session, actor, request, "accepted", at=at, offer=offer.number)
            return offer

    @retried
    async def decline(
        self, actor: Actor, *, offer_id: UUID, reason: str, name: str = "", token: str = ""
    ) -> TrainingOffer:
        """The company does not want it. Twice is as good as once. Raises what `accept` raises, but NameMissing."""
        at = self.clock()
        async with self.begin() as session:
            request, offer = await self._opened(session, actor, offer_id, token)
            if offer.state is TrainingOfferState.DECLINED:
                return offer
            await _refuse_closed(session, request, offer, at)
            offer.state, offer.reason = TrainingOfferState.DECLINED, reason.strip()
            self._answered(session, actor, request, offer, name, at)
            request.state, request.ended_at = RequestState.DECLINED, at
            note(session, actor, request, "offer_declined", at=at, offer=offer.number, reason=reason.strip())
            return offer

    async def _opened(
        self, session: AsyncSession, actor: Actor, offer_id: UUID, token: str
    ) -> tuple[TrainingRequest, TrainingOffer]:
        """The request and the offer, locked in this order: of two at once the second sees what the first did."""
        request = await locked(session, (await offer_of(session, offer_id)).request_id)
        if not policy.may_work(actor):  # the team notes what was said on the telephone
            policy.ensure_holds(actor, request, token, self.signer)
        return request, await offer_of(session, offer_id, lock=True)

    @staticmethod
    def _answered(
        session: AsyncSession,
        actor: Actor,
        request: TrainingRequest,
        offer: TrainingOffer,
        name: str,
        at: datetime,
    ) -> None:
        offer.answered_at, offer.answered_by = at, name.strip() or actor.name
        offer.answered_account = actor.account_id
        offer.version += 1
        touch(request, at)
        announce(session, TrainingOfferAnswered(offer_id=offer.id, at=at), at=at)


async def _refuse_closed(
    session: AsyncSession, request: TrainingRequest, offer: TrainingOffer, at: datetime
) -> None:
    """Why an offer cannot be answered any more, in words."""
    if offer.state is TrainingOfferState.REPLACED:
        held = await session.scalar(
            select(TrainingOffer.number).where(
                TrainingOffer.request_id == request.id,
                TrainingOffer.state.in_((TrainingOfferState.SENT, TrainingOfferState.ACCEPTED)),
            )
        )
        if held is None:
            raise NotAnswerable
        raise OfferReplaced(number=held)
    if offer.state in {TrainingOfferState.ACCEPTED, TrainingOfferState.DECLINED}:
        raise OfferAnswered
    if offer.state is TrainingOfferState.LAPSED or (
        offer.state is TrainingOfferState.SENT and not is_open(offer, at)
    ):
        raise OfferLapsed(day=date_plain(offer.valid_until))
    if offer.state is not TrainingOfferState.SENT:
        raise NotAnswerable
