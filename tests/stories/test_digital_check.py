"""A bakery's digital check leads to a seat booking: answered without an account, kept with the company, seats ordered."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.stories.conftest import Centre, look_closely, sit_down

BOSS = "Jürgen Assmann"
LEVELS = (2, 1, 0, 3, 1, 1)
"""What the business says, area by area: weakest in data and safety."""


def test_a_bakery_does_the_check_and_books_seats_for_what_helps(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    phone = open_page()
    phone.goto("/")
    phone.get_by_role("link", name=re.compile("Wie digital ist Ihr Betrieb")).click()
    look_closely(phone)
    phone.get_by_role("button", name="Check beginnen").click()
    look_closely(phone)
    code = phone.locator(".check-code").inner_text()
    for number, level in enumerate(LEVELS[:3]):
        _answer(phone, number, level)

    # another day, another phone: the code leads to where it stopped
    later = open_page()
    later.goto("/digitalcheck")
    later.locator("#code").fill(code.lower())
    later.get_by_role("button", name="Meinen Check öffnen").click()
    expect(later.locator("h1")).to_have_text("Geräte und Netz")
    for number, level in enumerate(LEVELS[3:], start=3):
        _answer(later, number, level)
    expect(later.locator("main")).to_contain_text("3 von 3 beantwortet")
    look_closely(later)
    later.get_by_role("button", name="Abschließen und Bild ansehen").click()

    expect(later.locator("#bild")).to_have_text(
        "Am weitesten sind Sie bei „Geräte und Netz“, am meisten gewinnen Sie bei „Daten und Sicherheit“."
    )
    assert 3 <= later.locator(".check-recommended > li").count() <= 5
    first = later.locator(".check-recommended > li").first
    expect(first).to_contain_text("Daten und Sicherheit")
    expect(first).to_contain_text("Euro je Platz")
    look_closely(later)
    with later.expect_download() as download:
        later.get_by_role("link", name="Bild als PDF").click()
    assert download.value.suggested_filename.startswith("Digitalcheck-")

    result = later.url
    sit_down(later, BOSS)
    later.goto(result)
    later.get_by_role("link", name="Bei meinem Unternehmen behalten").click()
    look_closely(later)
    later.get_by_label("Das Team des Zentrums").check()
    later.get_by_role("button", name="Check behalten").click()
    expect(later.locator("main")).to_contain_text("Der Check liegt jetzt bei Ihrem Unternehmen.")
    look_closely(later)
    later.get_by_role("link", name="Zwei Checks vergleichen").click()
    expect(later.locator("main")).to_contain_text("Am weitesten vorangekommen sind Sie bei")
    look_closely(later)

    later.go_back()
    later.locator(".check-recommended > li").first.get_by_role("link", name="Plätze buchen").click()
    later.locator("#seats").fill("2")
    later.get_by_role("button", name="Weiter zum Prüfen").click()
    later.get_by_role("button", name="Kostenpflichtig anmelden").click()
    expect(later.locator("main")).to_contain_text("2 Plätze gekauft: 0 benannt, 2 frei")


def _answer(page: Page, number: int, level: int) -> None:
    expect(page.locator("main")).to_contain_text(f"Bereich {number + 1} von 6")
    for group in page.locator(".check-question").all():
        group.locator("input[type=radio]").nth(level).check()
    page.get_by_role("button", name="Weiter", exact=True).click()
