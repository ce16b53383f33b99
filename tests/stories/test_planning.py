"""Planning that cannot clash, in a browser: the conflict is there while somebody types, with a way that works beside it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.kernel.clock import local
from lms.scheduling.models import Session
from tests.stories.conftest import DESKTOP, Centre, arrange, look_closely, sit_down


async def a_session_to_come(begin: Begin) -> Any:
    """The first session of some run in three weeks or later, with its course."""
    async with begin.reading() as session:
        return (
            await session.execute(
                select(Session.starts_at, Run.course_id, Run.number)
                .join(Run, Run.id == Session.run_id)
                .where(
                    Run.state.in_([RunState.PUBLISHED, RunState.CONFIRMED]),
                    Session.starts_at == Run.starts_at,
                    Session.room_id.is_not(None),
                    Session.starts_at > datetime.now(UTC) + timedelta(days=21),
                )
                .order_by(Session.starts_at)
                .limit(1)
            )
        ).one()


def test_the_conflict_stands_beside_the_form_and_one_button_solves_it(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    taken = arrange(a_session_to_come, centre)
    begins = local(taken.starts_at)
    page = open_page(viewport=DESKTOP)
    sit_down(page, "Claudia Wegmann")
    page.goto(f"/verwaltung/kurse/{taken.course_id}/neue-durchfuehrung")

    page.locator("#count").fill("1")
    for field, value in (("Tag", begins.day), ("Monat", begins.month), ("Jahr", begins.year)):
        page.get_by_label(field, exact=True).fill(str(value))
    page.locator("#starts_at").fill(
        f"{begins:%H:%M}"
    )  # last: what stands beside is asked for anew with each entry
    beside = page.locator("#sketch")
    expect(beside).to_contain_text("Konflikt")
    expect(beside).to_contain_text("Das geht stattdessen:")
    look_closely(page)
    beside.get_by_role("button").first.click()

    expect(page.locator("h1")).to_have_text("Termine prüfen")
    expect(page.locator("main")).not_to_contain_text("Konflikt")
    look_closely(page)
    page.get_by_role("button", name="Als Entwurf speichern").click()
    expect(page.locator("main")).to_contain_text("Der Entwurf ist gespeichert.")


def test_on_a_phone_one_date_is_left_out_and_the_rest_is_kept(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    taken = arrange(a_session_to_come, centre)
    begins = local(taken.starts_at)
    page = open_page()
    sit_down(page, "Claudia Wegmann")
    page.goto(f"/verwaltung/kurse/{taken.course_id}/neue-durchfuehrung")

    page.get_by_label("an Tagen, die ich eingebe").check()
    free = begins + timedelta(days=1)
    page.locator("#dates").fill(f"{begins:%d.%m.%Y}\n{free:%d.%m.%Y}")
    page.locator("#starts_at").fill(f"{begins:%H:%M}")
    page.get_by_role("button", name="Termine anzeigen").click()
    page.get_by_label("Diesen Termin auslassen").first.check()
    look_closely(page)
    page.get_by_role("button", name="Termine neu berechnen").click()

    expect(page.locator("main")).to_contain_text("ausgelassen")
