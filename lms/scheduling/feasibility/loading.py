"""Reading the world that a plan has to fit into: a constant number of statements, whatever is planned already."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import and_, case, column, or_, select, union_all, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import (
    Device,
    DeviceModel,
    DeviceStatus,
    Kit,
    KitPart,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    Venue,
)
from lms.resources.queries import opening_hours, travel_times
from lms.resources.reserving import not_of
from lms.scheduling.feasibility.judging import FARTHEST
from lms.scheduling.feasibility.world import Busy, RoomFacts, Teacher, UnitFacts, Wanted, World
from lms.scheduling.holidays import closed_days
from lms.scheduling.qualified import lacks
from lms.trainers.qualifications.queries import Lacked
from lms.trainers.queries import trainer_facts

MOST_ROOMS = 40
"""Alternatives are looked for in so many rooms: those of the wanted room's venue first, then the smallest that fit."""

Taken = Mapping[UUID, Sequence[Busy]]


async def load_world(
    session: AsyncSession,
    wanted: Wanted,
    *,
    state: str,
    travel_minutes: int,
    besides: Sequence[UUID] = (),
    with_alternatives: bool = False,
    days_around: int = 0,
    stand_ins: Sequence[UUID] = (),
    other_rooms: Sequence[UUID] = (),
) -> World:
    """What these meetings can run into; with alternatives, the other rooms as well. A dozen statements.

    `days_around` is how many days before and after each of them are to be known, too. `besides` are sessions and causes whose own reservations do not count, because they are being moved. `state` names
    whose holidays hold ("ST"). `other_rooms` are those of single dates that meet elsewhere. `wanted.periods` may be empty:
    then the world is, too.
    """
    travel = await travel_times(session, travel_minutes)
    if not wanted.periods:
        return World(travel=travel)
    windows = windows_around(wanted.periods, days_around)
    span = Period(windows[0].start, windows[-1].end)
    rooms = await _rooms(session, wanted, other_rooms, with_alternatives=with_alternatives)
    devices, names, missing = await _devices(session, wanted)
    trainer_ids = list(dict.fromkeys([*wanted.trainer_ids, *stand_ins]))
    busy = await _taken(
        session,
        windows,
        {
            Reservation.room_id: [room.id for room, _ in rooms],
            Reservation.trainer_id: trainer_ids,
            Reservation.device_id: [device.id for device, _ in devices],
        },
        besides,
    )
    hours = await opening_hours(
        session,
        room_ids=[room.id for room, _ in rooms],
        venue_ids=list({room.venue_id for room, _ in rooms}),
    )
    return World(
        travel=travel,
        rooms={
            room.id: RoomFacts(
                id=room.id,
                name=room.name,
                seats=room.seats,
                venue_id=room.venue_id,
                venue=venue,
                setup_minutes=room.setup_minutes,
                clearup_minutes=room.clearup_minutes,
                equipment=frozenset(room.equipment),
                step_free=room.step_free,
                hearing_loop=room.hearing_loop,
                hours=hours.of(room.id, room.venue_id),
                busy=busy.get(room.id, ()),
            )
            for room, venue in rooms
        },
        trainers=await _teachers(session, trainer_ids, span, busy),
        units=[
            UnitFacts(
                id=device.id,
                model_id=device.model_id,
                kit_id=device.kit_id,
                turnaround_minutes=turnaround,
                busy=busy.get(device.id, ()),
            )
            for device, turnaround in devices
        ],
        stand_ins=tuple(stand_ins),
        names=names,
        missing_parts=missing,
        closed=await _closed(session, state, span),
        lacking=await _lacking(session, wanted, trainer_ids),
    )


async def _rooms(
    session: AsyncSession, wanted: Wanted, others: Sequence[UUID], *, with_alternatives: bool
) -> Sequence[tuple[Room, str]]:
    named = [one for one in (wanted.room_id, *others) if one is not None]
    if not named:
        return []
    asked = select(Room, Venue.name).join(Venue, Venue.id == Room.venue_id)
    if not with_alternatives or wanted.room_id is None:
        rows = await session.execute(asked.where(Room.id.in_(named)))
        return [(room, venue) for room, venue in rows]
    home = select(Room.venue_id).where(Room.id == wanted.room_id).scalar_subquery()
    nearness = case((Room.id.in_(named), 0), (Room.venue_id == home, 1), else_=2)
    rows = await session.execute(
        asked.where(or_(Room.seats >= wanted.seats, Room.id.in_(named)))
        .order_by(nearness, Room.seats, Venue.name, Room.name)
        .limit(MOST_ROOMS)
    )
    return [(room, venue) for room, venue in rows]


