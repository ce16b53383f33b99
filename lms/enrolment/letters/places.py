"""Letters about getting a place: booked, waiting, offered, consent needed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import links_of
from lms.enrolment import events
from lms.enrolment.letters.facts import Facts, facts_of, invoice_of, send
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, OfferState
from lms.enrolment.queries import position_of
from lms.people.queries import have_conflict


async def confirm_place(session: AsyncSession, event: events.PlaceConfirmed) -> None:
    """The place is booked: when, where, what to bring, what it costs, how to cancel; with a calendar file."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None:
        return
    await send(
        session,
        facts,
        "place_confirmed",
        at=facts.enrolment.confirmed_at or facts.enrolment.changed_at,
        dates=facts.held,
        invoice=await invoice_of(session, event.enrolment_id),
        has_withdrawal_right=facts.course.has_withdrawal_right and facts.enrolment.price_cents > 0,
    )


async def confirm_spot_on_the_list(session: AsyncSession, event: events.PutOnWaitingList) -> None:
    """The person waits: at which place in line, what happens next, how to leave. Nothing if that is over already."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None or facts.enrolment.state is not EnrolmentState.WAITING:
        return
    position = await position_of(session, facts.enrolment.party_id)
    await send(session, facts, "put_on_waiting_list", at=facts.enrolment.changed_at, position=position)


async def promise_the_next_run(session: AsyncSession, event: events.KeptForNextRun) -> None:
    """Nothing was free, and the person wants to hear of the next run."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is not None:
        await send(session, facts, "kept_for_next_run", at=facts.enrolment.changed_at)


async def ask_for_consent(session: AsyncSession, event: events.ConsentAsked) -> None:
    """The guardian is asked to agree, with a link that needs no account."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is not None:
        await _ask(session, facts, "consent_asked", at=facts.enrolment.changed_at)


async def remind_of_consent(session: AsyncSession, enrolment: Enrolment, *, at: datetime) -> None:
    """The same question once more, before it lapses."""
    facts = await facts_of(session, enrolment.id)
    if facts is not None:
        await _ask(session, facts, "consent_reminder", at=at)


async def _ask(session: AsyncSession, facts: Facts, name: str, *, at: datetime) -> None:
    """To the guardian who decides. Where guardians disagree nobody is asked by letter (L-32): the team calls them."""
    enrolment = facts.enrolment
    if enrolment.state is not EnrolmentState.REQUESTED or await have_conflict(session, enrolment.person_id):
        return
    token = links_of(session).signer.token("consent", enrolment.id, enrolment.link_version)
    await send(
        session,
        facts,
        name,
        at=at,
        deadline=enrolment.held_until,
        consent_path=f"/einwilligung/{enrolment.id}/{token}",
    )


async def offer_place(session: AsyncSession, event: events.PlaceOffered) -> None:
    """A place is free: until when it is kept, and two ways to answer. One letter for the whole party."""
    offer = await session.get(Offer, event.offer_id)
    if offer is None:
        return
    claims = (
        await session.scalars(
            select(Enrolment.id)
            .where(Enrolment.party_id == offer.party_id)
            .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
        )
    ).all()
    facts = await facts_of(session, claims[0])
    if facts is None or offer.state is not OfferState.OPEN:
        return
    token = links_of(session).signer.token("offer", offer.id)
    await send(
        session,
        facts,
        "place_offered",
        at=offer.made_at,
        version=str(offer.id),
        deadline=offer.deadline,
        places=len(claims),
        offer_path=f"/angebot/{offer.id}/{token}",
    )
