"""Work that is told run by run: too few people, drafts, corrections, tasks of a run that are overdue."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.minimum.queries import AtRisk, at_risk
from lms.kernel.clock import at_venue, local
from lms.portal.desk.due import is_kept_idea
from lms.portal.desk.task import Task
from lms.portal.desk.words import spoken
from lms.scheduling.models import (
    Preparation,
    ProofState,
    RunTask,
)
from lms.web.formats import date_long
from lms.web.language import gettext

DECIDE_WITHIN = timedelta(days=7)
"""So long before the day of decision a run with too few people is put before the planner (F-B14)."""
PUBLISH_WITHIN = timedelta(days=35)
MOST_NAMED = 20


async def small_runs(session: AsyncSession, now: datetime, days_before: int) -> Sequence[Task]:
    """Runs with too few people whose day of decision comes near, and questions that can be decided (F-B14)."""
    rows, _ = await at_risk(
        session, now, days_before=days_before, within=DECIDE_WITHIN.days, limit=MOST_NAMED
    )
    return [_decision(row, now) for row in rows]


def _decision(row: AtRisk, now: datetime) -> Task:
    run, day = row.run, row.decide_on or local(now).date()
    title = spoken(row.course.title_de, row.course.title_en)
    due = at_venue(day, time(12))
    if row.proposal is not None:
        sentence = gettext(
            "Run %(number)s (%(title)s): %(yes)s of %(asked)s have agreed to the change, %(open)s open, decision until %(day)s",
            number=run.number, title=title, yes=row.count.yes, asked=row.count.asked, open=row.count.open,
            day=date_long(day),
        )  # fmt: skip
    else:
        sentence = gettext(
            "Run %(number)s (%(title)s) has %(occupied)s of %(minimum)s enrolments, decision until %(day)s",
            number=run.number, title=title, occupied=run.occupied, minimum=run.minimum, day=date_long(day),
        )  # fmt: skip
    return Task(
        sentence, f"/verwaltung/entscheidungen/{run.id}", due, is_late=day < local(now).date(), says_when=True
    )


async def drafts(session: AsyncSession, now: datetime) -> Sequence[Task]:
    rows = await session.execute(
        select(Run.id, Run.number, Run.starts_at, Course.title_de, Course.title_en)
        .join(Course, Course.id == Run.course_id)
        .where(
            Run.state == RunState.DRAFT,
            or_(Run.starts_at.is_(None), Run.starts_at <= now + PUBLISH_WITHIN),
            or_(Run.starts_at.is_(None), Run.starts_at > now),
            or_(Run.starts_at.is_not(None), ~is_kept_idea()),
        )
        .order_by(Run.starts_at)
        .limit(MOST_NAMED)
    )
    return [
        Task(
            gettext(
                "Run %(number)s (%(title)s) begins on %(day)s and is not published",
                number=row.number,
                title=spoken(row.title_de, row.title_en),
                day=date_long(row.starts_at),
            )
            if row.starts_at
            else gettext(
                "Run %(number)s (%(title)s) has no dates yet",
                number=row.number,
                title=spoken(row.title_de, row.title_en),
            ),
            f"/verwaltung/durchfuehrungen/{row.id}",
            row.starts_at or now,
            says_when=True,
        )
        for row in rows
    ]


async def corrections(session: AsyncSession) -> Sequence[Task]:
    """Drafts that the trainer has sent back."""
    rows = await session.execute(
        select(Run.id, Run.number, Preparation.proof_answered_at, Course.title_de, Course.title_en)
        .join(Preparation, Preparation.run_id == Run.id)
        .join(Course, Course.id == Run.course_id)
        .where(Run.state == RunState.DRAFT, Preparation.proof == ProofState.CORRECTED)
        .order_by(Preparation.proof_answered_at)
        .limit(MOST_NAMED)
    )
    return [
        Task(
            gettext(
                "Run %(number)s (%(title)s) has come back with corrections",
                number=row.number,
                title=spoken(row.title_de, row.title_en),
            ),
            f"/verwaltung/durchfuehrungen/{row.id}/korrektur",
            row.proof_answered_at,
            says_when=True,
        )
        for row in rows
    ]


async def overdue_tasks(session: AsyncSession, now: datetime) -> Sequence[Task]:
    """Tasks of runs whose day has come and that nobody has ticked (F-B17)."""
    rows = await session.execute(
        select(RunTask.title, RunTask.due_on, Run.id, Run.number)
        .join(Run, Run.id == RunTask.run_id)
        .where(
            RunTask.done_at.is_(None),
            RunTask.due_on <= local(now).date(),
            Run.state.not_in([RunState.CANCELLED]),
        )
        .order_by(RunTask.due_on, RunTask.position)
        .limit(MOST_NAMED)
    )
    return [
        Task(
            gettext("%(task)s (run %(number)s)", task=row.title, number=row.number),
            f"/verwaltung/durchfuehrungen/{row.id}#aufgaben",
            at_venue(row.due_on, time(12)),
            is_late=row.due_on < local(now).date(),
        )
        for row in rows
    ]
