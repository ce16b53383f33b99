"""Giving sessions their devices. Plain functions inside somebody's transaction.

Whoever plans calls `equip` (or `equip_all` for a whole run) after the session has its time and room. Cancelling needs no
more than `reserving.release`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.resources.models import (
    Device,
    DeviceModel,
    DeviceStatus,
    Kit,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
)
from lms.resources.queries import TravelTimes, travel_times
from lms.resources.reserving import Claim, lock, not_of, reserve
from lms.scheduling.equipping_rules import (
    Assignment,
    Need,
    Shortage,
    Taken,
    Unit,
    assign,
    free_units,
    is_in_repair,
)
from lms.scheduling.models import CourseNeed, RunNeed, Session

FARTHEST = timedelta(days=1)
"""No way between two venues takes longer."""


class DevicesMissing(DomainError):
    """Fewer devices than needed, and nobody has said why fewer will do; `shortages` says each, by session."""

    message = N_(
        "There are not enough devices. Choose others or another time, or state why fewer devices will do."
    )

    def __init__(self, shortages: Mapping[UUID, Sequence[Shortage]]) -> None:
        super().__init__()
        self.shortages = {key: tuple(found) for key, found in shortages.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The units in question, when each is taken, and how long the ways are."""

    units: Sequence[Unit]
    taken: dict[UUID, list[Taken]]
    travel: TravelTimes

    def assignment(
        self, needs: Sequence[Need], period: Period, *, venue_id: UUID | None, held: Collection[UUID] = ()
    ) -> Assignment:
        """What a session in this period at this venue would get."""
        sound = [unit for unit in self.units if not is_in_repair(unit, period, self.taken.get(unit.id, ()))]
        free = free_units(sound, period, venue_id=venue_id, taken=self.taken, travel=self.travel.between)
        return assign(needs, sound, free=free, venue_id=venue_id, held=held)

    def take(self, units: Iterable[Unit], period: Period, venue_id: UUID | None) -> None:
        """Note that a session has these units."""
        for unit in units:
            self.taken.setdefault(unit.id, []).append(Taken(period=unit.use(period), venue_id=venue_id))


async def needs_of(session: AsyncSession, run_id: UUID) -> list[Need]:
    """What every session of a run needs, kits first; one statement."""
    return await _needs(session, RunNeed, RunNeed.run_id == run_id)


async def needs_of_course(session: AsyncSession, course_id: UUID) -> list[Need]:
    """What the runs of a course begin with, kits first; one statement."""
    return await _needs(session, CourseNeed, CourseNeed.course_id == course_id)


async def take_over_needs(session: AsyncSession, *, course_id: UUID, run_id: UUID) -> None:
    """Let a new run begin with what its course needs."""
    session.add_all(
        RunNeed(run_id=run_id, count=need.count, model_id=need.model_id, kit_id=need.kit_id)
        for need in await needs_of_course(session, course_id)
    )
    await session.flush()


async def equip(
    session: AsyncSession,
    meeting: Session,
    needs: Sequence[Need],
    *,
    purpose: str,
    travel_minutes: int,
    besides: Sequence[UUID] = (),
) -> list[Shortage]:
    """Give one session its devices, see `equip_all`; gives the shortages that somebody has accepted."""
    found = await equip_all(
        session, [meeting], needs, purpose=purpose, travel_minutes=travel_minutes, besides=besides
    )
    return list(found.get(meeting.id, ()))


async def equip_all(
    session: AsyncSession,
    meetings: Sequence[Session],
    needs: Sequence[Need],
    *,
    purpose: str,
    travel_minutes: int,
    besides: Sequence[UUID] = (),
) -> Mapping[UUID, Sequence[Shortage]]:
    """Give these sessions their devices, firmly; a session that holds some keeps them where it can.

    Ways and turnaround are reckoned with. `travel_minutes` holds between venues of which nobody has said it, `besides` names
    sessions and causes whose reservations do not count. Gives the shortages that have a note, by session. Raises
    DevicesMissing for one that has none; AlreadyTaken when the database refuses. The statements do not grow with the units,
    and by one with each session.
    """
    meeting_ids = [meeting.id for meeting in meetings]
    held = await _held(session, meeting_ids)
    if held:
        await unequip(session, meeting_ids)
    if not needs or not meetings:
        return {}
    await lock(session, device_ids=await _candidates(session, needs))
    span = Period(min(one.starts_at for one in meetings), max(one.ends_at for one in meetings))
    supply = await supply_for(session, needs, span, travel_minutes=travel_minutes, besides=besides)
    venues = await venues_of(session, meetings)
    given: list[tuple[Session, Assignment]] = []
    for meeting in meetings:
        period, venue_id = Period(meeting.starts_at, meeting.ends_at), venues.get(meeting.room_id)
        assignment = supply.assignment(needs, period, venue_id=venue_id, held=held.get(meeting.id, set()))
        supply.take(assignment.units, period, venue_id)
        given.append((meeting, assignment))
    short = {meeting.id: one.shortages for meeting, one in given if one.shortages}
    refused = {
        key: [shortage for shortage in found if not shortage.is_accepted] for key, found in short.items()
    }
    if any(refused.values()):
        raise DevicesMissing({key: found for key, found in refused.items() if found})
    for meeting, assignment in given:
        period, venue_id = Period(meeting.starts_at, meeting.ends_at), venues.get(meeting.room_id)
        claims = [
            Claim(period=unit.use(period), device_id=unit.id, venue_id=venue_id) for unit in assignment.units
        ]
        await reserve(session, claims, kind=ReservationKind.SESSION, purpose=purpose, session_id=meeting.id)
    return short


