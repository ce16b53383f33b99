"""Fee statements in the browser: the trainer on the phone, finance at the desk, planners without money, strangers nowhere."""

import hashlib
import re
from typing import Any
from uuid import uuid4

from httpx import AsyncClient
from sqlalchemy import func, select

from lms.billing.refunds.models import TransferFile
from lms.db import Begin
from lms.honoraria.statements.caring import care
from lms.honoraria.statements.models import (
    FeeAccount,
    FeeDocument,
    FeeLine,
    FeeObjection,
    FeePayout,
    FeeStatement,
    PayoutState,
    StatementState,
)
from lms.honoraria.statements.paper import statement_pdf
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.web.module import Around
from tests.honoraria.settling import FIRST, IBAN, faculty
from tests.making import FixedClock
from tests.visiting import another_browser, send, sign_in

HERE, OFFICE = "/kursleitung/honorar", "/verwaltung/finanzen/honorare"
MONTH = f"{HERE}?monat=2026-11"


async def only(begin: Begin, what: Any) -> Any:
    async with begin.reading() as session:
        return (await session.scalars(select(what))).one()


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found.group(1)


async def test_the_month_is_checked_on_the_phone_confirmed_approved_and_in_the_file(
    client: AsyncClient, house: Around, begin: Begin
) -> None:
    jonas = await faculty(house)
    await jonas.hold()
    unsaid = await jonas.hold(FIRST.replace(day=10), confirmed=False)
    await sign_in(client, begin, Identity.TRAINER, person=jonas.person, is_known=True)

    page = (await client.get(MONTH)).text
    assert "85,00" in page
    assert "Auf der Anwesenheitsliste steht niemand" in page
    await send(client, f"{HERE}/termine/{unsaid.id}/gehalten?monat=2026-11", {})
    key = str(uuid4())
    for _ in range(2):
        await send(
            client, f"{HERE}/stimmt-nicht?monat=2026-11",
            {"note": "<b>Zu kurz</b>\n; =1+1 \u202e\U0001f600", "key": key, "session": str(unsaid.id)},
        )  # fmt: skip
    page = (await client.get(MONTH)).text
    assert "&lt;b&gt;Zu kurz" in page
    assert 'name="seen"' not in page
    objection = await only(begin, FeeObjection)
    assert objection.about.startswith("Das Tablet kennenlernen, ")
    await send(client, f"{HERE}/stimmt-nicht/{objection.id}/zurueck?monat=2026-11", {})
    page = (await client.get(MONTH)).text
    stale = await send(client, f"{HERE}/bestaetigen?monat=2026-11", {"seen": "0" * 32})
    done = await send(client, f"{HERE}/bestaetigen?monat=2026-11", {"seen": seen_in(page)})
    await send(
        client, f"{HERE}/konto",
        {"holder": "Jonas Krüger", "iban": IBAN, "tax_number": "102/1", "vat_kind": "small", "version": "0"},
    )  # fmt: skip
    assert (stale.status_code, done.status_code) == (409, 303)
    one = await only(begin, FeeStatement)
    assert (one.state, one.total_cents) == (StatementState.CONFIRMED, 17_000)

    finance = another_browser(client)
    await sign_in(finance, begin, Identity.FINANCE)
    assert "Jonas Krüger" in (await finance.get(OFFICE)).text
    shown = (await finance.get(f"{OFFICE}/{one.id}")).text
    assert "DE02 **** **** 2051" in shown
    assert IBAN not in shown
    assert (await finance.get(f"{OFFICE}/{one.id}/schritt/freigeben")).status_code == 200
    answer = await send(finance, f"{OFFICE}/{one.id}/schritt/freigeben", {"version": str(one.version)})
    assert answer.status_code == 303
    await send(finance, f"{OFFICE}/datei", {"key": str(uuid4())})
    file = await only(begin, TransferFile)
    files = "/verwaltung/finanzen/erstattungen/dateien"
    assert "Jonas Krüger" in (await finance.get(f"{files}/{file.id}")).text
    xml = await send(finance, f"{files}/{file.id}/herunterladen", {})
    assert (xml.status_code, b"HA-2026-00001" in xml.content) == (200, True)
    for step in ("bank", "ausgefuehrt"):
        assert (await send(finance, f"{files}/{file.id}/{step}", {})).status_code == 303
    payout = await only(begin, FeePayout)
    assert (payout.state, payout.iban) == (PayoutState.PAID, IBAN)
    listed = await finance.get(f"{OFFICE}/liste.csv?ansicht=bezahlt")
    assert "2026-11;Jonas Krüger;HA-2026-00001;ausgezahlt;170,0;170,0" in listed.text
    paper = await client.get(f"{HERE}/abrechnung/{one.id}/abrechnung.pdf")
    assert paper.content.startswith(b"%PDF")


