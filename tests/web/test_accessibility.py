"""The components in a browser: at phone width, dark, without script and on paper; judged by axe-core and the W3C's checker."""

import json
import subprocess
from collections.abc import Iterator
from gzip import compress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from lms.web.edge import content_policy
from lms.web.forms import form_from
from lms.web.gallery import LAYOUTS, Gallery
from lms.web.language import use_locale
from lms.web.templating import STATIC
from tests.web.sample import gallery, with_mistakes

MODULES = Path(__file__).parents[2] / "node_modules"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIRST_VISIT = 300_000
PATIENCE_MS = 20_000
LONG_ENOUGH_FOR_A_SECOND_ONE = 200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


def show(browser: Browser, markup: str, **options: Any) -> tuple[Page, dict[str, bytes]]:
    """The page as the service would deliver it, and everything the browser fetched for it."""
    fetched: dict[str, bytes] = {}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/":
            body, kind = markup.encode(), "text/html; charset=utf-8"
        else:
            file = STATIC / path.removeprefix("/static/")
            body, kind = file.read_bytes(), KINDS[file.suffix]
        fetched[path] = body
        route.fulfill(
            body=body,
            content_type=kind,
            headers={"content-security-policy": content_policy("https://checkout.stripe.com")},
        )

    page = browser.new_page(**options)
    page.route("**/*", answer)
    page.goto("http://centre.test/")
    page.evaluate("document.fonts.ready")
    return page, fetched


SIGHTS = [
    ("", 360, "light"),
    ("", 1280, "dark"),
    ("buero", 1280, "light"),
    ("buero", 320, "dark"),
    ("kursleitung", 360, "light"),
]


@pytest.mark.parametrize(("look", "width", "scheme"), SIGHTS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    browser: Browser, look: str, width: int, scheme: str
) -> None:
    page, _ = show(
        browser,
        gallery(with_mistakes(), look),
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )

    page.evaluate((MODULES / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES)

    assert len(found["passes"]) > 20
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.close()


def test_doubled_text_still_fits(browser: Browser) -> None:
    page, _ = show(browser, gallery(with_mistakes()), viewport={"width": 640, "height": 800}, bypass_csp=True)

    page.add_style_tag(content="html { font-size: 200% }")

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.close()


def test_after_a_mistake_the_summary_has_the_focus_and_leads_to_the_field(browser: Browser) -> None:
    page, _ = show(browser, gallery(with_mistakes()))
    expect(page.locator("#fehler")).to_be_focused(timeout=PATIENCE_MS)

    page.click("#fehler a >> text=vier Ziffern")

    expect(page.locator("#born-year")).to_be_focused(timeout=PATIENCE_MS)
    page.close()


def test_a_form_clicked_twice_is_sent_once(browser: Browser) -> None:
    page, _ = show(browser, gallery(form_from(Gallery)))
    sent: list[str] = []
    page.route("**/demo/bausteine", lambda route: sent.append(route.request.method))

    with page.expect_request("**/demo/bausteine"):
        page.locator("main form button", has_text="Weiter").dblclick(no_wait_after=True)
    page.wait_for_timeout(LONG_ENOUGH_FOR_A_SECOND_ONE)

    assert sent == ["POST"]
    page.close()


def test_a_question_that_was_closed_can_be_asked_and_answered_again(browser: Browser) -> None:
    page, _ = show(browser, gallery(form_from(Gallery)))
    sent: list[str] = []
    page.route("**/demo/bausteine", lambda route: sent.append(route.request.method))
    dialog = page.locator("dialog#frage")

    page.click("[data-dialog=frage]")
    dialog.get_by_role("button", name="Zurück").click()
    expect(dialog).to_be_hidden(timeout=PATIENCE_MS)
    page.click("[data-dialog=frage]")
    with page.expect_request("**/demo/bausteine"):
        dialog.get_by_role("button", name="Kurs absagen").click(no_wait_after=True)
    page.wait_for_timeout(LONG_ENOUGH_FOR_A_SECOND_ONE)

    assert sent == ["POST"]
    page.close()


def test_without_script_what_needs_it_is_not_shown(browser: Browser) -> None:
    page, _ = show(browser, gallery(form_from(Gallery)), java_script_enabled=False)

    shown = [button.is_visible() for button in page.locator(".lms-script-only").all()]

    assert shown == [False, False]
    page.close()


def test_on_paper_there_are_no_menus_but_address_and_day(browser: Browser) -> None:
    page, _ = show(browser, gallery(form_from(Gallery)))

    page.emulate_media(media="print")

    hidden = [".lms-nav", ".lms-header__tools", ".lms-help", ".lms-buttons"]
    for each in hidden:
        expect(page.locator(each).first).to_be_hidden(timeout=PATIENCE_MS)
    expect(page.locator(".lms-print-only")).to_contain_text(
        "Telefon 03904 000100. Gedruckt am", timeout=PATIENCE_MS
    )
    page.close()


def test_a_first_visit_weighs_less_than_300_kilobytes_and_breaks_no_policy(browser: Browser) -> None:
    complaints: list[tuple[str, str]] = []
    page, fetched = show(browser, gallery(form_from(Gallery)))
    page.on("console", lambda message: complaints.append((message.type, message.text)))
    page.reload()

    fonts = {path: len(body) for path, body in fetched.items() if path.endswith(".woff2")}
    others = {path: len(compress(body)) for path, body in fetched.items() if not path.endswith(".woff2")}

    assert len(fonts) == 2
    assert "/static/vendor/kern/kern.min.css" in others
    assert sum(fonts.values()) + sum(others.values()) < FIRST_VISIT
    assert [text for kind, text in complaints if kind in {"error", "warning"}] == []
    page.close()


def test_the_checker_of_the_w3c_finds_no_mistake(tmp_path: Path) -> None:
    for look in LAYOUTS:
        (tmp_path / f"german{look}.html").write_text(gallery(with_mistakes(), look))
        with use_locale("en"):
            (tmp_path / f"english{look}.html").write_text(gallery(form_from(Gallery), look))

    jar = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [
        "java",
        "-jar",
        str(jar),
        "--exit-zero-always",
        "--format",
        "json",
        *map(str, sorted(tmp_path.iterdir())),
    ]
    judged = json.loads(subprocess.run(command, capture_output=True, check=True).stderr)

    assert [found["message"] for found in judged["messages"] if found["type"] == "error"] == []
