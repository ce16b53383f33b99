"""What is reminded beside places: invoices written by hand; and what is not while a bank has still to decide."""

from datetime import date
from uuid import uuid4

import pytest

from lms.billing.by_hand import HandInvoice, HandWritten
from lms.billing.models import Means
from lms.billing.overview import View
from lms.billing.service import record_payment, record_refund
from lms.db import Begin
from lms.debits.collecting import DebitFiles
from lms.dunning.errors import NobodyToRemind
from lms.dunning.queries import reminders_to
from lms.dunning.rules import LeftOut
from lms.dunning.service import Dunning
from lms.dunning.writing import writer
from lms.enrolment.models import Enrolment
from lms.jobs.worker import Worker
from lms.kernel.actor import SYSTEM
from lms.portal.finance.claims_reading import claims_page
from lms.portal.finance.debtor_reading import debtor_of
from lms.web.module import Around
from tests.billing.documents import known_company
from tests.billing.test_by_hand import ADVICE
from tests.debits.paying import debits, enrolled, run_at_a_price
from tests.dunning.scenes import CASHIER, owing
from tests.making import BOTH, FixedClock

pytestmark = BOTH


async def test_an_invoice_written_by_hand_is_listed_reminded_and_paid(
    house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    company, _ = await known_company(house)
    invoice = await HandWritten(house).issue(
        CASHIER, key=uuid4(), draft=HandInvoice(lines=[ADVICE], company_id=company)
    )
    clock.forward(days=22)
    today = date(2026, 12, 26)

    run = await Dunning(house).start(CASHIER, run_id=uuid4())
    await writer(house)({"run_id": str(run.id)})
    async with begin.reading() as session:
        (late,), _ = await claims_page(session, View.OVERDUE, "Holz", today=today, limit=9)
        (sent,) = await reminders_to(session, [company])
        page = await debtor_of(session, company, today)
    async with begin() as session:
        await record_payment(
            session, SYSTEM, enrolment_id=invoice.id, company_id=company, amount_cents=10_700, cause="transfer", at=clock(),
        )  # fmt: skip
    async with begin.reading() as session:
        (paid,), _ = await claims_page(session, View.PAID, invoice.number, today=today, limit=9)

    assert (late.debtor, late.number, late.subject) == ("Holz GmbH", invoice.number, "Beratung")
    assert (sent.reminder.owed_cents, sent.lines[0].facts["text"]) == (10_700, "Beratung")
    assert [one.line.row.open_cents for one in page.accounts] == [10_700]
    assert paid.row.open_cents == 0


async def disputed(begin: Begin, clock: FixedClock, enrolment: Enrolment, *, is_won: bool = False) -> None:
    """It was paid online, and a bank takes the money back; perhaps it gives it back."""
    async with begin() as session:
        if not is_won:
            await record_payment(
                session, SYSTEM, enrolment_id=enrolment.id, amount_cents=4500, cause="online", at=clock(),
                provider=Means.ONLINE, provider_event=f"pi:{enrolment.id}",
            )  # fmt: skip
        book = record_payment if is_won else record_refund
        cause = "dispute_won" if is_won else "disputed"
        await book(
            session, SYSTEM, enrolment_id=enrolment.id, amount_cents=4500, cause=cause, at=clock(), provider=Means.ONLINE,
            provider_event=f"{cause}:d:{enrolment.id}",
        )  # fmt: skip


async def test_nobody_is_reminded_while_a_bank_has_still_to_decide(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment, dunning = await owing(house), Dunning(house)
    clock.forward(days=20)
    await disputed(begin, clock, enrolment)
    clock.forward(days=80)
    with pytest.raises(NobodyToRemind):
        await dunning.start(CASHIER, run_id=uuid4())
    open_one = [list(debt.reasons) for debt in (await dunning.preview(CASHIER)).left_out]
    clock.forward(days=11)
    lost = [debt.owed_cents for debt in (await dunning.preview(CASHIER)).reminded]

    assert open_one == [[LeftOut.DISPUTED]]
    assert lost == [4500]


async def test_after_a_dispute_was_won_what_is_owed_for_something_else_is_reminded(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment = await owing(house, cents=9000)
    clock.forward(days=20)
    await disputed(begin, clock, enrolment)
    clock.forward(days=5)
    await disputed(begin, clock, enrolment, is_won=True)

    seen = await Dunning(house).preview(CASHIER)

    assert [debt.owed_cents for debt in seen.reminded] == [4500]


async def test_what_we_collect_ourselves_is_reminded_only_once_nobody_collects_it(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    await enrolled(house, await run_at_a_price(begin), "Dora Debit")
    clock.forward(days=80)
    (debit,) = await debits(begin)
    dunning = Dunning(house)

    before = [list(debt.reasons) for debt in (await dunning.preview(CASHIER)).left_out]
    await DebitFiles(house).call_off(CASHIER, debit_id=debit.id)
    after = [debt.name for debt in (await dunning.preview(CASHIER)).reminded]

    assert (before, after) == ([[LeftOut.DEBIT]], ["Dora Debit"])
