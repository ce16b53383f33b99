"""What was done with the paper ballots of a round: every entry, and how far the second count is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.participation.models import Ballot, BallotAct, BallotEvent, BallotState


@dataclass(frozen=True, slots=True)
class Check:
    """How far the second count is: sheets that stand, those counted twice, and those on which two disagree."""

    sheets: int
    recounted: int
    differing: Sequence[int]


async def check_of(session: AsyncSession, round_id: UUID) -> Check:
    """The latest second count of each sheet since its last entry; two statements."""
    standing = {
        one.sheet: one
        for one in await session.scalars(
            select(Ballot).where(Ballot.round_id == round_id, Ballot.state != BallotState.VOID)
        )
    }
    latest: dict[int, BallotEvent] = {}
    for event in await session.scalars(
        select(BallotEvent)
        .where(BallotEvent.round_id == round_id, BallotEvent.act == BallotAct.RECOUNTED)
        .order_by(BallotEvent.done_at, BallotEvent.id)
    ):
        ballot = standing.get(event.sheet)
        if ballot is not None and event.done_at >= ballot.entered_at:
            latest[event.sheet] = event
    differing = sorted(sheet for sheet, event in latest.items() if event.reason)
    return Check(len(standing), len(latest), differing)


async def protocol(session: AsyncSession, round_id: UUID) -> Sequence[BallotEvent]:
    """Everything that was done with the sheets of a round, in the order of time."""
    found = await session.scalars(
        select(BallotEvent)
        .where(BallotEvent.round_id == round_id)
        .order_by(BallotEvent.done_at, BallotEvent.sheet, BallotEvent.id)
    )
    return found.all()


async def latest_sheets(session: AsyncSession, round_id: UUID, *, limit: int = 30) -> Sequence[Ballot]:
    """The sheets that were typed in last, the latest first."""
    found = await session.scalars(
        select(Ballot)
        .where(Ballot.round_id == round_id)
        .order_by(Ballot.entered_at.desc(), Ballot.sheet.desc())
        .limit(limit)
    )
    return found.all()
