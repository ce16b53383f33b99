"""The least code that does the same, to measure against: a bare page or calendar, "hello", one small transaction."""

import os
from typing import Any

from jinja2 import Environment
from litestar import Litestar, MediaType, Response, get, post
from sqlalchemy import select, text

from lms.catalogue.models import Course, Run
from lms.db import connect
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session

PAGE = Environment(autoescape=True).from_string(
    "<!doctype html><html lang=de><title>Kurse</title><ul>"
    "{% for row in rows %}<li><a href='/kurse/{{ row.slug }}'>{{ row.title_de }}</a> {{ row.summary_de }} {{ row.starts_at }}"
    " {{ row.name }} {{ row.price_cents }} {{ row.capacity - row.occupied }}</li>{% endfor %}</ul></html>"
)


def create_app() -> Litestar:
    """A bare application on the database of DATABASE_URL."""
    begin = connect(os.environ["DATABASE_URL"])

    @get("/hello", media_type=MediaType.TEXT, sync_to_thread=False)
    def hello() -> str:
        return "hello"

    @get("/page")
    async def page() -> Response[str]:
        wanted = (
            select(
                Course.slug, Course.title_de, Course.summary_de, Run.starts_at, Venue.name,
                Run.price_cents, Run.capacity, Run.occupied,
            )
            .join(Course, Course.id == Run.course_id)
            .join(Venue, Venue.id == Run.venue_id)
            .where(Run.state == "published")
            .order_by(Run.starts_at)
            .limit(50)
        )  # fmt: skip
        async with begin.reading() as session:
            rows = (await session.execute(wanted)).all()
        return Response(PAGE.render(rows=rows), media_type=MediaType.HTML)

    @get("/feed")
    async def feed() -> Response[bytes]:
        wanted = (
            select(
                Session.id, Session.starts_at, Session.ends_at, Session.changed_at, Session.sequence, Session.state,
                Session.topic, Course.slug, Course.title_de, Run.number, Room.name.label("room"),
                Venue.name.label("venue"),
            )
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .join(Room, Room.id == Session.room_id)
            .join(Venue, Venue.id == Room.venue_id)
            .where(Run.state == "published")
            .order_by(Session.starts_at, Session.id)
        )  # fmt: skip
        async with begin.reading() as session:
            rows = (await session.execute(wanted)).all()
        body = "".join([HEAD, *(_event(row) for row in rows), "END:VCALENDAR\r\n"])
        return Response(body.encode(), media_type="text/calendar")

    @post("/take")
    async def take(data: dict[str, Any]) -> dict[str, str]:
        async with begin() as session:
            taken = await session.execute(
                text(
                    "UPDATE bench_run SET taken = taken + 1 WHERE id = 1 AND taken < capacity RETURNING taken"
                )
            )
            position = taken.scalar_one()
            await session.execute(
                text("INSERT INTO bench_place (run, position, name) VALUES (1, :position, :name)"),
                {"position": position, "name": data["name"]},
            )
            await session.execute(
                text("INSERT INTO bench_job (kind, position) VALUES ('taken', :position)"),
                {"position": position},
            )
        return {"state": "taken"}

    return Litestar([hello, page, feed, take])


def _event(row: Any) -> str:
    """A VEVENT as one writes it in a hurry: nothing folded, nothing said about time zones but UTC."""
    return (
        f"BEGIN:VEVENT\r\nUID:{row.id}\r\nDTSTAMP:{row.changed_at:%Y%m%dT%H%M%SZ}\r\n"
        f"LAST-MODIFIED:{row.changed_at:%Y%m%dT%H%M%SZ}\r\nSEQUENCE:{row.sequence}\r\n"
        f"DTSTART:{row.starts_at:%Y%m%dT%H%M%SZ}\r\nDTEND:{row.ends_at:%Y%m%dT%H%M%SZ}\r\n"
        f"SUMMARY:{_escaped(row.title_de)}\r\nLOCATION:{_escaped(row.room)}\\, {_escaped(row.venue)}\r\n"
        f"DESCRIPTION:{_escaped(row.topic)}\\nKursnummer: {row.number}\r\n"
        f"URL:https://zdb.example/kurse/{row.slug}\r\nSTATUS:{'CANCELLED' if row.state == 'cancelled' else 'CONFIRMED'}\r\n"
        "CLASS:PUBLIC\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//DE\r\nNAME:Kurse\r\n"
TABLES = (
    "CREATE TABLE bench_run (id INTEGER PRIMARY KEY, taken INTEGER NOT NULL, capacity INTEGER NOT NULL, CHECK (taken <= capacity))",
    "CREATE TABLE bench_place (run INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (run, position))",
    "CREATE TABLE bench_job (kind TEXT NOT NULL, position INTEGER NOT NULL)",
    "INSERT INTO bench_run VALUES (1, 0, 100000000)",
)
