"""Offering an earlier time to whoever has waited longest (F-M09). Plain functions inside somebody's transaction."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.helpdesk.events import EarlierOffered
from lms.helpdesk.models import Appointment, AppointmentState, EarlierState, EarlierWish, HelpDesk
from lms.helpdesk.rules import Slot, offer_until
from lms.helpdesk.schedule import Schedule, schedule_of
from lms.helpdesk.service.acts import lock_advisers, take
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.kernel.period import Period


async def waiting_wishes(
    session: AsyncSession, desk: HelpDesk, now: datetime
) -> list[tuple[EarlierWish, Appointment]]:
    """Who waits for an earlier time at this desk, whoever has waited longest first."""
    rows = await session.execute(
        select(EarlierWish, Appointment)
        .join(Appointment, Appointment.id == EarlierWish.appointment_id)
        .where(
            Appointment.desk_id == desk.id,
            Appointment.state == AppointmentState.BOOKED,
            Appointment.starts_at > now,
            EarlierWish.state == EarlierState.WAITING,
        )
        .order_by(EarlierWish.since, EarlierWish.id)
        .with_for_update(of=EarlierWish)
    )
    return [(wish, appointment) for wish, appointment in rows]


def earlier_slots(schedule: Schedule, desk: HelpDesk, appointment: Appointment) -> list[Slot]:
    """The free times before this appointment, one day at most each adviser's notice away."""
    return [
        slot
        for slot in schedule.free(desk.id, appointment.topic_id)
        if slot.starts_at < appointment.starts_at
    ]


async def offer_earlier(session: AsyncSession, desk: HelpDesk, *, now: datetime, state: str) -> int:
    """Hold what is free for those who wait, in their order; says for how many. The desk is locked already.

    A time that somebody has declined is offered to the next in line; one person is offered one time at once.
    """
    wishes = await waiting_wishes(session, desk, now)
    if not wishes or desk.ended_at is not None:
        return 0
    last = max(local(appointment.starts_at).date() for _, appointment in wishes)
    first = local(now).date()
    for _, appointment in wishes:
        await lock_advisers(session, appointment.topic_id)
    offered = 0
    for wish, appointment in wishes:
        schedule = await schedule_of(
            session, [desk], first=first, last=min(last, first + timedelta(days=desk.days_ahead)), now=now,
            state=state,
        )  # fmt: skip
        for slot in earlier_slots(schedule, desk, appointment):
            until = offer_until(now, slot.starts_at)
            if slot.starts_at.isoformat() in wish.declined or until is None:
                continue
            adviser = schedule.choose(slot, appointment.language)
            await take(
                session, desk, adviser, Period(slot.starts_at, slot.ends_at), cause_id=wish.id,
                purpose=appointment.reference,
            )  # fmt: skip
            wish.state, wish.offered_until = EarlierState.OFFERED, until
            wish.offered_starts_at, wish.offered_adviser_id = slot.starts_at, adviser.id
            wish.version += 1
            record(
                session, SYSTEM, "earlier_wish.offered", at=now, kind="earlier_wish", object_id=wish.id,
                person_id=appointment.person_id, after={"starts_at": slot.starts_at.isoformat()},
            )  # fmt: skip
            announce(session, EarlierOffered(wish_id=wish.id, at=now, version=wish.version), at=now)
            offered += 1
            break
    return offered
