"""The chart of accounts as it is kept: reading it and changing it. A change is a new version; the old ones stay."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.books import policy
from lms.books.chart import Chart, fit, read, written
from lms.books.models import AccountChart
from lms.catalogue.models import Run
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around

CHART_ID = UUID(int=30)
"""The one object of the trail that all versions are about."""


class Accounts:
    """Changing accounts and cost centres; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def change(self, actor: Actor, *, chart: Chart) -> Chart:
        """Keep a changed chart; its `version` is the one it was made from. The same again changes nothing.

        Raises AccountUnfit, and Stale where somebody else has changed it meanwhile.
        """
        ensure(policy.may_change_chart(actor), actor)
        fit(chart)
        at = self.clock()
        async with self.begin() as session:
            now = await chart_of(session)
            if _facts(now) == _facts(chart):
                return now
            if now.version != chart.version:
                raise Stale
            row = AccountChart(
                version=now.version + 1, changed_at=at, accounts=written(chart), consultant=chart.consultant,
                client=chart.client, fiscal_month=chart.fiscal_month, account_length=chart.account_length,
                changed_by=actor.account_id, changed_by_name=actor.name,
            )  # fmt: skip
            session.add(row)
            record(
                session, actor, "chart.changed", at=at, kind="account_chart", object_id=CHART_ID,
                before={role: here.number for role, here, _ in now.changes(chart)},
                after={role: there.number for role, _, there in now.changes(chart)} | {"version": row.version},
            )  # fmt: skip
            return read(row)

    @retried
    async def set_cost_centre(self, actor: Actor, *, run_id: UUID, cost_centre: str, seen: str) -> None:
        """Say under which cost centre a run is booked from now on; `seen` is what stood there before. Raises NotFound, Stale."""
        ensure(actor.may_for_all("U", "plan") or policy.may_change_chart(actor), actor)
        async with self.begin() as session:
            run = await session.get(Run, run_id, with_for_update=True)
            if run is None:
                raise NotFound
            if run.cost_centre == cost_centre:
                return
            if run.cost_centre != seen:
                raise Stale
            run.cost_centre = cost_centre
            record(
                session, actor, "run.cost_centre", at=self.clock(), kind="run", object_id=run.id,
                before={"cost_centre": seen}, after={"cost_centre": cost_centre},
            )  # fmt: skip


async def chart_of(session: AsyncSession, version: int | None = None) -> Chart:
    """The chart that holds, or the one of a version; version 0 is the usual one."""
    if version is not None:
        return read(await session.get(AccountChart, version))
    newest = select(AccountChart).order_by(AccountChart.version.desc()).limit(1)
    return read((await session.scalars(newest)).first())


def _facts(chart: Chart) -> tuple[object, ...]:
    return written(chart), chart.consultant, chart.client, chart.fiscal_month, chart.account_length
