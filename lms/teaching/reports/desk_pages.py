"""The team's pages about reports: `/verwaltung/meldungen`."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.accounts.handing_out import persons_file
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.teaching import policy
from lms.teaching.models import SessionReport
from lms.teaching.reports.forms import KIND_WORDS, AnswerForm
from lms.teaching.reports.reading import Reported, reports
from lms.teaching.reports.service import SessionReports
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import every, page_of, window

HERE = "/verwaltung/meldungen"
ANSWERED = declare("meldung-beantwortet", N_("The trainer gets your answer."))
PICTURE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox",
}
"""S-61: shown within a page, and never opened as one."""


class ReportDeskPages(Controller):
    """For those who plan sessions, and who look after rooms and devices."""

    path = HERE
    opt = may("R", "session-report", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Open ones first."""
        ensure(policy.may_read_reports(actor), actor)
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await reports(session, limit=size, offset=offset)
        page = page_of(rows, number=number, size=size, total=total, path=HERE)
        return Template(
            "teaching/reports/desk_list.html", context={"page": page, "kinds": KIND_WORDS, "here": HERE}
        )

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same list to take away."""
        ensure(policy.may_read_reports(actor), actor)
        async with around.begin.reading() as session:
            found = await every(lambda limit, offset: reports(session, limit=limit, offset=offset))
        heads = [
            gettext("Reported"), gettext("Trainer"), gettext("Course"), gettext("Run"), gettext("Session"),
            gettext("Room"), gettext("Kind"), gettext("Text"), gettext("Answer"), gettext("Answered"),
        ]  # fmt: skip
        return await persons_file(request, around, actor, "meldungen", [heads, *map(_row, found)])

    @get("/{report_id:uuid}")
    async def show(
        self, report_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """One report, and the field for the answer."""
        return await _page(begin, actor, report_id, form_from(AnswerForm))

    @post("/{report_id:uuid}", opt=may("U", "session-report", of=Scope.ALL))
    async def answer(
        self,
        request: Request[Any, Any, Any],
        report_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        session_reports: NamedDependency[SessionReports],
    ) -> Template | Redirect:
        """Answer it; whoever was slower sees what was said."""
        form, status = form_from(AnswerForm, await request.form()), 422
        if form.validate():
            try:
                await session_reports.answer(actor, report_id=report_id, text=form.text.data)
                return after(HERE, ANSWERED)
            except NotFound:
                raise
            except DomainError as refusal:
                form.refuse("", refusal.message)
                status = refusal.status
        return await _page(begin, actor, report_id, form, status=status)

    @get("/{report_id:uuid}/bild")
    async def picture(
        self, report_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Response[bytes]:
        """What the trainer has photographed."""
        ensure(policy.may_read_reports(actor), actor)
        async with begin.reading() as session:
            picture = await session.scalar(select(SessionReport.picture).where(SessionReport.id == report_id))
        if picture is None:
            raise NotFound
        return Response(picture, media_type="image/jpeg", headers=PICTURE_HEADERS)


def _row(one: Reported) -> list[Cell]:
    return [
        one.report.reported_at, one.reporter.name, one.title, one.run.number, one.session.starts_at, one.room,
        translated(KIND_WORDS[one.report.kind]), one.report.text, one.report.answer, one.report.answered_at,
    ]  # fmt: skip


async def _page(
    begin: Begin, actor: Actor, report_id: UUID, form: AnswerForm, *, status: int = 200
) -> Template:
    ensure(policy.may_read_reports(actor), actor)
    async with begin.reading() as session:
        found, _ = await reports(session, SessionReport.id == report_id, limit=1)
    if not found:
        raise NotFound
    context = {
        "one": found[0],
        "form": form,
        "here": f"{HERE}/{report_id}",
        "kinds": KIND_WORDS,
        "may_answer": policy.may_answer_reports(actor),
        "may_plan": actor.may_for_all("U", "session"),
    }
    return Template("teaching/reports/desk_report.html", context=context, status_code=status)
