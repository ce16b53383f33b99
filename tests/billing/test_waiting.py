"""Nobody's enrolment fails for want of an address: the invoice waits, and is issued once nothing is missing (§ 14 (4) UStG)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from lms.billing.errors import FactsMissing
from lms.billing.mandatory import Missing, is_small, missing_on
from lms.billing.models import Invoice, InvoiceKind, LedgerEntry
from lms.billing.parties import issuer_facts
from lms.billing.queries import balance_of
from lms.billing.waiting import WaitingInvoices
from lms.billing.waiting_models import WaitingInvoice
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewCompany
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.people.models import Company, Person
from lms.web.module import Around
from tests.billing.documents import BUYER, DEMO, line
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, FixedClock, staff

FINANCE = staff(Identity.FINANCE)
DEAR = 30_000
ISSUER = issuer_facts(DEMO)


async def documents(begin: Begin) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(Invoice).order_by(Invoice.series, Invoice.counter))
        return [(row.number, row.total_cents) for row in rows]


async def waiting(begin: Begin) -> list[tuple[int, list[str]]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(WaitingInvoice).order_by(WaitingInvoice.waits_since))
        return [(row.total_cents, row.missing) for row in rows]


async def enrolled(house: Around, **given: Any) -> UUID:
    run = await offered_run(house.begin, price_cents=DEAR)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named(**given)], payment_method=PaymentMethod.INVOICE
    )
    assert placed.state is EnrolmentState.CONFIRMED
    return placed.enrolments[0].id


async def moves_to(begin: Begin, street: str = "Holzweg 1") -> None:
    async with begin() as session:
        await session.execute(update(Person).values(street=street, postal_code="39340", city="Haldensleben"))


@pytest.mark.parametrize(
    ("debtor", "issuer", "lines", "missing"),
    [
        (BUYER, ISSUER, [line(DEAR)], []),
        ({"name": "Ada"}, ISSUER, [line(25_000)], []),
        ({"name": "Ada"}, ISSUER, [line(25_001)], [Missing.DEBTOR_ADDRESS]),
        (BUYER | {"name": ""}, ISSUER, [line(DEAR)], [Missing.DEBTOR_NAME]),
        (BUYER | {"city": ""}, ISSUER, [line(DEAR)], [Missing.DEBTOR_ADDRESS]),
        (BUYER, ISSUER | {"address": ""}, [line(100)], [Missing.ISSUER_ADDRESS]),
        (BUYER, ISSUER | {"tax_number": ""}, [line(DEAR)], [Missing.TAX_NUMBER]),
        (BUYER, ISSUER | {"tax_number": "", "vat_id": "DE123456789"}, [line(DEAR)], []),
        (BUYER, ISSUER | {"tax_number": ""}, [line(100)], []),
        (BUYER, ISSUER, [line(DEAR, what="")], [Missing.SERVICE]),
        (BUYER, ISSUER, [line(DEAR, service_to="")], [Missing.SERVICE_DATE]),
        (BUYER, ISSUER, [line(100, service_to="")], []),
        (BUYER, ISSUER, [line(DEAR, tax_note_de="")], [Missing.TAX]),
        (BUYER, ISSUER, [line(DEAR, tax_category="S")], [Missing.TAX]),
        (BUYER, ISSUER, [line(100, "O"), line(100, "S", 1900)], [Missing.MIXED]),
        (BUYER | {"einvoice": "xrechnung"}, ISSUER, [line(100)], []),
        (
            {"name": "Amt", "einvoice": "xrechnung"}, ISSUER, [line(100)],
            [Missing.DEBTOR_ADDRESS, Missing.BUYER_REFERENCE, Missing.BUYER_EMAIL],
        ),
    ],
)  # fmt: skip
def test_what_the_law_asks_for(
    debtor: dict[str, Any], issuer: dict[str, Any], lines: list[dict[str, Any]], missing: list[Missing]
) -> None:
    assert missing_on(debtor, issuer, lines) == missing


def test_small_amounts_end_at_250_euros() -> None:
    assert (is_small(25_000), is_small(25_001)) == (True, False)


@BOTH
async def test_the_invoice_follows_by_itself_once_the_address_is_known(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment = await enrolled(house)
    waiter = WaitingInvoices(house)
    before = await documents(begin), await waiting(begin)
    nothing_yet = await waiter.issue_all()
    clock.forward(days=2)
    await moves_to(begin)

    issued = await waiter.issue_all(), await waiter.issue_all()

    assert before == ([], [(DEAR, ["debtor_address"])])
    assert (nothing_yet, issued) == (0, (1, 0))
    assert (await documents(begin), await waiting(begin)) == ([("RE-2026-00001", DEAR)], [])
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
        entries = (await session.scalars(select(LedgerEntry))).all()
    assert (invoice.enrolment_id, invoice.debtor["street"], invoice.due_on.isoformat()) == (
        enrolment, "Holzweg 1", "2026-12-20",
    )  # fmt: skip
    assert [entry.amount_cents for entry in entries] == [DEAR]


@BOTH
async def test_what_stays_incomplete_keeps_nobody_else_from_an_invoice(house: Around, begin: Begin) -> None:
    await enrolled(house)
    async with begin() as session:
        [row] = (await session.scalars(select(WaitingInvoice))).all()
        facts = {
            name: getattr(row, name)
            for name in ("lines", "issuer", "terms", "shares", "missing", "total_cents", "days_to_pay")
        }
        before = row.waits_since - timedelta(days=1)
        session.add_all(
            WaitingInvoice(**facts, debtor={"language": "de"}, waits_since=before) for _ in range(60)
        )
    await moves_to(begin)

    assert await WaitingInvoices(house).issue_all() == 1

    assert await documents(begin) == [("RE-2026-00001", DEAR)]


@BOTH
async def test_what_is_cancelled_meanwhile_is_never_invoiced(house: Around, begin: Begin) -> None:
    enrolment = await enrolled(house)
    await Enrolments(house).cancel(staff(), enrolment_id=enrolment)
    await moves_to(begin)

    await WaitingInvoices(house).issue_all()

    assert (await documents(begin), await waiting(begin)) == ([], [])
    async with begin.reading() as session:
        assert (await balance_of(session, [enrolment]))[enrolment].open_cents == 0


@BOTH
async def test_cancelling_and_issuing_at_the_same_moment_leave_nothing_owed(
    house: Around, begin: Begin
) -> None:
    enrolment = await enrolled(house)
    await moves_to(begin)
    waiter = WaitingInvoices(house)

    await asyncio.gather(
        waiter.issue_all(), waiter.issue_all(), Enrolments(house).cancel(staff(), enrolment_id=enrolment)
    )

    found = await documents(begin)
    assert found in ([], [("RE-2026-00001", DEAR), ("ST-2026-00001", -DEAR)])
    assert await waiting(begin) == []


@BOTH
async def test_an_order_of_a_company_waits_as_one_and_keeps_what_is_given_back_apart(
    house: Around, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=20_000)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named("Ada Eins"), named("Ben Zwei")], company=NewCompany(name="Holz GmbH"),
        payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip
    waits = await waiting(begin)
    await Enrolments(house).cancel(staff(), enrolment_id=placed.enrolments[0].id)
    less = await waiting(begin)
    async with begin() as session:
        await session.execute(
            update(Company).values(street="Sägeweg 1", postal_code="39340", city="Haldensleben")
        )

    await WaitingInvoices(house).issue_all()

    assert waits == [(40_000, ["debtor_address"])]
    assert less == []  # half of it is a small amount: issued at once
    assert await documents(begin) == [("RE-2026-00001", 20_000)]


@BOTH
async def test_finance_issues_by_hand_and_hears_what_is_missing(house: Around, begin: Begin) -> None:
    await enrolled(house)
    waiter = WaitingInvoices(house)
    async with begin.reading() as session:
        [row] = (await session.scalars(select(WaitingInvoice))).all()

    with pytest.raises(Forbidden):
        await waiter.issue_one(staff(Identity.ENROLMENT), waiting_id=row.id)
    with pytest.raises(FactsMissing) as refusal:
        await waiter.issue_one(FINANCE, waiting_id=row.id)
    await moves_to(begin)
    issued = await waiter.issue_one(FINANCE, waiting_id=row.id)
    with pytest.raises(NotFound):
        await waiter.issue_one(FINANCE, waiting_id=row.id)

    assert refusal.value.missing == ["debtor_address"]
    assert (issued.kind, issued.number) == (InvoiceKind.INVOICE, "RE-2026-00001")


@BOTH
async def test_a_tax_that_is_not_known_for_the_day_makes_it_wait_until_it_is(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, price_cents=4500, tax_code="later")
    await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    waits = await waiting(begin)
    async with begin() as session:
        [row] = (await session.scalars(select(WaitingInvoice))).all()
        row.lines = [one | {"tax_code": "reduced"} for one in row.lines]
    assert waits == [(4500, ["tax"])]

    await WaitingInvoices(house).issue_all()

    async with begin.reading() as session:
        [invoice] = (await session.scalars(select(Invoice))).all()
    assert [(one["tax_category"], one["tax_rate_bp"]) for one in invoice.lines] == [("S", 700)]
