"""Paying trainers: transfers in files for the bank or by hand, booked once, and what comes back.

Everything about the files is that of refunds (`lms.billing.refunds.files`).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.audit.trail import record
from lms.billing.errors import DayAhead, ReasonMissing
from lms.billing.models import EntryKind, Means
from lms.billing.refunds.accounts import BankAccount
from lms.billing.refunds.files import FilesForTheBank
from lms.billing.refunds.models import FilePurpose
from lms.billing.refunds.pain import Transfer, end_to_end_of_fee
from lms.billing.service import record_honorarium
from lms.db import retried
from lms.honoraria.statements import policy
from lms.honoraria.statements.collecting import same_person
from lms.honoraria.statements.errors import OwnStatement, PayoutRunning, StatementElsewhere
from lms.honoraria.statements.events import FeePaid, FeeReturned
from lms.honoraria.statements.models import (
    FeeAccount,
    FeePayout,
    FeeStatement,
    PayoutState,
    StatementState,
)
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around

ON_ITS_WAY = (PayoutState.ASKED, PayoutState.READY, PayoutState.SENT)


class FeePayouts(FilesForTheBank[FeePayout]):
    """Transfers to trainers; every public method is one transaction."""

    purpose = FilePurpose.FEES
    paid_by_file = FeePayout
    ready_state, sent_state = PayoutState.READY, PayoutState.SENT

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    def may_transfer(self, actor: Actor) -> bool:
        """Finance."""
        return policy.may_settle(actor)

    def waits(self) -> ColumnElement[bool]:
        """What is ready, in no file, and not about to be reversed."""
        return ready_for_a_file()

    def transfer_of(self, one: FeePayout) -> Transfer:
        """To the account that was approved."""
        return Transfer(
            reference=end_to_end_of_fee(one.id), holder=one.holder, iban=one.iban, amount_cents=one.amount_cents,
            purpose=one.purpose,
        )  # fmt: skip

    def note_step(
        self, session: AsyncSession, actor: Actor, one: FeePayout, action: str, *, at: datetime, reason: str
    ) -> None:
        """In the trail of the statement."""
        note(session, actor, one, action, at=at, reason=reason)

    async def book_paid(self, session: AsyncSession, actor: Actor, one: FeePayout, *, at: datetime) -> None:
        """In the ledger, and the statement is paid."""
        await paid_out(session, actor, one, at=at)

    @retried
    async def transferred(self, actor: Actor, *, payout_id: UUID, on: date) -> FeePayout:
        """Somebody has transferred it by hand on this day, or the bank has carried a single one out; it is booked now.

        Raises NotFound, OwnStatement (S-08), DayAhead, PayoutRunning while it waits in a file, StatementElsewhere.
        """
        ensure(policy.may_settle(actor), actor)
        at = self.clock()
        if on > local(at).date():
            raise DayAhead
        async with self.begin() as session:
            payout = await locked_payout(session, payout_id)
            if payout.state is PayoutState.PAID:
                return payout
            if payout.person_id in actor.persons:
                raise OwnStatement
            if payout.state is PayoutState.READY and payout.transfer_file_id is not None:
                raise PayoutRunning
            if payout.state not in ON_ITS_WAY:
                raise StatementElsewhere
            await paid_out(session, actor, payout, at=at, reason=f"{on:%d.%m.%Y}")
            return payout

    @retried
    async def returned(self, actor: Actor, *, payout_id: UUID, reason: str) -> FeePayout:
        """The bank could not deliver it: the trainer is asked for the account. Gives the transfer that follows.

        Raises NotFound, ReasonMissing, OwnStatement, StatementElsewhere where it has not left.
        """
        ensure(policy.may_settle(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        async with self.begin() as session:
            payout = await locked_payout(session, payout_id)
            if payout.person_id in actor.persons:
                raise OwnStatement
            return await bounced(session, actor, payout, reason.strip(), at=self.clock())


def ready_for_a_file() -> ColumnElement[bool]:
    """Transfers that wait for the next file."""
    reversal = aliased(FeeStatement)
    doubted = exists().where(
        reversal.reverses_id == FeePayout.statement_id, reversal.state == StatementState.CONFIRMED
    )
    return and_(FeePayout.state == PayoutState.READY, FeePayout.transfer_file_id.is_(None), ~doubted)


async def locked_payout(session: AsyncSession, payout_id: UUID) -> FeePayout:
    """A transfer, locked and as it is now. Raises NotFound."""
    found = await session.get(FeePayout, payout_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


async def promise(session: AsyncSession, actor: Actor, statement: FeeStatement, *, at: datetime) -> FeePayout:
    """The transfer of an approved statement: to the account known now, or ASKED for one."""
    account = await session.get(FeeAccount, statement.person_id)
    return _made(session, actor, statement, account, at)


def _made(
    session: AsyncSession, actor: Actor, statement: FeeStatement, account: FeeAccount | None, at: datetime
) -> FeePayout:
    is_known = account is not None and bool(account.iban)
    payout = FeePayout(
        statement_id=statement.id, person_id=statement.person_id, amount_cents=statement.pay_cents, made_at=at,
        state=PayoutState.READY if is_known else PayoutState.ASKED, purpose=f"Honorar {statement.number}",
        holder=account.holder if account and is_known else "", iban=account.iban if account and is_known else "",
    )  # fmt: skip
    session.add(payout)
    note(session, actor, payout, "promised", at=at)
    return payout


async def account_named(
    session: AsyncSession, actor: Actor, person_id: UUID, account: BankAccount, *, at: datetime
) -> None:
    """Transfers that waited for an account go on; what was approved with another account keeps that."""
    waiting = await session.scalars(
        select(FeePayout)
        .where(
            FeePayout.person_id.in_(await same_person(session, person_id)),
            FeePayout.state == PayoutState.ASKED,
        )
        .with_for_update()
    )
    for one in waiting:
        one.holder, one.iban, one.state = account.holder, account.iban, PayoutState.READY
        one.version += 1
        note(session, actor, one, "account_named", at=at)


async def paid_out(
    session: AsyncSession, actor: Actor, payout: FeePayout, *, at: datetime, reason: str = ""
) -> None:
    """The money is gone: book it, once. Twice is as good as once; the caller has locked the row."""
    if payout.state is PayoutState.PAID:
        return
    entry = await record_honorarium(
        session, actor, kind=EntryKind.HONORARIUM_PAID, amount_cents=payout.amount_cents, at=at, provider=Means.TRANSFER,
        provider_event=f"fee:{payout.id}", person_id=payout.person_id,
    )  # fmt: skip
    if entry is None:  # booked already, by whoever saw the same money leave
        return
    payout.sent_at = payout.sent_at or at
    payout.state, payout.entry_id, payout.finished_at, payout.failure = PayoutState.PAID, entry.id, at, ""
    payout.version += 1
    statement = await session.get_one(FeeStatement, payout.statement_id, with_for_update=True)
    if statement.state is StatementState.APPROVED:
        statement.state = StatementState.PAID
        statement.version += 1
    note(session, actor, payout, "paid", at=at, reason=reason)
    announce(session, FeePaid(payout_id=payout.id), at=at)


async def executed(session: AsyncSession, actor: Actor, payout: FeePayout, *, at: datetime) -> bool:
    """A statement of the bank shows that a transfer left; whether it was news. The caller has locked the row."""
    in_file = payout.state is PayoutState.READY and payout.transfer_file_id is not None
    if payout.state is not PayoutState.SENT and not in_file:
        return False
    await paid_out(session, actor, payout, at=at)
    return True


async def bounced(
    session: AsyncSession, actor: Actor, payout: FeePayout, reason: str, *, at: datetime
) -> FeePayout:
    """A transfer came back: what was booked is booked back, and the next one is ASKED for an account.

    The caller has locked the row. Raises StatementElsewhere where it had not left.
    """
    if payout.state not in {PayoutState.SENT, PayoutState.PAID}:
        raise StatementElsewhere
    statement = await session.get_one(FeeStatement, payout.statement_id, with_for_update=True)
    if payout.state is PayoutState.PAID:
        if statement.state is not StatementState.PAID:
            raise StatementElsewhere
        booked = await record_honorarium(
            session, actor, kind=EntryKind.HONORARIUM_PAID, amount_cents=-payout.amount_cents, at=at,
            provider=Means.TRANSFER, provider_event=f"fee-back:{payout.id}", person_id=payout.person_id,
        )  # fmt: skip
        if booked is None:
            raise Stale
        statement.state = StatementState.APPROVED
        statement.version += 1
    payout.state, payout.failure, payout.finished_at = PayoutState.RETURNED, reason, at
    payout.version += 1
    note(session, actor, payout, "returned", at=at, reason=reason)
    await session.flush()  # the old one has to be over before the new one lives
    new = _made(session, actor, statement, None, at)
    announce(session, FeeReturned(payout_id=payout.id), at=at)
    return new


def note(
    session: AsyncSession, actor: Actor, payout: FeePayout, action: str, *, at: datetime, reason: str = ""
) -> None:
    """One line of the trail."""
    record(
        session, actor, f"fee_payout.{action}", at=at, kind="fee_statement", object_id=payout.statement_id,
        person_id=payout.person_id, after={"amount_cents": payout.amount_cents, "state": str(payout.state)}, reason=reason,
    )  # fmt: skip
