"""Two advisers, a desk on Tuesdays and Thursdays from 10 to 12, two topics.

counter = await open_counter(house)
made = await counter.book("Ada Lehmann", day=TUESDAY, at=time(10))
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.helpdesk.models import (
    Adviser,
    AdviserTopic,
    Appointment,
    DeskHours,
    DeskHoursAdviser,
    EarlierWish,
    HelpDesk,
    HelpTopic,
)
from lms.helpdesk.policy import LINK
from lms.helpdesk.service import Appointments, DeskRhythm, EarlierWishes, HelpDesks
from lms.helpdesk.values import Visitor, Wanted
from lms.kernel.actor import ANONYMOUS, Actor
from lms.kernel.clock import at_venue
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.people.models import Person
from lms.resources.models import Reservation, ReservationState, Venue
from lms.web.module import Around
from tests.making import make_person, make_venue, staff

TEAM: Actor = staff(Identity.ENROLMENT)
TUESDAY, THURSDAY = date(2026, 12, 8), date(2026, 12, 10)
PHONE = "+493904123456"


@dataclass(frozen=True)
class Counter:
    """What the stories of the help desk begin with."""

    house: Around
    venue: Venue
    desk: HelpDesk
    photos: HelpTopic
    banking: HelpTopic
    katrin: Adviser
    birgit: Adviser
    people: dict[UUID, Person]

    @property
    def appointments(self) -> Appointments:
        return Appointments(self.house)

    @property
    def wishes(self) -> EarlierWishes:
        return EarlierWishes(self.house)

    @property
    def desks(self) -> HelpDesks:
        return HelpDesks(self.house)

    @property
    def rhythm(self) -> DeskRhythm:
        return DeskRhythm(self.house)

    async def book(
        self,
        name: str = "Ada Lehmann",
        *,
        day: date = TUESDAY,
        at: time = time(10),
        actor: Actor = ANONYMOUS,
        topic: HelpTopic | None = None,
        form_id: UUID | None = None,
        phone: str = PHONE,
        **given: Any,
    ) -> Appointment:
        """Somebody books by telephone number alone."""
        wanted = Wanted(
            desk_id=self.desk.id,
            topic_id=(topic or self.photos).id,
            starts_at=at_venue(day, at),
            visitor=Visitor(name=name, phone=phone, **given),
        )
        return await self.appointments.book(actor, wanted, form_id=form_id)

    def link(self, one: Appointment) -> str:
        """The secret part of the link."""
        return self.house.signer.token(LINK, one.id, one.link_version)

    async def now(self, one: Appointment) -> Appointment:
        """The appointment as it is in the database."""
        async with self.house.begin.reading() as session:
            return await session.get_one(Appointment, one.id)

    async def wish(self, one: Appointment) -> EarlierWish:
        """The wish of this appointment."""
        async with self.house.begin.reading() as session:
            return (
                await session.scalars(select(EarlierWish).where(EarlierWish.appointment_id == one.id))
            ).one()

    async def held(self) -> list[tuple[UUID | None, datetime]]:
        """Whose time is taken from when on."""
        async with self.house.begin.reading() as session:
            rows = await session.execute(
                select(Reservation.trainer_id, Reservation.starts_at)
                .where(Reservation.state == ReservationState.FIRM)
                .order_by(Reservation.starts_at)
            )
            return [(who, starts_at) for who, starts_at in rows]

    async def letters(self, kind: str = "") -> list[Letter]:
        """What was written."""
        async with self.house.begin.reading() as session:
            wanted = select(Letter).where(Letter.kind.startswith(kind)).order_by(Letter.written_at, Letter.id)
            return list(await session.scalars(wanted))


async def open_counter(house: Around, **given: Any) -> Counter:
    """Write desk, hours, topics and advisers into the database."""
    venue = make_venue()
    desk = HelpDesk(name_de="Sprechstunde im Zentrum", venue_id=venue.id, **given)
    photos = HelpTopic(name_de="Fotos", position=1)
    banking = HelpTopic(name_de="Online-Banking", position=2)
    katrin_herself, birgit_herself = make_person("Katrin", "Behlau"), make_person("Birgit", "Lorenz")
    katrin = Adviser(person_id=katrin_herself.id, shown_name="Frau Behlau")
    birgit = Adviser(person_id=birgit_herself.id, shown_name="Frau Lorenz")
    async with house.begin() as session:
        session.add_all([venue, photos, banking, katrin_herself, birgit_herself])
        await session.flush()
        session.add_all([desk, katrin, birgit])
        await session.flush()
        session.add_all(
            AdviserTopic(adviser_id=who.id, topic_id=topic.id)
            for who, topic in ((katrin, photos), (birgit, photos), (birgit, banking))
        )
        for weekday in (1, 3):
            hours = DeskHours(
                desk_id=desk.id, weekday=weekday, opens=time(10), closes=time(12), valid_from=date(2026, 1, 1)
            )
            session.add(hours)
            await session.flush()
            session.add_all(
                DeskHoursAdviser(hours_id=hours.id, adviser_id=who.id) for who in (katrin, birgit)
            )
    people = {katrin.id: katrin_herself, birgit.id: birgit_herself}
    return Counter(house, venue, desk, photos, banking, katrin, birgit, people)
