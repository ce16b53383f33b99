"""Looking after plans day by day: a word before each rate, one when it is late, and the end of a plan that is not kept.

Every step writes its rows in one transaction for each plan, and each letter has a key: killed anywhere, the next round goes
on, and nobody reads a thing twice.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.concerned import lock_account
from lms.billing.instalments.events import InstalmentsAgreed
from lms.billing.instalments.models import InstalmentPlan, PlanState
from lms.billing.instalments.queries import rates_of_plans
from lms.billing.instalments.rules import PlanStanding, RateStanding, falls_due, standing_of
from lms.billing.instalments.service import account_of, noted
from lms.billing.models import Invoice
from lms.billing.readers import reader_of
from lms.billing.standing import Account
from lms.db import retried
from lms.jobs.worker import Periodic
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.settings import Settings
from lms.web.centre import the_centre
from lms.web.letters import write_letter
from lms.web.module import Around

RHYTHM = timedelta(hours=1)


def carer(around: Around) -> Periodic:
    """The hourly round through the plans that hold."""
    return Periodic("care-for-instalments", RHYTHM, lambda: care(around))


async def care(around: Around) -> None:
    """One round; each plan in a transaction of its own."""
    async with around.begin.reading() as session:
        held = (
            await session.scalars(
                select(InstalmentPlan.id)
                .where(InstalmentPlan.state.in_((PlanState.ACTIVE, PlanState.FALLEN)))
                .order_by(InstalmentPlan.agreed_at)
            )
        ).all()
    for plan_id in held:
        await _care_for(around, plan_id)


@retried
async def _care_for(around: Around, plan_id: UUID) -> None:
    at = around.clock()
    today = local(at).date()
    async with around.begin() as session:
        plan = await session.get_one(InstalmentPlan, plan_id)
        await lock_account(session, plan.enrolment_id)
        plan = await session.get_one(InstalmentPlan, plan_id, with_for_update=True, populate_existing=True)
        account, told = await _standing(session, plan, today)
        if plan.state not in {PlanState.ACTIVE, PlanState.FALLEN}:
            return
        if account.open_cents <= 0:
            plan.state, plan.ended_at = PlanState.DONE, at
            noted(session, SYSTEM, plan, "done", at=at)
        elif falls_due(told, missed=around.settings.instalments_missed):
            plan.state = PlanState.FALLEN
            plan.due_on = today + timedelta(days=around.settings.dunning_pay_days)
            noted(session, SYSTEM, plan, "fell_due", at=at)
            await _write(session, account, told, "plan_fell_due", at=at)
        elif plan.state is PlanState.ACTIVE:
            await _write_about_rates(session, around.settings, account, told, today, at)


async def _write_about_rates(
    session: AsyncSession, given: Settings, account: Account, told: PlanStanding, today: date, at: datetime
) -> None:
    before, after = timedelta(given.instalment_days_before), timedelta(given.instalment_days_late)
    for one in told.rates:
        if not one.open_cents:
            continue
        day = one.rate.due_on
        if today <= day <= today + before:
            await _write(session, account, told, "instalment_due", at=at, rate=one)
        elif day + after <= today:
            await _write(session, account, told, "instalment_late", at=at, rate=one)


async def tell_agreed(session: AsyncSession, event: InstalmentsAgreed) -> None:
    """The plan in writing."""
    plan = await session.get(InstalmentPlan, event.plan_id)
    if plan is None:
        return
    try:
        account, told = await _standing(session, plan, local(plan.agreed_at).date())
    except NotFound:
        return
    await _write(session, account, told, "instalments_agreed", at=plan.agreed_at)


async def _standing(session: AsyncSession, plan: InstalmentPlan, today: date) -> tuple[Account, PlanStanding]:
    account = await account_of(session, plan.enrolment_id, plan.share_id)
    rates = (await rates_of_plans(session, [plan.id]))[plan.id]
    return account, standing_of(plan, rates, account.open_cents, today)


async def _write(
    session: AsyncSession,
    account: Account,
    told: PlanStanding,
    words: str,
    *,
    at: datetime,
    rate: RateStanding | None = None,
) -> None:
    plan = told.plan
    reader = await reader_of(session, plan.debtor_id, plan.company_id)
    if reader is None:
        return
    number = f":{rate.rate.number}" if rate else ""
    await write_letter(
        session,
        key=f"instalments:{plan.id}{number}:{words}",
        kind="instalments",
        to=reader,
        template=f"billing/letters/{words}.md",
        context={
            "plan": plan,
            "rates": told.rates,
            "rate": rate,
            "open_cents": account.open_cents,
            "number": account.invoice.number if account.invoice else "",
            "course": _course(account.invoice, reader.language),
            "recipient": the_centre().name,
            "iban": account.invoice.issuer.get("iban", "") if account.invoice else "",
        },
        about=("instalment_plan", plan.id),
        at=at,
    )


def _course(invoice: Invoice | None, language: str) -> str:
    """What the invoice is for, in the reader's language."""
    lines: Sequence[dict[str, object]] = invoice.lines if invoice else ()
    first = lines[0] if lines else {}
    wanted = "course_en" if language == "en" else "course_de"
    return str(first.get(wanted) or first.get("course_de") or "")
