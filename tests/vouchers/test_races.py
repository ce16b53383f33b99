"""Two at once with the same single-use code, the same last cents: one wins, the other is told, and no sum goes below nothing."""

from pathlib import Path

import pytest

from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.settings import Settings
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named
from tests.making import BOTH
from tests.races.rush import Call, outcomes, rush
from tests.vouchers.selling import books, code, left, paid_run, stored, using, value

pytestmark = BOTH
CASH = PaymentMethod.CASH
CLIENTS = 8


def calls(run_ids: list[object], vouchers: object, **more: object) -> list[Call]:
    return [
        Call(
            "enrol",
            {"run_id": run_id, "persons": [named(f"Person{number} Muster")], "payment_method": CASH, "vouchers": vouchers}
            | more,
            VISITOR,
        )
        for number, run_id in enumerate(run_ids)
    ]  # fmt: skip


async def test_of_many_with_the_same_single_use_code_one_gets_it(
    house: Around, begin: Begin, settings: Settings, tmp_path: Path
) -> None:
    runs = [await paid_run(begin) for _ in range(2)]
    discount = await code(house, off_cents=1_000, most_uses=1)

    answers = rush(
        settings.database_url,
        tmp_path,
        calls([runs[n % 2].id for n in range(CLIENTS)], using(discount, rest=7_000)),
    )

    assert outcomes(answers) == {"VoucherEmpty": CLIENTS - 1, "done": 1}
    assert (await stored(begin, discount.id)).uses == 1
    assert await books(begin) == [("charge", None, 7_000)]


async def test_a_budget_is_never_exceeded(
    house: Around, begin: Begin, settings: Settings, tmp_path: Path
) -> None:
    runs = [await paid_run(begin) for _ in range(2)]
    discount = await code(house, off_cents=1_000, budget_cents=2_500)

    answers = rush(
        settings.database_url,
        tmp_path,
        calls([runs[n % 2].id for n in range(CLIENTS)], using(discount, rest=7_000)),
    )

    assert outcomes(answers) == {"VoucherTaken": CLIENTS - 2, "done": 2}
    assert (await stored(begin, discount.id)).used_cents == 2_000


async def test_the_last_cents_of_a_voucher_are_spent_once(
    house: Around, begin: Begin, settings: Settings, tmp_path: Path
) -> None:
    runs = [await paid_run(begin) for _ in range(2)]
    voucher = await value(house, 20_000)

    answers = rush(
        settings.database_url,
        tmp_path,
        calls([runs[n % 2].id for n in range(CLIENTS)], using(voucher, rest=0)),
    )

    assert outcomes(answers) == {"VoucherTaken": CLIENTS - 2, "done": 2}
    assert await left(begin, voucher) == 4_000


async def test_the_same_form_sent_many_times_at_once_spends_the_voucher_once(
    house: Around, begin: Begin, settings: Settings, tmp_path: Path
) -> None:
    run, voucher = await paid_run(begin), await value(house, 20_000)
    same = Call(
        "enrol",
        {
            "run_id": run.id,
            "persons": [named()],
            "vouchers": using(voucher, rest=0),
            "idempotency_key": "einmal",
        },
        VISITOR,
    )

    answers = rush(settings.database_url, tmp_path, [same] * CLIENTS)

    assert outcomes(answers) == {"done": CLIENTS}
    assert await left(begin, voucher) == 12_000


async def test_a_transaction_that_dies_between_keeping_and_confirming_leaves_nothing_kept(
    house: Around, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, voucher = await paid_run(begin), await value(house, 8_000)

    async def dies(*_given: object, **_named: object) -> int:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("lms.enrolment.service.redeeming.redeem_reserved", dies)
        with pytest.raises(SystemExit):
            await Enrolments(house).enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher))

    assert await left(begin, voucher) == 8_000
    await Enrolments(house).enrol(VISITOR, run_id=run.id, persons=[named()], vouchers=using(voucher))
    assert await left(begin, voucher) == 0
