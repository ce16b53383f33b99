"""Files for the bank, whatever they pay: gathered, handed out once, given to the bank, carried out or withdrawn.

What is transferred (refunds, trainers' fees) says how it is found and noted; everything else is the same for all of it.
"""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from lms.audit.trail import record
from lms.billing.errors import FileGone, HandedOutBefore, NoAccountOfOurs, NothingToTransfer
from lms.billing.refunds.models import FilePurpose, TransferFile, TransferFileDocument, TransferFileState
from lms.billing.refunds.pain import Transfer, transfer_file
from lms.billing.rules import document_number, series_year
from lms.billing.service import draw_number
from lms.db import Begin, retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, local
from lms.kernel.errors import NotFound, Stale
from lms.settings import Settings
from lms.web.centre import the_centre
from lms.web.formats import date_plain

SERIES = "UW"
"""Of the numbers of transfer files."""
TRIES = 4


class Transferable(Protocol):
    """A row that is paid by a transfer; READY, then SENT, are words of its own state. Its version rises with each step."""

    id: Any
    version: Any
    state: Any
    amount_cents: Any
    transfer_file_id: Any
    provider_ref: Any
    sent_at: Any


T = TypeVar("T", bound=Transferable)


class FilesForTheBank(ABC, Generic[T]):
    """Files for one purpose; every public method is one transaction, save for the reading before a file is made."""

    begin: Begin
    clock: Clock
    settings: Settings
    purpose: ClassVar[FilePurpose]
    paid_by_file: type[T]
    ready_state: ClassVar[str]
    sent_state: ClassVar[str]

    @abstractmethod
    def may_transfer(self, actor: Actor) -> bool:
        """Who makes such files and says what became of them."""

    @abstractmethod
    def waits(self) -> ColumnElement[bool]:
        """What waits for the next file."""

    @abstractmethod
    def transfer_of(self, one: T) -> Transfer:
        """What the file says of it."""

    @abstractmethod
    def note_step(
        self, session: AsyncSession, actor: Actor, one: T, action: str, *, at: datetime, reason: str
    ) -> None:
        """One line of the trail."""

    @abstractmethod
    async def book_paid(self, session: AsyncSession, actor: Actor, one: T, *, at: datetime) -> None:
        """The bank has carried it out: book it, once."""

    async def drop_uncovered(
        self, session: AsyncSession, actor: Actor, ready: Sequence[T], at: datetime
    ) -> bool:
        """Let go of what must not be paid any more; whether there was any."""
        del session, actor, ready, at
        return False

    async def make_file(self, actor: Actor, *, file_id: UUID) -> TransferFile:
        """Gather every transfer that is ready into a file with the next number. The same `file_id` twice is one file.

        The file is written and what it pays is marked in one transaction: whatever is killed, nothing is in two files, and
        nothing is marked without a file. Raises NothingToTransfer, NoAccountOfOurs.
        """
        ensure(self.may_transfer(actor), actor)
        if not self.settings.iban:
            raise NoAccountOfOurs
        for _ in range(TRIES):
            async with self.begin.reading() as session:
                known = await session.get(TransferFile, file_id)
                if known is not None:
                    return known
                ready = (await session.scalars(self._wanted())).all()
            if not ready:
                raise NothingToTransfer
            content = await asyncio.to_thread(self._rendered, file_id, ready)
            made = await self._keep_file(actor, file_id, ready, content)
            if made is not None:
                return made
        raise Stale

    def _wanted(self) -> Any:
        return select(self.paid_by_file).where(self.waits()).order_by(self._column("id"))

    def _column(self, name: str) -> InstrumentedAttribute[Any]:
        column: InstrumentedAttribute[Any] = getattr(self.paid_by_file, name)
        return column

    def _rendered(self, file_id: UUID, ready: Sequence[T]) -> bytes:
        return transfer_file(
            file_id, [self.transfer_of(one) for one in ready], holder=the_centre().operator or the_centre().name,
            iban=self.settings.iban, bic=self.settings.bic, on=local(self.clock()).date(),
        )  # fmt: skip

    @retried
    async def _keep_file(
        self, actor: Actor, file_id: UUID, seen: Sequence[T], content: bytes
    ) -> TransferFile | None:
        """Write the file with all that it pays; None where something has changed since it was read."""
        at = self.clock()
        async with self.begin() as session:
            known = await session.get(TransferFile, file_id)
            if known is not None:
                return known
            wanted = self._wanted().with_for_update().execution_options(populate_existing=True)
            ready: Sequence[T] = (await session.scalars(wanted)).all()
            if [(one.id, one.version) for one in ready] != [(one.id, one.version) for one in seen]:
                return None
            if await self.drop_uncovered(session, actor, ready, at):
                return None  # committed: what is left is gathered anew
            year = series_year(at)
            counter = await draw_number(session, SERIES, year)
            made = TransferFile(
                id=file_id, year=year, counter=counter, number=document_number(SERIES, year, counter), made_at=at,
                count=len(ready), total_cents=sum(one.amount_cents for one in ready), made_by=actor.account_id,
                made_by_name=actor.name, purpose=self.purpose,
            )  # fmt: skip
            session.add(made)
            await session.flush()
            digest = hashlib.sha256(content).hexdigest()
            session.add(TransferFileDocument(file_id=file_id, sha256=digest, content=content))
            for one in ready:
                one.transfer_file_id, one.provider_ref = file_id, self.transfer_of(one).reference
                one.version += 1
                self.note_step(session, actor, one, "in_file", at=at, reason=made.number)
            note_file(session, actor, made, "made", at)
            return made

    @retried
    async def download(self, actor: Actor, *, file_id: UUID) -> tuple[TransferFile, bytes]:
        """Hand the file out, once. Raises NotFound, HandedOutBefore the second time, FileGone where it was withdrawn."""
        ensure(self.may_transfer(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await self._locked_file(session, file_id)
            if file.state is TransferFileState.WITHDRAWN:
                raise FileGone
            if file.downloaded_at is not None:
                raise HandedOutBefore(name=file.downloaded_by_name, day=date_plain(file.downloaded_at))
            file.downloaded_at, file.downloaded_by_name = at, actor.name
            note_file(session, actor, file, "downloaded", at)
            document = await session.get_one(TransferFileDocument, file_id)
            return file, document.content

    @retried
    async def give_to_bank(self, actor: Actor, *, file_id: UUID) -> TransferFile:
        """The bank has the file: what it pays is SENT. Twice is as good as once. Raises NotFound, FileGone."""
        ensure(self.may_transfer(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await self._locked_file(session, file_id)
            if file.state is TransferFileState.SENT:
                return file
            if file.state is not TransferFileState.MADE or file.downloaded_at is None:
                raise FileGone
            for one in await self._in_file(session, file_id):
                if one.state == self.ready_state:
                    one.state, one.sent_at = type(one.state)(self.sent_state), at
                    one.version += 1
                    self.note_step(session, actor, one, "sent", at=at, reason=file.number)
            _end_file(session, actor, file, TransferFileState.SENT, "sent", at)
            return file

    @retried
    async def withdraw_file(self, actor: Actor, *, file_id: UUID) -> TransferFile:
        """The bank never gets this file: what it pays is ready for the next one. Raises NotFound, FileGone."""
        ensure(self.may_transfer(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await self._locked_file(session, file_id)
            if file.state is TransferFileState.WITHDRAWN:
                return file
            if file.state is not TransferFileState.MADE:
                raise FileGone
            for one in await self._in_file(session, file_id):
                if one.state == self.ready_state:
                    one.transfer_file_id = one.provider_ref = None
                    one.version += 1
                    self.note_step(session, actor, one, "out_of_file", at=at, reason=file.number)
            _end_file(session, actor, file, TransferFileState.WITHDRAWN, "withdrawn", at)
            return file

    @retried
    async def file_executed(self, actor: Actor, *, file_id: UUID) -> int:
        """The bank has carried the whole file out; says how many are paid by that. Twice books nothing more."""
        ensure(self.may_transfer(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            file = await self._locked_file(session, file_id)
            if file.state is not TransferFileState.SENT:
                raise FileGone
            sent = [one for one in await self._in_file(session, file_id) if one.state == self.sent_state]
            for one in sent:
                await self.book_paid(session, actor, one, at=at)
            return len(sent)

    async def _locked_file(self, session: AsyncSession, file_id: UUID) -> TransferFile:
        file = await session.get(TransferFile, file_id, with_for_update=True, populate_existing=True)
        if file is None or file.purpose is not self.purpose:
            raise NotFound
        return file

    async def _in_file(self, session: AsyncSession, file_id: UUID) -> Sequence[T]:
        inside = select(self.paid_by_file).where(self._column("transfer_file_id") == file_id)
        locked = inside.order_by(self._column("id")).with_for_update()
        return (await session.scalars(locked.execution_options(populate_existing=True))).all()


def _end_file(
    session: AsyncSession,
    actor: Actor,
    file: TransferFile,
    state: TransferFileState,
    action: str,
    at: datetime,
) -> None:
    file.state, file.ended_at, file.ended_by_name = state, at, actor.name
    note_file(session, actor, file, action, at)


def note_file(session: AsyncSession, actor: Actor, file: TransferFile, action: str, at: datetime) -> None:
    """One line of the trail about the file."""
    record(
        session, actor, f"transfer_file.{action}", at=at, kind="transfer_file", object_id=file.id,
        after={"number": file.number, "count": file.count, "total_cents": file.total_cents},
    )  # fmt: skip
