"""Refunds by transfer: in files for the bank, by hand, and what comes back."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing import policy
from lms.billing.concerned import refuse_own
from lms.billing.errors import DayAhead, NotOver, ReasonMissing, RefundElsewhere
from lms.billing.models import Refund, RefundMeans, RefundState
from lms.billing.refunds.asking import Asking
from lms.billing.refunds.booking import did_not_get_through, note, paid_out, refundable_cents
from lms.billing.refunds.files import FilesForTheBank
from lms.billing.refunds.following import successor
from lms.billing.refunds.models import FilePurpose
from lms.billing.refunds.pain import Transfer, end_to_end
from lms.billing.refunds.proposing import locked
from lms.billing.refunds.reading import transferable
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.web.centre import the_centre
from lms.web.language import gettext


class Transferring(Asking, FilesForTheBank[Refund]):
    """Refunds in files for the bank, and those that somebody has transferred by hand."""

    purpose = FilePurpose.REFUNDS
    paid_by_file = Refund
    ready_state, sent_state = RefundState.READY, RefundState.SENT

    def may_transfer(self, actor: Actor) -> bool:
        """Finance."""
        return policy.may_refund(actor)

    def waits(self) -> ColumnElement[bool]:
        """Refunds that are ready and in no file."""
        return transferable()

    def transfer_of(self, one: Refund) -> Transfer:
        """To whoever paid."""
        return Transfer(
            reference=end_to_end(one.id), holder=one.holder, iban=one.iban, amount_cents=one.amount_cents,
            purpose=one.purpose or the_centre().name,
        )  # fmt: skip

    def note_step(
        self, session: AsyncSession, actor: Actor, one: Refund, action: str, *, at: datetime, reason: str
    ) -> None:
        """In the trail of the refund."""
        note(session, actor, one, action, at=at, reason=reason)

    async def book_paid(self, session: AsyncSession, actor: Actor, one: Refund, *, at: datetime) -> None:
        """In the ledger."""
        await paid_out(session, actor, one, at=at)

    async def drop_uncovered(
        self, session: AsyncSession, actor: Actor, ready: Sequence[Refund], at: datetime
    ) -> bool:
        """Those fail whose money was taken back meanwhile, say by a returned debit."""
        return await _drop_uncovered(session, actor, ready, at)

    @retried
    async def transferred(self, actor: Actor, *, refund_id: UUID, on: date) -> Refund:
        """Somebody has transferred it by hand on this day, or the bank has carried a single one out; it is booked now.

        Raises NotFound, OwnRefund (S-08), DayAhead, NotOver while it waits in a file, RefundElsewhere.
        """
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        if on > local(at).date():
            raise DayAhead
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            if refund.state is RefundState.PAID:
                return refund
            await refuse_own(session, actor, refund.enrolment_id)
            if refund.means is not RefundMeans.TRANSFER:
                raise RefundElsewhere
            if refund.state is RefundState.READY and refund.transfer_file_id is not None:
                raise NotOver
            if refund.state not in {RefundState.ASKED, RefundState.READY, RefundState.SENT}:
                raise RefundElsewhere
            refund.sent_at = refund.sent_at or at
            await paid_out(session, actor, refund, at=at, reason=f"{on:%d.%m.%Y}")
            return refund

    @retried
    async def returned(self, actor: Actor, *, refund_id: UUID, reason: str) -> Refund:
        """The bank could not deliver a transfer: it has FAILED, and the payer is asked for another account.

        Gives the refund that follows. Raises NotFound, ReasonMissing, RefundElsewhere where it was not on its way.
        """
        ensure(policy.may_refund(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            await refuse_own(session, actor, refund.enrolment_id)
            return await bounced(session, actor, refund, reason.strip(), at=self.clock())


async def executed(session: AsyncSession, actor: Actor, refund_id: UUID, *, at: datetime) -> bool:
    """A statement of the bank shows that a refund's transfer left; whether it was news. `pain.refund_named` reads its reference.

    For whoever imports statements, in their transaction. False for a refund that is not on its way: that is a case for staff.
    """
    refund = await session.get(Refund, refund_id, with_for_update=True, populate_existing=True)
    if refund is None or refund.means is not RefundMeans.TRANSFER:
        return False
    if refund.state is not RefundState.SENT and (
        refund.state is not RefundState.READY or refund.transfer_file_id is None
    ):
        return False
    await paid_out(session, actor, refund, at=at)
    return True


async def bounced(
    session: AsyncSession, actor: Actor, refund: Refund, reason: str, *, at: datetime
) -> Refund:
    """A transfer that was SENT came back: FAILED, and another one ASKED for. The caller has locked the row."""
    if refund.state is not RefundState.SENT or refund.means is not RefundMeans.TRANSFER:
        raise RefundElsewhere
    did_not_get_through(session, actor, refund, reason, at=at)
    return await successor(session, actor, refund, at=at)


async def _drop_uncovered(
    session: AsyncSession, actor: Actor, refunds: Sequence[Refund], at: datetime
) -> bool:
    """Let those fail whose money was taken back meanwhile, say by a returned debit; whether there were any."""
    found = False
    for one in refunds:
        if await refundable_cents(session, one.enrolment_id) < 0:
            did_not_get_through(
                session, actor, one, gettext("The payment itself was taken back meanwhile."), at=at
            )
            await session.flush()
            found = True
    return found
