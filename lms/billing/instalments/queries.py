"""Reading plans, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.instalments.models import CURRENT, Instalment, InstalmentPlan, PlanState


async def current_plans(
    session: AsyncSession, account_ids: Collection[UUID]
) -> Mapping[UUID, tuple[InstalmentPlan, Sequence[Instalment]]]:
    """The plan that holds on each of these accounts, with its rates; two statements."""
    found = await session.scalars(
        select(InstalmentPlan).where(
            InstalmentPlan.account_id.in_(list(account_ids)), InstalmentPlan.state.in_(CURRENT)
        )
    )
    plans = found.all()
    rates = await rates_of_plans(session, [plan.id for plan in plans])
    return {plan.account_id: (plan, rates[plan.id]) for plan in plans}


async def rates_of_plans(
    session: AsyncSession, plan_ids: Collection[UUID]
) -> Mapping[UUID, Sequence[Instalment]]:
    """The rates of these plans in their order; one statement."""
    rows = await session.scalars(
        select(Instalment).where(Instalment.plan_id.in_(list(plan_ids))).order_by(Instalment.number)
    )
    rates: dict[UUID, list[Instalment]] = defaultdict(list)
    for one in rows:
        rates[one.plan_id].append(one)
    return rates


def due_by_plan(open_cents: ColumnElement[int]) -> ColumnElement[object]:
    """The next day to pay under the plan joined beside it: of the first rate with something missing, or of everything at once."""
    first_missing = (
        select(func.min(Instalment.due_on))
        .where(
            Instalment.plan_id == InstalmentPlan.id,
            Instalment.until_cents > InstalmentPlan.total_cents - open_cents,
        )
        .correlate(InstalmentPlan)
        .correlate_except(Instalment)
        .scalar_subquery()
    )
    return case((InstalmentPlan.state == PlanState.FALLEN, InstalmentPlan.due_on), else_=first_missing)
