"""Days on which something is different: closed, somebody away, open in addition."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from lms.helpdesk import words
from lms.helpdesk.models import DayKind
from lms.helpdesk.pages.setup.forms import DayChangeForm
from lms.helpdesk.pages.setup.frame import MAY_SET_UP, SETUP, AnyRequest, adviser_choices, after_change
from lms.helpdesk.queries import (
    desks,
)
from lms.helpdesk.service import HelpDesks
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.sent import uuid_in


class DeskDayPages(Controller):
    """Days off and extra openings."""

    path = SETUP + "/tage"
    opt = MAY_SET_UP
    include_in_schema = False

    @get("/neu")
    async def new_day(
        self, around: NamedDependency[Around], ort: FromQuery[str] = "", wer: FromQuery[str] = ""
    ) -> Template:
        """A day off, or an extra opening."""
        form = form_from(DayChangeForm, kind="away" if wer else "closed", desk=ort, adviser=wer)
        return await _days_page(around, form)

    @post("/neu")
    async def save_day(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Save it; who no longer fits is shown."""
        form = form_from(DayChangeForm, await request.form())
        await _fill_day_choices(around, form)
        if not form.validate():
            return await _days_page(around, form, status=422)
        kind = DayKind(form.kind.data)
        try:
            await help_desks.save_day(
                actor, kind=kind, first=form.first.data, last=form.last.data or form.first.data,
                desk_id=uuid_in(form.desk.data),
                adviser_id=None if kind is DayKind.CLOSED else uuid_in(form.adviser.data),
                opens=form.opens.data if kind is DayKind.EXTRA else None,
                closes=form.closes.data if kind is DayKind.EXTRA else None, reason=form.reason.data or "",
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("last", refusal.message, **refusal.params)
            return await _days_page(around, form, status=refusal.status)
        return await after_change(around, SETUP)

    @post("/{day_id:uuid}/loeschen")
    async def drop_day(
        self, day_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """As usual again."""
        await help_desks.drop_day(actor, day_id=day_id)
        return await after_change(around, SETUP)


async def _fill_day_choices(around: Around, form: DayChangeForm) -> None:
    async with around.begin.reading() as session:
        form.desk.choices = [(str(one.desk.id), words.desk_name(one.desk)) for one in await desks(session)]
        form.adviser.choices = await adviser_choices(session)


async def _days_page(around: Around, form: DayChangeForm, *, status: int = 200) -> Template:
    await _fill_day_choices(around, form)
    return Template("helpdesk/desk/days.html", context={"form": form}, status_code=status)
