"""The to-do list of a run, and the patterns it begins with (F-B17)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.scheduling import policy
from lms.scheduling.models import RunTask, TaskPattern
from lms.scheduling.queries import run_of
from lms.scheduling.service.acts import Acts
from lms.scheduling.tasks import due_on


@dataclass(frozen=True, slots=True)
class PatternFacts:
    """What a pattern says: what is to be done, and how many days before the first session (negative: after the last)."""

    title: str
    days_before: int

    def seen(self) -> str:
        """How a page remembers what it showed."""
        return f"{self.days_before} {self.title}"


def day_seen(task: RunTask) -> str:
    """How a page remembers the day that it showed."""
    return task.due_on.isoformat() if task.due_on else ""


class ToDo(Acts):
    """What staff do about tasks."""

    @retried
    async def add_task(
        self, actor: Actor, *, run_id: UUID, task_id: UUID, title: str, due: date | None
    ) -> RunTask:
        """One more task for a run. Under one `task_id` it is added once."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            await run_of(session, run_id, lock=True)
            known = await session.get(RunTask, task_id)
            if known is not None:
                if known.run_id != run_id:
                    raise NotFound
                return known
            last = await session.scalar(select(func.max(RunTask.position)).where(RunTask.run_id == run_id))
            task = RunTask(id=task_id, run_id=run_id, title=title, due_on=due, position=(last or 0) + 1)
            session.add(task)
        return task

    @retried
    async def tick_task(self, actor: Actor, *, run_id: UUID, task_id: UUID) -> None:
        """It is done: now, by whoever says so. Twice is as good as once."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            task = await self._task(session, run_id, task_id)
            if task is None:
                raise NotFound
            if task.done_at is None:
                task.done_at, task.done_by = self.clock(), actor.name

    @retried
    async def untick_task(self, actor: Actor, *, run_id: UUID, task_id: UUID) -> None:
        """It is not done after all; its day follows the run's dates again."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            task = await self._task(session, run_id, task_id)
            if task is None:
                raise NotFound
            task.done_at, task.done_by = None, ""
            if task.days_before is not None:
                task.due_on = due_on(run, task.days_before)

    @retried
    async def date_task(
        self, actor: Actor, *, run_id: UUID, task_id: UUID, due: date | None, seen: str
    ) -> None:
        """Another day, chosen by hand: from now on it does not follow the dates any more.

        `seen` is the day as the page knew it, see `day_seen`. Raises Stale, NotFound.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            task = await self._task(session, run_id, task_id)
            if task is None:
                raise NotFound
            if task.due_on != due:
                if day_seen(task) != seen:
                    raise Stale
                task.due_on, task.days_before = due, None

    @retried
    async def remove_task(self, actor: Actor, *, run_id: UUID, task_id: UUID) -> None:
        """It need not be done. What is gone already stays gone."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            task = await self._task(session, run_id, task_id)
            if task is not None:
                await session.delete(task)

    async def _task(self, session: AsyncSession, run_id: UUID, task_id: UUID) -> RunTask | None:
        await run_of(session, run_id, lock=True)
        task = await session.get(RunTask, task_id)
        return task if task is not None and task.run_id == run_id else None

    @retried
    async def add_pattern(self, actor: Actor, *, pattern_id: UUID, facts: PatternFacts) -> TaskPattern:
        """A task with which every new run begins from now on. Under one id it is added once."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            known = await session.get(TaskPattern, pattern_id)
            if known is not None:
                return known
            last = await session.scalar(select(func.max(TaskPattern.position)))
            pattern = TaskPattern(
                id=pattern_id, title=facts.title, days_before=facts.days_before, position=(last or 0) + 1
            )
            session.add(pattern)
            self._note(session, actor, "task_pattern.created", pattern_id)
        return pattern

    @retried
    async def change_pattern(self, actor: Actor, *, pattern_id: UUID, facts: PatternFacts, seen: str) -> None:
        """Another title or day, for runs that are planned from now on. Raises Stale, NotFound."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            pattern = await session.get(TaskPattern, pattern_id, with_for_update=True)
            if pattern is None:
                raise NotFound
            stored = PatternFacts(pattern.title, pattern.days_before)
            if stored == facts:
                return
            if stored.seen() != seen:
                raise Stale
            pattern.title, pattern.days_before = facts.title, facts.days_before
            self._note(session, actor, "task_pattern.changed", pattern_id)

    @retried
    async def remove_pattern(self, actor: Actor, *, pattern_id: UUID) -> None:
        """New runs begin without it; runs that have the task keep it."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            pattern = await session.get(TaskPattern, pattern_id)
            if pattern is not None:
                await session.delete(pattern)
                self._note(session, actor, "task_pattern.removed", pattern_id)

    def _note(self, session: AsyncSession, actor: Actor, action: str, pattern_id: UUID) -> None:
        record(session, actor, action, at=self.clock(), kind="task_pattern", object_id=pattern_id)
