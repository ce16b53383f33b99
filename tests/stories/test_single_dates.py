"""Single dates and the online room on a phone: somebody books two dates, gives one back, and enters when it is time."""

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from lms.db import Begin
from lms.kernel.clock import system_clock
from lms.scheduling.models import Session
from tests.making import make_course, make_run
from tests.stories.conftest import Centre, arrange, look_closely

Opener = Callable[..., Page]
TITLE = "Offene Werkstatt am Abend"


def offer(centre: Centre) -> tuple[str, str]:
    """A full run of three dates, the first about to begin and also online; gives the course's address and the first date."""

    async def write(begin: Begin) -> tuple[str, str]:
        course = make_course(TITLE)
        starts_at = system_clock() + timedelta(minutes=10)
        run = make_run(
            course, starts_at=starts_at, ends_at=starts_at + timedelta(days=15), dayparts=1, drop_in_places=2
        )
        async with begin() as session:
            session.add(course)
            await session.flush()
            session.add(run)
            await session.flush()
            meetings = [
                Session(
                    run_id=run.id, starts_at=starts_at + timedelta(days=days),
                    ends_at=starts_at + timedelta(days=days, hours=2), changed_at=starts_at,
                    online_url=f"{centre.url}/impressum" if days == 0 else "",
                )
                for days in (0, 7, 14)
            ]  # fmt: skip
            session.add_all(meetings)
        return f"/kurse/{course.slug}", str(meetings[0].id)

    return arrange(write, centre)


def press(page: Page, label: str) -> None:
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()


def test_two_dates_are_booked_one_is_given_back_and_the_online_room_is_entered(
    centre: Centre, open_page: Opener
) -> None:
    course, _ = offer(centre)
    page = open_page()

    page.goto(course)
    look_closely(page)
    page.get_by_role("link", name="Einzelnen Termin buchen").first.click()
    look_closely(page)
    press(page, "Ohne Konto fortfahren")
    press(page, "Weiter")
    expect(page).to_have_title(re.compile("^Fehler: "))
    look_closely(page)
    boxes = page.get_by_role("main").get_by_role("checkbox")
    boxes.nth(0).check()
    boxes.nth(1).check()
    press(page, "Weiter")
    page.get_by_label("Für mich").check()
    press(page, "Weiter")
    page.get_by_label("Vorname").fill("Ingrid")
    page.get_by_label("Nachname").fill("Werkmann")
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill("ingrid.werkmann@example.com")
    press(page, "Weiter")
    press(page, "Weiter")
    look_closely(page)
    page.get_by_label(re.compile("^Ich habe die Bedingungen")).check()
    press(page, "Verbindlich anmelden")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie sind angemeldet")
    look_closely(page)

    page.get_by_role("link", name=re.compile("Anmeldung von Ingrid Werkmann")).click()
    expect(page.get_by_text("Ihre Termine", exact=True)).to_be_visible()
    look_closely(page)
    mine = page.url
    page.get_by_role("link", name="Weitere Termine buchen").click()
    look_closely(page)
    page.goto(f"{mine}/abmelden")
    look_closely(page)
    page.get_by_role("main").get_by_role("checkbox").nth(1).check()
    press(page, "Zurückgeben")
    expect(page).to_have_url(mine)
    expect(page.get_by_text("Ihre Termine", exact=True)).to_have_count(0)  # one is left, and it stands above

    page.get_by_role("link", name="In den Online-Raum gehen").click()
    expect(page).to_have_url(re.compile("/impressum$"))
