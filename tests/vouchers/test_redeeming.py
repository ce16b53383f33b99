"""Paying with value vouchers: never more than is owed, never more than is left, and back to the voucher when somebody cancels."""

from datetime import date
from typing import Any

import pytest

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.service.offering import open_offer
from lms.enrolment.values import Wants
from lms.kernel.errors import Forbidden
from lms.vouchers import codes
from lms.vouchers.errors import (
    DiscountTooLate,
    MistypedCode,
    NothingLeftToPay,
    UnknownCode,
    VoucherBlocked,
    VoucherEmpty,
    VoucherExpired,
    VoucherTaken,
)
from lms.vouchers.service import Vouchers
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, people
from tests.making import BOTH, FixedClock, learner, make_person
from tests.vouchers.selling import FINANCE, TEAM, books, code, history, left, paid_run, stored, using, value

pytestmark = BOTH
INVOICE, CASH, VOUCHER = PaymentMethod.INVOICE, PaymentMethod.CASH, PaymentMethod.VOUCHER


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)


async def test_a_voucher_that_covers_the_price_confirms_at_once_and_keeps_the_rest(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin), await value(house, 10_000)

    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher))

    assert (placed.state, placed.enrolments[0].payment_method) == (EnrolmentState.CONFIRMED, VOUCHER)
    assert await books(begin) == [("charge", None, 8_000), ("payment", "voucher", -8_000)]
    assert await left(begin, voucher) == 2_000
    assert await history(begin, voucher) == [("issued", 10_000), ("reserved", -8_000), ("redeemed", 0)]


async def test_several_vouchers_pay_in_their_order_and_the_rest_is_paid_in_another_way(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, first, second = await paid_run(begin), await value(house, 3_000), await value(house, 2_500)

    placed = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named()],
        payment_method=CASH,
        vouchers=using(first, second, rest=2_500),
    )

    assert placed.enrolments[0].payment_method is CASH
    assert sorted(await books(begin)) == [
        ("charge", None, 8_000),
        ("payment", "voucher", -3_000),
        ("payment", "voucher", -2_500),
    ]
    assert (await left(begin, first), await left(begin, second)) == (0, 0)


async def test_a_voucher_pays_for_several_persons_of_one_order(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin), await value(house, 20_000)

    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=people(2), vouchers=using(voucher))

    assert [one.payment_method for one in placed.enrolments] == [VOUCHER, VOUCHER]
    assert await left(begin, voucher) == 4_000


async def test_what_a_voucher_paid_goes_back_to_it_when_somebody_cancels_and_money_goes_back_as_money(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin), await value(house, 5_000)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=CASH, vouchers=using(voucher)
    )
    one = placed.enrolments[0]

    await enrolments.cancel(TEAM, enrolment_id=one.id, reason="krank")
    await enrolments.cancel(TEAM, enrolment_id=one.id, reason="krank")

    assert await left(begin, voucher) == 5_000
    assert (await history(begin, voucher))[-1] == ("returned", 5_000)
    assert sum(cents for _, _, cents in await books(begin)) == 0


async def test_a_fee_for_cancelling_late_stays_paid_by_the_voucher(
    house: Around, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await paid_run(begin, cancel_free_days=14, cancel_fee_percent=50)
    voucher = await value(house, 8_000)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher))
    clock.forward(days=20)

    outcome = await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)

    assert outcome.fee_cents == 4_000
    assert await left(begin, voucher) == 4_000
    assert sum(cents for _, _, cents in await books(begin)) == 0


async def test_value_that_comes_back_to_a_voucher_that_is_over_can_be_used_for_another_year(
    house: Around, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run = await paid_run(begin)
    voucher = await value(house, 8_000, valid_until=date(2026, 12, 5))
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher))
    clock.forward(days=3)

    await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)

    assert (await stored(begin, voucher.id)).valid_until == date(2027, 12, 7)


@pytest.mark.parametrize(
    ("given", "refusal"), [({"valid_until": date(2026, 12, 4)}, VoucherExpired), ({}, VoucherBlocked)]
)
async def test_a_voucher_that_is_over_or_blocked_is_refused_and_nothing_is_placed(
    house: Around,
    enrolments: Enrolments,
    begin: Begin,
    clock: FixedClock,
    given: dict[str, Any],
    refusal: type[Exception],
) -> None:
    run, voucher = await paid_run(begin), await value(house, 8_000, **given)
    if refusal is VoucherBlocked:
        await Vouchers(house).block(FINANCE, voucher_id=voucher.id, reason="verloren")
    clock.forward(days=1)

    with pytest.raises(refusal):
        await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher))

    assert await books(begin) == []
    assert await left(begin, voucher) == 8_000


