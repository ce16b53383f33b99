"""A funder's report: hours are given to a line, the report is handed in, and says the same when it is looked at again."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from lms.kernel.clock import local
from tests.stories.conftest import DESKTOP, look_closely, sit_down

LINE = "Digital im Ort"
HERE = "/verwaltung/berichte"


def test_a_funders_report_is_frozen_and_repeated(open_page: Callable[..., Page]) -> None:
    cashier = open_page(viewport=DESKTOP)
    sit_down(cashier, "Ralf Hellwig")
    cashier.goto(HERE)
    look_closely(cashier)
    cashier.get_by_role("link", name="Bericht erstellen").click()
    look_closely(cashier)
    _ask_for_a_report(cashier)
    look_closely(cashier)
    draft = cashier.url.partition("?")[0]
    units = _units(cashier)

    cashier.get_by_label("Warum reichen Sie ein").fill("Die Listen liegen auf Papier vor.")
    cashier.get_by_role("button", name="Bericht einreichen").click()
    expect(cashier.locator("main")).to_contain_text("Der Bericht ist eingereicht.")
    look_closely(cashier)
    checksum = cashier.locator(".report-hash").inner_text()
    paper = _download(cashier, "PDF")
    assert checksum in "".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages).replace(
        "\n", ""
    )

    _a_reported_hour_stays(cashier)

    planner = open_page()
    sit_down(planner, "Claudia Wegmann")
    planner.goto(draft)
    look_closely(planner)
    assert (_units(planner), planner.locator(".report-hash").inner_text()) == (units, checksum)
    assert _download(planner, "PDF") == paper
    planner.get_by_role("link", name="Mit heute vergleichen").click()
    expect(planner.locator("main")).to_contain_text("ergibt der Bericht dieselben Zahlen")
    look_closely(planner)


def _ask_for_a_report(page: Page) -> None:
    """The hours of one line, in whole months until this one's end: something was held in them, and something is open."""
    page.get_by_label("Für einen Geldgeber").check()
    page.locator("[name=line]").select_option(label=LINE)
    page.locator("[name=time]").select_option(label="andere Tage")
    today = local(datetime.now(UTC)).date()
    last = today.replace(day=monthrange(today.year, today.month)[1])
    for name, day in (("first", (last - timedelta(days=150)).replace(day=1)), ("last", last)):
        for part in ("day", "month", "year"):
            page.locator(f"[name={name}-{part}]").fill(str(getattr(day, part)))
    page.get_by_role("button", name="Entwurf zeigen").click()
    expect(page.locator("main")).to_contain_text("Das ist ein Entwurf")


def _a_reported_hour_stays(page: Page) -> None:
    page.goto(f"{HERE}/foerderlinien")
    look_closely(page)
    page.get_by_role("link", name="Stunden zuordnen").click()
    page.locator("tr", has_text="gemeldet").get_by_role("link", name="Termine wählen").first.click()
    look_closely(page)
    page.locator("tr", has_text="gemeldet").get_by_role("checkbox").first.check()
    page.get_by_label("Angekreuztes zuordnen zu").select_option(label="Jugend und Technik")
    page.get_by_role("button", name="Termine zuordnen").click()
    expect(page.locator("main")).to_contain_text("Diese Termine sind schon bei einem Geldgeber gemeldet")
    expect(page.locator("tr", has_text="gemeldet").get_by_role("checkbox").first).to_be_checked()


def _units(page: Page) -> str:
    found = re.search(r"wurden ([\d.,]+) Unterrichtseinheiten gehalten", page.locator("main").inner_text())
    assert found is not None
    return found[1]


def _download(page: Page, name: str) -> bytes:
    with page.expect_download() as taken:
        page.get_by_role("link", name=re.compile(f"^{name}")).click()
    return taken.value.path().read_bytes()
