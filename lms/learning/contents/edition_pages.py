"""Publishing and looking back: `/inhalte/<course>/veroeffentlichen` and `/inhalte/<course>/ausgaben`."""

import asyncio
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.learning.addresses import writing_path
from lms.learning.contents.checking import faults_of, say
from lms.learning.contents.comparing import State, differences, lines
from lms.learning.contents.editions import (
    Editions,
    edition_numbered,
    editions_of,
    last_state,
    state_in,
    state_of,
)
from lms.learning.contents.forms import KINDS, PublishForm, key_in, new_key
from lms.learning.contents.pages import editor_of
from lms.learning.contents.reading import course_to_write, files_of, written
from lms.learning.contents.rules import leaving_the_desk
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.notices import after, declare
from lms.web.versions import version_in

FIRST = declare(
    "erste-ausgabe",
    N_("It is published. All runs of the course get this edition, also those that have started."),
)
PUBLISHED = declare(
    "ausgabe-veroeffentlicht",
    N_("It is published. Runs that have not started get this edition; for the others you can take it over."),
)
TAKEN_BACK = declare(
    "lektion-wie-frueher", N_("The lesson is as it was in that edition. Learners see it once you publish.")
)


class EditionPages(Controller):
    """For the trainers of a run of the course, and for the programme team."""

    path = "/inhalte/{course_id:uuid}"
    opt = may("U", "lesson")
    include_in_schema = False

    @get("/veroeffentlichen")
    async def ask_publish(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """What has changed, and what is to be mended before."""
        return await _publish_page(begin, actor, course_id, None)

    @post("/veroeffentlichen")
    async def publish(
        self,
        request: Request[Any, Any, Any],
        course_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        editions: NamedDependency[Editions],
    ) -> Template | Redirect:
        """Make it an edition."""
        form = form_from(PublishForm, await request.form())
        status = 422
        if form.validate():
            try:
                made = await editions.publish(
                    actor, course_id=course_id, version=version_in(form.version.data) or 0,
                    note=form.note.data or "", key=key_in(form),
                )  # fmt: skip
                notice = FIRST if made.number == 1 else PUBLISHED
                return after(f"{writing_path(course_id)}/ausgaben", notice)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return await _publish_page(begin, actor, course_id, form, status=status)

    @get("/ausgaben")
    async def index(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """All editions, the newest first."""
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
            found = await editions_of(session, course_id)
        return Template(
            "learning/contents/editions.html",
            context={"what": what, "editions": found, "here": f"{writing_path(course_id)}/ausgaben",
                     "outline": writing_path(course_id)},
        )  # fmt: skip

    @get("/ausgaben/{number:int}")
    async def show(
        self,
        course_id: FromPath[UUID],
        number: FromPath[int],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """What an edition holds, and what was different in the one before."""
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
            edition = await edition_numbered(session, course_id, number)
            state = await state_in(session, edition)
            before = [one for one in await editions_of(session, course_id) if one.number < number]
            earlier = await state_in(session, before[0]) if before else State((), {})
        return Template(
            "learning/contents/edition.html",
            context={
                "what": what,
                "edition": edition,
                "lessons": state.lessons,
                "before": before[0] if before else None,
                "differences": differences(earlier, state),
                "kinds": {kind: words for kind, (words, _) in KINDS.items()},
                "here": f"{writing_path(course_id)}/ausgaben/{number}",
                "outline": writing_path(course_id),
            },
        )

    @get("/ausgaben/{number:int}/lektionen/{lesson_id:uuid}")
    async def lesson(
        self,
        course_id: FromPath[UUID],
        number: FromPath[int],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
    ) -> Template:
        """A lesson of an edition beside how it is being written now."""
        async with begin.reading() as session:
            what = await written(session, await course_to_write(session, actor, course_id))
            edition = await edition_numbered(session, course_id, number)
            state = await state_in(session, edition)
        old = next((one for one in state.lessons if one.lesson_id == lesson_id), None)
        if old is None:
            raise NotFound
        now = next((one for one in what.lessons if one.id == lesson_id), None)
        return Template(
            "learning/contents/edition_lesson.html",
            context={
                "what": what, "edition": edition, "old": old, "current": now,
                "lines": lines(now.text if now else "", old.text),
                "has_other_body": now is not None and leaving_the_desk(now.kind, now.body) != old.body,
                "here": f"{writing_path(course_id)}/ausgaben/{number}",
            },
        )  # fmt: skip

    @post("/ausgaben/{number:int}/lektionen/{lesson_id:uuid}")
    async def take_back(
        self,
        course_id: FromPath[UUID],
        number: FromPath[int],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        editions: NamedDependency[Editions],
    ) -> Redirect:
        """Let the lesson be as it was."""
        await editions.take_back(actor, course_id=course_id, number=number, lesson_id=lesson_id)
        return after(f"{writing_path(course_id)}#l-{lesson_id}", TAKEN_BACK)


async def _publish_page(
    begin: Begin, actor: Actor, course_id: UUID, form: PublishForm | None, *, status: int = 200
) -> Template:
    async with begin.reading() as session:
        what = await written(session, await course_to_write(session, actor, course_id))
        files = await files_of(session, what.outline)
        before = await last_state(session, course_id)
        editions = await editions_of(session, course_id)
    if form is None:
        form = form_from(PublishForm, key=new_key())
    form.version.raw_data, form.version.data = None, str(what.version)
    return Template(
        "learning/contents/publish.html",
        context={
            "what": what,
            "form": form,
            "last": editions[0] if editions else None,
            "differences": differences(before, state_of(what, files, course_id)),
            "faults": await asyncio.to_thread(faults_of, what, files),
            "editor_of": editor_of,
            "say": say,
            "here": f"{writing_path(course_id)}/veroeffentlichen",
            "outline": writing_path(course_id),
        },
        status_code=status,
    )
