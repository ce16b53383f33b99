"""Coming to single sessions of a run (F-B05): places now or none, given back one by one.

What somebody owes is the sum over their sessions: the price of each they come to, and what is kept of those given back.
Whenever that changes the books say it anew: the former sum is credited, the new one charged, so that one invoice is valid.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from lms.billing.models import EntryKind, SettlementCause
from lms.billing.queries import balance_of
from lms.catalogue.models import PaymentMethod, Run
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.errors import DropInNotOffered, PaymentMethodRefused, ReasonNeeded, RunIsOver, SessionFull
from lms.enrolment.events import ChosenSessionsChanged, EnrolmentCancelled
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState, PartyRule
from lms.enrolment.queries import sessions_of
from lms.enrolment.service.locked import LockedRun, lock
from lms.enrolment.service.order import Order, bookable
from lms.enrolment.service.placing import ask_team, confirm, new_party, request
from lms.enrolment.service.rebooking import rebook
from lms.enrolment.service.settling import ask_cashiers
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.values import CANCEL_WORDS, Cancellation, CancellationLine
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session, SessionState

Chosen = Sequence[tuple[EnrolmentSession, Session]]
PURPOSE = "enrolment"


class DroppingIn(Transactions):
    """Changing which single sessions somebody comes to."""

    @retried
    async def add_sessions(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        session_ids: Collection[UUID],
        payment_method: PaymentMethod | None = None,
        token: str = "",
    ) -> Enrolment:
        """Come to further sessions of the same run. Those chosen already stay as they are.

        `token` is the one of the letters about the enrolment. Raises NotFound, DropInNotOffered, SessionFull,
        PaymentMethodRefused where a price is due and nobody has said how it is paid.
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            self._refuse_outsiders_of_sessions(actor, enrolment, token)
            if not enrolment.is_drop_in or enrolment.state is not EnrolmentState.CONFIRMED:
                raise DropInNotOffered
            there = await sessions_of(session, enrolment.id)
            live = {one.session_id for one, _ in there if one.ended_at is None}
            wanted = set(session_ids) - live
            if not wanted:
                return enrolment
            meetings = await bookable(locked, actor, wanted)
            refuse_unless_room(locked, meetings, 1)
            price = locked.run.drop_in_price_cents
            if price and enrolment.payment_method is PaymentMethod.FREE:
                enrolment.payment_method = rules.chosen_method(
                    locked.run, price, payment_method, possible=locked.settings.ways_to_pay
                )
                if enrolment.payment_method is PaymentMethod.FREE:
                    raise PaymentMethodRefused
            before = {one.session_id: one for one, _ in there}
            for meeting in meetings:
                known = before.get(meeting.id)
                if known is None:
                    session.add(
                        EnrolmentSession(enrolment_id=enrolment.id, session_id=meeting.id, price_cents=price)
                    )
                else:
                    known.ended_at, known.price_cents = None, price
            await _change(locked, actor, enrolment, "sessions_added", dropped=[])
            return enrolment

    @retried
    async def give_back(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        session_ids: Collection[UUID],
        reason: str = "",
        token: str = "",
        waive_reason: str = "",
    ) -> Cancellation:
        """Give single sessions back, each by its own deadline; with the last one the enrolment ends.

        Sessions that are not the person's any more are passed over: twice is as good as once. Raises NotFound, RunIsOver.
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            self._refuse_outsiders_of_sessions(actor, enrolment, token)
            if waive_reason:
                ensure(policy.may_waive(actor), actor)
            if not enrolment.is_drop_in:
                raise NotFound
            return await end_sessions(
                locked, actor, enrolment, session_ids, reason=reason, waive_reason=waive_reason
            )

    async def settle_cancelled_sessions(self) -> int:
        """Let nobody owe for a single session that the centre has cancelled; says how many enrolments were touched."""
        async with self.begin.reading() as session:
            due = (
                await session.execute(
                    select(Enrolment.run_id, Enrolment.id)
                    .join(EnrolmentSession, EnrolmentSession.enrolment_id == Enrolment.id)
                    .join(Session, Session.id == EnrolmentSession.session_id)
                    .where(
                        Enrolment.state == EnrolmentState.CONFIRMED,
                        Session.state == SessionState.CANCELLED,
                        EnrolmentSession.ended_at.is_(None),
                        (EnrolmentSession.price_cents > 0) | ~_still_comes(),
                    )
                    .distinct()
                )
            ).all()
        for run_id, enrolment_id in due:
            await self._settle_cancelled(run_id, enrolment_id)
        return len(due)

    @retried
    async def _settle_cancelled(self, run_id: UUID, enrolment_id: UUID) -> None:
        at = self.clock()
        async with self.transaction() as session:
            locked = await lock(session, run_id, at=at, settings=self.settings)
            enrolment = await session.get_one(Enrolment, enrolment_id, populate_existing=True)
            if enrolment.state is not EnrolmentState.CONFIRMED:
                return
            chosen = await sessions_of(session, enrolment.id)
            dropped = [one for one, meeting in chosen if one.ended_at is None and _is_off(meeting)]
            owed = sum(one.price_cents for one in dropped)
            for one in dropped:
                one.price_cents = 0
            if any(one.ended_at is None and not _is_off(meeting) for one, meeting in chosen):
                if owed:
                    ids = [one.session_id for one in dropped]
                    await _change(locked, SYSTEM, enrolment, "session_cancelled", dropped=ids)
                    await _pay_back(locked, enrolment)
                return
            await _rebook(locked, SYSTEM, enrolment)
            await _pay_back(locked, enrolment)
            locked.move(
                enrolment,
                EnrolmentState.CANCELLED,
                actor=SYSTEM,
                action="cancelled",
                reason="session_cancelled",
            )
            if owed:  # the letter about the session has said the rest
                locked.tell(EnrolmentCancelled(enrolment_id=enrolment.id, by_centre=True))

    def _refuse_outsiders_of_sessions(self, actor: Actor, enrolment: Enrolment, token: str) -> None:
        if self.signer.matches(token, PURPOSE, enrolment.id, enrolment.link_version):
            return
        if not policy.reaches(actor, enrolment, "D"):
            raise NotFound


async def drop_in(locked: LockedRun, actor: Actor, order: Order) -> list[Enrolment]:
    """Place a party in single sessions at once, or have it wait for the guardian's consent. Raises SessionFull."""
    session = locked.session
    refuse_unless_room(locked, order.sessions, len(order.entrants))
    party = await new_party(locked, len(order.entrants), PartyRule.TOGETHER)
    claims = [order.claim(locked, entrant, party.id) for entrant in order.entrants]
    session.add_all(claims)
    await session.flush()  # as requests, which count nowhere; then what they are for; then the places
    session.add_all(
        EnrolmentSession(
            enrolment_id=claim.id, session_id=meeting.id, price_cents=locked.run.drop_in_price_cents
        )
        for claim in claims
        for meeting in order.sessions
    )
    await session.flush()
    if order.waits_for_consent:
        await request(locked, actor, claims)
        for claim in claims:
            claim.held_until = max(order.sessions[0].starts_at, locked.at)
    elif order.entry.is_pending:
        ask_team(locked, actor, claims, keeps_place=False, is_new=True)
    else:
        await confirm(locked, actor, claims, is_new=True)
    return claims


