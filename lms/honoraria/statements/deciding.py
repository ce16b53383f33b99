"""What finance does with statements: answer, approve, send back, reverse. Nobody decides about their own (S-08)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.errors import ReasonMissing
from lms.billing.models import EntryKind
from lms.billing.rules import document_number, series_year
from lms.billing.service import draw_number, record_honorarium
from lms.catalogue.models import Run
from lms.db import retried
from lms.honoraria.statements import policy
from lms.honoraria.statements.errors import (
    ApprovedBefore,
    OwnChange,
    OwnStatement,
    PayoutRunning,
    StatementElsewhere,
)
from lms.honoraria.statements.events import (
    FeeObjectionAnswered,
    FeeStatementApproved,
    FeeStatementRejected,
)
from lms.honoraria.statements.models import (
    FeeApproval,
    FeeLine,
    FeeObjection,
    FeePayout,
    FeeStatement,
    LineKind,
    PayoutState,
    SharedFee,
    StatementKind,
    StatementState,
)
from lms.honoraria.statements.paying import note as note_payout
from lms.honoraria.statements.paying import promise
from lms.honoraria.statements.stating import Stating, lock_trainer, locked, note_step, open_statement
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale

SERIES = "HA"
"""Of the numbers of fee statements and their reversals."""
BOOKS = "honoraria"
"""The provider of what is earned in the ledger."""


class FeeStatements(Stating):
    """Everything about statements; every public method is one transaction."""

    @retried
    async def answer(self, actor: Actor, *, objection_id: UUID, answer: str) -> None:
        """Answer what a trainer found wrong; they may confirm then. Raises NotFound, ReasonMissing, OwnStatement."""
        ensure(policy.may_settle(actor), actor)
        if not answer.strip():
            raise ReasonMissing
        at = self.clock()
        async with self.begin() as session:
            made = await session.get(FeeObjection, objection_id, with_for_update=True)
            if made is None:
                raise NotFound
            statement = await session.get_one(FeeStatement, made.statement_id)
            _refuse_own(actor, statement)
            if made.answered_at is not None:
                return
            made.answered_at, made.answered_by_name, made.answer = at, actor.name, answer.strip()
            note_step(session, actor, statement, "answered", at=at, reason=made.answer)
            announce(session, FeeObjectionAnswered(objection_id=objection_id), at=at)

    @retried
    async def approve(self, actor: Actor, *, statement_id: UUID, version: int) -> FeeStatement:
        """Agree to what was confirmed. With enough approvals it is issued: numbered, booked, and its transfer promised.

        Over the sum for a second person two have to. Raises NotFound, OwnStatement and OwnChange (S-08), ApprovedBefore,
        StatementElsewhere, Stale.
        """
        ensure(policy.may_approve(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            first = await session.get(FeeStatement, statement_id)
            if first is None:
                raise NotFound
            await lock_trainer(session, first.person_id)
            statement = await locked(session, statement_id)
            await self._refuse(session, actor, statement)
            if actor.account_id is None:
                raise NotFound
            known = await session.get(FeeApproval, (statement_id, actor.account_id))
            if known is not None:
                raise ApprovedBefore
            if statement.version != version:
                raise Stale
            session.add(
                FeeApproval(
                    statement_id=statement_id, account_id=actor.account_id, approved_at=at, name=actor.name
                )
            )
            await session.flush()
            note_step(session, actor, statement, "approved_by", at=at)
            statement.version += 1
            if await approvals(session, statement_id) >= self.needed(statement):
                await issue(session, actor, statement, at)
            return statement

    def needed(self, statement: FeeStatement) -> int:
        """How many of finance have to agree."""
        return 2 if abs(statement.total_cents) > self.settings.second_person_from_cents else 1

    async def _refuse(self, session: AsyncSession, actor: Actor, statement: FeeStatement) -> None:
        _refuse_own(actor, statement)
        if statement.state is not StatementState.CONFIRMED:
            raise StatementElsewhere
        touched = select(FeeLine.id).where(
            FeeLine.statement_id == statement.id,
            or_(FeeLine.added_by == actor.account_id, FeeLine.removed_by == actor.account_id),
        )
        if statement.confirmed_by == actor.account_id or (await session.scalars(touched.limit(1))).first():
            raise OwnChange

    @retried
    async def reject(self, actor: Actor, *, statement_id: UUID, version: int, reason: str) -> FeeStatement:
        """Send it back before it is issued: it stays as it was confirmed, and another one is open for the same month.

        Lines by hand go along. Raises NotFound, OwnStatement (S-08), ReasonMissing, StatementElsewhere, Stale.
        """
        ensure(policy.may_approve(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        at = self.clock()
        async with self.begin() as session:
            first = await session.get(FeeStatement, statement_id)
            if first is None:
                raise NotFound
            await lock_trainer(session, first.person_id)
            statement = await locked(session, statement_id)
            _refuse_own(actor, statement)
            if statement.state is not StatementState.CONFIRMED:
                raise StatementElsewhere
            if statement.version != version:
                raise Stale
            statement.state, statement.answer = StatementState.REJECTED, reason.strip()
            statement.answered_at, statement.answered_by_name = at, actor.name
            statement.version += 1
            note_step(session, actor, statement, "rejected", at=at, reason=statement.answer)
            announce(session, FeeStatementRejected(statement_id=statement.id), at=at)
            if statement.kind is StatementKind.REVERSAL:
                return statement
            by_hand = await let_go(session, statement.id)
            new = await open_statement(session, statement.person_id, statement.month, at)
            session.add_all(_again(line, new) for line in by_hand)
            return new

    @retried
    async def reverse(
        self, actor: Actor, *, statement_id: UUID, reversal_id: UUID, reason: str
    ) -> FeeStatement:
        """Ask for a reversal of an issued statement; somebody else approves it. The same id twice is one.

        Raises NotFound, OwnStatement (S-08), ReasonMissing, PayoutRunning, StatementElsewhere.
        """
        ensure(policy.may_settle(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        at = self.clock()
        async with self.begin() as session:
            first = await session.get(FeeStatement, statement_id)
            if first is None:
                raise NotFound
            await lock_trainer(session, first.person_id)
            known = await session.get(FeeStatement, reversal_id)
            if known is not None:
                return known
            original = await locked(session, statement_id)
            _refuse_own(actor, original)
            if original.kind is StatementKind.REVERSAL or original.state not in {
                StatementState.APPROVED, StatementState.PAID,
            }:  # fmt: skip
                raise StatementElsewhere
            if await _reversal_of(session, statement_id) is not None:
                raise StatementElsewhere
            payout = await _living(session, statement_id)
            if payout is not None and (payout.state is PayoutState.SENT or _is_in_file(payout)):
                raise PayoutRunning
            return await written_reversal(session, actor, original, reversal_id, reason.strip(), at)

    @retried
    async def share(self, actor: Actor, *, run_id: UUID, is_shared: bool) -> None:
        """Say whether those who teach a session of this run together share its units. Raises NotFound."""
        ensure(policy.may_settle(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            if await session.get(Run, run_id, with_for_update=True) is None:
                raise NotFound
            known = await session.get(SharedFee, run_id)
            if (known is not None) == is_shared:
                return
            if known is not None:
                await session.delete(known)
            else:
                session.add(SharedFee(run_id=run_id, set_at=at, set_by=actor.account_id))
            record(
                session, actor, "run.fee_shared", at=at, kind="run", object_id=run_id,
                before={"is_shared": not is_shared}, after={"is_shared": is_shared},
            )  # fmt: skip


async def issue(session: AsyncSession, actor: Actor, statement: FeeStatement, at: datetime) -> None:
    """Number, book and promise what has been approved; the caller has locked it. Also for a reversal."""
    is_reversal = statement.kind is StatementKind.REVERSAL
    if is_reversal:
        await _take_back(session, actor, statement, at)
    statement.state = StatementState.APPROVED
    await session.flush()
    if statement.total_cents:
        entry = await record_honorarium(
            session, actor, kind=EntryKind.HONORARIUM, amount_cents=-statement.total_cents, at=at, provider=BOOKS,
            provider_event=str(statement.id), person_id=statement.person_id,
        )  # fmt: skip
        if entry is None:
            raise Stale
        statement.entry_id = entry.id
    year = series_year(at)
    counter = await draw_number(session, SERIES, year)
    statement.year, statement.counter, statement.issued_at = year, counter, at
    statement.number = document_number(SERIES, year, counter)
    await session.flush()
    if not is_reversal and statement.pay_cents > 0:
        await promise(session, actor, statement, at=at)
    elif not is_reversal:
        statement.state = StatementState.PAID  # what was earned is kept for what was paid too much
    note_step(session, actor, statement, "issued", at=at, cents=statement.total_cents)
    announce(session, FeeStatementApproved(statement_id=statement.id), at=at)


async def _take_back(session: AsyncSession, actor: Actor, reversal: FeeStatement, at: datetime) -> None:
    """The statement that is reversed: its transfer is cancelled if it has not left, its sessions are free again."""
    if reversal.reverses_id is None:
        raise NotFound
    original = await locked(session, reversal.reverses_id)
    if original.state not in {StatementState.APPROVED, StatementState.PAID}:
        raise StatementElsewhere
    payout = await _living(session, original.id)
    if payout is not None and (payout.state is PayoutState.SENT or _is_in_file(payout)):
        raise PayoutRunning
    if payout is not None and payout.state is not PayoutState.PAID:
        payout.state, payout.finished_at = PayoutState.CANCELLED, at
        payout.version += 1
        note_payout(session, actor, payout, "cancelled", at=at)
    await let_go(session, original.id)
    original.state = StatementState.REVERSED
    original.version += 1


async def approvals(session: AsyncSession, statement_id: UUID) -> int:
    """How many have agreed."""
    counted = select(func.count()).select_from(FeeApproval).where(FeeApproval.statement_id == statement_id)
    return await session.scalar(counted) or 0


async def let_go(session: AsyncSession, statement_id: UUID) -> list[FeeLine]:
    """Its sessions, ways and what was carried are free for another statement; gives the lines by hand that stood."""
    lines = (
        await session.scalars(
            select(FeeLine).where(FeeLine.statement_id == statement_id, FeeLine.stands).with_for_update()
        )
    ).all()
    for line in lines:
        line.stands = False
    await session.flush()
    return [line for line in lines if line.added_at is not None]


def _refuse_own(actor: Actor, statement: FeeStatement) -> None:
    if statement.person_id in actor.persons:
        raise OwnStatement


def _is_in_file(payout: FeePayout) -> bool:
    return payout.state is PayoutState.READY and payout.transfer_file_id is not None


async def _living(session: AsyncSession, statement_id: UUID) -> FeePayout | None:
    wanted = select(FeePayout).where(
        FeePayout.statement_id == statement_id,
        FeePayout.state.not_in([PayoutState.RETURNED, PayoutState.CANCELLED]),
    )
    locked_row = wanted.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked_row)).one_or_none()


async def _reversal_of(session: AsyncSession, statement_id: UUID) -> FeeStatement | None:
    wanted = select(FeeStatement).where(
        FeeStatement.reverses_id == statement_id, FeeStatement.state != StatementState.REJECTED
    )
    return (await session.scalars(wanted)).one_or_none()


async def written_reversal(
    session: AsyncSession, actor: Actor, original: FeeStatement, key: UUID, reason: str, at: datetime
) -> FeeStatement:
    """The reversal with every line of the original, taken back; none of its lines stands for a session."""
    reversal = FeeStatement(
        id=key, person_id=original.person_id, month=original.month, opened_at=at, kind=StatementKind.REVERSAL,
        reverses_id=original.id, reason=reason,
    )  # fmt: skip
    session.add(reversal)
    await session.flush()
    lines = await session.scalars(
        select(FeeLine).where(FeeLine.statement_id == original.id, FeeLine.removed_at.is_(None))
    )
    session.add_all(
        FeeLine(
            statement_id=key, person_id=line.person_id, kind=line.kind, day=line.day, cents=-line.cents,
            session_id=line.session_id, run_id=line.run_id, minutes=line.minutes, unit_cents=line.unit_cents,
            shared_by=line.shared_by, is_substitution=line.is_substitution, facts=line.facts, reason=line.reason,
            stands=False,
        )
        for line in lines
        if line.kind is not LineKind.CARRIED
    )  # fmt: skip
    await session.flush()
    reversal.facts = original.facts | {"reverses": original.number}
    reversal.total_cents = -original.total_cents
    reversal.confirmed_at, reversal.confirmed_by, reversal.confirmed_by_name = (
        at,
        actor.account_id,
        actor.name,
    )
    reversal.state = StatementState.CONFIRMED
    note_step(session, actor, reversal, "reversal_asked", at=at, reason=reason, cents=reversal.total_cents)
    return reversal


def _again(line: FeeLine, new: FeeStatement) -> FeeLine:
    return FeeLine(
        statement_id=new.id, person_id=new.person_id, kind=line.kind, day=line.day, cents=line.cents, reason=line.reason,
        added_at=line.added_at, added_by=line.added_by, added_by_name=line.added_by_name,
    )  # fmt: skip
