"""The part of a price that somebody else pays: a jobcentre, an employer, the town (F-G07).

A share is an account of its own in the ledger (`share_id`), with an invoice of its own to its payer. What whoever enrolled
owes is lessened in the same transaction (`enrolment.service.sharing`); here are the rows and the payer's side.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from lms.audit.trail import record
from lms.billing.issuing import Debtor, reverse
from lms.billing.models import Invoice, InvoiceKind, LedgerEntry
from lms.billing.rules import MONEY_MOVED
from lms.billing.service import charge, issue_invoice, let_off
from lms.db import LongText, Row
from lms.kernel.actor import Actor

CAUSE = "share"


class ShareKind(StrEnum):
    """Who takes over a part. A Bildungsgutschein is only for courses that are approved (AZAV)."""

    EMPLOYER = "employer"
    JOBCENTRE = "jobcentre"
    TOWN = "town"
    EDUCATION_VOUCHER = "education_voucher"
    OTHER = "other"


class ShareState(StrEnum):
    """It holds; it was changed or removed, or the enrolment ended."""

    ACTIVE = "active"
    ENDED = "ended"


HOLDS = text("state = 'active'")


class PayerShare(Row):
    """A part of the price of one enrolment that a company, office or town pays. `amount_cents` is what the part comes to.

    `percent` is what was typed where it is a percentage. `reference` is the number of the payer's decision (Bescheid), which
    their invoice states. It is never changed: a changed one is ended and a new one holds.
    """

    __tablename__ = "payer_share"
    __table_args__ = (
        Index("uq_payer_share_payer", "enrolment_id", "company_id", unique=True, postgresql_where=HOLDS, sqlite_where=HOLDS),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("percent IS NULL OR percent BETWEEN 1 AND 100", name="percent"),
    )  # fmt: skip

    enrolment_id: Mapped[UUID] = mapped_column(index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    kind: Mapped[ShareKind]
    amount_cents: Mapped[int]
    made_at: Mapped[datetime]
    percent: Mapped[int | None] = mapped_column(default=None)
    reference: Mapped[str] = mapped_column(default="")
    made_by: Mapped[UUID | None] = mapped_column(default=None)
    made_by_name: Mapped[str] = mapped_column(default="")
    state: Mapped[ShareState] = mapped_column(default=ShareState.ACTIVE)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_reason: Mapped[str] = mapped_column(LongText, default="")


async def active_shares(session: AsyncSession, enrolment_id: UUID) -> Sequence[PayerShare]:
    """The shares of an enrolment that hold, the oldest first."""
    return (
        await session.scalars(
            select(PayerShare)
            .where(PayerShare.enrolment_id == enrolment_id, PayerShare.state == ShareState.ACTIVE)
            .order_by(PayerShare.made_at, PayerShare.id)
        )
    ).all()


async def shares_of(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Sequence[PayerShare]:
    """Every share of these enrolments, also ended ones, the oldest first."""
    return (
        await session.scalars(
            select(PayerShare)
            .where(PayerShare.enrolment_id.in_(list(enrolment_ids)))
            .order_by(PayerShare.made_at, PayerShare.id)
        )
    ).all()


async def book_share(
    session: AsyncSession,
    actor: Actor,
    share: PayerShare,
    *,
    debtor: Debtor,
    lines: Sequence[dict[str, Any]],
    issuer: dict[str, Any],
    tax_note: str,
    at: datetime,
    due_on: date,
) -> None:
    """Charge the payer and invoice it. The series is locked until the transaction ends: nothing slow follows."""
    document = await issue_invoice(
        session, actor, enrolment_id=share.enrolment_id, debtor=debtor, lines=lines, issuer=issuer, tax_note=tax_note,
        at=at, due_on=due_on, share_id=share.id,
    )  # fmt: skip
    charge(
        session, actor, enrolment_id=share.enrolment_id, debtor=debtor, amount_cents=share.amount_cents, cause=CAUSE,
        at=at, invoice=document, share_id=share.id,
    )  # fmt: skip
    _note(session, actor, share, "entered", at)


async def end_share(
    session: AsyncSession, actor: Actor, share: PayerShare, *, at: datetime, reason: str
) -> None:
    """The payer owes nothing any more: its invoice is reversed by a credit note; what it paid already is to be paid back."""
    if share.state is ShareState.ENDED:
        return
    share.state, share.ended_at, share.ended_reason = ShareState.ENDED, at, reason
    await session.flush()
    charged = await session.scalar(
        select(func.sum(LedgerEntry.amount_cents)).where(
            LedgerEntry.share_id == share.id, LedgerEntry.kind.not_in(MONEY_MOVED)
        )
    )
    reversal = aliased(Invoice)
    valid = await session.scalars(
        select(Invoice)
        .outerjoin(reversal, reversal.reverses_id == Invoice.id)
        .where(Invoice.share_id == share.id, Invoice.kind == InvoiceKind.INVOICE, reversal.id.is_(None))
    )
    for invoice in valid.all():
        await reverse(session, actor, invoice, enrolment_id=share.enrolment_id, at=at)
    if charged:
        let_off(
            session, actor, enrolment_id=share.enrolment_id, debtor=Debtor({}, None, share.company_id),
            amount_cents=int(charged), cause=CAUSE, at=at, share_id=share.id,
        )  # fmt: skip
    _note(session, actor, share, "ended", at, reason)


def _note(
    session: AsyncSession, actor: Actor, share: PayerShare, action: str, at: datetime, reason: str = ""
) -> None:
    record(
        session, actor, f"share.{action}", at=at, kind="payer_share", object_id=share.id,
        after={"amount_cents": share.amount_cents, "enrolment_id": str(share.enrolment_id)}, reason=reason,
    )  # fmt: skip