async def _devices(
    session: AsyncSession, wanted: Wanted
) -> tuple[Sequence[tuple[Device, int]], Mapping[UUID, str], Mapping[UUID, Sequence[str]]]:
    """The usable units of which needs can be met with the minutes between two uses, what they are called, what kits lack."""
    models = [need.model_id for need in wanted.needs if need.model_id]
    kits = [need.kit_id for need in wanted.needs if need.kit_id]
    if not models and not kits:
        return [], {}, {}
    rows = await session.execute(
        select(Device, DeviceModel.turnaround_minutes, DeviceModel.name, Kit.name.label("kit"))
        .join(DeviceModel, DeviceModel.id == Device.model_id)
        .outerjoin(Kit, Kit.id == Device.kit_id)
        .where(
            or_(Device.model_id.in_(models), Device.kit_id.in_(kits)), Device.status == DeviceStatus.USABLE
        )
        .order_by(Device.inventory_number)
    )
    found, names = [], {}
    for device, turnaround, model, kit in rows:
        found.append((device, turnaround))
        names[device.model_id] = model
        if device.kit_id:
            names[device.kit_id] = kit
    missing: dict[UUID, list[str]] = defaultdict(list)
    for part in await session.scalars(
        select(KitPart)
        .where(KitPart.kit_id.in_(kits), KitPart.present < KitPart.expected)
        .order_by(KitPart.name)
    ):
        missing[part.kit_id].append(part.name)
    return found, names, missing


async def _teachers(
    session: AsyncSession, trainer_ids: Sequence[UUID], span: Period, busy: Taken
) -> Mapping[UUID, Teacher]:
    if not trainer_ids:
        return {}
    facts = await trainer_facts(session, trainer_ids, span.start, span.end)
    people = await session.scalars(select(Person).where(Person.id.in_(trainer_ids)))
    return {
        person.id: Teacher(
            id=person.id,
            name=person.name,
            hours=facts[person.id].hours,
            absences=facts[person.id].absences,
            engaged=facts[person.id].engaged,
            busy=busy.get(person.id, ()),
        )
        for person in people
    }


async def _lacking(
    session: AsyncSession, wanted: Wanted, trainer_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[Lacked]]:
    """What each of them would need to teach the course to the last of these meetings."""
    if wanted.course_id is None or not trainer_ids:
        return {}
    last_day = local(max(period.end for period in wanted.periods)).date()
    return await lacks(session, wanted.course_id, trainer_ids, last_day)


async def _taken(
    session: AsyncSession,
    windows: Sequence[Period],
    resources: Mapping[InstrumentedAttribute[UUID | None], Sequence[UUID]],
    besides: Sequence[UUID],
) -> Taken:
    """Firm reservations near the wanted dates by resource, in order of time; two statements.

    Sessions and bookings end on the day on which they begin, so that those near a date are found by their beginning alone;
    loans, repairs and closures may have begun long ago, and are few. Plain columns: there may be thousands.
    """
    named = {column: list(ids) for column, ids in resources.items() if ids}
    if not named:
        return {}
    table = Reservation.__table__.c
    spans = (
        values(column("first", table.starts_at.type), column("last", table.starts_at.type), name="near")
        .data([(one.start - A_DAY, one.end) for one in windows])
        .cte("near")
    )
    of_one_day = [
        select(resource.label("resource_id"), *_FACTS)
        .join(spans, and_(Reservation.starts_at >= spans.c.first, Reservation.starts_at < spans.c.last))
        .where(
            resource.in_(ids),
            Reservation.state == ReservationState.FIRM,
            Reservation.kind.in_(OF_ONE_DAY),
            not_of(besides),
        )
        for resource, ids in named.items()
    ]
    lasting = [
        select(resource.label("resource_id"), *_FACTS).where(
            resource.in_(ids),
            Reservation.state == ReservationState.FIRM,
            Reservation.kind.not_in(OF_ONE_DAY),
            Reservation.starts_at < windows[-1].end,
            Reservation.ends_at > windows[0].start,
            not_of(besides),
        )
        for resource, ids in named.items()
    ]
    found: dict[UUID | None, list[Busy]] = defaultdict(list)
    for statement in (union_all(*of_one_day), union_all(*lasting)):
        for resource_id, starts_at, ends_at, purpose, venue_id, kind in await session.execute(statement):
            found[resource_id].append(Busy(Period(starts_at, ends_at), purpose, venue_id, kind))
    for busy in found.values():
        busy.sort(key=_begins)
    return {resource_id: busy for resource_id, busy in found.items() if resource_id is not None}


_FACTS = (
    Reservation.starts_at,
    Reservation.ends_at,
    Reservation.purpose,
    Reservation.venue_id,
    Reservation.kind,
)
OF_ONE_DAY = (ReservationKind.SESSION, ReservationKind.BOOKING)
A_DAY = timedelta(days=1)


def _begins(busy: Busy) -> datetime:
    return busy.period.start


def windows_around(periods: Sequence[Period], days: int) -> Sequence[Period]:
    """The days of these meetings and so many before and after each, joined where they touch, in order of time."""
    found: list[Period] = []
    margin = timedelta(days=days)
    for one in sorted(periods, key=lambda one: one.start):
        day = local(one.start).date()
        start = at_venue(day, time()) - margin - FARTHEST
        end = at_venue(day + A_DAY, time()) + margin + FARTHEST
        if found and start <= found[-1].end:
            found[-1] = Period(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Period(start, end))
    return found


async def _closed(session: AsyncSession, state: str, span: Period) -> Mapping[date, str]:
    return await closed_days(session, state, local(span.start).date(), local(span.end).date())
