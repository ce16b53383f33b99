"""Trainers' fees in the books and on the statement of the bank: the journal is the ledger, and money is booked once."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.books.chart import USUAL_CHART
from lms.books.closing import Closing
from lms.books.datev import Batch, batch_file
from lms.books.journal import entries_of, journal_of, month_reach
from lms.db import Begin
from lms.honoraria.statements.deciding import FeeStatements
from lms.honoraria.statements.models import FeePayout, PayoutState, StatementState
from lms.honoraria.statements.paying import FeePayouts
from lms.kernel.clock import local
from lms.web.module import Around
from tests.banking.ground import Desk
from tests.banking.test_every_account import book_all
from tests.banking.writing import Paid, camt
from tests.billing.refunding import paid_enrolment
from tests.honoraria.settling import BIRGIT, IBAN, MATTHIAS, Faculty, booked, faculty, statement_now
from tests.making import BOTH, MOMENT, FixedClock

pytestmark = BOTH


@pytest.fixture
async def jonas(house: Around) -> Faculty:
    found = await faculty(house)
    await found.name_account()
    await found.hold()
    return found


async def in_file(jonas: Faculty, *, with_bank: bool = True) -> FeePayout:
    """Its statement is approved and in a file."""
    await jonas.approve(await jonas.confirm())
    money = FeePayouts(jonas.house)
    file = await money.make_file(BIRGIT, file_id=uuid4())
    if with_bank:
        await money.download(BIRGIT, file_id=file.id)
        await money.give_to_bank(BIRGIT, file_id=file.id)
    return await payout_now(jonas.begin)


async def payout_now(begin: Begin) -> FeePayout:
    async with begin.reading() as session:
        return (
            await session.scalars(select(FeePayout).order_by(FeePayout.made_at, FeePayout.state.desc()))
        ).all()[0]


async def test_the_journal_is_the_ledger_and_names_number_month_and_trainer(
    jonas: Faculty, house: Around, begin: Begin, clock: FixedClock
) -> None:
    await paid_enrolment(begin, 4500, still_owed=4500)
    payout = await in_file(jonas)
    await FeePayouts(house).transferred(BIRGIT, payout_id=payout.id, on=local(MOMENT).date())
    asked = await FeeStatements(house).reverse(
        BIRGIT, statement_id=payout.statement_id, reversal_id=uuid4(), reason="Nicht gehalten"
    )
    await jonas.approve(asked, MATTHIAS)
    december = date(2026, 12, 1)

    clock.forward(days=28)
    preview = await Closing(house).preview(BIRGIT, month=december)
    closed = await Closing(house).close(BIRGIT, month=december, seen=preview.seen)

    sums = {one.account: (one.debit_cents, one.credit_cents) for one in preview.sums}
    assert preview.difference_cents == 0
    assert (sums["3300"], sums["5900"], sums["1800"]) == ((17_000, 8500), (8500, 8500), (4500, 8500))
    assert closed.sum_cents == 8500
    async with begin.reading() as session:
        entries = await entries_of(session, month_reach(december))
        bookings = await journal_of(session, entries, USUAL_CHART)
    fees = [one.fact for one in bookings if one.fact.kind.value.startswith("honorarium")]
    assert {(one.document, one.text, one.payer) for one in fees} == {
        ("HA-2026-00001", "Honorar 11/2026", "Jonas Krüger"), ("HA-2026-00002", "Honorar 11/2026", "Jonas Krüger"),
    }  # fmt: skip
    chart = type(USUAL_CHART)(USUAL_CHART.accounts, consultant=1001, client=1)
    batch = Batch(december, date(2026, 12, 31), clock(), chart, is_final=False, name="Dezember")
    lines = batch_file(batch, bookings).decode("cp1252").splitlines()[2:]
    assert sorted(line.split(";")[0:2] + line.split(";")[6:8] for line in lines if "Honorar" in line) == [
        ["85,00", '"H"', "3300", "5900"], ["85,00", '"S"', "3300", "1800"], ["85,00", '"S"', "3300", "5900"],
    ]  # fmt: skip


@pytest.mark.parametrize("with_bank", [True, False])
async def test_the_statement_of_the_bank_shows_that_it_left_and_that_it_came_back(
    jonas: Faculty,
    house: Around,
    begin: Begin,
    with_bank: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    payout, desk = await in_file(jonas, with_bank=with_bank), Desk(house)
    left = Paid(-8500, "Honorar HA-2026-00001", "Jonas Krueger", IBAN, end_to_end=f"HA-{payout.id.hex}", day=date(2026, 12, 4))  # fmt: skip
    back = Paid(8500, "RETOURE", "Jonas Krueger", IBAN, end_to_end=f"HA-{payout.id.hex}", code="159", reason="AC04", day=date(2026, 12, 7))  # fmt: skip

    await desk.bring(camt([left]))
    after_leaving = await book_all(desk), (await payout_now(begin)).state
    await desk.bring(camt([back], sequence=2))
    after_return = await book_all(desk), (await payout_now(begin)).state

    assert after_leaving == (1, PayoutState.PAID)
    assert after_return == (1, PayoutState.RETURNED)
    assert sorted(await booked(begin)) == [
        ("honorarium", -8500), ("honorarium_paid", -8500), ("honorarium_paid", 8500),
    ]  # fmt: skip
    assert (await statement_now(begin, payout.statement_id)).state is StatementState.APPROVED
