"""A house for the planner's tests: what else takes rooms, devices and trainers beside courses.

stage = await set_stage(house)
await stage.booking(stage.room, TUESDAY, time(10), time(12), is_firm=False)
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from lms.booking.models import BookerGroup, Booking, BookingDate, BookingState
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue
from lms.lending.models import Loan, LoanPurpose
from lms.people.models import Person
from lms.portal.planner import gathering
from lms.portal.planner.reading import read_plan
from lms.portal.planner.values import By, Entry, Plan, Wanted
from lms.resources.models import (
    Closure,
    Device,
    DeviceModel,
    Kit,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    Venue,
)
from lms.web.module import Around
from tests.making import MOMENT, make_person, make_room
from tests.office import TEAM, Office, open_office

TUESDAY = date(2026, 12, 8)


@dataclass(frozen=True)
class Stage:
    """The office, a second room, a kit of three tablets, somebody who books."""

    office: Office
    other_room: Room
    model: DeviceModel
    kit: Kit
    devices: tuple[Device, ...]
    group: BookerGroup
    booker: Person
    begin: Begin

    @property
    def room(self) -> Room:
        return self.office.room

    @property
    def venue(self) -> Venue:
        return self.office.venue

    async def add(self, *rows: Any) -> None:
        async with self.begin() as session:
            for row in rows:
                session.add(row)
                await session.flush()

    async def booking(
        self,
        room: Room,
        start: datetime,
        end: datetime,
        *,
        is_firm: bool = True,
        is_public: bool = False,
    ) -> Booking:
        """Fourteen people of the chess club; half an hour to set up before."""
        booking = Booking(
            reference=uuid4().hex[:8],
            booker_id=self.booker.id,
            group_id=self.group.id,
            title="Turnier",
            people=14,
            created_at=MOMENT,
            organisation="Schachklub",
            is_public=is_public,
            state=BookingState.APPROVED if is_firm else BookingState.REQUESTED,
        )
        one = BookingDate(booking_id=booking.id, room_id=room.id, starts_at=start, ends_at=end)
        await self.add(
            booking,
            one,
            hold(
                start - timedelta(minutes=30),
                end,
                room_id=room.id,
                kind=ReservationKind.BOOKING,
                cause_id=one.id,
                state=ReservationState.FIRM if is_firm else ReservationState.TENTATIVE,
                purpose="Schachklub",
            ),
        )
        return booking

    async def loan(self, device: Device, start: datetime, end: datetime) -> Loan:
        loan = Loan(
            reference=uuid4().hex[:8], device_id=device.id, person_id=self.booker.id, purpose=LoanPurpose.HOME,
            starts_at=start, due_at=end, created_at=MOMENT,
        )  # fmt: skip
        await self.add(
            loan, hold(start, end, device_id=device.id, kind=ReservationKind.LOAN, cause_id=loan.id)
        )
        return loan

    async def closure(
        self, room: Room, start: datetime, end: datetime, reason: str = "Malerarbeiten"
    ) -> None:
        one = Closure(starts_at=start, ends_at=end, reason=reason, venue_id=room.venue_id, room_id=room.id)
        await self.add(one, hold(start, end, room_id=room.id, kind=ReservationKind.CLOSURE, purpose=reason))

    async def plan(self, actor: Actor = TEAM, now: datetime = MOMENT, **asked: Any) -> Plan:
        """What the planner shows of the Tuesday."""
        usual: dict[str, Any] = {"by": By.ROOM, "first": TUESDAY, "after": TUESDAY + timedelta(days=1)}
        wanted = Wanted(**usual | asked)
        async with self.begin.reading() as session:
            houses = await gathering.houses(session, wanted.period)
            return await read_plan(session, actor, wanted, now, houses)


def hold(start: datetime, end: datetime, **given: Any) -> Reservation:
    return Reservation(starts_at=start, ends_at=end, **given)


def on_tuesday(hour: int, minute: int = 0) -> datetime:
    return at_venue(TUESDAY, time(hour, minute))


def lane_of(plan: Plan, key: UUID | str) -> list[Entry]:
    """The entries of one lane; none when it is not there."""
    return [entry for lane in plan.lanes if lane.id == str(key) for entry in lane.entries]


async def set_stage(house: Around) -> Stage:
    office = await open_office(house)
    other = make_room(office.venue, "Raum 2")
    model = DeviceModel(slug="tablet", name="Tablet", kind="tablet")
    kit = Kit(slug="koffer", name="Tabletkoffer")
    booker = make_person("Berta", "Bauer")
    group = BookerGroup(key="verein", name_de="Vereine", name_en="Clubs")
    devices = tuple(
        Device(inventory_number=f"000{number}", model_id=model.id, kit_id=kit.id) for number in range(3)
    )
    stage = Stage(office, other, model, kit, devices, group, booker, house.begin)
    await stage.add(other, model, kit, booker, group, *devices)
    return stage
