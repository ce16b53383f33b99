"""Answering an offer, and leaving the list: until it is placed a party acts as one."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.errors import NotWaiting, OfferAccepted, OfferGone, PaymentMethodRefused
from lms.enrolment.events import EnrolmentCancelled, OfferDeclined, OfferLetterWanted
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, OfferState
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.other_choice import carry_needs, lock_former
from lms.enrolment.service.placing import confirm
from lms.enrolment.service.transactions import Transactions, placement
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import Placement
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer

PURPOSE = "offer"
"""Of the token in the letter: `signer.token(PURPOSE, offer.id, version_of(party))`."""


def version_of(party: Iterable[Enrolment]) -> int:
    """Of the link of a party's offer: another one as soon as the links of anybody in it are void (S-04)."""
    return 1 + sum(one.link_version - 1 for one in party)


async def offer_path(session: AsyncSession, signer: Signer, offer: Offer) -> str:
    """Where an offer is answered without an account."""
    token = signer.token(PURPOSE, offer.id, version_of(await members(session, offer.party_id)))
    return f"/angebot/{offer.id}/{token}"


class Offering(Transactions):
    """What a party does with what it is offered."""

    @retried
    async def accept(
        self,
        actor: Actor,
        *,
        offer_id: UUID,
        token: str = "",
        payment_method: PaymentMethod | None = None,
        early_start_wording: str = "",
    ) -> Placement:
        """Take what is offered: the whole party is confirmed, charged and invoiced at once, and leaves the line it came from.

        `token` is the one of the letter (`offer_path`). Where something is due, `payment_method` may
        change what was chosen on the way to the list; `early_start_wording` asks expressly to begin early (L-14). Raises NotFound, OfferGone, PaymentMethodRefused.
        """
        at = self.clock()
        async with self.transaction() as session:
            former = await lock_former(session, offer_id, at=at, settings=self.settings)
            locked, offer = await self.lock_for_offer(session, offer_id, at=at)
            party = await members(session, offer.party_id)
            self._refuse_strangers(actor, offer, party, token, "C")
            if offer.state is OfferState.ACCEPTED:
                return await placement(session, party)
            if offer.state is OfferState.OPEN:
                for one in party if early_start_wording else ():
                    one.early_start_at, one.early_start_wording = at, early_start_wording
                placed = await self._accept(locked, actor, offer, party, payment_method)
                if former is not None and former[1].confirmed_at is None:
                    await carry_needs(session, placed.enrolments)
                    await end_unplaced(former[0], actor, former[1])
                return placed
        raise OfferGone  # after the transaction: what lapsed in it, and went on to the next, stays so

    @retried
    async def decline(self, actor: Actor, *, offer_id: UUID, token: str = "") -> None:
        """Turn the offer down: the party leaves the list and the next in line is asked. Raises OfferAccepted."""
        at = self.clock()
        async with self.transaction() as session:
            locked, offer = await self.lock_for_offer(session, offer_id, at=at)
            party = await members(session, offer.party_id)
            self._refuse_strangers(actor, offer, party, token, "D")
            if offer.state is OfferState.ACCEPTED:
                raise OfferAccepted
            if offer.state is OfferState.OPEN:
                await turn_down(locked, actor, offer, party)

    @retried
    async def write_again(self, actor: Actor, *, offer_id: UUID, wanted_id: UUID) -> None:
        """Send the letter about an open offer once more; the deadline stays. Raises NotFound, OfferGone.

        `wanted_id` is minted with the form: sent twice it is one letter.
        """
        ensure(policy.may_waive(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            key = f"offer-again:{wanted_id}"
            if await once(session, key, b"", at=at) is not None:
                return
            locked, offer = await self.lock_for_offer(session, offer_id, at=at)
            if offer.state is OfferState.OPEN:
                locked.tell(OfferLetterWanted(offer_id=offer.id, wanted_id=wanted_id, at=at))
                first = (await members(session, offer.party_id))[0]
                record(
                    session, actor, "enrolment.offer_written_again", at=at, kind="enrolment", object_id=first.id,
                    person_id=first.person_id,
                )  # fmt: skip
                await remember(session, key, offer.id)
                return
        raise OfferGone

    @retried
    async def leave(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> None:
        """Leave the waiting list, the whole party as one. Raises NotWaiting for whoever has a place."""
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            by_link = self.signer.matches(token, "enrolment", enrolment.id, enrolment.link_version)
            if not (by_link or policy.reaches(actor, enrolment, "D")):
                raise NotFound
            if enrolment.state is EnrolmentState.CONFIRMED:
                raise NotWaiting
            await end_unplaced(locked, actor, enrolment)

    @staticmethod
    async def _accept(
        locked: LockedRun,
        actor: Actor,
        offer: Offer,
        party: Sequence[Enrolment],
        method: PaymentMethod | None,
    ) -> Placement:
        offered = [one for one in party if one.state is EnrolmentState.OFFERED]
        for one in offered:
            if method is not None:
                one.payment_method = rules.chosen_method(
                    locked.run, one.price_cents, method, possible=locked.settings.ways_to_pay
                )
            if one.price_cents and one.payment_method is PaymentMethod.FREE:
                raise PaymentMethodRefused
        offer.state, offer.answered_at = OfferState.ACCEPTED, locked.at
        locked.happened(offer.party_id, "accepted")
        await confirm(locked, actor, offered, is_new=False)
        return await placement(locked.session, offered)

    def _refuse_strangers(
        self, actor: Actor, offer: Offer, party: Sequence[Enrolment], token: str, act: str
    ) -> None:
        if self.signer.matches(token, PURPOSE, offer.id, version_of(party)):
            return
        if not any(policy.reaches(actor, one, act) for one in party):
            raise NotFound


async def end_unplaced(locked: LockedRun, actor: Actor, enrolment: Enrolment) -> None:
    """Take the whole party of somebody without a certain place off the run, and serve whoever comes next."""
    party = await members(locked.session, enrolment.party_id)
    if enrolment.state is EnrolmentState.OFFERED:
        offer = await open_offer(locked.session, enrolment.party_id)
        if offer is not None:
            await turn_down(locked, actor, offer, party)
        return
    reason = "by_team" if policy.is_enrolment_staff(actor) else "by_person"
    leaving = [
        one
        for one in party
        if one.state in {EnrolmentState.WAITING, EnrolmentState.REQUESTED}
        or one.is_pending
        or one.awaits_payment
    ]
    for one in leaving:
        locked.move(one, EnrolmentState.CANCELLED, actor=actor, action="left", reason=reason)
        locked.tell(EnrolmentCancelled(enrolment_id=one.id, by_centre=False))
    if leaving:
        locked.happened(enrolment.party_id, "left", reason)
        await locked.session.flush()
        await serve_waiting_list(locked)


async def turn_down(locked: LockedRun, actor: Actor, offer: Offer, party: Sequence[Enrolment]) -> None:
    """End an open offer by the party's own wish; the places go on to the next in the same transaction."""
    offer.state, offer.answered_at = OfferState.DECLINED, locked.at
    for one in party:
        if one.state is EnrolmentState.OFFERED:
            locked.move(one, EnrolmentState.EXPIRED, actor=actor, action="declined", reason="offer_declined")
    locked.happened(
        offer.party_id, "declined", "by_team" if policy.is_enrolment_staff(actor) else "by_person"
    )
    locked.tell(OfferDeclined(offer_id=offer.id))
    await locked.session.flush()
    await serve_waiting_list(locked)


async def open_offer(session: AsyncSession, party_id: UUID) -> Offer | None:
    """The offer a party has to answer, if there is one."""
    return (
        await session.scalars(select(Offer).where(Offer.party_id == party_id, Offer.state == OfferState.OPEN))
    ).first()


async def members(session: AsyncSession, party_id: UUID) -> list[Enrolment]:
    """Everybody in a party, as they are now."""
    found = await session.scalars(
        select(Enrolment)
        .where(Enrolment.party_id == party_id)
        .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
        .execution_options(populate_existing=True)
    )
    return list(found.all())
