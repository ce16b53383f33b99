"""What every part of the service stands on: units under lock, and whether they can be given to somebody."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.lending.errors import (
    SOMEBODY,
    Day,
    DeviceMissing,
    InRepair,
    InRepairUntil,
    Moment,
    MustBeWiped,
    PersonBlocked,
    Promised,
    Said,
    StillOut,
    run_named,
)
from lms.lending.models import Loan, LoanPurpose, LoanState
from lms.lending.policy import may_read_all
from lms.lending.queries import Unit, block_of, out_of, promise_of, unit_of
from lms.lending.rules import Buffers
from lms.lending.words import reason_of
from lms.people.models import Person
from lms.resources.models import DeviceStatus, Reservation, ReservationKind, ReservationState
from lms.resources.queries import TravelTimes, travel_times
from lms.resources.reserving import Claim, in_the_way, lock
from lms.scheduling.queries import teaches
from lms.web.module import Around

READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 8
IN_REPAIR = "repair"
"""The condition by which the inventory marks a unit in repair when nobody knows until when."""


class Acts:
    """Opens transactions for the parts of the service."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer

    async def ways(self, session: AsyncSession) -> TravelTimes:
        """How far the venues lie apart; one statement."""
        return await travel_times(session, self.settings.travel_minutes)


async def held(session: AsyncSession, device_id: UUID) -> Unit:
    """A unit as it is under its lock: until the transaction ends nobody else hands it out or reserves it."""
    await lock(session, device_ids=[device_id])
    return await unit_of(session, device_id)


async def held_loan(session: AsyncSession, loan_id: UUID) -> tuple[Loan, Unit]:
    """A loan and its unit under the lock of the unit. Raises NotFound."""
    loan = await session.get(Loan, loan_id)
    if loan is None:
        raise NotFound
    unit = await held(session, loan.device_id)
    await session.refresh(loan)  # it may have changed while we queued for the device
    return loan, unit


def buffers_of(unit: Unit, venue_id: UUID | None, ways: TravelTimes) -> Buffers:
    """The way to the pick-up place, and back home after the turnaround; no way where it is picked up at home."""
    way = ways.between(unit.home_id, venue_id)
    return Buffers(before_minutes=way, after_minutes=unit.model.turnaround_minutes + way)


def claim_of(unit: Unit, period: Period, venue_id: UUID | None) -> Claim:
    """The unit for this whole period, buffers included."""
    return Claim(period=period, device_id=unit.device.id, venue_id=venue_id or unit.home_id)


async def ensure_free(
    session: AsyncSession, actor: Actor, unit: Unit, claim: Claim, *, besides: Sequence[UUID] = ()
) -> None:
    """Raise Promised or InRepairUntil when somebody else has the unit in this period."""
    found = await in_the_way(session, [claim], besides=besides)
    if found:
        raise await _refusal(session, actor, unit, found[0])


async def _refusal(
    session: AsyncSession, actor: Actor, unit: Unit, reservation: Reservation
) -> InRepairUntil | Promised:
    if reservation.kind is ReservationKind.REPAIR:
        return InRepairUntil(number=unit.number, end=Day(local(reservation.ends_at).date()))
    promise = await promise_of(session, reservation.id)
    whom: Said | str = SOMEBODY
    if promise.run_number:
        whom = run_named(promise.run_number)
    elif may_read_all(actor):
        whom = (promise.borrower and promise.borrower.name) or reservation.purpose or SOMEBODY
    return Promised(
        number=unit.number,
        whom=whom,
        start=Moment(reservation.starts_at),
        end=Moment(reservation.ends_at),
    )


def ensure_usable(unit: Unit) -> None:
    """Raise DeviceMissing or InRepair."""
    if unit.device.status is not DeviceStatus.USABLE:
        raise DeviceMissing(number=unit.number)
    if unit.device.condition == IN_REPAIR:
        raise InRepair(number=unit.number)


async def ensure_here(session: AsyncSession, actor: Actor, unit: Unit) -> None:
    """Raise StillOut or MustBeWiped: what is to be handed out now lies on the counter, with nothing of anybody's on it."""
    out = await out_of(session, unit.device.id)
    if out is not None:
        whom = out.person.name if may_read_all(actor) else SOMEBODY
        raise StillOut(number=unit.number, whom=whom, due=Moment(out.loan.due_at))
    if unit.device.must_be_wiped:
        raise MustBeWiped(number=unit.number)


async def ensure_unblocked(session: AsyncSession, person: Person, now: datetime) -> None:
    """Raise PersonBlocked, with the reason and the first day on which they may borrow again."""
    block = await block_of(session, person.id, local(now).date())
    if block is not None:
        raise PersonBlocked(name=person.name, day=Day(after(block.until)), reason=reason_of(block))


def after(day: Any) -> Any:
    """The day that follows."""
    return day.fromordinal(day.toordinal() + 1)


async def cut_reservations(session: AsyncSession, loan_id: UUID, *, at: datetime, ends_at: datetime) -> None:
    """Give back what a loan does not need any more: what has begun ends at `ends_at`, what has not is released."""
    mine = (Reservation.cause_id == loan_id, Reservation.state == ReservationState.FIRM)
    await session.execute(
        update(Reservation)
        .where(*mine, Reservation.starts_at >= at)
        .values(state=ReservationState.RELEASED)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Reservation)
        .where(*mine, Reservation.ends_at > ends_at)
        .values(ends_at=ends_at)
        .execution_options(synchronize_session=False)
    )


def known_accessories(unit: Unit, named: Sequence[str] | None) -> list[str]:
    """Of what was named, what belongs to the model, in the model's order; everything when nothing was said."""
    belonging = list(unit.model.accessories)
    return belonging if named is None else [name for name in belonging if name in set(named)]


async def teaches_run(session: AsyncSession, actor: Actor, run_id: UUID | None) -> bool:
    """Whether the actor's own person teaches this run."""
    return (
        run_id is not None
        and actor.person_id is not None
        and await teaches(session, actor.person_id, run_id=run_id)
    )


def new_reference() -> str:
    """Something to read out on the telephone: eight signs that cannot be mistaken for one another. It opens nothing."""
    signs = "".join(secrets.choice(READABLE) for _ in range(REFERENCE_LENGTH))
    return f"{signs[:4]}-{signs[4:]}"


def note(session: AsyncSession, actor: Actor, action: str, loan: Loan, *, at: datetime, **more: Any) -> None:
    """Write one line about a loan into the audit trail."""
    record(
        session,
        actor,
        f"loan.{action}",
        at=at,
        kind="loan",
        object_id=loan.id,
        person_id=loan.person_id,
        **more,
    )


def is_home(loan: Loan) -> bool:
    """Whether the device is, or will be, at somebody's home."""
    return loan.purpose is LoanPurpose.HOME


def is_open(loan: Loan) -> bool:
    """Whether anything is still to come of it."""
    return loan.state in {LoanState.RESERVED, LoanState.OUT}
