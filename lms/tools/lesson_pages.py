"""A lesson that leads to somebody else's page: for learners, and for whoever writes it."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.actor import Actor
from lms.kernel.marking import N_
from lms.learning.addresses import lesson_path, lessons_path
from lms.learning.lessons.showing import ways, words_before
from lms.learning.models import EditionLesson
from lms.learning.progress import write_progress
from lms.learning.queries import Place, lesson_for
from lms.tools.errors import ToolEnded
from lms.tools.launching import KINDS, Launches, tool_of
from lms.tools.models import LtiTool, ToolResult
from lms.web.access import SIGNED_IN
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.templating import url

DONE = declare("werkzeug-erledigt", N_("This lesson is marked as done."))


class ToolLessonPages(Controller):
    """Where it leads, what goes there, and the way."""

    path = "/meine-kurse/{enrolment_id:uuid}/werkzeuge/{lesson_id:uuid}"
    opt = SIGNED_IN
    include_in_schema = False

    @get()
    async def show(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template:
        """The lesson; nothing is sent to the other page before somebody opens it."""
        async with around.begin.reading() as session:
            place, lesson = await lesson_for(
                session, actor, enrolment_id, lesson_id, around.clock(), kinds=KINDS
            )
            tool = await _tool(session, lesson)
            result = await session.scalar(_result_of(enrolment_id, lesson_id))
        return _page(place, lesson, tool, result)

    @get("/starten")
    async def start(
        self,
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        launches: NamedDependency[Launches],
    ) -> Redirect:
        """On to the tool's login; it sends the browser back to us, and then it opens."""
        address = await launches.login_address(actor, enrolment_id=enrolment_id, lesson_id=lesson_id)
        return Redirect(address, status_code=303)

    @post()
    async def done(
        self,
        request: Request[Any, Any, Any],
        enrolment_id: FromPath[UUID],
        lesson_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Redirect:
        """A link cannot report back: whoever was there says so."""
        is_done = (await request.form()).get("erledigt") != "nein"
        async with around.begin() as session:
            _, lesson = await lesson_for(session, actor, enrolment_id, lesson_id, around.clock(), kinds=KINDS)
            if not lesson.body.get("is_lti"):
                await write_progress(
                    session,
                    enrolment_id=enrolment_id,
                    lesson_id=lesson_id,
                    now=around.clock(),
                    done=is_done,
                )
        if is_done:
            return after(lessons_path(enrolment_id), DONE)
        return Redirect(url(lesson_path(enrolment_id, lesson_id, lesson.kind)), status_code=303)


def _page(place: Place, lesson: EditionLesson, tool: LtiTool | None, result: ToolResult | None) -> Template:
    address = str(lesson.body.get("address", ""))
    return Template(
        "tools/lesson.html",
        context={
            "place": place,
            "lesson": lesson,
            "tool": tool,
            "result": result,
            "text": words_before(lesson.text),
            "address": address,
            "host": urlsplit(address).hostname or address,
            "is_lti": bool(lesson.body.get("is_lti")),
            "is_done": place.is_done(lesson.lesson_id),
            "here": lesson_path(place.enrolment.id, lesson.lesson_id, lesson.kind),
            "list_path": lessons_path(place.enrolment.id),
        }
        | ways(place, lesson.lesson_id),
    )


def _result_of(enrolment_id: UUID, lesson_id: UUID) -> Select[ToolResult]:
    return select(ToolResult).where(
        ToolResult.enrolment_id == enrolment_id, ToolResult.lesson_id == lesson_id
    )


async def _tool(session: AsyncSession, lesson: EditionLesson) -> LtiTool | None:
    if not lesson.body.get("is_lti"):
        return None
    try:
        return await tool_of(session, lesson)
    except ToolEnded:
        return None
