"""The sign at a door and the screen in a hall: for everybody who passes by, from five metres, without script."""

from datetime import datetime
from uuid import UUID

import segno
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from lms.db import Begin
from lms.kernel.clock import Clock, local
from lms.portal.desk.words import spoken
from lms.portal.planner.signs import (
    Line,
    Sign,
    What,
    dropped,
    next_first,
    opens_after,
    read_screen,
    read_sign,
)
from lms.scheduling.words import WEEKDAYS
from lms.web.access import PUBLIC
from lms.web.formats import time
from lms.web.language import current_language, gettext, translated
from lms.web.module import Around
from lms.web.pagination import page_of, window
from lms.web.templating import url

REFRESH_SECONDS = 60
TURN_SECONDS = 20
ROWS = 6
"""Rooms on a screen of 1920 by 1080, large enough to be read from five metres."""
HEADERS = {
    # whoever shows the page keeps the last one for an hour when we do not answer; the time on it says how old it is
    "cache-control": "public, max-age=20, stale-while-revalidate=60, stale-if-error=3600",
    "x-robots-tag": "noindex",
}


class SignPages(Controller):
    """Public, without cookies, without a name that is not public anyway."""

    opt = PUBLIC | {"exclude_from_csrf": True}
    include_in_schema = False

    @get("/tuerschild/{room_id:uuid}")
    async def door(
        self,
        room_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
    ) -> Template:
        """One room: now, next, the rest of today."""
        now = clock()
        async with begin.reading() as session:
            sign = await read_sign(session, room_id, now)
        check_in = ""
        if sign.room.release_after_minutes is not None:
            check_in = around.settings.public_url.rstrip("/") + url(f"/raeume/{room_id}/da")
        return Template(
            "portal/planner/door.html",
            context={
                "sign": sign,
                "now_is": now,
                "floor": floor_of(sign),
                "status": status_of(sign),
                "title_of": title_of,
                "check_in": check_in,
                "code": segno.make(check_in, error="m").svg_data_uri(border=4, light="#fff")
                if check_in
                else "",
                "refresh": REFRESH_SECONDS,
            },
            headers=HEADERS,
        )

    @get("/anzeige/{slug:str}")
    async def screen(
        self,
        slug: FromPath[str],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        seite: FromQuery[str] = "",
    ) -> Template:
        """All rooms of a building; too many for one screen take turns."""
        now = clock()
        async with begin.reading() as session:
            venue, signs = await read_screen(session, slug, now)
        ordered = next_first(signs)
        number, size, offset = window(seite, ROWS)
        page = page_of(ordered[offset : offset + size], number=number, size=size, total=len(ordered))
        following = page.number + 1 if page.number < page.last else 1
        path = url(f"/anzeige/{slug}")
        all_shut = bool(signs) and all(sign.is_shut for sign in signs)
        opens = [moment for sign in signs if (moment := opens_after(sign.hours, now)) is not None]
        return Template(
            "portal/planner/screen.html",
            context={
                "venue": venue,
                "page": page,
                "now_is": now,
                "today": local(now).date(),
                "floor_of": floor_of,
                "arrow_of": arrow_of,
                "status_of": status_of,
                "title_of": title_of,
                "dropped": list(dropped(signs)),
                "is_shut": all_shut,
                "is_over": all_shut and not any(sign.next for sign in signs),
                "opens": opening(min(opens), now) if opens else "",
                "refresh": TURN_SECONDS if page.last > 1 else REFRESH_SECONDS,
                "turn_to": path if following == 1 else f"{path}?seite={following}",
            },
            headers=HEADERS,
        )


def title_of(line: Line) -> str:
    """The course, a public booking, or only that the room is taken."""
    if line.what is What.CLOSED:
        return gettext("Closed")
    if not line.title_de:
        return gettext("Taken")
    return spoken(line.title_de, line.title_en)


def floor_of(sign: Sign) -> str:
    """The floor in words."""
    return sign.room.floor_en if current_language() == "en" and sign.room.floor_en else sign.room.floor_de


def arrow_of(sign: Sign) -> str:
    """Up, down or straight on, as far as the German words for the floor say; nothing where they do not."""
    words = sign.room.floor_de.lower()
    if any(part in words for part in ("unter", "keller", "ug")):
        return "↓"
    if any(part in words for part in ("stock", "etage", "ober", "dach", "og")):
        return "↑"
    return "→" if words else ""


def status_of(sign: Sign) -> tuple[str, bool]:
    """Whether the room is free and until when, in words; and whether it is taken."""
    if sign.current is not None:
        return gettext("Taken until %(time)s", time=time(sign.current.ends_at)), True
    if sign.is_shut:
        opens = sign.opens_next
        return (
            gettext("Closed. %(opens)s", opens=opening(opens, sign.now)) if opens else gettext("Closed")
        ), True
    until = sign.free_until
    if until is None:
        return gettext("Free for the rest of the day"), False
    if until <= sign.now:
        return gettext("Being prepared"), True
    return gettext("Free until %(time)s", time=time(until)), False


def opening(moment: datetime, now: datetime) -> str:
    """When it opens again: today's hour alone, another day with its name; never more than a week away."""
    day, today = local(moment).date(), local(now).date()
    if day == today:
        return gettext("Opens at %(time)s", time=time(moment))
    return gettext("Opens on %(day)s at %(time)s", day=translated(WEEKDAYS[day.weekday()]), time=time(moment))
