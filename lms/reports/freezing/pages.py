"""One report: a draft with today's numbers, handing it in, and what was handed in with its documents."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.asking import AnyRequest
from lms.reports.errors import NoReason
from lms.reports.figures.whole import canonical, fingerprint
from lms.reports.freezing.counting import (
    data_of,
    is_intact,
    report_of,
    span_of,
    unfinished,
)
from lms.reports.freezing.models import DocumentForm, Report, ReportKind, ReportState
from lms.reports.freezing.paper import span_in, title_of
from lms.reports.freezing.service import Reports
from lms.reports.funding.models import FundingLine
from lms.reports.statistics import telling as statistics
from lms.reports.statistics.whole import KIND
from lms.reports.telling import flat, money, sections, sight_of
from lms.web.access import may
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.tables import table_file
from lms.web.xlsx import MEDIA_TYPE as XLSX

PATH = "/verwaltung/berichte"
HANDED_IN = declare("bericht-eingereicht", N_("The report is handed in. Its numbers do not change any more."))


class HandInForm(Form):
    """`seen` is the hash of the numbers that were shown."""

    reason = TextArea(N_("Why is it handed in although something is open?"), longest=1000)
    seen = Hidden(longest=64)


class ReportPages(Controller):
    """One report."""

    path = PATH
    opt = may("R", "report", of=Scope.ALL)
    include_in_schema = False

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
            "report": report, "title": the_title(report, data), "told": _told(data, actor), "data": data,
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
    sight = sight_of(
        span_in(data), sees_all=policy.sees_everything(actor), is_part=data.get("line") is not None
    )
    told = sections(data, sight)
    return [*told, money(data)] if policy.may_see_money(actor) else told


def the_title(report: Report, data: Any) -> str:
    """How the report is called, by its own numbers."""
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
