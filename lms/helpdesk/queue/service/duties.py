"""Advisers come, have a break, and leave."""

from uuid import UUID

from sqlalchemy import update

from lms.db import retried
from lms.helpdesk.models import Adviser, TicketState
from lms.helpdesk.queue import policy
from lms.helpdesk.queue.errors import TurnIsOver
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.queries import adviser_of, desk_of, duty_for, open_ticket_of
from lms.helpdesk.queue.service.acts import Acts, acting, ensure_own_hours, moved, on_duty
from lms.kernel.actor import Actor

LONGEST_PLACE = 40


class Duties(Acts):
    """Who is there today."""

    @retried
    async def begin_duty(self, actor: Actor, *, desk_id: UUID, place: str) -> DeskDuty:
        """I am there, at this table; whoever was at another desk has left that one. Twice is as good as once. Raises NoAdviser, NotYourHours.

        Somebody of the team who jumps in becomes an adviser by it, one who helps with everything.
        """
        now = self.clock()
        async with self.begin() as session:
            await desk_of(session, desk_id, lock=True)
            if policy.may_run(actor) and actor.person_id and await adviser_of(session, actor) is None:
                session.add(Adviser(person_id=actor.person_id, shown_name=actor.name))
                await session.flush()
            adviser = await acting(session, actor)
            await ensure_own_hours(session, adviser.id, desk_id, now, state=self.state)
            await session.execute(
                update(DeskDuty)
                .where(
                    DeskDuty.adviser_id == adviser.id,
                    DeskDuty.day == self.today,
                    DeskDuty.desk_id != desk_id,
                    DeskDuty.ended_at.is_(None),
                )
                .values(ended_at=now)
                .execution_options(synchronize_session=False)
            )
            duty = await duty_for(session, desk_id, self.today, adviser.id, lock=True)
            if duty is None:
                duty = DeskDuty(desk_id=desk_id, day=self.today, adviser_id=adviser.id, began_at=now)
                session.add(duty)
            duty.place, duty.paused_at, duty.ended_at = place.strip()[:LONGEST_PLACE], None, None
            await session.flush()
        return duty

    @retried
    async def pause(self, actor: Actor, *, desk_id: UUID) -> None:
        """A break: nobody is called by me, and the waiting time is reckoned without me."""
        async with self.begin() as session:
            duty = await on_duty(session, actor, desk_id, self.today)
            duty.paused_at = duty.paused_at or self.clock()

    @retried
    async def go_on(self, actor: Actor, *, desk_id: UUID) -> None:
        """The break is over."""
        async with self.begin() as session:
            (await on_duty(session, actor, desk_id, self.today)).paused_at = None

    @retried
    async def end_duty(self, actor: Actor, *, desk_id: UUID) -> None:
        """Finished for today. Whoever was called and has not come waits again; with somebody at the table: TurnIsOver."""
        async with self.begin() as session:
            duty = await on_duty(session, actor, desk_id, self.today)
            open_one = await open_ticket_of(session, duty)
            if open_one is not None:
                if open_one.state is TicketState.SERVING:
                    raise TurnIsOver
                await moved(
                    session, open_one.id, TicketState.CALLED, to=TicketState.WAITING,
                    adviser_id=None, place="", called_at=None,
                )  # fmt: skip
            duty.ended_at = self.clock()
