"""Giving up what is owed: not pursued any more (Niederschlagung) or let off for good (Erlass), and taking that back.

The words are those of municipal budget law (for Saxony-Anhalt § 31 KomHVO, unverified): a claim that is not pursued still
exists and may be taken up again, one that is let off does not.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.concerned import lock_account, refuse_own
from lms.billing.errors import (
    AmountNotPositive,
    MoreThanOwed,
    NothingWrittenOff,
    ReasonMissing,
)
from lms.billing.models import EntryKind, LedgerEntry
from lms.billing.rules import CLAIMS
from lms.billing.second_person import (
    MoneyProposal,
    MoneyProposalKind,
    MoneyProposalState,
    decide,
    note,
    propose,
    to_decide,
)
from lms.billing.standing import accounts
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.module import Around


class WriteOffs:
    """Write-offs and waivers; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def write_off(
        self,
        actor: Actor,
        *,
        proposal_id: UUID,
        enrolment_id: UUID,
        amount_cents: int,
        reason: str,
        kind: MoneyProposalKind = MoneyProposalKind.WRITE_OFF,
        share_id: UUID | None = None,
    ) -> MoneyProposal:
        """Ask for nothing of this any more; over the set sum it waits for a second person. The same id twice is once.

        Raises AmountNotPositive, MoreThanOwed, ReasonMissing, OwnRefund (S-08).
        """
        ensure(policy.may_write_off(actor), actor)
        if amount_cents <= 0:
            raise AmountNotPositive
        at = self.clock()
        async with self.begin() as session:
            await lock_account(session, enrolment_id)
            known = await session.get(MoneyProposal, proposal_id)  # perhaps made while we queued
            if known is not None:
                return known
            if amount_cents > await _open_cents(session, enrolment_id, share_id):
                raise MoreThanOwed
            proposal = await propose(
                session, actor, proposal_id=proposal_id, kind=kind, enrolment_id=enrolment_id,
                amount_cents=amount_cents, reason=reason, limit_cents=self.settings.second_person_from_cents, at=at,
                share_id=share_id,
            )  # fmt: skip
            if proposal.state is MoneyProposalState.DONE:
                await _book(session, actor, proposal, -amount_cents, at)
            return proposal

    @retried
    async def approve(self, actor: Actor, *, proposal_id: UUID) -> MoneyProposal:
        """A colleague agrees, and it is booked. Raises what `to_decide` raises, MoreThanOwed where it was paid meanwhile."""
        at = self.clock()
        async with self.begin() as session:
            proposal = await to_decide(session, actor, proposal_id)
            if proposal.kind is MoneyProposalKind.GOODWILL:
                raise NotFound
            await lock_account(session, proposal.enrolment_id)
            if proposal.amount_cents > await _open_cents(session, proposal.enrolment_id, proposal.share_id):
                raise MoreThanOwed
            decide(session, actor, proposal, MoneyProposalState.DONE, at=at)
            await _book(session, actor, proposal, -proposal.amount_cents, at)
            return proposal

    @retried
    async def send_back(self, actor: Actor, *, proposal_id: UUID, reason: str) -> MoneyProposal:
        """A colleague does not agree, of whatever kind it is. Raises ReasonMissing and what `to_decide` raises."""
        if not reason.strip():
            raise ReasonMissing
        async with self.begin() as session:
            proposal = await to_decide(session, actor, proposal_id)
            decide(
                session, actor, proposal, MoneyProposalState.SENT_BACK, at=self.clock(), answer=reason.strip()
            )
            return proposal

    @retried
    async def undo(self, actor: Actor, *, proposal_id: UUID, reason: str) -> MoneyProposal:
        """The claim is pursued again: a counter entry is booked. Twice is as good as once.

        Raises NotFound, ReasonMissing, OwnRefund (S-08), NothingWrittenOff.
        """
        ensure(policy.may_write_off(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        at = self.clock()
        async with self.begin() as session:
            proposal = await session.get(
                MoneyProposal, proposal_id, with_for_update=True, populate_existing=True
            )
            if proposal is None:
                raise NotFound
            await refuse_own(session, actor, proposal.enrolment_id)
            if proposal.state is MoneyProposalState.UNDONE:
                return proposal
            if proposal.state is not MoneyProposalState.DONE or proposal.kind is MoneyProposalKind.GOODWILL:
                raise NothingWrittenOff
            proposal.state, proposal.answer = MoneyProposalState.UNDONE, reason.strip()
            await _book(session, actor, proposal, proposal.amount_cents, at)
            note(session, actor, proposal, "undone", at=at, reason=reason.strip())
            return proposal


async def _open_cents(session: AsyncSession, enrolment_id: UUID, share_id: UUID | None) -> int:
    for account in await accounts(session, enrolment_ids=[enrolment_id]):
        if account.share_id == share_id:
            return account.open_cents
    return 0


async def _book(
    session: AsyncSession, actor: Actor, proposal: MoneyProposal, cents: int, at: datetime
) -> None:
    """The entry, on the account of whoever was charged; with cents above nothing it is the counter entry."""
    charged = (
        await session.scalars(
            select(LedgerEntry)
            .where(
                LedgerEntry.enrolment_id == proposal.enrolment_id,
                LedgerEntry.share_id == proposal.share_id,
                LedgerEntry.kind.in_(CLAIMS),
            )
            .order_by(LedgerEntry.booked_at.desc())
            .limit(1)
        )
    ).first()
    entry = LedgerEntry(
        booked_at=at, kind=EntryKind.WRITE_OFF, amount_cents=cents,
        cause=proposal.kind if cents < 0 else f"{proposal.kind}_undone", enrolment_id=proposal.enrolment_id,
        debtor_id=charged.debtor_id if charged else None, company_id=charged.company_id if charged else None,
        actor_id=actor.account_id, share_id=proposal.share_id,
    )  # fmt: skip
    session.add(entry)
    if cents < 0:
        proposal.entry_id = entry.id
    record(
        session, actor, f"money.{entry.kind}", at=at, kind="ledger_entry", object_id=entry.id,
        person_id=entry.debtor_id, after={"amount_cents": cents, "enrolment_id": str(proposal.enrolment_id)},
        reason=proposal.reason,
    )  # fmt: skip
