"""What people ask about."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.helpdesk.models import DeskKind, HelpTopic
from lms.helpdesk.pages.setup.forms import HelpTopicForm
from lms.helpdesk.pages.setup.frame import MAY_SET_UP, SETUP, AnyRequest
from lms.helpdesk.service import HelpDesks
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after


class HelpTopicPages(Controller):
    """Topics."""

    path = SETUP + "/thema"
    opt = MAY_SET_UP
    include_in_schema = False

    @get(["/neu", "/{topic_id:uuid}"])
    async def topic(
        self, around: NamedDependency[Around], topic_id: FromPath[UUID | None] = None
    ) -> Template:
        """What people ask about."""
        async with around.begin.reading() as session:
            row = await session.get(HelpTopic, topic_id) if topic_id else None
        if topic_id and row is None:
            raise NotFound
        form = (
            form_from(
                HelpTopicForm, name_de=row.name_de, name_en=row.name_en, hint_de=row.hint_de,
                hint_en=row.hint_en, audience=row.audience.value, position=row.position,
            )
            if row
            else form_from(HelpTopicForm, audience="help", position=50)
        )  # fmt: skip
        return _topic_page(form, row)

    @post(["/neu", "/{topic_id:uuid}"])
    async def save_topic(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks], topic_id: FromPath[UUID | None] = None,
    ) -> Template | Redirect:  # fmt: skip
        """Save it."""
        form = form_from(HelpTopicForm, await request.form())
        async with around.begin.reading() as session:
            row = await session.get(HelpTopic, topic_id) if topic_id else None
        if not form.validate():
            return _topic_page(form, row, status=422)
        await help_desks.save_topic(
            actor, topic_id=topic_id, name_de=form.name_de.data, name_en=form.name_en.data or "",
            hint_de=form.hint_de.data or "", hint_en=form.hint_en.data or "",
            audience=DeskKind(form.audience.data), position=form.position.data,
        )  # fmt: skip
        return after(SETUP, SAVED)

    @post("/{topic_id:uuid}/ende")
    async def end_topic(
        self, request: AnyRequest, topic_id: FromPath[UUID], actor: NamedDependency[Actor],
        help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """No longer on offer, or again."""
        await help_desks.end_topic(
            actor, topic_id=topic_id, ends=(await request.form()).get("act") == "schliessen"
        )
        return after(SETUP, SAVED)


def _topic_page(form: HelpTopicForm, row: HelpTopic | None, *, status: int = 200) -> Template:
    return Template(
        "helpdesk/desk/topic.html",
        context={"form": form, "row": row, "path": f"{SETUP}/thema/{row.id if row else 'neu'}"},
        status_code=status,
    )
