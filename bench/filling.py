"""Databases to measure on: migrated, with as many runs as are wanted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from bench.limits import TABLES
from lms.catalogue.models import Course, CourseAudience, Run
from lms.db import connect
from lms.migrating import migrate
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session

BATCH = 500
START = datetime.now(UTC) + timedelta(days=30)


async def prepare(url: str, *, runs: int, capacity: int = 12, sessions: int = 1) -> list[str]:
    """Migrate the database and publish `runs` free runs; their ids, as text."""
    await migrate(url)
    begin = connect(url)
    now = datetime.now(UTC)
    venues = [
        {"id": uuid4(), "slug": f"ort-{n}", "name": f"Ort {n}", "district": "Haldensleben"} for n in range(8)
    ]
    rooms = [
        {"id": uuid4(), "venue_id": venue["id"], "name": "Raum 1", "seats": capacity, "equipment": []}
        for venue in venues
    ]
    courses = [
        {
            "id": uuid4(),
            "slug": f"kurs-{n}",
            "title_de": f"Das Tablet kennenlernen, Teil {n}",
            "summary_de": "Sie lernen das Tablet kennen und schreiben Ihre erste Nachricht.",
            "created_at": now,
        }
        for n in range(max(runs // 10, 1))
    ]
    planned = [
        {
            "id": uuid4(),
            "course_id": courses[n % len(courses)]["id"],
            "number": f"B{n:06d}",
            "capacity": capacity,
            "payment_methods": ["invoice"],
            "state": "published",
            "created_at": now,
            "published_at": now,
            "venue_id": venues[n % 8]["id"],
            "room_id": rooms[n % 8]["id"],
            "starts_at": START + timedelta(hours=n),
            "ends_at": START + timedelta(hours=n, minutes=90),
            "enrolment_closes_at": START + timedelta(hours=n - 24),
            "promotion_ends_at": START + timedelta(hours=n),
            "session_count": sessions,
            "total_minutes": 90 * sessions,
            "weekdays": 1 << (n % 7),
            "dayparts": 1,
        }
        for n in range(runs)
    ]
    meetings = [
        {
            "id": uuid4(),
            "run_id": run["id"],
            "room_id": run["room_id"],
            "starts_at": START + timedelta(hours=n, days=7 * k),
            "ends_at": START + timedelta(hours=n, days=7 * k, minutes=90),
            "changed_at": now,
        }
        for n, run in enumerate(planned)
        for k in range(sessions)
    ]
    audiences = [{"course_id": course["id"], "audience": "everyone"} for course in courses]
    async with begin() as session:
        for kind, rows in (
            (Venue, venues), (Room, rooms), (Course, courses), (CourseAudience, audiences), (Run, planned), (Session, meetings),
        ):  # fmt: skip
            for batch in _batches(rows):
                await session.execute(insert(kind), batch)
        connection = await session.connection()
        for statement in TABLES:
            await connection.exec_driver_sql(statement)
    await begin.close()
    return [str(run["id"]) for run in planned]


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch
