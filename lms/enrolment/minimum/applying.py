"""Carrying out what people agreed to: dates, places, books and the run itself, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.billing.models import EntryKind, SettlementCause
from lms.billing.queries import balance_of
from lms.billing.settling import request_settlement
from lms.catalogue.models import RunState
from lms.enrolment.errors import OthersWait, RunFull, RunNotOffered
from lms.enrolment.minimum import rules
from lms.enrolment.minimum.errors import AnswersMissing, NewcomersNotAsked, NobodyAgreed, TooFewPlaces
from lms.enrolment.minimum.events import ProposalApplied
from lms.enrolment.minimum.models import Measure, Proposal, ProposalState, Reply
from lms.enrolment.minimum.queries import Answered, answers_of, placed_in, planned_sessions
from lms.enrolment.minimum.terms import change_set, refuse_other_dates
from lms.enrolment.minimum.values import Outcome, Share, Terms, terms_of
from lms.enrolment.minimum.words import PAID, RELEASED, merged_into, new_fee
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.rules import TAKES_PEOPLE
from lms.enrolment.service.cancelling import cancel_place
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.rebooking import rebook
from lms.enrolment.service.steering import end_run
from lms.enrolment.service.taking_along import move_party
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.kernel.actor import Actor
from lms.scheduling.changing import apply as change_sessions
from lms.scheduling.demands import Ground
from lms.scheduling.events import SessionsChanged

CAUSES = {
    Measure.SMALL_GROUP: SettlementCause.SMALL_GROUP,
    Measure.SHORTEN: SettlementCause.REPRICED,
    Measure.MOVE: SettlementCause.REPRICED,
    Measure.MERGE: SettlementCause.TRANSFERRED,
}


async def carry_out(
    locked: LockedRun, other: LockedRun | None, actor: Actor, proposal: Proposal, ground: Ground
) -> Outcome:
    """Do it for everybody who agreed; the others are released free of charge. `other` is the locked run that people go to.

    Dates come first, for they may be refused; papers last, for their numbers are locked until the end.
    Raises RunNotOffered, NewcomersNotAsked, AnswersMissing, NobodyAgreed, AgreedDatesChanged, TooFewPlaces, OthersWait,
    and what changing sessions raises.
    """
    session, terms = locked.session, terms_of(proposal)
    answers = [one for one in await answers_of(session, proposal.id) if one.is_live]
    await _refuse(locked, proposal, answers)
    agreed = [one for one in answers if one.answer.reply is Reply.YES]
    others = [one for one in answers if one.answer.reply is not Reply.YES]
    told = None
    if terms.dropped or terms.moved:
        told = await _change_dates(locked, actor, proposal, terms, ground)
    if other is not None:
        enrolments = await _move(locked, other, actor, terms, agreed)
    else:
        enrolments = {one.enrolment.id: one.enrolment for one in agreed}
        await _reprice(locked, actor, proposal, terms, agreed)
    await _release(locked, actor, proposal, others)
    proposal.state, proposal.ended_at = ProposalState.APPLIED, locked.at
    proposal.version += 1
    await session.flush()
    if other is not None:
        german, english = merged_into(other.run.number)
        await end_run(locked, actor, reason_de=german, reason_en=english)
    else:
        _confirm(locked, actor, terms)
        await session.flush()
        await serve_waiting_list(locked)
    record(
        session, actor, "proposal.applied", at=locked.at, kind="run", object_id=locked.run.id,
        after={"measure": proposal.measure, "people": len(agreed), "released": len(others)},
    )  # fmt: skip
    locked.tell(ProposalApplied(proposal_id=proposal.id))
    await session.flush()
    books = await balance_of(
        session, [*(one.id for one in enrolments.values()), *(one.enrolment.id for one in others)]
    )
    return Outcome(
        proposal_id=proposal.id,
        measure=proposal.measure,
        kept=[
            _share(one, enrolments[one.enrolment.id].price_cents, books[enrolments[one.enrolment.id].id].open_cents)
            for one in agreed
        ],
        released=[_share(one, 0, books[one.enrolment.id].open_cents) for one in others],
        told=told,
    )  # fmt: skip


async def _refuse(locked: LockedRun, proposal: Proposal, answers: Sequence[Answered]) -> None:
    if locked.run.state not in TAKES_PEOPLE:
        raise RunNotOffered
    placed = await placed_in(locked.session, locked.run.id)
    if {one.id for one in placed} - {one.enrolment.id for one in answers}:
        raise NewcomersNotAsked
    replies = [one.answer.reply for one in answers]
    if Reply.OPEN in replies and locked.at < proposal.deadline:
        raise AnswersMissing
    if Reply.YES not in replies:
        raise NobodyAgreed


async def _change_dates(
    locked: LockedRun, actor: Actor, proposal: Proposal, terms: Terms, ground: Ground
) -> SessionsChanged:
    run = locked.run
    meetings = await planned_sessions(locked.session, run.id)
    wanted = change_set(terms, meetings, reason=proposal.reason)
    began = run.starts_at
    told = await change_sessions(locked.session, actor, wanted, ground, now=locked.at)
    if began is not None and run.starts_at is not None and terms.moved:
        later = run.starts_at - began  # whoever still wants to come has as long before the start as planned
        if run.closes_days_before is None:  # what is counted from the dates has followed them already
            run.enrolment_closes_at = run.enrolment_closes_at and run.enrolment_closes_at + later
        if run.promotion_session is None:
            run.promotion_ends_at = run.promotion_ends_at and run.promotion_ends_at + later
    return told


async def _move(
    locked: LockedRun, other: LockedRun, actor: Actor, terms: Terms, agreed: Sequence[Answered]
) -> Mapping[UUID, Enrolment]:
    """Everybody who agreed goes to the other run, those who came together as one; gives the new enrolments by the former."""
    session = locked.session
    refuse_other_dates(terms, await planned_sessions(session, other.run.id))
    together: dict[UUID, list[Answered]] = {}
    for one in agreed:
        together.setdefault(one.enrolment.party_id, []).append(one)
    moved: dict[UUID, Enrolment] = {}
    try:
        for party in together.values():
            prices = [min(one.answer.after_cents, one.enrolment.price_cents) for one in party]
            new = await move_party(locked, other, actor, [one.enrolment for one in party], prices=prices)
            moved |= {one.enrolment.id: fresh for one, fresh in zip(party, new, strict=True)}
    except RunFull as refusal:
        if other.run.waiting:
            raise OthersWait from refusal
        raise TooFewPlaces(free=other.free + len(moved), needed=len(agreed)) from refusal
    for fresh in moved.values():
        await _settle(other, actor, fresh, SettlementCause.TRANSFERRED, "")
    return moved


async def _reprice(
    locked: LockedRun, actor: Actor, proposal: Proposal, terms: Terms, agreed: Sequence[Answered]
) -> None:
    run = locked.run
    for one in agreed:
        enrolment = one.enrolment
        # never more than was agreed to: a reduction may have been granted meanwhile
        now = rules.repriced(enrolment.price_cents, terms.base_cents, terms.price_cents)
        price = min(one.answer.after_cents, now)
        if price != enrolment.price_cents:
            await rebook(
                locked, actor, enrolment, [("participation", price, EntryKind.CHARGE)],
                cause=CAUSES[proposal.measure],
            )  # fmt: skip
            enrolment.version += 1
            enrolment.changed_at = locked.at
            record(
                locked.session, actor, "enrolment.price_agreed", at=locked.at, kind="enrolment",
                object_id=enrolment.id, person_id=enrolment.person_id,
                before={"price_cents": one.answer.before_cents}, after={"price_cents": price},
            )  # fmt: skip
            await _settle(locked, actor, enrolment, CAUSES[proposal.measure], proposal.reason)
    unplaced = await locked.session.scalars(
        select(Enrolment).where(
            Enrolment.run_id == run.id,
            Enrolment.is_drop_in.is_(False),
            Enrolment.state.in_((EnrolmentState.WAITING, EnrolmentState.REQUESTED)),
        )
    )
    for (
        claim
    ) in unplaced:  # nothing is charged yet; who waits agrees with the place, who has agreed pays no more
        now = rules.repriced(claim.price_cents, terms.base_cents, terms.price_cents)
        waits = claim.state is EnrolmentState.WAITING
        claim.price_cents = now if waits else min(now, claim.price_cents)


async def _release(locked: LockedRun, actor: Actor, proposal: Proposal, others: Sequence[Answered]) -> None:
    for one in others:
        silent = one.answer.reply is Reply.OPEN
        await cancel_place(
            locked,
            actor,
            one.enrolment,
            reason="proposal_unanswered" if silent else "proposal_declined",
            by_centre=True,
        )
        await _settle(locked, actor, one.enrolment, SettlementCause.RELEASED, proposal.reason)


async def _settle(
    locked: LockedRun, actor: Actor, enrolment: Enrolment, cause: SettlementCause, reason: str
) -> None:
    """Ask the cashiers for what the account stands at; the lines add up to it."""
    await locked.session.flush()
    paid = (await balance_of(locked.session, [enrolment.id]))[enrolment.id].paid_cents
    released = cause is SettlementCause.RELEASED
    lines = [
        {
            "message": RELEASED if released else new_fee(cause),
            "params": {},
            "amount_cents": 0 if released else enrolment.price_cents,
        }
    ]
    if paid:
        lines.append({"message": PAID, "params": {}, "amount_cents": -paid})
    await request_settlement(
        locked.session, actor, enrolment_id=enrolment.id, cause=cause, lines=lines, reason=reason,
        at=locked.at,
    )  # fmt: skip


def _confirm(locked: LockedRun, actor: Actor, terms: Terms) -> None:
    """The run takes place for certain, on the new terms for newcomers as well."""
    run = locked.run
    before = {"state": run.state, "price_cents": run.price_cents}
    if terms.price_cents != terms.base_cents:
        if run.concession_cents is not None:
            run.concession_cents = rules.repriced(run.concession_cents, terms.base_cents, terms.price_cents)
        run.price_cents = terms.price_cents
    run.state, run.version = RunState.CONFIRMED, run.version + 1
    after = {"state": run.state, "price_cents": run.price_cents}
    changed = {name for name in before if before[name] != after[name]}
    record(
        locked.session, actor, "run.confirmed", at=locked.at, kind="run", object_id=run.id,
        before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
    )  # fmt: skip


def _share(one: Answered, after_cents: int, open_cents: int) -> Share:
    return Share(
        enrolment_id=one.enrolment.id,
        person_id=one.person.id,
        name=one.person.name,
        before_cents=one.answer.before_cents,
        after_cents=after_cents,
        open_cents=open_cents,
    )
