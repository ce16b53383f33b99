"""What every part of the service stands on."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import Adviser, Ticket, TicketState
from lms.helpdesk.queue import policy, rules
from lms.helpdesk.queue.errors import NoAdviser, NotAtWork, NotYourHours
from lms.helpdesk.queue.models import DeskDuty
from lms.helpdesk.queue.queries import adviser_of, desk_of, duty_for, sitting
from lms.kernel.actor import Actor
from lms.kernel.clock import local, today
from lms.kernel.errors import SignInNeeded
from lms.people.models import Person
from lms.people.rules import is_minor
from lms.web.module import Around


class Acts:
    """Opens transactions for the parts of the service."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.state = around.settings.federal_state

    @property
    def today(self) -> date:
        """The day at the desks."""
        return today(self.clock)


async def acting(session: AsyncSession, actor: Actor) -> Adviser:
    """The adviser who acts. Raises NoAdviser, and SignInNeeded for somebody not signed in."""
    if not actor.is_signed_in:
        raise SignInNeeded
    adviser = await adviser_of(session, actor)
    if adviser is None or not policy.may_advise(actor, adviser):
        raise NoAdviser
    return adviser


async def ensure_own_hours(
    session: AsyncSession, adviser_id: UUID, desk_id: UUID, now: datetime, *, state: str
) -> None:
    """Somebody under 18 may call people in their own hours alone, in which an adult sits beside them. Raises NotYourHours."""
    day = local(now).date()
    born = await session.scalar(
        select(Person.birth_date)
        .join(Adviser, Adviser.person_id == Person.id)
        .where(Adviser.id == adviser_id)
    )
    if not is_minor(born, day):
        return
    desk = await desk_of(session, desk_id)
    there = (await sitting(session, [desk], day, state=state))[desk_id]
    if not any(adviser_id in who and hours.start - rules.EARLY <= now < hours.end for hours, who in there):
        raise NotYourHours


async def on_duty(session: AsyncSession, actor: Actor, desk_id: UUID, day: date) -> DeskDuty:
    """The acting adviser's duty, under its lock: two clicks of one adviser queue here. Raises NotAtWork, NoAdviser."""
    adviser = await acting(session, actor)
    duty = await duty_for(session, desk_id, day, adviser.id, lock=True)
    if duty is None or duty.ended_at is not None:
        raise NotAtWork
    return duty


async def moved(
    session: AsyncSession, ticket_id: UUID, *states: TicketState, to: TicketState, **more: Any
) -> bool:
    """Whether the number was in one of these states and now is in the new one.

    One conditional statement: of several who want the same number exactly one gets it.
    """
    done = await session.execute(
        update(Ticket)
        .where(Ticket.id == ticket_id, Ticket.state.in_(states))
        .values(state=to, version=Ticket.version + 1, **more)
        .execution_options(synchronize_session=False)
    )
    return bool(cast(CursorResult[Any], done).rowcount)


def is_recent(moment: datetime | None, now: datetime, span: Any) -> bool:
    """Whether something happened so short a time ago that it can be taken back."""
    return moment is not None and now - moment <= span
