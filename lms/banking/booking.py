"""What a decision about a line does to the books. Plain functions in the caller's transaction, which has locked the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.banking.errors import (
    NotOurCurrency,
    OwnMatter,
    PartsDiffer,
    RefundNotOnItsWay,
    UnknownDebit,
    UnknownDebt,
)
from lms.banking.matching.values import Candidate, Meaning
from lms.banking.models import AsideReason, BankLine, Clearing, LinePart, LineState
from lms.banking.receiving import concerned, give_back, named, receive
from lms.billing.models import Refund, RefundState, Settlement, SettlementCause, SettlementState
from lms.billing.queries import balance_of
from lms.billing.refunds.transfers import bounced, executed
from lms.debits.crediting import debit_credited, file_credited
from lms.debits.returns import debit_returned
from lms.honoraria.statements import paying
from lms.honoraria.statements.models import FeePayout, PayoutState
from lms.kernel.actor import Actor
from lms.settings import Settings
from lms.web.formats import amount


@dataclass(frozen=True, slots=True)
class Decision:
    """A line and its clearing, both locked, and who decides when."""

    session: AsyncSession
    actor: Actor
    line: BankLine
    clearing: Clearing
    at: datetime
    settings: Settings


def event_of(line: BankLine, round_: int) -> str:
    """The name of a booking in the ledger; who books again after taking back books under another one."""
    return f"line:{line.id}" if round_ == 1 else f"line:{line.id}:{round_}"


async def book_parts(
    made: Decision, parts: Sequence[tuple[UUID, int]], *, note: str = "", cause: str = "transfer"
) -> None:
    """Book the line for these accounts; what is more than owed stays there as a credit, and is asked to be paid back.

    Raises NotOurCurrency, PartsDiffer, UnknownDebt, and OwnMatter for whoever would book for themselves (S-08); for an order of
    a voucher what `take_payment` raises.
    """
    line, clearing, session = made.line, made.clearing, made.session
    if line.currency != "EUR":
        raise NotOurCurrency
    if sum(cents for _, cents in parts) != line.amount_cents or any(cents <= 0 for _, cents in parts):
        raise PartsDiffer(sum=amount(sum(cents for _, cents in parts)), line=amount(line.amount_cents))
    found = await named(session, [account_id for account_id, _ in parts])
    if await concerned(session, found) & made.actor.persons:
        raise OwnMatter
    clearing.rounds += 1
    event = event_of(line, clearing.rounds)
    await receive(
        session, made.actor, found, parts, event=event, cause=cause, at=made.at, settings=made.settings
    )
    session.add_all(
        LinePart(
            line_id=line.id, round=clearing.rounds, account_id=account_id, amount_cents=cents,
            event=f"{event}:{account_id}",
        )
        for account_id, cents in parts
    )  # fmt: skip
    decided(made, LineState.BOOKED, "booked", note, parts=parts)


async def take_back(made: Decision, *, reason: str) -> None:
    """Undo a booking by entries against it; the line is open again. Raises what `give_back` raises."""
    session, line = made.session, made.line
    parts = (
        await session.scalars(
            select(LinePart).where(LinePart.line_id == line.id, LinePart.undone_at.is_(None))
        )
    ).all()
    found = await named(session, [part.account_id for part in parts])
    for part in parts:
        await give_back(
            session, made.actor, found, part.account_id, part.amount_cents, event=f"{part.event}:undone", at=made.at
        )  # fmt: skip
        part.undone_at = made.at
        await _overtake(session, part.account_id)
    decided(
        made, LineState.OPEN, "undone", reason, parts=[(one.account_id, one.amount_cents) for one in parts]
    )


async def accept(made: Decision, chosen: Candidate, *, note: str = "") -> None:
    """Do what a candidate proposes."""
    match chosen.meaning:
        case Meaning.PAYMENT:
            await book_parts(made, chosen.parts, note=note)
        case Meaning.PAYOUT:
            made.clearing.aside = AsideReason.PAYOUT
            decided(made, LineState.ASIDE, "aside", note)
        case Meaning.COLLECTION:
            await _book_collection(made, chosen, note)
        case Meaning.DEBIT_RETURN:
            await _book_return(made, note)
        case Meaning.REFUND:
            await _refund_left(made, chosen, note)
        case Meaning.REFUND_BACK:
            await _refund_back(made, chosen, note)
        case Meaning.FEE:
            await _fee_left(made, chosen, note)
        case Meaning.FEE_BACK:
            await _fee_back(made, chosen, note)


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
            "parts": [{"account_id": str(one), "amount_cents": cents} for one, cents in parts],
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


async def _book_collection(made: Decision, chosen: Candidate, note: str) -> None:
    """What was collected is booked where direct debits are kept; entered there before, it is only ticked off."""
    session, actor, at = made.session, made.actor, made.at
    if chosen.file_id is not None:
        await file_credited(session, actor, chosen.file_id, day=chosen.day, at=at)
    elif await debit_credited(session, actor, end_to_end_id=made.line.end_to_end, at=at) is None:
        raise UnknownDebit
    made.clearing.aside = AsideReason.COLLECTION
    decided(made, LineState.ASIDE, "collected", note)


async def _refund_left(made: Decision, chosen: Candidate, note: str) -> None:
    """A transfer of ours has left. One that was entered as paid before is only ticked off."""
    refund = await _refund(made, chosen)
    if refund.state is not RefundState.PAID and not await executed(
        made.session, made.actor, refund.id, at=made.at
    ):
        raise RefundNotOnItsWay
    made.clearing.refund_id = refund.id
    decided(made, LineState.BOOKED, "refund_left", note)


async def _refund_back(made: Decision, chosen: Candidate, note: str) -> None:
    """A transfer that came back: before it was booked it has failed and the payer is asked anew, afterwards it is a credit."""
    refund = await _refund(made, chosen)
    made.clearing.refund_id = refund.id
    if refund.state is RefundState.PAID:
        await book_parts(made, chosen.parts, note=note, cause="refund_returned")
        return
    if refund.state is RefundState.READY and refund.transfer_file_id is not None:
        refund.state, refund.sent_at = RefundState.SENT, made.at  # the bank has had the file after all
    if refund.state is not RefundState.SENT:
        raise RefundNotOnItsWay
    await bounced(made.session, made.actor, refund, made.line.reason or made.line.text, at=made.at)
    decided(made, LineState.BOOKED, "refund_back", note)


async def _fee_left(made: Decision, chosen: Candidate, note: str) -> None:
    """A trainer's fee has left. One that was entered as paid before is only ticked off."""
    payout = await _payout(made, chosen)
    if payout.state is not PayoutState.PAID and not await paying.executed(
        made.session, made.actor, payout, at=made.at
    ):
        raise RefundNotOnItsWay
    made.clearing.fee_payout_id = payout.id
    decided(made, LineState.BOOKED, "fee_left", note)


