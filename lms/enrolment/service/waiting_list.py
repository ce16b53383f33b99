"""Serving the line: what has lapsed ends, what is free is offered, in order, until nobody fits any more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import PaymentMethod
from lms.enrolment import rules
from lms.enrolment.events import OfferLapsed, PaymentMissed, PlaceOffered, RequestExpired
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, OfferState, Party
from lms.enrolment.rules import InLine
from lms.enrolment.service.locked import LockedRun, lock, look
from lms.enrolment.service.reach import slow_parties
from lms.settings import Settings

UNPAID = "payment_missing"
"""Why a place is free again that was held for an online payment (`Enrolment.ended_reason`)."""


async def run_locked(session: AsyncSession, run_id: UUID, *, at: datetime, settings: Settings) -> LockedRun:
    """Lock the run, settle what has lapsed there and serve its list: the present as it should be. Raises NotFound."""
    locked = await lock(session, run_id, at=at, settings=settings)
    if locked.due:
        await settle_lapsed(locked)
    await serve_waiting_list(locked)
    return locked


async def serve_waiting_list(locked: LockedRun) -> Sequence[Offer]:
    """Offer what is free to whoever is first in line and fits; call it after anything that may have freed a place."""
    made: list[Offer] = []
    reached, free = 0, locked.free
    while locked.is_promoting and locked.smallest is not None and locked.smallest <= locked.free:
        chosen = rules.next_in_line(await _fitting(locked), locked.free)
        if not chosen:
            break
        made += await _offer(locked, chosen)
        reached = max(reached, chosen[-1].position)
        await look(locked)
    if made:
        await _note_who_was_passed(locked, reached, free)
    return made


async def settle_lapsed(locked: LockedRun) -> None:
    """End the holds, offers and requests of this run whose time is over."""
    lapsed = await locked.session.execute(
        update(Offer)
        .where(Offer.run_id == locked.run.id, Offer.state == OfferState.OPEN, Offer.deadline <= locked.at)
        .values(state=OfferState.LAPSED, answered_at=locked.at)
        .returning(Offer.id, Offer.party_id)
    )
    for offer_id, party_id in lapsed.all():
        locked.happened(party_id, "lapsed", "deadline_passed")
        locked.tell(OfferLapsed(offer_id=offer_id))
    for state, reason in (
        (EnrolmentState.HELD, "hold_expired"),
        (EnrolmentState.OFFERED, "offer_lapsed"),
        (EnrolmentState.REQUESTED, "no_consent"),
    ):
        ended = await locked.session.execute(
            update(Enrolment)
            .where(
                Enrolment.run_id == locked.run.id, Enrolment.state == state, Enrolment.held_until <= locked.at
            )
            .values(
                state=EnrolmentState.EXPIRED,
                held_until=None,
                changed_at=locked.at,
                ended_at=locked.at,
                ended_reason=case((Enrolment.payment_method == PaymentMethod.ONLINE, UNPAID), else_=reason)
                if state is EnrolmentState.HELD
                else reason,
                version=Enrolment.version + 1,
            )
            .returning(Enrolment.id, Enrolment.person_id, Enrolment.ended_reason)
        )
        for enrolment_id, person_id, why in ended.all():
            locked.note(enrolment_id, person_id, "expired", state, EnrolmentState.EXPIRED, reason=why)
            if why == UNPAID:
                locked.tell(PaymentMissed(enrolment_id=enrolment_id))
            if state is EnrolmentState.REQUESTED:
                locked.tell(RequestExpired(enrolment_id=enrolment_id))
            else:
                locked.free += 1
    await look(locked)


async def _fitting(locked: LockedRun) -> list[InLine]:
    """The first parties in line that fit into what is free, each taken by itself."""
    waits = (
        select(Enrolment.id)
        .where(Enrolment.party_id == Party.id, Enrolment.state == EnrolmentState.WAITING)
        .exists()
    )
    rows = await locked.session.execute(
        select(Party.id, Party.position, Party.size)
        .where(Party.run_id == locked.run.id, Party.size <= locked.free, waits)
        .order_by(Party.position)
        .limit(locked.free)
    )
    return [InLine(*row) for row in rows]


async def _offer(locked: LockedRun, chosen: Sequence[InLine]) -> list[Offer]:
    """Hold the places for these parties. The offers are written first and in order, as the database's guard demands."""
    slow = await slow_parties(locked.session, [party.party_id for party in chosen])
    usual, longer = (
        rules.offer_deadline(locked.run, locked.at, hours)
        for hours in (locked.settings.offer_hours, locked.settings.offer_hours_by_letter)
    )
    offers = [
        Offer(
            party_id=party.party_id,
            run_id=locked.run.id,
            made_at=locked.at,
            deadline=longer if party.party_id in slow else usual,
        )
        for party in chosen
    ]
    await locked.session.execute(
        insert(Offer),
        [
            {
                "id": offer.id,
                "party_id": offer.party_id,
                "run_id": offer.run_id,
                "made_at": offer.made_at,
                "deadline": offer.deadline,
                "state": offer.state,
            }
            for offer in offers
        ],
    )
    for deadline in sorted({offer.deadline for offer in offers}):
        offered = await locked.session.execute(
            update(Enrolment)
            .where(
                Enrolment.party_id.in_([offer.party_id for offer in offers if offer.deadline == deadline]),
                Enrolment.state == EnrolmentState.WAITING,
            )
            .values(
                state=EnrolmentState.OFFERED,
                held_until=deadline,
                changed_at=locked.at,
                version=Enrolment.version + 1,
            )
            .returning(Enrolment.id, Enrolment.person_id)
        )
        for enrolment_id, person_id in offered.all():
            locked.free -= 1
            locked.note(enrolment_id, person_id, "offered", EnrolmentState.WAITING, EnrolmentState.OFFERED)
    for offer in offers:
        locked.happened(offer.party_id, "offered", "place_freed")
        locked.tell(PlaceOffered(offer_id=offer.id))
    return offers


async def _note_who_was_passed(locked: LockedRun, reached: int, free: int) -> None:
    """Say to everybody ahead of the last one asked, and still waiting, why it was not their turn: so few were free."""
    passed = await locked.session.scalars(
        select(Party.id)
        .join(Enrolment, Enrolment.party_id == Party.id)
        .where(
            Enrolment.run_id == locked.run.id,
            Enrolment.state == EnrolmentState.WAITING,
            Party.position < reached,
        )
        .distinct()
    )
    for party_id in passed.all():
        locked.happened(party_id, "skipped", "needs_more_places", free=free)
