"""What the bank has credited of a file: as a whole, of one day, or a single collection. Plain functions in a transaction.

The cashiers enter it, or a statement of the bank shows it; whichever comes first books, and the other changes nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.models import Means, SettlementCause
from lms.billing.service import balance_of, record_payment
from lms.billing.settling import request_settlement
from lms.debits.errors import FileNotOpen
from lms.debits.models import Debit, DebitFile, DebitFileState, DebitState
from lms.debits.planning import note
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_

CAUSE = "direct_debit"
TOO_MUCH = N_("Collected by direct debit after less was owed")


async def file_credited(
    session: AsyncSession, actor: Actor, file_id: UUID, *, at: datetime, day: date | None = None
) -> DebitFile:
    """Every collection of the file (with `day` those of that day) is booked as paid, once; the file is CREDITED with the last.

    Twice is as good as once. Raises NotFound, FileNotOpen where the file is not with the bank.
    """
    file, debits = await locked_file(session, file_id)
    if file.state is DebitFileState.CREDITED:
        return file
    if file.state is not DebitFileState.SUBMITTED:
        raise FileNotOpen
    for debit in debits:
        if debit.state is DebitState.IN_FILE and day in {None, debit.collect_on}:
            await book_collected(session, actor, debit, at=at)
            debit.state, debit.ended_at = DebitState.COLLECTED, at
    _end(session, actor, file, debits, at)
    return file


async def debit_credited(
    session: AsyncSession, actor: Actor, *, end_to_end_id: str, at: datetime
) -> Debit | None:
    """One collection is on the account; None for a sign that is not ours, or for what is not with the bank. Twice is once."""
    file_id = await session.scalar(select(Debit.file_id).where(Debit.end_to_end_id == end_to_end_id.strip()))
    if file_id is None:
        return None
    file, debits = await locked_file(session, file_id)
    debit = next((one for one in debits if one.end_to_end_id == end_to_end_id.strip()), None)
    if debit is None or file.state not in {DebitFileState.SUBMITTED, DebitFileState.CREDITED}:
        return None
    if debit.state is DebitState.IN_FILE:
        await book_collected(session, actor, debit, at=at)
        debit.state, debit.ended_at = DebitState.COLLECTED, at
        _end(session, actor, file, debits, at)
    return debit


async def book_collected(session: AsyncSession, actor: Actor, debit: Debit, *, at: datetime) -> None:
    """Book what the bank has collected, once; where less was owed by then the cashiers are asked to pay it back."""
    if not debit.amount_cents:
        return
    booked = await record_payment(
        session, actor, enrolment_id=debit.enrolment_id, amount_cents=debit.amount_cents, cause=CAUSE, at=at,
        provider=Means.DIRECT_DEBIT, provider_event=f"debit:{debit.id}",
    )  # fmt: skip
    if booked is None:
        return
    note(session, actor, debit, "collected", at=at)
    account = (await balance_of(session, [debit.enrolment_id]))[debit.enrolment_id]
    if account.open_cents < 0:
        line = {"message": TOO_MUCH, "params": {}, "amount_cents": account.open_cents}
        await request_settlement(
            session,
            actor,
            enrolment_id=debit.enrolment_id,
            cause=SettlementCause.RELEASED,
            lines=[line],
            at=at,
        )


async def locked_file(session: AsyncSession, file_id: UUID) -> tuple[DebitFile, Sequence[Debit]]:
    """A file and its collections, locked in this order. Raises NotFound."""
    wanted = select(DebitFile).where(DebitFile.id == file_id).with_for_update()
    file = (await session.scalars(wanted.execution_options(populate_existing=True))).first()
    if file is None:
        raise NotFound
    debits = await session.scalars(
        select(Debit)
        .where(Debit.file_id == file_id)
        .order_by(Debit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return file, debits.all()


def _end(session: AsyncSession, actor: Actor, file: DebitFile, debits: Sequence[Debit], at: datetime) -> None:
    """With its last collection the file is credited."""
    if any(one.state is DebitState.IN_FILE for one in debits):
        return
    file.state, file.credited_at, file.credited_by = DebitFileState.CREDITED, at, actor.account_id
    note_file(session, actor, file, "credited", at=at)


def note_file(session: AsyncSession, actor: Actor, file: DebitFile, action: str, *, at: datetime) -> None:
    """One line of the trail."""
    record(
        session, actor, f"debit_file.{action}", at=at, kind="debit_file", object_id=file.id,
        after={"number": file.number, "count": file.count, "total_cents": file.total_cents},
    )  # fmt: skip
