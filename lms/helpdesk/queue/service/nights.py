"""The end of the day: nothing is left over, and nothing tells any more whose contact was whose."""

from datetime import timedelta

from sqlalchemy import delete, update

from lms.db import retried
from lms.helpdesk.models import Ticket, TicketState
from lms.helpdesk.queue import rules
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.queries import is_left
from lms.helpdesk.queue.service.acts import Acts

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
    async def part_contacts(self) -> None:
        """After a quarter of an hour a contact belongs to no number any more."""
        async with self.begin() as session:
            await session.execute(
                update(Ticket)
                .where(Ticket.contact_id.is_not(None), Ticket.done_at < self.clock() - rules.UNDO)
                .values(contact_id=None)
                .execution_options(synchronize_session=False)
            )
