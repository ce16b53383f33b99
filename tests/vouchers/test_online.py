"""A voucher and an online payment together: value is kept while the place is held, spent when the money is there, free when not."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from lms.billing.models import Means, Refund
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.paying import Received, receive_money
from lms.kernel.actor import SYSTEM
from lms.payments.due import due_of
from lms.settings import Settings
from lms.vouchers.queries import reserved_cents
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, people
from tests.making import BOTH, FixedClock
from tests.vouchers.selling import TEAM, books, history, left, paid_run, using, value

pytestmark = BOTH
ONLINE, WAYS = PaymentMethod.ONLINE, ["online", "invoice", "cash"]
HELD, CONFIRMED, EXPIRED = EnrolmentState.HELD, EnrolmentState.CONFIRMED, EnrolmentState.EXPIRED


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"stripe_key": SecretStr("sk_test_1")})


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)


async def pay(house: Around, shares: Mapping[UUID, int]) -> Received:
    async with house.begin() as session:
        return await receive_money(
            session, SYSTEM, shares=shares, means=Means.ONLINE, event="pi_1", cause="paid online",
            at=house.clock(), settings=house.settings,
        )  # fmt: skip


async def due(house: Around, enrolment_id: UUID) -> Mapping[UUID, int]:
    async with house.begin.reading() as session:
        return (await due_of(session, TEAM, house.signer, enrolment_id=enrolment_id)).shares


async def test_the_rest_is_paid_online_and_the_voucher_with_it_in_one_transaction(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin, payment_methods=WAYS), await value(house, 5_000)

    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=ONLINE, vouchers=using(voucher)
    )
    one = placed.enrolments[0]
    assert (placed.state, await due(house, one.id)) == (HELD, {one.id: 3_000})
    assert (await books(begin), await left(begin, voucher)) == ([], 0)
    async with begin.reading() as session:
        assert await reserved_cents(session, [one.id]) == {one.id: 5_000}

    received = await pay(house, {one.id: 3_000})
    again = await pay(house, {one.id: 3_000})

    assert (received.confirmed, again.confirmed) == ([one.id], [])
    assert sorted(await books(begin)) == [
        ("charge", None, 8_000), ("payment", "stripe", -3_000), ("payment", "voucher", -5_000),
    ]  # fmt: skip


async def test_when_nobody_pays_in_time_the_value_comes_back_and_money_that_comes_late_goes_back(
    house: Around, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, voucher = await paid_run(begin, payment_methods=WAYS), await value(house, 5_000)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=ONLINE, vouchers=using(voucher)
    )
    one = placed.enrolments[0]
    clock.forward(hours=3)
    await enrolments.lapse_due()

    assert await left(begin, voucher) == 5_000
    assert [kind for kind, _ in await history(begin, voucher)] == ["issued", "reserved", "released"]
    received = await pay(house, {one.id: 3_000})

    assert received.confirmed == []
    async with begin.reading() as session:
        assert [refund.amount_cents for refund in await session.scalars(select(Refund))] == [3_000]
    assert await left(begin, voucher) == 5_000


async def test_whoever_pays_in_another_way_after_all_keeps_the_voucher_in_it(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin, payment_methods=WAYS), await value(house, 5_000)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=ONLINE, vouchers=using(voucher)
    )

    await enrolments.pay_otherwise(TEAM, enrolment_id=placed.enrolments[0].id, method=PaymentMethod.CASH)

    assert sorted(await books(begin)) == [("charge", None, 8_000), ("payment", "voucher", -5_000)]


async def test_of_several_persons_whoever_is_covered_has_a_place_at_once(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin, payment_methods=WAYS), await value(house, 9_000)

    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=people(2), payment_method=ONLINE, vouchers=using(voucher)
    )

    first, second = placed.enrolments
    assert (first.state, first.payment_method) == (CONFIRMED, PaymentMethod.VOUCHER)
    assert (second.state, await due(house, second.id)) == (HELD, {second.id: 7_000})
    assert (await pay(house, {second.id: 7_000})).confirmed == [second.id]
    assert await left(begin, voucher) == 0
