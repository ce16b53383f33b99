"""Where travelling kits go: their stops out of the reservations, and what stands about the venue of a stop."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
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
from lms.resources.queries import TravelTimes, travel_times
from lms.scheduling.models import Session, SessionTrainer

LOOKED_AHEAD = timedelta(weeks=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A kit at a venue from one moment to another, set-up included. `way_minutes` is the drive there from the stop before."""

    kit: Kit
    venue: Venue
    starts_at: datetime
    ends_at: datetime
    purpose: str
    units: int
    cause_id: UUID
    course: str = ""
    """What is taught there, in German; empty where it is no session of a course."""
    run_id: UUID | None = None
    came_from: Venue | None = None
    way_minutes: int = 0
    is_too_tight: bool = False
    """Whether there is less time since the stop before than the drive takes."""

    @property
    def stays(self) -> bool:
        """Whether the kit is there already: kept there, or left there by the stop before."""
        return self.came_from is not None and self.came_from.id == self.venue.id


@dataclass(frozen=True, slots=True)
class Tour:
    """One kit with its coming stops; `home` is where it is kept between them."""

    kit: Kit
    home: Venue | None
    units: int
    stops: Sequence[Stop]


async def tours(session: AsyncSession, now: datetime, default_minutes: int) -> Sequence[Tour]:
    """Every travelling kit with its stops of the coming weeks; six statements."""
    kits = (await session.scalars(select(Kit).where(Kit.is_travelling).order_by(Kit.name))).all()
    ways = await travel_times(session, default_minutes)
    usable = await session.execute(
        select(Device.kit_id, func.count().label("units"))
        .where(Device.kit_id.in_([kit.id for kit in kits]), Device.status == DeviceStatus.USABLE)
        .group_by(Device.kit_id)
    )
    units: dict[UUID, int] = {row.kit_id: row.units for row in usable}
    rows = (
        await session.execute(
            select(
                Device.kit_id,
                func.coalesce(Reservation.session_id, Reservation.cause_id).label("cause_id"),
                Reservation.venue_id,
                func.min(Reservation.starts_at).label("starts_at"),
                func.max(Reservation.ends_at).label("ends_at"),
                func.max(Reservation.purpose).label("purpose"),
                func.count().label("units"),
            )
            .join(Device, Device.id == Reservation.device_id)
            .where(
                Device.kit_id.in_([kit.id for kit in kits]),
                Reservation.state == ReservationState.FIRM,
                Reservation.kind.not_in((ReservationKind.REPAIR, ReservationKind.LOAN)),
                Reservation.venue_id.is_not(None),
                or_(Reservation.session_id.is_not(None), Reservation.cause_id.is_not(None)),
                Reservation.ends_at > now,
                Reservation.starts_at < now + LOOKED_AHEAD,
            )
            .group_by(
                Device.kit_id,
                func.coalesce(Reservation.session_id, Reservation.cause_id),
                Reservation.venue_id,
            )
        )
    ).all()
    wanted = {row.venue_id for row in rows} | {kit.home_id for kit in kits}
    venues = {
        one.id: one for one in await session.scalars(select(Venue).where(Venue.id.in_(wanted - {None})))
    }
    taught = {
        row.id: row
        for row in await session.execute(
            select(Session.id, Session.run_id, Course.title_de)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .where(Session.id.in_([row.cause_id for row in rows]))
        )
    }
    by_kit: dict[UUID, list[Stop]] = defaultdict(list)
    kit_of = {kit.id: kit for kit in kits}
    for row in sorted(rows, key=lambda one: (one.starts_at, one.ends_at)):
        by_kit[row.kit_id].append(
            Stop(
                kit=kit_of[row.kit_id], venue=venues[row.venue_id], starts_at=row.starts_at, ends_at=row.ends_at,
                purpose=row.purpose, units=row.units, cause_id=row.cause_id,
                course=taught[row.cause_id].title_de if row.cause_id in taught else "",
                run_id=taught[row.cause_id].run_id if row.cause_id in taught else None,
            )
        )  # fmt: skip
    return [
        Tour(
            kit, home, units.get(kit.id, 0), with_ways(by_kit[kit.id], home, ways, whole=units.get(kit.id, 0))
        )
        for kit in kits
        for home in [venues.get(kit.home_id) if kit.home_id else None]
    ]


