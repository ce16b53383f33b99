"""Gift vouchers that are sold, credit for refunds, and what the team does with vouchers."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from lms.billing.models import Means, Refund, RefundMeans, RefundState
from lms.billing.refunds.booking import ask_refund
from lms.billing.service import record_payment
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.errors import Forbidden, Invalid, Stale
from lms.messaging.models import Enclosure, Letter
from lms.messaging.secrets import covered
from lms.vouchers import codes
from lms.vouchers.errors import (
    DayTooEarly,
    OrderEnded,
    OtherAmount,
    OwnVoucher,
    ReasonMissing,
    VoucherBlocked,
)
from lms.vouchers.models import OrderState, Voucher, VoucherOrder
from lms.vouchers.queries import liabilities, open_order_by_reference, voucher_by_code, vouchers_page
from lms.vouchers.selling import VoucherShop
from lms.vouchers.service import Vouchers
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named
from tests.making import BOTH, FixedClock, learner, make_person
from tests.vouchers.selling import (
    FINANCE,
    TEAM,
    books,
    code,
    history,
    left,
    paid_run,
    stored,
    using,
    value,
    wish,
)

pytestmark = BOTH


async def letters(begin: Begin) -> list[Letter]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Letter).order_by(Letter.written_at, Letter.kind)))


async def test_a_gift_voucher_comes_into_being_when_it_is_paid_and_goes_to_whom_it_is_for(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    shop, key = VoucherShop(house), uuid4()
    order = await shop.order(VISITOR, form_key=key, wish=wish())
    again = await shop.order(VISITOR, form_key=key, wish=wish())
    await jobs.drain()
    assert again.id == order.id
    assert [(one.kind, one.to_address) for one in await letters(begin)] == [
        ("voucher_order", "ben@example.com")
    ]
    assert await books(begin) == []

    with pytest.raises(OtherAmount):
        await shop.paid(FINANCE, order_id=order.id, amount_cents=4_000, means=Means.TRANSFER, note="")
    voucher = await shop.paid(
        FINANCE, order_id=order.id, amount_cents=5_000, means=Means.TRANSFER, note="4.12."
    )
    twice = await shop.paid(
        FINANCE, order_id=order.id, amount_cents=5_000, means=Means.TRANSFER, note="4.12."
    )
    await jobs.drain()

    assert twice.id == voucher.id
    assert await books(begin) == [("payment", "bank", -5_000)]
    assert (await left(begin, voucher), voucher.valid_until) == (5_000, date(2029, 12, 31))
    sent = {one.kind: one for one in await letters(begin)}
    assert {kind: one.to_address for kind, one in sent.items()} == {
        "voucher_order": "ben@example.com", "voucher": "ada@example.com", "voucher_sent": "ben@example.com",
    }  # fmt: skip
    printed = codes.in_groups(codes.code_of(house.signer, voucher.id))
    assert printed in sent["voucher"].text
    assert printed not in covered(sent["voucher"].text)
    async with begin.reading() as session:
        content = (
            await session.scalars(select(Enclosure.content).where(Enclosure.letter_id == sent["voucher"].id))
        ).one()
        assert (await voucher_by_code(session, printed)).id == voucher.id
    words = PdfReader(BytesIO(content)).pages[0].extract_text()
    assert all(part in words for part in (printed, "50,00 Euro", "für Ada"))


async def test_a_voucher_for_a_certain_day_waits_for_it(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    shop = VoucherShop(house)
    order = await shop.order(VISITOR, form_key=uuid4(), wish=wish(deliver_on=date(2026, 12, 24)))
    await shop.paid(FINANCE, order_id=order.id, amount_cents=5_000, means=Means.CASH, note="")
    await jobs.drain()
    assert [one.kind for one in await letters(begin)] == ["voucher_order"]

    clock.forward(days=20)
    await jobs.drain()

    assert sorted(one.kind for one in await letters(begin)) == ["voucher", "voucher_order", "voucher_sent"]


async def test_what_cannot_be_ordered_paid_or_cancelled(house: Around, begin: Begin) -> None:
    shop, ada = VoucherShop(house), make_person()
    async with begin() as session:
        session.add(ada)
    for cents in (0, 999, 30_001):
        with pytest.raises(Invalid):
            await shop.order(VISITOR, form_key=uuid4(), wish=wish(amount_cents=cents))
    with pytest.raises(DayTooEarly):
        await shop.order(VISITOR, form_key=uuid4(), wish=wish(deliver_on=date(2026, 12, 3)))
    order = await shop.order(learner(ada), form_key=uuid4(), wish=wish())
    with pytest.raises(Forbidden):
        await shop.paid(TEAM, order_id=order.id, amount_cents=5_000, means=Means.CASH, note="")
    own = FINANCE.__class__(identities=FINANCE.identities, account_id=FINANCE.account_id, person_id=ada.id)
    with pytest.raises(OwnVoucher):
        await shop.paid(own, order_id=order.id, amount_cents=5_000, means=Means.CASH, note="")
    with pytest.raises(ReasonMissing):
        await shop.cancel(FINANCE, order_id=order.id, reason=" ")

    async with begin.reading() as session:
        assert (
            found := await open_order_by_reference(session, f"Gutschein {order.reference.lower()}")
        ) is not None
        assert found.id == order.id
    await shop.cancel(FINANCE, order_id=order.id, reason="meldet sich nicht")
    await shop.cancel(FINANCE, order_id=order.id, reason="meldet sich nicht")
    with pytest.raises(OrderEnded):
        await shop.paid(FINANCE, order_id=order.id, amount_cents=5_000, means=Means.CASH, note="")
    async with begin.reading() as session:
        assert (await session.get_one(VoucherOrder, order.id)).state is OrderState.CANCELLED
        assert await open_order_by_reference(session, order.reference) is None


async def test_a_refund_as_credit_becomes_a_voucher_once_and_is_booked_as_paid_out(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    run = await paid_run(begin)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.CASH
    )
    one = placed.enrolments[0]
    async with begin() as session:
        await record_payment(
            session, FINANCE, enrolment_id=one.id, amount_cents=8_000, cause="cash", at=clock(), provider="cash",
            provider_event="bar-1",
        )  # fmt: skip
        refund = await ask_refund(
            session, FINANCE, enrolment_id=one.id, amount_cents=3_000, means=RefundMeans.VOUCHER,
            state=RefundState.READY, at=clock(), debtor_id=one.person_id,
        )  # fmt: skip
    await jobs.drain()

    async with begin.reading() as session:
        voucher = (await session.scalars(select(Voucher))).one()
        gone = await session.get_one(Refund, refund.id)
    assert (voucher.balance_cents, voucher.person_id, gone.state) == (
        3_000,
        one.person_id,
        RefundState.PAID,
    )
    assert ("refund", "voucher", 3_000) in await books(begin)
    assert "voucher" in {letter.kind for letter in await letters(begin)}


async def test_the_letters_say_what_the_voucher_pays_and_that_it_came_back(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    run, voucher, enrolments = await paid_run(begin), await value(house, 5_000), Enrolments(house)
    placed = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[named(city="Wedringen")], payment_method=PaymentMethod.INVOICE,
        vouchers=using(voucher),
    )  # fmt: skip
    await jobs.drain()
    await enrolments.cancel(TEAM, enrolment_id=placed.enrolments[0].id)
    await jobs.drain()

    told = {one.kind: one.text for one in await letters(begin)}
    assert f"Gutschein mit der Endung {voucher.last_four}: 50,00 Euro" in told["place_confirmed"]
    assert "Davon sind noch 30,00 Euro offen." in told["place_confirmed"]
    assert "den Rest von 30,00 Euro" in told["invoice"]
    assert "50,00 Euro sind wieder auf Ihrem Gutschein." in told["enrolment_cancelled"]
    assert "Wir zahlen" not in told["enrolment_cancelled"]


async def test_the_team_issues_blocks_unblocks_and_extends_and_the_history_says_so(
    house: Around, begin: Begin
) -> None:
    vouchers, key = Vouchers(house), uuid4()
    made = await vouchers.issue(FINANCE, form_key=key, amount_cents=1_000, name="Tombola", count=3)
    again = await vouchers.issue(FINANCE, form_key=key, amount_cents=1_000, name="Tombola", count=3)
    one = made[0]
    assert [voucher.id for voucher in again] == [voucher.id for voucher in made]
    with pytest.raises(Forbidden):
        await vouchers.issue(TEAM, form_key=uuid4(), amount_cents=1_000)
    assert FINANCE.person_id is not None
    with pytest.raises(OwnVoucher):
        await vouchers.issue(FINANCE, form_key=uuid4(), amount_cents=1_000, person_id=FINANCE.person_id)

    await vouchers.block(FINANCE, voucher_id=one.id, reason="verloren")
    await vouchers.block(FINANCE, voucher_id=one.id, reason="verloren")
    run = await paid_run(begin)
    with pytest.raises(VoucherBlocked):
        await Enrolments(house).enrol(
            VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.CASH, vouchers=using(one)
        )
    await vouchers.unblock(FINANCE, voucher_id=one.id, reason="gefunden")
    version = (await stored(begin, one.id)).version
    until = date(2031, 12, 31)
    await vouchers.extend(FINANCE, voucher_id=one.id, valid_until=until, reason="Kulanz", version=version)
    with pytest.raises(Stale):
        await vouchers.extend(
            FINANCE,
            voucher_id=one.id,
            valid_until=until + timedelta(days=1),
            reason="Kulanz",
            version=version,
        )

    assert [kind for kind, _ in await history(begin, one)] == ["issued", "blocked", "unblocked", "extended"]
    async with begin.reading() as session:
        found, total = await vouchers_page(session, "", one.last_four.lower(), date(2026, 12, 4))
        open_sums = [
            (line.valid_until, line.count, line.balance_cents) for line in await liabilities(session)
        ]
    assert one.id in {voucher.id for voucher in found}
    assert total == len(found)
    assert open_sums == [(date(2029, 12, 31), 2, 2_000), (until, 1, 1_000)]


async def test_the_history_never_changes_and_sums_never_go_beyond_their_bounds(
    house: Around, begin: Begin
) -> None:
    voucher, discount = (
        await value(house, 1_000),
        await code(house, off_cents=500, budget_cents=600, most_uses=1),
    )

    for statement in (
        "UPDATE voucher_event SET cents = 5",
        "DELETE FROM voucher_event",
        f"UPDATE voucher SET balance_cents = -1 WHERE last_four = '{voucher.last_four}'",
        f"UPDATE voucher SET balance_cents = 1001 WHERE last_four = '{voucher.last_four}'",
        f"UPDATE voucher SET used_cents = 601 WHERE last_four = '{discount.last_four}'",
        f"UPDATE voucher SET uses = 2 WHERE last_four = '{discount.last_four}'",
    ):
        with pytest.raises(DBAPIError):
            async with begin() as session:
                await session.execute(text(statement))

    assert await left(begin, voucher) == 1_000
