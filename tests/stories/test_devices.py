"""Devices in a browser: one breaks and its sessions get others, a kit is counted, labels come out, a run asks for more."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, look_closely, sit_down

DEVICES = "/verwaltung/geraete"


def open_device(page: Page, number: str) -> None:
    page.goto(f"{DEVICES}?q={number}")
    page.get_by_role("link", name=number, exact=True).click()
    expect(page.locator("h1")).to_have_text(f"Gerät {number}")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_device_breaks_and_its_sessions_get_another_one(
    open_page: Callable[..., Page], *, has_script: bool
) -> None:
    number = "0005" if has_script else "0006"
    page = open_page(viewport=DESKTOP, java_script_enabled=has_script)
    sit_down(page, "Claudia Wegmann")
    open_device(page, number)
    page.get_by_role("link", name="Reparatur, fehlt, ausgemustert").click()
    page.get_by_label("Es fehlt").check()
    page.get_by_label("Bemerkung").fill("Nach dem Kurs nicht im Koffer")

    page.get_by_role("button", name="Eintragen").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"Kurs \d+, .*: bekommt stattdessen Gerät \d+"))
    instead = re.search(r"bekommt stattdessen Gerät (\d+)", page.locator("main").inner_text())
    assert instead is not None
    page.get_by_role("button", name="So eintragen").click()

    expect(page.get_by_role("status").first).to_contain_text("als nicht einsetzbar eingetragen")
    expect(page.locator("main")).to_contain_text("Mit diesem Gerät ist nichts geplant.")
    open_device(page, instead[1])
    expect(page.locator("main")).to_contain_text("Kurs 10")


def test_the_pages_of_devices_are_sound_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(bypass_csp=True)
    sit_down(page, "Claudia Wegmann")
    for path in (DEVICES, f"{DEVICES}/neu", f"{DEVICES}/typen", f"{DEVICES}/saetze", f"{DEVICES}/etiketten"):
        page.goto(path)
        look_closely(page)
    open_device(page, "0019")
    look_closely(page)
    page.get_by_role("link", name="Kalender").click()
    look_closely(page)
    for way in ("Tablet, 11 Zoll", "Laptop, 14 Zoll"):
        page.goto(f"{DEVICES}/typen")
        page.get_by_role("link", name=way).click()
        look_closely(page)


def test_a_kit_is_counted_and_the_part_that_is_back_no_longer_missing(open_page: Callable[..., Page]) -> None:
    page = open_page(bypass_csp=True)
    sit_down(page, "Claudia Wegmann")
    page.goto(f"{DEVICES}/saetze")
    page.get_by_role("link", name="Tabletkoffer B").click()
    expect(page.locator("main")).to_contain_text("fehlt: 1 × Ladegerät")
    look_closely(page)

    page.get_by_role("link", name="Satz prüfen").click()
    look_closely(page)
    page.get_by_label("Wie viele sind da? Ladegerät").fill("10")
    page.get_by_role("button", name="Prüfung speichern").click()

    expect(page.get_by_role("status").first).to_contain_text("Der Satz ist geprüft.")
    expect(page.locator("main")).not_to_contain_text("fehlt: 1 × Ladegerät")


def test_a_run_asks_for_more_than_there_is_and_says_why_it_will_do(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP, bypass_csp=True)
    sit_down(page, "Claudia Wegmann")
    page.goto("/verwaltung/durchfuehrungen?ansicht=alle&q=1034")
    page.get_by_role("link", name="1034").click()
    page.get_by_role("link", name="Geräte für diese Durchführung").click()
    page.get_by_label("Gerätetyp oder Satz").select_option(label="VR-Brille")
    page.get_by_label("Wie viele").fill("9")
    page.get_by_role("button", name="Hinzufügen").click()
    expect(page.locator("main")).to_contain_text("Nur 5 von 9 sind frei (VR-Brille).")
    look_closely(page)

    page.get_by_label("Warum weniger reichen").fill("Zwei Personen teilen sich eine Brille.")
    page.get_by_role("button", name="Hinzufügen").click()

    expect(page.locator("main")).to_contain_text("5 von 9: VR-Brille")
    look_closely(page)
