"""Shifts that come back every week, and the centre's limits for the young."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.helpdesk.models import HelpDesk
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.scheduling.words import WEEKDAYS
from lms.volunteering.forms import LimitsForm
from lms.volunteering.letters import desk_words
from lms.volunteering.models import HelperLimits, ShiftRule
from lms.volunteering.pages.helpers import MANAGE
from lms.volunteering.queries.helpers import limits_of
from lms.volunteering.service import Shifts
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after

PATH = "/verwaltung/helfer/regeln"
AnyRequest = Request[Any, Any, Any]
NAMES = (
    "least_age", "night_until", "night_from", "youth_minutes", "child_from", "child_until", "child_minutes",
    "school_until", "withdraw_hours",
)  # fmt: skip


class HelperSettingsPages(Controller):
    """Rules."""

    path = PATH
    opt = MANAGE
    include_in_schema = False

    @get()
    async def show(self, around: NamedDependency[Around]) -> Template:
        """Both."""
        return await _page(around)

    @post()
    async def change(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        shifts: NamedDependency[Shifts],
    ) -> Template | Redirect:
        """Other limits."""
        form = form_from(LimitsForm, await request.form())
        if not form.validate():
            return await _page(around, form, status=422)
        version = form.version.data or "0"
        try:
            await shifts.set_limits(
                actor, version=int(version) if version.isdecimal() else 0, **{name: form[name].data for name in NAMES}
            )  # fmt: skip
        except DomainError as refusal:
            form.refuse("", refusal.message)
            return await _page(around, form, status=refusal.status)
        return after(PATH, SAVED)

    @post("/{rule_id:uuid}/beenden")
    async def end(
        self, rule_id: FromPath[UUID], actor: NamedDependency[Actor], shifts: NamedDependency[Shifts]
    ) -> Redirect:
        """No more shifts of this rule."""
        await shifts.end_rule(actor, rule_id=rule_id)
        return after(PATH, SAVED)


async def _page(around: Around, form: LimitsForm | None = None, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        limits = await limits_of(session)
        row = await session.get(HelperLimits, 1)
        weekly = (
            await session.execute(
                select(ShiftRule, HelpDesk)
                .join(HelpDesk, HelpDesk.id == ShiftRule.desk_id)
                .where(ShiftRule.ended_at.is_(None))
                .order_by(ShiftRule.weekday, ShiftRule.starts, ShiftRule.id)
            )
        ).all()
    known = {name: getattr(limits, name) for name in NAMES}
    return Template(
        "volunteering/desk/settings.html",
        context={
            "form": form or form_from(LimitsForm, version=str(row.version if row else 0), **known),
            "weekdays": WEEKDAYS,
            "weekly": [(one[0], desk_words(one[1], None)) for one in weekly],
            "here": PATH,
        },
        status_code=status,
    )
