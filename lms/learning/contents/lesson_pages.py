"""The editor of a lesson: `/inhalte/<course>/lektionen/<lesson>`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from markupsafe import Markup

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import Invalid, NotFound, Stale
from lms.learning.addresses import writing_path
from lms.learning.contents import blocks
from lms.learning.contents.block_forms import BlockForm
from lms.learning.contents.checking import lesson_problems, say, text_problems
from lms.learning.contents.files import said_of_pictures
from lms.learning.contents.forms import LessonForm, lesson_form
from lms.learning.contents.pages import ROOMS, tries_of
from lms.learning.contents.reading import Written, course_to_write, files_of, written
from lms.learning.contents.rendering import addresses, shown, steps_shown
from lms.learning.contents.service import WRITTEN_HERE, Contents
from lms.learning.errors import NotParameters
from lms.learning.models import Lesson, LessonFile, LessonKind
from lms.web.access import may
from lms.web.formats import time
from lms.web.forms import form_from
from lms.web.notices import SAVED, after
from lms.web.sent import NotAnAddress, line_in
from lms.web.versions import Versions, both_versions, version_in

INSERTS = "einfuegen-"
PREVIEW = "vorschau"


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A lesson that somebody writes, the course around it, and the files at hand."""

    what: Written
    lesson: Lesson
    files: dict[str, LessonFile]

    @property
    def here(self) -> str:
        """Its editor."""
        return f"{writing_path(self.what.course.id)}/lektionen/{self.lesson.id}"

    def rendered(self, text: str) -> Any:
        """The text as learners will see it."""
        return shown(text, address=addresses(f"{writing_path(self.what.course.id)}/datei", self.files))

    def described(self) -> Mapping[str, str]:
        """What is known to be seen in the pictures of the course."""
        return said_of_pictures(self.what, self.files)

    def steps(self) -> Sequence[tuple[str, Markup]]:
        """An exercise step by step; nothing of any other lesson."""
        if self.lesson.kind is not LessonKind.PRACTICE:
            return ()
        address = addresses(f"{writing_path(self.what.course.id)}/datei", self.files)
        return steps_shown(self.lesson.text, address=address)


