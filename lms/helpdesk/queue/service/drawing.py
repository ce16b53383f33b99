"""Numbers: drawn at the counter or by oneself, with an appointment or without, and given back."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.helpdesk.models import Appointment, AppointmentState, HelpTopic, Ticket, TicketState
from lms.helpdesk.queue import policy
from lms.helpdesk.queue.errors import NoNumbersNow, NoSuchAppointment, TurnIsOver
from lms.helpdesk.queue.queries import adviser_of, board, desk_of, ticket_of
from lms.helpdesk.queue.service.acts import Acts, moved
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Invalid, NotFound


class Drawing(Acts):
    """What happens when somebody comes in."""

    @retried
    async def draw(
        self, actor: Actor, *, desk_id: UUID, topic_id: UUID | None = None, ticket_id: UUID
    ) -> Ticket:
        """The next number of the day for somebody without an appointment. Under one `ticket_id` it is drawn once."""
        async with self.begin() as session:
            ensure(policy.may_serve(actor, await adviser_of(session, actor)), actor)
            return await self._draw(session, desk_id, ticket_id, topic_id=topic_id)

    @retried
    async def draw_oneself(self, *, desk_id: UUID, topic_id: UUID | None = None, ticket_id: UUID) -> Ticket:
        """The same at a public tablet, while numbers are given. Raises NoNumbersNow."""
        async with self.begin() as session:
            await self._ensure_open(session, desk_id)
            return await self._draw(session, desk_id, ticket_id, topic_id=topic_id)

    @retried
    async def arrive(self, actor: Actor, *, appointment_id: UUID, ticket_id: UUID) -> Ticket:
        """A number for somebody with an appointment; the second time the same one. Raises NoSuchAppointment."""
        async with self.begin() as session:
            ensure(policy.may_serve(actor, await adviser_of(session, actor)), actor)
            appointment = await session.get(Appointment, appointment_id)
            if appointment is None:
                raise NotFound
            return await self._arrive(session, appointment, ticket_id)

    @retried
    async def arrive_oneself(self, *, desk_id: UUID, typed: str, ticket_id: UUID) -> Ticket:
        """The same at a public tablet, by the reference that was typed. Raises NoSuchAppointment."""
        async with self.begin() as session:
            await self._ensure_open(session, desk_id)
            wanted = plain(typed)
            found = await session.scalars(
                select(Appointment).where(
                    Appointment.desk_id == desk_id, Appointment.state == AppointmentState.BOOKED
                )
            )
            mine = [one for one in found if wanted and plain(one.reference) == wanted]
            if not mine:
                raise NoSuchAppointment
            return await self._arrive(session, mine[0], ticket_id)

    @retried
    async def give_back(self, actor: Actor, *, ticket_id: UUID) -> None:
        """A number was drawn by mistake, or somebody does not want to wait. Twice is as good as once."""
        async with self.begin() as session:
            ensure(policy.may_serve(actor, await adviser_of(session, actor)), actor)
            ticket = await ticket_of(session, ticket_id)
            if ticket.state is TicketState.GONE:
                return
            if not await moved(
                session, ticket_id, TicketState.WAITING, to=TicketState.GONE, done_at=self.clock()
            ):
                raise TurnIsOver

    @retried
    async def come_back(self, actor: Actor, *, ticket_id: UUID) -> Ticket:
        """Somebody who was not there is: with their old number, and so in front of whoever came after them. Raises TurnIsOver."""
        async with self.begin() as session:
            ensure(policy.may_serve(actor, await adviser_of(session, actor)), actor)
            ticket = await ticket_of(session, ticket_id)
            if ticket.day != self.today:
                raise TurnIsOver
            await moved(
                session, ticket_id, TicketState.GONE, to=TicketState.WAITING,
                adviser_id=None, place="", called_at=None, serving_at=None, done_at=None,
            )  # fmt: skip
            ticket = await ticket_of(session, ticket_id)
            if ticket.state is not TicketState.WAITING:
                raise TurnIsOver
            return ticket

    async def _ensure_open(self, session: AsyncSession, desk_id: UUID) -> None:
        if not (await board(session, desk_id, self.clock(), state=self.state)).gives_numbers:
            raise NoNumbersNow

    async def _arrive(self, session: AsyncSession, appointment: Appointment, ticket_id: UUID) -> Ticket:
        if (
            local(appointment.starts_at).date() != self.today
            or appointment.state is not AppointmentState.BOOKED
        ):
            raise NoSuchAppointment
        return await self._draw(
            session,
            appointment.desk_id,
            ticket_id,
            topic_id=appointment.topic_id,
            appointment_id=appointment.id,
        )

    async def _draw(
        self,
        session: AsyncSession,
        desk_id: UUID,
        ticket_id: UUID,
        *,
        topic_id: UUID | None,
        appointment_id: UUID | None = None,
    ) -> Ticket:
        desk = await desk_of(
            session, desk_id, lock=True
        )  # who draws at the same moment queues here: no gap, no double
        known = await session.get(Ticket, ticket_id)
        if known is None and appointment_id is not None:
            known = await session.scalar(select(Ticket).where(Ticket.appointment_id == appointment_id))
        if known is not None:
            if known.desk_id != desk_id:
                raise NotFound
            return known
        if desk.ended_at is not None or (appointment_id is None and not desk.takes_walk_ins):
            raise NoNumbersNow
        if topic_id is not None:
            topic = await session.get(HelpTopic, topic_id)
            if topic is None or (topic.audience is not desk.kind and appointment_id is None):
                raise Invalid
        last = await session.scalar(
            select(func.max(Ticket.number)).where(Ticket.desk_id == desk_id, Ticket.day == self.today)
        )
        ticket = Ticket(
            id=ticket_id,
            desk_id=desk_id,
            day=self.today,
            number=(last or 0) + 1,
            arrived_at=self.clock(),
            topic_id=topic_id,
            appointment_id=appointment_id,
        )
        session.add(ticket)
        await session.flush()
        return ticket


def plain(typed: str) -> str:
    """A reference without what people write between its signs."""
    return "".join(sign for sign in typed.casefold() if sign.isalnum())
