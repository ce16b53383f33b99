"""The books: only ever added to, numbered without a gap, once for each event of a provider (domain rule 6)."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from lms.billing.models import EntryKind, Invoice, InvoiceKind, LedgerEntry
from lms.billing.rules import balance, document_number, due_on, series_year
from lms.billing.service import (
    Debtor,
    balance_of,
    charge,
    credit,
    issue_invoice,
    record_payment,
    record_refund,
)
from lms.db import Begin
from lms.kernel.actor import SYSTEM
from tests.making import BOTH, MOMENT

pytestmark = BOTH
SOMEBODY = Debtor(facts={"name": "Ada Lehmann"})
CENTRE = {"name": "Zentrum", "address": "An der Alten Ziegelei 4, 39340 Haldensleben"}


async def invoiced(begin: Begin, enrolment_id: UUID, cents: int = 4500) -> Invoice:
    async with begin() as session:
        invoice = await issue_invoice(
            session,
            SYSTEM,
            enrolment_id=enrolment_id,
            debtor=SOMEBODY,
            lines=[{"what": "participation", "amount_cents": cents}],
            issuer=CENTRE,
            tax_note="Umsatzsteuerfrei",
            at=MOMENT,
            due_on=date(2026, 12, 18),
        )
        charge(
            session, SYSTEM, enrolment_id=enrolment_id, debtor=SOMEBODY, amount_cents=cents, cause="price", at=MOMENT,
            invoice=invoice,
        )  # fmt: skip
    return invoice


async def something_goes_wrong_after_issuing(begin: Begin) -> None:
    async with begin() as session:
        await issue_invoice(
            session,
            SYSTEM,
            enrolment_id=uuid4(),
            debtor=SOMEBODY,
            lines=[{"what": "participation", "amount_cents": 1}],
            issuer=CENTRE,
            tax_note="Umsatzsteuerfrei",
            at=MOMENT,
            due_on=date(2026, 12, 18),
        )
        raise RuntimeError("the mail server is on fire")


async def test_numbers_follow_one_another_and_a_failed_transaction_leaves_no_gap(begin: Begin) -> None:
    numbers = [(await invoiced(begin, uuid4())).number]
    with pytest.raises(RuntimeError):
        await something_goes_wrong_after_issuing(begin)
    numbers.append((await invoiced(begin, uuid4())).number)

    assert numbers == ["RE-2026-00001", "RE-2026-00002"]


async def test_the_database_refuses_a_gap(begin: Begin) -> None:
    invoice = Invoice(
        kind=InvoiceKind.INVOICE, series="RE", year=2026, counter=2, number="RE-2026-00002", issued_at=MOMENT,
        due_on=date(2026, 12, 18), total_cents=1, debtor={}, lines=[], issuer={},
    )  # fmt: skip

    with pytest.raises(DBAPIError, match="numbers_are_gapless"):
        async with begin() as session:
            session.add(invoice)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (update(LedgerEntry).values(amount_cents=1), "ledger_is_append_only"),
        (delete(LedgerEntry), "ledger_is_append_only"),
        (update(Invoice).values(total_cents=1), "invoice_is_issued"),
        (update(Invoice).values(number="RE-2026-00009"), "invoice_is_issued"),
        (delete(Invoice), "invoice_is_issued"),
        (text("UPDATE audit_entry SET reason = 'nobody saw it'"), "audit_is_append_only"),
        (text("DELETE FROM audit_entry"), "audit_is_append_only"),
    ],
)
async def test_what_is_booked_issued_or_written_down_never_changes(
    begin: Begin, statement: Any, name: str
) -> None:
    await invoiced(begin, uuid4())

    with pytest.raises(DBAPIError, match=name):
        async with begin() as session:
            await session.execute(statement)


async def test_an_invoice_is_reversed_by_a_credit_note_with_its_lines(begin: Begin) -> None:
    enrolment = uuid4()
    invoice = await invoiced(begin, enrolment)

    async with begin() as session:
        note = await credit(
            session,
            SYSTEM,
            enrolment_id=enrolment,
            debtor=SOMEBODY,
            amount_cents=4500,
            cause="cancelled",
            at=MOMENT,
        )

    assert note is not None
    assert (note.number, note.reverses_id, note.total_cents) == ("ST-2026-00001", invoice.id, -4500)
    assert note.lines == [{"what": "participation", "amount_cents": -4500}]
    async with begin.reading() as session:
        assert (await balance_of(session, [enrolment]))[enrolment].open_cents == 0


@pytest.mark.parametrize("book", [record_payment, record_refund])
async def test_the_same_event_of_a_provider_counts_once(begin: Begin, book: Callable[..., Any]) -> None:
    enrolment = uuid4()
    for _ in range(2):
        async with begin() as session:
            await book(
                session, SYSTEM, enrolment_id=enrolment, amount_cents=100, cause="card", at=MOMENT,
                provider="stripe", provider_event="evt_1",
            )  # fmt: skip

    async with begin.reading() as session:
        entries = (await session.scalars(select(LedgerEntry))).all()
    assert len(entries) == 1


async def test_every_enrolment_asked_for_has_a_balance(begin: Begin) -> None:
    enrolment = uuid4()

    async with begin.reading() as session:
        found = await balance_of(session, [enrolment])

    assert found[enrolment].open_cents == 0


@pytest.mark.parametrize(
    ("entries", "charged", "paid", "still_open"),
    [
        ([], 0, 0, 0),
        ([(EntryKind.CHARGE, 4500)], 4500, 0, 4500),
        ([(EntryKind.CHARGE, 4500), (EntryKind.PAYMENT, -4500)], 4500, 4500, 0),
        ([(EntryKind.CHARGE, 4500), (EntryKind.PAYMENT, -4500), (EntryKind.CREDIT, -4500), (EntryKind.FEE, 2250)], 2250, 4500, -2250),
        ([(EntryKind.CHARGE, 100), (EntryKind.PAYMENT, -100), (EntryKind.CREDIT, -100), (EntryKind.REFUND, 100)], 0, 0, 0),
    ],
)  # fmt: skip
def test_a_balance_is_the_sum_of_its_entries(
    database: str, entries: list[tuple[EntryKind, int]], charged: int, paid: int, still_open: int
) -> None:
    found = balance(entries)

    assert (found.charged_cents, found.paid_cents, found.open_cents) == (charged, paid, still_open)


def test_the_year_of_a_number_is_that_of_the_wall_calendar(database: str) -> None:
    new_year = MOMENT.replace(month=12, day=31, hour=23, minute=30)

    assert document_number("RE", series_year(new_year), 7) == "RE-2027-00007"
    assert due_on(new_year, 14) == date(2027, 1, 15)
