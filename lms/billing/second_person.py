"""What a second person has to agree to: goodwill and write-offs over the set sum wait until a colleague approves (L-86, S-08).

Each of them is kept here, the small ones too, which are done at once: so the sums of the last thirty days are known, and many
small ones do not get around the limit. Refunds have states of their own and follow the same rule.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.concerned import refuse_own
from lms.billing.errors import AlreadyDecided, OwnRequest, ReasonMissing
from lms.db import LongText, Row
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound

TOGETHER = timedelta(days=30)
"""What is asked for about one enrolment within this time counts as one sum."""


class MoneyProposalKind(StrEnum):
    """A part of the price let off; a claim not pursued any more (Niederschlagung), or given up for good (Erlass)."""

    GOODWILL = "goodwill"
    WRITE_OFF = "write_off"
    WAIVER = "waiver"


class MoneyProposalState(StrEnum):
    """Waiting for a colleague, done, sent back with a reason, or taken back by a counter entry."""

    WAITING = "waiting"
    DONE = "done"
    SENT_BACK = "sent_back"
    UNDONE = "undone"


class MoneyProposal(Row):
    """Something that lessens what an enrolment's payer owes, from the wish to the entry in the ledger.

    `decided_by` is never `requested_by` where `needs_second` (S-08). Its id is that of the form that asked for it.
    """

    __tablename__ = "money_proposal"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("ix_money_proposal_state", "state", "requested_at"),
    )

    kind: Mapped[MoneyProposalKind]
    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(LongText)
    state: Mapped[MoneyProposalState]
    needs_second: Mapped[bool]
    requested_at: Mapped[datetime]
    share_id: Mapped[UUID | None] = mapped_column(default=None)
    requested_by: Mapped[UUID | None] = mapped_column(default=None)
    requested_by_name: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    decided_by_name: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(LongText, default="")
    entry_id: Mapped[UUID | None] = mapped_column(default=None)


async def propose(
    session: AsyncSession,
    actor: Actor,
    *,
    proposal_id: UUID,
    kind: MoneyProposalKind,
    enrolment_id: UUID,
    amount_cents: int,
    reason: str,
    limit_cents: int,
    at: datetime,
    share_id: UUID | None = None,
) -> MoneyProposal:
    """Keep the wish: DONE where nobody else is needed, and the caller carries it out now; else WAITING.

    The caller holds the lock under which the enrolment's account changes. Raises ReasonMissing, OwnRefund (S-08).
    """
    if not reason.strip():
        raise ReasonMissing
    await refuse_own(session, actor, enrolment_id)
    together = amount_cents + await _asked_lately(session, kind, enrolment_id, at)
    needs_second = together > limit_cents
    proposal = MoneyProposal(
        id=proposal_id, kind=kind, enrolment_id=enrolment_id, amount_cents=amount_cents, reason=reason.strip(),
        state=MoneyProposalState.WAITING if needs_second else MoneyProposalState.DONE, needs_second=needs_second,
        requested_at=at, share_id=share_id, requested_by=actor.account_id, requested_by_name=actor.name,
        decided_at=None if needs_second else at,
    )  # fmt: skip
    session.add(proposal)
    note(session, actor, proposal, "requested" if needs_second else "done", at=at, reason=proposal.reason)
    return proposal


async def to_decide(session: AsyncSession, actor: Actor, proposal_id: UUID) -> MoneyProposal:
    """A waiting proposal, locked, that this actor may decide about.

    Raises NotFound, OwnRequest and OwnRefund (S-08), AlreadyDecided.
    """
    ensure(policy.may_approve(actor), actor)
    proposal = await session.get(MoneyProposal, proposal_id, with_for_update=True)
    if proposal is None:
        raise NotFound
    if proposal.requested_by == actor.account_id:
        raise OwnRequest
    await refuse_own(session, actor, proposal.enrolment_id)
    if proposal.state is not MoneyProposalState.WAITING:
        raise AlreadyDecided
    return proposal


def decide(
    session: AsyncSession,
    actor: Actor,
    proposal: MoneyProposal,
    state: MoneyProposalState,
    *,
    at: datetime,
    answer: str = "",
) -> None:
    """Keep who decided; carrying it out is the caller's, in the same transaction."""
    proposal.state, proposal.answer = state, answer
    proposal.decided_at, proposal.decided_by, proposal.decided_by_name = at, actor.account_id, actor.name
    note(session, actor, proposal, state, at=at, reason=answer)


def note(
    session: AsyncSession, actor: Actor, proposal: MoneyProposal, action: str, *, at: datetime, reason: str
) -> None:
    """One line of the trail."""
    record(
        session, actor, f"{proposal.kind}.{action}", at=at, kind="enrolment", object_id=proposal.enrolment_id,
        after={"amount_cents": proposal.amount_cents}, reason=reason,
    )  # fmt: skip


async def _asked_lately(
    session: AsyncSession, kind: MoneyProposalKind, enrolment_id: UUID, at: datetime
) -> int:
    kinds = (
        [MoneyProposalKind.GOODWILL]
        if kind is MoneyProposalKind.GOODWILL
        else [MoneyProposalKind.WRITE_OFF, MoneyProposalKind.WAIVER]
    )
    found = await session.scalar(
        select(func.coalesce(func.sum(MoneyProposal.amount_cents), 0)).where(
            MoneyProposal.enrolment_id == enrolment_id, MoneyProposal.kind.in_(kinds), MoneyProposal.requested_at > at - TOGETHER,
            MoneyProposal.state.in_((MoneyProposalState.WAITING, MoneyProposalState.DONE)),
        )
    )  # fmt: skip
    return int(found or 0)
