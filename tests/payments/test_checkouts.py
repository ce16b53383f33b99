"""An order is paid on the provider's page; what is fetched from there holds here, whatever was said, lost, or said twice (S-50 to S-54)."""

import asyncio
from datetime import timedelta

import pytest

from lms.billing.models import RefundState
from lms.billing.queries import balance_of
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.payments.checkouts import Checkouts
from lms.payments.errors import NothingToPay, ProviderAway, StillRunning
from lms.payments.hooks import Hooks
from lms.payments.models import CheckoutState, ProviderCustomer
from lms.web.language import use_locale
from lms.web.module import Around
from tests.enrolment.places import VISITOR
from tests.making import BOTH, FixedClock
from tests.payments.buying import (
    PRICE,
    at_the_provider,
    attempt_states,
    attempts,
    link_of,
    money,
    opened,
    ordered,
    paid_run,
    refunds,
    state_of,
    told,
)
from tests.stripe_stand_in.fixture import DECLINED, IBAN_THAT_FAILS, StandIn

pytestmark = BOTH


async def test_what_is_paid_by_card_books_the_place(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))

    stripe.pay(await opened(checkouts, house, claim))
    await told(hooks, stripe)

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    assert await attempt_states(begin) == [CheckoutState.PAID]
    assert await money(begin) == PRICE == at_the_provider(stripe)


