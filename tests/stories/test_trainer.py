"""A trainer's lesson on the phone: with a network, without one, and without any script."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import delete, func, select, update

from lms.attendance.models import Attendance
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import local, system_clock
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState, SessionTrainer
from tests.stories.conftest import Centre, arrange, let_settle, look_closely, sit_down

Opener = Callable[..., Page]
SMALL_GROUP = 5


@pytest.fixture
def lesson(centre: Centre) -> tuple[str, UUID]:
    """Somebody who teaches, and a session of theirs that is just beginning, with nobody marked."""
    return arrange(begin_lesson, centre)


async def begin_lesson(begin: Begin) -> tuple[str, UUID]:
    """Bring the next session of a larger group forward to this hour."""
    now = system_clock()
    starts_at = now + timedelta(minutes=10 if local(now).hour < 12 else -10)  # today, at any hour
    people = (
        select(Enrolment.run_id)
        .where(Enrolment.state == EnrolmentState.CONFIRMED)
        .group_by(Enrolment.run_id)
        .having(func.count() >= SMALL_GROUP)
    )
    async with begin() as session:
        found = (
            await session.execute(
                select(Session.id, Person.given_name, Person.family_name)
                .join(SessionTrainer, SessionTrainer.session_id == Session.id)
                .join(Person, Person.id == SessionTrainer.person_id)
                .where(
                    Session.run_id.in_(people),
                    Session.starts_at > now + timedelta(days=2),
                    Session.state == SessionState.PLANNED,
                )
                .order_by(Session.starts_at)
                .limit(1)
            )
        ).one()
        await session.execute(
            update(Session)
            .where(Session.id == found.id)
            .values(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90))
        )
        await session.execute(delete(Attendance).where(Attendance.session_id == found.id))
    return f"{found.given_name} {found.family_name}", found.id


def how_many(rows: Locator) -> int:
    """A count that is not taken while the list is still coming."""
    let_settle(rows.page)
    return rows.count()


def register_path(session_id: UUID) -> str:
    return f"/kursleitung/termine/{session_id}/anwesenheit"


def test_a_trainer_opens_the_day_marks_row_by_row_and_sees_the_result(
    open_page: Opener, lesson: tuple[str, UUID]
) -> None:
    name, session_id = lesson
    page = open_page()
    sit_down(page, name)
    expect(page).to_have_url(re.compile("/kursleitung$"))
    look_closely(page)

    page.locator(f'a[href="{register_path(session_id)}"]').first.click()
    look_closely(page)
    rows = page.locator("[data-row]")
    count = page.locator("[data-roll-count]")
    people = how_many(rows)
    expect(count).to_have_text(f"0 gespeichert, {people} offen")

    rows.nth(0).get_by_label("Da", exact=True).check()
    expect(count).to_have_text(f"1 gespeichert, {people - 1} offen")
    expect(rows.nth(0).locator("[data-row-state]")).to_have_text("gespeichert")

    late = rows.nth(1)
    late.get_by_label("Später da").check()
    late.get_by_label("Wie viele Minuten später?").fill("15")
    late.get_by_label("Wie viele Minuten später?").blur()
    expect(count).to_have_text(f"2 gespeichert, {people - 2} offen")

    page.get_by_role("button", name="Alle übrigen da").or_(page.get_by_role("button", name="Alle da")).click()
    expect(count).to_have_text(f"{people} gespeichert, 0 offen")
    page.get_by_role("button", name="Speichern").last.click()
    expect(page.get_by_text("Die Anwesenheit ist gespeichert.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ergebnis")).to_be_visible()
    expect(page.locator("[data-roll-result]")).to_contain_text("Später da: 1")
    look_closely(page)


def test_in_a_cellar_without_network_marks_wait_on_the_device_until_it_is_back(
    open_page: Opener, lesson: tuple[str, UUID]
) -> None:
    name, session_id = lesson
    page = open_page()
    sit_down(page, name)
    page.goto(register_path(session_id))
    rows, count = page.locator("[data-row]"), page.locator("[data-roll-count]")
    people = how_many(rows)

    page.context.set_offline(True)
    rows.nth(0).get_by_label("Fehlt").check()
    rows.nth(1).get_by_label("Da", exact=True).check()
    expect(page.get_by_text("Keine Verbindung.")).to_be_visible()
    expect(
        page.get_by_text(re.compile(r"2 Einträge noch nicht gesendet, gespeichert um \d\d:\d\d Uhr"))
    ).to_be_visible()
    expect(count).to_have_text(f"0 gespeichert, {people - 2} offen, 2 noch nicht gesendet")
    expect(rows.nth(0).locator("[data-row-state]")).to_have_text("noch nicht gesendet")

    page.context.set_offline(False)
    expect(count).to_have_text(f"2 gespeichert, {people - 2} offen", timeout=60_000)
    expect(page.get_by_text("Keine Verbindung.")).to_be_hidden()
    page.reload()
    expect(rows.nth(0).get_by_label("Fehlt")).to_be_checked()
    expect(page.locator("[data-device]")).to_be_hidden()
    open_page.complaints.clear()  # type: ignore[attr-defined]  # the browser itself reports the missing network


def test_marks_made_without_network_survive_closing_the_page(
    open_page: Opener, lesson: tuple[str, UUID]
) -> None:
    name, session_id = lesson
    page = open_page()
    sit_down(page, name)
    page.goto(register_path(session_id))
    let_settle(page)
    page.route(
        "**/kursleitung/geraet",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    page.locator("[data-row]").nth(0).get_by_label("Entschuldigt").check()
    expect(page.get_by_text("Keine Verbindung.")).to_be_visible()

    page.unroute_all()
    page.goto("/kursleitung")
    page.goto(register_path(session_id))

    expect(page.locator("[data-roll-count]")).to_contain_text("1 gespeichert")
    expect(page.locator("[data-row]").nth(0).get_by_label("Entschuldigt")).to_be_checked()
    open_page.complaints.clear()  # type: ignore[attr-defined]


def test_without_script_one_form_saves_everybody_and_mistakes_are_named(
    open_page: Opener, lesson: tuple[str, UUID]
) -> None:
    name, session_id = lesson
    page = open_page(java_script_enabled=False)
    sit_down(page, name)
    page.goto(register_path(session_id))
    rows = page.locator("[data-row]")
    people = how_many(rows)

    rows.nth(0).get_by_label("Später da").check()
    page.get_by_role("button", name="Speichern").last.click()
    expect(page.get_by_role("heading", name="Bitte prüfen Sie Ihre Angaben")).to_be_visible()
    expect(rows.nth(0).get_by_label("Später da")).to_be_checked()

    rows.nth(0).get_by_label("Wie viele Minuten später?").fill("10")
    page.get_by_role("button", name="Alle da").click()
    expect(page.get_by_text("Die Anwesenheit ist gespeichert.")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="offen")).to_have_text(f"{people} gespeichert, 0 offen")


@pytest.mark.parametrize(("language", "width"), [("", 320), ("/en", 1280)])
def test_every_page_of_the_trainer_is_in_order_at_320_pixels_and_on_a_desk(
    open_page: Opener, lesson: tuple[str, UUID], language: str, width: int
) -> None:
    name, session_id = lesson
    page = open_page(viewport={"width": width, "height": 800})
    sit_down(page, name)
    for path in (
        "/kursleitung",
        "/kursleitung/kurse",
        "/kursleitung/kalender",
        f"/kursleitung/termine/{session_id}",
        register_path(session_id),
        f"/kursleitung/termine/{session_id}/liste",
        f"/kursleitung/termine/{session_id}/blaetter",
        f"/kursleitung/termine/{session_id}/blaetter/pruefen",
        f"/kursleitung/termine/{session_id}/selbst-eintragen",
        "/da",
    ):
        page.goto(language + path)
        look_closely(page)
    page.goto(f"/kursleitung/termine/{session_id}")
    page.locator("dd a").first.click()
    expect(page.get_by_role("heading", name="Teilnehmende")).to_be_visible()
    look_closely(page)
