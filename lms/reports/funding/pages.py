"""`/verwaltung/berichte/foerderlinien`: who pays, what was agreed, and how much of it is used."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.clock import MINUTES_PER_UNIT
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.asking import AnyRequest
from lms.reports.funding.keeping import FundingLines, LineFacts
from lms.reports.funding.models import FundingLine
from lms.reports.funding.queries import (
    Use,
    line_named,
    lines,
    use_of_lines,
)
from lms.reports.participants import policy as participants
from lms.reports.words import units
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import DateParts, Euro, Form, Hidden, Number, Text, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.tables import table_file

PATH = "/verwaltung/berichte/foerderlinien"
ENDED = declare("foerderlinie-beendet", N_("The funding line has ended. Its hours stay with it."))


class LineForm(Form):
    """What the team says of a line."""

    name = Text(N_("Name"), missing=N_("Enter a name, for example “Digital im Ort”."), longest=100)
    funder = Text(N_("Who pays?"), missing=N_("Enter who pays."), longest=100)
    programme = Text(
        N_("Programme and reference"), hint=N_("As it stands in the decision of the funder."), longest=200
    )
    starts_on = DateParts(N_("First day"), hint=N_("Leave it empty where there is none."))
    ends_on = DateParts(N_("Last day"), hint=N_("Leave it empty where there is none."))
    budget_units = Number(N_("Units agreed"), hint=N_("In units of 45 minutes."), least=1, most=1_000_000)
    budget_cents = Euro(N_("Money agreed"))
    pays = TextArea(N_("What does it pay?"), longest=2000)
    key = Hidden(longest=36)
    version = Hidden(longest=9)

    @property
    def facts(self) -> LineFacts:
        """As values."""
        return LineFacts(
            name=self.name.data or "", funder=self.funder.data or "", programme=self.programme.data or "",
            starts_on=self.starts_on.data, ends_on=self.ends_on.data, budget_units=self.budget_units.data,
            budget_cents=self.budget_cents.data or None, pays=self.pays.data or "",
        )  # fmt: skip


class FundingPages(Controller):
    """The lines; their hours stand in `hours_pages`."""

    path = PATH
    opt = may("R", "funding", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Every line with what was taught of what was agreed."""
        found = await _lines(around)
        open_ = next((use.undecided_minutes for _, use in found), 0)
        return Template(
            "reports/lines.html",
            context={
                "lines": found, "undecided": open_, "here": PATH, "may_keep": policy.may_keep_lines(actor),
                "may_assign": policy.may_assign(actor), "units": units,
            },
        )  # fmt: skip

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        rows: list[list[Cell]] = [
            [
                gettext("Funding line"), gettext("Who pays?"), gettext("Programme and reference"), gettext("First day"),
                gettext("Last day"), gettext("Units agreed"), gettext("Units held"), gettext("Units planned"),
            ]
        ]  # fmt: skip
        rows += [
            [
                line.name, line.funder, line.programme, line.starts_on, line.ends_on, line.budget_units,
                units(use.held_minutes), units(use.planned_minutes),
            ]
            for line, use in await _lines(around)
        ]  # fmt: skip
        return table_file(request, "foerderlinien", rows)

    @get("/neu", opt=may("C", "funding", of=Scope.ALL))
    async def ask_new(self) -> Template:
        """A new line."""
        return _line_page(form_from(LineForm, key=str(uuid4())), None)

    @post("/neu", opt=may("C", "funding", of=Scope.ALL))
    async def make(
        self, request: AnyRequest, actor: NamedDependency[Actor], funding_lines: NamedDependency[FundingLines]
    ) -> Response[Any]:
        """Make it; sent twice it is one."""
        form = form_from(LineForm, await request.form())
        if not _is_fine(form):
            return _line_page(form, None, status=422)
        try:
            await funding_lines.make(actor, line_id=uuid_in(form.key.data) or uuid4(), facts=form.facts)
        except DomainError as refusal:
            form.refuse("name", refusal.message, **refusal.params)
            return _line_page(form, None, status=refusal.status)
        return after(PATH, SAVED)

    @get("/{line_id:uuid}", opt=may("U", "funding", of=Scope.ALL))
    async def show(
        self, line_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """One line; finance may change it."""
        async with around.begin.reading() as session:
            line = await line_named(session, line_id)
            use = (await use_of_lines(session, around.clock())).get(line_id, Use())
        form = form_from(
            LineForm, name=line.name, funder=line.funder, programme=line.programme, starts_on=line.starts_on,
            ends_on=line.ends_on, budget_units=line.budget_units, budget_cents=line.budget_cents, pays=line.pays,
            version=str(line.version),
        )  # fmt: skip
        return _line_page(
            form, line, use=use, may_keep=policy.may_keep_lines(actor), may_ask=participants.may_type(actor)
        )

    @post("/{line_id:uuid}", opt=may("C", "funding", of=Scope.ALL))
    async def change(
        self,
        request: AnyRequest,
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funding_lines: NamedDependency[FundingLines],
    ) -> Response[Any]:
        """Change what is said of it."""
        form = form_from(LineForm, await request.form())
        async with around.begin.reading() as session:
            line = await line_named(session, line_id)
            use = (await use_of_lines(session, around.clock())).get(line_id, Use())
        if not _is_fine(form):
            return _line_page(form, line, use=use, status=422)
        sent = form.version.data or ""
        try:
            await funding_lines.change(
                actor, line_id=line_id, version=int(sent) if sent.isdigit() else 0, facts=form.facts
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            if isinstance(refusal, Stale):
                form.version.raw_data, form.version.data = None, str(line.version)
            return _line_page(form, line, use=use, status=refusal.status)
        return after(PATH, SAVED)

    @post("/{line_id:uuid}/beenden", opt=may("C", "funding", of=Scope.ALL))
    async def end(
        self,
        line_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        funding_lines: NamedDependency[FundingLines],
    ) -> Redirect:
        """Give it no more hours."""
        await funding_lines.end(actor, line_id=line_id)
        return after(PATH, ENDED)


async def _lines(around: Around) -> Sequence[tuple[FundingLine, Use]]:
    async with around.begin.reading() as session:
        use = await use_of_lines(session, around.clock())
        return [(line, use.get(line.id, Use())) for line in await lines(session)]


def _is_fine(form: LineForm) -> bool:
    is_fine = form.validate()
    if form.starts_on.data and form.ends_on.data and form.starts_on.data > form.ends_on.data:
        form.refuse("ends_on", N_("The last day lies before the first one."))
        return False
    return is_fine


def _line_page(
    form: LineForm,
    line: FundingLine | None,
    *,
    use: Use | None = None,
    may_keep: bool = True,
    may_ask: bool = False,
    status: int = 200,
) -> Template:
    return Template(
        "reports/line.html",
        context={
            "form": form, "line": line, "use": use, "may_keep": may_keep, "may_ask": may_ask, "back": PATH, "units": units,
            "here": f"{PATH}/{line.id}" if line else f"{PATH}/neu", "unit_minutes": MINUTES_PER_UNIT,
        },
        status_code=status,
    )  # fmt: skip
