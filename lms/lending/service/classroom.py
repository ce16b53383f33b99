"""Devices in class: handed out by scanning, taken back in one act, and home from there (U23)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.lending import policy
from lms.lending.errors import ClassIsOver, LoanIsOver, NoClass, NotForLending, NothingToWipe, NotInThisRun
from lms.lending.events import LoanHandedOut
from lms.lending.models import Loan, LoanPurpose, LoanState
from lms.lending.queries import Unit, name_of, out_of, unit_of
from lms.lending.rules import due_of
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
    new_reference,
    note,
    teaches_run,
)
from lms.lending.service.handing import give, skip_turnaround
from lms.lending.service.returning import last_back, receive, wipe
from lms.lending.values import WHOLE, HandOver
from lms.people.queries import person_of
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room
from lms.resources.reserving import lock, reserve
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import session_of


class Classroom(Acts):
    """What trainers do in their sessions, and staff in all."""

    @retried
    async def hand_out_in_class(
        self, actor: Actor, *, session_id: UUID, device_id: UUID, person_id: UUID, state: HandOver = WHOLE
    ) -> Loan:
        """Give somebody of the run a device until the session is over: one reserved for it, or any that is free so long.

        Twice is as good as once. Raises NotFound for somebody else's session, NoClass, ClassIsOver, NotInThisRun, StillOut,
        MustBeWiped, Promised, InRepairUntil, DeviceMissing.
        """
        now = self.clock()
        async with self.begin() as session:
            meeting = await self._meeting(session, actor, session_id)
            if meeting.state is not SessionState.PLANNED:
                raise NoClass
            if meeting.ends_at <= now:
                raise ClassIsOver
            await _ensure_participant(session, meeting, person_id)
            unit = await held(session, device_id)
            out = await out_of(session, device_id)
            if out is not None and (out.loan.session_id, out.loan.person_id) == (session_id, person_id):
                return out.loan
            ensure_usable(unit)
            await ensure_here(session, actor, unit)
            await skip_turnaround(session, unit, now)
            taken = Period(now, meeting.ends_at)
            venue_id = await _venue_of(session, meeting)
            claim = claim_of(unit, taken, venue_id)
            await ensure_free(session, actor, unit, claim, besides=[session_id])
            loan = Loan(
                reference=new_reference(),
                device_id=device_id,
                person_id=person_id,
                purpose=LoanPurpose.CLASS,
                starts_at=now,
                due_at=meeting.ends_at,
                created_at=now,
                run_id=meeting.run_id,
                session_id=session_id,
                venue_id=venue_id,
            )
            session.add(loan)
            await session.flush()
            kept = await _kept_for(session, session_id, device_id)
            gap_ends = meeting.ends_at if kept is None else min(kept.starts_at, meeting.ends_at)
            if gap_ends > now:  # what the session's own reservation does not cover
                own = claim_of(unit, Period(now, gap_ends), venue_id)
                await reserve(
                    session, [own], kind=ReservationKind.LOAN, purpose=loan.reference, cause_id=loan.id
                )
            await give(session, actor, loan, unit, state, now=now)
        return loan

    @retried
    async def take_back_all(self, actor: Actor, *, session_id: UUID) -> int:
        """Take back everything that is out in a session, in good order and whole; says how many. Twice is as good as once."""
        now = self.clock()
        async with self.begin() as session:
            await self._meeting(session, actor, session_id)
            wanted = select(Loan).where(
                Loan.session_id == session_id,
                Loan.purpose == LoanPurpose.CLASS,
                Loan.state == LoanState.OUT,
            )
            await lock(session, device_ids=[one.device_id for one in await session.scalars(wanted)])
            loans = (await session.scalars(wanted.execution_options(populate_existing=True))).all()
            for loan in loans:
                await receive(session, actor, loan, await unit_of(session, loan.device_id), WHOLE, now=now)
        return len(loans)

    @retried
    async def confirm_wiped_in_class(self, actor: Actor, *, session_id: UUID, device_id: UUID) -> None:
        """The same as `confirm_wiped`, for a device that was reserved for the session or came back in it (F-D12).

        Raises NotFound for any other device, NothingToWipe.
        """
        now = self.clock()
        async with self.begin() as session:
            await self._meeting(session, actor, session_id)
            unit = await held(session, device_id)
            last = await last_back(session, device_id)
            is_here = last is not None and last.session_id == session_id
            if not is_here and await _kept_for(session, session_id, device_id) is None:
                raise NotFound
            if await out_of(session, device_id) is not None:
                raise NothingToWipe(number=unit.number)
            wipe(session, actor, unit, last, now=now)

    @retried
    async def wipe_all(self, actor: Actor, *, session_id: UUID) -> int:
        """Note that every device of a session that is with nobody has been wiped and checked; says how many (F-D12)."""
        now = self.clock()
        async with self.begin() as session:
            await self._meeting(session, actor, session_id)
            back = await session.scalars(
                select(Loan.device_id).where(Loan.session_id == session_id, Loan.state == LoanState.RETURNED)
            )
            kept = await kept_for_session(session, session_id)
            here = sorted({*back, *(one.device_id for one in kept if one.device_id)})
            await lock(session, device_ids=here)
            wiped = 0
            for device_id in here:
                unit = await unit_of(session, device_id)
                if unit.device.must_be_wiped and await out_of(session, device_id) is None:
                    wipe(session, actor, unit, await last_back(session, device_id), now=now)
                    wiped += 1
        return wiped

    @retried
    async def take_home(self, actor: Actor, *, loan_id: UUID, last: date) -> Loan:
        """Let somebody keep the device of the class at home until the evening of a day; the agreement is asked for by letter.

        Twice is as good as once. Raises Promised when it is wanted in that time, NotForLending, PersonBlocked, LoanIsOver.
        """
        now = self.clock()
        async with self.begin() as session:
            loan, unit = await held_loan(session, loan_id)
            if not policy.may_hand_over(actor, teaches=await teaches_run(session, actor, loan.run_id)):
                raise NotFound
            if loan.state is not LoanState.OUT:
                raise LoanIsOver
            if loan.purpose is LoanPurpose.HOME:
                return loan
            if not unit.model.is_lendable:
                raise NotForLending(model=name_of(unit.model))
            await ensure_unblocked(session, await person_of(session, loan.person_id), now)
            await self._keep_at_home(session, actor, loan, unit, due_at=due_of(last, now), now=now)
            announce(session, LoanHandedOut(loan_id=loan.id), at=now)
            note(
                session,
                actor,
                "taken_home",
                loan,
                at=now,
                after={"device": unit.number, "due_at": loan.due_at.isoformat()},
            )
        return loan

    async def _keep_at_home(
        self, session: AsyncSession, actor: Actor, loan: Loan, unit: Unit, *, due_at: datetime, now: datetime
    ) -> None:
        """From when the session no longer needs the device, it belongs to the loan."""
        kept = await _kept_for(session, loan.session_id, unit.device.id)
        start = max(now, kept.ends_at) if kept else now
        after = buffers_of(unit, loan.venue_id, await self.ways(session)).after_minutes
        await cut_reservations(session, loan.id, at=now, ends_at=now)
        if due_at > start:
            whole = Period(start, due_at).widened(before_minutes=0, after_minutes=after)
            claim = claim_of(unit, whole, loan.venue_id)
            await ensure_free(session, actor, unit, claim, besides=[loan.id])
            await reserve(
                session, [claim], kind=ReservationKind.LOAN, purpose=loan.reference, cause_id=loan.id
            )
        loan.purpose, loan.due_at = LoanPurpose.HOME, due_at
        loan.version += 1
        await session.flush()

    async def _meeting(self, session: AsyncSession, actor: Actor, session_id: UUID) -> Session:
        """The session, for those who may hand out devices in it. Raises NotFound, also for somebody else's (S-03)."""
        meeting = await session_of(session, session_id)
        if not policy.may_hand_over(actor, teaches=await teaches_run(session, actor, meeting.run_id)):
            raise NotFound
        return meeting


async def kept_for_session(session: AsyncSession, session_id: UUID) -> Sequence[Reservation]:
    """The devices reserved for a session."""
    rows = await session.scalars(
        select(Reservation).where(
            Reservation.session_id == session_id,
            Reservation.device_id.is_not(None),
            Reservation.state == ReservationState.FIRM,
        )
    )
    return rows.all()


async def _kept_for(session: AsyncSession, session_id: UUID | None, device_id: UUID) -> Reservation | None:
    if session_id is None:
        return None
    return next(
        (row for row in await kept_for_session(session, session_id) if row.device_id == device_id), None
    )


async def _ensure_participant(session: AsyncSession, meeting: Session, person_id: UUID) -> None:
    found = await session.scalar(
        select(Enrolment.id)
        .where(
            Enrolment.run_id == meeting.run_id,
            Enrolment.person_id == person_id,
            Enrolment.state == EnrolmentState.CONFIRMED,
        )
        .limit(1)
    )
    if found is None:
        raise NotInThisRun


async def _venue_of(session: AsyncSession, meeting: Session) -> UUID | None:
    room = await session.get(Room, meeting.room_id) if meeting.room_id else None
    return room.venue_id if room else None
