"""Groups of questions of which some are drawn, and taking questions over from another quiz."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from content.quiz.checking import in_short
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.learning.models import Lesson
from lms.quizzes.editing.addresses import editor_path, handle_of
from lms.quizzes.editing.changes import free_pool_key, read_body, with_group
from lms.quizzes.editing.reading import Writing, quizzes_to_take_from, writing
from lms.quizzes.editing.service import QuizWriting
from lms.quizzes.editing.settings_form import GroupForm, group_values
from lms.quizzes.editing.words import kind_of
from lms.web.access import may
from lms.web.forms import Checkboxes, Form, Select, form_from
from lms.web.language import gettext, translated
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.versions import both_versions

DISSOLVED = declare("gruppe-weg", N_("The group is gone. Its questions stand in the neighbouring group."))
TAKEN = declare("fragen-uebernommen", N_("The questions are taken over. They stand at the end."))
NONE_NEW = declare(
    "fragen-schon-da",
    N_("These questions stand here already, word for word. Nothing was taken over."),
    "info",
)


class TakeOverForm(Form):
    """Which questions are copied, and into which group."""

    questions = Checkboxes(N_("Questions"), missing=N_("Choose at least one question."))
    group = Select(N_("Into which group?"), blank="", is_asked=True)


class GroupPages(Controller):
    """For who may write the lessons of the course."""

    path = "/inhalte/{course_id:uuid}/quiz/{lesson_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get("/gruppen/neu")
    async def ask_group(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """An empty form."""
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        return _group_page(here, form_from(GroupForm, key=free_pool_key(with_group(here.quiz))))

    @post("/gruppen/neu")
    async def add_group(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Template | Redirect:
        """Add it; sent twice it is one."""
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        form = form_from(GroupForm, await request.form())
        if not form.validate():
            return _group_page(here, form, status=422)
        await quiz_writing.add_group(
            actor, course_id=course_id, lesson_id=lesson_id, title=form.title.data or "", draw=form.draw.data,
            key=(form.key.data or free_pool_key(here.quiz))[:64],
        )  # fmt: skip
        return after(editor_path(course_id, lesson_id), SAVED)

    @get("/gruppen/{handle:str}")
    async def ask_change_group(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        handle: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The group as it stands."""
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        pool = _pool(here, handle)
        return _group_page(here, form_from(GroupForm, **group_values(pool)), handle=handle)

    @post("/gruppen/{handle:str}")
    async def change_group(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        handle: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Template | Redirect:
        """Save it; whoever was slower sees both versions."""
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        pool = _pool(here, handle)
        form = form_from(GroupForm, await request.form())
        versions, status = None, 422
        if form.validate():
            try:
                await quiz_writing.change_group(
                    actor, course_id=course_id, lesson_id=lesson_id, key=pool.key,
                    title=form.title.data or "", draw=form.draw.data, seen=form.seen.data or "",
                )  # fmt: skip
                return after(editor_path(course_id, lesson_id), SAVED)
            except Stale as refusal:
                async with begin.reading() as session:
                    here = await writing(session, actor, course_id, lesson_id)
                stored = form_from(GroupForm, **group_values(_pool(here, handle)))
                keep = editor_path(course_id, lesson_id)
                versions, status = both_versions(form, stored, marks=["seen"], keep=keep), refusal.status
        return _group_page(here, form, handle=handle, status=status, versions=versions)

    @post("/gruppen/{handle:str}/aufloesen")
    async def dissolve_group(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        handle: FromPath[str],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        quiz_writing: NamedDependency[QuizWriting],
    ) -> Redirect:
        """Put its questions into the neighbouring group."""
        async with begin.reading() as session:
            here = await writing(session, actor, course_id, lesson_id)
        await quiz_writing.dissolve_group(
            actor, course_id=course_id, lesson_id=lesson_id, key=_pool(here, handle).key
        )
        return after(editor_path(course_id, lesson_id), DISSOLVED)

    @get("/uebernehmen")
    async def ask_take_over(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        aus: FromQuery[str] = "",
    ) -> Template:
        """First the other quiz, then its questions."""
        here, sources, source = await _sources(begin, actor, course_id, lesson_id, aus)
        return _take_over_page(here, sources, source, form_from(TakeOverForm))

    @post("/uebernehmen")
    async def take_over(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        quiz_writing: NamedDependency[QuizWriting],
        aus: FromQuery[str] = "",
    ) -> Template | Redirect:
        """Copy the chosen questions."""
        here, sources, source = await _sources(begin, actor, course_id, lesson_id, aus)
        if source is None:
            raise NotFound
        form = _knowing(here, form_from(TakeOverForm, await request.form()), source[1])
        status = 422
        if form.validate():
            chosen = set(form.questions.data)
            keys = [
                one.key for one in read_body(source[1].body).quiz.questions if handle_of(one.key) in chosen
            ]
            try:
                taken = await quiz_writing.take_over(
                    actor, course_id=course_id, lesson_id=lesson_id, source=(source[0], source[1].id),
                    keys=keys, pool=form.group.data or with_group(here.quiz).pools[0].key,
                )  # fmt: skip
                return after(editor_path(course_id, lesson_id), TAKEN if taken else NONE_NEW)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message, **refusal.params)
                status = refusal.status
        return _take_over_page(here, sources, source, form, status=status)


Source = tuple[UUID, Lesson]


async def _sources(
    begin: Begin, actor: Actor, course_id: UUID, lesson_id: UUID, chosen: str
) -> tuple[Writing, Any, Source | None]:
    async with begin.reading() as session:
        here = await writing(session, actor, course_id, lesson_id)
        sources = await quizzes_to_take_from(session, actor, here)
    wanted = uuid_in(chosen)
    source = next(((course.id, lesson) for course, lesson in sources if lesson.id == wanted), None)
    return here, sources, source


def _pool(here: Writing, handle: str) -> Any:
    found = next((one for one in with_group(here.quiz).pools if handle_of(one.key) == handle), None)
    if found is None:
        raise NotFound
    return found


def _knowing(here: Writing, form: TakeOverForm, lesson: Lesson) -> TakeOverForm:
    form.questions.choices = [
        (handle_of(one.key), f"{in_short(one.text, 150)} ({translated(kind_of(one).words)})")
        for one in read_body(lesson.body).quiz.questions
    ]
    form.group.choices = [
        (pool.key, pool.title or gettext("Group %(num)s", num=number))
        for number, pool in enumerate(with_group(here.quiz).pools, start=1)
    ]
    return form


def _take_over_page(
    here: Writing, sources: Any, source: Source | None, form: TakeOverForm, *, status: int = 200
) -> Template:
    base = editor_path(here.course.id, here.lesson.id)
    context = {
        "here": here, "base": base, "sources": sources, "source": source[1] if source else None,
        "form": _knowing(here, form, source[1]) if source else None,
    }  # fmt: skip
    return Template("quizzes/editing/take_over.html", context=context, status_code=status)


def _group_page(
    here: Writing, form: GroupForm, *, handle: str = "", status: int = 200, versions: Any = None
) -> Template:
    base = editor_path(here.course.id, here.lesson.id)
    return Template(
        "quizzes/editing/group.html",
        context={
            "here": here, "form": form, "base": base, "handle": handle, "versions": versions,
            "is_only": len(with_group(here.quiz).pools) == 1,
        },
        status_code=status,
    )  # fmt: skip
