"""Several open invoices of a company become one (F-G14): credit notes, one new invoice, and the same debt as before."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from lms.billing.errors import NotTogether
from lms.billing.models import Invoice, InvoiceKind, LedgerEntry, Means
from lms.billing.queries import balance_of, valid_invoice_of
from lms.billing.service import record_payment
from lms.billing.together import CollectiveInvoices, to_join
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.seats.contacts import Seats
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import Forbidden
from lms.kernel.rights import Identity
from lms.people.models import Company, CompanyContact
from lms.web.module import Around
from tests.enrolment.places import offered_run
from tests.making import BOTH, FixedClock, make_person, staff

pytestmark = BOTH
CASHIER = staff(Identity.FINANCE)


@pytest.fixture
def collective(house: Around) -> CollectiveInvoices:
    return CollectiveInvoices(house)


async def company_with_orders(begin: Begin, house: Around, *seats: int) -> tuple[Actor, UUID, list[UUID]]:
    """A company that has ordered so many seats, each time in a run of its own; gives the orders."""
    company = Company(name="Holz GmbH", street="Sägeweg 1", postal_code="39340", city="Haldensleben")
    boss = make_person()
    async with begin() as session:
        session.add_all([company, boss])
        await session.flush()
        session.add(CompanyContact(company_id=company.id, person_id=boss.id))
    actor = Actor(
        identities=frozenset({Identity.LEARNER, Identity.COMPANY_CONTACT}), account_id=uuid4(), person_id=boss.id,
        companies=frozenset({company.id}),
    )  # fmt: skip
    orders = []
    for place, count in enumerate(seats, start=1):
        run = await offered_run(begin, price_cents=4500)
        order = await Seats(house).order_seats(
            actor, order_id=uuid4(), run_id=run.id, seats=count, company=company.id, persons=[],
            payment_method=PaymentMethod.INVOICE, order_number=f"B-{place}",
        )  # fmt: skip
        orders.append(order.id)
    return actor, company.id, orders


async def invoices_of(begin: Begin, company_id: UUID) -> list[Invoice]:
    async with begin.reading() as session:
        rows = await session.scalars(
            select(Invoice)
            .where(Invoice.company_id == company_id)
            .order_by(Invoice.series.desc(), Invoice.counter)
        )
        return list(rows)


async def seats_of(begin: Begin, order_id: UUID) -> list[Enrolment]:
    async with begin.reading() as session:
        return list(await session.scalars(select(Enrolment).where(Enrolment.order_id == order_id)))


async def test_two_orders_stand_on_one_invoice_and_the_single_ones_are_reversed(
    begin: Begin, house: Around, collective: CollectiveInvoices
) -> None:
    _, company_id, _ = await company_with_orders(begin, house, 2, 1)
    single = await invoices_of(begin, company_id)

    issued = await collective.join(
        CASHIER, company_id=company_id, invoice_ids=[one.id for one in single], key=uuid4()
    )

    documents = await invoices_of(begin, company_id)
    assert [one.total_cents for one in single] == [9000, 4500]
    assert issued.total_cents == 13500
    assert issued.debtor["order_number"] == "B-1, B-2"
    assert issued.due_on == max(one.due_on for one in single)
    notes = [one for one in documents if one.kind is InvoiceKind.CREDIT_NOTE]
    assert {note.reverses_id for note in notes} == {one.id for one in single}


async def test_what_is_owed_stays_the_same_and_every_seat_is_on_the_new_invoice(
    begin: Begin, house: Around, collective: CollectiveInvoices
) -> None:
    _, company_id, orders = await company_with_orders(begin, house, 2, 1)
    seats = [seat.id for order in orders for seat in await seats_of(begin, order)]
    async with begin.reading() as session:
        entries = len((await session.scalars(select(LedgerEntry.id))).all())

    ids = [one.id for one in await invoices_of(begin, company_id)]
    issued = await collective.join(CASHIER, company_id=company_id, invoice_ids=ids, key=uuid4())

    async with begin.reading() as session:
        assert len((await session.scalars(select(LedgerEntry.id))).all()) == entries
        assert sum(one.open_cents for one in (await balance_of(session, seats)).values()) == 13500
        for seat in seats:
            valid = await valid_invoice_of(session, seat)
            assert valid is not None
            assert valid.id == issued.id


async def test_a_seat_given_back_later_reverses_it_as_a_whole_and_the_rest_stays_together(
    begin: Begin, house: Around, collective: CollectiveInvoices
) -> None:
    boss, company_id, orders = await company_with_orders(begin, house, 2, 1)
    ids = [one.id for one in await invoices_of(begin, company_id)]
    issued = await collective.join(CASHIER, company_id=company_id, invoice_ids=ids, key=uuid4())
    [first, other] = await seats_of(begin, orders[0])

    await Seats(house).give_back(boss, order_id=orders[0], enrolment_ids=[first.id])

    async with begin.reading() as session:
        valid = await valid_invoice_of(session, other.id)
    assert valid is not None
    assert (valid.total_cents, valid.order_id) == (9000, issued.order_id)
    assert (
        len([one for one in await invoices_of(begin, company_id) if one.kind is InvoiceKind.CREDIT_NOTE]) == 3
    )


async def test_sent_twice_or_twice_at_once_it_is_issued_once(
    begin: Begin, house: Around, collective: CollectiveInvoices
) -> None:
    _, company_id, _ = await company_with_orders(begin, house, 1, 1)
    ids, key = [one.id for one in await invoices_of(begin, company_id)], uuid4()

    both = await asyncio.gather(
        *(collective.join(CASHIER, company_id=company_id, invoice_ids=ids, key=key) for _ in range(2))
    )
    again = await collective.join(CASHIER, company_id=company_id, invoice_ids=ids, key=key)

    assert {one.id for one in (*both, again)} == {key}
    assert len(await invoices_of(begin, company_id)) == 5


async def test_what_is_paid_in_part_or_overdue_cannot_be_part_of_it(
    begin: Begin, house: Around, collective: CollectiveInvoices, clock: FixedClock
) -> None:
    _, company_id, orders = await company_with_orders(begin, house, 1, 1, 1)
    [paid] = await seats_of(begin, orders[0])
    async with begin() as session:
        await record_payment(
            session, CASHIER, enrolment_id=paid.id, amount_cents=1, cause="desk", at=clock(), provider=Means.DESK,
            provider_event="1",
        )  # fmt: skip
    single = await invoices_of(begin, company_id)

    async with begin.reading() as session:
        assert [one.id for one in await to_join(session, company_id, local(clock()).date())] == [
            one.id for one in single[1:]
        ]
    for ids in ([one.id for one in single], [single[1].id], [single[1].id, uuid4()]):
        with pytest.raises(NotTogether):
            await collective.join(CASHIER, company_id=company_id, invoice_ids=ids, key=uuid4())
    clock.forward(days=60)
    with pytest.raises(NotTogether):
        await collective.join(
            CASHIER, company_id=company_id, invoice_ids=[one.id for one in single[1:]], key=uuid4()
        )
    assert await invoices_of(begin, company_id) != []
    assert len(await invoices_of(begin, company_id)) == 3


async def test_only_the_cashiers_put_invoices_together(
    begin: Begin, house: Around, collective: CollectiveInvoices
) -> None:
    boss, company_id, _ = await company_with_orders(begin, house, 1, 1)
    ids = [one.id for one in await invoices_of(begin, company_id)]

    for nobody in (boss, staff(Identity.ENROLMENT)):
        with pytest.raises(Forbidden):
            await collective.join(nobody, company_id=company_id, invoice_ids=ids, key=uuid4())
