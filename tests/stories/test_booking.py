"""A club finds a room on a telephone and asks for it as a series; the team decides; the club gives one date back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, let_settle, look_closely, sit_down

ROOM = "Vereinsraum"
SATURDAY = 5
PURPOSE = "Probe der Theatergruppe"


def _ask(page: Page, first_day: datetime) -> str:
    """From the list of rooms to the page of the booking; gives its address."""
    page.goto("/raeume")
    look_closely(page)
    page.get_by_role("link", name=ROOM, exact=True).click()
    look_closely(page)
    page.get_by_role("link", name="Diesen Raum anfragen").first.click()
    for field, value in (("day", first_day.day), ("month", first_day.month), ("year", first_day.year)):
        page.locator(f"#tag-{field}").fill(str(value))
    page.locator("#von").fill("10:00")
    page.locator("#bis").fill("12:00")
    page.locator("#personen").fill("8")
    page.get_by_label("Jede Woche").check()
    page.locator("#anzahl").fill("4")
    look_closely(page)
    page.get_by_role("button", name="Weiter").click()
    page.get_by_label("Vereine und Initiativen").check()
    page.locator("#organisation").fill("Theatergruppe Wedringen")
    page.locator("#title").fill(PURPOSE)
    page.locator("#given_name").fill("Thea")
    page.locator("#family_name").fill("Bühne")
    page.locator("#email").fill("thea.buehne@post.example")
    look_closely(page)
    page.get_by_role("button", name="Weiter").click()
    expect(page.locator("h1")).to_have_text("Prüfen und absenden")
    let_settle(page)
    leaving_out = page.get_by_role("button", name="auslassen")
    while taken := leaving_out.count():  # a course may have the room on one of the days
        leaving_out.first.click()
        expect(leaving_out).to_have_count(taken - 1)
        let_settle(page)
    look_closely(page)
    page.get_by_role("button", name="Anfrage absenden").click()
    expect(page.locator("main")).to_contain_text("Ihre Anfrage ist angekommen")
    look_closely(page)
    return page.url.partition("?")[0]


def test_a_club_asks_by_telephone_the_team_approves_and_one_date_is_given_back(
    open_page: Callable[..., Page],
) -> None:
    club = open_page()
    today = datetime.now(UTC)
    address = _ask(club, today + timedelta(days=42 + SATURDAY - today.weekday()))

    team = open_page(viewport=DESKTOP)
    sit_down(team, "Claudia Wegmann")
    team.goto("/verwaltung/buchungen")
    look_closely(team)
    team.get_by_role("link", name=PURPOSE).click()
    look_closely(team)
    team.get_by_role("button", name="Entscheidung speichern").click()
    expect(team.locator("main")).to_contain_text("Ihre Entscheidung ist gespeichert")

    for _ in range(90):  # the letter is written a moment later, after what the fresh centre has to say
        club.goto("/demo/postfach")
        if f"Ihr Raum ist gebucht: {PURPOSE}" in club.locator("main").inner_text():
            break
        club.wait_for_timeout(2_000)
    expect(club.locator("main")).to_contain_text(f"Ihr Raum ist gebucht: {PURPOSE}")

    club.goto(address)
    expect(club.locator("main")).to_contain_text("genehmigt")
    club.get_by_role("link", name=re.compile("Diesen Termin absagen")).first.click()
    look_closely(club)
    club.get_by_role("button", name="Diesen Termin absagen").click()
    expect(club.locator("main")).to_contain_text("Der Termin ist abgesagt.")
    expect(club.locator("main")).to_contain_text("Sie haben diesen Termin abgesagt.")
