"""Taking over from another course, and templates: `/inhalte/<course>/kopieren`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.learning.addresses import writing_path
from lms.learning.contents.copying import Copies, source_to_copy
from lms.learning.contents.drafts import Drafts
from lms.learning.contents.forms import CopyForm, key_in, new_key
from lms.learning.contents.reading import Written, course_to_write, writable, written
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

TAKEN_BACK = declare("einblick-ungueltig", N_("All links that were made so far are invalid now."))
COPIED = declare("inhalte-uebernommen", N_("The lessons are taken over, at the end of the outline."))
TEMPLATE = declare("vorlage", N_("It is a template now: everybody who writes lessons can begin with a copy."))
NO_TEMPLATE = declare("keine-vorlage", N_("It is no longer a template. Copies stay as they are."))


class CopyPages(Controller):
    """For the trainers of a run of the course, and for the programme team."""

    path = "/inhalte/{course_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get("/kopieren")
    async def choose(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """From which course, or from which template."""
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
            found = await writable(session, actor, with_templates=True)
        others = [one for one in found if one.lessons and one.course.id != course_id]
        return Template(
            "learning/contents/copy_from.html",
            context={
                "what": what,
                "templates": [one for one in others if one.outline and one.outline.is_template],
                "others": [one for one in others if not (one.outline and one.outline.is_template)],
                "here": f"{writing_path(course_id)}/kopieren",
                "outline": writing_path(course_id),
            },
        )

    @get("/kopieren/{source_id:uuid}")
    async def ask(
        self,
        course_id: FromPath[UUID],
        source_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """What is taken over: all of it unless something is left out."""
        what, source = await _both(begin, actor, course_id, source_id)
        form = form_from(CopyForm, whole="all", key=new_key())
        return _page(what, source, form)

    @post("/kopieren/{source_id:uuid}")
    async def copy(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        source_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        copies: NamedDependency[Copies],
    ) -> Template | Redirect:
        """Take it over."""
        what, source = await _both(begin, actor, course_id, source_id)
        form = form_from(CopyForm, await request.form())
        _know(form, what, source)
        if not form.validate():
            return _page(what, source, form, status=422)
        await copies.copy(
            actor, course_id=course_id, source_id=source_id, key=key_in(form),
            lesson_ids=form.chosen(source.parts), into=uuid_in(form.into.data),
        )  # fmt: skip
        return after(writing_path(course_id), COPIED)

    @post("/vorlage")
    async def template(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        copies: NamedDependency[Copies],
    ) -> Redirect:
        """Let it be a template, or no longer."""
        is_template = (await request.form()).get("ist") == "1"
        await copies.mark_template(actor, course_id=course_id, is_template=is_template)
        return after(writing_path(course_id), TEMPLATE if is_template else NO_TEMPLATE)

    @get("/einblick")
    async def ask_link(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What a secret link is."""
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
        return _link_page(what)

    @post("/einblick", status_code=200)
    async def link(
        self,
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        drafts: NamedDependency[Drafts],
    ) -> Template:
        """The link, shown once; another one can be had at any time."""
        path, last = await drafts.link(actor, course_id=course_id)
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
        return _link_page(what, link=drafts.absolute(path), last=last)

    @post("/einblick/ungueltig")
    async def take_back(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], drafts: NamedDependency[Drafts]
    ) -> Redirect:
        """No link opens anything any more."""
        await drafts.take_back(actor, course_id=course_id)
        return after(f"{writing_path(course_id)}/einblick", TAKEN_BACK)


async def _both(begin: Begin, actor: Actor, course_id: UUID, source_id: UUID) -> tuple[Written, Written]:
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
        return what, await source_to_copy(session, actor, source_id)


def _know(form: CopyForm, what: Written, source: Written) -> None:
    choices = []
    for part in source.parts:
        title = gettext("The whole chapter: %(title)s", title=part.chapter.title)
        choices.append((str(part.chapter.id), title))
        choices += [(str(lesson.id), lesson.title) for lesson in part.lessons]
    form.lessons.choices = choices
    form.into.choices = [(str(part.chapter.id), part.chapter.title) for part in what.parts]


def _page(what: Written, source: Written, form: CopyForm, *, status: int = 200) -> Template:
    _know(form, what, source)
    return Template(
        "learning/contents/copy.html",
        context={
            "what": what, "source": source, "form": form,
            "here": f"{writing_path(what.course.id)}/kopieren/{source.course.id}",
            "back": f"{writing_path(what.course.id)}/kopieren",
        },
        status_code=status,
    )  # fmt: skip


def _link_page(what: Written, **more: Any) -> Template:
    return Template(
        "learning/contents/link.html",
        context={
            "what": what, "link": "", "last": None, "outline": writing_path(what.course.id),
            "here": f"{writing_path(what.course.id)}/einblick", **more,
        },
    )  # fmt: skip
