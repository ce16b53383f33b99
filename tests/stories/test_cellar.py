"""A lesson in a cellar: the network goes, the service itself is gone for a while, and a colleague marks meanwhile."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.attendance.models import Attendance, Presence
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import system_clock
from lms.people.models import Person
from lms.scheduling.models import Session
from tests.stories.conftest import Centre, arrange, free_port, let_settle, serving, sit_down
from tests.stories.test_trainer import begin_lesson, register_path

Opener = Callable[..., Page]


class Door:
    """A second door to the centre's database, which can really be closed and opened again."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        self.here = Centre(url=f"http://127.0.0.1:{free_port()}", database_url=centre.database_url)
        self.folder = folder
        self.held = ExitStack()

    def open(self) -> None:
        """Serve, and wait until it answers."""
        self.held.enter_context(serving(self.here, self.folder))

    def close(self) -> None:
        """Stop the process."""
        self.held.close()


@pytest.fixture
def door(centre: Centre, tmp_path: Path) -> Iterator[Door]:
    made = Door(centre, tmp_path)
    made.open()
    yield made
    made.close()


async def mark_meanwhile(begin: Begin, session_id: UUID) -> str:
    """Somebody else excuses the second of the list; says who that is."""
    async with begin() as session:
        run_id = (await session.get_one(Session, session_id)).run_id
        rows = await session.execute(
            select(Enrolment.id, Person.given_name, Person.family_name)
            .join(Person, Person.id == Enrolment.person_id)
            .where(
                Enrolment.run_id == run_id,
                Enrolment.state == EnrolmentState.CONFIRMED,
                Enrolment.is_drop_in.is_(False),
            )
            .order_by(Person.family_name, Person.given_name, Enrolment.id)
        )
        enrolment_id, given, family = rows.all()[1]
        session.add(
            Attendance(
                session_id=session_id,
                enrolment_id=enrolment_id,
                presence=Presence.EXCUSED,
                marked_at=system_clock(),
                marked_by=None,
            )
        )
    return f"{given} {family}"


async def marks(begin: Begin, session_id: UUID) -> dict[str, int]:
    """How often each mark stands."""
    found: dict[str, int] = {}
    async with begin.reading() as session:
        for one in await session.scalars(
            select(Attendance.presence).where(Attendance.session_id == session_id)
        ):
            found[one.value] = found.get(one.value, 0) + 1
    return found


def test_without_network_and_without_service_nothing_is_lost_doubled_or_overwritten(
    open_page: Opener, centre: Centre, door: Door
) -> None:
    name, session_id = arrange(begin_lesson, centre)
    page = open_page(base_url=door.here.url)
    sit_down(page, name)
    page.goto("/kursleitung")
    page.wait_for_function(
        "path => caches.match(path, {ignoreSearch: true, ignoreVary: true}).then(found => Boolean(found))",
        arg=register_path(session_id),
    )
    page.goto(register_path(session_id))
    let_settle(page)
    rows, device = page.locator("[data-row]"), page.locator("[data-device]")
    rows.nth(0).get_by_label("Da", exact=True).check()
    expect(rows.nth(0).locator("[data-row-state]")).to_have_text("gespeichert")

    # the network goes in the middle
    page.context.set_offline(True)
    rows.nth(1).get_by_label("Fehlt").check()
    expect(device).to_contain_text("1 Eintrag noch nicht gesendet, gespeichert um")
    somebody = arrange(lambda begin: mark_meanwhile(begin, session_id), centre)

    # the page is closed, and the service itself is away when the network is back
    page.close()
    door.close()
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto(register_path(session_id))
    rows, device = page.locator("[data-row]"), page.locator("[data-device]")
    expect(device).to_contain_text(re.compile(r"Keine Verbindung. Diese Seite ist von \d\d:\d\d Uhr."))
    expect(rows.nth(1).get_by_label("Fehlt")).to_be_checked()
    rows.nth(2).get_by_label("Entschuldigt").check()
    expect(device).to_contain_text("2 Einträge noch nicht gesendet")
    page.goto("/kursleitung")
    expect(device).to_contain_text("2 Einträge noch nicht gesendet")
    page.goto("/kursleitung/kurse")
    expect(page.get_by_role("heading", name="Keine Verbindung")).to_be_visible()

    # it is back: what contradicts nobody is there, the rest is asked
    door.open()
    page.goto(register_path(session_id))
    rows = page.locator("[data-row]")
    question = page.locator("[data-row-question]:visible")
    expect(question).to_contain_text("Inzwischen wurde hier eingetragen: entschuldigt. Was stimmt?")
    expect(rows.filter(has=question).locator("legend")).to_contain_text(somebody)
    expect(rows.nth(2).locator("[data-row-state]")).to_have_text("gespeichert")
    assert arrange(lambda begin: marks(begin, session_id), centre) == {"present": 1, "excused": 2}
    page.get_by_role("button", name="Mein Eintrag").click()
    expect(page.locator("[data-device]")).to_be_hidden()
    assert arrange(lambda begin: marks(begin, session_id), centre) == {
        "present": 1,
        "absent": 1,
        "excused": 1,
    }

    # the session ends while an entry waits: it stays, nobody else sees it, and it is sent after signing in again
    page.context.set_offline(True)
    rows.nth(3).get_by_label("Da", exact=True).check()
    expect(page.locator("[data-device]")).to_contain_text("1 Eintrag noch nicht gesendet")
    page.context.clear_cookies()
    page.close()
    page = page.context.new_page()
    page.context.set_offline(False)
    page.goto("/einloggen")
    assert page.evaluate("caches.has('kursleitung')") is False
    sit_down(page, "Claudia Wegmann")
    page.goto(register_path(session_id))
    assert arrange(lambda begin: marks(begin, session_id), centre).get("present") == 1
    page.context.clear_cookies()
    sit_down(page, name)
    page.goto(register_path(session_id))
    expect(page.locator("[data-row]").nth(3).locator("[data-row-state]")).to_have_text("gespeichert")
    assert arrange(lambda begin: marks(begin, session_id), centre)["present"] == 2
    open_page.complaints.clear()  # type: ignore[attr-defined]  # the browser itself reports the missing network
