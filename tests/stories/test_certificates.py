"""A batch of certificates in a browser: chosen, looked at, issued, left, found again, and taken to the printer."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdf
from playwright.sync_api import Page, expect

from tests.stories.conftest import DESKTOP, look_closely, sit_down

LONG_PATIENCE_MS = 180_000


def test_a_batch_is_issued_left_found_again_and_printed(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=DESKTOP, java_script_enabled=True)
    sit_down(page, "Sevda Yildirim")
    page.goto("/verwaltung/nachweise")
    look_closely(page)
    row = page.locator("tr", has_text="auszustellen").last
    course = row.get_by_role("link").inner_text()
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Vorschau für die gewählten Durchführungen").click()

    expect(page.locator("h1")).to_have_text("Nachweise ausstellen: Vorschau")
    expect(page.locator("main")).to_contain_text(course)
    look_closely(page)
    page.get_by_role("checkbox", name=re.compile("auslassen")).first.check()
    page.get_by_label("Niemanden anschreiben").check()
    page.get_by_role("button", name=re.compile("Nachweise? ausstellen")).click()
    expect(page).to_have_url(re.compile(r"/auftrag/"))

    page.goto("/verwaltung")  # one may leave
    page.goto("/verwaltung/nachweise/auftraege")
    page.locator("tbody tr", has_text=course).first.get_by_role("link").click()
    expect(page.locator(".kern-alert--success")).to_be_visible(timeout=LONG_PATIENCE_MS)
    look_closely(page)
    page.get_by_role("link", name=re.compile("Druckdatei")).click()
    page.get_by_label("Druckdatei (PDF)").check()
    page.get_by_label("eines vor jeder Durchführung").check()
    look_closely(page)
    page.get_by_role("button", name="Datei erstellen").click()
    link = page.get_by_role("link", name=re.compile("Herunterladen"))
    expect(link).to_be_visible(timeout=LONG_PATIENCE_MS)
    look_closely(page)
    with page.expect_download() as coming:
        link.click()

    assert coming.value.suggested_filename.startswith("Druckdatei_")
    pages = pypdf.PdfReader(BytesIO(Path(coming.value.path()).read_bytes())).pages
    assert "Trennblatt" in pages[0].extract_text()
    assert "TB-20" in pages[2].extract_text()
