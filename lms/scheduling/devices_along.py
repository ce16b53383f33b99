"""Devices that a session holds beyond what its run needs go along when it moves.

Whatever somebody else has by then is left behind and named.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.period import Period
from lms.resources.models import Device, Reservation, ReservationKind, ReservationState
from lms.resources.reserving import Claim, in_the_way, reserve
from lms.scheduling.models import Session, SessionState


class Unit:
    """One device that a session holds, and by how much its reservation is wider than the session."""

    def __init__(self, row: Reservation, meeting: Session) -> None:
        self.device_id = row.device_id
        self.session_id = meeting.id
        self.purpose = row.purpose
        self.before: timedelta = meeting.starts_at - row.starts_at
        self.after: timedelta = row.ends_at - meeting.ends_at

    def claim(self, meeting: Session, venue_id: UUID | None) -> Claim:
        """The same device for the same session at its present time."""
        period = Period(meeting.starts_at - self.before, meeting.ends_at + self.after)
        return Claim(period=period, device_id=self.device_id, venue_id=venue_id)


async def units_of(session: AsyncSession, session_ids: Sequence[UUID]) -> Sequence[Unit]:
    """The devices that these sessions hold firmly; one statement."""
    rows = await session.execute(
        select(Reservation, Session)
        .join(Session, Session.id == Reservation.session_id)
        .where(
            Reservation.session_id.in_(session_ids),
            Reservation.device_id.is_not(None),
            Reservation.state == ReservationState.FIRM,
        )
    )
    return [Unit(row, meeting) for row, meeting in rows]


async def take_along(
    session: AsyncSession,
    units: Sequence[Unit],
    meetings: Mapping[UUID, Session | None],
    venues: Mapping[UUID, UUID],
) -> Mapping[UUID, Sequence[str]]:
    """Reserve them again where the session takes place now; gives the inventory numbers that it has lost, by session."""
    lost: dict[UUID, list[str]] = defaultdict(list)
    devices = await session.scalars(select(Device).where(Device.id.in_([unit.device_id for unit in units])))
    names = {device.id: device.inventory_number for device in devices}
    for unit in units:
        meeting = meetings.get(unit.session_id)
        if meeting is None or unit.device_id is None or meeting.state is SessionState.CANCELLED:
            continue
        claim = unit.claim(meeting, venues.get(meeting.id))
        if await in_the_way(session, [claim]):
            lost[unit.session_id].append(names[unit.device_id])
            continue
        await reserve(
            session, [claim], kind=ReservationKind.SESSION, purpose=unit.purpose, session_id=meeting.id
        )
    return lost
