"""Changing one's mind on a phone: to another course by the link, then out of the contract without an account or script."""

import re
from collections.abc import Callable
from uuid import UUID

from playwright.sync_api import Page, expect

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import EnrolmentState
from tests.making import make_run
from tests.stories.conftest import Centre, arrange, look_closely
from tests.stories.test_enrolment import claims, follow, letters_first, offer, open_letter, press

Opener = Callable[..., Page]
__all__ = ["letters_first"]
TITLE = "Umgedacht: Fotos ordnen"
ADDRESS = "gerda.umgedacht@example.com"


def second_run(centre: Centre, first: str) -> str:
    """Another run of the same course, a little dearer; gives its number."""

    async def write(begin: Begin) -> str:
        async with begin() as session:
            known = await session.get_one(Run, UUID(first))
            course = await session.get_one(Course, known.course_id)
            run = make_run(
                course, price_cents=6000, starts_at=known.starts_at, ends_at=known.ends_at, dayparts=1
            )
            session.add(run)
            return run.number

    return arrange(write, centre)


def test_she_changes_to_another_run_by_the_link_and_then_withdraws_without_an_account(
    centre: Centre, open_page: Opener
) -> None:
    run, _ = offer(centre, TITLE, price_cents=4500)
    number = second_run(centre, run)
    page = open_page(java_script_enabled=False)
    page.goto(f"/anmelden/{run}")
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Für mich").check()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Gerda")
    page.get_by_label("Nachname").fill("Umgedacht")
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill(ADDRESS)
    press(page, "Weiter")
    press(page, "Weiter")
    page.get_by_label("bar").first.check()
    press(page, "Weiter")
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Kostenpflichtig anmelden")
    expect(page.get_by_text("Ihr Platz ist gebucht.")).to_be_visible()

    open_letter(page, ADDRESS, re.compile("Platz ist gebucht"))
    follow(page, "/anmeldung/")
    mine = page.url
    page.get_by_role("link", name="In einen anderen Kurs wechseln").click()
    page.get_by_role("main").get_by_role("link", name=re.compile(TITLE)).first.click()
    expect(page.get_by_text(f"Preis für Kurs {number}")).to_be_visible()
    to_change = page.url
    press(page, "Kostenpflichtig anmelden")
    expect(page.get_by_text("Ihr Platz ist gebucht.")).to_be_visible()
    assert {state for _, state in claims(centre, TITLE)} == {
        EnrolmentState.CANCELLED,
        EnrolmentState.CONFIRMED,
    }
    found = re.search(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b", page.get_by_role("main").inner_text())
    assert found

    page.get_by_role("contentinfo").get_by_role("link", name="Vertrag widerrufen").click()
    page.get_by_label("Ihr Name").fill("Gerda Umgedacht")
    page.get_by_label("Anmeldenummer").fill(found[0].lower())
    page.get_by_label("E-Mail-Adresse").fill(ADDRESS)
    press(page, "Weiter")
    expect(page.get_by_text("Für alle angemeldeten Personen")).to_be_visible()
    press(page, "Widerruf bestätigen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihre Erklärung ist angekommen")
    receipt = page.url

    open_letter(page, ADDRESS, re.compile("Ihr Widerruf ist bei uns eingegangen"))
    open_letter(page, ADDRESS, re.compile("Ihr Widerruf ist wirksam"))
    expect(page.get_by_text("nichts zu zahlen").first).to_be_visible()
    assert {state for _, state in claims(centre, TITLE)} == {EnrolmentState.CANCELLED}

    looking = open_page()
    for address in ("/widerruf", receipt, mine, to_change):
        looking.goto(address)
        look_closely(looking)
