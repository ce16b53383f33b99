"""Reading when trainers are busy by their own calendars, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import column, select, table, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from lms.kernel.period import Period
from lms.trainers.busy.models import BusyCalendar, BusyPeriod

_OURS = (table("session", column("id", Uuid())), table("booking_date", column("id", Uuid())))
BATCH = 500


async def busy_by_own_calendar(
    session: AsyncSession, person_ids: Collection[UUID], first: datetime, last: datetime
) -> Mapping[UUID, Sequence[Period]]:
    """When these persons have something else between the two moments, in order of time. One statement."""
    rows = await session.execute(
        select(BusyPeriod.person_id, BusyPeriod.starts_at, BusyPeriod.ends_at)
        .where(BusyPeriod.person_id.in_(person_ids), BusyPeriod.starts_at < last, BusyPeriod.ends_at > first)
        .order_by(BusyPeriod.starts_at, BusyPeriod.ends_at)
    )
    found: dict[UUID, list[Period]] = defaultdict(list)
    for person_id, starts_at, ends_at in rows:
        found[person_id].append(Period(starts_at, ends_at))
    return found


async def calendars_of(session: AsyncSession, person_id: UUID) -> Sequence[BusyCalendar]:
    """The calendars that somebody has named, the oldest first."""
    return (
        await session.scalars(
            select(BusyCalendar)
            .where(BusyCalendar.person_id == person_id)
            .order_by(BusyCalendar.created_at, BusyCalendar.id)
        )
    ).all()


async def ours_among(session: AsyncSession, ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these ids are sessions or booked dates of ours: a calendar that shows our own dates says nothing new."""
    found: set[UUID] = set()
    wanted = sorted(ids, key=str)
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        asked = union(*(select(one.c.id).where(one.c.id.in_(some)) for one in _OURS))
        found |= set(await session.scalars(asked))
    return frozenset(found)
