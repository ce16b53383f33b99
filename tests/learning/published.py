"""A course with published lessons, as plain rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select

from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from lms.learning.models import Edition, EditionLesson, LessonKind, Progress
from lms.people.models import Person
from tests.making import MOMENT


async def an_edition(
    begin: Begin,
    course_id: UUID,
    *lessons: tuple[str, LessonKind],
    number: int = 1,
    published_at: datetime = MOMENT - timedelta(days=60),
    minutes: int | None = 45,
    text: str = "",
    ids: Sequence[UUID] = (),
) -> tuple[Edition, list[EditionLesson]]:
    """An edition of these lessons, all needed; `ids` let a later edition have the same ones."""
    edition = Edition(course_id=course_id, number=number, published_at=published_at)
    rows = [
        EditionLesson(
            edition_id=edition.id, lesson_id=ids[place] if place < len(ids) else uuid4(), position=place + 1,
            chapter="Kapitel", kind=kind, title=title, minutes=minutes, text=text,
        )
        for place, (title, kind) in enumerate(lessons)
    ]  # fmt: skip
    async with begin() as session:
        session.add(edition)
        await session.flush()
        session.add_all(rows)
    return edition, rows


async def a_place(begin: Begin, run_id: UUID, person: Person) -> Enrolment:
    """A confirmed place in a run, for somebody who is in the database already or not."""
    async with begin() as session:
        if await session.get(Person, person.id) is None:
            session.add(person)
            await session.flush()
        last = await session.scalar(select(func.max(Party.position)).where(Party.run_id == run_id)) or 0
        party = Party(run_id=run_id, position=last + 1, size=1, joined_at=MOMENT)
        session.add(party)
        await session.flush()
        enrolment = Enrolment(
            run_id=run_id, party_id=party.id, reference=uuid4().hex[:12], state=EnrolmentState.CONFIRMED,
            created_at=MOMENT, changed_at=MOMENT, way=EntryWay.WEB, person_id=person.id,
        )  # fmt: skip
        session.add(enrolment)
    return enrolment


async def did(begin: Begin, enrolment_id: UUID, *lessons: EditionLesson, at: datetime = MOMENT) -> None:
    """These lessons are done."""
    async with begin() as session:
        session.add_all(
            Progress(
                enrolment_id=enrolment_id, lesson_id=one.lesson_id, started_at=at, seen_at=at, done_at=at
            )
            for one in lessons
        )
