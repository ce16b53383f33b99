"""What the cashiers are asked to pay back or to collect, and why."""

from uuid import UUID, uuid4

from sqlalchemy import select

from lms.billing.models import Settlement, SettlementCause, SettlementState
from lms.billing.service import Debtor, charge, record_payment
from lms.billing.settling import request_settlement
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from tests.making import BOTH, FixedClock

pytestmark = BOTH
NOBODY = Debtor(facts={})


async def account(begin: Begin, clock: FixedClock, *, charged: int = 0, paid: int = 0) -> UUID:
    enrolment_id = uuid4()
    async with begin() as session:
        if charged:
            charge(
                session, SYSTEM, enrolment_id=enrolment_id, debtor=NOBODY, amount_cents=charged,
                cause="price", at=clock(),
            )  # fmt: skip
        if paid:
            await record_payment(
                session, SYSTEM, enrolment_id=enrolment_id, amount_cents=paid, cause="cash", at=clock()
            )
    return enrolment_id


async def ask(begin: Begin, clock: FixedClock, enrolment_id: UUID) -> Settlement | None:
    async with begin() as session:
        return await request_settlement(
            session, SYSTEM, enrolment_id=enrolment_id, cause=SettlementCause.CANCELLED, lines=[], at=clock()
        )


async def test_what_was_paid_too_much_is_asked_back(begin: Begin, clock: FixedClock) -> None:
    asked = await ask(begin, clock, await account(begin, clock, charged=2_000, paid=4_500))
    assert asked is not None
    assert asked.amount_cents == -2_500


async def test_an_even_account_asks_for_nothing(begin: Begin, clock: FixedClock) -> None:
    assert await ask(begin, clock, await account(begin, clock, charged=4_500, paid=4_500)) is None


async def test_a_later_request_overtakes_the_open_one(begin: Begin, clock: FixedClock) -> None:
    enrolment_id = await account(begin, clock, charged=4_500)
    await ask(begin, clock, enrolment_id)
    async with begin() as session:
        await record_payment(
            session, SYSTEM, enrolment_id=enrolment_id, amount_cents=1_000, cause="cash", at=clock()
        )
    await ask(begin, clock, enrolment_id)
    async with begin.reading() as session:
        found = await session.scalars(select(Settlement).order_by(Settlement.amount_cents))
        assert [(one.amount_cents, one.state) for one in found] == [
            (3_500, SettlementState.OPEN),
            (4_500, SettlementState.OVERTAKEN),
        ]
