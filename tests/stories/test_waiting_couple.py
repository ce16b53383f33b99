"""A couple on the waiting list, on a phone: why a place went past them, and how they get theirs."""

import re
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.app import around
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service import Enrolments
from lms.enrolment.values import NewPerson
from lms.kernel.clock import system_clock
from lms.settings import Settings
from tests.making import staff
from tests.stories.conftest import PHONE, Centre, arrange, look_closely
from tests.stories.test_enrolment import Opener, claims, follow, letters_first, offer, open_letter, press

__all__ = ["letters_first"]
TITLE = "Zu zweit ins Netz"
ADDRESS = "ruth.zeidler@example.com"
TEAM = staff()


def with_places(centre: Centre, act: Callable[[Enrolments, Begin], Coroutine[Any, Any, None]]) -> None:
    """Let the team do something with the service itself."""

    async def write(begin: Begin) -> None:
        settings = Settings(database_url=centre.database_url, demo=True, _env_file=None)  # type: ignore[call-arg]
        house = around(settings, system_clock)
        try:
            await act(Enrolments(house), begin)
        finally:
            await house.begin.close()

    arrange(write, centre)


def enrol(centre: Centre, run_id: str, *names: str) -> None:
    """Each by telephone, one after the other."""

    async def act(enrolments: Enrolments, begin: Begin) -> None:
        for name in names:
            person = NewPerson(
                given_name=name, family_name="Anders", email=f"{name.lower()}.anders@example.com"
            )
            await enrolments.enrol(TEAM, run_id=UUID(run_id), persons=[person])

    with_places(centre, act)


def give_back(centre: Centre, run_id: str, places: int) -> None:
    """So many people who have a place cancel."""

    async def act(enrolments: Enrolments, begin: Begin) -> None:
        async with begin.reading() as session:
            ids = await session.scalars(
                select(Enrolment.id)
                .where(Enrolment.run_id == UUID(run_id), Enrolment.state == EnrolmentState.CONFIRMED)
                .order_by(Enrolment.created_at)
                .limit(places)
            )
            found = list(ids)
        for enrolment_id in found:
            await enrolments.cancel(TEAM, enrolment_id=enrolment_id)

    with_places(centre, act)


def test_a_couple_reads_why_it_was_not_their_turn_and_later_takes_two_places(
    centre: Centre, open_page: Opener
) -> None:
    run_id, _ = offer(centre, TITLE, capacity=3)
    enrol(centre, run_id, "Anna", "Bert", "Carl")
    page = open_page(viewport=PHONE)
    _join(page, run_id)
    enrol(centre, run_id, "Dora")  # alone, behind them

    give_back(centre, run_id, 1)

    open_letter(page, ADDRESS, re.compile("Warteliste"))
    follow(page, "/anmeldung/")
    expect(page.get_by_role("main")).to_contain_text("Sie stehen an Stelle 1")
    expect(page.get_by_role("main")).to_contain_text(
        "1 Platz wurde frei. Hier werden 2 Plätze zusammen gebraucht."
    )
    expect(page.get_by_role("main")).not_to_contain_text("Dora")
    look_closely(page)

    give_back(centre, run_id, 2)

    open_letter(page, ADDRESS, re.compile("2 Plätze sind für Sie frei"))
    follow(page, "/angebot/")
    look_closely(page)
    page.get_by_role("button", name=re.compile("annehmen")).click()
    expect(page.get_by_role("main")).to_contain_text("gebucht")
    assert [one for one in claims(centre, TITLE) if one[1] == "confirmed"] == [
        ("Karl Zeidler", "confirmed"),
        ("Ruth Zeidler", "confirmed"),
    ]


def _join(page: Page, run_id: str) -> None:
    """Both stand on the list as one."""
    page.goto(f"/anmelden/{run_id}")
    press(page, "Ohne Konto fortfahren")
    page.get_by_label("Für mehrere Personen zusammen").check()
    press(page, "Weiter")
    for name in ("Ruth", "Karl"):
        page.get_by_label("Vorname").fill(name)
        page.get_by_label("Nachname").fill("Zeidler")
        press(page, "Weiter")
        if name == "Ruth":
            page.get_by_role("link", name="Weitere Person hinzufügen").click()
    press(page, "Weiter")
    page.get_by_label("Nur alle zusammen").check()
    press(page, "Weiter")
    page.get_by_label("E-Mail-Adresse").fill(ADDRESS)
    press(page, "Weiter")
    page.get_by_label("Ich habe die Bedingungen oben gelesen").check()
    press(page, "Auf die Warteliste setzen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sie stehen auf der Warteliste")
    look_closely(page)
