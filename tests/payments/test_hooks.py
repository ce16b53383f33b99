"""What the provider tells: only what is signed, once by its id, in any order; forged, replayed, mangled and foreign ones change nothing."""

import json
import random
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy import func, select

from lms.billing.models import RefundMeans, RefundState
from lms.billing.refunds.booking import ask_refund
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.jobs.worker import Worker
from lms.kernel.actor import SYSTEM
from lms.payments.checkouts import Checkouts
from lms.payments.errors import ForgedEvent, ProviderAway
from lms.payments.hooks import Hooks
from lms.payments.models import ProviderEvent
from lms.web.module import Around
from tests.making import BOTH, FixedClock
from tests.payments.buying import PRICE, attempts, money, opened, ordered, paid_run, refunds, state_of, told
from tests.stripe_stand_in.fixture import StandIn

pytestmark = BOTH


async def heard(begin: Begin) -> int:
    async with begin.reading() as session:
        return await session.scalar(select(func.count()).select_from(ProviderEvent)) or 0


async def test_events_in_any_order_and_several_times_leave_the_same_books(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    run = await paid_run(begin, capacity=20)
    for number in range(3):
        (claim,) = await ordered(house, run, f"Person{number} Muster")
        stripe.pay(await opened(checkouts, house, claim))
    events = stripe.events() * 3
    random.Random(5).shuffle(events)

    for event in events:
        signed = stripe.signed(event)
        await hooks.receive(signed.payload, signed.headers["Stripe-Signature"])

    assert await money(begin) == 3 * PRICE
    assert await heard(begin) == len(events) // 3


async def test_a_message_without_a_valid_signature_is_not_read(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    event = stripe.events("checkout.session.completed")[0]
    good = stripe.signed(event)
    foreign = stripe.signed(event, secrets=["whsec_of_somebody_else"])
    old = stripe.signed(event, at=int(datetime.now(UTC).timestamp()) - 301)
    mangled = good.payload.replace(b"complete", b"complote")

    for body, signature in [
        (good.payload, ""),
        (good.payload, foreign.headers["Stripe-Signature"]),
        (old.payload, old.headers["Stripe-Signature"]),
        (mangled, good.headers["Stripe-Signature"]),
        (b"", good.headers["Stripe-Signature"]),
        (b"\xff\xfe", "t=1,v1=00"),
    ]:
        with pytest.raises(ForgedEvent):
            await hooks.receive(body, signature)

    assert await heard(begin) == 0
    assert await state_of(begin, claim) is EnrolmentState.HELD


async def test_what_an_event_claims_is_not_believed(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    await opened(checkouts, house, claim)
    (attempt,) = await attempts(begin)
    page = stripe.get(str(attempt.session_id))
    told_so = stripe.emit(
        "checkout.session.completed", {**page, "status": "complete", "payment_status": "paid"}
    )

    signed = stripe.signed(told_so)
    await hooks.receive(signed.payload, signed.headers["Stripe-Signature"])

    assert await state_of(begin, claim) is EnrolmentState.HELD
    assert await money(begin) == 0


async def test_events_about_things_that_are_not_ours_are_kept_and_change_nothing(
    begin: Begin, hooks: Hooks, stripe: StandIn
) -> None:
    foreign = [
        stripe.emit("checkout.session.completed", {"id": "cs_test_x", "object": "checkout.session"}),
        stripe.emit("payment_intent.succeeded", {"id": "pi_x", "object": "payment_intent"}),
        stripe.emit(
            "charge.refunded", {"id": "ch_x", "object": "charge", "metadata": {"checkout": str(uuid4())}}
        ),
        stripe.emit("invoice.paid", {"id": "in_x", "object": "invoice"}),
    ]

    for event in foreign:
        signed = stripe.signed(event)
        await hooks.receive(signed.payload, signed.headers["Stripe-Signature"])

    assert await heard(begin) == len(foreign)
    assert await money(begin) == 0


async def test_an_event_of_the_live_system_does_not_reach_the_trial(
    begin: Begin, hooks: Hooks, stripe: StandIn
) -> None:
    event = stripe.emit("invoice.paid", {"id": "in_x", "object": "invoice"}, livemode=True)
    signed = stripe.signed(event)

    with pytest.raises(ForgedEvent):
        await hooks.receive(signed.payload, signed.headers["Stripe-Signature"])


async def test_while_the_provider_does_not_answer_nothing_is_kept_so_that_it_tells_again(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn
) -> None:
    (claim,) = await ordered(house, await paid_run(begin))
    stripe.pay(await opened(checkouts, house, claim))
    stripe.fail("GET /v1/checkout/sessions", times=1)

    with pytest.raises(ProviderAway):
        await told(hooks, stripe, "checkout.session.completed")
    assert await heard(begin) == 0
    await told(hooks, stripe)

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED


async def test_events_that_no_hook_brought_are_asked_for(
    begin: Begin, house: Around, checkouts: Checkouts, hooks: Hooks, stripe: StandIn, clock: FixedClock
) -> None:
    run = await paid_run(begin, capacity=20)
    claims = [(await ordered(house, run, f"Person{number} Muster"))[0] for number in range(3)]
    for claim in claims:
        stripe.pay(await opened(checkouts, house, claim))

    clock.forward(minutes=10)
    await hooks.hear_missed()

    assert await money(begin) == 3 * PRICE
    assert await heard(begin) == len(stripe.events())


async def test_two_secrets_hold_while_one_is_being_replaced(
    house: Around, begin: Begin, stripe: StandIn
) -> None:
    both = house.settings.model_copy(
        update={"stripe_webhook_secrets": [SecretStr("whsec_new"), *house.settings.stripe_webhook_secrets]}
    )
    hooks = Hooks(Around(house.begin, house.clock, both, house.signer))
    event = stripe.emit("invoice.paid", {"id": "in_x", "object": "invoice"})

    for secrets in (["whsec_new"], None):
        signed = stripe.signed(event, secrets=secrets)
        await hooks.receive(signed.payload, signed.headers["Stripe-Signature"])

    assert await heard(begin) == 1


async def test_a_refund_whose_answer_was_lost_is_made_once(
    begin: Begin,
    house: Around,
    checkouts: Checkouts,
    hooks: Hooks,
    stripe: StandIn,
    jobs: Worker,
    clock: FixedClock,
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(house, run)
    stripe.pay(await opened(checkouts, house, claim))
    clock.forward(minutes=1)
    await told(hooks, stripe)
    async with begin() as session:
        await ask_refund(
            session, SYSTEM, enrolment_id=claim.id, amount_cents=PRICE, means=RefundMeans.ONLINE,
            state=RefundState.READY, at=clock(),
        )  # fmt: skip
    stripe.lose_answer("POST /v1/refunds")
    await jobs.drain()
    stripe.forget_keys()
    clock.forward(minutes=20)
    await jobs.drain()
    await told(hooks, stripe)

    assert [refund.state for refund in await refunds(begin)] == [RefundState.PAID]
    assert len(stripe.events("refund.created")) == 1
    assert await money(begin) == 0


async def test_the_door_answers_without_a_cookie_and_refuses_what_is_forged_or_too_large(
    app: Litestar, client: AsyncTestClient[Litestar], stripe: StandIn
) -> None:
    event = stripe.emit("invoice.paid", {"id": "in_x", "object": "invoice"})
    signed = stripe.signed(event)
    body, headers = signed.payload, {"stripe-signature": signed.headers["Stripe-Signature"]}

    assert (await client.post("/stripe/ereignisse", content=body, headers=headers)).status_code == 200
    assert (await client.post("/stripe/ereignisse", content=body)).status_code == 400
    large = json.dumps({"x": "y" * 300_000}).encode()
    assert (await client.post("/stripe/ereignisse", content=large, headers=headers)).status_code == 413
