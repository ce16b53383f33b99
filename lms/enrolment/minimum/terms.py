"""From what staff chose to the exact terms that people are asked about, and from those to a change of dates."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.enrolment.errors import OthersWait
from lms.enrolment.minimum import rules
from lms.enrolment.minimum.errors import (
    AgreedDatesChanged,
    FeeTooHigh,
    NoSuchRun,
    NothingChanges,
    NothingChosen,
    TooFewPlaces,
)
from lms.enrolment.minimum.models import Measure
from lms.enrolment.minimum.queries import planned_sessions
from lms.enrolment.minimum.values import Dated, Moved, Terms, Wish
from lms.enrolment.rules import TAKES_PEOPLE
from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.scheduling.change_set import ChangeSet, InRoom, SessionChange
from lms.scheduling.demands import Ground
from lms.scheduling.foreseeing import foresee, refuse_obstacles
from lms.scheduling.models import Session
from lms.scheduling.rules import period_on


async def terms_for(
    session: AsyncSession, run: Run, wish: Wish, *, people: int, ground: Ground, now: datetime
) -> Terms:
    """What exactly people are asked about. Raises what is wrong with the wish, and ResourceTaken for dates that do not work."""
    if not 0 <= wish.price_cents <= rules.MOST_CENTS:
        raise FeeTooHigh
    if wish.measure is Measure.MERGE:
        return await _into(session, run, wish, people=people, now=now)
    meetings = await planned_sessions(session, run.id)
    terms = Terms(base_cents=run.price_cents, price_cents=wish.price_cents)
    if wish.measure is Measure.SMALL_GROUP:
        if wish.price_cents == run.price_cents:
            raise NothingChanges
        return terms
    if wish.measure is Measure.SHORTEN:
        dropped = [one for one in meetings if one.id in set(wish.dropped) and one.starts_at > now]
        if not dropped or len(dropped) != len(set(wish.dropped)) or len(dropped) == len(meetings):
            raise NothingChosen
        return Terms(
            base_cents=run.price_cents, price_cents=wish.price_cents, dropped=[dated(one) for one in dropped]
        )
    moved = moved_by(meetings, wish.days, now)
    if not moved:
        raise NothingChanges
    terms = Terms(base_cents=run.price_cents, price_cents=run.price_cents, moved=moved)
    wanted = change_set(terms, meetings, reason=wish.reason)
    refuse_obstacles(await foresee(session, wanted, ground, now=now))
    return terms


async def _into(session: AsyncSession, run: Run, wish: Wish, *, people: int, now: datetime) -> Terms:
    other = await session.get(Run, wish.into_id) if wish.into_id else None
    if (
        other is None
        or other.id == run.id
        or other.course_id != run.course_id
        or other.state not in TAKES_PEOPLE
        or other.starts_at is None
        or other.starts_at <= now
    ):
        raise NoSuchRun
    if other.waiting:
        raise OthersWait
    if other.free < people:
        raise TooFewPlaces(free=other.free, needed=people)
    dates = await planned_sessions(session, other.id)
    return Terms(
        base_cents=run.price_cents,
        price_cents=min(run.price_cents, other.price_cents),
        into_id=other.id,
        into=[dated(one) for one in dates],
    )


def dated(meeting: Session) -> Dated:
    """A session as it is now."""
    return Dated(
        session_id=meeting.id, starts_at=meeting.starts_at, ends_at=meeting.ends_at, room_id=meeting.room_id
    )


def moved_by(meetings: Sequence[Session], days: int, now: datetime) -> list[Moved]:
    """The sessions to come, so many days later (or earlier) at the same hour of the wall clock. Raises NoSuchTime."""
    if not days:
        return []
    moved = []
    for one in meetings:
        if one.starts_at <= now:
            continue
        begins = local(one.starts_at)
        period = period_on(begins.date() + timedelta(days=days), begins.time(), one.minutes)
        moved.append(
            Moved(before=dated(one), starts_at=period.start, ends_at=period.end, room_id=one.room_id)
        )
    return moved


def change_set(terms: Terms, meetings: Sequence[Session], *, reason: str) -> ChangeSet:
    """The change of dates that the terms mean. Raises AgreedDatesChanged where a session is not what people were asked about."""
    now: dict[UUID, Session] = {one.id: one for one in meetings}
    changes = [
        SessionChange(session_id=one.session_id, version=_unchanged(now, one), is_cancelled=True)
        for one in terms.dropped
    ]
    changes += [
        SessionChange(
            session_id=one.before.session_id,
            version=_unchanged(now, one.before),
            period=Period(one.starts_at, one.ends_at),
            room=InRoom(one.room_id),
        )
        for one in terms.moved
    ]
    return ChangeSet(changes=changes, reason=reason, is_told_apart=True)


def refuse_other_dates(terms: Terms, meetings: Sequence[Session]) -> None:
    """Raises AgreedDatesChanged unless the other run takes place when those asked were told."""
    agreed = [(one.session_id, one.starts_at, one.ends_at) for one in terms.into]
    if agreed != [(one.id, one.starts_at, one.ends_at) for one in meetings]:
        raise AgreedDatesChanged


def _unchanged(now: dict[UUID, Session], asked: Dated) -> int:
    """The version of a session that still is when it was: who teaches it may have changed."""
    found = now.get(asked.session_id)
    if found is None or (found.starts_at, found.ends_at) != (asked.starts_at, asked.ends_at):
        raise AgreedDatesChanged
    return found.version
