"""The end of the day: nothing is left over, and nothing tells any more whose contact was whose."""

from datetime import time, timedelta

from sqlalchemy import delete, select, update

from lms.audit.trail import record
from lms.db import retried
from lms.helpdesk.models import Appointment, AppointmentState, Ticket, TicketState
from lms.helpdesk.queue import rules
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.queries import is_left
from lms.helpdesk.queue.service.acts import Acts
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import at_venue, local

LOOKED_BACK = timedelta(days=3)
KEPT = timedelta(days=30)
"""Numbers are kept as long as appointments; contacts, which name nobody, stay."""


class Nights(Acts):
    """What the clockwork does; each act may be done again without harm."""

    @retried
    async def close_days(self) -> int:
        """Who still waited when the day ended has gone; gives how many. Who advised is forgotten, and numbers after 30 days."""
        now = self.clock()
        async with self.begin() as session:
            left = await session.scalars(
                update(Ticket)
                .where(*is_left(self.today))
                .values(state=TicketState.GONE, done_at=now, version=Ticket.version + 1)
                .returning(Ticket.id)
                .execution_options(synchronize_session=False)
            )
            closed = len(left.all())
            await session.execute(delete(DeskDuty).where(DeskDuty.day < self.today))
            await session.execute(delete(Ticket).where(Ticket.day < self.today - KEPT))
        return closed

    @retried
    async def mark_missed(self) -> int:
        """Whoever had an appointment on a day on which the desk gave numbers, and drew none, has not come; gives how many.

        Nobody gets a letter about it, because nobody has looked: the adviser may correct it for some days. Where a desk gives
        no numbers, as at people's homes, the adviser says who was there.
        """
        now, midnight = self.clock(), at_venue(self.today, time())
        async with self.begin() as session:
            days = {
                (desk_id, day)
                for desk_id, day in await session.execute(
                    select(Ticket.desk_id, Ticket.day)
                    .where(Ticket.day >= self.today - LOOKED_BACK)
                    .distinct()
                )
            }
            came = select(Ticket.appointment_id).where(Ticket.appointment_id.is_not(None))
            waited_for = await session.scalars(
                select(Appointment)
                .where(
                    Appointment.state == AppointmentState.BOOKED,
                    Appointment.ends_at <= midnight,
                    Appointment.starts_at >= midnight - LOOKED_BACK,
                    Appointment.id.not_in(came),
                )
                .with_for_update()
            )
            missed = [one for one in waited_for if (one.desk_id, local(one.starts_at).date()) in days]
            for one in missed:
                one.state, one.state_at = AppointmentState.MISSED, now
                one.version += 1
                record(
                    session, SYSTEM, "appointment.missed", at=now, kind="appointment", object_id=one.id,
                    person_id=one.person_id,
                )  # fmt: skip
        return len(missed)

    @retried
    async def part_contacts(self) -> None:
        """After a quarter of an hour a contact belongs to no number any more."""
        async with self.begin() as session:
            await session.execute(
                update(Ticket)
                .where(Ticket.contact_id.is_not(None), Ticket.done_at < self.clock() - rules.UNDO)
                .values(contact_id=None)
                .execution_options(synchronize_session=False)
            )
