"""What people wanted and did not get, or gave up, in a session of the database that somebody else opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.enrolment.lists.models import Interest
from lms.enrolment.models import HANDED_OVER, MOVED_AWAY, Enrolment, EnrolmentState, ListEvent
from lms.reports.figures.programme import Kind, Taught, is_wanted
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span

BY_CENTRE = "run_cancelled"


@dataclass(frozen=True, slots=True)
class Demand:
    """`left` gave back a confirmed place in a run that counts; `interest` is None where it is of no line, venue or trainer."""

    left: int
    runs_cancelled: int
    waiting: int
    interest: int | None


async def demand(
    session: AsyncSession,
    span: Span,
    now: datetime,
    selection: Selection,
    runs: Mapping[UUID, Taught],
    known: Mapping[UUID, Kind],
) -> Demand:
    """Four statements."""
    gone = await session.execute(
        select(Enrolment.run_id, func.count())
        .where(
            Enrolment.state == EnrolmentState.CANCELLED,
            Enrolment.confirmed_at.is_not(None),
            Enrolment.ended_reason.not_in((MOVED_AWAY, HANDED_OVER, BY_CENTRE)),
        )
        .group_by(Enrolment.run_id)
    )
    cancelled = await session.execute(
        select(Run.course_id, func.count())
        .where(Run.state == RunState.CANCELLED, Run.starts_at >= span.starts, Run.starts_at < span.until)
        .group_by(Run.course_id)
    )
    at_the_end = min(span.until, now)
    stood = exists().where(ListEvent.party_id == Enrolment.party_id, ListEvent.kind == "joined")
    waited = await session.execute(
        select(Enrolment.run_id, Run.course_id, func.count())
        .join(Run, Run.id == Enrolment.run_id)
        .where(
            Enrolment.person_id.is_not(None),
            Enrolment.created_at < at_the_end,
            or_(
                Enrolment.state == EnrolmentState.WAITING,
                stood & Enrolment.confirmed_at.is_(None) & (Enrolment.ended_at >= at_the_end),
                stood & (Enrolment.confirmed_at >= at_the_end),
            ),
        )
        .group_by(Enrolment.run_id, Run.course_id)
    )
    asked = await session.execute(
        select(Interest.course_id, func.count())
        .where(
            Interest.created_at >= span.starts,
            Interest.created_at < span.until,
            Interest.confirmed_at.is_not(None),
        )
        .group_by(Interest.course_id)
    )

    def fits(course_id: UUID | None) -> bool:
        if course_id is None:
            return selection.is_everything
        return is_wanted(known[course_id], selection)

    return Demand(
        left=sum(count for run_id, count in gone if run_id in runs),
        runs_cancelled=sum(count for course_id, count in cancelled if fits(course_id)),
        waiting=sum(
            count
            for run_id, course_id, count in waited
            if (run_id in runs if selection.is_of_hours else fits(course_id))
        ),
        interest=None
        if selection.is_of_hours
        else sum(count for course_id, count in asked if fits(course_id)),
    )
