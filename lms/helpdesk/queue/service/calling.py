"""An adviser calls somebody, meets them or not, and has finished."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.helpdesk.models import (
    Appointment,
    AppointmentState,
    Contact,
    ContactWay,
    DeskPlace,
    HelpTopic,
    Ticket,
    TicketState,
)
from lms.helpdesk.queue import policy, rules
from lms.helpdesk.queue.errors import NothingFree, TooLateToUndo, TurnIsOver, UnknownTopicAsked
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.queries import (
    adviser_of,
    desk_of,
    open_ticket_of,
    ticket_of,
    waiting,
)
from lms.helpdesk.queue.service.acts import Acts, ensure_own_hours, is_recent, moved, on_duty
from lms.helpdesk.schedule import topics_by_adviser
from lms.kernel.actor import Actor, ensure
from lms.people.ages import AgeBand

BACK_IN_LINE: dict[str, Any] = {
    "adviser_id": None,
    "place": "",
    "called_at": None,
    "serving_at": None,
    "done_at": None,
}


class Calling(Acts):
    """One number after the other."""

    @retried
    async def call_next(self, actor: Actor, *, desk_id: UUID) -> Ticket | None:
        """The next person comes to my table; None when there is nobody for me. Three who ask at once get three persons.

        While somebody is at my table it is they: twice is as good as once. Raises NotAtWork, NotYourHours.
        """
        async with self.begin() as session:
            duty = await on_duty(session, actor, desk_id, self.today)
            here = await open_ticket_of(session, duty)
            if here is not None:
                return here
            await ensure_own_hours(session, duty.adviser_id, desk_id, self.clock(), state=self.state)
            topics = (await topics_by_adviser(session)).get(duty.adviser_id, frozenset())
            while True:
                line = await waiting(session, desk_id, self.today)
                chosen = rules.next_for(topics, line, self.clock())
                if chosen is None:
                    return None
                if await self._call(session, duty, chosen.ticket_id):
                    return await ticket_of(session, chosen.ticket_id)
                # somebody was faster: whoever is next now

    @retried
    async def call(self, actor: Actor, *, desk_id: UUID, ticket_id: UUID) -> Ticket:
        """This very person comes to my table, such as one with an appointment who is early while nobody else waits. Raises NothingFree, NotYourHours."""
        async with self.begin() as session:
            duty = await on_duty(session, actor, desk_id, self.today)
            here = await open_ticket_of(session, duty)
            if here is not None and here.id != ticket_id:
                raise TurnIsOver
            ticket = await ticket_of(session, ticket_id)
            if here is None:
                await ensure_own_hours(session, duty.adviser_id, desk_id, self.clock(), state=self.state)
            if (here is None and ticket.desk_id != desk_id) or ticket.day != self.today:
                raise TurnIsOver
            if here is None and not await self._call(session, duty, ticket_id):
                raise NothingFree
            return await ticket_of(session, ticket_id)

    @retried
    async def call_again(self, actor: Actor, *, ticket_id: UUID) -> None:
        """The screen shows it anew, and sounds where that is switched on. Raises TurnIsOver."""
        await self._own(actor, ticket_id, TicketState.CALLED, to=TicketState.CALLED, called_at=self.clock())

    @retried
    async def put_back(self, actor: Actor, *, ticket_id: UUID) -> None:
        """Called by mistake: they wait again, as if they had not been called. Raises TurnIsOver."""
        await self._own(
            actor, ticket_id, TicketState.CALLED, TicketState.SERVING, to=TicketState.WAITING, **BACK_IN_LINE
        )

    @retried
    async def not_there(self, actor: Actor, *, ticket_id: UUID) -> None:
        """Nobody came: the next one; they may come back within the day. Raises TurnIsOver."""
        await self._own(actor, ticket_id, TicketState.CALLED, to=TicketState.GONE, done_at=self.clock())

    @retried
    async def serve(self, actor: Actor, *, ticket_id: UUID) -> None:
        """They sit at my table now; from here on the minutes count. Raises TurnIsOver."""
        async with self.begin() as session:
            if (await self._mine(session, actor, ticket_id)).state is TicketState.SERVING:
                return
            if not await moved(
                session, ticket_id, TicketState.CALLED, to=TicketState.SERVING, serving_at=self.clock()
            ):
                raise TurnIsOver

    @retried
    async def finish(
        self, actor: Actor, *, ticket_id: UUID, topic_id: UUID | None, age: AgeBand, minutes: int
    ) -> Contact | None:
        """Helped: what stays is topic, age band and minutes. Sent twice it is counted once. Raises TurnIsOver, UnknownTopicAsked."""
        now = self.clock()
        async with self.begin() as session:
            ticket = await self._mine(session, actor, ticket_id)
            if ticket.state is TicketState.DONE:
                return await session.get(Contact, ticket.contact_id) if ticket.contact_id else None
            topic = await session.get(HelpTopic, topic_id) if topic_id else None
            if topic is None:
                raise UnknownTopicAsked
            desk = await desk_of(session, ticket.desk_id)
            way = ContactWay.BOOKED if ticket.appointment_id else ContactWay.WALK_IN
            contact = Contact(
                desk_id=desk.id,
                day=ticket.day,
                topic_id=topic.id,
                age=age,
                minutes=min(max(1, minutes), rules.LONGEST_MINUTES),
                way=ContactWay.HOME if desk.place is DeskPlace.HOME else way,
            )
            if not await moved(
                session, ticket_id, TicketState.SERVING, TicketState.CALLED,
                to=TicketState.DONE, done_at=now, contact_id=contact.id,
            ):  # fmt: skip
                raise TurnIsOver
            session.add(contact)
            await self._appointment(session, actor, ticket, AppointmentState.BOOKED, to=AppointmentState.DONE)
        return contact

    @retried
    async def undo(self, actor: Actor, *, ticket_id: UUID) -> None:
        """Not finished after all, or there after all: they are at my table again, and what was counted is not. Raises TooLateToUndo."""
        now = self.clock()
        async with self.begin() as session:
            ticket = await self._mine(session, actor, ticket_id)
            if ticket.state in {TicketState.CALLED, TicketState.SERVING}:
                return
            duty = await on_duty(session, actor, ticket.desk_id, self.today)
            if await open_ticket_of(session, duty) is not None:
                raise TurnIsOver
            if not is_recent(ticket.done_at, now, rules.UNDO) or ticket.day != self.today:
                raise TooLateToUndo
            was, to = ticket.state, TicketState.SERVING if ticket.serving_at else TicketState.CALLED
            counted = ticket.contact_id
            if not await moved(session, ticket_id, was, to=to, done_at=None, contact_id=None):
                raise TurnIsOver
            if counted is not None:
                await session.execute(delete(Contact).where(Contact.id == counted))
            await self._appointment(session, actor, ticket, AppointmentState.DONE, to=AppointmentState.BOOKED)

    async def _call(self, session: AsyncSession, duty: DeskDuty, ticket_id: UUID) -> bool:
        return await moved(
            session, ticket_id, TicketState.WAITING, to=TicketState.CALLED,
            adviser_id=duty.adviser_id, place=duty.place, called_at=self.clock(),
        )  # fmt: skip

    async def _own(
        self, actor: Actor, ticket_id: UUID, *states: TicketState, to: TicketState, **more: Any
    ) -> None:
        async with self.begin() as session:
            ticket = await self._mine(session, actor, ticket_id)
            if ticket.state is to and to is not TicketState.CALLED:
                return
            if not await moved(session, ticket_id, *states, to=to, **more):
                raise TurnIsOver

    @staticmethod
    async def _mine(session: AsyncSession, actor: Actor, ticket_id: UUID) -> Ticket:
        """A number that the actor may act on: at their own table; the team at every table."""
        ticket = await ticket_of(session, ticket_id)
        adviser = await adviser_of(session, actor)
        is_own = policy.may_advise(actor, adviser) and adviser is not None and ticket.adviser_id == adviser.id
        if not (is_own or policy.may_run(actor)):
            ensure(policy.may_advise(actor, adviser), actor)
            raise TurnIsOver
        return ticket

    async def _appointment(
        self,
        session: AsyncSession,
        actor: Actor,
        ticket: Ticket,
        was: AppointmentState,
        *,
        to: AppointmentState,
    ) -> None:
        if ticket.appointment_id is None:
            return
        found = await session.get(Appointment, ticket.appointment_id)
        if found is not None and found.state is was:
            found.state, found.state_at = to, self.clock()
            found.version += 1
            record(
                session, actor, f"appointment.{to.value}", at=self.clock(), kind="appointment", object_id=found.id,
                person_id=found.person_id,
            )  # fmt: skip
