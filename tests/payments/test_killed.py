"""The process dies between any two steps of pay, confirm, invoice, letter: every cent ends in a place or goes back, nobody pays twice."""

import pytest

from lms.billing.models import RefundState
from lms.billing.queries import balance_of, documents_of
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.jobs import worker as working
from lms.jobs.worker import Worker
from lms.payments.checkouts import Checkouts
from lms.payments.hooks import Hooks
from lms.payments.models import CheckoutState
from lms.web.module import Around
from tests.dying import killed
from tests.making import BOTH, FixedClock
from tests.payments.buying import (
    PRICE,
    at_the_provider,
    attempt_states,
    money,
    opened,
    ordered,
    paid_run,
    refunds,
    state_of,
)
from tests.payments.scenes import GOING_BACK, STEPS, buy, buy_and_die, hear_and_work
from tests.stripe_stand_in.fixture import StandIn

pytestmark = BOTH


@pytest.mark.parametrize("step", STEPS)
async def test_whatever_step_the_process_dies_at_the_place_is_paid_once(
    begin: Begin, house: Around, hooks: Hooks, stripe: StandIn, clock: FixedClock, step: str
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))

    await killed(buy_and_die, step, house, ENROLMENT=str(claim.id))
    clock.forward(seconds=working.LEASE.total_seconds() + 1)  # what the dead worker had claimed is free again
    await buy(house, claim.id)

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    assert await attempt_states(begin) == [CheckoutState.PAID]
    assert await money(begin) == PRICE == at_the_provider(stripe)
    async with begin.reading() as session:
        assert (await balance_of(session, [claim.id]))[claim.id].open_cents == 0
        assert [one.counter for one in await documents_of(session, [claim.id])] == [1]


@pytest.mark.parametrize("step", GOING_BACK)
async def test_whatever_step_the_process_dies_at_the_money_goes_back_once(
    begin: Begin,
    house: Around,
    checkouts: Checkouts,
    hooks: Hooks,
    stripe: StandIn,
    clock: FixedClock,
    jobs: Worker,
    step: str,
) -> None:
    run = await paid_run(begin, capacity=1)
    (claim,) = await ordered(house, run)
    await ordered(house, run, "Ben Kaya")
    stripe.pay(await opened(checkouts, house, claim))
    clock.forward(minutes=50)

    await killed(buy_and_die, step, house, ENROLMENT=str(claim.id))
    stripe.forget_keys()
    clock.forward(seconds=working.LEASE.total_seconds() + 1)
    await jobs.drain()
    await hear_and_work(house, hooks)

    assert [refund.state for refund in await refunds(begin)] == [RefundState.PAID]
    assert len(stripe.events("refund.created")) == 1
    assert await money(begin) == 0 == at_the_provider(stripe)
