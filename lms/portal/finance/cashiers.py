"""`/verwaltung/finanzen`: how it stands with the money, in sentences, and the way to every topic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.instalments.models import InstalmentPlan, PlanState
from lms.billing.models import PENDING_REFUNDS, Refund, Settlement
from lms.billing.overview import Sums, View, counts, standing
from lms.billing.refunds.reading import FAILED, of_view, undecided
from lms.db import Begin
from lms.dunning.queries import level_of
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, local
from lms.kernel.rights import Scope
from lms.portal.finance.topics import CLAIMS, DESK, PLANS, topics_for
from lms.web.access import may
from lms.web.formats import amount
from lms.web.language import ngettext


@dataclass(frozen=True, slots=True)
class Sentence:
    """How one thing stands, and where it is looked at."""

    words: str
    path: str
    is_urgent: bool = False


class CashierPages(Controller):
    """The start page of the cashiers."""

    path = DESK
    opt = may("R", "invoice", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def start(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Counts and sums, and the topics."""
        today = local(clock()).date()
        async with begin.reading() as session:
            sentences = await _sentences(session, today)
        return Template(
            "portal/finance/start.html",
            context={"sentences": sentences, "topics": topics_for(request.app, actor)},
        )


async def _sentences(session: AsyncSession, today: date) -> Sequence[Sentence]:
    """What there is, in at most five questions to the database."""
    table = standing()
    found = await counts(session, table, today)
    level = level_of(table)
    by_level = (
        await session.execute(
            select(
                *(func.sum(case((level == one, 1), else_=0)) for one in (1, 2, 3)),
                *(func.sum(case((level == one, table.c.open_cents), else_=0)) for one in (1, 2, 3)),
            ).where(table.c.open_cents > 0)
        )
    ).one()
    refunds = (
        await session.execute(
            select(
                func.sum(case((Refund.state.in_(PENDING_REFUNDS), 1), else_=0)),
                func.sum(case((Refund.state.in_(PENDING_REFUNDS), Refund.amount_cents), else_=0)),
                func.sum(case((of_view(FAILED), 1), else_=0)),
            )
        )
    ).one()
    asked = await session.scalar(select(func.count()).select_from(Settlement).where(undecided()))
    plans = (
        await session.execute(
            select(
                func.sum(case((InstalmentPlan.state == PlanState.ACTIVE, 1), else_=0)),
                func.sum(case((InstalmentPlan.state == PlanState.FALLEN, 1), else_=0)),
            )
        )
    ).one()
    told = [*_owed(found), *_reminded([int(value or 0) for value in by_level])]
    told += _others([int(value or 0) for value in (*refunds, asked, *plans)], found[View.TO_PAY_BACK])
    return told


def _owed(found: dict[View, Sums]) -> list[Sentence]:
    owed, due, late = found[View.OPEN], found[View.DUE], found[View.OVERDUE]
    return [
        Sentence(
            ngettext("%(num)s sum is open: %(sum)s.", "%(num)s sums are open: %(sum)s.", owed.count, sum=amount(owed.open_cents)),
            f"{CLAIMS}?ansicht=offen",
        ),
        Sentence(
            ngettext("%(num)s of them is due within 7 days: %(sum)s.", "%(num)s of them are due within 7 days: %(sum)s.", due.count, sum=amount(due.open_cents)),
            f"{CLAIMS}?ansicht=faellig",
        ),
        Sentence(
            ngettext("%(num)s sum is overdue: %(sum)s.", "%(num)s sums are overdue: %(sum)s.", late.count, sum=amount(late.open_cents)),
            f"{CLAIMS}?ansicht=ueberfaellig", is_urgent=late.count > 0,
        ),
    ]  # fmt: skip


def _reminded(values: Sequence[int]) -> list[Sentence]:
    first, second, third = zip(values[:3], values[3:], strict=True)
    told = [
        Sentence(
            ngettext("%(num)s sum was reminded of once: %(sum)s.", "%(num)s sums were reminded of once: %(sum)s.", first[0], sum=amount(first[1])),
            f"{CLAIMS}?ansicht=gemahnt-1",
        ),
        Sentence(
            ngettext("%(num)s sum was reminded of twice: %(sum)s.", "%(num)s sums were reminded of twice: %(sum)s.", second[0], sum=amount(second[1])),
            f"{CLAIMS}?ansicht=gemahnt-2",
        ),
        Sentence(
            ngettext("%(num)s sum was reminded of three times: %(sum)s.", "%(num)s sums were reminded of three times: %(sum)s.", third[0], sum=amount(third[1])),
            f"{CLAIMS}?ansicht=gemahnt-3", is_urgent=third[0] > 0,
        ),
    ]  # fmt: skip
    return [
        sentence for sentence, number in zip(told, (first[0], second[0], third[0]), strict=True) if number
    ]


def _others(values: Sequence[int], owed_back: Sums) -> list[Sentence]:
    promised, promised_cents, failed, asked, kept, fallen = values
    told = [
        Sentence(
            ngettext("%(num)s account has a credit to pay back: %(sum)s.", "%(num)s accounts have a credit to pay back: %(sum)s.", owed_back.count, sum=amount(-owed_back.open_cents)),
            f"{CLAIMS}?ansicht=guthaben", is_urgent=owed_back.count > 0,
        ),
        Sentence(
            ngettext("%(num)s request waits to be paid back or collected.", "%(num)s requests wait to be paid back or collected.", asked),
            f"{DESK}/erstattungen", is_urgent=asked > 0,
        ),
        Sentence(
            ngettext("%(num)s refund is on its way: %(sum)s.", "%(num)s refunds are on their way: %(sum)s.", promised, sum=amount(promised_cents)),
            f"{DESK}/erstattungen?ansicht=unterwegs",
        ),
        Sentence(
            ngettext("%(num)s refund did not get through.", "%(num)s refunds did not get through.", failed),
            f"{DESK}/erstattungen?ansicht={FAILED}", is_urgent=failed > 0,
        ),
        Sentence(
            ngettext("%(num)s plan of instalments is being kept to.", "%(num)s plans of instalments are being kept to.", kept), PLANS,
        ),
        Sentence(
            ngettext("%(num)s plan of instalments has fallen due as a whole.", "%(num)s plans of instalments have fallen due as a whole.", fallen),
            PLANS, is_urgent=fallen > 0,
        ),
    ]  # fmt: skip
    numbers = (owed_back.count, asked, promised, failed, kept, fallen)
    return [sentence for sentence, number in zip(told, numbers, strict=True) if number]
