"""Money goes back: the cashier sees the very letter, the payer names an account by the link in another, once."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, look_closely, sit_down

PATIENCE_SECONDS = 120


def test_the_cashiers_pay_back_and_somebody_names_the_account(open_page: Callable[..., Page]) -> None:
    desk = open_page(viewport=DESKTOP)
    sit_down(desk, "Ralf Hellwig")
    desk.goto("/verwaltung/finanzen/erstattungen")
    look_closely(desk)
    desk.get_by_role("link", name="Erstatten").first.click()
    look_closely(desk)
    desk.get_by_label("Überweisung: die Person").check()
    desk.get_by_label("Grund").fill("Zweimal bezahlt")
    desk.get_by_label("Ein persönlicher Satz").fill("Danke für Ihre Geduld.")
    desk.get_by_role("button", name="Weiter zum Schreiben").click()
    expect(desk.locator(".letter-text")).to_contain_text("Danke für Ihre Geduld.")
    look_closely(desk)
    desk.get_by_role("button", name=re.compile("erstatten$|Freigabe")).click()
    expect(desk.locator("main")).to_contain_text("nach Konto gefragt")
    look_closely(desk)

    link = _link_in_the_letter(desk)
    payer = open_page()
    payer.goto(link)
    look_closely(payer)
    payer.get_by_label("Wem gehört das Konto?").fill("Erika Muster")
    payer.get_by_label("IBAN").fill("DE03 1203 0000 0000 2020 51")
    payer.get_by_role("button", name="Konto absenden").click()
    expect(payer.locator("main")).to_contain_text("Diese IBAN stimmt nicht")
    payer.get_by_label("IBAN").fill("DE02 1203 0000 0000 2020 51")
    payer.get_by_role("button", name="Konto absenden").click()
    expect(payer.locator("main")).to_contain_text("DE02 **** **** 2051")
    look_closely(payer)
    payer.goto(link)
    expect(payer.get_by_role("heading", level=1)).to_have_text("Dieser Link gilt nicht mehr")


def _link_in_the_letter(page: Page) -> str:
    """The demo shows every letter that was sent; the one about an account holds the link."""
    link = page.get_by_role("link", name=re.compile("Wohin sollen wir"))
    for _ in range(PATIENCE_SECONDS):  # the worker sends it a moment later
        page.goto("/demo/postfach")
        if link.count():
            break
        page.wait_for_timeout(1_000)
    link.first.click()
    found = re.search(r"/erstattung/[\w-]+/\w+", page.content())
    assert found is not None
    return found[0]
