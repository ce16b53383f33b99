"""Letters about getting a place: booked, waiting, offered, consent needed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.catalogue.distance_reading import approval_number_of
from lms.db import links_of, retried
from lms.enrolment import events
from lms.enrolment.letters.conditions import conditions_paper
from lms.enrolment.letters.endings import out_of_calendar
from lms.enrolment.letters.facts import Facts, facts_of, invoice_of, send, settlement_of, sum_in_words
from lms.enrolment.letters.prices import explained
from lms.enrolment.models import Enrolment, EnrolmentState, Offer, OfferState
from lms.enrolment.queries import position_of
from lms.enrolment.seats.rules import is_held_seat
from lms.enrolment.service.offering import offer_path
from lms.jobs.queue import enqueue
from lms.people.queries import have_conflict
from lms.web.letters import Enclosed
from lms.web.module import Around

CONTRACT = "send-contract"


async def confirm_place(session: AsyncSession, event: events.PlaceConfirmed) -> None:
    """The place is booked. Where it costs something, its conditions go with the letter on paper, drawn outside of this transaction."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None:
        return
    if facts.enrolment.price_cents:
        enqueue(session, CONTRACT, {"enrolment_id": str(event.enrolment_id)})
        return
    await write_confirmation(session, facts)


async def write_confirmation(session: AsyncSession, facts: Facts, papers: Sequence[Enclosed] = ()) -> None:
    """When, where, what to bring, what it costs, how to cancel; with a calendar file and the conditions.

    Whoever moved from another run reads about both, and somebody whose place another pays for reads that it is theirs.
    """
    enrolment = facts.enrolment
    at = enrolment.confirmed_at or enrolment.changed_at
    invoice = await invoice_of(session, enrolment.id)
    has_price = enrolment.price_cents > 0  # the confirmation of a contract (§ 312f BGB)
    former = await facts_of(session, enrolment.follows_id) if enrolment.follows_id else None
    has_right = facts.course.has_withdrawal_right and enrolment.price_cents > 0 and not enrolment.company_id
    has_moved = former is not None and former.run.id != facts.run.id
    if former is not None and has_moved and former.enrolment.confirmed_at is not None:
        await send(
            session, facts, "enrolment_moved", at=at, dates=[*out_of_calendar(former, former.dates), *facts.held],
            papers=papers, invoice=invoice, former_course=former.word("title"), former_number=former.run.number,
            in_writing=has_price,
            lines=await sum_in_words(session, facts, enrolment.id), **await settlement_of(session, enrolment.id),
        )  # fmt: skip
    elif former is not None and not has_moved and former.reader.id == facts.reader.id:
        guest = replace(facts, reader=facts.person)
        if facts.person.id != facts.reader.id and (facts.person.email or facts.person.city):
            await send(session, guest, "place_taken_over", at=at, dates=facts.held)
    else:
        rest_cents = (await balance_of(session, [enrolment.id]))[enrolment.id].open_cents
        await send(
            session, facts, "place_confirmed", at=at, dates=facts.held, papers=papers, invoice=invoice,
            in_writing=has_price,
            has_withdrawal_right=has_right, asked_to_begin=enrolment.early_start_at is not None,
            is_paid=has_price and rest_cents <= 0, rest_cents=rest_cents,
            approval_number=await approval_number_of(session, facts.course.id) if has_price else "",
            **await explained(session, facts),
        )  # fmt: skip


def contract_sender(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that draws the conditions of a contract and sends the confirmation with them; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        enrolment_id = UUID(payload["enrolment_id"])
        async with around.begin.reading() as session:
            facts = await facts_of(session, enrolment_id)
        if facts is not None:
            await _send_contract(around, enrolment_id, await conditions_paper(facts, around.settings))

    return act


@retried
async def _send_contract(around: Around, enrolment_id: UUID, paper: Enclosed) -> None:
    async with around.begin() as session:
        facts = await facts_of(session, enrolment_id)
        if facts is not None:
            await write_confirmation(session, facts, [paper])


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
    is_asked = enrolment.state is EnrolmentState.REQUESTED or is_held_seat(enrolment)
    if not is_asked or await have_conflict(session, enrolment.person_id):
        return
    token = links_of(session).signer.token("consent", enrolment.id, enrolment.link_version)
    await send(
        session,
        facts,
        name,
        version=str(enrolment.link_version) if is_held_seat(enrolment) else "",
        at=at,
        deadline=enrolment.held_until,
        in_writing=True,  # to be signed, or answered by its link
        consent_path=f"/einwilligung/{enrolment.id}/{token}",
    )


async def offer_place(session: AsyncSession, event: events.PlaceOffered) -> None:
    """A place is free: until when it is kept, and two ways to answer. One letter for the whole party."""
    offer = await session.get(Offer, event.offer_id)
    if offer is not None:
        await _write_offer(session, offer, at=offer.made_at, version=str(offer.id))


async def offer_place_again(session: AsyncSession, event: events.OfferLetterWanted) -> None:
    """The same letter once more, for somebody who has lost it; the deadline stays what it was."""
    offer = await session.get(Offer, event.offer_id)
    if offer is not None:
        await _write_offer(session, offer, at=event.at, version=f"{offer.id}:{event.wanted_id}")


async def _write_offer(session: AsyncSession, offer: Offer, *, at: datetime, version: str) -> None:
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
    path = await offer_path(session, links_of(session).signer, offer)
    await send(
        session,
        facts,
        "place_offered",
        at=at,
        version=version,
        deadline=offer.deadline,
        answer_by=offer.deadline,
        places=len(claims),
        offer_path=path,
    )
