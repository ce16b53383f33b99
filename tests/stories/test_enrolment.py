"""Enrolling on a phone: a senior, a father, a company, and somebody who waits for a place."""

import re
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.models import Job, JobState
from lms.kernel.clock import system_clock
from lms.people.models import Company, Person
from lms.scheduling.models import Session
from tests.making import make_course, make_run
from tests.stories.conftest import DESKTOP, PHONE, Centre, arrange, look_closely

Opener = Callable[..., Page]
SECONDS_FOR_A_LETTER = 180


def offer(centre: Centre, title: str, **given: Any) -> tuple[str, str]:
    """A published run of a course with this title, in four weeks; gives its id and the course's address."""

    async def write(begin: Begin) -> tuple[str, str]:
        course = make_course(title)
        starts_at = system_clock() + timedelta(days=28)
        run = make_run(
            course, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), dayparts=1, **given
        )
        async with begin() as session:
            session.add(course)
            await session.flush()
            session.add(run)
            await session.flush()
            session.add(
                Session(
                    run_id=run.id,
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(hours=2),
                    changed_at=starts_at,
                )
            )
        return str(run.id), f"/kurse/{course.slug}"

    return arrange(write, centre)


def claims(centre: Centre, title: str) -> list[tuple[str, str]]:
    """Who has which claim to a run of this course."""

    async def read(begin: Begin) -> list[tuple[str, str]]:
        async with begin.reading() as session:
            rows = await session.execute(
                select(Person, Enrolment.state)
                .join(Enrolment, Enrolment.person_id == Person.id)
                .join(Run, Run.id == Enrolment.run_id)
                .join(Course, Course.id == Run.course_id)
                .where(Course.title_de == title)
                .order_by(Person.given_name)
            )
            return [(person.name, str(state)) for person, state in rows]

    return arrange(read, centre)


def press(page: Page, label: str) -> None:
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()


def open_letter(page: Page, address: str, subject: re.Pattern[str]) -> None:
    """Wait until the letter lies in the demo's mailbox, and open it."""
    letter = page.get_by_role("link", name=subject)
    deadline = time.monotonic() + SECONDS_FOR_A_LETTER
    page.goto(f"/demo/postfach?an={address}")
    while not letter.count() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        page.reload()
    letter.first.click()


def follow(page: Page, path: str) -> None:
    """Follow the link of a letter that leads below this path."""
    page.locator(f'.letter-text a[href*="{path}"]').first.click()


@pytest.fixture(scope="module", autouse=True)
def letters_first(centre: Centre) -> Iterator[None]:
    """A fresh demo centre draws its old certificates for a while; letters of these stories need not wait for that."""
    drawing = "task:draw-demo-certificate"

    def due(moment: datetime) -> Callable[[Begin], Coroutine[Any, Any, None]]:
        async def write(begin: Begin) -> None:
            async with begin() as session:
                await session.execute(
                    update(Job).where(Job.kind == drawing, Job.state == JobState.READY).values(due_at=moment)
                )

        return write

    arrange(due(system_clock() + timedelta(hours=1)), centre)
    yield
    arrange(due(system_clock()), centre)


