"""`/verwaltung/berichte/foerderlinien/stunden`: which hour belongs to which line, run by run and session by session."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.catalogue.models import Course, Run
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports.asking import AnyRequest, query_of, span_in, usual_spans
from lms.reports.funding.assigning import Assigning
from lms.reports.funding.models import OWN_MEANS
from lms.reports.funding.pages import PATH as LINES
from lms.reports.funding.queries import (
    RunHours,
    changes_of_run,
    hours_by_run,
    hours_of_run,
    lines,
)
from lms.reports.words import units
from lms.scheduling.queries import run_of
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import Form
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.tables import table_file

PATH = f"{LINES}/stunden"
GIVEN = declare("stunden-zugeordnet", N_("The hours belong to the funding line now."))
UNDECIDED = "offen"
RUNS_AT_ONCE = 50
"""So many rows are marked and given in one go without losing sight of them."""


class FundingHoursPages(Controller):
    """Hours and their lines."""

    path = LINES
    opt = may("U", "funding", of=Scope.ALL)
    include_in_schema = False

    @get("/stunden")
    async def hours(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Runs of a time with their lines, to give to another in bulk."""
        return await _hours_page(request, around, Form())

    @get(["/stunden.csv", "/stunden.xlsx"])
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

    @post("/stunden")
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
        return after(f"{PATH}?{_kept(request, around)}", GIVEN)

    @get("/stunden/{run_id:uuid}")
    async def sessions(self, run_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The sessions of one run, each with its line."""
        return await _run_page(around, run_id, Form())

    @post("/stunden/{run_id:uuid}")
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
        return after(f"{PATH}/{run_id}", GIVEN)


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
        found[(number - 1) * size : number * size], number=number, size=size, total=len(found), path=PATH,
        query=request.query_params.multi_items(),
    )  # fmt: skip
    return Template(
        "reports/hours.html",
        context={
            "page": page, "lines": known, "names": {one.id: one.name for one in known}, "span": span,
            "is_read": is_read, "wanted": request.query_params.get("linie", ""), "form": form, "here": PATH, "back": LINES,
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
            "here": f"{PATH}/{run_id}", "back": PATH, "moment": around.clock(),
            "marked": set(sent.getall("termin", [])) if sent else set(),
            "reason": str(sent.get("grund") or "") if sent else "", "given": str(sent.get("linie") or "") if sent else "",
        },
        status_code=status,
    )  # fmt: skip
