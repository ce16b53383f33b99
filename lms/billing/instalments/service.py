"""Agreeing on instalments, ending them, and looking after them day by day; every public method is one transaction."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing import policy
from lms.billing.concerned import lock_account
from lms.billing.errors import OwnRefund
from lms.billing.instalments.errors import (
    FirstDayFar,
    FirstDayPassed,
    NothingToPart,
    RatesCount,
    RatesTooSmall,
    SumHasChanged,
)
from lms.billing.instalments.events import InstalmentsAgreed
from lms.billing.instalments.models import CURRENT, Instalment, InstalmentPlan, PlanState
from lms.billing.instalments.rules import FEWEST, MOST, SMALLEST_RATE_CENTS, Rate, rates_of
from lms.billing.standing import Account, accounts
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.web.module import Around

FIRST_WITHIN = timedelta(days=92)


class Instalments:
    """Plans, by the cashiers alone (F-G10)."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def preview(
        self, actor: Actor, *, enrolment_id: UUID, share_id: UUID | None, count: int, first_day: date
    ) -> tuple[Account, Sequence[Rate]]:
        """What a plan would be now; changes nothing. Raises as `agree` does."""
        ensure(policy.may_remind(actor), actor)
        async with self.begin.reading() as session:
            account = await account_of(session, enrolment_id, share_id)
        return account, self._rates(actor, account, count, first_day)

    @retried
    async def agree(
        self,
        actor: Actor,
        *,
        plan_id: UUID,
        enrolment_id: UUID,
        share_id: UUID | None = None,
        count: int,
        first_day: date,
        total_cents: int,
        note: str = "",
    ) -> InstalmentPlan:
        """Let what is owed be paid in monthly rates; a plan that holds is replaced. The same id twice is one plan.

        `total_cents` is the sum the cashiers saw. Raises SumHasChanged when it is another now, NothingToPart, RatesCount,
        RatesTooSmall, FirstDayPassed, FirstDayFar, OwnRefund (S-08), NotFound.
        """
        ensure(policy.may_remind(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            await lock_account(session, enrolment_id)
            known = await session.get(InstalmentPlan, plan_id)
            if known is not None:
                return known
            account = await account_of(session, enrolment_id, share_id)
            rates = self._rates(actor, account, count, first_day)
            if account.open_cents != total_cents:
                raise SumHasChanged
            await self._end(session, actor, account.account_id, PlanState.REPLACED)
            plan = InstalmentPlan(
                id=plan_id, account_id=account.account_id, enrolment_id=enrolment_id, share_id=share_id,
                total_cents=total_cents, agreed_at=at, debtor_id=account.debtor_id, company_id=account.company_id,
                agreed_by=actor.account_id, agreed_by_name=actor.name, note=note,
            )  # fmt: skip
            session.add(plan)
            await session.flush()
            session.add_all(
                Instalment(
                    plan_id=plan.id, number=rate.number, due_on=rate.due_on, amount_cents=rate.amount_cents,
                    until_cents=rate.until_cents,
                )
                for rate in rates
            )  # fmt: skip
            noted(session, actor, plan, "agreed", at=at, reason=note)
            announce(session, InstalmentsAgreed(plan_id=plan.id), at=at)
            return plan

    @retried
    async def end(self, actor: Actor, *, plan_id: UUID, reason: str) -> None:
        """The plan holds no longer; what is owed is due as the invoice says. Twice is as good as once. Raises NotFound."""
        ensure(policy.may_remind(actor), actor)
        async with self.begin() as session:
            plan = await session.get(InstalmentPlan, plan_id, with_for_update=True)
            if plan is None:
                raise NotFound
            if plan.debtor_id in actor.persons:
                raise OwnRefund
            if plan.state in CURRENT:
                plan.state, plan.ended_at = PlanState.ENDED, self.clock()
                noted(session, actor, plan, "ended", at=self.clock(), reason=reason)

    def _rates(self, actor: Actor, account: Account, count: int, first_day: date) -> Sequence[Rate]:
        if account.debtor_id in actor.persons:
            raise OwnRefund
        if account.open_cents <= 0:
            raise NothingToPart
        if not FEWEST <= count <= MOST:
            raise RatesCount
        if account.open_cents < SMALLEST_RATE_CENTS * count:
            raise RatesTooSmall
        today = local(self.clock()).date()
        if first_day < today:
            raise FirstDayPassed
        if first_day > today + FIRST_WITHIN:
            raise FirstDayFar
        return rates_of(account.open_cents, count, first_day)

    async def _end(self, session: AsyncSession, actor: Actor, account_id: UUID, state: PlanState) -> None:
        before = await session.scalars(
            select(InstalmentPlan).where(
                InstalmentPlan.account_id == account_id, InstalmentPlan.state.in_(CURRENT)
            )
        )
        for plan in before:
            plan.state, plan.ended_at = state, self.clock()
            noted(session, actor, plan, state, at=self.clock())
        await session.flush()


async def account_of(session: AsyncSession, enrolment_id: UUID, share_id: UUID | None) -> Account:
    """One account, even where nothing is owed on it. Raises NotFound."""
    found = await accounts(session, enrolment_ids=[enrolment_id], only_open=False)
    one = next((account for account in found if account.share_id == share_id), None)
    if one is None:
        raise NotFound
    return one


def noted(
    session: AsyncSession, actor: Actor, plan: InstalmentPlan, action: str, *, at: datetime, reason: str = ""
) -> None:
    """One line of the trail."""
    record(
        session, actor, f"instalments.{action}", at=at, kind="instalment_plan", object_id=plan.id,
        person_id=plan.debtor_id, after={"total_cents": plan.total_cents, "enrolment_id": str(plan.enrolment_id)},
        reason=reason,
    )  # fmt: skip
