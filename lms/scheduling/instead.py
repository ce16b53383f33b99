"""What would work instead of one line of a change set: the one place that asks for alternatives to changed dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.clock import at_venue, local
from lms.kernel.period import Period
from lms.scheduling.demands import Ground, demands_of, wanted_of
from lms.scheduling.feasibility import load_world, nearest
from lms.scheduling.feasibility.searching import on_other_days
from lms.scheduling.foreseeing import Line

DAYS_AROUND = 14
MOST = 3
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Instead:
    """When and where a session could be; `room` is the room's name, empty online."""

    period: Period
    room_id: UUID | None
    room: str


async def alternatives_to(
    session: AsyncSession, line: Line, ground: Ground, *, besides: Sequence[UUID], now: datetime
) -> Sequence[Instead]:
    """The three nearest times and rooms that work in all dimensions, from tomorrow on; a dozen statements."""
    if line.after is None:
        return []
    wanted = wanted_of((await demands_of(session, {line.run.id: line.run}))[line.run.id], [line.after])
    world = await load_world(
        session,
        wanted,
        state=ground.federal_state,
        travel_minutes=ground.travel_minutes,
        besides=besides,
        with_alternatives=True,
    )

    def is_taught(day: date) -> bool:
        return day.weekday() != SUNDAY and day not in world.closed

    shifted = on_other_days(line.after.period, range(-DAYS_AROUND, DAYS_AROUND + 1), is_taught)
    tomorrow = at_venue(local(now).date() + timedelta(days=1), time())
    found = [
        Instead(one.periods[0], one.room_id, world.rooms[one.room_id].name if one.room_id else "")
        for one in nearest(wanted, world, shifted, not_before=tomorrow, most=MOST + 1)
    ]
    return [one for one in found if not _is_as_before(one, line)][:MOST]


def _is_as_before(one: Instead, line: Line) -> bool:
    """Where and when it is already is no way out."""
    return line.before is not None and (one.period, one.room_id) == (line.before.period, line.before.room_id)