@pytest.mark.parametrize("script", ["with", "without"])
def test_a_senior_enrols_herself_in_a_free_course_and_cancels_by_the_link(
    centre: Centre, open_page: Opener, script: str
) -> None:
    title = f"Fahrkarten im Telefon, {script} script"
    _, course = offer(centre, title)
    page = open_page(java_script_enabled=script == "with")

    def seen() -> None:
        if script == "with":
            look_closely(page)

    page.goto(course)
    page.get_by_role("link", name="Zur Anmeldung").first.click()
    seen()
    press(page, "Ohne Konto fortfahren")
    seen()
    page.get_by_label("Für mich").check()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Hannelore")
    page.get_by_label("Nachname").fill("Brandt")
    press(page, "Weiter")
    press(page, "Weiter")
    expect(page).to_have_title(re.compile("^Fehler: "))
    seen()
    page.get_by_label("E-Mail-Adresse").fill(f"hannelore.{script}@example.com")
    press(page, "Weiter")
    seen()
    page.get_by_role("link", name="Zurück", exact=True).click()
    expect(page.get_by_label("E-Mail-Adresse")).to_have_value(f"hannelore.{script}@example.com")
    press(page, "Weiter")
    press(page, "Weiter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Angaben prüfen")
    seen()
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Verbindlich anmelden")

    expect(page.get_by_text("Ihr Platz ist gebucht.")).to_be_visible()
    seen()
    page.reload()
    expect(page.get_by_text("Ihr Platz ist gebucht.")).to_be_visible()
    assert claims(centre, title) == [("Hannelore Brandt", EnrolmentState.CONFIRMED)]

    open_letter(page, f"hannelore.{script}@", re.compile("Platz ist gebucht"))
    follow(page, "/anmeldung/")
    seen()
    page.get_by_role("link", name="Abmelden", exact=True).click()
    expect(page.get_by_text("Die Abmeldung kostet nichts.")).to_be_visible()
    seen()
    press(page, "Abmelden")
    expect(page.get_by_text("Diese Anmeldung ist beendet.")).to_be_visible()
    assert claims(centre, title) == [("Hannelore Brandt", EnrolmentState.CANCELLED)]


def test_a_double_click_on_the_last_button_books_once(centre: Centre, open_page: Opener) -> None:
    title = "Doppelt geklickt"
    run, _ = offer(centre, title)
    page = open_page()
    page.goto(f"/anmelden/{run}")
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Für mich").check()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Dora")
    page.get_by_label("Nachname").fill("Klick")
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill("dora.klick@example.com")
    press(page, "Weiter")
    press(page, "Weiter")
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()

    page.get_by_role("button", name="Verbindlich anmelden").dblclick(no_wait_after=True)

    expect(page.get_by_text("Ihr Platz ist gebucht.")).to_be_visible()
    assert claims(centre, title) == [("Dora Klick", EnrolmentState.CONFIRMED)]


def test_a_father_enrols_his_daughter_and_agrees_by_the_letter(centre: Centre, open_page: Opener) -> None:
    title = "Podcast in den Ferien"
    run, _ = offer(centre, title, price_cents=2000, concession_cents=1000)
    page = open_page()
    page.goto(f"/anmelden/{run}")
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Für ein Kind").check()
    press(page, "Weiter")
    born = system_clock().year - 14
    page.get_by_label("Vorname").fill("Lena")
    page.get_by_label("Nachname").fill("Arnold")
    page.get_by_label("Tag", exact=True).fill("2")
    page.get_by_label("Monat", exact=True).fill("1")
    page.get_by_label("Jahr", exact=True).fill(str(born))
    look_closely(page)
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Jens")
    page.get_by_label("Nachname").fill("Arnold")
    page.get_by_label("Telefonnummer für Notfälle").fill("0171 2345678")
    page.get_by_role("group", name="allein nach Hause").get_by_label("Nein").check()
    look_closely(page)
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill("jens.arnold@example.com")
    press(page, "Weiter")
    press(page, "Weiter")
    page.get_by_label("Studierende und Auszubildende: 10,00 Euro").check()
    look_closely(page)
    press(page, "Weiter")
    page.get_by_label("Bar", exact=True).check()
    look_closely(page)
    press(page, "Weiter")
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    look_closely(page)
    press(page, "Kostenpflichtig anmelden")
    expect(page.get_by_text("Die Zustimmung der sorgeberechtigten Person fehlt noch.")).to_be_visible()
    assert claims(centre, title) == [("Lena Arnold", EnrolmentState.REQUESTED)]

    father = open_page(java_script_enabled=False)
    open_letter(father, "jens.arnold", re.compile("Zustimmung|Einwilligung|stimmen"))
    follow(father, "/einwilligung/")
    expect(father.get_by_role("heading", level=1)).to_have_text("Darf Lena teilnehmen?")
    father.get_by_label("Ich bin sorgeberechtigt").check()
    press(father, "Kostenpflichtig anmelden")

    expect(father.get_by_text("Lena hat einen Platz in diesem Kurs.")).to_be_visible()
    assert claims(centre, title) == [("Lena Arnold", EnrolmentState.CONFIRMED)]


