"""Discount codes: a line of the price, as often as they may be used, never beyond their budget."""

from datetime import date

import pytest

from lms.catalogue.models import Audience, CourseAudience, PaymentMethod
from lms.db import Begin
from lms.enrolment.pricing.models import PriceReckoning
from lms.enrolment.service import Enrolments
from lms.vouchers.errors import (
    NotForThisCourse,
    OncePerPerson,
    OneDiscountOnly,
    VoucherEmpty,
    VoucherNotYetValid,
    WordTaken,
    WordUnfit,
)
from lms.vouchers.models import Voucher
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, people
from tests.making import BOTH
from tests.vouchers.selling import TEAM, books, code, paid_run, stored, using, value

pytestmark = BOTH
CASH = PaymentMethod.CASH


@pytest.fixture
def enrolments(house: Around) -> Enrolments:
    return Enrolments(house)


async def test_a_discount_is_a_line_of_the_price_that_was_agreed_and_stays_with_it(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, discount = await paid_run(begin), await code(house, percent=25)

    placed = await enrolments.enrol(
        VISITOR,
        run_id=run.id,
        persons=[named()],
        payment_method=CASH,
        agreed_cents=6_000,
        vouchers=using(discount),
    )

    one = placed.enrolments[0]
    async with begin.reading() as session:
        lines = (await session.get_one(PriceReckoning, one.id)).lines
    assert one.price_cents == 6_000
    assert [(line["amount_cents"], line["params"]) for line in lines] == [
        (8_000, {}),
        (-2_000, {"code": "HERBST"}),
    ]
    assert await books(begin) == [("charge", None, 6_000)]
    used = await stored(begin, discount.id)
    assert (used.uses, used.used_cents) == (1, 2_000)


async def test_a_discount_and_a_voucher_together_the_discount_first(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, discount, voucher = await paid_run(begin), await code(house, percent=25), await value(house, 8_000)

    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher, discount)
    )

    assert placed.enrolments[0].payment_method is PaymentMethod.VOUCHER
    assert await books(begin) == [("charge", None, 6_000), ("payment", "voucher", -6_000)]


async def test_a_code_for_everything_makes_the_course_free_of_charge(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, discount = await paid_run(begin), await code(house, percent=100)

    placed = await enrolments.enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(discount))

    assert (placed.enrolments[0].price_cents, placed.enrolments[0].payment_method) == (0, PaymentMethod.FREE)
    assert await books(begin) == []


async def test_a_code_that_is_good_once_is_used_up_and_comes_back_when_the_place_is_given_back(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, discount = await paid_run(begin), await code(house, off_cents=1_000, most_uses=1)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=people(2), payment_method=CASH, vouchers=using(discount)
    )
    assert [one.price_cents for one in placed.enrolments] == [7_000, 8_000]

    with pytest.raises(VoucherEmpty):
        await enrolments.enrol(
            VISITOR, run_id=run.id, persons=[named()], payment_method=CASH, vouchers=using(discount)
        )
    await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)

    again = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=CASH, vouchers=using(discount)
    )
    assert again.enrolments[0].price_cents == 7_000


async def test_each_person_uses_a_code_once_and_again_after_cancelling(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    first, second = await paid_run(begin), await paid_run(begin)
    discount = await code(house, off_cents=1_000, is_once_per_person=True)
    placed = await enrolments.enrol(
        VISITOR, run_id=first.id, persons=[named()], payment_method=CASH, vouchers=using(discount)
    )
    ada = placed.enrolments[0].person_id
    assert ada is not None

    with pytest.raises(OncePerPerson):
        await enrolments.enrol(
            TEAM, run_id=second.id, persons=[ada], payment_method=CASH, vouchers=using(discount)
        )
    await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)

    again = await enrolments.enrol(
        TEAM, run_id=second.id, persons=[ada], payment_method=CASH, vouchers=using(discount)
    )
    assert again.enrolments[0].price_cents == 7_000


async def test_codes_that_do_not_fit_are_refused_and_nothing_is_placed(
    house: Around, enrolments: Enrolments, begin: Begin
) -> None:
    run, other = await paid_run(begin), await paid_run(begin)
    async with begin() as session:
        session.add(CourseAudience(course_id=run.course_id, audience=Audience.SENIORS))
    cases: list[tuple[list[Voucher], type[Exception]]] = [
        ([await code(house, word="NURDORT", run_ids=[other.id])], NotForThisCourse),
        ([await code(house, word="JUGEND", audiences=["youth"])], NotForThisCourse),
        ([await code(house, word="SPAETER", valid_from=date(2026, 12, 24))], VoucherNotYetValid),
        ([await code(house, word="EINS1"), await code(house, word="ZWEI2")], OneDiscountOnly),
    ]

    for vouchers, refusal in cases:
        with pytest.raises(refusal):
            await enrolments.enrol(
                VISITOR, run_id=run.id, persons=[named()], payment_method=CASH, vouchers=using(*vouchers)
            )

    assert await books(begin) == []


async def test_the_word_of_a_code_is_taken_once_and_cannot_look_like_a_voucher(house: Around) -> None:
    await code(house, word="herbst 26")

    with pytest.raises(WordTaken):
        await code(house, word="HERBST26")
    for unfit in ("ABC", "ÄÖÜÄÖÜ", "ABCDEFGHJKLMNPQR"):
        with pytest.raises(WordUnfit):
            await code(house, word=unfit)