async def admit(locked: LockedRun, actor: Actor, claims: Sequence[Enrolment]) -> None:
    """Place a party whose guardian has agreed. Raises SessionFull, DropInNotOffered: then it goes on waiting for nothing."""
    chosen = await sessions_of(locked.session, claims[0].id)
    meetings = await bookable(locked, actor, [meeting.id for _, meeting in chosen])
    refuse_unless_room(locked, meetings, len(claims))
    await confirm(locked, actor, claims, is_new=False)


def refuse_unless_room(locked: LockedRun, meetings: Sequence[Session], size: int) -> None:
    """Raise SessionFull where one of these sessions, read under the lock, has fewer places left for single visitors."""
    if any(meeting.drop_ins + size > locked.run.drop_in_places for meeting in meetings):
        raise SessionFull


async def end_sessions(
    locked: LockedRun,
    actor: Actor,
    enrolment: Enrolment,
    session_ids: Collection[UUID] | None,
    *,
    reason: str = "",
    waive_reason: str = "",
    by_centre: bool = False,
) -> Cancellation:
    """Give back these sessions that are still to come (None: all of them); without any left the enrolment ends."""
    if waive_reason and not waive_reason.strip():
        raise ReasonNeeded
    chosen = await sessions_of(locked.session, enrolment.id)
    outcome = outcome_of(
        locked.run, enrolment, chosen, session_ids, await _paid(locked, enrolment), at=locked.at,
        waived=bool(waive_reason), by_centre=by_centre,
    )  # fmt: skip
    if enrolment.state is not EnrolmentState.CONFIRMED:
        return outcome
    leaving = _leaving(chosen, session_ids, locked.at)
    if not leaving and not by_centre:
        if session_ids is None:
            raise RunIsOver
        return outcome
    for one, meeting in leaving:
        one.ended_at = locked.at
        is_free = by_centre or waive_reason
        one.price_cents = (
            0 if is_free else rules.session_fee(locked.run, meeting.starts_at, one.price_cents, locked.at)
        )
    if not by_centre and any(one.ended_at is None and not _is_off(meeting) for one, meeting in chosen):
        dropped = [one.session_id for one, _ in leaving]
        await _change(locked, actor, enrolment, "sessions_given_back", dropped=dropped, reason=reason)
        if outcome.refund_cents or outcome.lines[0].amount_cents:
            await ask_cashiers(
                locked, actor, enrolment, SettlementCause.CANCELLED, outcome.lines, reason=reason
            )
        return outcome
    await _rebook(locked, actor, enrolment)
    await ask_cashiers(locked, actor, enrolment, SettlementCause.CANCELLED, outcome.lines, reason=reason)
    locked.move(
        enrolment, EnrolmentState.CANCELLED, actor=actor, action="cancelled", reason=waive_reason or reason
    )
    locked.tell(EnrolmentCancelled(enrolment_id=enrolment.id, by_centre=by_centre))
    await locked.session.flush()
    return outcome