async def unequip(session: AsyncSession, session_ids: Sequence[UUID]) -> None:
    """Give back the devices of these sessions; rooms and trainers stay."""
    await session.execute(
        update(Reservation)
        .where(
            Reservation.session_id.in_(session_ids),
            Reservation.device_id.is_not(None),
            Reservation.state != ReservationState.RELEASED,
        )
        .values(state=ReservationState.RELEASED)
        .execution_options(synchronize_session=False)
    )


async def supply_for(
    session: AsyncSession,
    needs: Sequence[Need],
    span: Period,
    *,
    travel_minutes: int,
    besides: Sequence[UUID] = (),
) -> Supply:
    """Everything that decides about these needs in this span; three statements, no lock."""
    rows = await session.execute(
        select(
            Device.id,
            Device.inventory_number,
            Device.model_id,
            Device.kit_id,
            func.coalesce(Kit.home_id, Device.home_id).label("home_id"),
            Kit.is_travelling,
            DeviceModel.turnaround_minutes,
        )
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .outerjoin(Kit, Kit.id == Device.kit_id)
        .where(_wanted(needs), Device.status == DeviceStatus.USABLE)
        .order_by(Device.inventory_number)
    )
    units = [
        Unit(
            id=row.id,
            number=row.inventory_number,
            model_id=row.model_id,
            kit_id=row.kit_id,
            home_id=row.home_id,
            travels=bool(row.is_travelling),
            turnaround_minutes=row.turnaround_minutes,
        )
        for row in rows
    ]
    taken = await taken_of(session, [unit.id for unit in units], span, besides=besides)
    return Supply(units=units, taken=taken, travel=await travel_times(session, travel_minutes))


async def taken_of(
    session: AsyncSession, device_ids: Sequence[UUID], span: Period, *, besides: Sequence[UUID] = ()
) -> dict[UUID, list[Taken]]:
    """What holds these units in this span and a day around it, by unit; one statement."""
    rows = await session.execute(
        select(
            Reservation.device_id,
            Reservation.starts_at,
            Reservation.ends_at,
            Reservation.venue_id,
            Reservation.kind,
        ).where(
            Reservation.device_id.in_(device_ids),
            Reservation.state == ReservationState.FIRM,
            Reservation.starts_at < span.end + FARTHEST,
            Reservation.ends_at > span.start - FARTHEST,
            not_of(besides),
        )
    )
    taken: dict[UUID, list[Taken]] = defaultdict(list)
    for row in rows:
        taken[row.device_id].append(
            Taken(
                period=Period(row.starts_at, row.ends_at),
                venue_id=row.venue_id,
                is_repair=row.kind == ReservationKind.REPAIR,
            )
        )
    return taken


async def venues_of(session: AsyncSession, meetings: Iterable[Session]) -> Mapping[UUID | None, UUID]:
    """The venue of each room in which these sessions meet; one statement."""
    rooms = {meeting.room_id for meeting in meetings if meeting.room_id is not None}
    rows = await session.execute(select(Room.id, Room.venue_id).where(Room.id.in_(rooms)))
    return {row.id: row.venue_id for row in rows}


async def _needs(
    session: AsyncSession, table: type[RunNeed | CourseNeed], whose: ColumnElement[bool]
) -> list[Need]:
    rows: Any = await session.execute(
        select(table, DeviceModel.name, DeviceModel.name_en, Kit.name, Kit.name_en)
        .outerjoin(DeviceModel, DeviceModel.id == table.model_id)
        .outerjoin(Kit, Kit.id == table.kit_id)
        .where(whose)
        .order_by(table.kit_id.is_(None), Kit.name, DeviceModel.name, table.id)
    )
    return [
        Need(
            id=row.id,
            count=row.count,
            model_id=row.model_id,
            kit_id=row.kit_id,
            name=(model_name if row.kit_id is None else kit_name) or "",
            name_en=(model_name_en if row.kit_id is None else kit_name_en) or "",
            note=row.note if isinstance(row, RunNeed) else "",
        )
        for row, model_name, model_name_en, kit_name, kit_name_en in rows
    ]


async def _held(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[UUID, set[UUID]]:
    rows = await session.execute(
        select(Reservation.session_id, Reservation.device_id).where(
            Reservation.session_id.in_(session_ids),
            Reservation.device_id.is_not(None),
            Reservation.state == ReservationState.FIRM,
        )
    )
    held: dict[UUID, set[UUID]] = defaultdict(set)
    for session_id, device_id in rows:
        if session_id is not None and device_id is not None:
            held[session_id].add(device_id)
    return held


async def _candidates(session: AsyncSession, needs: Sequence[Need]) -> Sequence[UUID]:
    return (await session.scalars(select(Device.id).where(_wanted(needs)))).all()


def _wanted(needs: Sequence[Need]) -> ColumnElement[bool]:
    return or_(
        Device.model_id.in_([need.model_id for need in needs if need.model_id is not None]),
        Device.kit_id.in_([need.kit_id for need in needs if need.kit_id is not None]),
    )
