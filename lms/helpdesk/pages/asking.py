"""What the pages that ask for an appointment share: reading the address, and the times as choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.helpdesk.models import HelpTopic
from lms.helpdesk.queries import Placed, desk_of, desks, times_ahead, topic_of
from lms.helpdesk.rules import Slot, by_day
from lms.helpdesk.schedule import Schedule
from lms.kernel.errors import NotFound
from lms.web.module import Around
from lms.web.sent import uuid_in

SHAPE = "%Y%m%dT%H%MZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One place with what is free there."""

    placed: Placed
    free: Sequence[Slot]

    @property
    def first(self) -> Slot | None:
        """The next time."""
        return self.free[0] if self.free else None

    @property
    def days(self) -> Mapping[date, list[Slot]]:
        """The times by day."""
        return by_day(self.free)


def as_value(moment: datetime) -> str:
    """A moment in an address: 20261201T0900Z."""
    return moment.astimezone(UTC).strftime(SHAPE)


def moment_in(sent: object) -> datetime | None:
    """The moment that was sent; None where there is none, or something else."""
    try:
        return datetime.strptime(str(sent or ""), SHAPE).replace(tzinfo=UTC)
    except ValueError:
        return None


def day_in(sent: object) -> date | None:
    """The day that was sent; None where there is none, or something else."""
    try:
        return date.fromisoformat(str(sent or ""))
    except ValueError:
        return None


async def choices_of(session: AsyncSession, around: Around, topic: HelpTopic) -> list[Choice]:
    """The places at which somebody helps with this topic, those with a free time first."""
    placed = await desks(session, topic.audience)
    schedule = await times_ahead(session, placed, now=around.clock(), state=around.settings.federal_state)
    able = schedule.able(topic.id)
    found = [
        Choice(placed=one, free=schedule.free(one.desk.id, topic.id))
        for one in placed
        if _is_served(schedule, one.desk.id, able)
    ]
    return sorted(found, key=lambda one: not one.free)


async def choice_of(
    session: AsyncSession, around: Around, topic_id: object, desk_id: object
) -> tuple[HelpTopic, Choice]:
    """Topic and place out of an address. Raises NotFound."""
    topic = await topic_of(session, uuid_in(topic_id))
    placed = await desk_of(session, uuid_in(desk_id))
    if placed.desk.kind is not topic.audience or placed.desk.ended_at is not None:
        raise NotFound
    schedule = await times_ahead(session, [placed], now=around.clock(), state=around.settings.federal_state)
    return topic, Choice(placed=placed, free=schedule.free(placed.desk.id, topic.id))


def groups_of(free: Sequence[Slot]) -> list[tuple[str, list[Slot]]]:
    """The times of a day by "morning" and "afternoon"; none of them is empty."""
    halves = [("morning", [one for one in free if one.is_morning])]
    halves.append(("afternoon", [one for one in free if not one.is_morning]))
    return [(name, times) for name, times in halves if times]


def _is_served(schedule: Schedule, desk_id: UUID, able: Any) -> bool:
    plan = schedule.plans[desk_id]
    sitting = {who for one in plan.weekly for who in one.advisers} | {one.adviser for one in plan.extra}
    return bool(sitting & able)