async def _fee_back(made: Decision, chosen: Candidate, note: str) -> None:
    """A trainer's fee came back: it is booked back, and they are asked for another account."""
    payout = await _payout(made, chosen)
    if payout.state is PayoutState.READY and payout.transfer_file_id is not None:
        payout.state, payout.sent_at = PayoutState.SENT, made.at  # the bank has had the file after all
    if payout.state not in {PayoutState.SENT, PayoutState.PAID}:
        raise RefundNotOnItsWay
    made.clearing.fee_payout_id = payout.id
    await paying.bounced(made.session, made.actor, payout, made.line.reason or made.line.text, at=made.at)
    decided(made, LineState.BOOKED, "fee_back", note)


async def _payout(made: Decision, chosen: Candidate) -> FeePayout:
    if chosen.refund_id is None:
        raise UnknownDebt
    payout = await paying.locked_payout(made.session, chosen.refund_id)
    if payout.person_id in made.actor.persons:
        raise OwnMatter
    return payout


async def _refund(made: Decision, chosen: Candidate) -> Refund:
    refund = await made.session.get(Refund, chosen.refund_id, with_for_update=True)
    if refund is None:
        raise UnknownDebt
    if refund.debtor_id in made.actor.persons:
        raise OwnMatter
    return refund


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
