"""Invoices written by hand, and putting any invoice right: a credit note and a new one, never editing."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from lms.billing.by_hand import HandInvoice, HandLine, HandWritten
from lms.billing.einvoice.facts import document_of
from lms.billing.einvoice.models import ElectronicOriginal, InvoiceCheck
from lms.billing.einvoice.originals import check, original_of
from lms.billing.errors import (
    AmountNotPositive,
    CannotReverse,
    FactsMissing,
    OwnRefund,
    ReverseAtEnrolment,
    RulesBroken,
)
from lms.billing.issuing import issue
from lms.billing.letters import PRINT, printer
from lms.billing.models import Invoice, InvoiceDocument, InvoiceKind
from lms.billing.paper import invoice_pdf
from lms.billing.parties import Debtor, issuer_facts
from lms.billing.queries import balance_of
from lms.billing.standing import accounts
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewCompany
from lms.jobs.worker import Worker
from lms.kernel.actor import SYSTEM
from lms.kernel.errors import Forbidden, NotFound
from lms.kernel.rights import Identity
from lms.messaging.models import Enclosure, Letter
from lms.people.models import Company, ElectronicInvoice, Person
from lms.web.module import Around
from tests.billing.documents import BUYER, known_company, line
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, MOMENT, FixedClock, learner, make_person, staff

pytestmark = BOTH
FINANCE = staff(Identity.FINANCE)
DAY = date(2026, 12, 1)
HALL = HandLine("Medienraum, je Stunde", 3, 4000, "standard", DAY, DAY)
ADVICE = HandLine("Beratung", 1, 10_700, "reduced", DAY, date(2026, 12, 2))


async def documents(begin: Begin) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(Invoice).order_by(Invoice.series, Invoice.counter))
        return [(row.number, row.total_cents) for row in rows]


async def owed(begin: Begin, account: UUID) -> int:
    async with begin.reading() as session:
        return (await balance_of(session, [account]))[account].open_cents


async def letters(begin: Begin) -> list[tuple[str, str]]:
    async with begin.reading() as session:
        rows = await session.execute(
            select(Letter.kind, Enclosure.name)
            .join(Enclosure, Enclosure.letter_id == Letter.id)
            .where(Letter.about_kind == "invoice")
            .order_by(Enclosure.name)
        )
        return [(kind, name) for kind, name in rows]


async def test_several_lines_with_their_taxes_become_an_invoice_a_debt_and_a_letter(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    company, _ = await known_company(house)
    books, key = HandWritten(house), uuid4()
    draft = HandInvoice(lines=[HALL, ADVICE], company_id=company, order_number="B-1")

    document, found = await books.try_out(FINANCE, draft)
    nothing_yet = await documents(begin)
    invoice = await books.issue(FINANCE, key=key, draft=draft)
    again = await books.issue(FINANCE, key=key, draft=draft)  # the same form sent twice
    await jobs.drain()

    assert (document.total_cents, found, nothing_yet) == (22_700, [], [])
    assert again.id == invoice.id
    assert [(one["tax_rate_bp"], one["quantity"], one["amount_cents"]) for one in invoice.lines] == [
        (1900, 3, 12_000), (700, 1, 10_700),
    ]  # fmt: skip
    assert await owed(begin, key) == 22_700
    async with begin.reading() as session:
        [account] = await accounts(session, enrolment_ids=[key])
        verdict = (await session.scalars(select(InvoiceCheck))).one()
    assert account.invoice is not None
    assert (account.invoice.id, account.open_cents) == (invoice.id, 22_700)
    assert (verdict.is_valid, verdict.findings) == (True, [])
    assert await letters(begin) == [
        ("invoice", "RE-2026-00001.pdf")
    ]  # to the company's address: we know nobody there


async def test_the_same_form_sent_at_the_same_moment_issues_once(house: Around, begin: Begin) -> None:
    company, _ = await known_company(house)
    books, key = HandWritten(house), uuid4()
    draft = HandInvoice(lines=[HALL], company_id=company)

    issued = await asyncio.gather(*(books.issue(FINANCE, key=key, draft=draft) for _ in range(4)))

    assert len({one.id for one in issued}) == 1
    assert await documents(begin) == [("RE-2026-00001", 12_000)]


async def test_what_is_refused_draws_no_number(house: Around, begin: Begin) -> None:
    company, _ = await known_company(house, einvoice=ElectronicInvoice.XRECHNUNG)
    me = make_person("Fina", "Anz", street="Weg 1", postal_code="39340", city="Haldensleben")
    async with begin() as session:
        session.add(me)
    own = learner(me)
    cashier = FINANCE.__class__(
        identities=FINANCE.identities, account_id=own.account_id, person_id=me.id, name=me.name
    )
    books = HandWritten(house)
    outside = HandLine("Hoheitlich", 1, 100, "public_2b", DAY, DAY)

    with pytest.raises(FactsMissing):  # neither routing number nor order number
        await books.issue(FINANCE, key=uuid4(), draft=HandInvoice(lines=[HALL], company_id=company))
    with pytest.raises(FactsMissing):
        await books.issue(FINANCE, key=uuid4(), draft=HandInvoice(lines=[HALL, outside], person_id=me.id))
    with pytest.raises(AmountNotPositive):
        await books.issue(FINANCE, key=uuid4(), draft=HandInvoice(lines=[], person_id=me.id))
    with pytest.raises(NotFound):
        await books.issue(FINANCE, key=uuid4(), draft=HandInvoice(lines=[HALL], person_id=uuid4()))
    with pytest.raises(OwnRefund):
        await books.issue(cashier, key=uuid4(), draft=HandInvoice(lines=[HALL], person_id=me.id))
    with pytest.raises(Forbidden):
        await books.issue(
            staff(Identity.ENROLMENT), key=uuid4(), draft=HandInvoice(lines=[HALL], person_id=me.id)
        )
    lines = [HALL, HandLine("Rabatt", 1, -100, "standard", DAY, DAY)]
    with pytest.raises(RulesBroken):  # BR-27: a price is never less than nothing
        await books.issue(FINANCE, key=uuid4(), draft=HandInvoice(lines=lines, person_id=me.id))

    assert await documents(begin) == []


async def test_it_is_taken_back_by_a_credit_note_once(house: Around, begin: Begin) -> None:
    company, _ = await known_company(house)
    books, key = HandWritten(house), uuid4()
    invoice = await books.issue(FINANCE, key=key, draft=HandInvoice(lines=[HALL], company_id=company))

    note = await books.take_back(FINANCE, invoice_id=invoice.id, reason="Doppelt")
    again = await books.take_back(FINANCE, invoice_id=invoice.id, reason="Doppelt")

    assert (again.id, note.reverses_id) == (note.id, invoice.id)
    assert await documents(begin) == [("RE-2026-00001", 12_000), ("ST-2026-00001", -12_000)]
    assert await owed(begin, key) == 0
    with pytest.raises(CannotReverse):
        await books.write_anew(FINANCE, invoice_id=invoice.id, reason="x")
    with pytest.raises(CannotReverse):
        await books.take_back(FINANCE, invoice_id=note.id, reason="x")


async def test_an_invoice_of_an_enrolment_is_written_anew_with_the_address_of_today(
    house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    enrolment, books = placed.enrolments[0].id, HandWritten(house)
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
    async with begin() as session:
        await session.execute(
            update(Person).values(street="Neuer Weg 2", postal_code="39340", city="Haldensleben")
        )
    clock.forward(days=1)

    with pytest.raises(ReverseAtEnrolment):
        await books.take_back(FINANCE, invoice_id=invoice.id, reason="Umzug")
    new = await books.write_anew(FINANCE, invoice_id=invoice.id, reason="Umzug")

    assert (new.debtor["street"], new.due_on.isoformat()) == ("Neuer Weg 2", "2026-12-19")
    assert await documents(begin) == [
        ("RE-2026-00001", 4500),
        ("RE-2026-00002", 4500),
        ("ST-2026-00001", -4500),
    ]
    assert await owed(begin, enrolment) == 4500
    await Enrolments(house).cancel(staff(), enrolment_id=enrolment)
    assert await owed(begin, enrolment) == 0


async def test_an_order_of_a_company_is_written_anew_as_a_whole(house: Around, begin: Begin) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named("Ada Eins"), named("Ben Zwei")], company=NewCompany(name="Holz GmbH"),
        payment_method=PaymentMethod.INVOICE,
    )  # fmt: skip
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()

    await HandWritten(house).write_anew(FINANCE, invoice_id=invoice.id, reason="Anschrift")
    await Enrolments(house).cancel(staff(), enrolment_id=placed.enrolments[0].id)

    assert await documents(begin) == [
        ("RE-2026-00001", 9000), ("RE-2026-00002", 9000), ("RE-2026-00003", 4500),
        ("ST-2026-00001", -9000), ("ST-2026-00002", -9000),
    ]  # fmt: skip
    assert [await owed(begin, one.id) for one in placed.enrolments] == [0, 4500]


async def test_an_xrechnung_goes_out_as_a_file_beside_the_paper_and_never_changes(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    run = await offered_run(begin, price_cents=4500)
    await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE,
        company=NewCompany(
            name="Landkreis", street="Weg 1", postal_code="39340", city="Haldensleben", invoice_email="amt@example.com",
            route_id="04011000-12345-03",
        ),
    )  # fmt: skip
    async with begin() as session:
        await session.execute(update(Company).values(einvoice=ElectronicInvoice.XRECHNUNG))
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
    new = await HandWritten(house).write_anew(FINANCE, invoice_id=invoice.id, reason="XRechnung gewünscht")

    await jobs.drain()

    assert (await letters(begin))[1:3] == [("invoice", "RE-2026-00002.pdf"), ("invoice", "RE-2026-00002.xml")]
    async with begin.reading() as session:
        kept = await session.get_one(ElectronicOriginal, new.id)
    assert b"xrechnung_3.0" in kept.content
    assert b"factur-x.xml" not in await invoice_pdf(begin, new.id)  # one original, not two
    for change in (update(ElectronicOriginal).values(content=b""), delete(ElectronicOriginal)):
        with pytest.raises(DBAPIError, match="invoice_is_issued"):
            async with begin() as session:
                await session.execute(change)


async def test_what_a_rule_refuses_is_not_sent_but_a_task_with_the_sentence_of_the_rule(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    person = make_person()
    async with begin() as session:
        session.add(person)
        await session.flush()
        await issue(
            session, SYSTEM, InvoiceKind.INVOICE, enrolment_id=uuid4(), debtor=Debtor(BUYER, person.id),
            lines=[line(4500, "S", 1900), line(-100, "S", 1900)], issuer=issuer_facts(house.settings), tax_note="",
            at=MOMENT, due_on=DAY,
        )  # fmt: skip

    await jobs.drain()

    async with begin.reading() as session:
        verdict = (await session.scalars(select(InvoiceCheck))).one()
        papers = (await session.scalars(select(InvoiceDocument))).all()
    assert not verdict.is_valid
    assert [one["rule"] for one in verdict.findings] == ["BR-27"]
    assert "shall NOT be negative" in verdict.findings[0]["sentence"]
    assert (await letters(begin), papers) == ([], [])


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_killed_between_any_two_steps_the_document_goes_out_once_and_is_the_same(
    house: Around, begin: Begin, jobs: Worker, steps: int
) -> None:
    run = await offered_run(begin, price_cents=4500)
    await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.INVOICE
    )
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
        document = await document_of(session, invoice.id)
    seen: list[bytes] = []
    for step in range(steps):  # as far as the process came before it was killed
        if step == 0:
            kept = await original_of(begin, document)
            seen.append(kept.content if kept else b"")
        elif step == 1:
            await check(begin, document, house.clock())
        elif step == 2:
            await invoice_pdf(begin, invoice.id)
        else:
            await printer(house)({"invoice_id": str(invoice.id)})

    await jobs.drain()

    assert await letters(begin) == [("invoice", "RE-2026-00001.pdf")]
    async with begin.reading() as session:
        kept_now = (await session.scalars(select(ElectronicOriginal))).one()
    assert all(content == kept_now.content for content in seen)
    assert PRINT == "print-invoice"
