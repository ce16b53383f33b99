"""A programme from elsewhere becomes ours: what is new, what changes, and what is never promised."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import func, select

from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.resources.models import Room, Venue
from lms.scheduling.importing import run_import
from lms.scheduling.models import Session, SessionState
from tests.making import BOTH, FixedClock
from tests.portal.reading import listed, titles, words

pytestmark = BOTH

Client = AsyncTestClient[Litestar]


@pytest.fixture(autouse=True)
def english_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")


def row(guid: str, name: str = "Excel Grundkurs", **given: Any) -> dict[str, Any]:
    """One course as the Berlin centres publish it."""
    return {
        "guid": guid,
        "nummer": f"Mi{guid}",
        "name": name,
        "minimale_teilnehmerzahl": "8",
        "maximale_teilnehmerzahl": "14",
        "beginn_datum": "2027-01-11",
        "ende_datum": "2027-02-15",
        "anzahl_termine": "6",
        "schlagwort": ["EDV", "Tabellenkalkulation"],
        "text": [
            {"eigenschaft": "Beschreibung", "text": "Rechnen mit Tabellen, <b>Schritt für Schritt</b>."}
        ],
        "veranstaltungsort": {
            "name": "VHS Mitte",
            "adresse": {"strasse": "Linienstr. 162", "plz": "10115", "ort": "Berlin"},
            "barrierefrei": "true",
        },
        "preis": {"betrag": "93.60", "zusatz": "erm. Preis: 57,00 EUR"},
        "webadresse": {"typ": "website", "uri": "https://vhs.example/1"},
    } | given


class Import:
    """A file, and what was said about it."""

    def __init__(self, begin: Begin, folder: Path, clock: FixedClock) -> None:
        self.begin, self.file, self.clock = begin, folder / "kurse.json", clock
        self.said = ""

    async def __call__(self, *rows: dict[str, Any], dry_run: bool = False, shift_dates: bool = False) -> int:
        self.file.write_text(json.dumps({"veranstaltungen": {"veranstaltung": list(rows)}}))
        lines: list[str] = []
        code = await run_import(
            self.begin,
            self.file,
            dry_run=dry_run,
            shift_dates=shift_dates,
            say=lines.append,
            clock=self.clock,
        )
        self.said = "\n".join(lines)
        return code


async def count(begin: Begin, *models: type[Any]) -> list[int]:
    async with begin.reading() as session:
        return [await session.scalar(select(func.count()).select_from(model)) or 0 for model in models]


async def test_it_is_found_shown_and_names_its_source(
    client: Client, begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    assert await Import(begin, tmp_path, clock)(row("1")) == 0

    page = await client.get("/kurse/excel-grundkurs")

    assert await listed(client, "q=tabellen+mitte") == ["Excel Grundkurs"]
    for sentence in (
        "Montag, 11. Januar 2027 VHS Mitte, Raum laut Aushang, Linienstr. 162, 10115 Berlin 93,60 Euro, ermäßigt 57,00 Euro",
        "Der Anbieter nennt keine Uhrzeiten.",
        "Montag, 15. Februar 2027 noch nicht bekannt",
        "Der Raum ist ohne Stufen zu erreichen.",
        "Quelle: Berliner Volkshochschulen, Open Data Berlin, CC BY",
    ):
        assert sentence in words(page)
    assert " Uhr VHS" not in words(page)


async def test_twice_is_as_good_as_once(begin: Begin, tmp_path: Path, clock: FixedClock) -> None:
    bring_in = Import(begin, tmp_path, clock)
    await bring_in(row("1"), row("2"), row("3", "Word"))
    first = await count(begin, Course, Run, Session, Venue, Room)

    await bring_in(row("3", "Word"), row("2"), row("1"))

    assert first == [2, 3, 6, 1, 1]
    assert await count(begin, Course, Run, Session, Venue, Room) == first
    assert "Runs: 0 new, 0 changed, 3 as before" in bring_in.said


async def test_a_trial_writes_nothing_and_says_the_same(
    begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    bring_in = Import(begin, tmp_path, clock)

    await bring_in(row("1"), dry_run=True)

    assert await count(begin, Course, Run, Venue) == [0, 0, 0]
    assert "Runs: 1 new, 0 changed, 0 as before" in bring_in.said
    assert "nothing has been written" in bring_in.said


async def test_what_changes_there_changes_here_and_keeps_its_address(
    client: Client, begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    bring_in = Import(begin, tmp_path, clock)
    await bring_in(row("1"))

    await bring_in(row("1", "Excel für alle", beginn_datum="2027-01-18", maximale_teilnehmerzahl="20"))

    page = await client.get("/kurse/excel-grundkurs")
    assert "Runs: 0 new, 1 changed, 0 as before" in bring_in.said
    assert "Excel für alle" in words(page)
    assert "Montag, 18. Januar 2027" in words(page)
    assert "8 bis 20 Personen" in words(page)
    async with begin.reading() as session:
        meetings = (await session.scalars(select(Session).order_by(Session.starts_at))).all()
        seats = await session.scalar(select(Room.seats))
    assert [(one.state, one.sequence) for one in meetings] == [
        (SessionState.PLANNED, 1),
        (SessionState.PLANNED, 0),
    ]
    assert seats == 20


async def test_listed_sessions_are_taken_as_they_are(
    client: Client, begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    dates = [
        {"beginn_datum": f"2027-01-{day}", "beginn_uhrzeit": "18:00", "ende_uhrzeit": "19:30"}
        for day in (11, 18, 25)
    ]

    await Import(begin, tmp_path, clock)(row("1", termin=dates, anzahl_termine="3"))

    said = words(await client.get("/kurse/excel-grundkurs"))
    assert "Montag, 11. Januar 2027, 18:00 bis 19:30 Uhr" in said
    assert "Termine 3 Termine, Montag, 11. Januar 2027 bis Montag, 25. Januar 2027" in said
    assert "nennt keine Uhrzeiten" not in said
    assert await listed(client, "tageszeit=abend&wochentag=mo") == ["Excel Grundkurs"]


async def test_without_a_price_or_a_place_it_stays_a_draft(
    client: Client, begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    bring_in = Import(begin, tmp_path, clock)

    await bring_in(row("1", preis={}), row("2", "Word", veranstaltungsort={}))

    async with begin.reading() as session:
        assert set(await session.scalars(select(Run.state))) == {RunState.DRAFT}
    assert await listed(client) == []
    assert "2 runs stay drafts" in bring_in.said


async def test_a_bad_row_is_named_and_the_others_come_in(
    client: Client, begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    bring_in = Import(begin, tmp_path, clock)

    code = await bring_in(row("1"), row("2", beginn_datum="bald"), row("3", name=""))

    assert code == 0
    assert await listed(client) == ["Excel Grundkurs"]
    assert "“bald” is no date" in bring_in.said
    assert "The course has no name." in bring_in.said


async def test_what_would_do_harm_arrives_as_text(
    client: Client, begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3))"

    await Import(begin, tmp_path, clock)(
        row("1", f"Kurs {evil}", text=[{"eigenschaft": "Beschreibung", "text": evil}],
            veranstaltungsort={"name": evil, "adresse": {"strasse": evil, "plz": "10115", "ort": "Berlin"}})
    )  # fmt: skip

    page = await client.get("/kurse")
    for answer in (
        page,
        await client.get(f"/kurse/{_slug(page.text)}"),
        await client.get(f"/en/kurse/{_slug(page.text)}"),
    ):
        assert answer.status_code == 200
        assert "<img" not in answer.text
        assert "<script>" not in answer.text
        assert 'href="javascript' not in answer.text
    assert len(titles(page)) == 1


def _slug(page: str) -> str:
    return page.split('href="/kurse/', 1)[1].split("?", maxsplit=1)[0]


async def test_a_file_that_is_none_is_refused_in_a_sentence(
    begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    bring_in = Import(begin, tmp_path, clock)
    bring_in.file.write_text("Hallo")
    said: list[str] = []

    code = await run_import(
        begin, bring_in.file, dry_run=False, shift_dates=False, say=said.append, clock=clock
    )

    assert (code, len(said)) == (1, 1)
    assert said[0].startswith("This is neither a JSON nor an XML file.")


async def test_an_old_programme_can_be_moved_ahead_by_whole_weeks(
    client: Client, begin: Begin, tmp_path: Path, clock: FixedClock
) -> None:
    bring_in = Import(begin, tmp_path, clock)

    await bring_in(row("1", beginn_datum="2020-05-11", ende_datum="2020-06-08"), shift_dates=True)

    async with begin.reading() as session:
        starts_at = await session.scalar(select(Run.starts_at))
    assert starts_at is not None
    assert datetime(2026, 12, 4, tzinfo=UTC) < starts_at < datetime(2026, 12, 15, tzinfo=UTC)
    assert starts_at.weekday() == 0
    assert "All dates were moved by" in bring_in.said
