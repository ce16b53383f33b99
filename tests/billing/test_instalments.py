"""Paying in parts: rates that add up, what is late, letters before and after, and the end of a plan that is not kept."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from lms.billing.instalments.caring import care
from lms.billing.instalments.errors import FirstDayPassed, NothingToPart, RatesTooSmall, SumHasChanged
from lms.billing.instalments.models import InstalmentPlan, PlanState
from lms.billing.instalments.rules import months_after, rates_of
from lms.billing.instalments.service import Instalments
from lms.billing.overview import View, fits, standing, sums_of
from lms.billing.standing import accounts
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.clock import local
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.dunning.scenes import CASHIER, day, owing, pays, subjects
from tests.making import BOTH, FixedClock, staff

pytestmark = BOTH


@given(total=st.integers(1000, 500_000), count=st.integers(2, 24))
@settings(deadline=None, max_examples=60)
def check_rates(total: int, count: int) -> None:
    rates = rates_of(total, count, date(2027, 1, 31))
    assert sum(rate.amount_cents for rate in rates) == total
    assert rates[-1].until_cents == total
    assert all(rate.amount_cents > 0 for rate in rates)
    assert [rate.due_on for rate in rates] == sorted({rate.due_on for rate in rates})


def test_rates_add_up_to_the_cent_and_the_last_takes_the_rest(database: str) -> None:
    check_rates()
    assert [rate.amount_cents for rate in rates_of(10_000, 3, date(2027, 1, 15))] == [3300, 3300, 3400]
    assert [months_after(date(2027, 1, 31), one) for one in range(3)] == [
        date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31),
    ]  # fmt: skip


async def views(begin: Begin, clock: FixedClock) -> dict[View, int]:
    """How many accounts each list shows."""
    today = local(clock()).date()
    async with begin.reading() as session:
        table = standing()
        return {view: (await sums_of(session, table, fits(table, view, today))).count for view in View}


async def test_an_account_in_instalments_is_late_only_when_a_rate_is(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    enrolment = await owing(house, cents=10_000)
    clock.forward(days=20)  # 24 December: the invoice was due on the 18th
    late = await views(begin, clock)
    plan = await Instalments(house).agree(
        CASHIER, plan_id=uuid4(), enrolment_id=enrolment.id, count=3, first_day=day("2027-01-15"), total_cents=10_000,
    )  # fmt: skip
    await jobs.drain()
    agreed = await views(begin, clock)
    clock.forward(days=23)  # 16 January
    missed = await views(begin, clock)
    await pays(house, clock, enrolment, 3300)
    paid = await views(begin, clock)

    assert [one[View.OVERDUE] for one in (late, agreed, missed, paid)] == [1, 0, 1, 0]
    async with begin.reading() as session:
        [account] = await accounts(session, enrolment_ids=[enrolment.id])
    assert account.due_on == day("2027-02-15")
    assert plan.state is PlanState.ACTIVE
    assert await subjects(begin, "instalments") == ["Ihre Ratenzahlung: 100,00 Euro in 3 Raten"]


async def test_letters_come_before_each_rate_and_when_one_is_late_and_two_missed_end_the_plan(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    enrolment = await owing(house, cents=10_000)
    plan = await Instalments(house).agree(
        CASHIER, plan_id=uuid4(), enrolment_id=enrolment.id, count=3, first_day=day("2026-12-15"), total_cents=10_000,
    )  # fmt: skip
    for days in (
        8,
        1,
        1,
        1,
        10,
        1,
        20,
        5,
    ):  # 12., 13. (a word before), … 22. (late), … 15 January, the 2nd is missed
        clock.forward(days=days)
        await asyncio.gather(care(house), care(house))
        await jobs.drain()

    assert await subjects(begin, "instalments") == [
        "Ihre Ratenzahlung: 100,00 Euro in 3 Raten",
        "Ihre nächste Rate: 33,00 Euro bis zum 15. Dezember 2026",
        "Ihre Rate vom 15. Dezember 2026 ist noch nicht da",
        "Ihre nächste Rate: 33,00 Euro bis zum 15. Januar 2027",
        "Ihre Ratenzahlung ist beendet: Bitte zahlen Sie den Rest von 100,00 Euro",
    ]
    async with begin.reading() as session:
        held = await session.get_one(InstalmentPlan, plan.id)
        [account] = await accounts(session, enrolment_ids=[enrolment.id])
    assert held.state is PlanState.FALLEN
    assert account.due_on == held.due_on
    await pays(house, clock, enrolment, 10_000)
    await care(house)
    async with begin.reading() as session:
        assert (await session.get_one(InstalmentPlan, plan.id)).state is PlanState.DONE


async def test_a_plan_is_changed_only_by_a_new_one_and_a_form_sent_twice_is_one_plan(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment, instalments, key = await owing(house, cents=10_000), Instalments(house), uuid4()

    async def agree(plan_id: object, count: int = 3) -> InstalmentPlan:
        return await instalments.agree(
            CASHIER, plan_id=plan_id, enrolment_id=enrolment.id, count=count,  # type: ignore[arg-type]
            first_day=day("2026-12-15"), total_cents=10_000,
        )  # fmt: skip

    await asyncio.gather(*(agree(key) for _ in range(4)), agree(uuid4(), 4))
    await agree(uuid4(), 5)

    async with begin.reading() as session:
        states = (await session.scalars(select(InstalmentPlan.state))).all()
    assert sorted(states) == [PlanState.ACTIVE, PlanState.REPLACED, PlanState.REPLACED]
    with pytest.raises(DBAPIError, match="instalments_are_agreed"):
        async with begin() as session:
            await session.execute(text("UPDATE instalment SET amount_cents = 1"))


async def test_what_cannot_be_agreed_is_refused_with_a_reason(house: Around, clock: FixedClock) -> None:
    enrolment, instalments = await owing(house, cents=1000), Instalments(house)

    async def agree(
        *, count: int = 2, first: str = "2026-12-15", total: int = 1000, by: object = CASHIER
    ) -> None:
        await instalments.agree(
            by, plan_id=uuid4(), enrolment_id=enrolment.id, count=count,  # type: ignore[arg-type]
            first_day=day(first), total_cents=total,
        )  # fmt: skip

    with pytest.raises(RatesTooSmall):
        await agree(count=3)
    with pytest.raises(FirstDayPassed):
        await agree(first="2026-12-01")
    with pytest.raises(SumHasChanged):
        await agree(total=900)
    with pytest.raises(Forbidden):
        await agree(by=staff(Identity.ENROLMENT))
    await pays(house, clock, enrolment, 1000)
    with pytest.raises(NothingToPart):
        await agree()
