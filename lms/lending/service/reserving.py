"""Keeping a device for somebody, moving its end, and letting go of it."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Stale
from lms.kernel.period import Period
from lms.lending import policy
from lms.lending.errors import LoanIsOver, NoneFree, NotForLending, NotInThisRun, NotOut, NotReserved
from lms.lending.events import LoanCancelled, LoanExtended, LoanReserved
from lms.lending.models import Loan, LoanPurpose, LoanState
from lms.lending.queries import OPEN, Unit, name_of, units
from lms.lending.rules import due_of, period_of
from lms.lending.service.acts import (
    IN_REPAIR,
    Acts,
    buffers_of,
    claim_of,
    cut_reservations,
    ensure_free,
    ensure_unblocked,
    ensure_usable,
    held,
    held_loan,
    is_home,
    new_reference,
    note,
    teaches_run,
)
from lms.lending.values import Wish
from lms.people.queries import person_of
from lms.resources.models import Device, DeviceModel, DeviceStatus, ReservationKind
from lms.resources.queries import TravelTimes
from lms.resources.reserving import in_the_way, lock, reserve


class Reserving(Acts):
    """What staff can do about a loan before it begins, and about its end."""

    @retried
    async def reserve(
        self, actor: Actor, wish: Wish, *, loan_id: UUID | None = None, run_id: UUID | None = None
    ) -> Loan:
        """Keep a unit for somebody: the one named, or any of the model that is free in the whole time.

        Staff do so for everybody, trainers for people of a run they teach (`run_id`). Sent twice with the same `loan_id`
        it is done once. Raises Promised, NoneFree, NotForLending, InRepair, InRepairUntil, DeviceMissing, PersonBlocked,
        NotInThisRun, and the mistakes of `period_of`.
        """
        now = self.clock()
        async with self.begin() as session:
            ensure(policy.may_reserve(actor, teaches=await teaches_run(session, actor, run_id)), actor)
            if loan_id is not None and (known := await session.get(Loan, loan_id)) is not None:
                return known
            if not policy.may_manage(actor):
                await _ensure_in_run(session, run_id, wish.person_id)
            person = await person_of(session, wish.person_id)
            await ensure_unblocked(session, person, now)
            period = period_of(wish.first, wish.last, now)
            ways = await self.ways(session)
            unit = await self._unit(session, actor, wish, period, ways)
            if loan_id is not None and (known := await session.get(Loan, loan_id)) is not None:
                return known  # the first of two clicks was done while we queued for the device
            loan = Loan(
                id=loan_id or uuid4(),
                reference=new_reference(),
                device_id=unit.device.id,
                person_id=person.id,
                purpose=LoanPurpose.HOME,
                starts_at=period.start,
                due_at=period.end,
                created_at=now,
                run_id=run_id,
                venue_id=wish.venue_id,
                note=wish.note,
            )
            session.add(loan)
            await session.flush()
            claim = claim_of(unit, buffers_of(unit, wish.venue_id, ways).around(period), wish.venue_id)
            await reserve(
                session, [claim], kind=ReservationKind.LOAN, purpose=loan.reference, cause_id=loan.id
            )
            announce(session, LoanReserved(loan_id=loan.id), at=now)
            note(session, actor, "reserved", loan, at=now, after=_days(loan) | {"device": unit.number})
        return loan

    @retried
    async def extend(self, actor: Actor, *, loan_id: UUID, last: date, version: int) -> Loan:
        """Move the last day, of what is out and of what is reserved. Reminders begin anew.

        Raises Promised when somebody else has the device by then, PersonBlocked, LoanIsOver, Stale.
        """
        ensure(policy.may_manage(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            loan, unit = await held_loan(session, loan_id)
            if loan.state not in OPEN or not is_home(loan):
                raise LoanIsOver
            due_at = _new_due(loan, last, now)
            if due_at == loan.due_at:
                return loan
            if loan.version != version:
                raise Stale
            if due_at > loan.due_at:
                await ensure_unblocked(session, await person_of(session, loan.person_id), now)
            before = _days(loan)
            await self.move_end(session, actor, loan, unit, due_at, now=now)
            loan.reminders, loan.reminded_at = 0, None
            announce(session, LoanExtended(loan_id=loan.id, version=loan.version), at=now)
            note(session, actor, "extended", loan, at=now, before=before, after=_days(loan))
        return loan

    async def move_end(
        self, session: AsyncSession, actor: Actor, loan: Loan, unit: Unit, due_at: datetime, *, now: datetime
    ) -> None:
        """Let a loan end at another moment, and its reservation with it. Raises Promised, InRepairUntil."""
        buffers = buffers_of(unit, loan.venue_id, await self.ways(session))
        start = now if loan.state is LoanState.OUT else loan.starts_at
        wanted = buffers.around(Period(start, due_at))
        if loan.state is LoanState.OUT:
            wanted = Period(now, wanted.end)  # the way to the borrower lies behind it
        claim = claim_of(unit, wanted, loan.venue_id)
        await ensure_free(session, actor, unit, claim, besides=[loan.id])
        await cut_reservations(session, loan.id, at=wanted.start, ends_at=wanted.start)
        await reserve(session, [claim], kind=ReservationKind.LOAN, purpose=loan.reference, cause_id=loan.id)
        loan.due_at = due_at
        loan.version += 1
        await session.flush()

    @retried
    async def cancel(self, actor: Actor, *, loan_id: UUID, reason: str = "") -> Loan:
        """Let go of a device that was reserved and not handed out. Twice is as good as once. Raises NotReserved."""
        ensure(policy.may_manage(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            loan, _ = await held_loan(session, loan_id)
            if loan.state is LoanState.CANCELLED:
                return loan
            if loan.state is not LoanState.RESERVED:
                raise NotReserved
            loan.state = LoanState.CANCELLED
            loan.version += 1
            await session.flush()
            await cut_reservations(session, loan.id, at=now, ends_at=now)
            announce(session, LoanCancelled(loan_id=loan.id), at=now)
            note(session, actor, "cancelled", loan, at=now, reason=reason)
        return loan

    async def _unit(
        self, session: AsyncSession, actor: Actor, wish: Wish, period: Period, ways: TravelTimes
    ) -> Unit:
        """The unit wished for, under its lock and free in the whole period."""
        if wish.device_id is not None:
            unit = await held(session, wish.device_id)
            if not unit.model.is_lendable:
                raise NotForLending(model=name_of(unit.model))
            ensure_usable(unit)
            wanted = buffers_of(unit, wish.venue_id, ways).around(period)
            await ensure_free(session, actor, unit, claim_of(unit, wanted, wish.venue_id))
            return unit
        model = await session.get(DeviceModel, wish.model_id) if wish.model_id else None
        if model is None or not model.is_lendable:
            raise NotForLending(model=name_of(model) if model else "–")
        return await _any_of(session, model, wish, period, ways)


async def _any_of(
    session: AsyncSession, model: DeviceModel, wish: Wish, period: Period, ways: TravelTimes
) -> Unit:
    """A free unit of the model: rather one that belongs to no kit, rather one that needs no wiping first."""
    usable = (
        Device.model_id == model.id,
        Device.status == DeviceStatus.USABLE,
        Device.condition != IN_REPAIR,
    )
    await lock(session, device_ids=(await session.scalars(select(Device.id).where(*usable))).all())
    rows = await session.execute(
        units().where(*usable).order_by(Device.inventory_number).execution_options(populate_existing=True)
    )
    candidates = [Unit(*row) for row in rows]
    claims = {
        unit.device.id: claim_of(unit, buffers_of(unit, wish.venue_id, ways).around(period), wish.venue_id)
        for unit in candidates
    }
    taken = {found.device_id for found in await in_the_way(session, list(claims.values()))}
    free = [unit for unit in candidates if unit.device.id not in taken]
    if not free:
        raise NoneFree(model=name_of(model))
    return min(free, key=lambda unit: (unit.kit is not None, unit.device.must_be_wiped, unit.number))


async def _ensure_in_run(session: AsyncSession, run_id: UUID | None, person_id: UUID) -> None:
    found = await session.scalar(
        select(Enrolment.id)
        .where(
            Enrolment.run_id == run_id,
            Enrolment.person_id == person_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
        )
        .limit(1)
    )
    if found is None:
        raise NotInThisRun


def _new_due(loan: Loan, last: date, now: datetime) -> datetime:
    if loan.state is LoanState.OUT:
        return due_of(last, now)
    if loan.state is LoanState.RESERVED:
        first = max(local(loan.starts_at).date(), local(now).date())
        return period_of(first, last, now).end
    raise NotOut


def _days(loan: Loan) -> dict[str, str]:
    return {"starts_at": loan.starts_at.isoformat(), "due_at": loan.due_at.isoformat()}
