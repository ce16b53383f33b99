"""A planner's morning in a browser: look at a week, drag a session, be asked before anything is saved."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FloatRect, Locator, Page, expect
from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.kernel.clock import local
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session, SessionState
from tests.stories.conftest import AXE, DESKTOP, PHONE, RULES, Centre, arrange, let_settle, sit_down

WIDE = DESKTOP | {"width": 1600}
WIDGET = "#zeitleiste"


async def a_coming_session(begin: Begin) -> tuple[Session, Room, Venue]:
    """One that is announced, lies some days ahead and begins between nine and five."""
    async with begin.reading() as session:
        rows = await session.execute(
            select(Session, Room, Venue)
            .join(Run, Run.id == Session.run_id)
            .join(Room, Room.id == Session.room_id)
            .join(Venue, Venue.id == Room.venue_id)
            .where(
                Session.state == SessionState.PLANNED,
                Session.starts_at > datetime.now().astimezone() + timedelta(days=3),
                Run.state.in_([RunState.PUBLISHED, RunState.CONFIRMED]),
            )
            .order_by(Session.starts_at, Session.id)
        )
        return next(
            (one, room, venue)
            for one, room, venue in rows
            if 9 <= local(one.starts_at).hour < 16 and one.minutes >= 60
        )


def judge(page: Page) -> None:
    """Nothing but the widget may break a rule of axe-core, and nothing scrolls sideways."""
    let_settle(page)
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "([tags, widget]) => axe.run({include: ['html'], exclude: [widget]}, {runOnly: tags, resultTypes: ['violations']})",
        [RULES, WIDGET],
    )
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def place_of(block: Locator) -> FloatRect:
    """Where it lies once it has come to rest, which is what a mouse waits for as well."""
    block.hover()
    box = block.bounding_box()
    assert box is not None
    return box


def test_a_session_is_dragged_and_nothing_is_saved_before_the_planner_has_seen_who_is_told(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    meeting, room, venue = arrange(a_coming_session, centre)
    begins = local(meeting.starts_at)
    day = f"/verwaltung/planer?tag={begins.date()}&ort={venue.slug}"
    page = open_page(viewport=WIDE, bypass_csp=False)
    sit_down(page, "Claudia Wegmann")
    page.goto(day + "&ansicht=zeitleiste")
    block = page.locator(f'{WIDGET} .ec-event[data-session="{meeting.id}"]')
    box = place_of(block)
    hour = box["width"] * 60 / meeting.minutes

    page.mouse.move(box["x"] + 20, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 20 + hour / 2, box["y"] + 12, steps=6)
    page.mouse.move(box["x"] + 20 + hour, box["y"] + 12, steps=6)
    page.mouse.up()
    page.wait_for_url("**/verschieben?**")

    asked = parse_qs(urlsplit(page.url).query)
    assert urlsplit(page.url).path == f"/verwaltung/termine/{meeting.id}/verschieben"
    assert datetime.fromisoformat(asked["beginn"][0]) == meeting.starts_at + timedelta(hours=1)
    assert datetime.fromisoformat(asked["ende"][0]) == meeting.ends_at + timedelta(hours=1)
    assert asked["beginn"][0].endswith(begins.strftime("%z")[:3] + ":00")
    assert asked["raum"] == [str(room.id)]
    expect(page.locator("h1")).to_have_text("Termin verschieben")
    page.goto(day)
    expect(page.locator("main")).to_contain_text(begins.strftime("%H:%M bis"))


def test_the_table_offers_the_same_acts_and_reads_well_everywhere(
    open_page: Callable[..., Page], centre: Centre
) -> None:
    meeting, _room, venue = arrange(a_coming_session, centre)
    day = f"/verwaltung/planer?tag={local(meeting.starts_at).date()}&ort={venue.slug}"
    for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page = open_page(viewport=viewport, color_scheme=scheme, bypass_csp=True)
        sit_down(page, "Claudia Wegmann")
        page.goto(day)
        expect(page.locator(f'a[href$="/termine/{meeting.id}/verschieben"]')).to_be_visible()
        judge(page)
        page.goto("/verwaltung/planer/schilder")
        judge(page)
    page.goto(day + "&ansicht=zeitleiste&zeitraum=woche")
    expect(page.locator(f"{WIDGET} .ec-event").first).to_be_attached()
    judge(page)


def test_a_free_stretch_offers_a_new_run_there(open_page: Callable[..., Page], centre: Centre) -> None:
    page = open_page(viewport=WIDE)
    sit_down(page, "Claudia Wegmann")
    page.goto("/verwaltung/planer?tag=2031-01-01&ansicht=zeitleiste&ort=innovationszentrum")
    row = page.locator(f"{WIDGET} .ec-body .ec-day").first
    box = place_of(row)

    page.mouse.move(box["x"] + 50, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + box["height"] / 2, steps=6)
    page.mouse.up()

    dialog = page.get_by_role("dialog", name="Freie Zeit")
    expect(dialog).to_be_visible()
    link = dialog.get_by_role("link", name="Neue Durchführung hier")
    expect(link).to_have_attribute("href", re.compile("raum="))
    address = parse_qs(urlsplit(link.get_attribute("href") or "").query)
    assert set(address) == {"beginn", "ende", "raum"}
    dialog.get_by_role("button", name="Schließen").click()
    expect(dialog).to_be_hidden()


def test_signs_are_read_by_everybody_and_by_machines(open_page: Callable[..., Page], centre: Centre) -> None:
    _, room, venue = arrange(a_coming_session, centre)
    for path, viewport in (
        (f"/tuerschild/{room.id}", {"width": 1024, "height": 600}),
        (f"/anzeige/{venue.slug}", {"width": 1920, "height": 1080}),
    ):
        page = open_page(viewport=viewport, bypass_csp=True)
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        assert page.context.cookies() == []
        judge(page)
        assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
