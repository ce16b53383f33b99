"""The provider is down for hours, answers with faults, or hangs: nobody waits long, and nothing is lost (S-53)."""

import asyncio
import time

import pytest

from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.payments import transport
from lms.payments.checkouts import Checkouts
from lms.payments.errors import ProviderAway
from lms.payments.hooks import Hooks
from lms.payments.models import CheckoutState
from lms.web.module import Around
from tests.making import FixedClock
from tests.payments.buying import attempt_states, money, opened, ordered, paid_run, state_of
from tests.stripe_stand_in.fixture import StandIn


async def test_a_provider_that_hangs_costs_ten_seconds_and_not_thirty(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "WITHIN_SECONDS", 0.3)
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.hang("POST /v1", times=-1, seconds=20.0)
    begun = time.monotonic()

    with pytest.raises(ProviderAway):
        await opened(checkouts, house, claim)

    assert time.monotonic() - begun < 5
    stripe.heal()
    await opened(checkouts, house, claim)


async def test_after_five_faults_nobody_waits_for_half_a_minute(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.fail("POST /v1", times=-1, status=500)
    for _ in range(transport.FAULTS_IN_A_ROW):
        with pytest.raises(ProviderAway):
            await opened(checkouts, house, claim)
    asked = len(stripe.calls())

    with pytest.raises(ProviderAway):
        await opened(checkouts, house, claim)

    assert len(stripe.calls()) == asked
    stripe.heal()
    later = time.monotonic() + transport.REST_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    await opened(checkouts, house, claim)


async def test_others_are_served_while_the_provider_hangs(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "WITHIN_SECONDS", 1.0)
    run = await paid_run(begin)
    (claim,) = await ordered(house, run)
    stripe.hang("POST /v1", times=-1, seconds=20.0)
    waiting = asyncio.create_task(opened(checkouts, house, claim))
    await asyncio.sleep(0.1)

    (other,) = await ordered(house, run, "Ben Kaya")

    assert not waiting.done()
    assert other.state is EnrolmentState.HELD
    with pytest.raises(ProviderAway):
        await waiting


async def test_what_was_paid_while_the_provider_could_not_be_asked_is_booked_when_it_is_back(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn, clock: FixedClock
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    stripe.fail("GET /v1", times=-1, status=503)
    for _ in range(2):
        clock.forward(minutes=11)
        with pytest.raises(ProviderAway):
            await checkouts.look_at_due()
        with pytest.raises(ProviderAway):
            await hooks.hear_missed()
    stripe.heal()

    clock.forward(minutes=11)
    await checkouts.look_at_due()

    assert await attempt_states(begin) == [CheckoutState.PAID]
    assert await money(begin) == 4500
    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
