"""Puts a small programme into the database."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Run, Topic
from lms.db import Begin
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import RunTrainer, Session
from lms.scheduling.searchable import index_courses
from tests.making import MOMENT, make_course, make_person, make_room, make_run, make_venue

MORNING, AFTERNOON, EVENING = 1, 2, 4


async def offer(
    begin: Begin,
    title: str = "Das Tablet kennenlernen",
    *,
    days: float = 28,
    course: dict[str, Any] | None = None,
    audiences: tuple[Audience, ...] = (),
    topic: Topic | None = None,
    venue: Venue | None = None,
    room: Room | None = None,
    trainer: Person | None = None,
    sessions: int = 1,
    of: Course | None = None,
    **run: Any,
) -> Run:
    """A findable run of a new course (or of `of`) that begins `days` after the clock's moment."""
    taught = of or make_course(title, **{"title_en": ""} | (course or {}))
    starts_at = MOMENT + timedelta(days=days)
    offered = make_run(
        taught,
        **{
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(days=7 * (sessions - 1), minutes=90),
            "session_count": sessions,
            "total_minutes": 90 * sessions,
            "dayparts": MORNING,
            "weekdays": 1 << starts_at.weekday(),
            "venue_id": venue.id if venue else None,
            "room_id": room.id if room else None,
        }
        | run,
    )
    async with begin() as session:
        for row in (None if of else taught, topic, venue, trainer):
            if row is not None and await session.get(type(row), row.id) is None:
                session.add(row)
        await session.flush()
        if room is not None and await session.get(Room, room.id) is None:
            session.add(room)
            await session.flush()
        session.add(offered)
        session.add_all(CourseAudience(course_id=taught.id, audience=audience) for audience in audiences)
        if topic is not None:
            session.add(CourseTopic(course_id=taught.id, topic_id=topic.id))
        await session.flush()
        if trainer is not None:
            session.add(RunTrainer(run_id=offered.id, person_id=trainer.id))
        session.add_all(_meetings(offered, sessions, room.id if room else None))
        await session.flush()
        await index_courses(session, [taught.id])
    return offered


def _meetings(run: Run, count: int, room_id: UUID | None) -> list[Session]:
    assert run.starts_at
    starts = [run.starts_at + timedelta(days=7 * week) for week in range(count)]
    return [
        Session(
            run_id=run.id,
            starts_at=start,
            ends_at=start + timedelta(minutes=90),
            changed_at=MOMENT,
            room_id=room_id,
        )
        for start in starts
    ]


def make_topic(
    slug: str = "fotos", german: str = "Fotos und Filme", english: str = "Photos and films"
) -> Topic:
    return Topic(slug=slug, name_de=german, name_en=english)


__all__ = ["make_person", "make_room", "make_topic", "make_venue", "offer"]
