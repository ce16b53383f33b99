"""Moving a lesson, deleting and restoring it: below `/inhalte/<course>/lektionen/<lesson>`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning.addresses import writing_path
from lms.learning.contents.forms import MoveForm
from lms.learning.contents.lesson_pages import OnDesk, on_desk
from lms.learning.contents.pages import BACK, GONE, STEPS, to
from lms.learning.contents.service import Contents
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import after


class LessonMovePages(Controller):
    """For the trainers of a run of the course, and for the programme team."""

    path = "/inhalte/{course_id:uuid}/lektionen/{lesson_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get("/verschieben")
    async def ask_move(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """Into which chapter."""
        desk = await on_desk(begin, actor, course_id, lesson_id)
        return _move_page(desk, form_from(MoveForm, chapter=str(desk.lesson.chapter_id)))

    @post("/verschieben")
    async def move(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        contents: NamedDependency[Contents],
    ) -> Template | Redirect:
        """To the end of that chapter."""
        desk = await on_desk(begin, actor, course_id, lesson_id)
        form = form_from(MoveForm, await request.form())
        form.chapter.choices = _chapters(desk)
        if not form.validate():
            return _move_page(desk, form, status=422)
        await contents.place_lesson(
            actor, course_id=course_id, lesson_id=lesson_id, chapter_id=UUID(form.chapter.data),
            to=len(desk.what.lessons),
        )  # fmt: skip
        return to(course_id, f"l-{lesson_id}")

    @post("/{act:str}")
    async def act(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        act: FromPath[str],
        actor: NamedDependency[Actor],
        contents: NamedDependency[Contents],
    ) -> Redirect:
        """Up, down, away, back."""
        of_this: dict[str, Any] = {"course_id": course_id, "lesson_id": lesson_id}
        match act:
            case "hoch" | "runter":
                await contents.move_lesson(actor, **of_this, by=STEPS[act])
                return to(course_id, f"l-{lesson_id}")
            case "loeschen":
                await contents.delete_lesson(actor, **of_this)
                return after(writing_path(course_id), GONE)
            case "zurueckholen":
                await contents.restore_lesson(actor, **of_this)
                return after(f"{writing_path(course_id)}#l-{lesson_id}", BACK)
        raise NotFound


def _chapters(desk: OnDesk) -> list[tuple[str, str]]:
    return [(str(part.chapter.id), part.chapter.title) for part in desk.what.parts]


def _move_page(desk: OnDesk, form: MoveForm, *, status: int = 200) -> Template:
    form.chapter.choices = _chapters(desk)
    return Template(
        "learning/contents/move.html",
        context={
            "what": desk.what, "lesson": desk.lesson, "form": form, "here": desk.here,
            "outline": writing_path(desk.what.course.id),
        },
        status_code=status,
    )  # fmt: skip
