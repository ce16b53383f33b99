"""A caller without e-mail, by keyboard alone: found or typed in, enrolled, paid in cash with a receipt, the letter to print."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, look_closely, sit_down

PATIENCE_MS = 180_000
LONGEST_SECONDS = 60
MOST_KEYSTROKES = 130
"""The name, number and address that somebody dictates are 60 of them."""


class Keyboard:
    """Types, and counts what was typed."""

    def __init__(self, page: Page) -> None:
        self.page, self.strokes = page, 0

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.strokes += len(words)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += 1

    def at(self, selector: str) -> None:
        """The focus has to be where the next key is meant to go."""
        expect(self.page.locator(selector)).to_be_focused(timeout=15_000)


def test_a_caller_without_e_mail_is_enrolled_and_pays_by_keyboard_alone(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(viewport=DESKTOP)
    sit_down(page, "Ralf Hellwig")
    number = _a_run_that_takes_cash(page)
    page.goto("/verwaltung/theke")
    keys, begun = Keyboard(page), time.monotonic()

    keys.at("#q")
    keys.type("Hildegard Beispiel")
    keys.press("Enter")
    keys.at("#person-neu")
    keys.press("Enter")
    keys.at("#phone")
    keys.type("03904 000 222")
    keys.press("Tab", "Tab")
    keys.type("Am Markt 3")
    keys.press("Tab")
    keys.type("39340")
    keys.press("Tab")
    keys.type("Haldensleben")
    keys.press("Enter")
    keys.at("#lauf")
    keys.type(number)
    keys.press("Enter")
    keys.at("#kurs-0")
    look_closely(page)
    keys.press("Enter")
    keys.at("[name=payment]:checked")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text("Hildegard Beispiel")
    keys.at("#given")
    owed = page.locator("#amount").input_value()
    keys.type("200")
    expect(page.locator("[data-change]")).not_to_have_text("–")
    keys.press("Enter")
    expect(page.get_by_text(re.compile(r"Quittung KQ-\d{4}-\d{5}"))).to_be_visible()
    spent = time.monotonic() - begun

    told = f"{keys.strokes} keystrokes, {spent:.0f} s, {owed} Euro"
    assert keys.strokes <= MOST_KEYSTROKES, told
    assert spent < LONGEST_SECONDS, told
    look_closely(page)
    for _ in range(PATIENCE_MS // 2_000):  # the letter is written a moment later
        if page.get_by_role("link", name=re.compile("Brief drucken")).count():
            break
        page.wait_for_timeout(2_000)
        page.reload()
    letter = page.get_by_role("link", name=re.compile("Brief drucken")).first
    printed = page.request.get(letter.get_attribute("href") or "")
    assert printed.body().startswith(b"%PDF")
    receipt = page.get_by_role("link", name="Quittung drucken (PDF)")
    assert page.request.get(receipt.get_attribute("href") or "").body().startswith(b"%PDF")
    page.get_by_role("link", name="Nächste Person").click()
    expect(page.locator("#q")).to_be_focused()
    page.goto("/verwaltung/kasse")
    expect(page.locator("main")).to_contain_text("Hildegard Beispiel")
    look_closely(page)


def test_the_call_list_and_the_print_run_are_worked_off(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP)
    sit_down(page, "Ralf Hellwig")
    for _ in range(PATIENCE_MS // 2_000):
        page.goto("/verwaltung/anrufliste")
        if page.get_by_role("button", name="Anruf übernehmen").count():
            break
        page.wait_for_timeout(2_000)
    look_closely(page)
    page.get_by_role("button", name="Anruf übernehmen").first.click()
    name = page.locator("h1").inner_text().removesuffix(" anrufen")
    look_closely(page)
    page.get_by_label("Erreicht: Die Person weiß Bescheid").check()
    page.get_by_role("button", name="Abhaken").click()
    expect(page.get_by_text("Abgehakt: Die Person weiß Bescheid.")).to_be_visible()
    assert name not in page.locator(".lms-calls").inner_text() if page.locator(".lms-calls").count() else True

    page.goto("/verwaltung/briefe")
    page.get_by_role("button", name=re.compile("als eine Datei drucken")).click()
    expect(page.get_by_role("button", name="Gedruckt: als verschickt markieren")).to_be_visible(
        timeout=PATIENCE_MS
    )
    look_closely(page)
    file = page.get_by_role("link", name=re.compile("zum Drucken öffnen"))
    assert page.request.get(file.get_attribute("href") or "").body().startswith(b"%PDF")
    page.get_by_role("button", name="Gedruckt: als verschickt markieren").click()
    expect(page.get_by_text("Die Briefe sind als gedruckt und verschickt markiert.")).to_be_visible()


def _a_run_that_takes_cash(page: Page) -> str:
    """The number of a run with free places that costs something and takes cash; looked up beforehand."""
    for words in ("foto", "kurs", "computer", "tablet", "smartphone"):
        page.goto(f"/verwaltung/theke?lauf={words}")
        for label in page.locator("#kurse label").all():
            text = label.inner_text()
            if (
                "Euro" in text
                and re.search("Pl(atz|ätze) frei", text)
                and "Rechnung" not in text
                and "Jahre" not in text
            ):
                return text.split()[0]
    raise AssertionError("no run costs anything")
