"""A youth helper's month on a telephone: sign up, the father consents, two shifts, hours, certificate, allowance."""

import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.clock import local, system_clock
from lms.people.models import Person
from lms.volunteering.models import Duty, Helper, Shift
from lms.volunteering.queries.shifts import planned
from tests.stories.conftest import DESKTOP, Centre, arrange, let_settle, look_closely, sit_down

LETTERS = "/demo/postfach"


def _letter_link(page: Page, subject: str, part: str) -> str:
    """The link with this part in the newest letter with this subject; waits until the worker has written it."""
    for _ in range(60):
        page.goto(LETTERS)
        found = page.get_by_role("link", name=subject)
        if found.count():
            found.first.click()
            link = page.locator(f"a[href*='{part}']")
            if link.count():
                return link.first.get_attribute("href") or ""
            frame = page.frame_locator("iframe").locator(f"a[href*='{part}']")
            return frame.first.get_attribute("href") or ""
        page.wait_for_timeout(2_000)
    raise AssertionError(f"no letter: {subject}")


def test_a_youth_helpers_month(open_page: Callable[..., Page], centre: Centre) -> None:
    lea, office = open_page(), open_page(viewport=DESKTOP)
    lea.goto("/mithelfen")
    look_closely(lea)
    lea.get_by_role("link", name="Ich bin unter 18").click()
    look_closely(lea)
    lea.get_by_role("link", name="Ich bin dabei").click()
    year = system_clock().year - 16
    for field, value in (
        ("given_name", "Lea"), ("family_name", "Sommerfeld"), ("email", "lea.sommerfeld@post.example"),
        ("birth-day", "2"), ("birth-month", "1"), ("birth-year", str(year)), ("guardian_given_name", "Udo"),
        ("guardian_family_name", "Sommerfeld"), ("guardian_email", "udo.sommerfeld@post.example"),
    ):  # fmt: skip
        lea.locator(f"#{field}").fill(value)
    lea.locator("input[name=topics]").first.check()
    look_closely(lea)
    lea.get_by_role("button", name="Senden").click()
    expect(lea.locator("h1")).to_have_text("Danke, deine Nachricht ist angekommen")

    helper_id = arrange(_helper_of("lea.sommerfeld@post.example"), centre)
    father = open_page()
    father.goto(_letter_link(father, "Darf Lea Sommerfeld in der Sprechstunde mithelfen?", "einwilligung"))
    look_closely(father)
    father.get_by_label(re.compile("Ich habe das gelesen")).check()
    father.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(father.locator("h1")).to_have_text("Lea darf mithelfen")

    sit_down(office, "Sevda Yildirim")
    office.goto(f"/verwaltung/helfer/{helper_id}")
    look_closely(office)
    office.get_by_role("button", name="Ins Team aufnehmen").click()
    let_settle(office)

    lea.goto(_letter_link(lea, "Willkommen im Team der Helfer:innen", "mithelfen/mein"))
    here = lea.url
    look_closely(lea)
    for _ in range(2):
        lea.get_by_role("button", name="Diese Schicht übernehmen").first.click()
        expect(lea.locator("main")).to_contain_text("Die Schicht gehört dir")
        let_settle(lea)

    arrange(_let_shifts_be_over(helper_id), centre)
    lea.goto(f"{here}/stunden")
    look_closely(lea)
    for _ in range(2):
        lea.get_by_role("button", name="Wie geplant").first.click()
        expect(lea.locator("main")).to_contain_text("deine Stunden sind notiert")
        let_settle(lea)
    lea.get_by_role("button", name="Bescheinigung anfordern").click()
    expect(lea.locator("main")).to_contain_text("um eine Bescheinigung gebeten")

    office.goto(f"/verwaltung/helfer/{helper_id}")
    office.get_by_role("button", name="Bescheinigung über diese Stunden ausstellen").click()
    expect(office.locator("main")).to_contain_text("Die Bescheinigung wird erstellt")

    finance = open_page(viewport=DESKTOP)
    sit_down(finance, "Ralf Hellwig")
    finance.goto("/verwaltung/finanzen/helfer")
    look_closely(finance)
    finance.get_by_role("button", name=re.compile("Freigeben, Lea Sommerfeld")).click()
    let_settle(finance)
    finance.get_by_role("button", name=re.compile("Zahlungsliste erstellen")).click()
    expect(finance.locator("main")).to_contain_text("Die Zahlungsliste ist erstellt")

    lea.goto(f"{here}/stunden")
    expect(lea.locator("main")).to_contain_text("Quittung (PDF)")
    look_closely(lea)


def _helper_of(email: str) -> Callable[[Begin], Coroutine[Any, Any, Any]]:
    async def read(begin: Begin) -> UUID:
        async with begin.reading() as session:
            found = await session.scalars(
                select(Helper.id).join(Person, Person.id == Helper.person_id).where(Person.email == email)
            )
            return found.one()

    return read


def _let_shifts_be_over(helper_id: UUID) -> Callable[[Begin], Coroutine[Any, Any, Any]]:
    """The month passes: both shifts lie behind us, on two days of it."""

    async def move(begin: Begin) -> None:
        async with begin() as session:
            mine = select(Duty.shift_id).where(Duty.helper_id == helper_id)
            plans = await planned(session, Shift.id.in_(mine))
            for number, plan in enumerate(plans):
                shift, length = plan.shift, plan.shift.ends_at - plan.shift.starts_at
                shift.rule_id = None
                shift.ends_at = system_clock() - timedelta(hours=1 + 3 * number)
                shift.starts_at = shift.ends_at - length
                shift.day = local(shift.starts_at).date()

    return move
