"""The invoice as the debtor gets it: a PDF that says what was frozen, the same bytes for ever."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from lms.billing.models import Invoice, InvoiceDocument
from lms.billing.paper import invoice_pdf
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.messaging.models import Enclosure, Letter
from lms.web.module import Around
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import BOTH, staff

pytestmark = BOTH


async def invoiced(house: Around, **given: str) -> Invoice:
    run = await offered_run(house.begin, price_cents=4500, number="R2041")
    person = named("Jürgen Groß", street="Holzweg 1", postal_code="39340", city="Haldensleben", **given)
    enrolments = Enrolments(house)
    placement = await enrolments.enrol(
        VISITOR, run_id=run.id, persons=[person], payment_method=PaymentMethod.INVOICE
    )
    await enrolments.cancel(staff(), enrolment_id=placement.enrolments[0].id)
    async with house.begin.reading() as session:
        return (await session.scalars(select(Invoice).where(Invoice.reverses_id.is_(None)))).one()


def words(document: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(document)).pages)


async def test_the_invoice_says_what_was_frozen(house: Around, begin: Begin) -> None:
    invoice = await invoiced(house)

    said = words(await invoice_pdf(begin, invoice.id))

    for word in (
        "Rechnung RE-2026-00001",
        "Jürgen Groß",
        "Holzweg 1",
        "R2041",
        "45,00",
        "18. Dezember 2026",
        "§ 4 Nr. 22",
    ):
        assert word in said


async def test_its_bytes_are_kept_and_never_change(house: Around, begin: Begin) -> None:
    invoice = await invoiced(house, language="en")

    first, second = await invoice_pdf(begin, invoice.id), await invoice_pdf(begin, invoice.id)

    assert first == second
    assert "Invoice RE-2026-00001" in words(first)
    for change in (update(InvoiceDocument).values(content=b""), delete(InvoiceDocument)):
        with pytest.raises(DBAPIError, match="invoice_is_issued"):
            async with begin() as session:
                await session.execute(change)


async def test_the_debtor_gets_invoice_and_credit_note_by_letter(
    house: Around, begin: Begin, jobs: Worker
) -> None:
    await invoiced(house)

    await jobs.drain()

    async with begin.reading() as session:
        letters = (
            await session.execute(
                select(Letter.kind, Letter.subject, Enclosure.name)
                .join(Enclosure, Enclosure.letter_id == Letter.id)
                .where(Letter.about_kind == "invoice")
                .order_by(Enclosure.name)
            )
        ).all()
    assert [tuple(one) for one in letters] == [
        ("invoice", "Ihre Rechnung RE-2026-00001", "RE-2026-00001.pdf"),
        ("credit_note", "Ihre Stornorechnung ST-2026-00001", "ST-2026-00001.pdf"),
    ]
