"""A wish becomes a course: proposed on a phone, supported by three, planned in one act; supporters book before strangers (U6)."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.catalogue.models import Course, Run
from lms.db import Begin
from lms.participation.models import Wish, WishRun
from lms.scheduling.models import Session
from lms.scheduling.occupying import summarise
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down

TITLE = "Stammbaum mit dem Tablet zeichnen"
SUPPORTERS = ("Nadine Rohrberg", "Torsten Brandau")


def test_a_wish_becomes_a_course_and_its_supporters_come_first(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    phone, office, stranger = open_page(), open_page(viewport=DESKTOP), open_page()
    phone.goto("/wuensche/neu")
    phone.get_by_label("Worum geht es?").fill(TITLE)
    phone.get_by_role("button", name="Weiter").click()
    phone.get_by_role("button", name="Wunsch absenden").click()
    phone.wait_for_load_state()
    wish_id = arrange(_wish, centre)

    sit_down(office, "Claudia Wegmann")
    office.goto(f"/verwaltung/wuensche/{wish_id}")
    office.get_by_role("button", name="Veröffentlichen", exact=True).click()
    office.wait_for_load_state()
    pages = []
    for name in SUPPORTERS:
        page = open_page()
        sit_down(page, name)
        page.goto(f"/wuensche/{wish_id}/unterstuetzen")
        page.get_by_role("checkbox").last.check()
        page.locator("main form.lms-form button[type=submit], main form.lms-form button").last.click()
        page.wait_for_load_state()
        pages.append(page)
    office.goto(f"/verwaltung/stimmen/{wish_id}")
    office.get_by_label("Vorname und Nachname").fill("Herta Papier")
    for part, value in zip(("Tag", "Monat", "Jahr"), ("3", "5", "1946"), strict=True):
        office.get_by_label(part, exact=True).fill(value)
    office.get_by_role("radio").last.check()
    office.get_by_role("button", name="Stimme zählen lassen").click()
    phone.goto(f"/wuensche/{wish_id}")
    expect(phone.get_by_role("main")).to_contain_text("3")

    office.goto(f"/verwaltung/wuensche/{wish_id}/planen")
    look_closely(office)
    office.get_by_role("button", name="Entwurf anlegen").click()
    office.wait_for_load_state()
    run_id = arrange(lambda begin: _dated(begin, wish_id), centre)
    office.goto(f"/verwaltung/durchfuehrungen/{run_id}/veroeffentlichen")
    office.get_by_label("Veröffentlichen, obwohl die Kursleitung nicht freigegeben hat").check()
    office.get_by_role("main").get_by_role("button", name="Veröffentlichen").click()
    office.wait_for_load_state()

    nadine = pages[0]
    _open_letter(nadine)
    look_closely(nadine)
    nadine.get_by_role("button", name="Zur Anmeldung").click()
    expect(nadine).to_have_url(re.compile("/anmelden/"))
    slug = arrange(lambda begin: _slug(begin, run_id), centre)
    stranger.goto(f"/kurse/{slug}")
    expect(stranger.get_by_role("main")).to_contain_text("die sich diesen Kurs gewünscht haben")
    expect(stranger.get_by_role("link", name="Zur Anmeldung")).to_have_count(0)

    stranger.goto("/gewuenscht")
    expect(stranger.get_by_role("main")).to_contain_text(TITLE)
    look_closely(stranger)


async def _wish(begin: Begin) -> UUID:
    async with begin.reading() as session:
        return (await session.scalars(select(Wish.id).where(Wish.title == TITLE))).one()


async def _dated(begin: Begin, wish_id: UUID) -> UUID:
    """The planner gives the draft a date: how that is done, other stories tell."""
    async with begin() as session:
        run_id = (await session.scalars(select(WishRun.run_id).where(WishRun.wish_id == wish_id))).one()
        starts_at = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=40)
        session.add(
            Session(
                run_id=run_id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90), changed_at=starts_at
            )
        )  # fmt: skip
        await summarise(session, await session.get_one(Run, run_id), now=datetime.now(UTC))
        return run_id


async def _slug(begin: Begin, run_id: UUID) -> str:
    async with begin.reading() as session:
        return (
            await session.scalars(
                select(Course.slug).join(Run, Run.course_id == Course.id).where(Run.id == run_id)
            )
        ).one()


def _open_letter(page: Page) -> None:
    """The worker writes it a moment after the run is published; of links the database keeps only their beginning."""
    page.goto("/demo/postfach?an=nadine.rohrberg@post.example")
    letter = page.get_by_role("link", name=re.compile(TITLE))
    link = page.locator('.letter-text a[href*="/vorab/"]')
    for _ in range(60):
        if letter.count():
            letter.first.click()
            if link.count():
                link.first.click()
                return
            page.go_back()
        time.sleep(0.5)
        page.reload()
    raise AssertionError("no letter came")
