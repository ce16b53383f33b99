"""Bank statements in the browser: a file in, three blocks, one button, and a page for whatever is not sure."""

import re
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.portal.desk.tasks import tasks
from lms.web.module import Around
from tests.banking.ground import FINANCE, Desk
from tests.banking.test_reading import SAMPLES
from tests.banking.writing import Paid, camt, sparkasse
from tests.making import staff
from tests.office import counted, words_of
from tests.visiting import send, sign_in

Browser = AsyncTestClient[Litestar]
LIST = "/verwaltung/finanzen/kontoauszuege"
ADA = "DE89370400440532013000"


async def upload(client: Browser, content: bytes, name: str = "auszug.xml") -> Response:
    return await send(client, LIST, files={"file": (name, content)})


@pytest.fixture
async def desk(client: Browser, house: Around, begin: Begin) -> Desk:
    await sign_in(client, begin, Identity.FINANCE)
    return Desk(house)


async def test_a_statement_comes_in_and_the_sure_ones_are_booked_with_one_button(
    client: Browser, desk: Desk, begin: Begin
) -> None:
    ada, _ = await desk.owes("Ada Lehmann"), await desk.owes("Ben Ohlsen", 3000)
    file = camt(
        [Paid(4500, ada, "Ada Lehmann"), Paid(3000, "Kurs", "Ben Ohlsen"), Paid(7777, "Miete", "Verein")]
    )

    came = await upload(client, file)
    statement = await client.get(came.headers["location"])
    again = await client.get((await upload(client, file)).headers["location"])
    blocks = words_of((await client.get(f"{LIST}/zuordnen")).text)
    preview = await client.get(f"{LIST}/zuordnen/buchen")
    mark = re.search(r'name="seen" value="([^"]+)"', preview.text)
    assert mark is not None
    booked = await send(client, f"{LIST}/zuordnen/buchen", {"seen": mark[1]})
    twice = await send(client, f"{LIST}/zuordnen/buchen", {"seen": mark[1]})
    async with begin.reading() as session:
        to_do = [one.sentence for one in await tasks(session, FINANCE, desk.house.clock())]
        others = [one.sentence for one in await tasks(session, staff(Identity.ENROLMENT), desk.house.clock())]

    assert "3 neu, 0 schon bekannt" in words_of(statement.text)
    assert "0 neu, 3 schon bekannt" in words_of(again.text)
    assert [
        word in blocks for word in ("Zugeordnet (1)", "Unsicher (1)", "Unbekannt (1)", "Der Name stimmt.")
    ] == [True] * 4
    assert "zeilen-gebucht" in booked.headers["location"]
    assert twice.status_code == 303
    assert await desk.entries() == [("payment", -4500)]
    assert "2 Zahlungen sind nicht zugeordnet" in to_do
    assert not [one for one in others if "zugeordnet" in one]


async def test_an_unsure_line_is_decided_and_taken_back(client: Browser, desk: Desk) -> None:
    await desk.owes("Ben Ohlsen", 3000)
    await desk.bring(camt([Paid(3000, "Kurs", "Ben Ohlsen", ADA)]))
    line, _ = await desk.line(3000)
    path = f"{LIST}/zeilen/{line.id}"

    page = await client.get(path)
    key = re.search(r'name="choice" value="([^"]+)"', page.text)
    assert key is not None
    empty = await send(client, f"{path}/waehlen", {"seen": "1"})
    stale = await send(client, f"{path}/waehlen", {"seen": "9", "choice": key[1]})
    taken = await send(client, f"{path}/waehlen", {"seen": "1", "choice": key[1]})
    booked = await client.get(path)
    confirmed = await send(client, f"{path}/konto", {"person": str(desk.owing["Ben Ohlsen"].contact_id)})
    no_reason = await send(client, f"{path}/ruecknahme", {"seen": "2", "reason": ""})
    undone = await send(client, f"{path}/ruecknahme", {"seen": "2", "reason": "falsche Person"})

    assert [one.status_code for one in (empty, stale, taken, confirmed, no_reason, undone)] == [
        422,
        409,
        303,
        303,
        422,
        303,
    ]
    assert "Wählen Sie, wofür dieses Geld ist." in empty.text
    assert "Dieses Konto gehört zu Ben Ohlsen" in words_of(booked.text)
    assert await desk.open_cents("Ben Ohlsen") == 3000
    assert "Bestätigt" not in words_of((await client.get(path)).text)


