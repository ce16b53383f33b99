"""Taking a device back, looking it over, and what became of what did not come back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.lending import policy
from lms.lending.errors import LoanIsOver, NeverLent, NothingToWipe, NotOut
from lms.lending.events import LoanReturned
from lms.lending.models import Loan, LoanPurpose, LoanState
from lms.lending.queries import Unit, last_lost, out_of
from lms.lending.rules import CONDITIONS, missing
from lms.lending.service.acts import Acts, cut_reservations, held, held_loan, note, teaches_run
from lms.lending.values import WHOLE, HandOver
from lms.resources.models import DeviceStatus


class Returning(Acts):
    """What staff do when a device comes back, or does not."""

    @retried
    async def take_back(self, actor: Actor, *, loan_id: UUID, state: HandOver = WHOLE) -> Loan:
        """Take a device back, also one that was lost: what is missing is noted, the rest of its time is free again.

        Staff take back everything, trainers what they handed out in class. Twice is as good as once. Raises NotOut.
        """
        now = self.clock()
        async with self.begin() as session:
            loan, unit = await held_loan(session, loan_id)
            teaches = loan.purpose is LoanPurpose.CLASS and await teaches_run(session, actor, loan.run_id)
            ensure(policy.may_hand_over(actor, teaches=teaches), actor)
            if loan.state is LoanState.RETURNED:
                return loan
            if loan.state not in {LoanState.OUT, LoanState.LOST}:
                raise NotOut
            await receive(session, actor, loan, unit, state, now=now)
        return loan

    @retried
    async def take_back_device(self, actor: Actor, *, device_id: UUID, state: HandOver = WHOLE) -> Loan:
        """Take back whatever loan the device is out in. Raises NeverLent when it is with nobody.

        The same device taken back again on the same day gives the loan that has just ended.
        """
        ensure(policy.may_hand_over(actor, teaches=False), actor)
        now = self.clock()
        async with self.begin() as session:
            unit = await held(session, device_id)
            found = await out_of(session, device_id) or await last_lost(session, device_id)
            if found is None:
                just_back = await _back_today(session, device_id, now)
                if just_back is None:
                    raise NeverLent(number=unit.number)
                return just_back
            await receive(session, actor, found.loan, unit, state, now=now)
        return found.loan

    @retried
    async def mark_lost(self, actor: Actor, *, loan_id: UUID, reason: str = "") -> Loan:
        """Give a device up: the loan ends, the unit counts as missing. Taking it back later mends both. Raises NotOut."""
        ensure(policy.may_manage(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            loan, unit = await held_loan(session, loan_id)
            if loan.state is LoanState.LOST:
                return loan
            if loan.state is not LoanState.OUT:
                raise NotOut
            loan.state = LoanState.LOST
            loan.version += 1
            unit.device.status = DeviceStatus.MISSING
            unit.device.version += 1
            await session.flush()
            await cut_reservations(session, loan.id, at=now, ends_at=now)
            note(session, actor, "lost", loan, at=now, reason=reason, after={"device": unit.number})
        return loan

    @retried
    async def confirm_wiped(self, actor: Actor, *, device_id: UUID) -> None:
        """Note who wiped and checked a device, and when; only then the next person gets it (F-D12). Twice is as good as once.

        Raises NothingToWipe while somebody has it.
        """
        ensure(policy.may_hand_over(actor, teaches=False), actor)
        now = self.clock()
        async with self.begin() as session:
            unit = await held(session, device_id)
            if await out_of(session, device_id) is not None:
                raise NothingToWipe(number=unit.number)
            wipe(session, actor, unit, await last_back(session, device_id), now=now)

    @retried
    async def settle_accessories(
        self, actor: Actor, *, loan_id: UUID, names: tuple[str, ...], reason: str = ""
    ) -> Loan:
        """Note that missing accessories have turned up or been replaced. Twice is as good as once."""
        ensure(policy.may_manage(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            loan, _ = await held_loan(session, loan_id)
            if loan.state is not LoanState.RETURNED:
                raise LoanIsOver
            left = missing(loan.accessories_missing, names)
            if left != loan.accessories_missing:
                before = list(loan.accessories_missing)
                loan.accessories_missing, loan.missing_count = left, len(left)
                loan.version += 1
                note(
                    session,
                    actor,
                    "accessories_settled",
                    loan,
                    at=now,
                    before={"missing": before},
                    after={"missing": left},
                    reason=reason,
                )
        return loan


async def receive(
    session: AsyncSession, actor: Actor, loan: Loan, unit: Unit, state: HandOver, *, now: datetime
) -> None:
    """Note that the device is back: its condition, what is missing, whether it has to be wiped."""
    came_back = loan.accessories_out if state.accessories is None else state.accessories
    loan.state = LoanState.RETURNED
    loan.returned_at, loan.returned_to = now, actor.account_id
    loan.condition_in = state.condition if state.condition in CONDITIONS else CONDITIONS[0]
    loan.accessories_in = [name for name in loan.accessories_out if name in came_back]
    loan.accessories_missing = missing(loan.accessories_out, came_back)
    loan.missing_count = len(loan.accessories_missing)
    if state.note:
        loan.note = f"{loan.note}\n{state.note}".strip()
    loan.version += 1
    device = unit.device
    device.condition = loan.condition_in
    device.must_be_wiped = device.must_be_wiped or unit.model.needs_wipe
    if device.status is DeviceStatus.MISSING:
        device.status = DeviceStatus.USABLE
    device.version += 1
    await session.flush()
    ready = now + timedelta(minutes=unit.model.turnaround_minutes)
    await cut_reservations(session, loan.id, at=now, ends_at=ready)
    if loan.purpose is LoanPurpose.HOME:
        announce(session, LoanReturned(loan_id=loan.id, version=loan.version), at=now)
    facts: dict[str, Any] = {"device": unit.number, "condition": loan.condition_in}
    if loan.missing_count:
        facts["missing"] = loan.accessories_missing
    note(session, actor, "returned", loan, at=now, after=facts)


def wipe(session: AsyncSession, actor: Actor, unit: Unit, last: Loan | None, *, now: datetime) -> None:
    """Note that the device is wiped and checked, with the loan after which it was."""
    if not unit.device.must_be_wiped:
        return
    unit.device.must_be_wiped, unit.device.wiped_at = False, now
    unit.device.version += 1
    if last is not None:
        last.wiped_at, last.wiped_by = now, actor.account_id
    record(
        session,
        actor,
        "device.wiped",
        at=now,
        kind="device",
        object_id=unit.device.id,
        after={"device": unit.number, "after_loan": str(last.id) if last else ""},
    )


async def last_back(session: AsyncSession, device_id: UUID) -> Loan | None:
    """The loan from which the device came back last."""
    found: Loan | None = await session.scalar(
        select(Loan)
        .where(Loan.device_id == device_id, Loan.state == LoanState.RETURNED)
        .order_by(Loan.returned_at.desc(), Loan.id)
        .limit(1)
    )
    return found


async def _back_today(session: AsyncSession, device_id: UUID, now: datetime) -> Loan | None:
    last = await last_back(session, device_id)
    if last is None or last.returned_at is None:
        return None
    return last if local(last.returned_at).date() == local(now).date() else None
