"""Debits that come back: booked back once, the fee charged where the centre does so, and a task until somebody has looked."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.events import PaymentReturned
from lms.billing.issuing import Debtor
from lms.billing.models import EntryKind, Means
from lms.billing.service import charge, record_refund
from lms.db import charges_return_fees, retried
from lms.debits import policy
from lms.debits.crediting import book_collected
from lms.debits.errors import MandateNotUsable, OwnDebit
from lms.debits.events import DebitReturned
from lms.debits.mandates import note as note_mandate
from lms.debits.models import ChosenMandate, Debit, DebitMandate, DebitMandateState, DebitState
from lms.debits.planning import locked_debit, note, plan_collection
from lms.debits.queries import mandate_of
from lms.debits.rules import makes_useless
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.module import Around

CAUSE, FEE_CAUSE = "debit_returned", "return_fee"
SENT = (DebitState.IN_FILE, DebitState.COLLECTED)


async def debit_returned(
    session: AsyncSession, actor: Actor, *, end_to_end_id: str, fee_cents: int, reason_code: str, at: datetime
) -> Debit | None:
    """Book a return, however often it is told; None for a sign that is not ours, or for what never was in a file.

    The payment is booked back (first booked, where the credit was not seen yet: both moved on the bank's account), the bank's
    fee is charged where the setting says so, the mandate is blocked where the reason says that it or the account is no good.
    Nothing more is collected by the mandate until somebody of the team has looked.
    """
    wanted = select(Debit.id).where(Debit.end_to_end_id == end_to_end_id.strip())
    debit_id = await session.scalar(wanted)
    debit = await locked_debit(session, debit_id) if debit_id else None
    if debit is None or debit.state not in {*SENT, DebitState.RETURNED} or not debit.amount_cents:
        return None
    if debit.state is DebitState.RETURNED:
        return debit
    mandate = await mandate_of(session, debit.mandate_id, lock=True)
    if debit.state is DebitState.IN_FILE:
        await book_collected(session, actor, debit, at=at)
    await record_refund(
        session, actor, enrolment_id=debit.enrolment_id, amount_cents=debit.amount_cents, cause=CAUSE, at=at,
        provider=Means.DIRECT_DEBIT, provider_event=f"debit-return:{debit.id}",
    )  # fmt: skip
    if fee_cents > 0 and charges_return_fees(session):
        debtor = Debtor({}, mandate.person_id, mandate.company_id)
        charge(
            session, actor, enrolment_id=debit.enrolment_id, debtor=debtor, amount_cents=fee_cents, cause=FEE_CAUSE,
            at=at, kind=EntryKind.FEE,
        )  # fmt: skip
    code = reason_code.strip().upper()
    debit.state, debit.ended_at, debit.end_reason, debit.fee_cents = DebitState.RETURNED, at, code, fee_cents
    note(session, actor, debit, "returned", at=at, reason=code)
    if makes_useless(code) and mandate.state is DebitMandateState.ACTIVE:
        mandate.state, mandate.blocked_for = DebitMandateState.BLOCKED, code
        mandate.version += 1
        note_mandate(session, actor, mandate, "blocked", at=at, reason=code)
    announce(session, DebitReturned(debit_id=debit.id), at=at)
    announce(
        session,
        PaymentReturned(
            enrolment_id=debit.enrolment_id, amount_cents=debit.amount_cents, means=Means.DIRECT_DEBIT
        ),
        at=at,
    )
    return debit


class DebitReturns:
    """What the cashiers do when something has come back; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def enter(self, actor: Actor, *, debit_id: UUID, fee_cents: int, reason_code: str) -> None:
        """Book a return by hand, as the bank's statement shows it. Raises OwnDebit, NotFound."""
        ensure(policy.may_collect(actor), actor)
        async with self.begin() as session:
            debit = await self._of_others(session, actor, debit_id)
            booked = await debit_returned(
                session, actor, end_to_end_id=debit.end_to_end_id, fee_cents=fee_cents, reason_code=reason_code,
                at=self.clock(),
            )  # fmt: skip
            if booked is None:
                raise NotFound

    @retried
    async def handle(self, actor: Actor, *, debit_id: UUID, note_text: str) -> None:
        """The cashiers have dealt with it: what else is planned by the mandate goes on. Twice is as good as once."""
        ensure(policy.may_collect(actor), actor)
        async with self.begin() as session:
            debit = await self._of_others(session, actor, debit_id)
            self._handled(session, actor, debit, note_text)

    @retried
    async def collect_again(self, actor: Actor, *, debit_id: UUID, on: date, note_text: str = "") -> Debit:
        """Collect once more, on that day or the next on which it can be, by the mandate chosen for the enrolment.

        Raises MandateNotUsable. The payer is told again before.
        """
        ensure(policy.may_collect(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            debit = await self._of_others(session, actor, debit_id)
            chosen = await session.get(ChosenMandate, debit.enrolment_id)
            if chosen is None:
                raise MandateNotUsable
            mandate = await mandate_of(session, chosen.mandate_id, lock=True)
            if mandate.state is not DebitMandateState.ACTIVE:
                raise MandateNotUsable
            self._handled(session, actor, debit, note_text)
            again = await plan_collection(
                session, actor, enrolment_id=debit.enrolment_id, run_id=debit.run_id, purpose=debit.purpose,
                settings=self.settings, at=at, fixed_on=on,
            )  # fmt: skip
            if again is None:
                raise MandateNotUsable
            return again

    def _handled(self, session: AsyncSession, actor: Actor, debit: Debit, text: str) -> None:
        if debit.state is not DebitState.RETURNED or debit.handled_at is not None:
            return
        debit.handled_at, debit.handled_by, debit.handled_note = self.clock(), actor.account_id, text
        note(session, actor, debit, "handled", at=self.clock(), reason=text)

    @staticmethod
    async def _of_others(session: AsyncSession, actor: Actor, debit_id: UUID) -> Debit:
        debit = await locked_debit(session, debit_id)
        if debit is None:
            raise NotFound
        if policy.is_own(actor, await session.get_one(DebitMandate, debit.mandate_id)):
            raise OwnDebit
        return debit