class EditorPages(Controller):
    """For the trainers of a run of the course, and for the programme team."""

    path = "/inhalte/{course_id:uuid}/lektionen/{lesson_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get()
    async def ask(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The lesson as it is stored."""
        desk = await on_desk(begin, actor, course_id, lesson_id)
        return _page(desk, lesson_form(desk.lesson), form_from(BlockForm))

    @post()
    async def save(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        contents: NamedDependency[Contents],
    ) -> Template | Redirect:
        """Save; or, without script, look at it, or insert something at the end. Whoever was slower sees both versions."""
        desk = await on_desk(begin, actor, course_id, lesson_id)
        sent = await request.form()
        form, act = form_from(LessonForm, sent), str(sent.get("act", ""))
        if act == PREVIEW:
            form.validate()
            return _page(desk, form, form_from(BlockForm), preview=form.text.data or "")
        if act.startswith(INSERTS):
            return _inserted(desk, form, form_from(BlockForm, sent), act.removeprefix(INSERTS))
        if not form.validate():
            return _page(desk, form, form_from(BlockForm), status=422)
        try:
            await contents.save_lesson(
                actor, course_id=course_id, lesson_id=lesson_id, wording=form.wording(),
                version=version_in(form.version.data) or 0,
            )  # fmt: skip
        except Stale as refusal:
            desk = await on_desk(begin, actor, course_id, lesson_id)
            versions = both_versions(form, lesson_form(desk.lesson), marks=["version"], keep=desk.here)
            return _page(desk, form, form_from(BlockForm), status=refusal.status, versions=versions)
        except (NotAnAddress, NotParameters) as refusal:
            form.refuse("address" if isinstance(refusal, NotAnAddress) else "parameters", refusal.message)
            return _page(desk, form, form_from(BlockForm), status=refusal.status)
        return after(desk.here, SAVED)

    @post("/sichern", status_code=200)
    async def keep(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        contents: NamedDependency[Contents],
        clock: NamedDependency[Clock],
    ) -> dict[str, str]:
        """What the page sends while somebody writes; says the new version and when it was kept."""
        form = form_from(LessonForm, await request.form())
        if not form.validate() and form.text.errors:
            raise Invalid
        lesson = await contents.keep_text(
            actor, course_id=course_id, lesson_id=lesson_id, text=form.text.data or "",
            title=line_in(form.title.data or "", form.title.longest),
            version=version_in(form.version.data) or 0,
        )  # fmt: skip
        return {"version": str(lesson.version), "time": time(clock())}

    @post("/vorschau", status_code=200)
    async def preview(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """What learners would see of the text that was sent, and what is to mend in it."""
        desk = await on_desk(begin, actor, course_id, lesson_id)
        form = form_from(LessonForm, await request.form())
        form.validate()
        return Template(
            "learning/contents/_preview.html", context=_preview_of(desk, form.text.data or "", form)
        )

    @post("/baustein", status_code=200)
    async def block(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> dict[str, Any]:
        """The part that a button inserts, or what is missing for it."""
        desk = await on_desk(begin, actor, course_id, lesson_id)
        sent = await request.form()
        form = form_from(BlockForm, sent).knowing(desk.files.values(), desk.described())
        made = form.block(str(sent.get("act", "")).removeprefix(INSERTS))
        return {"block": made, "problems": [[one.anchor, one.message] for one in form.problems]}

    @get("/ansicht")
    async def as_guest(
        self,
        course_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """The lesson as learners will see it, before it is published."""
        desk = await on_desk(begin, actor, course_id, lesson_id)
        return Template(
            "learning/contents/as_guest.html",
            context={
                "what": desk.what, "lesson": desk.lesson, "html": desk.rendered(desk.lesson.text),
                "steps": desk.steps(), "tries": tries_of(course_id, lesson_id),
                "back": desk.here, "base": writing_path(course_id) + "/lektionen", "ending": "/ansicht",
            },
        )  # fmt: skip


async def on_desk(begin: Begin, actor: Actor, course_id: UUID, lesson_id: UUID) -> OnDesk:
    """A lesson that the actor may write. Raises NotFound. Six statements."""
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
        files = await files_of(session, what.outline)
    lesson = next((one for one in what.lessons if one.id == lesson_id), None)
    if lesson is None:
        raise NotFound
    return OnDesk(what, lesson, dict(files))


def _inserted(desk: OnDesk, form: LessonForm, block: BlockForm, what: str) -> Template:
    """The page with the part at the end of the text; nothing is saved yet."""
    form.validate()
    made = block.knowing(desk.files.values(), desk.described()).block(what)
    if made is None:
        return _page(desk, form, block, status=422, opened=what)
    text = blocks.appended(form.text.data or "", made)
    form.text.raw_data, form.text.data = None, text
    return _page(desk, form, form_from(BlockForm), preview=text)


def _preview_of(desk: OnDesk, text: str, form: LessonForm) -> dict[str, Any]:
    return {
        "html": desk.rendered(text),
        "faults": text_problems(text, desk.files),
        "too_long": form.text.errors,
        "say": say,
    }


def _page(
    desk: OnDesk,
    form: LessonForm,
    block: BlockForm,
    *,
    status: int = 200,
    versions: Versions | None = None,
    preview: str | None = None,
    opened: str = "",
) -> Template:
    lesson = desk.lesson
    text = (form.text.data or "") if preview is None else preview
    is_written = lesson.kind in WRITTEN_HERE
    return Template(
        "learning/contents/editor.html",
        context={
            "what": desk.what,
            "lesson": lesson,
            "form": form,
            "block": block.knowing(desk.files.values(), desk.described()),
            "opened": opened,
            "versions": versions,
            "is_written": is_written,
            "is_link": lesson.kind == "tool",
            "room": ROOMS.get(lesson.kind, ""),
            "faults": text_problems(text, desk.files)
            if is_written and text
            else lesson_problems(lesson, desk.files, desk.what.lessons),
            "html": desk.rendered(text) if is_written else "",
            "say": say,
            "here": desk.here,
            "outline": writing_path(desk.what.course.id),
        },
        status_code=status,
    )
