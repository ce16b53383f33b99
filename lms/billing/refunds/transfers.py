"""Transfers on their way through the bank: gathered into a file, handed to the bank, carried out, returned."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.concerned import refuse_own
from lms.billing.errors import (
    DayAhead,
    FileGone,
    HandedOutBefore,
    NoAccountOfOurs,
    NothingToTransfer,
    NotOver,
    ReasonMissing,
    RefundElsewhere,
)
from lms.billing.models import Refund, RefundMeans, RefundState
from lms.billing.refunds.asking import Asking
from lms.billing.refunds.booking import did_not_get_through, note, paid_out, refundable_cents
from lms.billing.refunds.following import successor
from lms.billing.refunds.models import TransferFile, TransferFileDocument, TransferFileState
from lms.billing.refunds.pain import Transfer, end_to_end, transfer_file
from lms.billing.refunds.proposing import locked
from lms.billing.refunds.reading import transferable
from lms.billing.rules import document_number, series_year
from lms.billing.service import draw_number
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.web.centre import the_centre
from lms.web.formats import date_plain
from lms.web.language import gettext

SERIES = "UW"
"""Of the numbers of transfer files."""
TRIES = 4


class Transferring(Asking):
    """Files for the bank; every public method is one transaction, save for the reading before a file is made."""

    async def make_file(self, actor: Actor, *, file_id: UUID) -> TransferFile:
        """Gather every transfer that is ready into a file with the next number. The same `file_id` twice is one file.

        The file is written and its refunds are marked in one transaction: whatever is killed, no refund is in two files, and
        none is marked without a file. Raises NothingToTransfer, NoAccountOfOurs.
        """
        ensure(policy.may_refund(actor), actor)
        if not self.settings.iban:
            raise NoAccountOfOurs
        for _ in range(TRIES):
            async with self.begin.reading() as session:
                known = await session.get(TransferFile, file_id)
                if known is not None:
                    return known
                ready = (
                    await session.scalars(select(Refund).where(transferable()).order_by(Refund.id))
                ).all()
            if not ready:
                raise NothingToTransfer
            content = await asyncio.to_thread(self._rendered, file_id, ready)
            made = await self._keep_file(actor, file_id, ready, content)
            if made is not None:
                return made
        raise Stale

    def _rendered(self, file_id: UUID, refunds: Sequence[Refund]) -> bytes:
        transfers = [
            Transfer(
                reference=end_to_end(one.id), holder=one.holder, iban=one.iban, amount_cents=one.amount_cents,
                purpose=one.purpose or the_centre().name,
            )
            for one in refunds
        ]  # fmt: skip
        return transfer_file(
            file_id, transfers, holder=the_centre().operator or the_centre().name, iban=self.settings.iban,
            bic=self.settings.bic, on=local(self.clock()).date(),
        )  # fmt: skip

    @retried
    async def _keep_file(
        self, actor: Actor, file_id: UUID, seen: Sequence[Refund], content: bytes
    ) -> TransferFile | None:
        """Write the file with all that it pays; None where something has changed since it was read."""
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(TransferFile, file_id)
            if known is not None:
                return known
            wanted = select(Refund).where(transferable()).order_by(Refund.id).with_for_update()
            ready = (await session.scalars(wanted.execution_options(populate_existing=True))).all()
            if [(one.id, one.version) for one in ready] != [(one.id, one.version) for one in seen]:
                return None
            if await _drop_uncovered(session, actor, ready, at):
                return None  # committed: what is left is gathered anew
            year = series_year(at)
            counter = await draw_number(session, SERIES, year)
            made = TransferFile(
                id=file_id, year=year, counter=counter, number=document_number(SERIES, year, counter), made_at=at,
                count=len(ready), total_cents=sum(one.amount_cents for one in ready), made_by=actor.account_id,
                made_by_name=actor.name,
            )  # fmt: skip
            session.add(made)
            await session.flush()
            digest = hashlib.sha256(content).hexdigest()
            session.add(TransferFileDocument(file_id=file_id, sha256=digest, content=content))
            for one in ready:
                one.transfer_file_id, one.provider_ref = file_id, end_to_end(one.id)
                one.version += 1
                note(session, actor, one, "in_file", at=at, reason=made.number)
            _note_file(session, actor, made, "made", at)
            return made

    @retried
    async def download(self, actor: Actor, *, file_id: UUID) -> tuple[TransferFile, bytes]:
        """Hand the file out, once. Raises NotFound, HandedOutBefore the second time, FileGone where it was withdrawn."""
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await _locked_file(session, file_id)
            if file.state is TransferFileState.WITHDRAWN:
                raise FileGone
            if file.downloaded_at is not None:
                raise HandedOutBefore(name=file.downloaded_by_name, day=date_plain(file.downloaded_at))
            file.downloaded_at, file.downloaded_by_name = at, actor.name
            _note_file(session, actor, file, "downloaded", at)
            document = await session.get_one(TransferFileDocument, file_id)
            return file, document.content

    @retried
    async def give_to_bank(self, actor: Actor, *, file_id: UUID) -> TransferFile:
        """The bank has the file: its refunds are SENT. Twice is as good as once. Raises NotFound, FileGone."""
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await _locked_file(session, file_id)
            if file.state is TransferFileState.SENT:
                return file
            if file.state is not TransferFileState.MADE or file.downloaded_at is None:
                raise FileGone
            for one in await _in_file(session, file_id):
                if one.state is RefundState.READY:
                    one.state, one.sent_at = RefundState.SENT, at
                    one.version += 1
                    note(session, actor, one, "sent", at=at, reason=file.number)
            self._end_file(session, actor, file, TransferFileState.SENT, "sent", at)
            return file

    @retried
    async def withdraw_file(self, actor: Actor, *, file_id: UUID) -> TransferFile:
        """The bank never gets this file: its refunds are ready for the next one. Raises NotFound, FileGone."""
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await _locked_file(session, file_id)
            if file.state is TransferFileState.WITHDRAWN:
                return file
            if file.state is not TransferFileState.MADE:
                raise FileGone
            for one in await _in_file(session, file_id):
                if one.state is RefundState.READY:
                    one.transfer_file_id = one.provider_ref = None
                    one.version += 1
                    note(session, actor, one, "out_of_file", at=at, reason=file.number)
            self._end_file(session, actor, file, TransferFileState.WITHDRAWN, "withdrawn", at)
            return file

    @retried
    async def file_executed(self, actor: Actor, *, file_id: UUID) -> int:
        """The bank has carried the whole file out; says how many refunds are paid by that. Twice books nothing more."""
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await _locked_file(session, file_id)
            if file.state is not TransferFileState.SENT:
                raise FileGone
            sent = [one for one in await _in_file(session, file_id) if one.state is RefundState.SENT]
            for one in sent:
                await paid_out(session, actor, one, at=at)
            return len(sent)

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

    def _end_file(
        self,
        session: AsyncSession,
        actor: Actor,
        file: TransferFile,
        state: TransferFileState,
        action: str,
        at: datetime,
    ) -> None:
        file.state, file.ended_at, file.ended_by_name = state, at, actor.name
        _note_file(session, actor, file, action, at)


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


async def _locked_file(session: AsyncSession, file_id: UUID) -> TransferFile:
    file = await session.get(TransferFile, file_id, with_for_update=True, populate_existing=True)
    if file is None:
        raise NotFound
    return file


async def _in_file(session: AsyncSession, file_id: UUID) -> Sequence[Refund]:
    wanted = select(Refund).where(Refund.transfer_file_id == file_id).order_by(Refund.id).with_for_update()
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()


def _note_file(session: AsyncSession, actor: Actor, file: TransferFile, action: str, at: datetime) -> None:
    record(
        session, actor, f"transfer_file.{action}", at=at, kind="transfer_file", object_id=file.id,
        after={"number": file.number, "count": file.count, "total_cents": file.total_cents},
    )  # fmt: skip