async def test_a_card_that_is_declined_brings_nothing_and_one_may_try_again(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    page = await opened(checkouts, house, claim)

    stripe.pay(page, card=DECLINED)
    await told(hooks, stripe)
    assert await state_of(begin, claim) is EnrolmentState.HELD
    assert await opened(checkouts, house, claim) == page
    stripe.pay(page)
    await told(hooks, stripe)

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    assert await money(begin) == PRICE


async def test_a_whole_order_is_paid_in_one_go_and_each_enrolment_has_its_part(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    ada, ben = await ordered(house, await paid_run(begin), "Ada Lehmann", "Ben Lehmann")

    stripe.pay(await opened(checkouts, house, ada))
    await told(hooks, stripe)

    assert [await money(begin, one.id) for one in (ada, ben)] == [PRICE, PRICE]
    assert await state_of(begin, ben) is EnrolmentState.CONFIRMED


async def test_clicking_twice_at_once_leads_to_one_page(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))

    pages = await asyncio.gather(*(opened(checkouts, house, claim) for _ in range(4)))

    assert len(set(pages)) == 1
    assert len(await attempts(begin)) == 1


async def test_a_click_that_comes_while_the_first_one_is_at_the_provider_waits_for_its_answer(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.fail("POST /v1", times=2, status=409)

    page = await opened(checkouts, house, claim)

    assert page.startswith(stripe.url)
    assert await attempt_states(begin) == [CheckoutState.OPEN]


async def test_an_answer_that_was_lost_is_found_again_under_the_same_key(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.lose_answer("POST /v1/checkout/sessions")

    with pytest.raises(ProviderAway):
        await opened(checkouts, house, claim)
    await opened(checkouts, house, claim)

    calls = stripe.calls("POST /v1/checkout/sessions")
    assert len({call["idempotency_key"] for call in calls}) == 1
    assert len(await attempts(begin)) == 1


async def test_asked_again_in_another_language_it_is_the_same_request(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.lose_answer("POST /v1/checkout/sessions")

    with use_locale("en"), pytest.raises(ProviderAway):
        await opened(checkouts, house, claim)
    with use_locale("de"):
        await opened(checkouts, house, claim)

    first, second = stripe.calls("POST /v1/checkout/sessions")
    assert first["parameters"] == second["parameters"]
    assert first["parameters"]["locale"] == "en"
    assert await attempt_states(begin) == [CheckoutState.OPEN]


async def test_a_customer_whom_the_provider_has_forgotten_is_made_anew(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    async with begin() as session:
        assert claim.person_id is not None
        session.add(ProviderCustomer(person_id=claim.person_id, customer_id="cus_deleted"))

    stripe.pay(await opened(checkouts, house, claim))
    await told(hooks, stripe)

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    async with begin.reading() as session:
        known = await session.get_one(ProviderCustomer, claim.person_id)
    assert known.customer_id != "cus_deleted"
    assert await attempt_states(begin) == [CheckoutState.PAID]


async def test_without_any_hook_asking_finds_the_payment(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn, clock: FixedClock
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))

    clock.forward(minutes=3)
    await checkouts.look_at_due()

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED


async def test_a_page_nobody_has_paid_on_is_over_with_its_time(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn, clock: FixedClock
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    await opened(checkouts, house, claim)

    clock.forward(minutes=50)
    await Enrolments(house).lapse_due()
    stripe.events()
    await checkouts.look_at_due()

    assert await attempt_states(begin) == [CheckoutState.EXPIRED]
    assert await state_of(begin, claim) is EnrolmentState.EXPIRED
    with pytest.raises(NothingToPay):
        await opened(checkouts, house, claim)


async def test_a_debit_on_its_way_books_the_place_and_is_owed_until_it_arrives(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    page = await opened(checkouts, house, claim)
    stripe.pay_by_debit(page)
    await told(hooks, stripe)

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    with pytest.raises(StillRunning):
        await opened(checkouts, house, claim)
    (attempt,) = await attempts(begin)
    stripe.settle(str(attempt.session_id))
    await told(hooks, stripe)

    async with begin.reading() as session:
        assert (await balance_of(session, [claim.id]))[claim.id].open_cents == 0


async def test_a_debit_that_fails_leaves_the_place_and_the_debt(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay_by_debit(await opened(checkouts, house, claim), iban=IBAN_THAT_FAILS)
    await told(hooks, stripe)
    (attempt,) = await attempts(begin)
    stripe.settle(str(attempt.session_id), fails=True)
    await told(hooks, stripe)

    assert await attempt_states(begin) == [CheckoutState.FAILED]
    async with begin.reading() as session:
        assert (await balance_of(session, [claim.id]))[claim.id].open_cents == PRICE
    again = await opened(checkouts, house, claim)
    stripe.pay(again)
    await told(hooks, stripe)
    assert await money(begin) == PRICE


async def test_money_without_a_place_goes_back_by_itself(
    begin: Begin,
    house: Around,
    checkouts: Checkouts,
    hooks: Hooks,
    stripe: StandIn,
    clock: FixedClock,
    jobs: Worker,
) -> None:
    run = await paid_run(begin, capacity=1)
    (claim,) = await ordered(house, run)
    await ordered(house, run, "Ben Kaya")
    page = await opened(checkouts, house, claim)
    stripe.pay(page)
    clock.forward(minutes=50)

    await told(hooks, stripe)
    await jobs.drain()
    await told(hooks, stripe)

    assert await state_of(begin, claim) is EnrolmentState.EXPIRED
    assert [refund.state for refund in await refunds(begin)] == [RefundState.PAID]
    assert await money(begin) == 0 == at_the_provider(stripe)


async def test_whoever_has_changed_over_to_an_invoice_cannot_pay_on_the_old_page(
    begin: Begin, house: Around, checkouts: Checkouts, stripe: StandIn, jobs: Worker
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    page = await opened(checkouts, house, claim)

    await Enrolments(house).pay_otherwise(
        VISITOR, enrolment_id=claim.id, method=PaymentMethod.INVOICE, token=link_of(house, claim)
    )
    await jobs.drain()

    assert await attempt_states(begin) == [CheckoutState.EXPIRED]
    stripe.pay(page)
    assert stripe.events("payment_intent.succeeded") == []


async def test_an_amount_that_nobody_asked_for_is_a_task_and_books_nothing(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    (paid,) = stripe.events("payment_intent.succeeded")
    stripe.alter(paid["data"]["object"]["id"], amount=100, amount_received=100)

    await told(hooks, stripe)

    assert await attempt_states(begin) == [CheckoutState.PUZZLING]
    assert await money(begin) == 0
    assert await state_of(begin, claim) is EnrolmentState.HELD


async def test_another_currency_is_a_task_and_books_nothing(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    (paid,) = stripe.events("payment_intent.succeeded")
    stripe.alter(paid["data"]["object"]["id"], currency="usd")

    await told(hooks, stripe)

    assert await attempt_states(begin) == [CheckoutState.PUZZLING]
    assert await money(begin) == 0


async def test_a_refund_made_by_hand_at_the_provider_is_booked_here(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    await told(hooks, stripe)
    (attempt,) = await attempts(begin)

    await hooks.gateway.refund(str(attempt.intent_id), 1000, refund_id="by hand", key="by hand")
    await told(hooks, stripe)

    assert await money(begin, claim.id) == PRICE - 1000 == at_the_provider(stripe)


async def test_a_dispute_takes_the_money_and_winning_it_brings_it_back(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    await told(hooks, stripe)
    (attempt,) = await attempts(begin)

    dispute = stripe.dispute(str(attempt.intent_id))
    await told(hooks, stripe)
    assert await money(begin) == 0
    stripe.close_dispute(dispute["id"], won=True)
    await told(hooks, stripe)

    assert await money(begin) == PRICE


async def test_whoever_keeps_beginning_to_pay_holds_the_place_for_three_hours_at_most(
    begin: Begin, house: Around, checkouts: Checkouts, clock: FixedClock
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    begun = clock()
    for _ in range(12):
        clock.forward(minutes=20)
        try:
            await opened(checkouts, house, claim)
        except NothingToPay:
            break

    assert clock() - begun <= timedelta(hours=3, minutes=20)
    await Enrolments(house).lapse_due()
    assert await state_of(begin, claim) is EnrolmentState.EXPIRED
