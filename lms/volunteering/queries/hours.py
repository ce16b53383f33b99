"""Duties that are over: how long they were, who has confirmed it, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.helpdesk.models import (
    HelpDesk,
)
from lms.volunteering.models import (
    Duty,
    DutyState,
    HelperRate,
    HoursEntry,
    HoursProof,
    PaidDuty,
    ProvenDuty,
    Shift,
    ShiftState,
)


@dataclass(frozen=True, slots=True)
class Done:
    """A duty that is over, with the entries about its length; the last one counts."""

    duty: Duty
    shift: Shift
    desk: HelpDesk
    entries: Sequence[HoursEntry]
    proof: HoursProof | None = None
    is_paid: bool = False

    @property
    def latest(self) -> HoursEntry | None:
        """What counts, or waits."""
        return self.entries[-1] if self.entries else None

    @property
    def is_confirmed(self) -> bool:
        """Whether what was said last counts."""
        return self.latest is not None and self.latest.is_confirmed

    @property
    def minutes(self) -> int:
        """Confirmed minutes."""
        return self.latest.minutes if self.latest is not None and self.latest.is_confirmed else 0

    @property
    def is_settled(self) -> bool:
        """On a certificate or in an allowance: nothing changes any more."""
        return self.is_paid or self.proof is not None


async def done(session: AsyncSession, *where: ColumnElement[bool]) -> Mapping[UUID, Sequence[Done]]:
    """Duties by helper, in order of time, with what was said about their length; three statements."""
    rows = (
        await session.execute(
            select(Duty, Shift, HelpDesk, HoursProof, PaidDuty.duty_id)
            .join(Shift, Shift.id == Duty.shift_id)
            .join(HelpDesk, HelpDesk.id == Shift.desk_id)
            .outerjoin(ProvenDuty, ProvenDuty.duty_id == Duty.id)
            .outerjoin(HoursProof, HoursProof.id == ProvenDuty.proof_id)
            .outerjoin(PaidDuty, PaidDuty.duty_id == Duty.id)
            .where(Duty.state == DutyState.TAKEN, *where)
            .order_by(Shift.starts_at, Duty.id)
        )
    ).all()
    entries: dict[UUID, list[HoursEntry]] = {}
    for entry in await session.scalars(
        select(HoursEntry)
        .where(HoursEntry.duty_id.in_([row[0].id for row in rows]))
        .order_by(HoursEntry.number)
    ):
        entries.setdefault(entry.duty_id, []).append(entry)
    found: dict[UUID, list[Done]] = {}
    for duty, shift, desk, proof, paid in rows:
        found.setdefault(duty.helper_id, []).append(
            Done(duty, shift, desk, entries.get(duty.id, []), proof, paid is not None)
        )
    return found


def over(now: datetime) -> ColumnElement[bool]:
    """The shift of a duty is over."""
    return and_(Shift.ends_at <= now, Shift.state == ShiftState.OPEN)


def in_month(first: date) -> ColumnElement[bool]:
    """The shift lies in the month that begins on this day."""
    return and_(Shift.day >= first, Shift.day < next_month(first))


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def unconfirmed(now: datetime) -> ColumnElement[bool]:
    """Duties that are over and whose length nobody has confirmed."""
    later = aliased(HoursEntry)  # the last entry counts: no other comes after it
    is_last = ~exists().where(later.duty_id == HoursEntry.duty_id, later.number > HoursEntry.number)
    confirmed = exists().where(HoursEntry.duty_id == Duty.id, HoursEntry.is_confirmed, is_last)
    return and_(Duty.state == DutyState.TAKEN, over(now), ~confirmed)


async def to_confirm(
    session: AsyncSession, now: datetime, *where: ColumnElement[bool], most: int
) -> Sequence[Shift]:
    """Shifts that are over and of which somebody's hours are not confirmed, the oldest first; one statement."""
    waiting = select(Duty.shift_id).join(Shift, Shift.id == Duty.shift_id).where(unconfirmed(now))
    found = await session.scalars(
        select(Shift).where(Shift.id.in_(waiting), *where).order_by(Shift.starts_at, Shift.id).limit(most)
    )
    return found.all()


async def is_settled(session: AsyncSession, duty_id: UUID) -> bool:
    """Whether the hours of a duty stand on a certificate or in an allowance; one statement."""
    return bool(
        await session.scalar(
            select(
                or_(
                    exists().where(PaidDuty.duty_id == duty_id), exists().where(ProvenDuty.duty_id == duty_id)
                )
            )
        )
    )


async def open_proof(session: AsyncSession, helper_id: UUID) -> HoursProof | None:
    """The certificate that somebody waits for."""
    found: HoursProof | None = await session.scalar(
        select(HoursProof).where(
            HoursProof.helper_id == helper_id, HoursProof.ordered_at.is_(None), HoursProof.ended_at.is_(None)
        )
    )
    return found


async def rate_on(session: AsyncSession, day: date) -> HelperRate | None:
    """What is paid for a duty of that day."""
    found: HelperRate | None = await session.scalar(
        select(HelperRate).where(HelperRate.from_day <= day).order_by(HelperRate.from_day.desc()).limit(1)
    )
    return found
