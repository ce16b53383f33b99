"""A draft goes to its trainer, comes back corrected from a phone, and is published."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, look_closely, sit_down

SENTENCE = "Lehrstellen suchen, Unterlagen schreiben, Vorstellungsgespräche üben."


def test_the_planner_sends_a_draft_the_trainer_corrects_on_the_phone_the_planner_publishes(
    open_page: Callable[..., Page],
) -> None:
    planner = open_page(viewport=DESKTOP)
    sit_down(planner, "Claudia Wegmann")
    planner.goto("/verwaltung/durchfuehrungen?ansicht=entwurf")
    planner.get_by_role("link", name="2016", exact=True).click()
    expect(planner.locator("[aria-current=step]")).to_contain_text("geplant")
    planner.get_by_role("link", name="Zur Korrektur schicken").click()
    planner.get_by_role("button", name="Zur Korrektur schicken").click()
    expect(planner.locator("main")).to_contain_text("gefragt, noch keine Antwort")

    trainer = open_page()
    sit_down(trainer, "Lea Marquardt")
    trainer.goto("/kursleitung")
    trainer.get_by_role("link", name="Vor der Veröffentlichung lesen").click()
    look_closely(trainer)
    trainer.locator("#note").fill("Bitte an die Zeugnisse erinnern.")
    trainer.locator("#summary").fill(SENTENCE)
    trainer.get_by_role("button", name="Korrekturen schicken").click()
    expect(trainer.locator("main")).to_contain_text("Das Team hat Ihre Korrekturen.")

    planner.goto("/verwaltung")
    planner.get_by_role("link", name=re.compile("Kurs 2016 .*Korrekturen der Kursleitung liegen vor")).click()
    expect(planner.locator("main")).to_contain_text("Bitte an die Zeugnisse erinnern.")
    look_closely(planner)
    planner.get_by_role("button", name="Vorgeschlagene Texte übernehmen").click()
    expect(planner.locator("main")).to_contain_text("Die vorgeschlagenen Texte stehen jetzt im Kurs.")
    planner.get_by_role("link", name="Veröffentlichen").click()
    planner.get_by_role("button", name="Veröffentlichen").click()
    expect(planner.locator("#fehler")).to_be_visible()
    planner.locator("#unread").check()
    planner.get_by_role("button", name="Veröffentlichen").click()

    expect(planner.locator("[aria-current=step]")).to_contain_text("veröffentlicht")
    visitor = open_page()
    visitor.goto("/kurse?q=2016")
    expect(visitor.locator("main")).to_contain_text(SENTENCE)
