"""A place that is paid online is held until the money is there; money finds its place, or goes back (domain rules 1, 3, 6; S-54)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import SecretStr
from sqlalchemy import select

from lms.billing.models import Means, Refund, RefundState, Settlement, SettlementCause
from lms.billing.queries import balance_of, documents_of
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.errors import NotHeldForPayment, PaymentMethodRefused
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.paying import Received, receive_money, trust_in_payment
from lms.jobs.worker import Worker
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.settings import Settings
from lms.web.module import Around
from tests.enrolment.places import CHILD, VISITOR, look, named, offered_run, people, told
from tests.enrolment.walking import text
from tests.making import BOTH, FixedClock
from tests.visiting import send

pytestmark = BOTH

Browser = AsyncTestClient[Litestar]
AGREED = {"emergency_phone": "0171 2345678", "alone": "yes", "photo": "no", "agreed": "1"}
PLANNER = Actor(frozenset({Identity.PROGRAMME}), account_id=uuid4())
WAYS = ["online", "invoice", "cash"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"stripe_key": SecretStr("sk_test_1")})


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)


async def paid_run(begin: Begin, **given: Any) -> Run:
    return await offered_run(begin, price_cents=4500, payment_methods=WAYS, **given)


async def ordered(enrolments: Enrolments, run: Run, *names: str, **given: Any) -> list[Enrolment]:
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named(name) for name in names or ["Ada Lehmann"]],
        payment_method=PaymentMethod.ONLINE, **given,
    )  # fmt: skip
    return list(placed.enrolments)


async def pay(
    house: Around, shares: Mapping[UUID, int], *, event: str = "pi_1", means: Means = Means.ONLINE
) -> Received:
    async with house.begin() as session:
        return await receive_money(
            session, SYSTEM, shares=shares, means=means, event=event, cause="paid online", at=house.clock(),
            settings=house.settings,
        )  # fmt: skip


async def state_of(begin: Begin, enrolment: Enrolment) -> EnrolmentState:
    async with begin.reading() as session:
        return (await session.get_one(Enrolment, enrolment.id)).state


async def open_cents(begin: Begin, enrolment: Enrolment) -> int:
    async with begin.reading() as session:
        return (await balance_of(session, [enrolment.id]))[enrolment.id].open_cents


async def refunds(begin: Begin) -> list[Refund]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Refund)))


async def test_the_place_is_held_and_nothing_is_owed_until_it_is_paid(
    begin: Begin, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await paid_run(begin)

    (claim,) = await ordered(enrolments, run)

    assert claim.state is EnrolmentState.HELD
    assert claim.held_until == clock() + timedelta(minutes=45)
    assert (await look(begin, run)).occupied == 1
    assert await open_cents(begin, claim) == 0


async def test_money_in_time_makes_the_place_certain_with_an_invoice_that_is_paid(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)

    received = await pay(house, {claim.id: 4500})

    assert received.confirmed == [claim.id]
    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    assert await open_cents(begin, claim) == 0
    async with begin.reading() as session:
        assert [one.total_cents for one in await documents_of(session, [claim.id])] == [4500]


async def test_the_same_payment_told_again_changes_nothing(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    await pay(house, {claim.id: 4500})
    before = await told(begin)

    again = await pay(house, {claim.id: 4500})

    assert again == Received()
    assert await told(begin) == before
    assert await refunds(begin) == []


async def test_two_persons_are_paid_for_in_one_go(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    ada, ben = await ordered(enrolments, run, "Ada Lehmann", "Ben Lehmann")

    await pay(house, {ada.id: 4500, ben.id: 4500})

    assert {await state_of(begin, one) for one in (ada, ben)} == {EnrolmentState.CONFIRMED}


async def test_without_money_the_place_goes_to_the_next_and_the_person_is_told(
    begin: Begin, enrolments: Enrolments, clock: FixedClock, jobs: Worker
) -> None:
    run = await paid_run(begin, capacity=1)
    (claim,) = await ordered(enrolments, run)
    (next_one,) = await ordered(enrolments, run, "Ben Kaya")

    clock.forward(minutes=46)
    await enrolments.lapse_due()
    await jobs.drain()

    assert await state_of(begin, claim) is EnrolmentState.EXPIRED
    assert await state_of(begin, next_one) is EnrolmentState.OFFERED
    async with begin.reading() as session:
        kinds = set(await session.scalars(select(Letter.kind)))
    assert "payment_missed" in kinds


async def test_late_money_finds_the_place_again_while_it_is_free(
    begin: Begin, house: Around, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    clock.forward(minutes=50)
    await enrolments.lapse_due()

    await pay(house, {claim.id: 4500})

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    assert await refunds(begin) == []


async def test_late_money_without_a_place_goes_back_and_nobody_is_overtaken(
    begin: Begin, house: Around, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await paid_run(begin, capacity=1)
    (claim,) = await ordered(enrolments, run)
    await ordered(enrolments, run, "Ben Kaya")
    clock.forward(minutes=50)

    received = await pay(house, {claim.id: 4500})

    assert received.confirmed == []
    assert await state_of(begin, claim) is EnrolmentState.EXPIRED
    (refund,) = await refunds(begin)
    assert (refund.amount_cents, refund.state, refund.provider_payment) == (4500, RefundState.READY, "pi_1")


async def test_money_for_a_run_that_was_cancelled_meanwhile_goes_back(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    await enrolments.cancel_run(PLANNER, run_id=run.id, reason_de="Zu wenige Anmeldungen")

    await pay(house, {claim.id: 4500})

    assert await state_of(begin, claim) is EnrolmentState.CANCELLED
    assert [refund.amount_cents for refund in await refunds(begin)] == [4500]


async def test_whoever_pays_twice_gets_the_second_amount_back(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    await pay(house, {claim.id: 4500}, event="pi_1")

    await pay(house, {claim.id: 4500}, event="pi_2")

    (refund,) = await refunds(begin)
    assert (refund.amount_cents, refund.provider_payment) == (4500, "pi_2")
    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED


async def test_a_bank_transfer_too_much_is_a_task_of_the_cashiers(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)

    await pay(house, {claim.id: 5000}, means=Means.TRANSFER)

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED
    assert await refunds(begin) == []
    async with begin.reading() as session:
        (task,) = await session.scalars(select(Settlement))
    assert (task.cause, task.amount_cents) == (SettlementCause.OVERPAID, -500)


async def test_a_part_of_the_price_keeps_the_place_held(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)

    await pay(house, {claim.id: 2000}, means=Means.TRANSFER, event="line_1")
    assert await state_of(begin, claim) is EnrolmentState.HELD
    await pay(house, {claim.id: 2500}, means=Means.TRANSFER, event="line_2")

    assert await state_of(begin, claim) is EnrolmentState.CONFIRMED


async def test_one_may_change_over_to_an_invoice_and_the_money_that_comes_all_the_same_pays_it(
    begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    token = house.signer.token("enrolment", claim.id, claim.link_version)

    await enrolments.pay_otherwise(VISITOR, enrolment_id=claim.id, method=PaymentMethod.INVOICE, token=token)
    assert await open_cents(begin, claim) == 4500
    await pay(house, {claim.id: 4500})

    assert await open_cents(begin, claim) == 0
    assert await refunds(begin) == []


async def test_what_is_over_cannot_be_paid_otherwise(
    begin: Begin, house: Around, enrolments: Enrolments, clock: FixedClock
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    token = house.signer.token("enrolment", claim.id, claim.link_version)
    with pytest.raises(PaymentMethodRefused):
        await enrolments.pay_otherwise(
            VISITOR, enrolment_id=claim.id, method=PaymentMethod.DIRECT_DEBIT, token=token
        )
    clock.forward(minutes=50)

    with pytest.raises(NotHeldForPayment):
        await enrolments.pay_otherwise(
            VISITOR, enrolment_id=claim.id, method=PaymentMethod.INVOICE, token=token
        )


async def test_the_order_can_be_taken_back_before_it_is_paid(
    begin: Begin, enrolments: Enrolments, house: Around
) -> None:
    run = await paid_run(begin, capacity=1)
    (claim,) = await ordered(enrolments, run)
    token = house.signer.token("enrolment", claim.id, claim.link_version)

    await enrolments.cancel(VISITOR, enrolment_id=claim.id, token=token)

    assert await state_of(begin, claim) is EnrolmentState.CANCELLED
    assert (await look(begin, run)).occupied == 0


async def test_whoever_pays_within_a_quarter_of_an_hour_is_not_asked_to_pay(
    begin: Begin, house: Around, enrolments: Enrolments, jobs: Worker
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    await jobs.drain()
    await pay(house, {claim.id: 4500})
    await jobs.drain()

    async with begin.reading() as session:
        kinds = set(await session.scalars(select(Letter.kind)))
    assert "payment_awaited" not in kinds
    assert "place_confirmed" in kinds


async def test_whoever_waits_for_the_bank_is_not_asked_for_money_again(
    begin: Begin, house: Around, enrolments: Enrolments, jobs: Worker
) -> None:
    run = await paid_run(begin)
    (claim,) = await ordered(enrolments, run)
    async with begin() as session:
        await trust_in_payment(
            session, SYSTEM, enrolment_ids=[claim.id], at=house.clock(), settings=house.settings
        )
    await jobs.drain()

    async with begin.reading() as session:
        told = {one.kind: one.text for one in await session.scalars(select(Letter))}
    assert "Sie haben online bezahlt" in told["place_confirmed"]
    assert "Bitte überweisen Sie nichts" in told["invoice"]
    assert "IBAN" not in told["place_confirmed"] + told["invoice"]


async def test_a_guardian_who_has_agreed_is_led_to_the_payment(
    client: Browser, begin: Begin, house: Around, enrolments: Enrolments
) -> None:
    run = await paid_run(begin)
    child = named("Lena Arnold", birth_date=CHILD, email=None, guardian=named("Jens Arnold"))
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[child], payment_method=PaymentMethod.ONLINE
    )
    one = placed.enrolments[0]
    path = f"/einwilligung/{one.id}/{house.signer.token('consent', one.id, one.link_version)}"

    led = await send(client, path, AGREED)
    page = text(await client.get(led.headers["location"]))

    assert "Es fehlt nur noch die Zahlung." in page
    assert "beendet" not in page


async def test_a_centre_without_a_provider_offers_no_online_payment(begin: Begin, house: Around) -> None:
    run = await paid_run(begin)
    without = Around(
        house.begin,
        house.clock,
        house.settings.model_copy(update={"stripe_key": SecretStr("")}),
        house.signer,
    )

    with pytest.raises(PaymentMethodRefused):
        await Enrolments(without).enrol(
            VISITOR, run_id=run.id, persons=people(1), payment_method=PaymentMethod.ONLINE
        )