async def test_a_voucher_of_which_less_is_left_than_the_person_has_read_is_refused(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin), await value(house, 9_000)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher, rest=0))

    with pytest.raises(VoucherTaken):
        await enrolments.enrol(
            VISITOR,
            run_id=run.id,
            persons=[named("Ben Berger")],
            payment_method=CASH,
            vouchers=using(voucher, rest=0),
        )
    with pytest.raises(VoucherEmpty):
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named("Ben Berger")], payment_method=CASH,
            vouchers=using(await spent(house, enrolments, begin), rest=0),
        )  # fmt: skip


async def spent(house: Around, enrolments: Enrolments, begin: Begin) -> Any:
    """A voucher of which nothing is left."""
    run, voucher = await paid_run(begin), await value(house, 8_000)
    await enrolments.enrol(VISITOR, run_id=run.id, persons=[named("Cora Cohn")], vouchers=using(voucher))
    return voucher


async def test_who_waits_pays_nothing_and_uses_the_voucher_when_a_place_is_offered(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin, capacity=1), await value(house, 8_000)
    first = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=CASH)
    waiting = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named("Ben Berger")],
        vouchers=using(voucher),
        wants=Wants.PLACE_OR_LIST,
    )
    one = waiting.enrolments[0]
    assert (waiting.state, one.payment_method) == (EnrolmentState.WAITING, PaymentMethod.FREE)
    assert await left(begin, voucher) == 8_000
    await enrolments.cancel(TEAM, enrolment_id=first.enrolments[0].id)
    async with begin.reading() as session:
        offer = await open_offer(session, one.party_id)
    assert offer is not None

    placed = await enrolments.accept(TEAM, offer_id=offer.id, vouchers=using(voucher))

    assert (placed.state, placed.enrolments[0].payment_method) == (EnrolmentState.CONFIRMED, VOUCHER)
    assert await left(begin, voucher) == 0


async def test_value_kept_for_somebody_whose_parent_has_to_agree_comes_back_when_nobody_does(
    house: Around, enrolments: Enrolments, begin: Begin, clock: FixedClock
) -> None:
    run, voucher = await paid_run(begin), await value(house, 8_000)
    child = named("Lena Berger", birth_date=date(2014, 5, 1), guardian=named("Ben Berger"))

    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[child], contact=named("Ben Berger"), vouchers=using(voucher)
    )
    assert placed.state is EnrolmentState.REQUESTED
    assert await left(begin, voucher) == 0
    clock.forward(days=60)
    await enrolments.lapse_due()

    assert await left(begin, voucher) == 8_000
    assert (await history(begin, voucher))[-1] == ("released", 8_000)


async def test_the_team_redeems_a_voucher_for_what_is_still_owed_and_not_for_themselves(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher, discount = await paid_run(begin), await value(house, 5_000), await code(house)
    typed = codes.in_groups(codes.code_of(house.signer, voucher.id)).lower()
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], payment_method=INVOICE)
    one = placed.enrolments[0].id

    with pytest.raises(DiscountTooLate):
        await enrolments.redeem_voucher(TEAM, enrolment_id=one, typed=discount.word)
    assert await enrolments.redeem_voucher(TEAM, enrolment_id=one, typed=typed) == 5_000
    with pytest.raises(VoucherEmpty):
        await enrolments.redeem_voucher(TEAM, enrolment_id=one, typed=typed)
    another = await value(house, 9_000)
    typed = codes.code_of(house.signer, another.id)
    assert await enrolments.redeem_voucher(TEAM, enrolment_id=one, typed=typed) == 3_000
    with pytest.raises(NothingLeftToPay):
        await enrolments.redeem_voucher(TEAM, enrolment_id=one, typed=typed)
    with pytest.raises(Forbidden):
        await enrolments.redeem_voucher(learner(make_person()), enrolment_id=one, typed=typed)

    assert await left(begin, another) == 6_000


async def test_a_typing_error_is_told_from_a_code_that_nobody_knows(house: Around) -> None:
    voucher, vouchers = await value(house, 1_000), Vouchers(house)
    typed = codes.code_of(house.signer, voucher.id)
    wrong = ("A" if typed[0] != "A" else "B") + typed[1:]

    assert (await vouchers.look_up(VISITOR, typed=f" {codes.in_groups(typed).lower()} ")).id == voucher.id
    with pytest.raises(MistypedCode):
        await vouchers.look_up(VISITOR, typed=wrong)
    with pytest.raises(UnknownCode):
        await vouchers.look_up(VISITOR, typed="FRUEHLING")


async def test_a_move_to_another_course_takes_the_value_along_and_it_still_comes_back_to_the_voucher(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, voucher = await paid_run(begin), await value(house, 8_000)
    other = await paid_run(begin)
    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher))

    moved = await enrolments.move(
        TEAM, enrolment_id=placed.enrolments[0].id, run_id=other.id, payment_method=INVOICE
    )
    assert await left(begin, voucher) == 0
    await enrolments.cancel(TEAM, enrolment_id=moved.enrolment.id)

    assert await left(begin, voucher) == 8_000
    assert sum(cents for _, _, cents in await books(begin)) == 0
