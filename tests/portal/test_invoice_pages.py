"""The cashiers' pages of invoices and taxes: found, written, checked, put right; and what a company may fetch."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.billing.by_hand import HandInvoice, HandLine, HandWritten
from lms.billing.models import Invoice
from lms.billing.tax.queries import treatments
from lms.catalogue.models import PaymentMethod, Run
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.people.models import Company, CompanyContact, Person
from lms.portal.desk.tasks import tasks
from lms.web.module import Around
from tests.billing.documents import known_company
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import FixedClock, staff
from tests.office import counted, open_office, words_of
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]
FINANCE = staff(Identity.FINANCE)
LIST = "/verwaltung/finanzen/rechnungen"
TAXES = "/verwaltung/finanzen/steuern"
DAY = date(2026, 12, 1)
TYPED = {
    "text_1": "Medienraum, je Stunde", "quantity_1": "3", "price_1": "40,00", "tax_1": "standard", "starts_1-day": "1",
    "starts_1-month": "12", "starts_1-year": "2026",
    "days_to_pay": "14", "person": "",
}  # fmt: skip


async def written(house: Around, company: UUID, count: int = 1) -> Invoice:
    line = HandLine("Medienraum", 1, 11_900, "standard", DAY, DAY)
    for _ in range(count):
        invoice = await HandWritten(house).issue(
            FINANCE, key=uuid4(), draft=HandInvoice(lines=[line], company_id=company)
        )
    return invoice


def form(company: UUID, **changed: Any) -> dict[str, Any]:
    return TYPED | {"company": str(company), "key": str(uuid4())} | changed


async def test_the_list_costs_as_many_queries_for_one_as_for_many(
    client: Browser, house: Around, begin: Begin
) -> None:
    company, _ = await known_company(house)
    await sign_in(client, begin, Identity.FINANCE)
    await written(house, company)
    with counted() as few:
        page = await client.get(LIST)
    await written(house, company, 4)
    with counted() as many:
        await client.get(LIST)
    found = await client.get(f"{LIST}?q=00002 holz")
    nothing = await client.get(f"{LIST}?q=gibtesnicht")

    assert len(few) == len(many)
    assert "RE-2026-00001" in words_of(page.text)
    assert ("RE-2026-00002" in found.text, "RE-2026-00003" in found.text) == (True, False)
    assert "Keine Rechnung passt." in words_of(nothing.text)


async def test_an_invoice_is_looked_at_and_judged_before_it_is_issued(
    client: Browser, house: Around, begin: Begin
) -> None:
    company, _ = await known_company(house)
    await sign_in(client, begin, Identity.FINANCE)
    new = f"{LIST}/neu"

    who = await client.get(f"{new}?q=Holz")
    empty = await client.get(f"{new}?unternehmen={company}")
    half = await send(client, new, form(company, price_1="", **{"starts_1-day": ""}))
    shown = await send(client, new, form(company, zeigen="1"))
    async with begin.reading() as session:
        before = (await session.scalars(select(Invoice))).all()
    issued = await send(client, new, form(company, ausstellen="1"))

    assert "Holz GmbH" in words_of(who.text)
    assert empty.status_code == 200
    assert half.status_code == 422
    assert "Tragen Sie den Einzelpreis ein." in half.text
    assert 'value="Medienraum, je Stunde"' in half.text
    words = words_of(shown.text)
    assert ("100,84 Euro" in words, "19,16 Euro" in words, "120,00 Euro" in words) == (True, True, True)
    assert "Die amtlichen Regeln haben nichts auszusetzen" in words
    assert before == []
    assert issued.status_code == 303
    async with begin.reading() as session:
        invoice = (await session.scalars(select(Invoice))).one()
    assert (invoice.number, invoice.total_cents) == ("RE-2026-00001", 12_000)


async def test_what_is_not_taxable_is_not_mixed_with_the_rest_and_what_was_typed_stays(
    client: Browser, house: Around, begin: Begin
) -> None:
    company, _ = await known_company(house)
    await sign_in(client, begin, Identity.FINANCE)
    second = {
        "text_2": "Hoheitlich", "price_2": "10", "tax_2": "public_2b", "starts_2-day": "1", "starts_2-month": "12",
        "starts_2-year": "2026",
    }  # fmt: skip

    refused = await send(client, f"{LIST}/neu", form(company, ausstellen="1", **second))

    assert refused.status_code == 422
    assert "Was nicht steuerbar ist, braucht eine eigene Rechnung." in refused.text
    assert 'value="Hoheitlich"' in refused.text


async def test_one_invoice_says_in_words_what_the_check_found_and_gives_its_files(
    client: Browser, house: Around, begin: Begin, jobs: Worker
) -> None:
    company, _ = await known_company(house)
    invoice = await written(house, company)
    await jobs.drain()
    await sign_in(client, begin, Identity.FINANCE)
    here = f"{LIST}/{invoice.id}"

    page = await client.get(here)
    paper = await client.get(f"{here}/rechnung.pdf")
    data = await client.get(f"{here}/rechnung.xml")
    asks = await client.get(f"{here}/stornieren")
    silent = await send(client, f"{here}/stornieren", {"reason": " "})
    reversed_ = await send(client, f"{here}/stornieren", {"reason": "Doppelt"})
    after = await client.get(here)
    another = await client.get(f"{LIST}/neu?nach={invoice.id}&unternehmen={company}")

    assert 'value="Medienraum"' in another.text
    assert 'value="119,00"' in another.text
    assert "hatten die amtlichen Regeln nichts auszusetzen" in words_of(page.text)
    assert (paper.content[:5], b"CrossIndustryInvoice" in data.content) == (b"%PDF-", True)
    assert "Dafür wird nichts mehr geschuldet." in words_of(asks.text)
    assert (silent.status_code, reversed_.status_code) == (422, 303)
    assert "Diese Rechnung ist storniert." in words_of(after.text)


@pytest.mark.parametrize("who", [Identity.ENROLMENT, Identity.PROGRAMME])
async def test_only_the_cashiers_write_and_reverse(
    client: Browser, house: Around, begin: Begin, who: Identity
) -> None:
    company, _ = await known_company(house)
    invoice = await written(house, company)
    await sign_in(client, begin, who)

    answers = [
        (await client.get(f"{LIST}/neu")).status_code,
        (await client.get(f"{LIST}/{invoice.id}/stornieren")).status_code,
        (await client.get(f"{TAXES}/neu")).status_code,
        (await send(client, f"{LIST}/{invoice.id}/stornieren", {"reason": "x"})).status_code,
    ]

    assert answers == [403, 403, 403, 403]


async def test_an_invoice_that_waits_is_a_task_that_leads_to_the_missing_address(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    run = await offered_run(begin, price_cents=30_000)
    await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named("Ada Adressenlos")], payment_method=PaymentMethod.INVOICE
    )
    await sign_in(client, begin, Identity.FINANCE, Identity.ENROLMENT)
    async with begin.reading() as session:
        person = (await session.scalars(select(Person).where(Person.family_name == "Adressenlos"))).one()
        to_do = [(task.sentence, task.path) for task in await tasks(session, FINANCE, clock())]

    page = await client.get(LIST)

    told = "1 Rechnung kann nicht ausgestellt werden: Es fehlt etwas, meist die Anschrift"
    assert (told, f"{LIST}#wartend") in to_do
    assert "Die Anschrift des Empfängers fehlt." in words_of(page.text)
    assert f"/verwaltung/personen/{person.id}/bearbeiten" in page.text


async def test_a_company_says_how_it_wants_its_invoices_and_whoever_is_slower_sees_both_versions(
    client: Browser, house: Around, begin: Begin
) -> None:
    company, _ = await known_company(house)
    await sign_in(client, begin, Identity.ENROLMENT)
    path = f"/verwaltung/unternehmen/{company}/rechnungsdaten"
    page = await client.get(path)
    seen = page.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    typed = {
        "name": "Holz GmbH", "street": "Sägeweg 2", "postal_code": "39340", "city": "Haldensleben", "einvoice": "xrechnung",
        "route_id": "04011000-12345-03", "invoice_email": "amt@example.com", "seen": seen,
    }  # fmt: skip

    saved = await send(client, path, typed)
    late = await send(client, path, typed | {"street": "Sägeweg 3"})
    wrong = await send(client, path, typed | {"city": ""})

    assert (saved.status_code, late.status_code, wrong.status_code) == (303, 409, 422)
    assert ("Sägeweg 2" in late.text, "Sägeweg 3" in late.text) == (True, True)
    async with begin.reading() as session:
        kept = await session.get_one(Company, company)
    assert (kept.street, kept.einvoice, kept.route_id) == ("Sägeweg 2", "xrechnung", "04011000-12345-03")


async def test_a_contact_fetches_the_electronic_original_of_the_own_company_only(
    client: Browser, house: Around, begin: Begin, jobs: Worker
) -> None:
    own, contact = await known_company(house)
    other, _ = await known_company(house, name="Metall GmbH")
    mine, theirs = await written(house, own), await written(house, other)
    async with begin() as session:
        session.add(CompanyContact(company_id=own, person_id=contact.id))
    await jobs.drain()
    await sign_in(client, begin, person=contact, is_known=True)

    answers = [
        (await client.get(f"/firma/{company}/rechnungen/{invoice.id}/rechnung.xml")).status_code
        for company, invoice in ((own, mine), (own, theirs), (other, theirs))
    ]

    assert answers == [200, 404, 404]


async def test_a_new_rate_is_written_down_from_a_day_on(client: Browser, house: Around, begin: Begin) -> None:
    await sign_in(client, begin, Identity.FINANCE)
    typed: dict[str, Any] = {
        "code": "standard", "category": "S", "percent": "21", "valid_from-day": "1", "valid_from-month": "7", "valid_from-year": "2027", "note_de": "", "note_en": "",
        "key": str(uuid4()),
    }  # fmt: skip

    page = await client.get(TAXES)
    past = await send(client, f"{TAXES}/neu", typed | {"valid_from-year": "2026"})
    no_reason = await send(client, f"{TAXES}/neu", typed | {"category": "E"})
    saved = await send(client, f"{TAXES}/neu", typed)
    again = await send(client, f"{TAXES}/neu", typed)
    preview = await client.get(f"{TAXES}/aenderungen?ab=2027-07-01")

    assert "Öffentliche Hand: nicht steuerbar, ab 2027 nach § 2b UStG" in words_of(page.text)
    assert (past.status_code, no_reason.status_code, saved.status_code, again.status_code) == (
        422,
        422,
        303,
        303,
    )
    assert "Schreiben Sie den Grund, der auf der Rechnung steht." in no_reason.text
    assert "21 %" in words_of(preview.text)
    async with begin.reading() as session:
        rates = [one.rate_bp for one in await treatments(session) if one.code == "standard"]
    assert rates == [1900, 2100]


async def test_a_run_is_taxed_as_its_prices_page_says(client: Browser, house: Around, begin: Begin) -> None:
    office = await open_office(house)
    run = await office.run(price_cents=11_900)
    await sign_in(client, begin, Identity.PROGRAMME)
    path = f"/verwaltung/durchfuehrungen/{run.id}/preise"

    page = await client.get(path)
    saved = await send(client, path, {"version": str(run.version), "tax": "standard", "company": ""})

    assert "wie die Kurse des Zentrums" in words_of(page.text)
    assert saved.status_code == 303
    async with begin.reading() as session:
        assert (await session.get_one(Run, run.id)).tax_code == "standard"
