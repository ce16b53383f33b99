"""The pages of the books: looking at a month, closing it, changing accounts, handing files out, fetching statements."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.books.models import AccountChart, BookExport, CashProfile, MonthClose
from lms.catalogue.models import PaymentMethod
from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.web.module import Around
from tests.books.booked import NOVEMBER, OCTOBER, a_sale
from tests.enrolment.places import VISITOR, named, offered_run
from tests.making import FixedClock
from tests.office import counted, words_of
from tests.visiting import assert_same_as_missing, send, sign_in

Browser = AsyncTestClient[Litestar]
MONEY = "/verwaltung/finanzen"
MONTHS, CHART, EXPORTS = f"{MONEY}/abschluss", f"{MONEY}/konten", f"{MONEY}/exporte"


@pytest.fixture
async def cashier(client: Browser, begin: Begin) -> Browser:
    await sign_in(client, begin, Identity.FINANCE)
    return client


def fields_of(page: str) -> dict[str, str]:
    """What a form would send as it is shown: its fields with their values, ticked boxes and chosen options."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page[page.index("<main") :]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]*selected', body)
        found[name] = chosen[1] if chosen else ""
    return found


async def test_a_month_is_looked_at_confirmed_and_closed(
    cashier: Browser, begin: Begin, jobs: Worker
) -> None:
    await a_sale(begin, OCTOBER)
    await a_sale(begin, NOVEMBER)
    here = f"{MONTHS}/2026-10"

    overview = words_of((await cashier.get(MONTHS)).text)
    month = words_of((await cashier.get(here)).text)
    question = await cashier.get(f"{here}/schliessen")
    form = fields_of(question.text) | {"note": "geprüft"}
    await a_sale(begin, OCTOBER + timedelta(hours=1))
    stale = await send(cashier, f"{here}/schliessen", form)
    closed = await send(cashier, f"{here}/schliessen", fields_of(stale.text) | {"note": "geprüft"})
    again = await send(cashier, f"{here}/schliessen", form)
    await jobs.drain()
    after = words_of((await cashier.get(here)).text)
    table, excel, paper = [await cashier.get(f"{here}/journal.{kind}") for kind in ("csv", "xlsx", "pdf")]

    assert "Oktober 2026 ist vorbei und kann abgeschlossen werden." in overview
    assert "Das Journal stimmt mit den Buchungen auf den Cent überein." in month
    assert "2 Einträge werden festgeschrieben." in words_of(question.text)
    assert (stale.status_code, closed.status_code, again.status_code) == (409, 303, 303)
    assert "Während Sie hingesehen haben, wurde etwas gebucht." in stale.text
    assert "geprüft" in stale.text  # what was typed is still there
    assert "Dieser Monat ist abgeschlossen." in after
    assert "Journal zum Drucken und Ablegen" in after
    assert table.content.decode("utf-8-sig").count("\r\n") == 5
    assert openpyxl.load_workbook(io.BytesIO(excel.content)).active.max_row == 5
    assert paper.content.startswith(b"%PDF")
    async with begin.reading() as session:
        assert len((await session.scalars(select(MonthClose))).all()) == 1
        noted = await session.scalars(select(AuditEntry.after).where(AuditEntry.action == "bulk-export"))
        assert [one["list"] for one in noted] == ["journal-2026-10"] * 3


async def test_the_overview_costs_as_much_for_many_months_as_for_one(cashier: Browser, begin: Begin) -> None:
    await a_sale(begin, NOVEMBER)
    with counted() as few:
        await cashier.get(MONTHS)
    for months_before in range(1, 12):
        await a_sale(begin, NOVEMBER - timedelta(days=30 * months_before))
    with counted() as many:
        page = await cashier.get(MONTHS)

    assert len(many) == len(few)
    assert page.text.count("zuerst der Monat davor") == 11


async def test_an_empty_centre_and_addresses_that_are_none(cashier: Browser) -> None:
    empty = [words_of((await cashier.get(path)).text) for path in (MONTHS, EXPORTS)]
    odd = [await cashier.get(f"{MONTHS}/{name}") for name in ("2026-13", "x", "9999-12", "2026-11-02")]

    assert "läuft noch 0" in empty[0]
    assert "Bisher wurde nichts herausgegeben." in empty[1]
    assert [one.status_code for one in odd] == [404, 404, 404, 404]


