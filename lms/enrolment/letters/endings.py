"""Letters about places that end: cancelled, lapsed, turned down, and a run that does not take place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import RunState
from lms.enrolment import events
from lms.enrolment.letters.facts import (
    Facts,
    facts_of,
    follower_of,
    invoice_of,
    other_runs,
    reads_for_another,
    send,
    settlement_of,
    sum_in_words,
)
from lms.enrolment.models import HANDED_OVER, MOVED_AWAY, WITHDRAWN, Enrolment, Offer, OfferState
from lms.enrolment.seats.rules import is_for_employee
from lms.people.models import Person
from lms.scheduling.calendar import Entry
from lms.web.language import gettext, use_locale


async def close_offer(session: AsyncSession, event: events.OfferLapsed | events.OfferDeclined) -> None:
    """The offered place has gone to the next in line; how to join again. One letter for the whole party."""
    offer = await session.get(Offer, event.offer_id)
    if offer is None:
        return
    first = await session.scalar(
        select(Enrolment.id)
        .where(Enrolment.party_id == offer.party_id)
        .order_by(Enrolment.created_at, Enrolment.rank, Enrolment.id)
        .limit(1)
    )
    facts = await facts_of(session, first) if first else None
    if facts is not None:
        name = "offer_declined" if offer.state is OfferState.DECLINED else "offer_lapsed"
        at = offer.answered_at or offer.deadline
        await send(session, facts, name, at=at, version=str(offer.id), deadline=offer.deadline)


async def close_request(session: AsyncSession, event: events.RequestExpired) -> None:
    """Nobody consented in time."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is not None:
        await send(session, facts, "request_expired", at=facts.enrolment.changed_at)


async def confirm_cancellation(session: AsyncSession, event: events.EnrolmentCancelled) -> None:
    """The enrolment has ended: what that costs or pays back; with the run, why and what there is instead."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None:
        return
    enrolment, run = facts.enrolment, facts.run
    at = enrolment.ended_at or enrolment.changed_at
    had_place = enrolment.confirmed_at is not None
    taken_out: Sequence[Entry] = ()
    if had_place and not await reads_for_another(session, facts):
        taken_out = out_of_calendar(facts, [*facts.dates, *facts.given_back])
    if enrolment.ended_reason == MOVED_AWAY:
        return  # the letter about the new place says it
    money = await settlement_of(session, enrolment.id)
    if is_for_employee(enrolment):  # the company pays, and reads about it in a letter of its own
        money = dict.fromkeys(money, 0)
    if enrolment.ended_reason == HANDED_OVER:
        await _tell_of_substitute(session, facts, at=at, taken_out=taken_out)
        return
    if enrolment.ended_reason == WITHDRAWN:
        lines = await sum_in_words(session, facts, enrolment.id)
        await send(
            session,
            facts,
            "enrolment_withdrawn",
            at=at,
            dates=taken_out,
            lines=lines,
            in_writing=True,
            **money,
        )
        return
    if run.state is RunState.CANCELLED:
        reason = (run.cancelled_reason_en if facts.language == "en" else "") or run.cancelled_reason_de
        runs = await other_runs(session, run, at)
        await send(
            session, facts, "run_cancelled", at=at, dates=taken_out, reason=reason, runs=runs, had_place=had_place, **money
        )  # fmt: skip
        return
    await send(
        session, facts, "enrolment_cancelled", at=at, dates=taken_out, had_place=had_place, by_centre=event.by_centre,
        in_writing=enrolment.price_cents > 0 and had_place, **money,
    )  # fmt: skip


async def _tell_of_substitute(
    session: AsyncSession, facts: Facts, *, at: datetime, taken_out: Sequence[Entry]
) -> None:
    """Who takes part now, and what it came to for whoever had the place."""
    follower = await follower_of(session, facts.enrolment.id)
    if follower is None or follower.person_id is None:
        return
    person = await session.get_one(Person, follower.person_id)
    goes_on_paying = follower.contact_id == facts.reader.id
    whose = follower.id if goes_on_paying else facts.enrolment.id
    await send(
        session,
        facts,
        "handed_over",
        at=at,
        dates=taken_out if facts.person.id == facts.reader.id else (),
        substitute=person.name,
        goes_on_paying=goes_on_paying,
        invoice=await invoice_of(session, whose),
        lines=await sum_in_words(session, facts, whose),
        **await settlement_of(session, whose),
    )


async def tell_of_goodwill(session: AsyncSession, event: events.GoodwillGranted) -> None:
    """How much the team has let off, why, and what is left."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None:
        return
    await send(
        session,
        facts,
        "goodwill",
        at=datetime.fromisoformat(event.at),
        version=event.at,
        off_cents=event.off_cents,
        reason=event.reason,
        invoice=await invoice_of(session, event.enrolment_id),
        lines=await sum_in_words(session, facts, event.enrolment_id),
        **await settlement_of(session, event.enrolment_id),
    )


async def tell_of_changed_sessions(session: AsyncSession, event: events.ChosenSessionsChanged) -> None:
    """Which single sessions somebody comes to now, and what is to be paid; the calendar file takes the others out."""
    facts = await facts_of(session, event.enrolment_id)
    if facts is None or facts.enrolment.version != event.version:
        return  # changed once more meanwhile: the later letter says it all
    dropped = [entry for entry in facts.given_back if entry.session_id in event.dropped]
    money = await settlement_of(session, facts.enrolment.id)
    await send(
        session,
        facts,
        "sessions_changed",
        at=facts.enrolment.changed_at,
        version=str(event.version),
        dates=[*facts.held, *out_of_calendar(facts, facts.given_back)],
        comes_to=facts.held,
        dropped=dropped,
        **money,
    )


def out_of_calendar(facts: Facts, dates: Sequence[Entry]) -> list[Entry]:
    """The sessions as cancelled in this reader's calendar, whether or not they take place for others."""
    with use_locale(facts.language):
        summary = gettext("Cancelled: %(course)s", course=facts.word("title"))
    return [
        replace(entry, is_cancelled=True, sequence=entry.sequence + (not entry.is_cancelled), summary=summary)
        for entry in dates
    ]
