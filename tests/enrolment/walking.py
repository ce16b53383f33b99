"""Somebody who walks through the form with a browser: one answer after the other."""

import re
from html import unescape
from typing import Any
from uuid import UUID

from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.catalogue.models import Run
from tests.visiting import send

Browser = AsyncTestClient[Litestar]
HIDDEN = re.compile(r'name="(application|promise)" value="([^"]*)"')
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
ME = [("fuer-wen", {"who": "me"}), ("person", {"given_name": "Ada", "family_name": "Lehmann"})]
MAIL = ("kontakt", {"email": "ada.lehmann@example.com"})
NOTHING_NEEDED: tuple[str, dict[str, Any]] = ("unterstuetzung", {})


def path(run: Run, step: str = "") -> str:
    return f"/anmelden/{run.id}" + (f"/{step}" if step else "")


async def begin_form(client: Browser, run: Run) -> Response:
    """Press the button of the start page."""
    return await send(client, path(run))


async def answer(client: Browser, run: Run, step: str, **fields: Any) -> Response:
    """Send one page."""
    return await send(client, path(run, step), fields)


async def walk(client: Browser, run: Run, *answers: tuple[str, dict[str, Any]]) -> str:
    """Begin and answer page after page; gives the step that comes next."""
    led = await begin_form(client, run)
    for step, fields in answers:
        assert led.status_code == 303, text(led)
        led = await answer(client, run, step, **fields)
    return next_step(led)


async def order(client: Browser, run: Run, **more: Any) -> Response:
    """Press the last button, as the check page stands now."""
    page = await client.get(path(run, "pruefen"))
    return await answer(client, run, "pruefen", **(dict(HIDDEN.findall(page.text)) | {"terms": "1"} | more))


async def enrol_ada(client: Browser, run: Run) -> Response:
    """The shortest way through: somebody for herself, with an e-mail address; gives the confirmation."""
    assert await walk(client, run, *ME, MAIL, NOTHING_NEEDED) == "pruefen"
    led = await order(client, run)
    return await client.get(led.headers["location"])


def next_step(led: Response) -> str:
    assert led.status_code == 303, text(led)
    return led.headers["location"].rpartition("/")[2]


def heading(page: Response) -> str:
    found = HEADING.search(page.text)
    return words(found[1]) if found else ""


def text(page: Response) -> str:
    """What can be read on the page, without tags."""
    body = page.text.partition("<main")[2].partition("</main>")[0]
    return words(body.partition(">")[2])


def words(markup: str) -> str:
    return " ".join(unescape(TAG.sub(" ", markup)).split())


def application_id(led: Response) -> UUID:
    """Out of the address of the confirmation."""
    return UUID(led.headers["location"].rpartition("/")[2])
