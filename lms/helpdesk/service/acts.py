"""Taking an adviser for a time and giving them back: plain functions inside somebody's transaction.

The desk is locked first, then the advisers: what is read after that stays true until the commit, and the database refuses
two at once all the same (domain rule 4).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.errors import EnoughAppointments, EnoughThatDay, SlotTaken
from lms.helpdesk.models import (
    Adviser,
    AdviserTopic,
    Appointment,
    AppointmentState,
    DeskPlace,
    EarlierState,
    EarlierWish,
    HelpDesk,
)
from lms.helpdesk.rules import Slot
from lms.helpdesk.schedule import Schedule, schedule_of
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.resources.models import ReservationKind
from lms.resources.reserving import AlreadyTaken, Claim, lock, release, reserve


async def locked_desk(session: AsyncSession, desk_id: UUID) -> HelpDesk:
    """The desk, kept from everybody else who books at it. Raises NotFound."""
    desk = await session.get(HelpDesk, desk_id, with_for_update=True, populate_existing=True)
    if desk is None:
        raise NotFound
    return desk


async def lock_advisers(session: AsyncSession, topic_id: UUID, *more: UUID) -> None:
    """Keep everybody who helps with the topic from being taken by another desk or course meanwhile."""
    persons = await session.scalars(
        select(Adviser.person_id)
        .outerjoin(AdviserTopic, AdviserTopic.adviser_id == Adviser.id)
        .where(
            (AdviserTopic.topic_id == topic_id)
            | AdviserTopic.topic_id.is_(None)  # who has named no topic helps with everything
            | Adviser.id.in_(more)
        )
    )
    await lock(session, trainer_ids=set(persons))


async def free_slot(
    session: AsyncSession,
    desk: HelpDesk,
    topic_id: UUID,
    starts_at: datetime,
    *,
    now: datetime,
    state: str,
    is_team: bool,
    besides: Sequence[UUID] = (),
) -> tuple[Schedule, Slot]:
    """The time that begins at this moment, as it is now. Raises SlotTaken when nobody is free."""
    day = local(starts_at).date()
    schedule = await schedule_of(session, [desk], first=day, last=day, now=now, state=state, besides=besides)
    for slot in schedule.free(desk.id, topic_id, is_team=is_team):
        if slot.starts_at == starts_at:
            return schedule, slot
    raise SlotTaken


async def take(
    session: AsyncSession, desk: HelpDesk, adviser: Adviser, period: Period, *, cause_id: UUID, purpose: str
) -> None:
    """Reserve the adviser, buffer included. Raises SlotTaken when the database refuses it."""
    claim = Claim(
        period=period.widened(before_minutes=0, after_minutes=desk.buffer_minutes),
        trainer_id=adviser.person_id,
        venue_id=desk.venue_id if desk.place is DeskPlace.VENUE else None,
    )
    try:
        await reserve(session, [claim], kind=ReservationKind.APPOINTMENT, purpose=purpose, cause_id=cause_id)
    except AlreadyTaken as taken:
        raise SlotTaken from taken


async def ensure_not_too_many(
    session: AsyncSession, desk: HelpDesk, phone: str, starts_at: datetime, *, now: datetime,
    besides: UUID | None = None,
) -> None:  # fmt: skip
    """F-M05, by telephone number and desk. Raises EnoughAppointments, EnoughThatDay."""
    ahead = (
        await session.scalars(
            select(Appointment.starts_at).where(
                Appointment.desk_id == desk.id,
                Appointment.phone == phone,
                Appointment.state == AppointmentState.BOOKED,
                Appointment.starts_at > now - timedelta(days=1),
                *([Appointment.id != besides] if besides else []),
            )
        )
    ).all()
    if sum(one > now for one in ahead) >= desk.most_live:
        raise EnoughAppointments
    if sum(local(one).date() == local(starts_at).date() for one in ahead) >= desk.most_per_day:
        raise EnoughThatDay


async def give_back(session: AsyncSession, appointment: Appointment) -> None:
    """The adviser is free again, and whoever wished for an earlier time no longer waits for one."""
    await release(session, cause_ids=[appointment.id])
    await end_wish(session, appointment.id, EarlierState.ENDED)


async def end_wish(session: AsyncSession, appointment_id: UUID, state: EarlierState) -> None:
    """Whatever was held for this wish is free again."""
    wish = await session.scalar(
        select(EarlierWish).where(EarlierWish.appointment_id == appointment_id).with_for_update()
    )
    if wish is None or wish.state in {EarlierState.ENDED, EarlierState.TAKEN}:
        return
    await release(session, cause_ids=[wish.id])
    wish.state, wish.offered_starts_at, wish.offered_adviser_id, wish.offered_until = state, None, None, None
    wish.version += 1


async def appointment_of(
    session: AsyncSession, appointment_id: UUID, *, for_update: bool = True
) -> Appointment:
    """The appointment. Raises NotFound."""
    found = await session.get(
        Appointment, appointment_id, with_for_update=for_update or None, populate_existing=True
    )
    if found is None:
        raise NotFound
    return found
