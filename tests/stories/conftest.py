"""Whole days in a browser: one demo centre for all stories of a test process, served as `make run` serves it.

A story sits down as somebody with `sit_down(page, "Katrin Behlau")`, the page of the demonstration. Stories share the
centre and run in any order: each takes a run or a person of its own.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from lms.db import Begin, connect

T = TypeVar("T")
PATIENCE_SECONDS = 240
PATIENCE_OF_ONE_LOOK = 20
PATIENCE_MS = 20_000  # for one look or one click: a machine that tests on both cores makes browsers wait
expect.set_options(timeout=PATIENCE_MS)
PHONE = {"width": 360, "height": 800}
DESKTOP = {"width": 1280, "height": 900}
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFUSED = "the server responded with a status of 4"
SIGN_IN = "/demo/einloggen"


@dataclass(frozen=True)
class Centre:
    """The service under test: where it answers, and its database for what a story has to arrange."""

    url: str
    database_url: str


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """The demo centre on a port of its own, with worker and all."""
    folder = tmp_path_factory.mktemp("centre")
    here = Centre(url=f"http://127.0.0.1:{free_port()}", database_url=f"sqlite:///{folder / 'lms.sqlite3'}")
    with serving(here, folder):
        yield here


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(here: Centre, folder: Path) -> Iterator[None]:
    """Serve a centre from a database that may be empty, from when it answers to the end of the block; files and log in `folder`."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    surroundings |= {
        "DATABASE_URL": here.database_url,
        "PORT": here.url.rpartition(":")[2],
        "LMS_DEMO": "true",
        "LMS_FILES": str(folder),
    }
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms", "serve", "--demo"],
            cwd=Path(__file__).parents[2],
            env=surroundings,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(here, process, folder / "log")
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _wait_for(here: Centre, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(f"{here.url}/health/ready", timeout=PATIENCE_OF_ONE_LOOK):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the demo centre does not answer:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not longer than a module: Playwright's loop stands in the way of tests that are asynchronous themselves."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, centre: Centre) -> Iterator[Callable[..., Page]]:
    """Makes pages of somebody's own browser, a phone unless told otherwise: `open_page(java_script_enabled=False)`.

    What the browser complains about in its console fails the story.
    """
    complaints: list[str] = []
    with ExitStack() as stack:

        def opened(**options: Any) -> Page:
            context = browser.new_context(**{"viewport": PHONE, "base_url": centre.url} | options)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text) if _matters(said) else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return page

        opened.complaints = complaints  # type: ignore[attr-defined]  # a story that provokes errors clears them
        yield opened
    assert complaints == []


def _matters(said: ConsoleMessage) -> bool:
    return said.type == "error" and REFUSED not in said.text


def sit_down(page: Page, name: str) -> None:
    """Sign in as one of the made-up people, with one click."""
    page.goto(SIGN_IN)
    page.get_by_role("button", name=f"Einloggen als {name}", exact=True).click()
    page.wait_for_url(lambda url: SIGN_IN not in url)


def arrange(begin_with: Callable[[Begin], Coroutine[Any, Any, T]], centre: Centre) -> T:
    """Let a story prepare something in the centre's database; in a thread, because Playwright holds this one's loop."""

    async def run() -> T:
        begin = connect(centre.database_url)
        try:
            return await begin_with(begin)
        finally:
            await begin.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def look_closely(page: Page) -> None:
    """Nothing on this page breaks a rule of axe-core, and nothing scrolls sideways."""
    let_settle(page)
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", RULES)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def let_settle(page: Page) -> None:
    """Wait until the page is all there, its fonts too: a click returns as soon as the next page begins to come."""
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready.then(() => true)")