def with_ways(stops: Sequence[Stop], home: Venue | None, ways: TravelTimes, *, whole: int) -> Sequence[Stop]:
    """The stops with the drive to each: from the stop before on the same day, else from where the kit is kept.

    Two stops that together need fewer than the `whole` number of units can be served apart: nothing is too tight then.
    """
    found: list[Stop] = []
    for stop in stops:
        before = (
            found[-1] if found and local(found[-1].ends_at).date() == local(stop.starts_at).date() else None
        )
        origin = before.venue if before else home
        minutes = ways.between(origin.id, stop.venue.id) if origin and origin.id != stop.venue.id else 0
        found.append(
            replace(
                stop,
                came_from=origin,
                way_minutes=minutes,
                is_too_tight=before is not None
                and before.units + stop.units > whole
                and stop.starts_at - before.ends_at < timedelta(minutes=minutes),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Packing:
    """What goes along to one stop, and whom one meets there."""

    stop: Stop
    whole: int
    """How many devices the kit has; the rest stays for other stops."""
    setup_minutes: int
    trainers: Sequence[Person]
    devices: Sequence[tuple[str, int]]
    """Kinds of devices that are planned for this stop, and how many of each."""
    parts: Sequence[KitPart]

    @property
    def be_there_at(self) -> datetime:
        """Early enough to set up what the room needs before it begins."""
        return self.stop.starts_at - timedelta(minutes=self.setup_minutes)

    @property
    def leave_at(self) -> datetime | None:
        """When whoever drives sets off; None where the kit is there already."""
        return self.be_there_at - timedelta(minutes=self.stop.way_minutes) if self.stop.way_minutes else None


async def packing_of(
    session: AsyncSession, kit_id: UUID, cause_id: UUID, now: datetime, default: int
) -> Packing:
    """One coming stop of a kit with all that is packed for it. Raises NotFound."""
    tour = next((one for one in await tours(session, now, default) if one.kit.id == kit_id), None)
    stop = next((one for one in tour.stops if one.cause_id == cause_id), None) if tour else None
    if tour is None or stop is None:
        raise NotFound
    setup = await session.scalar(
        select(Room.setup_minutes).join(Session, Session.room_id == Room.id).where(Session.id == cause_id)
    )
    trainers = await session.scalars(
        select(Person)
        .join(SessionTrainer, SessionTrainer.person_id == Person.id)
        .where(SessionTrainer.session_id == cause_id)
        .order_by(Person.family_name, Person.given_name)
    )
    counted = await session.execute(
        select(DeviceModel.name, func.count(Device.id.distinct()))
        .join(Device, Device.model_id == DeviceModel.id)
        .join(Reservation, Reservation.device_id == Device.id)
        .where(
            Device.kit_id == kit_id,
            Reservation.state == ReservationState.FIRM,
            func.coalesce(Reservation.session_id, Reservation.cause_id) == cause_id,
        )
        .group_by(DeviceModel.name)
        .order_by(DeviceModel.name)
    )
    parts = await session.scalars(select(KitPart).where(KitPart.kit_id == kit_id).order_by(KitPart.name))
    return Packing(
        stop, tour.units, setup or 0, trainers.all(), [(name, count) for name, count in counted], parts.all()
    )


def districts_of(found: Sequence[Tour]) -> Mapping[str, int]:
    """How many stops each district gets, the most first."""
    counted: dict[str, int] = defaultdict(int)
    for tour in found:
        for stop in tour.stops:
            counted[stop.venue.district] += 1
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