async def test_what_a_trainer_lays_out_and_what_finance_takes_off(
    client: AsyncClient, house: Around, begin: Begin
) -> None:
    jonas = await faculty(house)
    await jonas.hold()
    await sign_in(client, begin, Identity.TRAINER, person=jonas.person, is_known=True)
    form = {"kind": "material", "amount": "12,50", "reason": "Kopien", "key": str(uuid4()), **_day("day")}
    wrong = await send(client, f"{HERE}/auslage?monat=2026-11", form | {"amount": "-3"})
    forbidden = await send(client, f"{HERE}/auslage?monat=2026-11", form | {"kind": "deduction"})
    done = await send(client, f"{HERE}/auslage?monat=2026-11", form)
    finance = another_browser(client)
    await sign_in(finance, begin, Identity.FINANCE)
    one = await only(begin, FeeStatement)
    taken = await send(
        finance, f"{OFFICE}/{one.id}/zeile",
        form | {"kind": "deduction", "amount": "5", "key": str(uuid4()), "reason": "Schlüssel verloren"},
    )  # fmt: skip

    assert (wrong.status_code, forbidden.status_code, done.status_code, taken.status_code) == (
        422,
        422,
        303,
        303,
    )
    assert "92,50" in (await client.get(MONTH)).text
    async with begin.reading() as session:
        assert sorted(await session.scalars(select(FeeLine.cents))) == [-500, 1250]


def _day(name: str) -> dict[str, str]:
    return {f"{name}-day": "3", f"{name}-month": "11", f"{name}-year": "2026"}


async def test_planners_see_units_and_no_money_and_strangers_see_nothing(
    client: AsyncClient, house: Around, begin: Begin
) -> None:
    jonas, lea = await faculty(house), await faculty(house)
    await jonas.hold()
    await jonas.name_account()
    statement = await jonas.approve(await jonas.confirm())
    await sign_in(client, begin, Identity.PROGRAMME)
    units = f"{OFFICE}/einheiten?von=2026-11-01&bis=2026-11-30"
    page, table = (
        (await client.get(units)).text,
        (await client.get(units.replace("?", "/einheiten.csv?"))).text,
    )
    sessions = (await client.get(units.replace("?", "/termine.xlsx?"))).status_code
    assert "Jonas Krüger" in page
    assert "Euro" not in page.split("<main", 1)[1].split("</main", 1)[0]
    assert "Jonas Krüger;1;90;2,00;0;0\r\n" in table
    assert "Honorar" not in table
    assert sessions == 200
    assert [(await client.get(path)).status_code for path in (OFFICE, f"{OFFICE}/{statement.id}", HERE)] == [
        403,
        403,
        403,
    ]

    other = another_browser(client)
    await sign_in(other, begin, Identity.TRAINER, person=lea.person, is_known=True)
    foreign = [f"{HERE}/abrechnung/{statement.id}", f"{HERE}/abrechnung/{statement.id}/abrechnung.pdf"]
    assert [(await other.get(path)).status_code for path in foreign] == [404, 404]
    assert (await other.get(f"{OFFICE}/{statement.id}")).status_code == 403
    finance = another_browser(client)
    await sign_in(finance, begin, Identity.FINANCE)
    assert "64,00" not in (await finance.get(units)).text
    assert "80,00" in (await finance.get(units)).text
    assert (await finance.get(f"{OFFICE}/gemeinsam")).status_code == 200


async def test_trainers_get_letters_and_the_document_stays_as_it_is(
    house: Around, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    jonas = await faculty(house)
    await jonas.hold()
    for _ in range(2):
        await care(house)
    clock.forward(hours=49)
    for _ in range(2):
        await care(house)
    await jonas.name_account()
    statement = await jonas.approve(await jonas.confirm())
    await jobs.drain()
    number, first = await statement_pdf(begin, statement.id)
    _, again = await statement_pdf(begin, statement.id)

    document = await only(begin, FeeDocument)
    async with begin.reading() as session:
        letters = {one.kind: one for one in await session.scalars(select(Letter))}
        count = await session.scalar(select(func.count()).select_from(Letter))
    assert sorted(letters) == ["fee_account", "fee_approved", "fee_late", "fee_ready"]
    assert count == 4
    assert number == "HA-2026-00001"
    assert first == again == document.content
    assert document.sha256 == hashlib.sha256(first).hexdigest()
    assert IBAN not in letters["fee_account"].text + letters["fee_approved"].text
    assert (
        "DE02 \\*\\*\\*\\* \\*\\*\\*\\* 2051" in letters["fee_account"].text
        or "2051" in letters["fee_account"].text
    )


async def test_an_account_is_checked_and_a_change_of_somebody_elses_is_noticed(
    client: AsyncClient, house: Around, begin: Begin
) -> None:
    jonas = await faculty(house)
    await sign_in(client, begin, Identity.TRAINER, person=jonas.person, is_known=True)
    form = {
        "holder": "Jonas Krüger",
        "iban": IBAN,
        "tax_number": "102/1",
        "vat_kind": "regular",
        "version": "0",
    }

    answers = [
        (await send(client, f"{HERE}/konto", form | change)).status_code
        for change in (
            {"iban": "DE02120300000000202052"},
            {"tax_number": ""},
            {"vat_id": "DE12"},
            {},
            {},
            {"tax_number": "102/2"},
            {"tax_number": "102/3", "version": "1"},
        )
    ]

    assert answers == [422, 422, 422, 303, 303, 409, 303]
    row = await only(begin, FeeAccount)
    assert (row.tax_number, row.version) == ("102/3", 2)
    assert IBAN not in (await client.get(f"{HERE}/konto")).text
