"""What the clock does: reminding on the day before, holding the rooms, and forgetting who somebody was."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from lms.db import retried
from lms.helpdesk.letters import remind
from lms.helpdesk.models import Appointment, AppointmentState, HelpDesk
from lms.helpdesk.rooms import hold
from lms.helpdesk.rules import KEPT_AFTER, reminded_from
from lms.helpdesk.service.acts import locked_desk
from lms.web.module import Around

AT_ONCE = 200
LEAST_AHEAD = timedelta(hours=2)
"""Whoever booked the day before needs no reminder, and nobody is reminded of what begins in an hour."""
FORGOTTEN: Mapping[str, object] = {
    "name": "", "phone": "", "email": None, "note": "", "address": "", "answers": {}, "person_id": None,
    "company_id": None, "call_since": None, "call_about": "", "reason": "",
}  # fmt: skip


class DeskRhythm:
    """Every public method may be done twice."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.state = around.settings.federal_state

    async def remind(self) -> int:
        """Write to everybody whose appointment is tomorrow; says how many."""
        now = self.clock()
        async with self.begin.reading() as session:
            rows = await session.execute(
                select(Appointment.id, Appointment.starts_at, Appointment.created_at)
                .where(
                    Appointment.state == AppointmentState.BOOKED,
                    Appointment.reminded_at.is_(None),
                    Appointment.starts_at > now + LEAST_AHEAD,
                    Appointment.starts_at < now + timedelta(days=2),
                )
                .order_by(Appointment.starts_at)
                .limit(AT_ONCE)
            )
            due = [one for one, starts_at, made_at in rows if _is_due(starts_at, made_at, now)]
        for appointment_id in due:
            await self._remind_one(appointment_id, now)
        return len(due)

    @retried
    async def _remind_one(self, appointment_id: UUID, now: datetime) -> None:
        async with self.begin() as session:
            taken = await session.execute(
                update(Appointment)
                .where(
                    Appointment.id == appointment_id,
                    Appointment.reminded_at.is_(None),
                    Appointment.state == AppointmentState.BOOKED,
                )
                .values(reminded_at=now)
                .returning(Appointment.id)
            )
            if taken.first() is not None:
                await remind(session, appointment_id, at=now)

    async def hold_rooms(self) -> None:
        """Every desk has its room in its hours of the next eight weeks, where nothing else has it."""
        async with self.begin.reading() as session:
            desks = (await session.scalars(select(HelpDesk.id))).all()
        for desk_id in desks:
            await self._hold_room(desk_id)

    @retried
    async def _hold_room(self, desk_id: UUID) -> None:
        async with self.begin() as session:
            await hold(session, await locked_desk(session, desk_id), now=self.clock(), state=self.state)

    @retried
    async def forget(self) -> int:
        """Empty name, number and all that was said of appointments long over; what is counted stays. Says how many."""
        now = self.clock()
        async with self.begin() as session:
            gone = await session.execute(
                update(Appointment)
                .where(
                    Appointment.forgotten_at.is_(None),
                    Appointment.ends_at < now - KEPT_AFTER,
                )
                .values(**FORGOTTEN, forgotten_at=now, link_version=Appointment.link_version + 1)
                .returning(Appointment.id)
            )
            return len(gone.all())


def _is_due(starts_at: datetime, made_at: datetime, now: datetime) -> bool:
    """From nine in the morning of the day before on, unless it was booked after that."""
    since = reminded_from(starts_at)
    return since <= now and made_at < since
