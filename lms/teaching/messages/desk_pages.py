"""What the team may read of conversations, with a reason that is written down."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.rights import Scope
from lms.scheduling.queries import run_of
from lms.teaching import policy
from lms.teaching.messages.forms import ReadingForm
from lms.teaching.messages.reading import conversations_in
from lms.teaching.messages.service import GroupMessages
from lms.web.access import may
from lms.web.forms import form_from


class ConversationDeskPages(Controller):
    """`/verwaltung/durchfuehrungen/<run>/nachrichten`: asks for the reason first, and shows nothing before."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/nachrichten"
    opt = may("R", "message", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def ask(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Why it has to be read."""
        ensure(policy.may_read_conversations(actor), actor)
        async with begin.reading() as session:
            return await _page(session, run_id, form_from(ReadingForm))

    @post()
    async def read(
        self,
        request: Request[Any, Any, Any],
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        messages: NamedDependency[GroupMessages],
    ) -> Template:
        """The conversations, once, to whoever has said why."""
        form = form_from(ReadingForm, await request.form())
        is_fine = form.validate()
        if is_fine:
            await messages.note_reading(actor, run_id=run_id, reason=form.reason.data)
        async with begin.reading() as session:
            conversations = await conversations_in(session, run_id) if is_fine else None
            return await _page(session, run_id, form, conversations, status=200 if is_fine else 422)


async def _page(
    session: AsyncSession, run_id: UUID, form: ReadingForm, conversations: Any = None, *, status: int = 200
) -> Template:
    run = await run_of(session, run_id)
    course = await session.get_one(Course, run.course_id)
    return Template(
        "teaching/messages/desk.html",
        context={"run": run, "course": course, "form": form, "conversations": conversations},
        status_code=status,
        headers={"cache-control": "no-store"},
    )