@pytest.mark.parametrize("identity", [Identity.ENROLMENT, Identity.PROGRAMME, Identity.ADMINISTRATOR, None])
async def test_nobody_but_finance_sees_the_books(
    client: Browser, begin: Begin, identity: Identity | None
) -> None:
    await sign_in(client, begin, *([identity] if identity else []))

    for path in (
        MONTHS,
        f"{MONTHS}/2026-11",
        f"{MONTHS}/2026-11/journal.csv",
        CHART,
        EXPORTS,
        f"{EXPORTS}/datev",
    ):
        assert (await client.get(path)).status_code == 403, path


async def test_delicate_acts_want_a_fresh_proof(cashier: Browser, begin: Begin, clock: FixedClock) -> None:
    await a_sale(begin, NOVEMBER)
    clock.forward(minutes=11)

    for path in (
        f"{MONTHS}/2026-11/schliessen",
        f"{MONTHS}/2026-11/journal.csv",
        f"{EXPORTS}/datev",
        f"{EXPORTS}/pruefung",
    ):
        answer = await cashier.get(path)
        assert (answer.status_code, "bestaetigen" in answer.headers["location"]) == (303, True), path
    assert (await cashier.get(MONTHS)).status_code == 200


async def test_accounts_are_shown_before_they_are_changed_and_nobody_overwrites_a_colleague(
    cashier: Browser, begin: Begin
) -> None:
    form = fields_of((await cashier.get(CHART)).text) | {"consultant": "29098", "client": "55003"}

    shown = await send(cashier, CHART, form | {"bank_number": "1810", "zeigen": "1"})
    wrong = await send(cashier, CHART, form | {"bank_number": "18100"})
    saved = await send(cashier, CHART, form | {"bank_number": "1810"})
    stale = await send(cashier, CHART, form | {"bank_number": "1820"})

    assert "Bank 1800 1810" in words_of(shown.text)
    assert (wrong.status_code, saved.status_code, stale.status_code) == (422, 303, 409)
    assert "Ein Konto ist eine Zahl mit 4 Stellen" in wrong.text
    assert 'value="18100"' in wrong.text
    assert "1810" in stale.text
    assert "1820" in stale.text
    async with begin.reading() as session:
        assert (await session.scalars(select(AccountChart.version))).all() == [1]


