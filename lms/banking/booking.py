"""What a decision about a line does to the books. Plain functions in the caller's transaction, which has locked the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.banking.errors import (
    AlreadyPaidBack,
    NotOurCurrency,
    OwnMatter,
    PartsDiffer,
    UnknownDebit,
    UnknownDebt,
)
from lms.banking.matching.values import Candidate, Meaning
from lms.banking.models import AsideReason, BankLine, Clearing, LinePart, LineState
from lms.billing.models import (
    LedgerEntry,
    Means,
    Refund,
    RefundState,
    Settlement,
    SettlementCause,
    SettlementState,
)
from lms.billing.queries import balance_of
from lms.billing.refunds.booking import did_not_get_through, paid_out, refundable_cents
from lms.billing.service import record_refund
from lms.debits.returns import debit_returned
from lms.enrolment.models import Enrolment
from lms.enrolment.service.paying import receive_money
from lms.kernel.actor import Actor
from lms.settings import Settings
from lms.web.formats import amount

UNDONE = "booking_undone"


@dataclass(frozen=True, slots=True)
class Decision:
    """A line and its clearing, both locked, and who decides when."""

    session: AsyncSession
    actor: Actor
    line: BankLine
    clearing: Clearing
    at: datetime
    settings: Settings


async def receive(made: Decision, shares: Sequence[tuple[UUID, int]], *, cause: str, round_: int) -> None:
    """Money that came in, for these enrolments: held places become certain, what nobody owes is a request to the cashiers."""
    await receive_money(
        made.session, made.actor, shares=dict(shares), means=Means.TRANSFER, event=event_of(made.line, round_),
        cause=cause, at=made.at, settings=made.settings,
    )  # fmt: skip


def event_of(line: BankLine, round_: int) -> str:
    """The name of a booking in the ledger; who books again after taking back books under another one."""
    return f"line:{line.id}" if round_ == 1 else f"line:{line.id}:{round_}"


async def book_parts(
    made: Decision, parts: Sequence[tuple[UUID, int]], *, note: str = "", cause: str = "transfer"
) -> None:
    """Book the line for these enrolments; what is more than owed stays there as a credit, and is asked to be paid back.

    Raises NotOurCurrency, PartsDiffer, UnknownDebt, and OwnMatter for whoever would book for themselves (S-08).
    """
    line, clearing, session = made.line, made.clearing, made.session
    if line.currency != "EUR":
        raise NotOurCurrency
    if sum(cents for _, cents in parts) != line.amount_cents or any(cents <= 0 for _, cents in parts):
        raise PartsDiffer(sum=amount(sum(cents for _, cents in parts)), line=amount(line.amount_cents))
    await _refuse_own(made, [enrolment_id for enrolment_id, _ in parts])
    clearing.rounds += 1
    await receive(made, parts, cause=cause, round_=clearing.rounds)
    event = event_of(line, clearing.rounds)
    session.add_all(
        LinePart(
            line_id=line.id, round=clearing.rounds, enrolment_id=enrolment_id, amount_cents=cents,
            event=f"{event}:{enrolment_id}",
        )
        for enrolment_id, cents in parts
    )  # fmt: skip
    decided(made, LineState.BOOKED, "booked", note, parts=parts)


async def take_back(made: Decision, *, reason: str) -> None:
    """Undo a booking by entries against it; the line is open again. Raises AlreadyPaidBack where the money left meanwhile."""
    session, line = made.session, made.line
    parts = (
        await session.scalars(
            select(LinePart).where(LinePart.line_id == line.id, LinePart.undone_at.is_(None))
        )
    ).all()
    for part in parts:
        if await refundable_cents(session, part.enrolment_id) < part.amount_cents:
            raise AlreadyPaidBack
        await record_refund(
            session, made.actor, enrolment_id=part.enrolment_id, amount_cents=part.amount_cents, cause=UNDONE,
            at=made.at, provider=Means.TRANSFER, provider_event=f"{part.event}:undone",
        )  # fmt: skip
        part.undone_at = made.at
        await _overtake(session, part.enrolment_id)
    decided(
        made, LineState.OPEN, "undone", reason, parts=[(one.enrolment_id, one.amount_cents) for one in parts]
    )


async def accept(made: Decision, chosen: Candidate, *, note: str = "") -> None:
    """Do what a candidate proposes."""
    match chosen.meaning:
        case Meaning.PAYMENT:
            await book_parts(made, chosen.parts, note=note)
        case Meaning.PAYOUT:
            made.clearing.aside = AsideReason.PAYOUT
            decided(made, LineState.ASIDE, "aside", note)
        case Meaning.DEBIT_RETURN:
            await _book_return(made, note)
        case Meaning.REFUND:
            await _refund_left(made, chosen, note)
        case Meaning.REFUND_BACK:
            await _refund_back(made, chosen, note)


def decided(
    made: Decision,
    state: LineState,
    action: str,
    note: str,
    *,
    parts: Sequence[tuple[UUID, int]] = (),
) -> None:
    """Keep who decided what, in the row and in the trail."""
    clearing, actor = made.clearing, made.actor
    before = clearing.state
    clearing.state, clearing.note = state, note.strip()
    clearing.decided_at, clearing.decided_by, clearing.decided_name = made.at, actor.account_id, actor.name
    clearing.version += 1
    record(
        made.session, actor, f"bank_line.{action}", at=made.at, kind="bank_line", object_id=made.line.id,
        before={"state": before},
        after={
            "state": state, "amount_cents": made.line.amount_cents,
            "parts": [{"enrolment_id": str(one), "amount_cents": cents} for one, cents in parts],
        },
        reason=note.strip(),
    )  # fmt: skip


async def _book_return(made: Decision, note: str) -> None:
    """A collection that came back is booked where direct debits are kept; what they do not know stays open."""
    line = made.line
    collected = line.original_cents or -line.amount_cents - line.fee_cents
    debit = await debit_returned(
        made.session, made.actor, end_to_end_id=line.end_to_end, reason_code=line.reason, at=made.at,
        fee_cents=max(-line.amount_cents - collected, 0),
    )  # fmt: skip
    if debit is None:
        raise UnknownDebit
    decided(made, LineState.REPORTED, "reported", note)


async def _refund_left(made: Decision, chosen: Candidate, note: str) -> None:
    refund = await _refund(made, chosen)
    await paid_out(made.session, made.actor, refund, at=made.at, provider_ref=refund.provider_ref)
    made.clearing.refund_id = refund.id
    decided(made, LineState.BOOKED, "refund_left", note)


async def _refund_back(made: Decision, chosen: Candidate, note: str) -> None:
    """A transfer that came back: before it was booked it has failed, afterwards the money is there again as a credit."""
    refund = await _refund(made, chosen)
    made.clearing.refund_id = refund.id
    if refund.state is RefundState.PAID:
        await book_parts(made, chosen.parts, note=note, cause="refund_returned")
        return
    did_not_get_through(made.session, made.actor, refund, made.line.reason or made.line.text, at=made.at)
    decided(made, LineState.BOOKED, "refund_back", note)


async def _refund(made: Decision, chosen: Candidate) -> Refund:
    refund = await made.session.get(Refund, chosen.refund_id, with_for_update=True)
    if refund is None:
        raise UnknownDebt
    if refund.debtor_id in made.actor.persons:
        raise OwnMatter
    return refund


async def _refuse_own(made: Decision, enrolment_ids: Sequence[UUID]) -> None:
    rows = (await made.session.scalars(select(Enrolment).where(Enrolment.id.in_(enrolment_ids)))).all()
    if len(rows) != len(set(enrolment_ids)) or len(enrolment_ids) != len(set(enrolment_ids)):
        raise UnknownDebt
    debtors = await made.session.scalars(
        select(LedgerEntry.debtor_id).where(LedgerEntry.enrolment_id.in_(enrolment_ids)).distinct()
    )
    concerned = {one.person_id for one in rows} | {one.contact_id for one in rows} | set(debtors)
    if concerned & made.actor.persons:
        raise OwnMatter


async def _overtake(session: AsyncSession, enrolment_id: UUID) -> None:
    """What was asked to be paid back because of too much money is no matter any more."""
    await session.flush()
    if (await balance_of(session, [enrolment_id]))[enrolment_id].open_cents < 0:
        return
    await session.execute(
        update(Settlement)
        .where(
            Settlement.enrolment_id == enrolment_id,
            Settlement.cause == SettlementCause.OVERPAID,
            Settlement.state == SettlementState.OPEN,
        )
        .values(state=SettlementState.OVERTAKEN)
    )
