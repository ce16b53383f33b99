"""The watch against ballot stuffing: what looks strange is shown to the team, and nothing happens by itself."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.participation.counting import LIVE
from lms.participation.models import Vote, VoteState, Way, Wish

BURST, WINDOW, CROWD = 8, timedelta(hours=1), 30
WATCHED = timedelta(days=30)
"""So long the trace of an internet address is kept (`forgetting`)."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that may be ballot stuffing: the team looks."""

    what: str
    wish: Wish
    number: int
    source: str = ""


async def alarms(session: AsyncSession, now: datetime) -> Sequence[Alarm]:
    """Many votes for one wish from one internet address, very many within any hour, many that nobody confirms; of 30 days.

    The address of a library or a school is one as well: the team decides, nothing happens by itself. Four statements.
    """
    recent = (Vote.created_at >= now - WATCHED, Vote.way == Way.ONLINE)
    per_wish = select(Vote.wish_id, func.count()).group_by(Vote.wish_id)
    one_address = await session.execute(
        select(Vote.wish_id, func.count(), Vote.source)
        .where(*recent, Vote.source != "", Vote.state.in_(LIVE))
        .group_by(Vote.wish_id, Vote.source)
        .having(func.count() >= BURST)
    )
    waiting = await session.execute(
        per_wish.where(*recent, Vote.state == VoteState.PENDING).having(func.count() >= BURST)
    )
    found = [
        *(("address", *row) for row in one_address),
        *(("crowd", *row, "") for row in await _crowds(session, recent)),
        *(("waiting", *row, "") for row in waiting),
    ]
    if not found:
        return []
    named = {
        one.id: one
        for one in await session.scalars(select(Wish).where(Wish.id.in_({row[1] for row in found})))
    }
    return [Alarm(what, named[wish_id], number, source) for what, wish_id, number, source in found]


async def _crowds(session: AsyncSession, recent: Sequence[ColumnElement[bool]]) -> list[tuple[UUID, int]]:
    """The fullest hour of each wish that had one with very many votes, whenever it was."""
    many = (
        select(Vote.wish_id)
        .where(*recent, Vote.state.in_(LIVE))
        .group_by(Vote.wish_id)
        .having(func.count() >= CROWD)
    )
    rows = await session.execute(
        select(Vote.wish_id, Vote.created_at)
        .where(*recent, Vote.state.in_(LIVE), Vote.wish_id.in_(many))
        .order_by(Vote.created_at)
    )
    moments: dict[UUID, list[datetime]] = defaultdict(list)
    for wish_id, at in rows:
        moments[wish_id].append(at)
    fullest = [(wish_id, most_within(given, WINDOW)) for wish_id, given in moments.items()]
    return [(wish_id, number) for wish_id, number in fullest if number >= CROWD]


def most_within(moments: Sequence[datetime], window: timedelta) -> int:
    """How many of these moments, in order, lie closest together within so long a time."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] > window:
            first += 1
        most = max(most, last - first + 1)
    return most


async def recent_votes(
    session: AsyncSession, wish_id: UUID, now: datetime, *, source: str = ""
) -> Sequence[Vote]:
    """The online votes of 30 days for a wish that count or wait, in order; only those from one address with `source`."""
    wanted = select(Vote).where(
        Vote.wish_id == wish_id,
        Vote.created_at >= now - WATCHED,
        Vote.way == Way.ONLINE,
        Vote.state.in_(LIVE),
    )
    if source:
        wanted = wanted.where(Vote.source == source)
    return (await session.scalars(wanted.order_by(Vote.created_at, Vote.id))).all()
