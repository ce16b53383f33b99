"""Withdrawing from a contract by law (L-14 to L-16): declared by anybody, acted upon a moment later by the worker.

The request that declares does the same whatever was typed: it keeps the declaration and writes the receipt. So neither its
answer nor its length or time tells whether a reference number is known (S-17). What the declaration means is found out, and
the place freed and offered to the next, in one transaction of the worker's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.models import EntryKind, SettlementCause
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.changing import terms
from lms.enrolment.changing.matching import chosen, found_by, meant_by
from lms.enrolment.changing.sums import Reckoning, of_withdrawal
from lms.enrolment.changing.terms import Held, Standing
from lms.enrolment.errors import AlreadyDecided, OwnMatter, ReasonNeeded
from lms.enrolment.events import EnrolmentCancelled, WithdrawalDeclined
from lms.enrolment.letters.withdrawals import confirm_receipt
from lms.enrolment.models import (
    LIVE,
    WITHDRAWN,
    Enrolment,
    EnrolmentSession,
    EnrolmentState,
    Withdrawal,
    WithdrawalState,
)
from lms.enrolment.queries import Claim, claims_of_order, sessions_of
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.offering import end_unplaced
from lms.enrolment.service.rebooking import book_anew
from lms.enrolment.service.settling import ask_cashiers, paid_for
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.jobs.queue import announce, enqueue
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session, SessionState

SETTLE = "settle-withdrawal"
DECLINED_AT_ONCE = frozenset({Standing.EXCLUDED, Standing.COMPANY, Standing.OVER, Standing.PERFORMED})
"""Where the law grants no right, and it says so in words; the team may still accept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What somebody has typed: who they are, which contract, where the receipt goes, and perhaps which persons of it."""

    name: str
    reference: str
    email: str
    part: str = ""
    language: str = "de"


class Withdrawing(Transactions):
    """Declarations of withdrawal."""

    @retried
    async def declare_withdrawal(
        self, actor: Actor, *, withdrawal_id: UUID, declaration: Declaration
    ) -> Withdrawal:
        """Keep a declaration and write its receipt, known or not. Sent again under the same id it is the same one."""
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(Withdrawal, withdrawal_id)
            if known is not None and _says(known, declaration):
                return known
            declared = Withdrawal(
                id=uuid4() if known else withdrawal_id,  # nobody reads another's declaration by its id
                declared_at=at,
                name=declaration.name,
                reference=declaration.reference,
                email=declaration.email,
                part=declaration.part,
                language=declaration.language,
            )
            session.add(declared)
            await session.flush()
            _note(session, actor, declared, "declared", at=at)
            await confirm_receipt(session, declared)
            enqueue(
                session, SETTLE, {"withdrawal_id": str(declared.id)}, at=at, key=f"{SETTLE}:{declared.id}"
            )
            return declared

    @retried
    async def settle_withdrawal(self, *, withdrawal_id: UUID) -> Withdrawal:
        """Find the contract and end it, say politely why not, or put it before the team. Twice is as good as once."""
        at = self.clock()
        async with self.transaction() as session:
            declared = await self._declared(session, withdrawal_id)
            first = await found_by(session, declared.reference)
            locked = await self.lock(session, first.run_id, at=at) if first else None
            declared = await self._declared(session, withdrawal_id)
            if declared.state is not WithdrawalState.RECEIVED:
                return declared
            meant = await meant_by(session, declared)
            declared.cause = meant.cause
            if meant.claims and not meant.cause:
                declared.order_id = meant.claims[0].enrolment.order_id
                declared.enrolment_ids = [str(claim.enrolment.id) for claim in meant.claims]
                declared.cause = _why_not(meant.claims, declared.declared_at, self.settings.federal_state)
            if locked is not None and not declared.cause:
                await self._end(locked, SYSTEM, declared, meant.claims)
            elif declared.cause in DECLINED_AT_ONCE:
                self._decline(session, SYSTEM, declared, at=at)
            else:
                declared.state = WithdrawalState.OPEN
            _note(session, SYSTEM, declared, declared.state.value, at=at)
            return declared

    @retried
    async def accept_withdrawal(
        self, actor: Actor, *, withdrawal_id: UUID, reference: str = "", note: str = ""
    ) -> Withdrawal:
        """The team matches a declaration by hand and lets it take effect as of the moment it was declared.

        `reference` is the one of the enrolment meant, where the typed one was wrong. Raises NotFound for a number that nobody
        has, AlreadyDecided for what was accepted.
        """
        ensure(policy.may_waive(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            declared = await self._declared(session, withdrawal_id)
            first = await found_by(session, reference or declared.reference)
            if first is None:
                raise NotFound
            locked = await self.lock(session, first.run_id, at=at)
            declared = await self._declared(session, withdrawal_id)
            if declared.state is WithdrawalState.ACCEPTED:
                raise AlreadyDecided
            everybody = [one for one in await claims_of_order(session, first.order_id) if one.person]
            claims = chosen(declared.part, everybody) or [
                one for one in everybody if one.enrolment.id == first.id
            ]
            if any(policy.is_own(actor, one.enrolment) for one in claims):
                raise OwnMatter
            declared.order_id = first.order_id
            declared.enrolment_ids = [str(claim.enrolment.id) for claim in claims]
            declared.note = note.strip()
            await self._end(locked, actor, declared, claims)
            _note(session, actor, declared, "accepted", at=at, reason=note)
            return declared

    @retried
    async def decline_withdrawal(self, actor: Actor, *, withdrawal_id: UUID, reason: str) -> Withdrawal:
        """The team says that there is nothing to withdraw from, with the reason that the person reads."""
        ensure(policy.may_waive(actor), actor)
        if not reason.strip():
            raise ReasonNeeded
        at = self.clock()
        async with self.transaction() as session:
            declared = await self._declared(session, withdrawal_id)
            if declared.state not in {WithdrawalState.OPEN, WithdrawalState.RECEIVED}:
                raise AlreadyDecided
            declared.note = reason.strip()
            self._decline(session, actor, declared, at=at)
            _note(session, actor, declared, "declined", at=at, reason=reason)
            return declared

    @staticmethod
    async def _declared(session: AsyncSession, withdrawal_id: UUID) -> Withdrawal:
        found = await session.get(Withdrawal, withdrawal_id, populate_existing=True, with_for_update=True)
        if found is None:
            raise NotFound
        return found

    async def _end(
        self, locked: LockedRun, actor: Actor, declared: Withdrawal, claims: Sequence[Claim]
    ) -> None:
        for claim in claims:
            await locked.session.refresh(claim.enrolment)
            await withdraw_place(locked, actor, claim.enrolment, declared_at=declared.declared_at)
        declared.state, declared.decided_at = WithdrawalState.ACCEPTED, locked.at
        declared.decided_by, declared.cause = actor.account_id, ""
        await locked.session.flush()
        await serve_waiting_list(locked)
        await locked.session.flush()

    @staticmethod
    def _decline(session: AsyncSession, actor: Actor, declared: Withdrawal, *, at: datetime) -> None:
        declared.state, declared.decided_at = WithdrawalState.DECLINED, at
        declared.decided_by = actor.account_id
        announce(session, WithdrawalDeclined(withdrawal_id=declared.id), at=at)


async def withdraw_place(
    locked: LockedRun, actor: Actor, enrolment: Enrolment, *, declared_at: datetime
) -> Reckoning:
    """End one enrolment because its contract was withdrawn from; whoever only waits leaves free of charge."""
    if enrolment.state not in LIVE:
        return Reckoning(())
    if enrolment.state is not EnrolmentState.CONFIRMED:
        await end_unplaced(locked, actor, enrolment)
        return Reckoning(())
    held = await value_held(locked.session, enrolment, declared_at)
    reckoning = of_withdrawal(held, await paid_for(locked.session, enrolment))
    if enrolment.is_drop_in:
        await _give_sessions_back(locked, enrolment, declared_at)
    await book_anew(
        locked, actor, enrolment, [("participation", held.cents, EntryKind.CHARGE)], cause=WITHDRAWN
    )
    locked.move(enrolment, EnrolmentState.CANCELLED, actor=actor, action="withdrawn", reason=WITHDRAWN)
    locked.tell(EnrolmentCancelled(enrolment_id=enrolment.id, by_centre=False))
    await ask_cashiers(
        locked, actor, enrolment, SettlementCause.WITHDRAWN, reckoning.lines,
        due_on=terms.last_day(declared_at, locked.settings.federal_state, terms.REFUND_DAYS),
    )  # fmt: skip
    return reckoning


async def value_held(session: AsyncSession, enrolment: Enrolment, at: datetime) -> Held:
    """What of an enrolment was taught until a moment, and what of its price belongs to that."""
    asked = enrolment.early_start_at is not None
    if enrolment.is_drop_in:
        chosen_ones = await sessions_of(session, enrolment.id)
        periods = [
            (meeting.starts_at, meeting.ends_at)
            for one, meeting in chosen_ones
            if one.ended_at is None and meeting.state is SessionState.PLANNED
        ]
    else:
        rows = await session.execute(
            select(Session.starts_at, Session.ends_at)
            .where(Session.run_id == enrolment.run_id, Session.state == SessionState.PLANNED)
            .order_by(Session.starts_at)
        )
        periods = [(starts, ends) for starts, ends in rows]
    return terms.held_until(enrolment.price_cents, periods, at, on_request=asked)


async def _give_sessions_back(locked: LockedRun, enrolment: Enrolment, declared_at: datetime) -> None:
    rows: Sequence[tuple[EnrolmentSession, Session]] = await sessions_of(locked.session, enrolment.id)
    for one, meeting in rows:
        if one.ended_at is None and meeting.ends_at > declared_at:
            one.ended_at, one.price_cents = locked.at, 0


def _says(known: Withdrawal, declaration: Declaration) -> bool:
    same = ("name", "reference", "email", "part")
    return all(getattr(known, name) == getattr(declaration, name) for name in same)


def _why_not(claims: Sequence[Claim], at: datetime, state: str) -> str:
    """The first reason for which one of them cannot be withdrawn from at once; empty where all can."""
    for claim in claims:
        found = terms.standing_of(claim.enrolment, claim.course, claim.run, at, state)
        if found is not Standing.OPEN:
            return found.value
    return ""


def _note(
    session: AsyncSession, actor: Actor, declared: Withdrawal, action: str, *, at: datetime, reason: str = ""
) -> None:
    record(
        session, actor, f"withdrawal.{action}", at=at, kind="withdrawal", object_id=declared.id,
        after={"state": declared.state, "cause": declared.cause, "enrolments": list(declared.enrolment_ids)},
        reason=reason,
    )  # fmt: skip
