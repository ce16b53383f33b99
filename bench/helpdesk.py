"""R-61: a hundred clients race over HTTP for forty times at the help desk, on both databases."""

import asyncio
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import func, select

from bench.places import from_somewhere
from bench.serving import served
from lms.db import connect
from lms.helpdesk.models import (
    Adviser,
    AdviserTopic,
    Appointment,
    AppointmentState,
    DayKind,
    DeskDay,
    HelpDesk,
    HelpTopic,
)
from lms.helpdesk.pages.asking import as_value
from lms.kernel.clock import at_venue, local
from lms.migrating import migrate
from lms.resources.models import Reservation, ReservationState
from tests.making import make_person, make_venue
from tests.postgres import create_database, postgres_server

SLOTS, CLIENTS, ADVISERS = 40, 100, 5
PATIENCE_SECONDS = 180.0


async def race() -> None:
    """Print a line for each database: how many times there were, how many were given twice."""
    with tempfile.TemporaryDirectory() as folder, postgres_server(settings=()) as server:
        for name, url in {
            "sqlite": f"sqlite:///{Path(folder) / 'helpdesk.sqlite3'}",
            "postgresql": create_database(server, "helpdesk"),
        }.items():
            print(await _race(name, url))


async def _race(name: str, url: str) -> str:
    topic_id, desk_id, times = await _open(url)
    settings = {"DATABASE_URL": url, "LMS_DEMO": "true", "LMS_TRUSTED_PROXIES": '["127.0.0.1/32"]'}
    async with served("lms.app:create_app", processes=2, settings=settings) as server:
        replies = await asyncio.gather(
            *(
                _book(server.port, topic_id, desk_id, times[number % len(times)], number)
                for number in range(CLIENTS)
            )
        )
    begin = connect(url)
    async with begin.reading() as session:
        booked = await session.scalar(
            select(func.count()).where(Appointment.state == AppointmentState.BOOKED)
        )
        distinct = await session.scalar(
            select(func.count()).select_from(
                select(Appointment.adviser_id, Appointment.starts_at).distinct().subquery()
            )
        )
        held = await session.scalar(select(func.count()).where(Reservation.state == ReservationState.FIRM))
    await begin.close()
    assert booked is not None and distinct is not None  # noqa: PT018, S101 - a count is a number
    return (
        f"R-61 database={name} clients={CLIENTS} slots={SLOTS} booked={booked} double={booked - distinct}"
        f" reserved={held} refused={sum(one == 409 for one in replies)} unanswered={sum(one == 0 for one in replies)}"
        f" 5xx={sum(one >= 500 for one in replies)}"
    )


async def _open(url: str) -> tuple[UUID, UUID, list[datetime]]:
    """Five advisers with eight half hours each, a week from now."""
    await migrate(url)
    day = local(datetime.now(UTC)).date() + timedelta(days=7)
    venue, topic = make_venue(), HelpTopic(name_de="Fotos")
    people = [make_person("Helga", f"Nummer {number}") for number in range(ADVISERS)]
    advisers = [Adviser(person_id=one.id, shown_name=one.name) for one in people]
    desk = HelpDesk(name_de="Sprechstunde", venue_id=venue.id, notice_hours=0)
    begin = connect(url)
    async with begin() as session:
        session.add_all([venue, topic, *people])
        await session.flush()
        session.add_all([desk, *advisers])
        await session.flush()
        session.add_all(AdviserTopic(adviser_id=one.id, topic_id=topic.id) for one in advisers)
        session.add_all(
            DeskDay(
                day=day,
                kind=DayKind.EXTRA,
                desk_id=desk.id,
                adviser_id=one.id,
                opens=time(9),
                closes=time(13),
            )
            for one in advisers
        )
    await begin.close()
    begins = at_venue(day, time(9))
    return topic.id, desk.id, [begins + timedelta(minutes=30 * number) for number in range(SLOTS // ADVISERS)]


async def _book(port: int, topic_id: UUID, desk_id: UUID, starts_at: datetime, number: int) -> int:
    """As a browser does: a page for its token, then the form."""
    base = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(
        base_url=base, headers=from_somewhere() | {"origin": base}, timeout=PATIENCE_SECONDS
    ) as browser:
        try:
            await browser.get("/sprechstunde")
            reply = await browser.post(
                "/sprechstunde/kontakt",
                data={
                    "thema": str(topic_id), "ort": str(desk_id), "zeit": as_value(starts_at),
                    "name": f"Ada {number}", "phone": f"+4939045{number:05}", "act": "buchen",
                    "_csrf_token": browser.cookies.get("csrf", ""),
                },
            )  # fmt: skip
        except httpx.HTTPError:
            return 0
    return reply.status_code
