"""A boss books six seats, names four, sends the link for two, replaces one, and downloads the papers for the files."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.catalogue.models import Run
from lms.db import Begin
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down

RUN = "3010"
BOSS = "Jürgen Assmann"


async def _the_run(begin: Begin) -> UUID:
    async with begin.reading() as session:
        return (await session.scalars(select(Run.id).where(Run.number == RUN))).one()


def _name(page: Page, given: str, family: str) -> None:
    page.locator("#given_name").fill(given)
    page.locator("#family_name").fill(family)
    page.locator("#email").fill(f"{given}.{family}@tischlerei.example".lower())


def test_a_boss_books_six_seats_names_four_sends_a_link_for_two_and_replaces_one(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    run_id = arrange(_the_run, centre)
    boss = open_page()
    sit_down(boss, BOSS)

    boss.goto(f"/anmelden/{run_id}")
    boss.get_by_role("link", name="Mehrere Plätze für ein Unternehmen buchen").click()
    boss.locator("#seats").fill("60")
    boss.get_by_role("button", name="Weiter zum Prüfen").click()
    expect(boss).to_have_title(re.compile("^Fehler: "))  # what was typed is still there
    look_closely(boss)
    boss.locator("#seats").fill("6")
    boss.locator("#order_number").fill("A-2026-200")
    boss.get_by_role("button", name="Weiter zum Prüfen").click()
    expect(boss.locator("main")).to_contain_text("774,00 Euro")
    look_closely(boss)
    boss.get_by_role("button", name="Kostenpflichtig anmelden").click()
    expect(boss.locator("main")).to_contain_text("6 Plätze gekauft: 0 benannt, 6 frei")
    seats = boss.url.partition("?")[0]
    look_closely(boss)

    for number, given in enumerate(("Anke", "Bernd", "Cora", "Dirk")):
        boss.get_by_role("link", name="Namen nennen").first.click()
        if not number:
            look_closely(boss)
        _name(boss, given, "Hobel")
        boss.get_by_role("button", name="Diese Person nennen").click()
        expect(boss.locator("main")).to_contain_text(f"{number + 1} benannt, {5 - number} frei")

    boss.get_by_role("link", name="Link erstellen").click()
    look_closely(boss)
    boss.get_by_role("button", name="Link erstellen").click()
    expect(boss.get_by_role("img", name="QR-Code des Links")).to_be_visible()
    look_closely(boss)
    address = boss.locator(".lms-address").inner_text()

    for given in ("Erik", "Frida"):
        colleague = open_page()
        colleague.goto(address)
        look_closely(colleague)
        assert "Hobel" not in colleague.content()  # nobody sees the names of others
        _name(colleague, given, "Span")
        colleague.get_by_role("button", name="Platz nehmen").click()
        expect(colleague.locator("main")).to_contain_text("Ihr Platz ist gebucht.")
        look_closely(colleague)
    late = open_page()
    assert late.goto(address).status == 410  # type: ignore[union-attr]
    expect(late.locator("h1")).to_have_text("Dieser Link gilt nicht mehr")
    look_closely(late)

    boss.goto(seats)
    expect(boss.locator("main")).to_contain_text("6 benannt, 0 frei")
    boss.get_by_role("link", name=re.compile("Austauschen.*Bernd Hobel")).click()
    _name(boss, "Gesa", "Hobel")
    boss.get_by_role("button", name="Austauschen").click()
    expect(boss.locator("#plaetze + ul")).to_contain_text("Gesa Hobel")
    expect(boss.locator("#plaetze + ul")).not_to_contain_text("Bernd")

    boss.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
    boss.get_by_role("link", name="Mein Unternehmen").first.click()
    expect(boss.locator("main")).to_contain_text("Bestellnummer A-2026-200")
    look_closely(boss)
    boss.set_viewport_size({"width": 360, "height": 800})
    look_closely(boss)
    with boss.expect_download() as download:
        boss.get_by_role("link", name="Nachweise für den Arbeitgeber herunterladen").click()
    pack = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    hours = pack.read("Stunden.csv").decode("utf-8-sig")
    assert "Kevin" in hours or "Lüdde" in hours
    assert {"Stunden.csv", "Anwesenheit.csv", "Lies-mich.txt"} <= set(pack.namelist())
    with boss.expect_download() as download:
        boss.get_by_role("link", name=re.compile("Rechnung RE-")).first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