def test_a_boss_enrols_two_employees_with_an_order_number(centre: Centre, open_page: Opener) -> None:
    title = "E-Rechnung für Handwerker"
    run, _ = offer(centre, title, price_cents=8900)
    page = open_page(viewport=DESKTOP)
    page.goto(f"/anmelden/{run}")
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Für Mitarbeitende einer Firma").check()
    press(page, "Weiter")
    page.get_by_label("Name der Firma").fill("Metallbau Voigt GmbH")
    page.get_by_label("Straße und Hausnummer").fill("Werkstraße 1")
    page.get_by_label("Postleitzahl").fill("39340")
    page.get_by_label("Ort", exact=True).fill("Haldensleben")
    page.get_by_label("Bestellnummer").fill("B-2026-118")
    look_closely(page)
    press(page, "Weiter")
    for given, family in (("Mira", "Voigt"), ("Paul", "Seidel")):
        page.get_by_label("Vorname").fill(given)
        page.get_by_label("Nachname").fill(family)
        press(page, "Weiter")
        look_closely(page)
        if given == "Mira":
            page.get_by_role("link", name="Weitere Person hinzufügen").click()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Karin")
    page.get_by_label("Nachname").fill("Voigt")
    page.get_by_label("E-Mail-Adresse").fill("buero@metallbau-voigt.example")
    press(page, "Weiter")
    page.get_by_label("Überweisung mit Rechnung").check()
    press(page, "Weiter")
    expect(page.get_by_text("178,00 Euro").first).to_be_visible()
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Kostenpflichtig anmelden")

    expect(page.get_by_text("Ihre Plätze sind gebucht.")).to_be_visible()
    look_closely(page)
    assert claims(centre, title) == [
        ("Mira Voigt", EnrolmentState.CONFIRMED),
        ("Paul Seidel", EnrolmentState.CONFIRMED),
    ]
    assert arrange(order_numbers, centre) == {("Metallbau Voigt GmbH", "B-2026-118")}


async def order_numbers(begin: Begin) -> set[tuple[str, str]]:
    async with begin.reading() as session:
        rows = await session.execute(
            select(Company.name, Enrolment.order_number)
            .join(Enrolment, Enrolment.company_id == Company.id)
            .where(Company.name == "Metallbau Voigt GmbH")
        )
        return {(name, number) for name, number in rows}


def test_whoever_waits_gets_an_offer_by_letter_and_takes_it(centre: Centre, open_page: Opener) -> None:
    title = "Ein einziger Platz"
    run, _ = offer(centre, title, capacity=1)

    def enrol(page: Page, given: str, button: str) -> None:
        page.goto(f"/anmelden/{run}")
        press(page, "Ohne Konto fortfahren")
        page.get_by_label("Für mich").check()
        press(page, "Weiter")
        page.get_by_label("Vorname").fill(given)
        page.get_by_label("Nachname").fill("Wartburg")
        press(page, "Weiter")
        page.get_by_label("E-Mail-Adresse").fill(f"{given}.wartburg@example.com".lower())
        press(page, "Weiter")
        press(page, "Weiter")
        page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
        press(page, button)

    ben, ada = open_page(viewport=PHONE), open_page(viewport=PHONE)
    enrol(ben, "Ben", "Verbindlich anmelden")
    enrol(ada, "Ada", "Auf die Warteliste setzen")
    expect(ada.get_by_text("Sie stehen auf der Warteliste an Stelle 1.")).to_be_visible()
    look_closely(ada)

    ben.get_by_role("link", name="Anmeldung von Ben Wartburg ansehen").click()
    ben.get_by_role("link", name="Abmelden", exact=True).click()
    press(ben, "Abmelden")
    open_letter(ada, "ada.wartburg", re.compile("Platz ist für Sie frei"))
    follow(ada, "/angebot/")
    expect(ada.get_by_role("heading", level=1)).to_have_text("Ein Platz ist für Sie frei")
    look_closely(ada)
    press(ada, "Platz annehmen")

    expect(ada.get_by_text("Ihr Platz ist gebucht.")).to_be_visible()
    assert claims(centre, title) == [
        ("Ada Wartburg", EnrolmentState.CONFIRMED),
        ("Ben Wartburg", EnrolmentState.CANCELLED),
    ]
