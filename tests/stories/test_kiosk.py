"""Somebody without an account practises on the tablet in the hall and takes a slip home; nothing of them stays behind."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.stories.conftest import look_closely, sit_down

TABLET = {"width": 1024, "height": 768}
LESSON = "Was Sie da in der Hand haben"


def test_a_visit_to_the_public_tablet_leaves_a_slip_and_nothing_else(open_page: Callable[..., Page]) -> None:
    office, tablet, home = open_page(), open_page(viewport=TABLET), open_page()
    sit_down(office, "Claudia Wegmann")
    office.goto("/verwaltung/tablets")
    office.get_by_role("main").get_by_role("textbox").fill("Treppenhaus")
    office.get_by_role("button", name="Hinzufügen").click()

    tablet.goto("/kiosk")
    tablet.get_by_role("main").get_by_role("textbox").fill(office.locator(".lms-slip__code").inner_text())
    tablet.get_by_role("button", name="Dieses Gerät zum öffentlichen Tablet machen").click()
    heading = tablet.locator("h1")
    expect(heading).to_have_text("Was möchten Sie tun?")
    tablet.get_by_role("link", name="Lesen und üben").click()
    tablet.get_by_role("link", name=LESSON).click()
    expect(heading).to_have_text(LESSON)
    look_closely(tablet)
    tablet.get_by_role("main").get_by_role("button", name="Gelesen").click()
    tablet.get_by_role("button", name="Ich bin fertig").click()
    tablet.get_by_role("button", name="Ja, Zettel zeigen").click()
    expect(heading).to_have_text("Ihr Zettel")
    look_closely(tablet)
    tablet.locator(".lms-skip").press("Enter")
    expect(tablet.get_by_role("main")).to_be_focused()
    code = tablet.locator(".lms-slip__code").inner_text()
    tablet.get_by_role("button", name="Ich habe den Zettel").click()

    expect(heading).to_have_text("Was möchten Sie tun?")
    tablet.go_back()
    expect(heading).to_have_text("Was möchten Sie tun?")  # not a slip that cannot be shown again
    assert tablet.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert [cookie["name"] for cookie in tablet.context.cookies()] == ["kiosk"]

    sit_down(home, "Gudrun Patzelt")
    home.goto(f"/zettel/{code}")
    look_closely(home)
    home.get_by_role("main").get_by_role("button").first.click()
    expect(home.locator("main")).to_contain_text(LESSON)
