"""Reading what calendars show, in a session somebody else opened: one statement, however many sessions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.db import links_of
from lms.kernel.links import Links
from lms.resources.models import Room, Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.models import Session, SessionState
from lms.web.language import current_language, gettext
from lms.web.templating import url


async def entries(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[Entry]:
    """The calendar entries of the sessions for which all of this holds, in order of time, in the current language.

    Conditions may speak of `Session`, `Run` and `Course`.
    """
    is_english = current_language() == "en"
    rows = await session.execute(
        select(
            Session.id, Session.starts_at, Session.ends_at, Session.changed_at, Session.sequence, Session.state,
            Session.topic, Session.online_url, Run.is_online, Run.number, Run.state.label("run_state"),
            Course.slug, Course.title_de, Course.title_en,
            Room.name.label("room"), (Room.floor_en if is_english else Room.floor_de).label("floor"),
            Venue.name.label("venue"), Venue.street, Venue.postal_code, Venue.city,
        )
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .where(*conditions)
        .order_by(Session.starts_at, Session.id)
    )  # fmt: skip
    links = links_of(session)
    return [_entry(row, links, is_english=is_english) for row in rows]


def _entry(row: Any, links: Links, *, is_english: bool) -> Entry:
    title = (row.title_en if is_english else "") or row.title_de
    has_ended = row.run_state is RunState.CANCELLED
    is_cancelled = has_ended or row.state is SessionState.CANCELLED
    address = links.absolute(url(f"/kurse/{row.slug}"))
    return Entry(
        session_id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        changed_at=row.changed_at,
        sequence=row.sequence + has_ended,
        is_cancelled=is_cancelled,
        summary=gettext("Cancelled: %(course)s", course=title) if is_cancelled else title,
        location=place_of(row),
        description="\n".join(
            line
            for line in (row.topic, gettext("Course number: %(number)s", number=row.number), address)
            if line
        ),
        address=address,
        has_online_room=bool(row.online_url),
        category=gettext("Course"),
    )


def place_of(row: Any) -> str:
    """Room, floor, venue and address on one line, or that it takes place online."""
    if row.room is None:
        return gettext("Online") if row.online_url or row.is_online else ""
    town = f"{row.postal_code} {row.city}".strip()
    parts = (row.room, row.floor, row.venue, row.street, town)
    here = ", ".join(part for part in parts if part)
    return gettext("%(place)s, and online", place=here) if row.online_url else here
