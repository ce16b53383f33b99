"""The rooms of desks: taken for the hours in which the desk opens, so that nothing else is planned there meanwhile.

What is held follows from the hours, as everything else does: `hold` compares both and writes the difference. Where something
else has the room already, the desk asks for it (a tentative reservation): the team sees it as a task and in the planner, and
it becomes firm as soon as the room is free. Plain functions inside somebody's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import HelpDesk
from lms.helpdesk.rules import Plan, joined, openings
from lms.helpdesk.schedule import schedule_of
from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room, Venue
from lms.resources.reserving import Claim, claim_room, in_the_way, lock, reserve

WEEKS_AHEAD = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Wanting:
    """Hours of a desk whose room something else has, and where."""

    reservation: Reservation
    desk: HelpDesk
    room: Room
    venue: Venue


async def hold(session: AsyncSession, desk: HelpDesk, *, now: datetime, state: str) -> None:
    """Let the desk have its room in its hours of the next eight weeks, and give back what it no longer needs.

    Once or twice is the same. Raises AlreadyTaken when the database refuses an overlap after all.
    """
    wanted = await _wanted(session, desk, now, state)
    held = await _held(session, desk.id, now)
    for claim, row in held.items():
        if claim not in wanted and row.starts_at > now:
            row.state = ReservationState.RELEASED
    await session.flush()
    begun = [row for row in held.values() if row.starts_at <= now]
    asking = {claim: row for claim, row in held.items() if row.state is ReservationState.TENTATIVE}
    missing = [
        claim
        for claim in wanted
        if (claim not in held or claim in asking)
        and not any(claim.period.overlaps(Period(row.starts_at, row.ends_at)) for row in begun)
    ]
    if not missing:
        return
    await lock(session, room_ids={claim.room_id for claim in missing if claim.room_id})
    in_way = [Period(row.starts_at, row.ends_at) for row in await in_the_way(session, missing)]
    free = [claim for claim in missing if not any(claim.period.overlaps(one) for one in in_way)]
    for claim in free:
        if claim in asking:
            asking[claim].state = ReservationState.FIRM
    await session.flush()
    for claims, firmness in (
        ([one for one in free if one not in asking], ReservationState.FIRM),
        ([one for one in missing if one not in free and one not in asking], ReservationState.TENTATIVE),
    ):
        await reserve(
            session, claims, kind=ReservationKind.HELP_DESK, purpose=desk.name_de, cause_id=desk.id, state=firmness
        )  # fmt: skip


async def wanting(session: AsyncSession, now: datetime) -> Sequence[Wanting]:
    """Hours to come in which a desk has no room, because something else is there; in order of time."""
    rows = await session.execute(
        select(Reservation, HelpDesk, Room, Venue)
        .join(HelpDesk, HelpDesk.id == Reservation.cause_id)
        .join(Room, Room.id == Reservation.room_id)
        .join(Venue, Venue.id == Room.venue_id)
        .where(lacks_room(now))
        .order_by(Reservation.starts_at, HelpDesk.name_de)
    )
    return [Wanting(*row) for row in rows]


def lacks_room(now: datetime) -> ColumnElement[bool]:
    """Reservations of desks that still wait for their room."""
    return (
        (Reservation.kind == ReservationKind.HELP_DESK)
        & (Reservation.state == ReservationState.TENTATIVE)
        & (Reservation.ends_at > now)
    )


async def in_their_way(
    session: AsyncSession, found: Sequence[Wanting]
) -> Mapping[UUID, Sequence[Reservation]]:
    """What has the room instead, by the id of the reservation that waits; one statement."""
    overlaps = [
        (Reservation.room_id == one.room.id)
        & (Reservation.starts_at < one.reservation.ends_at)
        & (Reservation.ends_at > one.reservation.starts_at)
        for one in found
    ]
    if not overlaps:
        return {}
    firm = (
        await session.scalars(
            select(Reservation)
            .where(Reservation.state == ReservationState.FIRM, or_(*overlaps))
            .order_by(Reservation.starts_at)
        )
    ).all()
    return {
        one.reservation.id: [
            row
            for row in firm
            if row.room_id == one.room.id
            and row.starts_at < one.reservation.ends_at
            and row.ends_at > one.reservation.starts_at
        ]
        for one in found
    }


async def _wanted(session: AsyncSession, desk: HelpDesk, now: datetime, state: str) -> set[Claim]:
    """The room for each opening that is not over, set-up and clear-up included."""
    room = await session.get(Room, desk.room_id) if desk.room_id and desk.ended_at is None else None
    if room is None:
        return set()
    first = local(now).date()
    schedule = await schedule_of(session, [desk], first=first, last=first + WEEKS_AHEAD, now=now, state=state)
    return {
        Claim(period=period, room_id=room.id, venue_id=room.venue_id)
        for period in joined([
            claim_room(room, one).period for one in _openings(schedule.plans[desk.id], schedule.first, schedule.last)
        ])
        if period.start > now
    }  # fmt: skip


def _openings(plan: Plan, first: date, last: date) -> list[Period]:
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [period for day in days for period, _ in openings(plan, day)]


async def _held(session: AsyncSession, desk_id: UUID, now: datetime) -> Mapping[Claim, Reservation]:
    """What the desk has or asks for, from now on."""
    rows = await session.scalars(
        select(Reservation).where(
            Reservation.cause_id == desk_id,
            Reservation.kind == ReservationKind.HELP_DESK,
            Reservation.state != ReservationState.RELEASED,
            Reservation.ends_at > now,
        )
    )
    return {
        Claim(period=Period(row.starts_at, row.ends_at), room_id=row.room_id, venue_id=row.venue_id): row
        for row in rows
    }
