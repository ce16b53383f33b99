"""Refunds in the demonstration: one in each state, a transfer file at the bank, and one that waits for a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from lms.billing.events import RefundAsked
from lms.billing.models import (
    EntryKind,
    LedgerEntry,
    Means,
    Refund,
    RefundMeans,
    RefundState,
    Settlement,
    SettlementState,
)
from lms.billing.refunds.files import SERIES
from lms.billing.refunds.models import TransferFile, TransferFileDocument, TransferFileState
from lms.billing.refunds.pain import Transfer, end_to_end, transfer_file
from lms.billing.refunds.proposing import ANSWER_WITHIN
from lms.billing.rules import document_number, series_year
from lms.billing.second_person import MoneyProposal, MoneyProposalKind, MoneyProposalState
from lms.demo.filling.book import Place
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.enrolment.models import EnrolmentState
from lms.jobs.queue import announce
from lms.kernel.clock import local
from lms.web.centre import the_centre

CASHIER, COLLEAGUE = "ralf-hellwig", "birgit-lorenz"
EXAMPLE_IBAN = "DE89370400440532013000"
"""Of the IBAN registry, nobody's account."""
STATES = (
    (RefundState.ASKED, RefundMeans.TRANSFER),
    (RefundState.READY, RefundMeans.TRANSFER),
    (RefundState.READY, RefundMeans.CASH),
    (RefundState.SENT, RefundMeans.TRANSFER),
    (RefundState.FAILED, RefundMeans.TRANSFER),
    (RefundState.PAID, RefundMeans.TRANSFER),
)
OVERPAID = 40_500
"""Somebody typed 450 instead of 45 euros into their bank's form."""
RETURNED = "Konto erloschen (AC04)"
AGO = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Owed:
    request: Settlement
    place: Place


async def fill_refunds(ground: Ground, everybody: Everybody, places: Sequence[Place]) -> None:
    """Some of what is to be paid back is under way; the rest is left to decide."""
    by_enrolment = {place.enrolment.id: place for place in places}
    requests = await ground.session.scalars(
        select(Settlement)
        .where(Settlement.state == SettlementState.OPEN, Settlement.amount_cents < 0)
        .order_by(Settlement.requested_at, Settlement.id)
    )
    owed = [
        _Owed(one, by_enrolment[one.enrolment_id]) for one in requests if one.enrolment_id in by_enrolment
    ]
    # the first is asked for an account: by e-mail, so that the link can be tried
    owed.sort(key=lambda one: (one.place.employer is not None, not one.place.learner.contact.email))
    file_id, sent = ground.key(), []
    for (state, means), one in zip(STATES, owed, strict=False):
        refund = _refund(ground, everybody, one.place, -one.request.amount_cents, state, means)
        refund.settlement_id = one.request.id
        if state in {RefundState.SENT, RefundState.FAILED, RefundState.PAID}:
            refund.transfer_file_id, refund.provider_ref = file_id, end_to_end(refund.id)
            refund.sent_at = ground.now - AGO
            sent.append(refund)
        if state is RefundState.PAID:
            refund.entry_id = await _booked(ground, everybody, refund)
            one.request.state, one.request.settled_at = SettlementState.SETTLED, refund.finished_at
        await ground.put([refund])
        if state is RefundState.ASKED:
            announce(ground.session, RefundAsked(refund_id=refund.id, version=1), at=ground.now)
    if sent:
        await _file(ground, everybody, file_id, sent)
    await _too_much(ground, everybody, places)
    await ground.session.flush()


def _refund(
    ground: Ground, everybody: Everybody, place: Place, cents: int, state: RefundState, means: RefundMeans
) -> Refund:
    cashier, payer = everybody.member(CASHIER), place.learner.contact
    has_account = means is RefundMeans.TRANSFER and state is not RefundState.ASKED
    ended = ground.now - AGO / 2 if state in {RefundState.FAILED, RefundState.PAID} else None
    refund = Refund(
        id=ground.key(), enrolment_id=place.enrolment.id, amount_cents=cents, means=means, state=state,
        requested_at=ground.now - 2 * AGO, debtor_id=payer.id, reason="Storniert, schon bezahlt",
        requested_by=cashier.account_id, requested_by_name=cashier.name, holder=payer.name if has_account else "",
        iban=EXAMPLE_IBAN if has_account else "", finished_at=ended,
        purpose=f"Erstattung {place.planned.run.number} {place.enrolment.reference}",
        asked_until=ground.now + ANSWER_WITHIN if state is RefundState.ASKED else None,
        failure=RETURNED if state is RefundState.FAILED else "",
    )  # fmt: skip
    _note(ground, everybody, refund, "requested", refund.requested_at)
    if ended:
        _note(ground, everybody, refund, state.value, ended, reason=refund.failure)
    return refund


