"""Acting for others on a phone: a daughter for her mother without e-mail, and a father for his daughter of 14."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.clock import system_clock
from lms.messaging.models import Letter
from lms.people.models import Mandate, Person
from lms.scheduling.models import Session
from tests.making import make_course, make_run
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down
from tests.stories.test_enrolment import SECONDS_FOR_A_LETTER, letters_first

__all__ = ["letters_first"]

Opener = Callable[..., Page]


def offer(centre: Centre, title: str) -> str:
    """A published free run of a course with this title, in four weeks; gives its id."""

    async def write(begin: Begin) -> str:
        course, starts_at = make_course(title), system_clock() + timedelta(days=28)
        ends_at = starts_at + timedelta(hours=2)
        run = make_run(course, starts_at=starts_at, ends_at=ends_at, dayparts=1)
        async with begin() as session:
            session.add(course)
            await session.flush()
            session.add(run)
            await session.flush()
            session.add(Session(run_id=run.id, starts_at=starts_at, ends_at=ends_at, changed_at=starts_at))
        return str(run.id)

    return arrange(write, centre)


def letter_of(centre: Centre, name: str, kind: str) -> tuple[str, str]:
    """How the last letter of a kind to somebody went, and its words."""

    async def read(begin: Begin) -> tuple[str, str]:
        async with begin.reading() as session:
            found = await session.scalar(
                select(Letter)
                .where(Letter.to_name == name, Letter.kind == kind)
                .order_by(Letter.written_at.desc())
                .limit(1)
            )
        return ("", "") if found is None else (found.channel.value, found.text)

    return arrange(read, centre)


def wait_for(read: Callable[[], str]) -> str:
    """What the worker makes true a moment later; empty when it does not."""
    for _ in range(SECONDS_FOR_A_LETTER):
        if found := read():
            return found
        time.sleep(1)
    return ""


def principal_of(centre: Centre, family_name: str) -> str:
    """The address of the desk's page about whoever gave a mandate."""

    async def read(begin: Begin) -> Any:
        async with begin.reading() as session:
            return await session.scalar(
                select(Mandate.principal_id)
                .join(Person, Person.id == Mandate.principal_id)
                .where(Person.family_name == family_name)
            )

    return f"/verwaltung/personen/{arrange(read, centre)}/beziehungen"


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_a_daughter_acts_for_her_mother_without_email_until_the_mother_calls(
    centre: Centre, open_page: Opener
) -> None:
    run = offer(centre, "Briefe am Tablet schreiben")
    page = open_page()
    sit_down(page, "Sabine Kersten-Hoppe")
    page.goto("/konto")
    page.get_by_role("link", name="Personen, für die ich handle").click()
    look_closely(page)
    page.get_by_role("link", name="Jemanden hinzufügen").click()
    look_closely(page)
    page.get_by_role("link", name="Jemand ohne E-Mail").click()
    press(page, "Mit einem Brief fragen")
    expect(page).to_have_title(re.compile("^Fehler: "))
    look_closely(page)
    for label, words in {
        "Vorname": "Gerda", "Nachname": "Hoppe", "Straße und Hausnummer": "Am Anger 3", "Postleitzahl": "39340",
        "Ort": "Haldensleben",
    }.items():  # fmt: skip
        page.get_by_label(label).fill(words)
    page.get_by_label("von Kursen abmelden").uncheck()
    press(page, "Mit einem Brief fragen")
    page.get_by_role("link", name="Gerda Hoppe").click()
    expect(page.get_by_text("Es gibt noch keine Antwort.")).to_be_visible()
    look_closely(page)

    channel, words = letter_of(centre, "Gerda Hoppe", "mandate_asked")
    sign, code = re.search(r"Kennzeichen: (\w+)", words), re.search(r"Code: (\w+)", words)
    assert channel == "post"
    assert sign
    assert code
    mother = open_page(java_script_enabled=False)
    mother.goto("/vollmacht")
    mother.get_by_label("Kennzeichen aus dem Brief").fill(sign[1])
    mother.get_by_label("Code aus dem Brief").fill(code[1])
    press(mother, "Weiter")
    expect(mother.get_by_role("heading", level=1)).to_have_text("Darf Sabine Kersten-Hoppe für Sie handeln?")
    mother.get_by_label("Ich bin die Person").check()
    press(mother, "Ja, ich bin einverstanden")
    expect(mother.get_by_text("Ab jetzt gilt das.")).to_be_visible()

    page.goto(f"/anmelden/{run}")
    press(page, "Anfangen")
    page.get_by_label("Gerda Hoppe").check()
    press(page, "Weiter")
    press(page, "Weiter")
    expect(page.get_by_text("Gerda Hoppe").first).to_be_visible()
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Verbindlich anmelden")
    expect(page.get_by_text("gebucht").first).to_be_visible()
    look_closely(page)
    page.goto("/meine-kurse")
    page.get_by_role("link", name="Briefe am Tablet schreiben").first.click()
    expect(page.get_by_text("Die Vollmacht erlaubt Ihnen nicht, Gerda Hoppe abzumelden.")).to_be_visible()
    look_closely(page)
    course = page.url

    desk = open_page(viewport=DESKTOP)
    sit_down(desk, "Claudia Wegmann")
    desk.goto(principal_of(centre, "Hoppe"))
    look_closely(desk)
    desk.get_by_role("link", name="Vollmacht beenden").click()
    desk.get_by_label("Warum?").fill("Frau Hoppe hat angerufen")
    press(desk, "Vollmacht beenden")
    expect(desk.get_by_text("Die Vollmacht ist ab jetzt beendet.")).to_be_visible()

    answer = page.goto(course)
    assert answer is not None
    assert answer.status == 404
    page.goto("/meine-kurse")
    expect(page.get_by_text("Gerda")).to_have_count(0)
    assert wait_for(lambda: letter_of(centre, "Gerda Hoppe", "place_confirmed")[0]) == "post"
    assert wait_for(lambda: letter_of(centre, "Gerda Hoppe", "mandate_ended")[0]) == "post"


def test_a_father_says_who_may_fetch_his_daughter_and_enrols_her(centre: Centre, open_page: Opener) -> None:
    run = offer(centre, "Trickfilm an zwei Nachmittagen")
    page = open_page()
    sit_down(page, "Torsten Brandau")
    page.goto("/konto/personen")
    look_closely(page)
    page.get_by_role("link", name=re.compile("^Ändern")).first.click()
    look_closely(page)
    page.get_by_label("Eine zweite Person").fill("Uwe Kolbe")
    press(page, "Speichern")
    expect(page.get_by_text("Renate Kolbe, Uwe Kolbe")).to_be_visible()

    page.goto(f"/anmelden/{run}")
    press(page, "Anfangen")
    page.get_by_label("Emilia Brandau").check()
    press(page, "Weiter")
    press(page, "Weiter")
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Verbindlich anmelden")
    expect(page.get_by_text("gebucht").first).to_be_visible()
