"""Hours of a place, by weekday, and who sits there."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.helpdesk import words
from lms.helpdesk.models import DeskHours
from lms.helpdesk.pages.setup.forms import HoursForm
from lms.helpdesk.pages.setup.frame import MAY_SET_UP, SETUP, AnyRequest, adviser_choices, after_change
from lms.helpdesk.queries import (
    Placed,
    desk_of,
    hours_of,
)
from lms.helpdesk.service import HelpDesks
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.web.forms import form_from
from lms.web.module import Around


class DeskHoursPages(Controller):
    """Hours of a weekday."""

    path = SETUP + "/ort/{desk_id:uuid}/zeiten"
    opt = MAY_SET_UP
    include_in_schema = False

    @get(["/neu", "/{hours_id:uuid}"])
    async def hours(
        self, desk_id: FromPath[UUID], around: NamedDependency[Around], hours_id: FromPath[UUID | None] = None
    ) -> Template:
        """Hours of a weekday."""
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
            found = {row.id: (row, who) for row, who in (await hours_of(session, [desk_id]))[desk_id]}
        if hours_id is None:
            return await _hours_page(around, placed, form_from(HoursForm, first=today(around.clock)), None)
        if hours_id not in found:
            raise NotFound
        row, who = found[hours_id]
        form = form_from(
            HoursForm, weekday=str(row.weekday), opens=row.opens, closes=row.closes, first=row.valid_from,
            last=row.valid_until, advisers=[str(one.id) for one in who],
        )  # fmt: skip
        return await _hours_page(around, placed, form, row)

    @post(["/neu", "/{hours_id:uuid}"])
    async def save_hours(
        self, request: AnyRequest, desk_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
        hours_id: FromPath[UUID | None] = None,
    ) -> Template | Redirect:  # fmt: skip
        """Save them; who no longer fits is shown."""
        form = form_from(HoursForm, await request.form())
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
            row = await session.get(DeskHours, hours_id) if hours_id else None
            form.advisers.choices = await adviser_choices(session)
        if not form.validate():
            return await _hours_page(around, placed, form, row, status=422)
        try:
            await help_desks.save_hours(
                actor, desk_id=desk_id, hours_id=hours_id, weekday=int(form.weekday.data),
                opens=form.opens.data, closes=form.closes.data, valid_from=form.first.data,
                valid_until=form.last.data, advisers=[UUID(one) for one in form.advisers.data],
            )  # fmt: skip
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("closes", refusal.message, **refusal.params)
            return await _hours_page(around, placed, form, row, status=refusal.status)
        return await after_change(around, f"{SETUP}/ort/{desk_id}")

    @post("/{hours_id:uuid}/loeschen")
    async def drop_hours(
        self, desk_id: FromPath[UUID], hours_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """No longer open then; appointments stay until somebody has looked at them."""
        await help_desks.drop_hours(actor, desk_id=desk_id, hours_id=hours_id)
        return await after_change(around, f"{SETUP}/ort/{desk_id}")


async def _hours_page(
    around: Around, placed: Placed, form: HoursForm, row: DeskHours | None, *, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        form.advisers.choices = await adviser_choices(session)
    base = f"{SETUP}/ort/{placed.desk.id}"
    return Template(
        "helpdesk/desk/hours.html",
        context={
            "form": form, "placed": placed, "row": row, "words": words, "base": base,
            "path": f"{base}/zeiten/{row.id if row else 'neu'}",
        },
        status_code=status,
    )  # fmt: skip
