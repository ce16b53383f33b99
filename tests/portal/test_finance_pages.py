"""The cashiers' pages about what people owe: lists, a debtor, runs of reminders, instalments, handing over, shares."""

from uuid import uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.billing.by_hand import HandInvoice, HandWritten
from lms.billing.models import Invoice, InvoiceKind, LedgerEntry
from lms.billing.queries import is_of_document
from lms.billing.shares import ShareKind
from lms.db import Begin
from lms.dunning.service import Dunning
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.people.models import Company
from lms.portal.desk.tasks import tasks
from lms.web.module import Around
from tests.billing.documents import known_company
from tests.billing.test_by_hand import ADVICE
from tests.dunning.scenes import CASHIER, owing, pays, reminders
from tests.making import FixedClock, staff
from tests.office import counted, words_of
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]
DESK = "/verwaltung/finanzen"


async def test_the_lists_show_who_owes_what_with_sums_and_as_many_queries_for_one_as_for_many(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    await owing(house, "Ada Lehmann")
    paid = await owing(house, "Ben Muster", cents=3000)
    await pays(house, clock, paid, 3000)
    clock.forward(days=21)
    await sign_in(client, begin, Identity.FINANCE, at=clock())

    with counted() as few:
        late = await client.get(f"{DESK}/forderungen?ansicht=ueberfaellig")
    for number in range(5):
        await owing(house, f"Cem{number} Yilmaz")
    clock.forward(days=21)
    await client.get(DESK)  # the session is marked as seen again
    with counted() as many:
        await client.get(f"{DESK}/forderungen?ansicht=ueberfaellig")
    start = words_of((await client.get(DESK)).text)
    found = words_of((await client.get(f"{DESK}/forderungen?ansicht=alle&q=muster")).text)
    by_number = words_of((await client.get(f"{DESK}/forderungen?ansicht=alle&q=RE-2026-00001")).text)
    empty = await client.get(f"{DESK}/forderungen?ansicht=gemahnt")
    nonsense = await client.get(f"{DESK}/forderungen?ansicht=xyz&seite=-7")
    table = await client.get(f"{DESK}/forderungen/forderungen.csv?ansicht=ueberfaellig")

    assert len(many) == len(few)
    assert "Ein Eintrag: 45,00 Euro berechnet, 0,00 Euro bezahlt, 45,00 Euro offen" in words_of(late.text)
    assert "6 Beträge sind überfällig: 270,00 Euro." in start
    assert "Ben Muster" in found
    assert "Ada Lehmann" not in found
    assert "Ada Lehmann" in by_number
    assert "In dieser Liste steht nichts." in words_of(empty.text)
    assert nonsense.status_code == 200
    assert len(table.text.strip().splitlines()) == 7
    assert "Ada Lehmann;" in table.text


async def test_a_run_is_previewed_started_once_and_shown(
    client: Browser, house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    enrolment = await owing(house)
    clock.forward(days=21)
    await sign_in(client, begin, Identity.FINANCE, at=clock())
    key = str(uuid4())
    async with begin.reading() as session:
        to_do = [task.sentence for task in await tasks(session, CASHIER, clock())]
        others = [task.sentence for task in await tasks(session, staff(Identity.PROGRAMME), clock())]

    preview = await client.get(f"{DESK}/mahnlaeufe/neu")
    first = await send(client, f"{DESK}/mahnlaeufe/neu", {"key": key})
    second = await send(client, f"{DESK}/mahnlaeufe/neu", {"key": key})
    waiting = words_of((await client.get(first.headers["location"])).text)
    late = await send(client, f"{DESK}/mahnlaeufe/neu", {"key": str(uuid4())})
    await jobs.drain()
    done = await client.get(first.headers["location"])
    debtor = await client.get(f"{DESK}/schuldner/{enrolment.person_id}")
    none = await send(client, f"{DESK}/mahnlaeufe/neu", {"key": str(uuid4())})
    wrong = await send(client, f"{DESK}/mahnlaeufe/neu", {"key": "x"})

    assert "Eine Zahlung ist überfällig" in to_do
    assert "Ein Mahnlauf ist fällig: eine Zahlung" in to_do
    assert not any("überfällig" in sentence or "Mahnlauf" in sentence for sentence in others)
    assert "Eine Person oder Firma bekommt eine Mahnung: 45,00 Euro" in words_of(preview.text)
    assert first.headers["location"] == second.headers["location"]
    assert "0 von 1 sind fertig" in waiting
    assert late.status_code == 409
    assert "MA-2026-00001" in done.text
    assert "MA-2026-00001, Stufe 1" in words_of(debtor.text)
    assert (none.status_code, wrong.status_code) == (409, 422)
    assert "Im Moment ist niemand zu mahnen" in none.text
    assert len(await reminders(begin)) == 1


async def test_the_page_of_a_debtor_lets_reminders_rest_and_takes_notes(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment = await owing(house)
    clock.forward(days=21)
    await sign_in(client, begin, Identity.FINANCE, at=clock())
    here, key = f"{DESK}/schuldner/{enrolment.person_id}", str(uuid4())

    day = {"until-day": "31", "until-month": "1", "until-year": "2027"}
    unexplained = await send(client, f"{here}/mahnsperre", {**day, "reason": "", "key": key})
    past = await send(
        client, f"{here}/mahnsperre",
        {"until-day": "1", "until-month": "1", "until-year": "2020", "reason": "x", "key": key},
    )  # fmt: skip
    set_to = await send(client, f"{here}/mahnsperre", {**day, "reason": "im Krankenhaus", "key": key})
    noted = await send(client, f"{here}/notiz", {"text": "ruft zurück", "key": str(uuid4())})
    page = words_of((await client.get(here)).text)
    refused = words_of((await client.get(f"{here}/mahnen")).text)
    missing = await client.get(f"{DESK}/schuldner/{uuid4()}")

    assert [one.status_code for one in (unexplained, past, set_to, noted, missing)] == [
        422,
        422,
        303,
        303,
        404,
    ]
    assert "Mahnsperre bis 31. Januar 2027" in page
    assert "ruft zurück" in page
    assert "45,00 Euro sind offen. Davon sind 45,00 Euro überfällig." in page
    assert "Jetzt kann keine Mahnung geschrieben werden: Mahnsperre." in refused


async def test_instalments_are_looked_at_before_they_are_agreed(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment = await owing(house, cents=10_000)
    await sign_in(client, begin, Identity.FINANCE, at=clock())
    path = f"{DESK}/forderungen/{enrolment.id}/raten"
    typed = {
        "count": "3", "first_day-day": "15", "first_day-month": "12", "first_day-year": "2026", "note": "", "share": "",
        "key": str(uuid4()), "total": "",
    }  # fmt: skip

    asked = await client.get(path)
    too_many = await send(client, path, {**typed, "count": "24"})
    shown = await send(client, path, typed)
    agreed = await send(client, path, {**typed, "total": "10000", "vereinbaren": "ja"})
    debtor = words_of((await client.get(f"{DESK}/schuldner/{enrolment.person_id}")).text)
    plans = words_of((await client.get(f"{DESK}/raten")).text)

    assert [one.status_code for one in (asked, too_many, shown, agreed)] == [200, 422, 200, 303]
    assert "34,00 Euro" in words_of(shown.text)
    assert "Raten für" in debtor
    assert "33,00 Euro, Di, 15.12.2026" in plans


async def test_after_three_reminders_a_claim_is_handed_over(
    client: Browser, house: Around, begin: Begin, clock: FixedClock, jobs: Worker
) -> None:
    enrolment = await owing(house)
    for days in (21, 14, 14):
        clock.forward(days=days)
        await Dunning(house).start(CASHIER, run_id=uuid4())
        await jobs.drain()
    clock.forward(days=11)
    await sign_in(client, begin, Identity.FINANCE, at=clock())
    path = f"{DESK}/vollstreckung"

    before = words_of((await client.get(path)).text)
    table = (await client.get(f"{path}/vollstreckung.csv")).text
    given = await send(client, f"{path}/{enrolment.id}/abgeben")
    after = words_of((await client.get(path)).text)
    gone = words_of((await client.get(f"{path}?ansicht=abgegeben")).text)

    assert "Ada Lehmann" in before
    assert "60,00 Euro" in before
    assert "Lange Straße 12;39340;Haldensleben" in table
    assert given.status_code == 303
    assert "Es ist nichts abzugeben." in after
    assert "von" in gone
    assert "Ada Lehmann" in gone


async def test_a_payer_is_entered_on_the_enrolment(client: Browser, house: Around, begin: Begin) -> None:
    enrolment = await owing(house)
    company = Company(name="Jobcenter Börde", invoice_email="rechnung@jobcenter.example")
    async with begin() as session:
        session.add(company)
    await sign_in(client, begin, Identity.FINANCE)
    path = f"/verwaltung/anmeldungen/{enrolment.id}/kostentraeger"
    typed = {
        "company": str(company.id), "kind": "jobcentre", "cents": "20", "percent": "", "reference": "BG 1",
        "key": str(uuid4()),
    }  # fmt: skip

    page = await client.get(path)
    both = await send(client, path, {**typed, "percent": "10"})
    voucher = await send(client, path, {**typed, "kind": "education_voucher"})
    entered = await send(client, path, typed)
    shown = words_of((await client.get(path)).text)

    assert "AZAV" in page.text
    assert [one.status_code for one in (page, both, voucher, entered)] == [200, 422, 422, 303]
    assert "Jobcenter Börde Jobcenter oder Agentur für Arbeit BG 1 20,00 Euro" in shown
    assert "Die teilnehmende Person zahlt 25,00 Euro" in shown


async def test_others_of_the_team_see_but_do_not_remind(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    enrolment = await owing(house)
    clock.forward(days=21)
    await sign_in(client, begin, Identity.ENROLMENT, at=clock())
    here = f"{DESK}/schuldner/{enrolment.person_id}"

    seen = [await client.get(path) for path in (DESK, f"{DESK}/forderungen", here, f"{DESK}/mahnlaeufe")]
    refused = [
        await client.get(f"{DESK}/mahnlaeufe/neu"),
        await send(client, f"{DESK}/mahnlaeufe/neu", {"key": str(uuid4())}),
        await client.get(f"{DESK}/forderungen/forderungen.csv"),
        await client.get(f"{here}/mahnsperre"),
        await client.get(f"/verwaltung/anmeldungen/{enrolment.id}/kostentraeger"),
    ]

    assert [one.status_code for one in seen] == [200] * 4
    assert "Jetzt mahnen" not in seen[2].text
    assert [one.status_code for one in refused] == [403] * 5


async def test_a_debtor_page_leads_to_writing_off_and_names_invoices_written_by_hand(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    ada = await owing(house, "Ada Lehmann")
    company, _ = await known_company(house)
    written = await HandWritten(house).issue(
        CASHIER, key=uuid4(), draft=HandInvoice(lines=[ADVICE], company_id=company)
    )
    await sign_in(client, begin, Identity.FINANCE, at=clock())

    person = await client.get(f"{DESK}/schuldner/{ada.person_id}")
    firm = await client.get(f"{DESK}/schuldner/{company}")
    listed = words_of((await client.get(f"{DESK}/forderungen?ansicht=offen")).text)

    assert f"{DESK}/niederschlagen/{ada.id}" in person.text
    assert "Beratung" in words_of(firm.text)
    assert f"/verwaltung/anmeldungen/{written.id}" not in firm.text
    assert "Beratung" in listed


async def test_the_part_of_another_payer_is_its_own_in_every_list(
    client: Browser, house: Around, begin: Begin, clock: FixedClock
) -> None:
    ada = await owing(house, "Ada Lehmann")
    company, _ = await known_company(house)
    share = await Enrolments(house).share_price(
        CASHIER,
        enrolment_id=ada.id,
        share_id=uuid4(),
        company_id=company,
        kind=ShareKind.EMPLOYER,
        cents=2000,
    )
    await pays(house, clock, ada, 2500)
    clock.forward(days=21)
    await sign_in(client, begin, Identity.FINANCE, at=clock())

    enrolments = await client.get("/verwaltung/anmeldungen?ansicht=ueberfaellig")
    claims = words_of((await client.get(f"{DESK}/forderungen?ansicht=ueberfaellig")).text)
    async with begin.reading() as session:
        bills = await session.execute(
            select(
                Invoice.share_id,
                select(func.sum(LedgerEntry.amount_cents)).where(is_of_document()).correlate(Invoice).scalar_subquery(),
            ).where(Invoice.kind == InvoiceKind.INVOICE)
        )  # fmt: skip
        owed = {one.share_id: int(one[1]) for one in bills}

    assert owed == {None: 0, share.id: 2000}
    assert "Ada Lehmann" not in words_of(enrolments.text)
    assert "Holz GmbH" in claims
