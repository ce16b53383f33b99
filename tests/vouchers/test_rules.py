"""What vouchers do to prices, and codes that people type: values in, values out."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from lms.catalogue.models import Audience
from lms.kernel.tokens import Signer
from lms.vouchers import codes
from lms.vouchers.errors import NotForSingleDates, NotForThisCourse
from lms.vouchers.models import Voucher, VoucherKind, VoucherOrigin
from lms.vouchers.rules import Where, discounts, effect_of, last_day, refuse_unfit
from tests.making import MOMENT

SIGNER = Signer(["neu", "alt"])


def made(**given: Any) -> Voucher:
    usual: dict[str, Any] = {
        "kind": VoucherKind.DISCOUNT, "origin": VoucherOrigin.TEAM, "code_hash": uuid4().hex, "last_four": "BST6",
        "issued_at": MOMENT, "valid_until": date(2027, 12, 31),
    }  # fmt: skip
    return Voucher(**usual | given)


@pytest.mark.parametrize(
    ("given", "prices", "off"),
    [
        ({"percent": 25}, [8_000, 3_333], (2_000, 833)),
        ({"percent": 100}, [8_000, 0], (8_000, 0)),
        ({"off_cents": 1_000}, [8_000, 600], (1_000, 600)),
        ({"off_cents": 1_000, "most_uses": 1}, [8_000, 8_000], (1_000, 0)),
        ({"off_cents": 1_000, "most_uses": 3, "uses": 3}, [8_000], (0,)),
        ({"off_cents": 1_000, "budget_cents": 2_500, "used_cents": 1_000}, [8_000, 8_000, 8_000], (1_000, 500, 0)),
    ],
)  # fmt: skip
def test_what_a_code_takes_off_each_place(
    given: dict[str, Any], prices: list[int], off: tuple[int, ...]
) -> None:
    assert discounts(made(**given), prices) == off


def test_a_code_for_certain_courses_runs_or_audiences_fits_there_alone() -> None:
    run, course = uuid4(), uuid4()
    here = Where(run, course, frozenset({Audience.SENIORS}))

    for fits in (
        made(percent=5),
        made(percent=5, run_ids=[str(run)]),
        made(percent=5, course_ids=[str(course)], run_ids=[str(uuid4())]),
        made(percent=5, audiences=["seniors", "youth"]),
    ):
        refuse_unfit(fits, here)
    for unfit in (made(percent=5, run_ids=[str(uuid4())]), made(percent=5, audiences=["youth"])):
        with pytest.raises(NotForThisCourse):
            refuse_unfit(unfit, here)
    with pytest.raises(NotForSingleDates):
        refuse_unfit(made(percent=5), Where(run, course, frozenset(), singly=True))


@any_of(
    st.lists(st.integers(0, 20_000), min_size=1, max_size=4),
    st.lists(st.integers(1, 30_000), max_size=3),
    st.integers(1, 100),
)
def test_vouchers_never_pay_more_than_is_owed_or_than_is_left(
    prices: list[int], balances: list[int], percent: int
) -> None:
    vouchers = [
        made(kind=VoucherKind.VALUE, face_cents=cents, balance_cents=cents, id=uuid4()) for cents in balances
    ]

    effect = effect_of([*vouchers, made(percent=percent, id=uuid4())], prices)

    assert all(0 <= off <= price for off, price in zip(effect.off, prices, strict=True))
    assert effect.rest_cents == max(0, effect.total_cents - sum(balances))
    for voucher in vouchers:
        assert effect.paid_by(voucher.id) <= voucher.balance_cents


def test_a_code_is_read_however_it_is_typed_and_printed_again_also_with_an_older_secret() -> None:
    key = uuid4()
    old = codes.code_of(Signer(["alt"]), key)

    assert codes.bare(f" {codes.in_groups(old).lower()} ") == old
    assert codes.code_again(SIGNER, key, codes.hash_of(codes.in_groups(old))) == old
    assert codes.code_again(Signer(["neu"]), key, codes.hash_of(old)) is None
    assert len(codes.in_groups(old)) == 19


@any_of(st.uuids(version=4), st.integers(0, codes.LENGTH - 1), st.sampled_from(codes.SIGNS))
def test_one_wrong_sign_is_a_typing_error_and_so_are_most_neighbours_that_changed_places(
    key: Any, place: int, sign: str
) -> None:
    code = codes.code_of(SIGNER, key)
    wrong = code[:place] + sign + code[place + 1 :]

    assert not codes.is_mistyped(code)
    assert codes.is_mistyped(wrong) == (sign != code[place])
    assert codes.is_mistyped(code[:place] + "0" + code[place + 1 :])
    assert not codes.is_mistyped("HERBST10")


def test_a_voucher_is_valid_to_the_end_of_the_third_year() -> None:
    assert last_day(date(2026, 1, 1)) == last_day(date(2026, 12, 31)) == date(2029, 12, 31)
