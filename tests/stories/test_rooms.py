"""The rooms in a browser: seen, photographed, opened and closed, found again; on a phone as well, and judged by axe-core."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, PHONE, look_closely, sit_down

ROOMS = "/verwaltung/raeume"
KEEPER = "Matthias Kornau"


def address_of(page: Page, room: str) -> str:
    """The page of a room, as its list links to it."""
    page.goto(ROOMS)
    return str(page.get_by_role("link", name=room, exact=True).first.get_attribute("href")).rsplit("/", 1)[0]


def fill_day(page: Page, name: str, day: str) -> None:
    for part, value in zip(("day", "month", "year"), day.split("."), strict=True):
        page.locator(f"#{name}-{part}").fill(value)


def test_every_page_about_rooms_breaks_no_rule_of_access(open_page: Callable[..., Page]) -> None:
    desk, phone = (open_page(viewport=viewport, bypass_csp=True) for viewport in (DESKTOP, PHONE))
    for page in (desk, phone):
        sit_down(page, KEEPER)
    hall = address_of(desk, "Großer Saal")
    venue = str(desk.get_by_role("link", name="Ort ändern").first.get_attribute("href"))
    asked = "gesucht=1&day-day=8&day-month=12&day-year=2026&begins=10&ends=12&seats=10"
    narrow = [
        f"{hall}/uebersicht",
        f"{venue}/zeiten",
        f"{ROOMS}/schliesstage",
        f"{ROOMS}/fahrzeiten",
        f"{ROOMS}/auslastung",
    ]
    wide = [
        ROOMS,
        hall,
        f"{hall}/foto",
        venue,
        f"{venue}/sperren",
        f"{ROOMS}/sperrungen",
        f"{ROOMS}/ausstattung",
        f"{ROOMS}/finden?{asked}",
    ]
    for page, paths in ((phone, narrow), (desk, wide)):
        for path in paths:
            page.goto(path)
            look_closely(page)


def test_a_closure_shows_what_is_planned_before_it_closes_anything(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP, java_script_enabled=False)
    sit_down(page, KEEPER)
    hall = address_of(page, "Großer Saal")
    page.goto(f"{hall}/uebersicht")
    page.get_by_role("link", name="Vorübergehend sperren").click()
    expect(page.locator("#room")).to_have_value(hall.rsplit("/", 1)[1])
    fill_day(page, "last", f"31.12.{int(page.locator('#first-year').input_value()) + 1}")
    page.locator("#reason").fill("Neue Bestuhlung")

    page.get_by_role("button", name="Sperren").click()

    expect(page.locator("main")).to_contain_text("Das ist dort geplant:")
    expect(page.locator("main .kern-alert a", has_text="Kurs ").first).to_be_visible()
    expect(page.locator("#reason")).to_have_value("Neue Bestuhlung")

    year = str(int(page.locator("#first-year").input_value()) + 3)
    fill_day(page, "first", f"1.2.{year}")
    fill_day(page, "last", f"3.2.{year}")
    page.get_by_role("button", name="Sperren").click()
    expect(page.locator("main")).to_contain_text("Neue Bestuhlung")
    page.locator("tr", has_text="Neue Bestuhlung").get_by_role("link", name="Sperrung aufheben").click()
    page.get_by_role("button", name="Sperrung aufheben").click()
    expect(page.locator("main")).not_to_contain_text("Neue Bestuhlung")


def test_a_room_gets_a_picture_and_hours_of_its_own(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE)
    sit_down(page, KEEPER)
    room = address_of(page, "Klassenzimmer")
    written = BytesIO()
    Image.new("RGB", (1200, 800), "beige").save(written, "JPEG")

    page.goto(f"{room}/foto")
    page.locator("#file").set_input_files(
        {"name": "zimmer.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}
    )
    page.locator("#alt_de").fill("Klassenzimmer mit hohen Fenstern")
    page.get_by_role("button", name="Speichern").click()
    shown = page.get_by_role("img", name="Klassenzimmer mit hohen Fenstern")
    expect(shown).to_be_visible()
    expect(shown).to_have_js_property("naturalWidth", 1200)  # 0 until the picture itself has come

    page.get_by_role("link", name="Öffnungszeiten").first.click()
    page.get_by_label("Diese Zeiten").check()
    for weekday in range(7):
        if weekday != 2:
            page.locator(f"#closed{weekday}").check()
    page.locator("#from2").fill("9")
    page.locator("#to2").fill("12")
    page.locator("#again2").fill("11")
    page.locator("#until2").fill("18")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("#fehler")).to_contain_text(
        "Mittwoch: Die zweite Zeit beginnt nach dem Ende der ersten."
    )
    page.locator("#again2").fill("13")
    page.get_by_role("button", name="Speichern").click()
    page.goto(f"{room}/uebersicht")
    expect(page.locator("main")).to_contain_text("Mi 9–12 und 13–18 Uhr")
