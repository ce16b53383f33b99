"""Deciding what lines are for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.banking import policy
from lms.banking.booking import Decision, accept, book_parts, decided, take_back
from lms.banking.errors import (
    AlreadyDecided,
    NothingChosen,
    NotToUndo,
    NotYetDecided,
    OwnMatter,
    ReasonNeeded,
    RefundNotOnItsWay,
    UnknownDebit,
)
from lms.banking.gathering import facts_of, matcher_for
from lms.banking.models import AsideReason, BankLine, Clearing, KnownAccount, LineState
from lms.banking.queries import Sorted, open_lines, sort_lines
from lms.db import retried
from lms.debits.errors import FileNotOpen
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.vouchers.errors import OrderEnded
from lms.web.module import Around

TO_REOPEN = frozenset({LineState.ASIDE, LineState.RETURNING, LineState.RETURNED})


@dataclass(frozen=True, slots=True)
class Booked:
    """What "book all" came to; `own` were left out, because nobody books their own (S-08)."""

    lines: int
    cents: int
    own: int = 0


class LineClearing:
    """Nothing is booked but by these methods. Two at once decide about a line once: each locks it first."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def book_matched(self, actor: Actor, *, seen: str, statement_id: UUID | None = None) -> Booked:
        """Book the matched lines, of one statement or of all (`Sorted.bookable`); `seen` is the mark of what the preview showed.

        Raises Stale when they are other lines by now, or for something else. When none is left, it was done already.
        """
        ensure(policy.may_import(actor), actor)
        async with self.begin() as session:
            lines = await open_lines(session, statement_id, lock=True)
            matcher = await matcher_for(session, [facts_of(line) for line, _ in lines])
            found = await asyncio.to_thread(sort_lines, matcher, lines)
            if not found.matched:
                return Booked(0, 0)
            if found.mark != seen:
                raise Stale
            return await self._book_all(session, actor, found)

    async def _book_all(self, session: AsyncSession, actor: Actor, found: Sorted) -> Booked:
        at, lines, cents, own = self.clock(), 0, 0, 0
        for line, clearing, verdict in found.bookable:
            if verdict.best is None:
                continue
            try:
                async with session.begin_nested():
                    await accept(Decision(session, actor, line, clearing, at, self.settings), verdict.best)
            except OwnMatter:
                await session.refresh(clearing)
                own += 1
                continue
            except (UnknownDebit, RefundNotOnItsWay, FileNotOpen, OrderEnded):
                await session.refresh(clearing)
                continue
            lines, cents = lines + 1, cents + line.amount_cents
        return Booked(lines, cents, own)

    @retried
    async def choose(self, actor: Actor, *, line_id: UUID, version: int, key: str, note: str = "") -> None:
        """Take one of the candidates. Raises Stale where it is no candidate any more, AlreadyDecided, OwnMatter."""
        ensure(policy.may_import(actor), actor)
        if not key:
            raise NothingChosen
        async with self.begin() as session:
            made = await self._open(session, actor, line_id, version)
            verdict = (await matcher_for(session, [facts_of(made.line)])).verdict(facts_of(made.line))
            chosen = next((one for one in verdict.candidates if one.key == key), None)
            if chosen is None:
                raise Stale
            await accept(made, chosen, note=note)

    @retried
    async def split(
        self, actor: Actor, *, line_id: UUID, version: int, parts: Sequence[tuple[UUID, int]], note: str = ""
    ) -> None:
        """Book the line for what somebody has found by hand: one debt, or several that come to its amount."""
        ensure(policy.may_import(actor), actor)
        if not parts:
            raise NothingChosen
        async with self.begin() as session:
            made = await self._open(session, actor, line_id, version)
            await book_parts(made, parts, note=note)

    @retried
    async def set_aside(
        self, actor: Actor, *, line_id: UUID, version: int, aside: AsideReason, note: str = ""
    ) -> None:
        """It is no payment for a course: rent, bank charges, a payout. Raises ReasonNeeded for OTHER without a note."""
        ensure(policy.may_import(actor), actor)
        if aside is AsideReason.OTHER and not note.strip():
            raise ReasonNeeded
        async with self.begin() as session:
            made = await self._open(session, actor, line_id, version)
            made.clearing.aside = aside
            decided(made, LineState.ASIDE, "aside", note)

    @retried
    async def send_back(self, actor: Actor, *, line_id: UUID, version: int, note: str) -> None:
        """Nobody knows what it is for: it is to be transferred back at the bank, which stays a task until it is ticked."""
        ensure(policy.may_import(actor), actor)
        if not note.strip():
            raise ReasonNeeded
        async with self.begin() as session:
            made = await self._open(session, actor, line_id, version)
            decided(made, LineState.RETURNING, "to_return", note)

    @retried
    async def sent_back(self, actor: Actor, *, line_id: UUID, version: int) -> None:
        """It has been transferred back. Twice is as good as once."""
        ensure(policy.may_import(actor), actor)
        async with self.begin() as session:
            made = await self._decision(session, actor, line_id)
            if made.clearing.state is LineState.RETURNED:
                return
            if made.clearing.state is not LineState.RETURNING or made.clearing.version != version:
                raise Stale
            decided(made, LineState.RETURNED, "returned", made.clearing.note)

    @retried
    async def undo(self, actor: Actor, *, line_id: UUID, version: int, reason: str) -> None:
        """Take a decision back: the line is open again, a booking gets its entry against it.

        Twice is as good as once. Raises ReasonNeeded, AlreadyPaidBack, and NotToUndo for money that went out and for a debit
        that was reported: both are booked elsewhere.
        """
        ensure(policy.may_import(actor), actor)
        if not reason.strip():
            raise ReasonNeeded
        async with self.begin() as session:
            made = await self._decision(session, actor, line_id)
            state = made.clearing.state
            if state is LineState.OPEN:
                if made.clearing.version == version:
                    raise NotYetDecided
                return
            if made.clearing.version != version:
                raise Stale
            if state is LineState.REPORTED or (made.clearing.refund_id or made.clearing.fee_payout_id):
                raise NotToUndo
            if state in TO_REOPEN:
                made.clearing.aside = None
                decided(made, LineState.OPEN, "reopened", reason)
            else:
                await take_back(made, reason=reason)

    @retried
    async def confirm_account(
        self, actor: Actor, *, line_id: UUID, person_id: UUID | None = None, company_id: UUID | None = None
    ) -> None:
        """Say expressly whose account a line came from. Only this makes an account count like a name; twice is once."""
        ensure(policy.may_import(actor), actor)
        async with self.begin() as session:
            made = await self._decision(session, actor, line_id)
            whose = (
                KnownAccount.person_id == person_id if person_id else KnownAccount.company_id == company_id
            )
            wanted = select(KnownAccount).where(KnownAccount.iban == made.line.iban, whose)
            if not made.line.iban or (await session.scalars(wanted)).first() is not None:
                return
            known = KnownAccount(
                id=uuid4(), iban=made.line.iban, confirmed_at=made.at, person_id=person_id,
                company_id=company_id, confirmed_by=actor.account_id,
            )  # fmt: skip
            session.add(known)
            self._note(session, actor, "confirmed", known)

    @retried
    async def forget_account(self, actor: Actor, *, known_id: UUID) -> None:
        """It was a mistake, or is so no longer."""
        ensure(policy.may_import(actor), actor)
        async with self.begin() as session:
            known = await session.get(KnownAccount, known_id)
            if known is not None:
                await session.delete(known)
                self._note(session, actor, "forgotten", known)

    def _note(self, session: AsyncSession, actor: Actor, action: str, known: KnownAccount) -> None:
        record(
            session, actor, f"known_account.{action}", at=self.clock(), kind="known_account", object_id=known.id,
            person_id=known.person_id, after={"iban": f"…{known.iban[-4:]}"},
        )  # fmt: skip

    async def _open(self, session: AsyncSession, actor: Actor, line_id: UUID, version: int) -> Decision:
        made = await self._decision(session, actor, line_id)
        if made.clearing.state is not LineState.OPEN:
            raise AlreadyDecided
        if made.clearing.version != version:
            raise Stale
        return made

    async def _decision(self, session: AsyncSession, actor: Actor, line_id: UUID) -> Decision:
        clearing = await session.get(Clearing, line_id, with_for_update=True)
        line = await session.get(BankLine, line_id)
        if clearing is None or line is None:
            raise NotFound
        return Decision(session, actor, line, clearing, self.clock(), self.settings)
