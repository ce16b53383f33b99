"""Setting exports up, and making what is due: once for each period, whoever else tries at the same time."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from dateutil.relativedelta import relativedelta
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.reports import policy
from lms.reports.exporting.drawing import drawn
from lms.reports.exporting.events import ExportMade
from lms.reports.exporting.models import (
    Every,
    ExportFormat,
    ExportPlan,
    ExportRecipient,
    ExportRun,
    ExportRunState,
    ExportWhat,
)
from lms.reports.exporting.rules import MONTHS, due_periods
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span
from lms.reports.figures.whole import Data, counted
from lms.reports.statistics.whole import set_of
from lms.web.module import Around

LOG = logging.getLogger(__name__)


class FolderUnreachable(Exception):
    """The folder of exports cannot be written: missing, full, or not ours."""


class Exports:
    """What the team sets up, and what the clockwork does."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.folder = around.settings.export_folder

    @retried
    async def plan(
        self, actor: Actor, *, plan_id: UUID, what: ExportWhat, every: Every, form: ExportFormat, day: int,
        account_ids: Sequence[UUID], to_folder: bool,
    ) -> None:  # fmt: skip
        """Make this table from the last whole period on; sent twice it is one."""
        ensure(policy.may_make(actor), actor)
        async with self.begin() as session:
            if await session.get(ExportPlan, plan_id) is not None:
                return
            plan = ExportPlan(
                what=what, every=every, format=form, day=day, starts_on=today(self.clock) - relativedelta(months=MONTHS[every]), made_at=self.clock(),
                made_by_name=actor.name, to_folder=to_folder and self.folder is not None,
            )  # fmt: skip
            plan.id = plan_id
            session.add(plan)
            await session.flush()
            session.add_all(
                ExportRecipient(plan_id=plan_id, account_id=one) for one in sorted(set(account_ids))
            )
            record(
                session, actor, "export.planned", at=self.clock(), kind="export", object_id=plan_id,
                after={"what": what.value, "every": every.value, "accounts": [str(one) for one in account_ids]},
            )  # fmt: skip

    @retried
    async def end(self, actor: Actor, *, plan_id: UUID) -> None:
        """Make it no more; what was made stays. Raises NotFound."""
        ensure(policy.may_make(actor), actor)
        async with self.begin() as session:
            plan = await session.get(ExportPlan, plan_id, with_for_update=True)
            if plan is None:
                raise NotFound
            if plan.ended_at is None:
                plan.ended_at = self.clock()
                record(session, actor, "export.ended", at=plan.ended_at, kind="export", object_id=plan_id)

    async def make_due(self) -> None:
        """Make every table whose day has come and that is not made yet. One that fails is said, and tried again the next time."""
        for run_id in await self._note_due():
            try:
                await self._make(run_id)
            except Exception as error:  # one table must not keep the others back; the team reads why
                LOG.exception("an export failed")
                await self._fail(run_id, type(error).__name__)

    @retried
    async def _note_due(self) -> Sequence[UUID]:
        async with self.begin() as session:
            plans = await session.scalars(select(ExportPlan).where(ExportPlan.ended_at.is_(None)))
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            for plan in plans:
                for span, due_at in due_periods(plan.every, plan.day, plan.starts_on, today(self.clock)):
                    await session.execute(
                        insert(ExportRun)
                        .values(
                            id=uuid4(), plan_id=plan.id, first_day=span.first, last_day=span.last, due_at=due_at,
                            state=ExportRunState.WAITING, file_name="", error="",
                        )
                        .on_conflict_do_nothing()
                    )  # fmt: skip
            waiting = await session.scalars(
                select(ExportRun.id)
                .where(ExportRun.state != ExportRunState.DONE, ExportRun.due_at <= self.clock())
                .order_by(ExportRun.due_at)
            )
            return waiting.all()

    async def _make(self, run_id: UUID) -> None:
        async with self.begin.reading() as session:
            run = await session.get_one(ExportRun, run_id)
            plan = await session.get_one(ExportPlan, run.plan_id)
            data = await _data(session, plan, Span(run.first_day, run.last_day), self.clock())
        content = await asyncio.to_thread(drawn, data, plan.format)
        name = f"{plan.what.value}-{run.first_day}-{run.last_day}.{plan.format.value}"
        if plan.to_folder and self.folder is not None:
            await asyncio.to_thread(_lay, self.folder, f"{str(plan.id)[:8]}-{name}", content)
        await self._finish(run_id, name, content)

    @retried
    async def _finish(self, run_id: UUID, name: str, content: bytes) -> None:
        """Who is first keeps the table and has it sent; whoever comes later finds it done."""
        async with self.begin() as session:
            now = self.clock()
            mine = await session.scalar(
                update(ExportRun)
                .where(ExportRun.id == run_id, ExportRun.state != ExportRunState.DONE)
                .values(state=ExportRunState.DONE, done_at=now, file_name=name, content=content, error="")
                .returning(ExportRun.id)
            )
            if mine is not None:
                announce(session, ExportMade(export_run_id=run_id, at=now))

    @retried
    async def _fail(self, run_id: UUID, error: str) -> None:
        async with self.begin() as session:
            await session.execute(
                update(ExportRun)
                .where(ExportRun.id == run_id, ExportRun.state != ExportRunState.DONE)
                .values(state=ExportRunState.FAILED, error=error)
            )


async def _data(session: AsyncSession, plan: ExportPlan, span: Span, now: datetime) -> Data:
    if plan.what is ExportWhat.VHS:
        return (await set_of(session, span.first.year, now))[0]
    data = await counted(session, span, now, Selection())
    data["kind"] = plan.what.value
    return data


def _lay(folder: Path, name: str, content: bytes) -> None:
    """Whole or not at all, and under the same name when it is done again. Raises FolderUnreachable."""
    half = folder / f".{name}.{uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        half.write_bytes(content)
        half.replace(folder / name)
    except OSError as error:
        raise FolderUnreachable from error