async def _booked(ground: Ground, everybody: Everybody, refund: Refund) -> UUID:
    entry = LedgerEntry(
        id=ground.key(), booked_at=refund.finished_at or ground.now, kind=EntryKind.REFUND,
        amount_cents=refund.amount_cents, cause="refund", enrolment_id=refund.enrolment_id, debtor_id=refund.debtor_id,
        actor_id=everybody.member(CASHIER).account_id, provider=Means.TRANSFER, provider_event=f"refund:{refund.id}",
    )  # fmt: skip
    await ground.put([entry])
    return entry.id


async def _file(ground: Ground, everybody: Everybody, file_id: UUID, refunds: Sequence[Refund]) -> None:
    """What the bank has: made, downloaded and handed over two days ago."""
    at, cashier = ground.now - AGO, everybody.member(CASHIER)
    year = series_year(at)
    counter = ground.number(SERIES, year)
    await ground.put(
        [
            TransferFile(
                id=file_id, year=year, counter=counter, number=document_number(SERIES, year, counter), made_at=at,
                count=len(refunds), total_cents=sum(one.amount_cents for one in refunds), made_by=cashier.account_id,
                made_by_name=cashier.name, state=TransferFileState.SENT, downloaded_at=at, ended_at=at,
                downloaded_by_name=cashier.name, ended_by_name=cashier.name,
            )
        ]
    )  # fmt: skip
    content = transfer_file(
        file_id,
        [
            Transfer(
                reference=end_to_end(one.id), holder=one.holder, iban=one.iban, amount_cents=one.amount_cents,
                purpose=one.purpose,
            )
            for one in refunds
        ],
        holder=the_centre().operator, iban=ground.settings.iban, bic=ground.settings.bic, on=local(at).date(),
    )  # fmt: skip
    digest = sha256(content).hexdigest()
    await ground.put([TransferFileDocument(file_id=file_id, sha256=digest, content=content)])


async def _too_much(ground: Ground, everybody: Everybody, places: Sequence[Place]) -> None:
    """Somebody transferred ten times what was due: over the set sum, so a colleague has to agree; as to a write-off."""
    private = [
        place
        for place in places
        if place.enrolment.state is EnrolmentState.CONFIRMED
        and place.enrolment.price_cents
        and not place.employer
    ]
    if not private:
        return
    place = min(private, key=lambda one: (-one.planned.starts_at.timestamp(), one.enrolment.reference))
    await ground.put(
        [
            LedgerEntry(
                id=ground.key(), booked_at=ground.now - 3 * AGO, kind=EntryKind.PAYMENT, amount_cents=-OVERPAID,
                cause="transfer", enrolment_id=place.enrolment.id, debtor_id=place.learner.contact.id,
                actor_id=everybody.member(CASHIER).account_id,
            )
        ]
    )  # fmt: skip
    refund = _refund(ground, everybody, place, OVERPAID, RefundState.REQUESTED, RefundMeans.TRANSFER)
    refund.reason = "Versehentlich zu viel überwiesen"
    await ground.put([refund])
    other = min(private, key=lambda one: (one.planned.starts_at.timestamp(), one.enrolment.reference))
    await ground.put([_small_write_off(ground, everybody, other, ground.now - AGO)])


def _small_write_off(ground: Ground, everybody: Everybody, place: Place, at: datetime) -> MoneyProposal:
    """A wish that a colleague has sent back: try a reminder first."""
    cashier, colleague = everybody.member(CASHIER), everybody.member(COLLEAGUE)
    return MoneyProposal(
        id=ground.key(), kind=MoneyProposalKind.WAIVER, enrolment_id=place.enrolment.id, amount_cents=26_000,
        reason="Zahlt seit Monaten nicht", state=MoneyProposalState.SENT_BACK, needs_second=True, requested_at=at,
        requested_by=cashier.account_id, requested_by_name=cashier.name, decided_at=at + timedelta(hours=3),
        decided_by=colleague.account_id, decided_by_name=colleague.name, answer="Bitte zuerst mahnen.",
    )  # fmt: skip


def _note(
    ground: Ground, everybody: Everybody, refund: Refund, action: str, at: datetime, *, reason: str = ""
) -> None:
    ground.note(
        at, f"refund.{action}", "refund", refund.id, by=everybody.member(CASHIER), person_id=refund.debtor_id,
        after={"amount_cents": refund.amount_cents, "enrolment_id": str(refund.enrolment_id)}, reason=reason,
    )  # fmt: skip
