"""Who stayed away without a word (F-E21): counted out of the registers, never stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.models import Attendance, Presence
from lms.enrolment.models import Enrolment
from lms.scheduling.models import Session, SessionState

LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Missed:
    """In the last twelve months: `sessions` missed without excuse, `runs` to which somebody with a place never came at all."""

    sessions: int = 0
    runs: int = 0


async def missed_by(
    session: AsyncSession, person_ids: Collection[UUID], now: datetime
) -> Mapping[UUID, Missed]:
    """What these persons missed; those who missed nothing are not in it. One statement.

    Excused absences and sessions that nobody has marked do not count, nor what the centre cancelled.
    """
    absent = func.sum(case((Attendance.presence == Presence.ABSENT, 1), else_=0))
    by_run = (
        select(Enrolment.person_id.label("person_id"), absent.label("absent"), func.count().label("marked"))
        .select_from(Attendance)
        .join(Session, Session.id == Attendance.session_id)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .where(
            Enrolment.person_id.in_(list(person_ids)),
            Session.state != SessionState.CANCELLED,
            Session.starts_at > now - LOOKED_BACK,
        )
        .group_by(Enrolment.person_id, Enrolment.id)
        .having(absent > 0)
        .subquery()
    )
    never = func.sum(case((by_run.c.absent == by_run.c.marked, 1), else_=0))
    rows = await session.execute(
        select(by_run.c.person_id, func.sum(by_run.c.absent), never).group_by(by_run.c.person_id)
    )
    return {person_id: Missed(int(sessions), int(runs)) for person_id, sessions, runs in rows}
