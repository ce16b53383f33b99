"""Handing a device out over the counter."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.period import Period
from lms.lending import policy
from lms.lending.errors import InThePast, LoanIsOver, NotForLending
from lms.lending.events import LoanHandedOut
from lms.lending.models import Loan, LoanPurpose, LoanState
from lms.lending.queries import Unit, name_of, unit_named
from lms.lending.rules import CONDITIONS, due_of
from lms.lending.service.acts import (
    Acts,
    buffers_of,
    claim_of,
    cut_reservations,
    ensure_free,
    ensure_here,
    ensure_unblocked,
    ensure_usable,
    held,
    held_loan,
    known_accessories,
    new_reference,
    note,
)
from lms.lending.values import WHOLE, HandOver
from lms.people.queries import person_of
from lms.resources.models import Reservation, ReservationKind, ReservationState
from lms.resources.reserving import reserve


class Handing(Acts):
    """What staff do when somebody picks up a device."""

    @retried
    async def hand_out(self, actor: Actor, *, loan_id: UUID, state: HandOver = WHOLE) -> Loan:
        """Give the borrower what was reserved for them; who comes early gets it when it is free until then.

        Twice is as good as once. Raises StillOut, MustBeWiped, Promised, InRepairUntil, DeviceMissing, PersonBlocked,
        InThePast when its time is over, LoanIsOver.
        """
        ensure(policy.may_hand_over(actor, teaches=False), actor)
        now = self.clock()
        async with self.begin() as session:
            loan, unit = await held_loan(session, loan_id)
            if loan.state is LoanState.OUT:
                return loan
            if loan.state is not LoanState.RESERVED:
                raise LoanIsOver
            if loan.due_at <= now:
                raise InThePast
            await ensure_unblocked(session, await person_of(session, loan.person_id), now)
            ensure_usable(unit)
            await ensure_here(session, actor, unit)
            await skip_turnaround(session, unit, now)
            after = buffers_of(unit, loan.venue_id, await self.ways(session)).after_minutes
            taken = Period(now, loan.due_at).widened(before_minutes=0, after_minutes=after)
            claim = claim_of(unit, taken, loan.venue_id)
            await ensure_free(session, actor, unit, claim, besides=[loan.id])
            await cut_reservations(session, loan.id, at=now, ends_at=now)
            await reserve(
                session, [claim], kind=ReservationKind.LOAN, purpose=loan.reference, cause_id=loan.id
            )
            loan.starts_at = min(loan.starts_at, now)
            await give(session, actor, loan, unit, state, now=now)
        return loan

    @retried
    async def lend(
        self,
        actor: Actor,
        *,
        device_id: UUID,
        person_id: UUID,
        last: date,
        venue_id: UUID | None = None,
        state: HandOver = WHOLE,
        loan_id: UUID | None = None,
    ) -> Loan:
        """Give somebody a device at once, until the evening of a day. Sent twice with one `loan_id` it is done once.

        Raises NotForLending and whatever `hand_out` raises.
        """
        ensure(policy.may_hand_over(actor, teaches=False), actor)
        now = self.clock()
        async with self.begin() as session:
            if loan_id is not None and (known := await session.get(Loan, loan_id)) is not None:
                return known
            unit = await held(session, device_id)
            if loan_id is not None and (known := await session.get(Loan, loan_id)) is not None:
                return known  # the first of two clicks was done while we queued for the device
            person = await person_of(session, person_id)
            await ensure_unblocked(session, person, now)
            if not unit.model.is_lendable:
                raise NotForLending(model=name_of(unit.model))
            ensure_usable(unit)
            await ensure_here(session, actor, unit)
            await skip_turnaround(session, unit, now)
            due_at = due_of(last, now)
            after = buffers_of(unit, venue_id, await self.ways(session)).after_minutes
            taken = Period(now, due_at).widened(before_minutes=0, after_minutes=after)
            claim = claim_of(unit, taken, venue_id)
            await ensure_free(session, actor, unit, claim)
            loan = Loan(
                id=loan_id or uuid4(),
                reference=new_reference(),
                device_id=unit.device.id,
                person_id=person.id,
                purpose=LoanPurpose.HOME,
                starts_at=now,
                due_at=due_at,
                created_at=now,
                venue_id=venue_id,
            )
            session.add(loan)
            await session.flush()
            await reserve(
                session, [claim], kind=ReservationKind.LOAN, purpose=loan.reference, cause_id=loan.id
            )
            await give(session, actor, loan, unit, state, now=now)
        return loan

    async def find(self, scanned: str) -> Unit:
        """The device whose number or label was typed or scanned. Raises UnknownDevice."""
        async with self.begin.reading() as session:
            return await unit_named(session, scanned)


async def give(
    session: AsyncSession, actor: Actor, loan: Loan, unit: Unit, state: HandOver, *, now: datetime
) -> None:
    """Note that the device is in the borrower's hands; everything has been looked at by now."""
    loan.state = LoanState.OUT
    loan.handed_out_at, loan.handed_out_by = now, actor.account_id
    loan.condition_out = state.condition if state.condition in CONDITIONS else CONDITIONS[0]
    loan.accessories_out = known_accessories(unit, state.accessories)
    loan.note = state.note or loan.note
    loan.version += 1
    await session.flush()
    if loan.purpose is LoanPurpose.HOME:
        announce(session, LoanHandedOut(loan_id=loan.id), at=now)
    note(
        session,
        actor,
        "handed_out",
        loan,
        at=now,
        after={
            "device": unit.number,
            "due_at": loan.due_at.isoformat(),
            "condition": loan.condition_out,
            "accessories": loan.accessories_out,
        },
    )


async def skip_turnaround(session: AsyncSession, unit: Unit, now: datetime) -> None:
    """Whoever holds a device that has come back in their hands need not wait until the time to get it ready is over."""
    back = select(Loan.id).where(
        Loan.device_id == unit.device.id, Loan.state.not_in((LoanState.RESERVED, LoanState.OUT))
    )
    await session.execute(
        update(Reservation)
        .where(
            Reservation.device_id == unit.device.id,
            Reservation.kind == ReservationKind.LOAN,
            Reservation.state == ReservationState.FIRM,
            Reservation.starts_at < now,
            Reservation.ends_at > now,
            Reservation.cause_id.in_(back),
        )
        .values(ends_at=now)
        .execution_options(synchronize_session=False)
    )
