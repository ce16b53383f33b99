"""The to-do list of a run: begun from patterns, its days follow the run's dates. Plain functions in somebody's transaction."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.kernel.clock import local
from lms.scheduling.models import RunTask, TaskPattern


async def start_tasks(session: AsyncSession, run: Run) -> None:
    """Give a new run the tasks of all patterns; a run that has any already keeps what it has."""
    if await session.scalar(select(RunTask.id).where(RunTask.run_id == run.id).limit(1)) is not None:
        await follow_dates(session, run)
        return
    patterns = await session.scalars(select(TaskPattern).order_by(TaskPattern.position, TaskPattern.title))
    session.add_all(
        RunTask(
            run_id=run.id,
            title=pattern.title,
            days_before=pattern.days_before,
            due_on=due_on(run, pattern.days_before),
            position=position,
        )
        for position, pattern in enumerate(patterns, start=1)
    )
    await session.flush()


async def follow_dates(session: AsyncSession, run: Run) -> None:
    """Let the days of what is not done yet follow the run's first and last session."""
    open_tasks = await session.scalars(
        select(RunTask).where(
            RunTask.run_id == run.id, RunTask.done_at.is_(None), RunTask.days_before.is_not(None)
        )
    )
    for task in open_tasks:
        task.due_on = due_on(run, task.days_before or 0)


def due_on(run: Run, days_before: int) -> date | None:
    """So many days before the first session, or when negative after the last; None without dates."""
    if days_before < 0:
        return local(run.ends_at).date() + timedelta(days=-days_before) if run.ends_at else None
    return local(run.starts_at).date() - timedelta(days=days_before) if run.starts_at else None
