"""A help desk on Fridays from nine to noon with three advisers, and people who come in.

room = await open_waiting_room(house)
number = await room.comes(room.phones)
"""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from uuid import UUID, uuid4

from lms.helpdesk.models import (
    Adviser,
    AdviserTopic,
    Appointment,
    Contact,
    ContactWay,
    DeskHours,
    DeskHoursAdviser,
    HelpDesk,
    HelpTopic,
    Ticket,
)
from lms.helpdesk.queue.board import Board
from lms.helpdesk.queue.queries import board
from lms.helpdesk.queue.service import HelpQueue
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.ages import AgeBand
from lms.people.models import Person
from lms.web.module import Around
from tests.making import make_person, make_venue, staff

TEAM: Actor = staff(Identity.ENROLMENT)


def acting_as(person: Person, *identities: Identity) -> Actor:
    """The actor of somebody with an account."""
    return Actor(
        identities=frozenset({Identity.LEARNER, *identities}),
        account_id=uuid4(),
        person_id=person.id,
        name=person.name,
    )


@dataclass
class WaitingRoom:
    """A desk, its topics, and three advisers: of the team, a trainer, a volunteer without any role."""

    house: Around
    desk: HelpDesk
    phones: HelpTopic
    banking: HelpTopic
    people: list[Person]
    advisers: list[Adviser]
    actors: list[Actor] = field(default_factory=list)

    @property
    def queue(self) -> HelpQueue:
        return HelpQueue(self.house)

    async def comes(self, topic: HelpTopic | None = None, *, key: UUID | None = None) -> Ticket:
        """Somebody without an appointment draws a number at the counter."""
        return await self.queue.draw(
            TEAM, desk_id=self.desk.id, topic_id=(topic or self.phones).id, ticket_id=key or uuid4()
        )

    async def booked(self, minutes: int, *, name: str = "Gerda Voss", adviser: int = 0) -> Appointment:
        """An appointment so many minutes from now."""
        starts = self.house.clock() + timedelta(minutes=minutes)
        one = Appointment(
            reference=uuid4().hex[:8].upper(), desk_id=self.desk.id, topic_id=self.phones.id,
            adviser_id=self.advisers[adviser].id, starts_at=starts, ends_at=starts + timedelta(minutes=30),
            name=name, phone="+493904123456", created_at=starts - timedelta(days=3),
        )  # fmt: skip
        async with self.house.begin() as session:
            session.add(one)
        return one

    async def arrives(self, appointment: Appointment) -> Ticket:
        return await self.queue.arrive(TEAM, appointment_id=appointment.id, ticket_id=uuid4())

    async def sits_down(self, *who: int) -> None:
        """These advisers are there, each at a table of their own."""
        for one in who:
            await self.queue.begin_duty(self.actors[one], desk_id=self.desk.id, place=f"Tisch {one + 1}")

    async def next(self, who: int) -> int | None:
        """The number that this adviser calls."""
        found = await self.queue.call_next(self.actors[who], desk_id=self.desk.id)
        return found.number if found else None

    async def helped(self, who: int, ticket: Ticket, *, minutes: int = 20) -> Contact | None:
        return await self.queue.finish(
            self.actors[who],
            ticket_id=ticket.id,
            topic_id=self.phones.id,
            age=AgeBand.FROM_75,
            minutes=minutes,
        )

    async def look(self) -> Board:
        async with self.house.begin.reading() as session:
            return await board(
                session, self.desk.id, self.house.clock(), state=self.house.settings.federal_state
            )

    async def counted(
        self,
        topic: HelpTopic,
        number: int,
        *,
        minutes: int = 20,
        day: date | None = None,
        age: AgeBand = AgeBand.FROM_65,
    ) -> None:
        """So many contacts of a topic lie behind us."""
        when = day or self.house.clock().date() - timedelta(days=7)
        async with self.house.begin() as session:
            session.add_all(
                Contact(
                    desk_id=self.desk.id, day=when, topic_id=topic.id, minutes=minutes, way=ContactWay.WALK_IN, age=age
                )
                for _ in range(number)
            )  # fmt: skip


async def open_waiting_room(house: Around) -> WaitingRoom:
    """Write the desk into the database."""
    venue = make_venue()
    people = [make_person("Birgit", "Lorenz"), make_person("Katrin", "Behlau"), make_person("Ole", "Timm")]
    phones, banking = (
        HelpTopic(name_de="Smartphone und Tablet", position=1),
        HelpTopic(name_de="Online-Banking", position=2),
    )
    advisers = [Adviser(person_id=one.id, shown_name=one.name) for one in people]
    async with house.begin() as session:
        session.add_all([venue, *people, phones, banking])
        await session.flush()
        desk = HelpDesk(name_de="Digital-Sprechstunde", venue_id=venue.id)
        session.add_all([desk, *advisers])
        await session.flush()
        hours = DeskHours(
            desk_id=desk.id, weekday=4, opens=time(9), closes=time(12), valid_from=date(2026, 1, 1)
        )
        session.add(hours)
        await session.flush()
        session.add_all(DeskHoursAdviser(hours_id=hours.id, adviser_id=one.id) for one in advisers)
        session.add_all(
            AdviserTopic(adviser_id=one.id, topic_id=topic.id)
            for one, topics in zip(advisers, ([phones, banking], [phones], [phones]), strict=True)
            for topic in topics
        )
    actors = [
        acting_as(people[0], Identity.ENROLMENT),
        acting_as(people[1], Identity.TRAINER),
        acting_as(people[2]),
    ]
    return WaitingRoom(house, desk, phones, banking, people, advisers, actors)
