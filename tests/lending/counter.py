"""A small counter to borrow at: tablets 0001 to 0003, a laptop that stays in the house, somebody who borrows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.lending.models import Loan
from lms.lending.service import Lending
from lms.lending.values import Wish
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.resources.models import (
    Device,
    DeviceModel,
    Reservation,
    ReservationKind,
    ReservationState,
    Venue,
)
from lms.web.module import Around
from tests.making import make_person, make_venue, staff

KEEPER: Actor = staff(Identity.RESOURCES)
TODAY = date(2026, 12, 4)
IN_FOUR_WEEKS = date(2027, 1, 1)
ACCESSORIES = ("Netzteil", "Hülle", "Stift")


@dataclass(frozen=True)
class Counter:
    """What there is to borrow, and by whom."""

    house: Around
    venue: Venue
    far_venue: Venue
    model: DeviceModel
    tablets: Sequence[Device]
    laptop: Device
    ada: Person
    ben: Person
    lending: Lending = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lending", Lending(self.house))

    @property
    def tablet(self) -> Device:
        """Number 0001."""
        return self.tablets[0]

    def wish(self, person: Person | None = None, **given: Any) -> Wish:
        """Tablet 0001 for Ada from the 7th to the 18th of December."""
        who = person or self.ada
        defaults: dict[str, Any] = {"first": date(2026, 12, 7), "last": date(2026, 12, 18)}
        if "model_id" not in given:
            defaults["device_id"] = self.tablet.id
        return Wish(person_id=who.id, **defaults | given)

    async def lend(
        self, device: Device | None = None, person: Person | None = None, last: date = IN_FOUR_WEEKS
    ) -> Loan:
        """Over the counter at once."""
        return await self.lending.lend(
            KEEPER,
            device_id=(device or self.tablet).id,
            person_id=(person or self.ada).id,
            last=last,
            venue_id=self.venue.id,
        )

    async def device(self, device_id: UUID) -> Device:
        async with self.house.begin.reading() as session:
            return await session.get_one(Device, device_id)

    async def loan(self, loan_id: UUID) -> Loan:
        async with self.house.begin.reading() as session:
            return await session.get_one(Loan, loan_id)

    async def loans(self) -> list[Loan]:
        async with self.house.begin.reading() as session:
            return list(await session.scalars(select(Loan).order_by(Loan.created_at, Loan.id)))

    async def taken(self, device_id: UUID) -> list[tuple[datetime, datetime, str]]:
        """The firm reservations of a device: from, to, of what kind."""
        async with self.house.begin.reading() as session:
            rows = await session.scalars(
                select(Reservation)
                .where(Reservation.device_id == device_id, Reservation.state == ReservationState.FIRM)
                .order_by(Reservation.starts_at)
            )
            return [(row.starts_at, row.ends_at, row.kind.value) for row in rows]

    async def keep(
        self,
        device: Device,
        starts_at: datetime,
        ends_at: datetime,
        *,
        kind: ReservationKind = ReservationKind.SESSION,
        session_id: UUID | None = None,
        purpose: str = "",
    ) -> None:
        """Somebody else takes the device for this time."""
        async with self.house.begin() as session:
            session.add(
                Reservation(
                    device_id=device.id,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    kind=kind,
                    session_id=session_id,
                    purpose=purpose,
                )
            )

    async def letters(self) -> list[tuple[str, str]]:
        """What was written, to whom, in order."""
        async with self.house.begin.reading() as session:
            rows = await session.scalars(select(Letter).order_by(Letter.written_at, Letter.key))
            return [(row.kind, row.to_name) for row in rows]


async def open_counter(house: Around, **model: Any) -> Counter:
    """Write it into the database."""
    venue, far_venue = make_venue(), make_venue("Uthmöden", district="Uthmöden")
    defaults: dict[str, Any] = {
        "slug": "tablet",
        "name": "Tablet, 11 Zoll",
        "name_en": "Tablet, 11 inch",
        "kind": "tablet",
        "is_lendable": True,
        "loan_days": 28,
        "turnaround_minutes": 60,
        "needs_wipe": True,
        "accessories": list(ACCESSORIES),
        "replacement_cents": 42000,
    }
    tablet = DeviceModel(**defaults | model)
    fixed = DeviceModel(slug="laptop", name="Laptop, 16 Zoll", kind="laptop")
    tablets = [
        Device(inventory_number=f"000{number}", model_id=tablet.id, home_id=venue.id) for number in (1, 2, 3)
    ]
    laptop = Device(inventory_number="0045", model_id=fixed.id)
    ada = make_person("Ada", "Lehmann", street="Gartenweg 5", postal_code="39340", city="Haldensleben")
    ben = make_person("Ben", "Zander", language="en")
    async with house.begin() as session:
        session.add_all([venue, far_venue, tablet, fixed, ada, ben])
        await session.flush()
        session.add_all([*tablets, laptop])
    return Counter(house, venue, far_venue, tablet, tablets, laptop, ada, ben)


def days(count: float) -> timedelta:
    return timedelta(days=count)
