"""What the clockwork does: reminding once, letting lapse, forgetting who asked; and noting that a run was made."""

from uuid import UUID

from sqlalchemy import select, update

from lms.db import retried
from lms.inhouse import policy
from lms.inhouse.errors import NotAcceptedYet
from lms.inhouse.events import TrainingBecameRun, TrainingOfferLapsed, TrainingOfferReminded
from lms.inhouse.models import (
    RequestState,
    TrainingOffer,
    TrainingOfferState,
    TrainingRequest,
)
from lms.inhouse.queries import asked_of, offer_of
from lms.inhouse.rules import KEPT_AFTER_END, OVER, REMIND_BEFORE, is_to_remind
from lms.inhouse.service.acts import Acts, locked, note, touch
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.clock import local


class Ending(Acts):
    """What happens by itself."""

    async def remind(self) -> int:
        """Write once to those whose offer ends in a few days; gives how many."""
        now = self.clock()
        async with self.begin.reading() as session:
            due = await session.scalars(
                select(TrainingOffer).where(
                    TrainingOffer.state == TrainingOfferState.SENT,
                    TrainingOffer.reminded_at.is_(None),
                    TrainingOffer.valid_until <= local(now).date() + REMIND_BEFORE,
                )
            )
            wanted = [one.id for one in due if is_to_remind(one, now)]
        for offer_id in wanted:
            await self._remind(offer_id)
        return len(wanted)

    @retried
    async def _remind(self, offer_id: UUID) -> None:
        at = self.clock()
        async with self.begin() as session:
            offer = await offer_of(session, offer_id, lock=True)
            if is_to_remind(offer, at):
                offer.reminded_at = at
                announce(session, TrainingOfferReminded(offer_id=offer.id, at=at), at=at)

    async def lapse(self) -> int:
        """End the offers whose last day is over; gives how many."""
        now = self.clock()
        async with self.begin.reading() as session:
            found = await session.scalars(
                select(TrainingOffer.id).where(
                    TrainingOffer.state == TrainingOfferState.SENT,
                    TrainingOffer.valid_until < local(now).date(),
                )
            )
            wanted = list(found)
        for offer_id in wanted:
            await self._lapse(offer_id)
        return len(wanted)

    @retried
    async def _lapse(self, offer_id: UUID) -> None:
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, (await offer_of(session, offer_id)).request_id)
            offer = await offer_of(session, offer_id, lock=True)
            if offer.state is not TrainingOfferState.SENT or offer.valid_until >= local(at).date():
                return
            offer.state = TrainingOfferState.LAPSED
            request.state, request.ended_at = RequestState.LAPSED, at
            touch(request, at)
            note(session, SYSTEM, request, "lapsed", at=at, offer=offer.number)
            announce(session, TrainingOfferLapsed(offer_id=offer.id, at=at), at=at)

    @retried
    async def became_run(self, actor: Actor, *, offer_id: UUID, run_id: UUID) -> TrainingRequest:
        """Note which closed run was made of an accepted offer. Twice is as good as once. Raises NotAcceptedYet."""
        ensure(policy.may_work(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, (await offer_of(session, offer_id)).request_id)
            offer = await offer_of(session, offer_id)
            if offer.state is not TrainingOfferState.ACCEPTED:
                raise NotAcceptedYet
            if request.run_id == run_id:
                return request
            request.run_id, request.state = run_id, RequestState.RUN
            touch(request, at)
            note(session, actor, request, "became_run", at=at, run_id=str(run_id))
            announce(session, TrainingBecameRun(request_id=request.id, at=at), at=at)
            return request

    @retried
    async def invoiced(self, actor: Actor, *, offer_id: UUID, invoice_id: UUID) -> None:
        """Note the invoice of what is not paid seat by seat. Twice is as good as once."""
        ensure(actor.may_for_all("issue", "invoice"), actor)
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, (await offer_of(session, offer_id)).request_id)
            if request.invoice_id is None:
                request.invoice_id = invoice_id
                note(session, actor, request, "invoiced", at=at, invoice_id=str(invoice_id))

    async def forget(self) -> int:
        """Forget who asked, and what they wrote, a year after it came to nothing; what was offered is a business letter and stays.

        § 257 (1) no. 3, (4) HGB: letters sent are kept for six years.
        """
        now = self.clock()
        async with self.begin.reading() as session:
            found = await session.scalars(
                select(TrainingRequest.id).where(
                    TrainingRequest.state.in_(OVER),
                    TrainingRequest.ended_at <= now - KEPT_AFTER_END,
                    TrainingRequest.forgotten_at.is_(None),
                )
            )
            wanted = list(found)
        for request_id in wanted:
            await self._forget(request_id)
        return len(wanted)

    @retried
    async def _forget(self, request_id: UUID) -> None:
        at = self.clock()
        async with self.begin() as session:
            request = await locked(session, request_id)
            request.contact_id, request.forgotten_at = None, at
            request.access = request.note = request.knowledge = request.periods = ""
            request.link_version += 1
            for row in (await asked_of(session, request_id)).remarks:
                await session.delete(row)
            await session.execute(
                update(TrainingOffer)
                .where(TrainingOffer.request_id == request_id, TrainingOffer.answered_by != "")
                .values(answered_by="", answered_account=None)
            )
            note(session, SYSTEM, request, "forgotten", at=at)
