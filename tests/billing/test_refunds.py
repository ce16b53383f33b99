"""Paying back (F-G08): never more than was paid, never twice, over the set sum never by one person alone (S-08, L-86)."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from lms.billing.cashier import Cashier
from lms.billing.errors import (
    AmountNotPositive,
    MoreThanPaid,
    NoOnlinePayment,
    NotOver,
    OwnRefund,
    OwnRequest,
    ReasonMissing,
    RefundElsewhere,
    RefundRunning,
    SettledOtherwise,
)
from lms.billing.models import (
    CashReceipt,
    Means,
    NumberSeries,
    Refund,
    RefundMeans,
    RefundState,
    Settlement,
    SettlementCause,
    SettlementState,
)
from lms.billing.receipts import Receipts, till_of
from lms.billing.refunds.booking import paid_out
from lms.billing.refunds.service import Refunds
from lms.billing.service import Debtor, charge
from lms.billing.settlements import Settlements
from lms.billing.settling import request_settlement
from lms.db import Begin
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import local
from lms.kernel.errors import DomainError, Forbidden, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.billing.refunding import booked, paid_enrolment, proposed, refund_now, states, wish
from tests.enrolment.places import told
from tests.making import BOTH, MOMENT, FixedClock, make_person, staff

pytestmark = BOTH
RALF, SEVDA = staff(Identity.FINANCE), staff(Identity.FINANCE)
COUNTER = staff(Identity.ENROLMENT)
READY, REQUESTED, PAID = RefundState.READY, RefundState.REQUESTED, RefundState.PAID


async def asked_back(begin: Begin, enrolment_id: UUID) -> Settlement:
    async with begin() as session:
        request = await request_settlement(
            session, SYSTEM, enrolment_id=enrolment_id, cause=SettlementCause.CANCELLED, lines=[], at=MOMENT
        )
    assert request is not None
    return request


async def settlement_now(begin: Begin, request: Settlement) -> SettlementState:
    async with begin.reading() as session:
        return (await session.get_one(Settlement, request.id)).state


async def test_two_colleagues_who_click_at_once_promise_the_money_once(house: Around, begin: Begin) -> None:
    refunds, enrolment_id = Refunds(house), await paid_enrolment(begin)
    request, form = await asked_back(begin, enrolment_id), uuid4()

    async def click(actor: Actor, refund_id: UUID) -> str:
        try:
            return (await refunds.propose(actor, refund_id=refund_id, wish=wish(enrolment_id))).state
        except (RefundRunning, MoreThanPaid):
            return "refused"

    # one of them clicks twice; the form is the same then
    answers = await asyncio.gather(click(RALF, form), click(RALF, form), click(SEVDA, uuid4()))

    assert await states(begin) == [(4500, READY)]
    assert sorted(answers) in (["ready", "ready", "refused"], ["ready", "refused", "refused"])
    with pytest.raises(RefundRunning):
        await Settlements(house).settle(RALF, settlement_id=request.id, note="überwiesen")


async def test_never_more_than_was_paid_and_is_not_promised_elsewhere(house: Around, begin: Begin) -> None:
    refunds, enrolment_id = Refunds(house), await paid_enrolment(begin)
    await refunds.propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id, 3000))

    for cents, refusal in ((1501, MoreThanPaid), (0, AmountNotPositive), (-5, AmountNotPositive)):
        with pytest.raises(refusal):
            await refunds.propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id, cents))
    with pytest.raises(MoreThanPaid):
        await Cashier(house).pay_back(RALF, enrolment_id=enrolment_id, amount_cents=1501, form_key="x")
    with pytest.raises(Forbidden):
        await refunds.propose(COUNTER, refund_id=uuid4(), wish=wish(enrolment_id, 1500))

    await refunds.propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id, 1500))
    assert await states(begin) == [(1500, READY), (3000, READY)]


async def test_cash_that_is_promised_back_is_not_handed_back_by_reversing_its_receipt(
    house: Around, begin: Begin
) -> None:
    enrolment_id, receipts = uuid4(), Receipts(house)
    async with begin() as session:
        charge(
            session, SYSTEM, enrolment_id=enrolment_id, debtor=Debtor(facts={}), amount_cents=4500, cause="price",
            at=MOMENT,
        )  # fmt: skip
    receipt = await receipts.receive(COUNTER, enrolment_id=enrolment_id, amount_cents=4500, form_key="x")
    await Refunds(house).propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id))

    with pytest.raises(RefundRunning):
        await receipts.reverse(COUNTER, receipt_id=receipt.id, reason="vertippt")
    assert await booked(begin, enrolment_id) == [("charge", 4500), ("payment", -4500)]


async def test_over_the_set_sum_a_colleague_has_to_agree(house: Around, begin: Begin) -> None:
    refunds = Refunds(house)
    small, large = await proposed(house, RALF, 25_000), await proposed(house, RALF, 25_001)
    seen = large.version

    with pytest.raises(OwnRequest):
        await refunds.approve(RALF, refund_id=large.id, version=seen)
    with pytest.raises(OwnRequest):
        await refunds.send_back(RALF, refund_id=large.id, version=seen, reason="doch nicht")
    with pytest.raises(Forbidden):
        await refunds.approve(COUNTER, refund_id=large.id, version=seen)
    assert "RefundReady" in await told(begin)  # of the small one

    both = await asyncio.gather(*(refunds.approve(SEVDA, refund_id=large.id, version=seen) for _ in range(2)))

    assert {one.state for one in both} == {READY}
    kept = await refund_now(begin, large.id)
    assert (kept.approved_by, kept.approved_by_name) == (SEVDA.account_id, SEVDA.name)
    assert (small.state, await told(begin)) == (READY, ["RefundReady", "RefundReady"])


async def test_parts_within_thirty_days_count_as_one_sum(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    refunds, enrolment_id = Refunds(house), await paid_enrolment(begin, 60_000)

    async def part(cents: int) -> RefundState:
        return (await refunds.propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id, cents))).state

    assert [await part(20_000), await part(5_000), await part(1)] == [READY, READY, REQUESTED]
    clock.forward(days=31)
    assert await part(20_000) is READY


async def test_nobody_pays_back_to_themselves(house: Around, begin: Begin) -> None:
    sevda = make_person("Sevda", "Yıldırım")
    enrolment_id = await paid_enrolment(begin, 30_000, person=sevda)
    herself = Actor(identities=SEVDA.identities, account_id=uuid4(), person_id=sevda.id, name="Sevda")
    refunds = Refunds(house)

    with pytest.raises(OwnRefund):
        await refunds.propose(herself, refund_id=uuid4(), wish=wish(enrolment_id))
    asked = await refunds.propose(
        RALF, refund_id=uuid4(), wish=wish(enrolment_id, 30_000, means=RefundMeans.CASH)
    )
    with pytest.raises(OwnRefund):
        await refunds.approve(herself, refund_id=asked.id, version=asked.version)
    await refunds.approve(SEVDA, refund_id=asked.id, version=asked.version)
    with pytest.raises(OwnRefund):
        await refunds.hand_out(herself, refund_id=asked.id)


async def test_what_is_sent_back_is_over_and_the_money_free_again(house: Around, begin: Begin) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF, 30_000)

    with pytest.raises(ReasonMissing):
        await refunds.send_back(SEVDA, refund_id=asked.id, version=asked.version, reason=" ")
    with pytest.raises(Stale):
        await refunds.send_back(SEVDA, refund_id=asked.id, version=7, reason="Betrag prüfen")
    sent_back = await refunds.send_back(
        SEVDA, refund_id=asked.id, version=asked.version, reason="Betrag prüfen"
    )
    with pytest.raises(RefundElsewhere):
        await refunds.approve(SEVDA, refund_id=asked.id, version=sent_back.version)
    again = await refunds.propose(RALF, refund_id=uuid4(), wish=wish(asked.enrolment_id, 20_000))

    assert (sent_back.state, sent_back.failure) == (RefundState.CANCELLED, "Betrag prüfen")
    assert again.state is READY  # what was sent back does not count towards the sum


async def test_online_goes_back_to_a_payment_of_this_enrolment_with_enough_left(
    house: Around, begin: Begin
) -> None:
    enrolment_id, refunds = (
        await paid_enrolment(begin, means=Means.ONLINE, event=f"pi_1:{uuid4()}"),
        Refunds(house),
    )
    online = {"means": RefundMeans.ONLINE, "account": None}

    for payment in (None, "pi_2", ""):
        with pytest.raises(NoOnlinePayment):
            await refunds.propose(
                RALF, refund_id=uuid4(), wish=wish(enrolment_id, 100, provider_payment=payment, **online)
            )
    first = await refunds.propose(
        RALF, refund_id=uuid4(), wish=wish(enrolment_id, 4000, provider_payment="pi_1", **online)
    )
    with pytest.raises(NoOnlinePayment):
        await refunds.propose(
            RALF, refund_id=uuid4(), wish=wish(enrolment_id, 501, provider_payment="pi_1", **online)
        )

    assert (first.state, first.provider_payment) == (READY, "pi_1")


async def test_what_the_cashiers_were_asked_for_is_settled_when_all_of_it_is_paid(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    refunds, enrolment_id = Refunds(house), await paid_enrolment(begin)
    request, day = await asked_back(begin, enrolment_id), local(clock()).date()
    part = await refunds.propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id, 4000))
    rest = await refunds.propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id, 500))

    await refunds.transferred(RALF, refund_id=part.id, on=day)
    half_way = await settlement_now(begin, request)
    for _ in range(2):
        await refunds.transferred(RALF, refund_id=rest.id, on=day)

    assert (half_way, await settlement_now(begin, request)) == (SettlementState.OPEN, SettlementState.SETTLED)
    assert await booked(begin, enrolment_id) == [("payment", -4500), ("refund", 500), ("refund", 4000)]
    assert [kind for kind in await told(begin) if kind == "RefundPaid"] == ["RefundPaid"] * 2


async def test_what_was_noted_as_settled_is_not_paid_once_more(house: Around, begin: Begin) -> None:
    enrolment_id, settlements = await paid_enrolment(begin), Settlements(house)
    request = await asked_back(begin, enrolment_id)
    await settlements.settle(RALF, settlement_id=request.id, note="bar am 3.12.")

    with pytest.raises(SettledOtherwise):
        await Refunds(house).propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id))
    await settlements.reopen(RALF, settlement_id=request.id)
    await Refunds(house).propose(RALF, refund_id=uuid4(), wish=wish(enrolment_id))
    assert await states(begin) == [(4500, READY)]


async def test_cash_is_handed_out_once_with_a_receipt_of_the_same_gapless_series(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    refunds = Refunds(house)
    asked = await proposed(house, RALF, means=RefundMeans.CASH)
    other = await proposed(house, RALF, 1000)

    both = await asyncio.gather(
        *(refunds.hand_out(COUNTER, refund_id=asked.id, facts={"payer": "Ada"}) for _ in range(3))
    )
    with pytest.raises(RefundElsewhere):
        await refunds.hand_out(COUNTER, refund_id=other.id)  # that one is a transfer

    assert {(one.number, one.amount_cents, one.kind.value) for one in both} == {
        ("KQ-2026-00001", -4500, "payout")
    }
    assert await booked(begin, asked.enrolment_id) == [("payment", -4500), ("refund", 4500)]
    assert (await refund_now(begin, asked.id)).state is PAID
    async with begin.reading() as session:
        assert await session.scalar(select(NumberSeries.last).where(NumberSeries.name == "KQ")) == 1
        assert await session.scalar(select(func.count()).select_from(CashReceipt)) == 1
        assert (await till_of(session, local(clock()).date())).total_cents == -4500
    with pytest.raises(DomainError):
        await Receipts(house).reverse(RALF, receipt_id=both[0].id, reason="zurück")


async def test_paying_out_twice_books_once_whoever_sees_the_money_leave(house: Around, begin: Begin) -> None:
    asked = await proposed(house, RALF)

    async def see() -> None:
        async with begin() as session:
            refund = await session.get_one(Refund, asked.id, with_for_update=True)
            await paid_out(session, SYSTEM, refund, at=MOMENT, provider_ref="re_1")

    await asyncio.gather(see(), see(), see())

    assert await booked(begin, asked.enrolment_id) == [("payment", -4500), ("refund", 4500)]


async def test_a_refund_that_has_not_left_can_be_taken_back(house: Around, begin: Begin) -> None:
    refunds, asked = Refunds(house), await proposed(house, RALF)

    gone = await refunds.cancel(SEVDA, refund_id=asked.id, version=asked.version, reason="doppelt")
    with pytest.raises(RefundElsewhere):
        await refunds.cancel(SEVDA, refund_id=asked.id, version=gone.version, reason="doppelt")
    enrolment_id = await paid_enrolment(begin, means=Means.ONLINE, event=f"pi_1:{uuid4()}")
    online = await refunds.propose(
        RALF,
        refund_id=uuid4(),
        wish=wish(enrolment_id, means=RefundMeans.ONLINE, account=None, provider_payment="pi_1"),
    )
    with pytest.raises(RefundElsewhere):  # the provider may have it at this moment
        await refunds.cancel(SEVDA, refund_id=online.id, version=online.version, reason="doppelt")
    filed = await proposed(house, RALF)
    await refunds.make_file(RALF, file_id=uuid4())
    with pytest.raises(NotOver):
        await refunds.cancel(SEVDA, refund_id=filed.id, version=filed.version + 1, reason="doppelt")

    assert gone.state is RefundState.CANCELLED
