"""A trainer writes a lesson with the buttons, mends what is missing, publishes; a participant reads it on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, look_closely, sit_down

TRAINER = "Jörg Tiedemann"
LEARNER = "Nadine Rohrberg"
COURSE = "Reparieren statt wegwerfen: Laptop und Telefon"
CHAPTER = "Vor dem Öffnen"
LESSON = "Das Werkzeug bereitlegen"
ADVICE = "Legen Sie die Schrauben in der Reihenfolge ab, in der Sie sie lösen."
PICTURE = "![](schraube.png)"


def _insert(page: Page, part: str, field: str, words: str) -> None:
    """Press a button above the text, fill in what it asks for, and let it be inserted."""
    page.locator("summary").filter(has_text=re.compile(f"^{part}$")).click()
    page.locator(field).fill(words)
    page.get_by_role("button", name=f"Einfügen, {part}").click()


def _begin_a_lesson(page: Page) -> None:
    page.goto("/kursleitung")
    page.get_by_role("link", name="Lektionen", exact=True).first.click()
    look_closely(page)
    page.get_by_role("link", name=COURSE).click()
    page.get_by_label("Titel des Kapitels").fill(CHAPTER)
    page.get_by_role("button", name="Kapitel hinzufügen").click()
    page.get_by_role("link", name="Lektion hinzufügen").last.click()
    page.get_by_label("Titel der Lektion").fill(LESSON)
    page.get_by_role("button", name="Hinzufügen und schreiben").click()


def test_a_trainer_writes_a_lesson_with_the_buttons_and_a_participant_reads_it(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(viewport=DESKTOP)
    sit_down(page, TRAINER)
    _begin_a_lesson(page)

    preview = page.locator("[data-preview]")
    _insert(page, "Überschrift", "#heading_words", "")
    expect(page.get_by_role("alert").filter(has_text="Schreiben Sie, was dort stehen soll.")).to_be_visible()
    page.locator("#heading_words").fill("Was Sie brauchen")
    page.get_by_role("button", name="Einfügen, Überschrift").click()
    expect(preview.get_by_role("heading", name="Was Sie brauchen")).to_be_visible()
    _insert(page, "Kasten", "#box_words", ADVICE)
    expect(preview.locator(".lesson-box")).to_have_text(re.compile(re.escape(ADVICE)))
    look_closely(page)

    text = page.locator("#text")
    written = text.input_value()
    text.fill(f"{written}\n\n{PICTURE}")
    expect(preview).to_contain_text("hat keine Beschreibung")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("link", name="Gliederung").click()
    page.get_by_role("link", name="Veröffentlichen").click()
    expect(page.locator("#maengel")).to_contain_text("hat keine Beschreibung")
    expect(page.get_by_role("button", name="Veröffentlichen")).to_have_count(0)
    look_closely(page)

    page.locator("#maengel").get_by_role("link", name=LESSON).first.click()
    text.fill(written)
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("link", name="Gliederung").click()
    page.get_by_role("link", name="Veröffentlichen").click()
    page.get_by_role("button", name="Veröffentlichen").click()
    expect(page.get_by_role("status")).to_contain_text(
        "Alle Durchführungen dieses Kurses bekommen diese Ausgabe"
    )

    phone = open_page()
    sit_down(phone, LEARNER)
    phone.goto("/meine-kurse")
    phone.get_by_role("link", name=LESSON).first.click()
    expect(phone.locator(".lesson-box")).to_contain_text(ADVICE)
    look_closely(phone)
