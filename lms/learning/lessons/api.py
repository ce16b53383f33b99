"""How far one is in the lessons of one's courses, for programs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from lms.kernel.actor import Actor
from lms.learning.lessons.service import OwnLessons
from lms.learning.models import LessonKind
from lms.learning.queries import Offered, Place, place_of
from lms.web.access import may
from lms.web.module import Around


class LessonOut(Struct):
    """One lesson. `opens_at` is in UTC; without it a lesson that is not open waits for a session without a date."""

    id: UUID
    chapter: str
    kind: LessonKind
    title: str
    position: int
    is_open: bool
    is_done: bool
    opens_at: datetime | None = None
    minutes: int | None = None
    place: str = ""


class LessonsOut(Struct):
    """All lessons of one enrolment, in order, and how many are done."""

    enrolment_id: UUID
    edition: int | None
    done: int
    lessons: list[LessonOut]


class ProgressIn(Struct, forbid_unknown_fields=True):
    """What changes; what is left out stays. `place` is the anchor of a heading."""

    done: bool | None = None
    place: Annotated[str, Meta(max_length=200)] | None = None


class LessonDoor(Controller):
    """Somebody else's enrolment answers as if it did not exist (S-03)."""

    path = "/api/v1/enrolments/{enrolment_id:uuid}/lessons"
    tags = ("learning",)

    @get(opt=may("R", "progress"), summary="The lessons of one's course")
    async def index(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> LessonsOut:
        """In the edition that the run is taught by."""
        async with around.begin.reading() as session:
            place = await place_of(session, actor, enrolment_id, around.clock())
        return _out(place)

    @put(
        "/{lesson_id:uuid}/progress",
        opt=may("U", "progress"),
        status_code=200,
        summary="How far one is in a text lesson",
    )
    async def keep(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        data: JSONBody[ProgressIn],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        own_lessons: NamedDependency[OwnLessons],
    ) -> LessonsOut:
        """Where one is, and whether it is done; sent twice it is as good as once."""
        if data.place is not None:
            await own_lessons.keep_place(
                actor, enrolment_id=enrolment_id, lesson_id=lesson_id, place=data.place
            )
        if data.done is not None:
            await own_lessons.mark(actor, enrolment_id=enrolment_id, lesson_id=lesson_id, done=data.done)
        async with around.begin.reading() as session:
            return _out(await place_of(session, actor, enrolment_id, around.clock()))


def _out(place: Place) -> LessonsOut:
    return LessonsOut(
        enrolment_id=place.enrolment.id,
        edition=place.edition.number if place.edition else None,
        done=place.done,
        lessons=[_lesson(place, one) for one in place.lessons],
    )


def _lesson(place: Place, one: Offered) -> LessonOut:
    lesson = one.lesson
    progress = place.progress.get(lesson.lesson_id)
    return LessonOut(
        id=lesson.lesson_id,
        chapter=lesson.chapter,
        kind=lesson.kind,
        title=lesson.title,
        position=lesson.position,
        is_open=one.is_open,
        is_done=place.is_done(lesson.lesson_id),
        opens_at=one.opens_at,
        minutes=lesson.minutes,
        place=progress.place if progress else "",
    )