async def test_files_are_made_found_again_and_fetched_by_whoever_asked(
    cashier: Browser, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    await a_sale(begin, NOVEMBER)
    await send(
        cashier,
        CHART,
        fields_of((await cashier.get(CHART)).text) | {"consultant": "29098", "client": "55003"},
    )
    form = fields_of((await cashier.get(f"{EXPORTS}/datev")).text)

    empty = await send(cashier, f"{EXPORTS}/datev", form)
    made = [await send(cashier, f"{EXPORTS}/datev", form | {"month": "2026-11-01"}) for _ in range(2)]
    here = made[0].headers["location"]
    file = await cashier.get(f"{here}/datei")
    ask = fields_of((await cashier.get(f"{EXPORTS}/pruefung")).text)
    late = await send(
        cashier, f"{EXPORTS}/pruefung", ask | _days("last", 1, 1, 2027) | _days("first", 1, 11, 2026)
    )
    archive = await send(
        cashier, f"{EXPORTS}/pruefung", ask | _days("last", 30, 11, 2026) | _days("first", 1, 11, 2026)
    )
    waiting = words_of((await cashier.get(archive.headers["location"])).text)
    await jobs.drain()
    packed = await cashier.get(f"{archive.headers['location']}/datei")
    listed = words_of((await cashier.get(EXPORTS)).text)
    await sign_in(cashier, begin, Identity.FINANCE)
    foreign = await cashier.get(f"{here}/datei")

    assert (empty.status_code, late.status_code) == (422, 422)
    assert {one.headers["location"] for one in made} == {here}
    assert "vorläufig" in listed
    assert file.text.startswith('"EXTF";700;21;')
    assert file.headers["content-disposition"] == 'attachment; filename="EXTF_Buchungsstapel_2026-11.csv"'
    assert "Es beginnt gleich." in waiting
    assert "index.xml" in zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert foreign.status_code == 404
    async with begin.reading() as session:
        assert len((await session.scalars(select(BookExport))).all()) == 2


def _days(name: str, day: int, month: int, year: int) -> dict[str, str]:
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


async def test_a_profile_is_made_with_a_look_at_its_first_lines_and_used(
    cashier: Browser, begin: Begin
) -> None:
    await a_sale(begin, NOVEMBER)
    first = await cashier.get(f"{EXPORTS}/kasse")  # without a profile one is made first
    form = fields_of((await cashier.get(first.headers["location"])).text)
    mine = form | {"name": "Stadtkasse", "at_day": "2", "at_claim": "1", "date_format": "iso"}

    nameless = await send(cashier, f"{EXPORTS}/profile", form)
    shown = await send(cashier, f"{EXPORTS}/profile", mine | {"zeigen": "1"})
    saved = await send(cashier, f"{EXPORTS}/profile", mine)
    ask = fields_of((await cashier.get(f"{EXPORTS}/kasse")).text)
    async with begin.reading() as session:
        profile = (await session.scalars(select(CashProfile))).one()
    made = await send(cashier, f"{EXPORTS}/kasse", ask | {"month": "2026-11-01", "profile": str(profile.id)})
    file = await cashier.get(f"{made.headers['location']}/datei")
    gone = await send(cashier, f"{EXPORTS}/profile/{profile.id}/loeschen")

    assert (first.status_code, nameless.status_code, saved.status_code, gone.status_code) == (
        303,
        422,
        303,
        303,
    )
    assert "2026-11-15" in words_of(shown.text)
    assert file.content.decode("cp1252").startswith("Kassenzeichen;Buchungsdatum;")
    assert (await cashier.get(f"{EXPORTS}/profile/{profile.id}")).status_code == 404


async def test_a_payer_fetches_the_statement_and_a_stranger_learns_nothing(
    client: Browser, house: Around, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=4500)
    placed = await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.CASH
    )
    async with begin.reading() as session:
        payer = await session.get_one(Person, placed.enrolments[0].contact_id)
    path = f"/meine-kurse/jahresuebersichten/person/{payer.id}/2026/uebersicht.pdf"
    missing = path.replace(str(payer.id), "00000000-0000-4000-8000-000000000000")

    await sign_in(client, begin)
    await assert_same_as_missing(client, path, missing)
    await sign_in(client, begin, person=payer, is_known=True)
    listed = await client.get("/meine-kurse/jahresuebersichten")
    file = await client.get(path)
    await sign_in(client, begin, Identity.FINANCE)
    desk = await client.get(f"{MONEY}/jahresuebersichten/person/{payer.id}")
    empty = await client.get("/meine-kurse/jahresuebersichten")

    assert "Jahresübersicht 2026 (PDF)" in words_of(listed.text)
    assert file.content.startswith(b"%PDF")
    assert path in desk.text
    assert "Bisher wurde nichts gebucht." in words_of(empty.text)


async def test_a_run_has_a_cost_centre_that_stands_on_its_bookings(
    client: Browser, house: Around, begin: Begin
) -> None:
    run = await offered_run(begin, price_cents=4500)
    await Enrolments(house).enrol(
        VISITOR, run_id=run.id, persons=[named()], payment_method=PaymentMethod.CASH
    )
    here = f"/verwaltung/durchfuehrungen/{run.id}/kostenstelle"
    await sign_in(client, begin, Identity.PROGRAMME, Identity.FINANCE)
    form: dict[str, Any] = {"cost_centre": "27101", "seen": ""}

    saved, stale = await send(client, here, form), await send(client, here, form | {"cost_centre": "9"})
    journal = await client.get(f"{MONTHS}/2026-12/journal.csv")

    assert (saved.status_code, stale.status_code) == (303, 409)
    assert ";27101;" in journal.text


async def test_a_list_is_taken_away_as_excel_too_and_that_is_noted(
    client: Browser, begin: Begin, house: Around
) -> None:
    await sign_in(client, begin, Identity.FINANCE)

    answers = [
        await client.get(f"/verwaltung/finanzen/erstattungen/vorgaenge/erstattungen.{kind}")
        for kind in ("csv", "xlsx")
    ]
    for _ in range(18):
        await client.get("/verwaltung/finanzen/erstattungen/vorgaenge/erstattungen.xlsx")
    one_too_many = await client.get("/verwaltung/finanzen/erstattungen/vorgaenge/erstattungen.csv")

    assert answers[1].headers["content-disposition"].endswith("erstattungen.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(answers[1].content)).active["A1"].value == "Seit"
    assert one_too_many.status_code == 429
    async with begin.reading() as session:
        noted = await session.scalars(select(AuditEntry.after).where(AuditEntry.action == "bulk-export"))
        assert {one["list"] for one in noted} == {"erstattungen"}
