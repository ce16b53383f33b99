"""Keeping reservations and the run's summary true to its sessions. Plain functions inside somebody's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.kernel.period import Period
from lms.resources import reserving
from lms.resources.models import ReservationKind, Room
from lms.resources.reserving import AlreadyTaken, Claim, claim_room, reserve
from lms.scheduling import deadlines
from lms.scheduling.clubs.models import ClubRule
from lms.scheduling.clubs.rules import expected
from lms.scheduling.errors import DropInsTaken, ResourceTaken, RoomTooSmall
from lms.scheduling.models import Session, SessionState
from lms.scheduling.rules import summary_of
from lms.scheduling.tasks import follow_dates

TOO_SMALL = "room_too_small"
BELOW_TAKEN = "drop_ins_below_taken"


async def occupy(
    session: AsyncSession, meeting: Session, *, trainer_ids: Sequence[UUID], purpose: str
) -> None:
    """Reserve room and trainers for a session, releasing what it held before.

    Raises ResourceTaken when the database refuses an overlap, whoever came first (domain rule 4).
    """
    await release(session, [meeting.id])
    room = await session.get(Room, meeting.room_id) if meeting.room_id else None
    period = Period(meeting.starts_at, meeting.ends_at)
    claims = [
        Claim(period=period, trainer_id=trainer_id, venue_id=room.venue_id if room else None)
        for trainer_id in trainer_ids
    ]
    if room is not None:
        claims.append(claim_room(room, period))
    try:
        await reserve(session, claims, kind=ReservationKind.SESSION, purpose=purpose, session_id=meeting.id)
    except AlreadyTaken as refusal:
        raise ResourceTaken from refusal


async def release(session: AsyncSession, session_ids: Sequence[UUID]) -> None:
    """Give back what these sessions held; the rows stay as history."""
    await reserving.release(session, session_ids=session_ids)


async def flush(session: AsyncSession) -> None:
    """Let the database judge what was written; its refusals become ours."""
    try:
        await session.flush()
    except IntegrityError as error:
        refusal = str(error.orig)
        if TOO_SMALL in refusal:
            raise RoomTooSmall from error
        if BELOW_TAKEN in refusal:
            raise DropInsTaken from error
        raise


async def summarise(session: AsyncSession, run: Run, *, now: datetime) -> None:
    """Bring the run's own columns (first and last date, weekdays, place) up to what its sessions say."""
    await session.flush()
    meetings = (
        await session.scalars(
            select(Session)
            .where(Session.run_id == run.id, Session.state == SessionState.PLANNED)
            .order_by(Session.starts_at)
        )
    ).all()
    summary = summary_of(Period(meeting.starts_at, meeting.ends_at) for meeting in meetings)
    run.starts_at, run.ends_at = summary.starts_at, summary.ends_at
    run.session_count, run.total_minutes = summary.session_count, summary.total_minutes
    run.weekdays, run.dayparts = summary.weekdays, summary.dayparts
    run.room_id = next((meeting.room_id for meeting in meetings if meeting.room_id), None)
    run.is_online = bool(meetings) and all(meeting.online_url and not meeting.room_id for meeting in meetings)
    room = await session.get(Room, run.room_id) if run.room_id else None
    run.venue_id = room.venue_id if room else None
    run.step_free = bool(room and room.step_free)
    if run.is_open_ended:
        await show_next(session, run, now)
    else:
        deadlines.follow_dates(run, [meeting.starts_at for meeting in meetings])
    await follow_dates(session, run)


async def show_next(session: AsyncSession, run: Run, now: datetime) -> None:
    """Let lists show the next date of a club: that is when whoever joins today begins.

    Where none is known it makes a pause (`Run.is_pausing`), and the day on which it probably goes on is shown.
    """
    coming: Sequence[Any] = (
        await session.execute(
            select(func.min(Session.starts_at), func.max(Session.ends_at)).where(
                Session.run_id == run.id, Session.state == SessionState.PLANNED, Session.starts_at > now
            )
        )
    ).one()
    if coming[0] is not None:
        run.starts_at, run.ends_at = coming
        return
    rule = await session.get(ClubRule, run.id)
    if rule is not None and (probably := expected(rule)) is not None:
        run.starts_at = run.ends_at = probably.start
