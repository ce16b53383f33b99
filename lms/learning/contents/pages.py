"""The outline of a course for those who write it: `/inhalte` and `/inhalte/<course>`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.learning.addresses import writing_path
from lms.learning.contents.editions import editions_of
from lms.learning.contents.forms import KINDS, ChapterForm, NewLessonForm, key_in, new_key
from lms.learning.contents.reading import course_to_write, gone, runs_to_lead, writable, written
from lms.learning.contents.service import WRITTEN_HERE, Contents
from lms.learning.models import LessonKind
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

ADDED = declare("kapitel-neu", N_("The chapter is there. Now add lessons to it."))
GONE = declare(
    "inhalt-weg", N_("It is out of sight. You can restore it for thirty days, at the end of this page.")
)
BACK = declare("inhalt-zurueck", N_("It is back."))
STEPS = {"hoch": -1, "runter": 1}
ROOMS = {LessonKind.QUIZ: "quiz", LessonKind.PACKAGE: "pakete"}


class WritingPages(Controller):
    """For the trainers of a run of the course, and for the programme team."""

    path = "/inhalte"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def courses(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """The courses that one may write for."""
        async with begin.reading() as session:
            found = await writable(session, actor)
        return Template(
            "learning/contents/courses.html",
            context={"courses": found, "is_team": Scope.ALL in actor.scopes("U", "lesson")},
        )

    @get("/{course_id:uuid}")
    async def outline(
        self,
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Chapters and lessons, what can be done with them, and what was deleted."""
        return await _outline_page(begin, clock, actor, course_id, form_from(ChapterForm, key=new_key()))

    @post("/{course_id:uuid}/kapitel")
    async def add_chapter(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        contents: NamedDependency[Contents],
    ) -> Template | Redirect:
        """A chapter at the end."""
        form = form_from(ChapterForm, await request.form())
        if not form.validate():
            return await _outline_page(begin, clock, actor, course_id, form, status=422)
        await contents.add_chapter(actor, course_id=course_id, title=form.title.data, key=key_in(form))
        return after(writing_path(course_id), ADDED)

    @get("/{course_id:uuid}/kapitel/{chapter_id:uuid}")
    async def ask_rename(
        self,
        course_id: FromPath[UUID],
        chapter_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The title of a chapter."""
        return await _chapter_page(begin, actor, course_id, chapter_id, None)

    @post("/{course_id:uuid}/kapitel/{chapter_id:uuid}")
    async def rename(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        chapter_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        contents: NamedDependency[Contents],
    ) -> Template | Redirect:
        """Another one."""
        form = form_from(ChapterForm, await request.form())
        if not form.validate():
            return await _chapter_page(begin, actor, course_id, chapter_id, form)
        await contents.rename_chapter(
            actor, course_id=course_id, chapter_id=chapter_id, title=form.title.data
        )
        return after(f"{writing_path(course_id)}#k-{chapter_id}", SAVED)

    @post("/{course_id:uuid}/kapitel/{chapter_id:uuid}/{act:str}")
    async def chapter_act(
        self,
        course_id: FromPath[UUID],
        chapter_id: FromPath[UUID],
        act: FromPath[str],
        actor: NamedDependency[Actor],
        contents: NamedDependency[Contents],
    ) -> Redirect:
        """Up, down, away, back."""
        of_this: dict[str, Any] = {"course_id": course_id, "chapter_id": chapter_id}
        match act:
            case "hoch" | "runter":
                await contents.move_chapter(actor, **of_this, by=STEPS[act])
                return to(course_id, f"k-{chapter_id}")
            case "loeschen":
                await contents.delete_chapter(actor, **of_this)
                return after(writing_path(course_id), GONE)
            case "zurueckholen":
                await contents.restore_chapter(actor, **of_this)
                return after(f"{writing_path(course_id)}#k-{chapter_id}", BACK)
        raise NotFound

    @post("/{course_id:uuid}/reihenfolge", status_code=204)
    async def reorder(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        contents: NamedDependency[Contents],
    ) -> Response[None]:
        """Where something was dropped: a chapter among the chapters, a lesson in a chapter."""
        sent = await request.form()
        moved, chapter, place = (
            uuid_in(sent.get("was")),
            uuid_in(sent.get("kapitel")),
            str(sent.get("platz", "")),
        )
        if moved is None or not place.isdecimal() or len(place) > 6:
            raise NotFound
        if sent.get("art") == "kapitel":
            await contents.place_chapter(actor, course_id=course_id, chapter_id=moved, to=int(place))
        elif chapter is not None:
            await contents.place_lesson(
                actor, course_id=course_id, lesson_id=moved, chapter_id=chapter, to=int(place)
            )
        else:
            raise NotFound
        return Response(None, status_code=204)

    @get("/{course_id:uuid}/lektionen/neu")
    async def ask_lesson(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """What kind of lesson, and where."""
        chapter = str(uuid_in(request.query_params.get("kapitel")) or "")
        form = form_from(NewLessonForm, kind="text", chapter=chapter, key=new_key())
        return await _new_lesson_page(begin, actor, course_id, form)

    @post("/{course_id:uuid}/lektionen/neu")
    async def add_lesson(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        contents: NamedDependency[Contents],
    ) -> Template | Redirect:
        """An empty one; then to where it is written."""
        form = form_from(NewLessonForm, await request.form())
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
        form.knowing([part.chapter for part in what.parts])
        if not form.validate():
            return await _new_lesson_page(begin, actor, course_id, form, status=422)
        lesson = await contents.add_lesson(
            actor, course_id=course_id, chapter_id=UUID(form.chapter.data),
            kind=LessonKind(form.kind.data), title=form.title.data, key=key_in(form),
        )  # fmt: skip
        return redirect(editor_of(course_id, lesson.id, lesson.kind))

    @get("/{course_id:uuid}/schreibhilfe")
    async def help(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """How lessons are written, for those who like to know."""
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
        return Template(
            "learning/contents/help.html", context={"what": what, "here": writing_path(course_id)}
        )


def editor_of(course_id: UUID, lesson_id: UUID, kind: LessonKind) -> str:
    """Where a lesson is written: each kind has its page."""
    return f"{writing_path(course_id)}/{ROOMS.get(kind, 'lektionen')}/{lesson_id}"


def tries_of(course_id: UUID, lesson_id: UUID) -> Mapping[LessonKind, str]:
    """Where its author tries out a lesson that is more than text, before it is published."""
    base = writing_path(course_id)
    return {
        LessonKind.QUIZ: f"{base}/quiz/{lesson_id}/ausprobieren",
        LessonKind.PACKAGE: f"{base}/pakete/{lesson_id}",
    }


def to(course_id: UUID, anchor: str) -> Redirect:
    """Back to a place of the outline."""
    return redirect(f"{writing_path(course_id)}#{anchor}")


def redirect(path: str) -> Redirect:
    """To an own path, in the present language."""
    return Redirect(url(path), status_code=303)


async def _outline_page(
    begin: Begin, clock: Clock, actor: Actor, course_id: UUID, form: ChapterForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
        deleted = await gone(session, what.outline, clock())
        editions = await editions_of(session, course_id)
        runs = await runs_to_lead(session, actor, course_id)
    return Template(
        "learning/contents/outline.html",
        context={
            "what": what,
            "form": form,
            "deleted": deleted,
            "editions": editions,
            "runs": runs,
            "kinds": {kind: words for kind, (words, _) in KINDS.items()},
            "written_here": WRITTEN_HERE,
            "editor_of": editor_of,
            "here": writing_path(course_id),
            "minutes": sum(one.minutes or 0 for one in what.lessons),
        },
        status_code=status,
    )


async def _chapter_page(
    begin: Begin, actor: Actor, course_id: UUID, chapter_id: UUID, form: ChapterForm | None
) -> Template:
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
    chapter = next((part.chapter for part in what.parts if part.chapter.id == chapter_id), None)
    if chapter is None:
        raise NotFound
    return Template(
        "learning/contents/chapter.html",
        context={
            "what": what,
            "chapter": chapter,
            "form": form or form_from(ChapterForm, title=chapter.title),
            "here": writing_path(course_id),
        },
        status_code=200 if form is None else 422,
    )


async def _new_lesson_page(
    begin: Begin, actor: Actor, course_id: UUID, form: NewLessonForm, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
    form.knowing([part.chapter for part in what.parts])
    return Template(
        "learning/contents/new_lesson.html",
        context={"what": what, "form": form, "here": writing_path(course_id)},
        status_code=status,
    )
