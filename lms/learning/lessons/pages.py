"""`/meine-kurse/…/lernen` and the page of a text lesson."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.status_codes import HTTP_200_OK

from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.learning.addresses import lesson_path, lessons_path
from lms.learning.lessons.reading import READABLE, chapters_of, left_at
from lms.learning.lessons.service import OwnLessons
from lms.learning.lessons.showing import PRIVATE, Shown, book_path, shown
from lms.learning.lessons.trying import with_attempt
from lms.learning.models import EditionLesson, LessonKind
from lms.learning.queries import Offered, Place, files_of, lesson_for, place_of
from lms.people.models import Person
from lms.web.access import may
from lms.web.language import current_language
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]

DONE = declare("lektion-erledigt", N_("The lesson is marked as done."))
NOT_DONE = declare("lektion-offen", N_("The lesson is not marked as done any more."))
KEPT = declare("stelle-gemerkt", N_("We remember this place. “Go on learning” leads there."))
KINDS: Mapping[LessonKind, str] = {
    LessonKind.TEXT: N_("to read"),
    LessonKind.PRACTICE: N_("practice"),
    LessonKind.QUIZ: N_("questions"),
    LessonKind.PACKAGE: N_("interactive"),
    LessonKind.TOOL: N_("another site"),
}


class LessonListPages(Controller):
    """All lessons of one's course: how far one is, what is open, when the rest opens."""

    path = "/meine-kurse/{enrolment_id:uuid}/lernen"
    opt = may("R", "progress")
    include_in_schema = False

    @get()
    async def index(
        self, enrolment_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The list, with the name of whoever learns where somebody else looks. Seven statements, however many lessons there are."""
        async with around.begin.reading() as session:
            place = await place_of(session, actor, enrolment_id, around.clock())
            is_own = place.enrolment.person_id == actor.person_id
            learner = None if is_own else await session.get(Person, place.enrolment.person_id)
        going_on = left_at(place)
        return Template(
            "learning/lessons/index.html",
            context={
                "place": place,
                "learner": learner.name if learner else "",
                "chapters": chapters_of(place),
                "going_on": going_on,
                "going_on_path": _going_on_path(place, going_on),
                "is_begun": bool(place.progress),
                "kinds": KINDS,
                "path_of": lambda one: lesson_path(enrolment_id, one.lesson_id, one.kind),
                "course_path": f"/meine-kurse/{enrolment_id}",
                "text_language": _foreign(place.course.language or "de"),
                "book_path": book_path(enrolment_id) if any(one.is_open for one in place.lessons) else "",
            },
            headers=PRIVATE,
        )


class TextLessonPages(Controller):
    """One lesson to read, look at and listen to."""

    path = "/meine-kurse/{enrolment_id:uuid}/lektionen/{lesson_id:uuid}"
    opt = may("R", "progress")
    include_in_schema = False

    @get()
    async def show(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The lesson."""
        place, lesson, text = await _read(around, actor, enrolment_id, lesson_id)
        return _page(around, place, lesson, text)

    @post("/erledigt", opt=may("U", "progress"))
    async def mark(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        own_lessons: NamedDependency[OwnLessons],
    ) -> Redirect:
        """Done, or not: `done` is 1 or 0."""
        done = (await request.form()).get("done") != "0"
        await own_lessons.mark(actor, enrolment_id=enrolment_id, lesson_id=lesson_id, done=done)
        here = lesson_path(enrolment_id, lesson_id, LessonKind.TEXT)
        return after(here, DONE if done else NOT_DONE)

    @post("/stelle", opt=may("U", "progress"))
    async def keep_place(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        own_lessons: NamedDependency[OwnLessons],
    ) -> Redirect | Response[None]:
        """Remember where one is; the script of the page says so with `by=script` and needs no page."""
        form = await request.form()
        place = str(form.get("place") or "")
        await own_lessons.keep_place(actor, enrolment_id=enrolment_id, lesson_id=lesson_id, place=place)
        if form.get("by") == "script":
            return Response(None, status_code=204)
        return after(lessons_path(enrolment_id), KEPT)

    @get("/fragen/{number:int}")
    async def back(self, enrolment_id: FromPath[UUID], lesson_id: FromPath[UUID]) -> Redirect:
        """Where one lands by changing the language or opening the address again: the lesson itself."""
        return Redirect(url(lesson_path(enrolment_id, lesson_id, LessonKind.TEXT)), status_code=303)

    @post("/fragen/{number:int}", status_code=HTTP_200_OK)
    async def attempt(
        self,
        request: AnyRequest,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The lesson again, with what one's answer is worth; nothing is kept. Raises NotFound for a question that is gone."""
        sent = await sent_values(request)
        place, lesson, text = await _read(around, actor, enrolment_id, lesson_id)
        return _page(around, place, lesson, replace(text, parts=with_attempt(text.parts, number, sent)))


async def sent_values(request: AnyRequest) -> dict[str, list[str]]:
    """All values of a form by their names."""
    form = await request.form()
    return {name: [str(value) for value in form.getall(name)] for name in form}


async def _read(
    around: Around, actor: Actor, enrolment_id: UUID, lesson_id: UUID
) -> tuple[Place, EditionLesson, Shown]:
    async with around.begin.reading() as session:
        place, lesson = await lesson_for(
            session, actor, enrolment_id, lesson_id, around.clock(), kinds=READABLE
        )
        files = await files_of(session, lesson.edition_id)
    base = f"/meine-kurse/{enrolment_id}"
    return place, lesson, await shown(lesson, files, base=base, language=place.course.language or "de")


def _page(around: Around, place: Place, lesson: EditionLesson, text: Shown) -> Template:
    enrolment_id = place.enrolment.id
    before, following = place.around(lesson.lesson_id)
    progress = place.progress.get(lesson.lesson_id)
    here = lesson_path(enrolment_id, lesson.lesson_id, LessonKind.TEXT)
    anchors = {one.anchor for one in text.headings}
    kept = progress.place if progress and progress.place in anchors else ""
    return Template(
        "learning/lessons/lesson.html",
        context={
            "place": place,
            "lesson": lesson,
            "text": text,
            "number": 1 + [one.lesson.lesson_id for one in place.lessons].index(lesson.lesson_id),
            "is_done": place.is_done(lesson.lesson_id),
            "kept": kept,
            "before": before,
            "following": following,
            "path_of": lambda one: lesson_path(enrolment_id, one.lesson.lesson_id, one.lesson.kind),
            "here": here,
            "list_path": lessons_path(enrolment_id),
            "course_path": f"/meine-kurse/{enrolment_id}",
            "whole_address": f"{around.settings.public_url.rstrip('/')}{here}",
            "text_language": _foreign(text.language),
        },
        headers=PRIVATE,
    )


def _foreign(language: str) -> str:
    """The language of the lessons where it is not the page's; empty where it is (WCAG 3.1.2)."""
    return language if language != current_language() else ""


def _going_on_path(place: Place, going_on: Offered | None) -> str:
    """Where one goes on, at the very place where one was."""
    if going_on is None:
        return ""
    lesson = going_on.lesson
    path = lesson_path(place.enrolment.id, lesson.lesson_id, lesson.kind)
    progress = place.progress.get(lesson.lesson_id)
    is_anchor = progress is not None and progress.place.startswith("text-")
    return f"{path}#{progress.place}" if progress is not None and is_anchor else path
