"""Beginning a report, and throwing a draft away."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports.asking import AnyRequest
from lms.reports.errors import TimeTellsTooMuch
from lms.reports.figures.spans import Span, quarter_before, year
from lms.reports.freezing.counting import report_of
from lms.reports.freezing.models import ReportKind, ReportState
from lms.reports.freezing.pages import PATH
from lms.reports.freezing.paper import title_of
from lms.reports.freezing.service import Reports
from lms.reports.funding.models import FundingLine
from lms.reports.funding.queries import lines
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Radios, Select, form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

BEGUN = declare("bericht-entwurf", N_("The draft is made. Its numbers change until you hand it in."))
DROPPED = declare("bericht-verworfen", N_("The draft is thrown away."))
YEARS_BACK = 4
OWN_TIME = "zeit"


class NewForm(Form):
    """Which report, about which time."""

    kind = Radios(
        N_("For whom?"),
        choices=[(ReportKind.YEAR, N_("For the council: all that was taught")), (ReportKind.FUNDER, N_("For a funder: the hours of one funding line"))],
        missing=N_("Choose for whom the report is."),
    )  # fmt: skip
    line = Select(N_("Funding line"), hint=N_("Only for a funder."))
    time = Select(N_("Which time?"), missing=N_("Choose the time."))
    first = DateParts(N_("First day"), hint=N_("Only for other days: the first day of a month."))
    last = DateParts(N_("Last day"), hint=N_("Only for other days: the last day of a month."))
    key = Hidden(longest=36)


class ReportMakingPages(Controller):
    """Drafts begin and end here."""

    path = PATH
    opt = may("C", "report", of=Scope.ALL)
    include_in_schema = False

    @get("/neu")
    async def ask_new(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Which report."""
        given = {name: request.query_params.get(name, "") for name in ("art", "linie")}
        form = form_from(NewForm, kind=given["art"] or None, line=given["linie"] or None, key=str(uuid4()))
        return await _new_page(around, form)

    @post("/neu")
    async def make(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_reports: NamedDependency[Reports],
    ) -> Response[Any]:
        """Begin it; the one that is there already, if there is."""
        form = form_from(NewForm, await request.form())
        await _offer(around, form)
        if not form.validate():
            return await _new_page(around, form, status=422)
        kind = ReportKind(form.kind.data)
        line_id = uuid_in(form.line.data) if kind is ReportKind.FUNDER else None
        if kind is ReportKind.FUNDER and line_id is None:
            form.refuse("line", N_("Choose the funding line."))
        span = _span(form, today(around.clock))
        if span is None:
            form.refuse(
                "first", N_("Enter a first and a last day, in this order and no more than three years apart.")
            )
        if form.problems or span is None:
            return await _new_page(around, form, status=422)
        try:
            report = await funder_reports.make(
                actor, report_id=uuid_in(form.key.data) or uuid4(), kind=kind, span=span, line_id=line_id
            )
        except TimeTellsTooMuch as refusal:
            form.refuse("first", refusal.message)
            return await _new_page(around, form, status=refusal.status)
        if report.state is ReportState.DRAFT:
            return after(f"{PATH}/{report.id}", BEGUN)
        return Redirect(url(f"{PATH}/{report.id}"), status_code=303)

    @get("/{report_id:uuid}/verwerfen")
    async def ask_drop(self, report_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Whether the draft is to go."""
        async with around.begin.reading() as session:
            report = await report_of(session, report_id)
            line = await session.get(FundingLine, report.line_id) if report.line_id else None
        if report.state is not ReportState.DRAFT:
            raise NotFound
        return Template(
            "reports/drop.html",
            context={
                "report": report,
                "title": title_of(report, line.name if line else ""),
                "here": f"{PATH}/{report_id}",
            },
        )

    @post("/{report_id:uuid}/verwerfen")
    async def drop(
        self,
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        funder_reports: NamedDependency[Reports],
    ) -> Redirect:
        """Throw a draft away."""
        await funder_reports.drop(actor, report_id=report_id)
        return after(PATH, DROPPED)


async def _new_page(around: Around, form: NewForm, *, status: int = 200) -> Template:
    await _offer(around, form)
    return Template("reports/new.html", context={"form": form, "here": PATH}, status_code=status)


async def _offer(around: Around, form: NewForm) -> None:
    day = today(around.clock)
    async with around.begin.reading() as session:
        form.line.choices = [(str(one.id), one.name) for one in await lines(session)]
    quarter = quarter_before(day)
    form.time.choices = [
        *((str(day.year - back), str(day.year - back)) for back in range(YEARS_BACK)),
        ("quartal", f"{quarter.first:%d.%m.%Y} – {quarter.last:%d.%m.%Y}"),
        (OWN_TIME, N_("other days")),
    ]


def _span(form: NewForm, day: date) -> Span | None:
    chosen = form.time.data or ""
    if chosen.isdigit():
        return year(int(chosen))
    if chosen != OWN_TIME:
        return quarter_before(day)
    if form.first.data is None or form.last.data is None:
        return None
    span = Span(form.first.data, form.last.data)
    return span if span.is_readable else None
