"""`/verwaltung/berichte/foerderlinien`: the lines, their hours, and which hour belongs to which."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.catalogue.models import Course, Run
from lms.kernel.actor import Actor
from lms.kernel.clock import MINUTES_PER_UNIT, today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.asking import AnyRequest, query_of, span_in, usual_spans
from lms.reports.funding.assigning import Assigning
from lms.reports.funding.keeping import FundingLines, LineFacts
from lms.reports.funding.models import OWN_MEANS, FundingLine
from lms.reports.funding.queries import (
    RunHours,
    Use,
    changes_of_run,
    hours_by_run,
    hours_of_run,
    line_named,
    lines,
    use_of_lines,
)
from lms.reports.participants import policy as participants
from lms.reports.telling import units
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import DateParts, Euro, Form, Hidden, Number, Text, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.tables import table_file

PATH = "/verwaltung/berichte/foerderlinien"
GIVEN = declare("stunden-zugeordnet", N_("The hours belong to the funding line now."))
ENDED = declare("foerderlinie-beendet", N_("The funding line has ended. Its hours stay with it."))
UNDECIDED = "offen"
RUNS_AT_ONCE = 50
"""So many rows are marked and given in one go without losing sight of them."""


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
    """Lines and hours."""

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

    @get("/stunden", opt=may("U", "funding", of=Scope.ALL))
    async def hours(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Runs of a time with their lines, to give to another in bulk."""
        return await _hours_page(request, around, Form())

    @get(["/stunden.csv", "/stunden.xlsx"], opt=may("U", "funding", of=Scope.ALL))
    async def hours_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        span, _ = span_in(request, today(around.clock))
        async with around.begin.reading() as session:
            found = _wanted(request, await hours_by_run(session, span))
            names = {one.id: one.name for one in await lines(session)}
        rows: list[list[Cell]] = [
            [gettext("Course number"), gettext("Course"), gettext("Funding line"), gettext("Units")]
        ]
        rows += [
            [run.number, run.title, names.get(line_id, ""), units(minutes)]
            for run in found
            for line_id, minutes in run.lines.items()
        ]
        return table_file(request, "stunden-nach-foerderlinien", rows)

    @post("/stunden", opt=may("U", "funding", of=Scope.ALL))
    async def give_runs(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funding_hours: NamedDependency[Assigning],
    ) -> Response[Any]:
        """Give the marked runs to a line."""
        sent = await request.form()
        try:
            line_id, marked, reason = _chosen(sent, "lauf")
            await funding_hours.give_runs(actor, line_id=line_id, run_ids=marked, reason=reason)
        except DomainError as refusal:
            form = Form()
            form.refuse("", refusal.message, **refusal.params)
            return await _hours_page(request, around, form, sent=sent, status=refusal.status)
        return after(f"{PATH}/stunden?{_kept(request, around)}", GIVEN)

    @get("/stunden/{run_id:uuid}", opt=may("U", "funding", of=Scope.ALL))
    async def sessions(self, run_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The sessions of one run, each with its line."""
        return await _run_page(around, run_id, Form())

    @post("/stunden/{run_id:uuid}", opt=may("U", "funding", of=Scope.ALL))
    async def give_sessions(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funding_hours: NamedDependency[Assigning],
    ) -> Response[Any]:
        """Give the marked sessions to a line."""
        sent = await request.form()
        try:
            line_id, marked, reason = _chosen(sent, "termin")
            await funding_hours.give_sessions(actor, line_id=line_id, session_ids=marked, reason=reason)
        except DomainError as refusal:
            form = Form()
            form.refuse("", refusal.message, **refusal.params)
            return await _run_page(around, run_id, form, sent=sent, status=refusal.status)
        return after(f"{PATH}/stunden/{run_id}", GIVEN)


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


def _chosen(sent: FormMultiDict, name: str) -> tuple[UUID, list[UUID], str]:
    marked = [one for one in (uuid_in(value) for value in sent.getall(name, [])) if one is not None]
    return uuid_in(sent.get("linie")) or OWN_MEANS, marked, str(sent.get("grund") or "")[:1000]


def _kept(request: AnyRequest, around: Around) -> str:
    return query_of(span_in(request, today(around.clock))[0], request)


def _wanted(request: AnyRequest, found: Sequence[RunHours]) -> Sequence[RunHours]:
    wanted = request.query_params.get("linie", "")
    if wanted == UNDECIDED:
        return [one for one in found if not one.is_decided]
    line_id = uuid_in(wanted)
    return found if line_id is None else [one for one in found if line_id in one.lines]


async def _hours_page(
    request: AnyRequest, around: Around, form: Form, *, sent: FormMultiDict | None = None, status: int = 200
) -> Template:
    span, is_read = span_in(request, today(around.clock))
    async with around.begin.reading() as session:
        found = _wanted(request, await hours_by_run(session, span))
        known = await lines(session)
    number, size, _ = window(request.query_params.get("seite"), RUNS_AT_ONCE)
    number = min(number, max(1, -(-len(found) // size)))
    page = page_of(
        found[(number - 1) * size : number * size], number=number, size=size, total=len(found), path=f"{PATH}/stunden",
        query=request.query_params.multi_items(),
    )  # fmt: skip
    return Template(
        "reports/hours.html",
        context={
            "page": page, "lines": known, "names": {one.id: one.name for one in known}, "span": span,
            "is_read": is_read, "wanted": request.query_params.get("linie", ""), "form": form, "here": f"{PATH}/stunden", "back": PATH,
            "query": query_of(span, request), "marked": set(sent.getall("lauf", [])) if sent else set(),
            "reason": str(sent.get("grund") or "") if sent else "", "given": str(sent.get("linie") or "") if sent else "",
            "spans": [(words, query_of(one)) for words, one in usual_spans(today(around.clock))], "units": units,
        },
        status_code=status,
    )  # fmt: skip


async def _run_page(
    around: Around, run_id: UUID, form: Form, *, sent: FormMultiDict | None = None, status: int = 200
) -> Template:
    async with around.begin.reading() as session:
        run: Run = await run_of(session, run_id)
        course = await session.get_one(Course, run.course_id)
        found = await hours_of_run(session, run_id)
        known = await lines(session)
        changes = await changes_of_run(session, run_id)
    return Template(
        "reports/run_hours.html",
        context={
            "run": run, "course": course, "sessions": found, "lines": known,
            "names": {one.id: one.name for one in known}, "changes": changes, "form": form,
            "here": f"{PATH}/stunden/{run_id}", "back": f"{PATH}/stunden", "moment": around.clock(),
            "marked": set(sent.getall("termin", [])) if sent else set(),
            "reason": str(sent.get("grund") or "") if sent else "", "given": str(sent.get("linie") or "") if sent else "",
        },
        status_code=status,
    )  # fmt: skip