async def test_an_unknown_line_is_found_by_hand_and_split(client: Browser, desk: Desk) -> None:
    await desk.owes("Ada Lehmann")
    await desk.owes("Ben Ohlsen", 3000)
    await desk.bring(camt([Paid(7500, "Enkel", "Oma Krause")]))
    line, _ = await desk.line(7500)
    path = f"{LIST}/zeilen/{line.id}"
    ada, ben = (str(desk.owing[name].id) for name in ("Ada Lehmann", "Ben Ohlsen"))

    found = await client.get(path, params={"suche": "Lehmann"})
    chosen = await client.get(path, params={"suche": "Ohlsen", "posten": [ada, ben]})
    fields = re.findall(r'name="(betrag_\w+)" type="text" value="([\d,]+)"', chosen.text)
    values: dict[str, Any] = dict(fields)
    wrong = dict.fromkeys(values, "1,00")
    refused = await send(client, f"{path}/aufteilen", {"seen": "1", "posten": [ada, ben], **wrong})
    booked = await send(client, f"{path}/aufteilen", {"seen": "1", "posten": [ada, ben], **values})

    assert desk.invoices["Ada Lehmann"].number in found.text
    assert sorted(value for _, value in fields) == ["30,00", "45,00"]
    assert refused.status_code == 422
    assert "Die Teile ergeben 2,00 Euro, die Zeile aber 75,00 Euro." in words_of(refused.text)
    assert booked.status_code == 303
    assert [await desk.open_cents(name) for name in ("Ada Lehmann", "Ben Ohlsen")] == [0, 0]


async def test_a_line_is_set_aside_or_sent_back_and_stays_to_be_seen(client: Browser, desk: Desk) -> None:
    await desk.bring(camt([Paid(100, "Miete", "Verein", ADA), Paid(200, "?", "Irrtum", ADA)]))
    (rent, _), (lost, _) = await desk.line(100), await desk.line(200)

    nothing = await send(
        client, f"{LIST}/zeilen/{rent.id}/beiseite", {"seen": "1", "why": "other", "note": ""}
    )
    aside = await send(
        client, f"{LIST}/zeilen/{rent.id}/beiseite", {"seen": "1", "why": "other", "note": "Miete"}
    )
    back = await send(
        client, f"{LIST}/zeilen/{lost.id}/zurueck", {"seen": "1", "why_back": "niemand bekannt"}
    )
    task = await client.get(f"{LIST}/zeilen/{lost.id}")
    gone = await send(client, f"{LIST}/zeilen/{lost.id}/ueberwiesen", {"seen": "2"})
    seen = [
        words_of((await client.get(f"{LIST}/zuordnen/erledigt", params={"ansicht": view})).text)
        for view in ("beiseite", "zurueck", "gebucht")
    ]

    assert [one.status_code for one in (nothing, aside, back, gone)] == [422, 303, 303, 303]
    assert "Überweisen Sie 2,00 Euro an Irrtum" in words_of(task.text)
    assert ["Miete" in seen[0], "zurücküberwiesen" in seen[1], "Hier ist noch nichts." in seen[2]] == [
        True
    ] * 3


async def test_a_table_nobody_knows_asks_for_its_columns_once(client: Browser, desk: Desk) -> None:
    content = (SAMPLES / "unbekannt.csv").read_bytes()

    asked = await upload(client, content, "bank.csv")
    path = asked.headers["location"]
    page = await client.get(path)
    too_few = await send(client, path, {"column_booked": "0", "profile": "Hausbank"})
    named = await send(
        client,
        path,
        {
            "column_booked": "0",
            "column_name": "1",
            "column_text": "2",
            "column_amount": "3",
            "profile": "Hausbank",
        },
    )
    again = await upload(client, content, "bank.csv")
    index = await client.get(LIST)

    assert "Ben Ohlsen" in page.text
    assert (too_few.status_code, named.status_code) == (422, 303)
    assert "/auszug/" in named.headers["location"]
    assert "/auszug/" in again.headers["location"]
    assert "Hausbank" in index.text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"kein Auszug", "Wir können diese Datei nicht lesen."),
        (
            sparkasse([Paid(1)]).replace(b'"0,01"', b'"eins"'),
            "Zeile 2 lässt sich nicht lesen: „eins“ ist kein Betrag.",
        ),
        (camt([Paid(1)]).replace(b"camt.053", b"camt.052"), "Diese Datei enthält vorläufige Buchungen"),
    ],
)
async def test_a_wrong_file_gets_a_sentence_that_says_what_to_do(
    client: Browser, desk: Desk, content: bytes, sentence: str
) -> None:
    answer = await upload(client, content)

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)


async def test_a_missing_file_and_a_gap_are_said(client: Browser, desk: Desk) -> None:
    nothing = await send(client, LIST, {})
    came = await upload(client, camt([Paid(100)], opening=0, closing=900))

    assert nothing.status_code == 422
    assert "Saldo und Buchungen stimmen nicht überein" in words_of(
        (await client.get(came.headers["location"])).text
    )


async def test_a_long_list_costs_as_many_statements_as_a_short_one_and_speaks_english(
    client: Browser, desk: Desk
) -> None:
    await desk.owes("Ada Lehmann")
    await desk.bring(camt([Paid(4500, "Kurs", "Ada Lehmann", ADA)]))
    with counted() as few:
        await client.get(f"{LIST}/zuordnen")
    await desk.bring(camt([Paid(100 + n, f"Nr {n}", "Ada Lehmann", ADA) for n in range(60)], sequence=5))
    with counted() as many:
        page = await client.get(f"/en{LIST}/zuordnen")

    assert len(many) == len(few)
    assert "The name is the same." in words_of(page.text)


async def test_only_finance_comes_in(client: Browser, begin: Begin, house: Around) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)

    assert [
        (await client.get(f"{LIST}{path}")).status_code for path in ("", "/zuordnen", "/zuordnen/erledigt")
    ] == [403] * 3