def outcome_of(
    run: Run,
    enrolment: Enrolment,
    chosen: Chosen,
    session_ids: Collection[UUID] | None,
    paid_cents: int,
    *,
    at: datetime,
    waived: bool = False,
    by_centre: bool = False,
) -> Cancellation:
    """What giving these sessions back means. The fee is what is then owed in all: for sessions kept, held or given back late."""
    leaving = _leaving(chosen, session_ids, at)
    share = sum(rules.session_fee(run, meeting.starts_at, one.price_cents, at) for one, meeting in leaving)
    fee = 0 if waived or by_centre else share
    kept = sum(one.price_cents for one, _ in chosen) - sum(one.price_cents for one, _ in leaving)
    lines = [CancellationLine(CANCEL_WORDS[_word(share, waived=waived, by_centre=by_centre)], fee, {"percent": run.cancel_fee_percent})]  # fmt: skip
    if kept:
        lines.append(CancellationLine(CANCEL_WORDS["kept"], kept, {}))
    if paid_cents:
        lines.append(CancellationLine(CANCEL_WORDS["paid"], -paid_cents, {}))
    first = min((meeting.starts_at for _, meeting in leaving), default=None)
    return Cancellation(
        enrolment_id=enrolment.id,
        price_cents=enrolment.price_cents,
        fee_cents=fee + kept,
        paid_cents=paid_cents,
        lines=tuple(lines),
        free_until=rules.session_free_until(run, first) if first else None,
        is_waived=waived and share > 0,
    )


def still_open(chosen: Chosen, at: datetime) -> Chosen:
    """The sessions that can still be given back."""
    return _leaving(chosen, None, at)


def _leaving(chosen: Chosen, session_ids: Collection[UUID] | None, at: datetime) -> Chosen:
    return [
        (one, meeting)
        for one, meeting in chosen
        if one.ended_at is None
        and not _is_off(meeting)
        and meeting.starts_at > at
        and (session_ids is None or meeting.id in session_ids)
    ]


def _word(share: int, *, waived: bool, by_centre: bool) -> str:
    if by_centre:
        return "by_centre"
    if not share:
        return "free"
    return "waived" if waived else "fee"


def _is_off(meeting: Session) -> bool:
    return meeting.state is SessionState.CANCELLED


def _still_comes() -> ColumnElement[bool]:
    other, planned = aliased(EnrolmentSession), aliased(Session)
    return (
        select(other.enrolment_id)
        .join(planned, planned.id == other.session_id)
        .where(
            other.enrolment_id == Enrolment.id,
            other.ended_at.is_(None),
            planned.state == SessionState.PLANNED,
        )
        .correlate(Enrolment)
        .exists()
    )


async def _paid(locked: LockedRun, enrolment: Enrolment) -> int:
    return (await balance_of(locked.session, [enrolment.id]))[enrolment.id].paid_cents


async def _pay_back(locked: LockedRun, enrolment: Enrolment) -> None:
    """Ask the cashiers for what is paid too much after the centre has cancelled a session."""
    await locked.session.flush()
    account = (await balance_of(locked.session, [enrolment.id]))[enrolment.id]
    if account.open_cents >= 0:
        return
    lines = [
        CancellationLine(CANCEL_WORDS["by_centre"], 0, {}),
        CancellationLine(CANCEL_WORDS["kept"], account.charged_cents, {}),
        CancellationLine(CANCEL_WORDS["paid"], -account.paid_cents, {}),
    ]
    await ask_cashiers(locked, SYSTEM, enrolment, SettlementCause.CANCELLED, lines)


async def _change(
    locked: LockedRun,
    actor: Actor,
    enrolment: Enrolment,
    action: str,
    *,
    dropped: Sequence[UUID],
    reason: str = "",
) -> None:
    """Write down that the enrolment is for other sessions now, in the books, the trail and a letter."""
    await _rebook(locked, actor, enrolment)
    enrolment.version += 1
    enrolment.changed_at = locked.at
    locked.note(
        enrolment.id,
        enrolment.person_id,
        action,
        enrolment.state,
        enrolment.state,
        actor=actor,
        reason=reason,
    )
    locked.tell(
        ChosenSessionsChanged(enrolment_id=enrolment.id, version=enrolment.version, dropped=list(dropped))
    )
    await locked.session.flush()


async def _rebook(locked: LockedRun, actor: Actor, enrolment: Enrolment) -> None:
    """Bring books and price up to what the sessions say now."""
    session = locked.session
    await session.flush()
    chosen = await sessions_of(session, enrolment.id)
    comes = sum(one.price_cents for one, _ in chosen if one.ended_at is None)
    fees = sum(one.price_cents for one, _ in chosen if one.ended_at is not None)
    if enrolment.price_cents != comes + fees:
        parts = [("participation", comes, EntryKind.CHARGE), ("cancellation_fee", fees, EntryKind.FEE)]
        await rebook(locked, actor, enrolment, parts, cause="sessions_changed")
