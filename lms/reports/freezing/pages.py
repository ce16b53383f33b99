"""Reports from the first draft to the corrected version."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.asking import AnyRequest
from lms.reports.errors import NoReason
from lms.reports.figures.spans import Span, quarter_before, year
from lms.reports.figures.whole import canonical, fingerprint
from lms.reports.freezing.comparing import Difference, differences
from lms.reports.freezing.counting import (
    counted_today,
    data_of,
    happened_since,
    is_intact,
    report_of,
    span_of,
    unfinished,
)
from lms.reports.freezing.models import DocumentForm, Report, ReportKind, ReportState
from lms.reports.freezing.paper import title_of
from lms.reports.freezing.service import Reports
from lms.reports.funding.models import FundingLine
from lms.reports.funding.queries import lines
from lms.reports.statistics import telling as statistics
from lms.reports.statistics import words as statistics_words
from lms.reports.statistics.whole import KIND
from lms.reports.suppression import is_small
from lms.reports.telling import (
    ABOUT_PERSONS,
    COLUMNS,
    HIDDEN,
    MONEY,
    TITLES,
    TOTALS,
    Sight,
    flat,
    label_of,
    money,
    sections,
    units,
)
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import amount
from lms.web.forms import DateParts, Form, Hidden, Radios, Select, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.tables import table_file
from lms.web.templating import url
from lms.web.xlsx import MEDIA_TYPE as XLSX

PATH = "/verwaltung/berichte"
BEGUN = declare("bericht-entwurf", N_("The draft is made. Its numbers change until you hand it in."))
HANDED_IN = declare("bericht-eingereicht", N_("The report is handed in. Its numbers do not change any more."))
DROPPED = declare("bericht-verworfen", N_("The draft is thrown away."))
CORRECTING = declare(
    "bericht-berichtigung",
    N_("A new version is begun. The one handed in holds until you hand the new one in."),
)
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
    first = DateParts(N_("First day"), hint=N_("Only for days of your own."))
    last = DateParts(N_("Last day"), hint=N_("Only for days of your own."))
    key = Hidden(longest=36)


class HandInForm(Form):
    """`seen` is the hash of the numbers that were shown."""

    reason = TextArea(N_("Why is it handed in although something is open?"), longest=1000)
    seen = Hidden(longest=64)


class CorrectForm(Form):
    """Why a handed-in report is made anew."""

    why = TextArea(
        N_("Why is a corrected report needed?"),
        missing=N_("Say why. It stands on the new report."),
        longest=1000,
    )
    key = Hidden(longest=36)


class ReportPages(Controller):
    """One report."""

    path = PATH
    opt = may("R", "report", of=Scope.ALL)
    include_in_schema = False

    @get("/neu", opt=may("C", "report", of=Scope.ALL))
    async def ask_new(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Which report."""
        given = {name: request.query_params.get(name, "") for name in ("art", "linie")}
        form = form_from(NewForm, kind=given["art"] or None, line=given["linie"] or None, key=str(uuid4()))
        return await _new_page(around, form)

    @post("/neu", opt=may("C", "report", of=Scope.ALL))
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
        report = await funder_reports.make(
            actor, report_id=uuid_in(form.key.data) or uuid4(), kind=kind, span=span, line_id=line_id
        )
        if report.state is ReportState.DRAFT:
            return after(f"{PATH}/{report.id}", BEGUN)
        return Redirect(url(f"{PATH}/{report.id}"), status_code=303)

    @get("/{report_id:uuid}")
    async def show(
        self, report_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """A draft with today's numbers, or what was handed in."""
        return await _report_page(around, actor, report_id)

    @get(["/{report_id:uuid}/zahlen.csv", "/{report_id:uuid}/zahlen.xlsx"])
    async def numbers(
        self,
        request: AnyRequest,
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Response[bytes]:
        """What the page shows to whoever asks, to take away."""
        async with around.begin.reading() as session:
            report = await report_of(session, report_id)
            data = await data_of(session, report, around.clock())
        return table_file(request, _stem(report), flat(_told(data, actor)))

    @post("/{report_id:uuid}/einreichen", opt=may("hand-in", "report", of=Scope.ALL))
    async def hand_in(
        self,
        request: AnyRequest,
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_reports: NamedDependency[Reports],
    ) -> Response[Any]:
        """Freeze it; what is open has to be said."""
        form = form_from(HandInForm, await request.form())
        try:
            if not form.validate():
                raise NoReason
            await funder_reports.hand_in(
                actor, report_id=report_id, seen=form.seen.data or "", reason=form.reason.data or ""
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("reason" if isinstance(refusal, NoReason) else "", refusal.message, **refusal.params)
            return await _report_page(around, actor, report_id, form=form, status=refusal.status)
        return after(f"{PATH}/{report_id}", HANDED_IN)

    @post("/{report_id:uuid}/verwerfen", opt=may("C", "report", of=Scope.ALL))
    async def drop(
        self,
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        funder_reports: NamedDependency[Reports],
    ) -> Redirect:
        """Throw a draft away."""
        await funder_reports.drop(actor, report_id=report_id)
        return after(PATH, DROPPED)

    @get("/{report_id:uuid}/berichtigen", opt=may("hand-in", "report", of=Scope.ALL))
    async def ask_correct(self, report_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """Why a new version."""
        return await _correct_page(around, report_id, form_from(CorrectForm, key=str(uuid4())))

    @post("/{report_id:uuid}/berichtigen", opt=may("hand-in", "report", of=Scope.ALL))
    async def correct(
        self,
        request: AnyRequest,
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_reports: NamedDependency[Reports],
    ) -> Response[Any]:
        """Begin the next version."""
        form = form_from(CorrectForm, await request.form())
        if not form.validate():
            return await _correct_page(around, report_id, form, status=422)
        new = await funder_reports.correct(
            actor, report_id=report_id, new_id=uuid_in(form.key.data) or uuid4(), why=form.why.data or ""
        )
        return after(f"{PATH}/{new.id}", CORRECTING)

    @get("/{report_id:uuid}/vergleich")
    async def compare(
        self, report_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What was handed in beside what would be counted today."""
        async with around.begin.reading() as session:
            report = await report_of(session, report_id)
            if report.state is ReportState.DRAFT:
                raise NotFound
            now = around.clock()
            then, today_ = await data_of(session, report, now), await counted_today(session, report, now)
            since = await happened_since(session, report, now)
        sees_all = policy.sees_everything(actor)
        rows = [_difference_row(one, sees_all=sees_all) for one in differences(then, today_)]
        return Template(
            "reports/compare.html",
            context={
                "report": report, "title": _title(report, then), "rows": rows, "since": since,
                "is_intact": is_intact(report), "back": f"{PATH}/{report_id}",
            },
        )  # fmt: skip

    @get("/{report_id:uuid}/bericht.pdf")
    async def as_pdf(
        self,
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        funder_reports: NamedDependency[Reports],
    ) -> Response[bytes]:
        """The document as it was handed in."""
        report, content = await funder_reports.document(actor, report_id=report_id, form=DocumentForm.PDF)
        return _file(content, f"{_stem(report)}.pdf", "application/pdf")

    @get("/{report_id:uuid}/tabelle")
    async def as_table(
        self,
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        funder_reports: NamedDependency[Reports],
    ) -> Response[bytes]:
        """The table as it was handed in."""
        report, content = await funder_reports.document(actor, report_id=report_id, form=DocumentForm.XLSX)
        return _file(content, f"{_stem(report)}.xlsx", XLSX)

    @get("/{report_id:uuid}/bericht.json")
    async def as_data(
        self, report_id: FromPath[UUID], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The numbers that the checksum is of, all of them: for finance alone (A2, note 4)."""
        ensure(policy.sees_everything(actor), actor)
        async with around.begin.reading() as session:
            report = await report_of(session, report_id)
        if report.state is ReportState.DRAFT:
            raise NotFound
        return _file(report.data.encode(), f"{_stem(report)}.json", "application/json")


async def _report_page(
    around: Around, actor: Actor, report_id: UUID, *, form: HandInForm | None = None, status: int = 200
) -> Template:
    now = around.clock()
    async with around.begin.reading() as session:
        report = await report_of(session, report_id)
        data = await data_of(session, report, now)
        is_draft = report.state is ReportState.DRAFT
        open_ = await unfinished(session, span_of(report), now, report.line_id) if is_draft else None
        earlier = await session.get(Report, report.replaces_id) if report.replaces_id else None
        line = await session.get(FundingLine, report.line_id) if report.line_id else None
    seen = fingerprint(canonical(data)) if is_draft else report.sha256
    form = form or form_from(HandInForm)
    form.seen.raw_data, form.seen.data = None, seen
    needs_reason = bool(open_ and (open_.count or data["totals"].get("findings")))
    if needs_reason:
        form.reason.missing = NoReason.message
    return Template(
        "reports/report.html",
        context={
            "report": report, "title": _title(report, data), "told": _told(data, actor), "data": data,
            "is_draft": is_draft, "open": open_, "needs_reason": needs_reason,
            "statistics_path": f"{PATH}/vhs-statistik?jahr={report.first_day.year}" if report.kind is ReportKind.VHS else "", "earlier": earlier, "line": line, "form": form, "here": f"{PATH}/{report_id}",
            "list_path": PATH, "may_hand_in": policy.may_hand_in(actor), "may_make": policy.may_make(actor),
            "sees_all": policy.sees_everything(actor), "is_intact": not is_draft and is_intact(report),
        },
        status_code=status,
    )  # fmt: skip


def _told(data: Any, actor: Actor) -> list[Any]:
    if data["kind"] == KIND:
        return statistics.sections(data, sees_all=policy.sees_everything(actor))
    sight = Sight(sees_all=policy.sees_everything(actor), is_part=data.get("line") is not None)
    told = sections(data, sight)
    return [*told, money(data)] if policy.may_see_money(actor) else told


def _title(report: Report, data: Any) -> str:
    return title_of(report, data["line"]["name"] if data.get("line") else "")


def _stem(report: Report) -> str:
    name = "vhs-statistik" if report.kind is ReportKind.VHS else "bericht"
    return f"{name}-{report.first_day}-{report.last_day}-v{report.version}"


def _file(content: bytes, name: str, media_type: str) -> Response[bytes]:
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


async def _new_page(around: Around, form: NewForm, *, status: int = 200) -> Template:
    await _offer(around, form)
    return Template("reports/new.html", context={"form": form, "here": PATH}, status_code=status)


async def _offer(around: Around, form: NewForm) -> None:
    day = today(around.clock)
    async with around.begin.reading() as session:
        form.line.choices = [("", N_("none")), *((str(one.id), one.name) for one in await lines(session))]
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


async def _correct_page(around: Around, report_id: UUID, form: CorrectForm, *, status: int = 200) -> Template:
    async with around.begin.reading() as session:
        report = await report_of(session, report_id)
        if report.state is not ReportState.HANDED_IN:
            raise NotFound
        data = await data_of(session, report, around.clock())
    return Template(
        "reports/correct.html",
        context={
            "report": report,
            "title": _title(report, data),
            "form": form,
            "here": f"{PATH}/{report_id}",
        },
        status_code=status,
    )


def _difference_row(one: Difference, *, sees_all: bool) -> list[Cell]:
    if one.where in {"totals", "money"}:
        where, what = (
            gettext(TITLES.get(one.where, "At a glance")),
            gettext({**statistics_words.TOTALS, **TOTALS, **MONEY}.get(one.row, one.row)),
        )
        key = one.row
    elif one.where in statistics_words.TITLES:
        where = f"{gettext(statistics_words.TITLES[one.where])}: {statistics.row_words(one.where, one.row)}"
        what, key = statistics_words.column_words(one.column), one.column
    else:
        where = f"{gettext(TITLES[one.where])}: {label_of(one.where, one.row, one.label)}"
        what, key = gettext(COLUMNS[one.column]), one.column
    return [where, what, *(_shown(value, one, key, sees_all=sees_all) for value in (one.then, one.today))]


def _shown(value: int | None, one: Difference, key: str, *, sees_all: bool) -> Cell:
    if value is None:
        return HIDDEN
    is_of_persons = key in ABOUT_PERSONS or key.endswith("participants") or key.startswith("area:")
    if not sees_all and is_of_persons and (one.where != "totals" or is_small(value)):
        return HIDDEN
    if key.endswith("minutes"):
        return units(value)
    return amount(value) if one.where == "money" and key != "runs" else value
