"""`/verwaltung/berichte/vhs-statistik`: the set of a year, its checks, and what the team adds."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.catalogue.models import Course, Run
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.figures.spans import year
from lms.reports.freezing.models import ReportKind
from lms.reports.freezing.service import Reports
from lms.reports.statistics.checking import CHECKS as ORDER
from lms.reports.statistics.checking import Finding
from lms.reports.statistics.kinds import AREAS, KINDS, SCENARIOS, EventKind, Scenario
from lms.reports.statistics.models import EventStatistics
from lms.reports.statistics.service import Statistics
from lms.reports.statistics.telling import event_rows, finding_rows, sections
from lms.reports.statistics.whole import set_of
from lms.reports.statistics.words import CHECKS, sentence
from lms.reports.telling import flat
from lms.reports.words import units
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import number as spoken
from lms.web.forms import Form, Number, Select, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.tables import EXCEL, table_file
from lms.web.templating import url
from lms.web.xlsx import MEDIA_TYPE, book_bytes

AnyRequest = Request[Any, Any, Any]
REPORTS = "/verwaltung/berichte"
PATH = f"{REPORTS}/vhs-statistik"
EXPLAINED = declare("vhs-begruendet", N_("The reason is kept."))
YEARS_BACK = 3
FROM, UNTIL = 2000, 2100


class EventForm(Form):
    """What a run is, where its sessions and enrolments do not say it."""

    kind = Select(N_("Kind of event"), hint=N_("Without a choice it follows from the number of units."))
    scenario = Select(N_("On site or online?"), hint=N_("Without a choice it follows from rooms and links."))
    participants = Number(
        N_("How many people came?"),
        hint=N_("Only for events without enrolment. Empty means: the enrolments count."),
        most=100_000, width=6,
    )  # fmt: skip


class ReasonForm(Form):
    """Why a finding is right."""

    reason = TextArea(
        N_("Why is this right?"), missing=N_("Say why. The reason stays with these numbers."), longest=1000, rows=3
    )  # fmt: skip


class StatisticsPages(Controller):
    """The set and its checks."""

    path = PATH
    opt = may("R", "report", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The numbers of a year, what to look at, and the way to handing in."""
        asked = year_asked(request, around)
        async with around.begin.reading() as session:
            data, found = await set_of(session, asked, around.clock())
            runs = dict(
                (
                    await session.execute(
                        select(Run.number, Run.id).where(Run.number.in_([one["number"] for one in data["events"]]))
                    )
                ).all()
            )  # fmt: skip
        sees_all = policy.sees_everything(actor)
        open_ = [one for one in found if one.is_open]
        return Template(
            "reports/statistics/set.html",
            context={
                "year": asked, "years": [today(around.clock).year - back for back in range(YEARS_BACK + 1)], "data": data,
                "told": sections(data, sees_all=sees_all), "open": _grouped(open_), "open_count": len(open_),
                "explained": [one for one in found if not one.is_open], "checks": CHECKS, "say": _say, "runs": runs,
                "here": PATH, "reports_path": REPORTS, "may_make": policy.may_make(actor), "sees_all": sees_all, "units": units,
                "areas": AREAS, "kinds": KINDS, "scenarios": SCENARIOS, "about": _about,
            },
        )  # fmt: skip

    @get(["/satz.csv", "/satz.xlsx"])
    async def as_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """One row for each event; the Excel file has the sums and the checks beside it. People for finance alone."""
        asked = year_asked(request, around)
        sees_all = policy.sees_everything(actor)
        async with around.begin.reading() as session:
            data, _ = await set_of(session, asked, around.clock())
        stem = f"vhs-statistik-{asked}"
        events = event_rows(data, sees_all=sees_all)
        if not request.url.path.endswith(EXCEL):
            return table_file(request, stem, events)
        sheets: list[tuple[str, list[list[Cell]]]] = [
            (gettext(N_("Events")), events),
            (gettext(N_("Summary")), flat(sections(data, sees_all=sees_all))),
        ]
        if sees_all:
            sheets.append((gettext(N_("Plausibility checks")), finding_rows(data)))
        return Response(
            book_bytes(sheets),
            media_type=MEDIA_TYPE,
            headers={
                "Content-Disposition": f'attachment; filename="{stem}.xlsx"',
                "Cache-Control": "no-store",
            },
        )

    @post("/entwurf", opt=may("C", "report", of=Scope.ALL))
    async def draft(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        funder_reports: NamedDependency[Reports],
    ) -> Redirect:
        """The draft that is handed in; the one that is there already, if there is."""
        report = await funder_reports.make(
            actor,
            report_id=uuid4(),
            kind=ReportKind.VHS,
            span=year(year_asked(request, around)),
            line_id=None,
        )
        return Redirect(url(f"{REPORTS}/{report.id}"), status_code=303)

    @get("/durchfuehrung/{run_id:uuid}", opt=may("C", "report", of=Scope.ALL))
    async def ask_event(
        self, request: AnyRequest, run_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """What the team knows better of a run."""
        async with around.begin.reading() as session:
            kept = await session.get(EventStatistics, run_id)
        form = form_from(
            EventForm, kind=kept.kind.value if kept and kept.kind else "",
            scenario=kept.scenario.value if kept and kept.scenario else "", participants=kept.participants if kept else None,
        )  # fmt: skip
        return await _event_page(request, around, run_id, form)

    @post("/durchfuehrung/{run_id:uuid}", opt=may("C", "report", of=Scope.ALL))
    async def describe(
        self,
        request: AnyRequest,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        statistics: NamedDependency[Statistics],
    ) -> Response[Any]:
        """Keep it."""
        form = _offer(form_from(EventForm, await request.form()))
        if not form.validate():
            return await _event_page(request, around, run_id, form, status=422)
        await statistics.describe(
            actor,
            run_id=run_id,
            kind=EventKind(form.kind.data) if form.kind.data else None,
            scenario=Scenario(form.scenario.data) if form.scenario.data else None,
            participants=form.participants.data,
        )
        return after(f"{PATH}?jahr={year_asked(request, around)}", SAVED)

    @get("/begruenden", opt=may("C", "report", of=Scope.ALL))
    async def ask_reason(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Why a finding is right; without `zu` all of one check."""
        return await _reason_page(request, around, form_from(ReasonForm))

    @post("/begruenden", opt=may("C", "report", of=Scope.ALL))
    async def explain(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        statistics: NamedDependency[Statistics],
    ) -> Response[Any]:
        """Keep the reason."""
        form = form_from(ReasonForm, await request.form())
        if not form.validate():
            return await _reason_page(request, around, form, status=422)
        asked = year_asked(request, around)
        await statistics.explain(
            actor, year=asked, check=request.query_params.get("pruefung", ""), subject=request.query_params.get("zu"),
            reason=form.reason.data or "",
        )  # fmt: skip
        return after(f"{PATH}?jahr={asked}", EXPLAINED)


def year_asked(request: AnyRequest, around: Around) -> int:
    """The year asked for; until the end of March the one before, for then its set is made."""
    sent = request.query_params.get("jahr", "")
    if sent.isascii() and sent.isdigit() and FROM <= int(sent[:5]) <= UNTIL:
        return int(sent)
    day = today(around.clock)
    return day.year - 1 if day.month <= 3 else day.year


def _say(one: Finding) -> str:
    return sentence(one, lambda minutes: spoken(units(minutes)))


def _about(one: Finding) -> str:
    """What a finding is about, in words."""
    return f"{one.title} ({one.subject})" if one.title else ""


def _grouped(found: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    return [(check, list(rows)) for check, rows in groupby(found, key=lambda one: one.check)]


def _offer(form: EventForm) -> EventForm:
    form.kind.choices = [("", N_("by the number of units")), *KINDS.items()]
    form.scenario.choices = [
        ("", N_("by rooms and links")),
        *((key, words) for key, words in SCENARIOS.items() if key),
    ]
    return form


async def _event_page(
    request: AnyRequest, around: Around, run_id: UUID, form: EventForm, *, status: int = 200
) -> Template:
    _offer(form)
    async with around.begin.reading() as session:
        found = (
            await session.execute(
                select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.id == run_id)
            )
        ).first()
    if found is None:
        raise NotFound
    run, course = found
    asked = year_asked(request, around)
    return Template(
        "reports/statistics/event.html",
        context={
            "run": run, "course": course, "form": form, "here": f"{PATH}/durchfuehrung/{run_id}?jahr={asked}",
            "back": f"{PATH}?jahr={asked}",
        },
        status_code=status,
    )  # fmt: skip


async def _reason_page(
    request: AnyRequest, around: Around, form: ReasonForm, *, status: int = 200
) -> Template:
    asked = year_asked(request, around)
    check, subject = request.query_params.get("pruefung", ""), request.query_params.get("zu")
    if check not in ORDER:
        raise NotFound
    async with around.begin.reading() as session:
        _, every = await set_of(session, asked, around.clock())
    found = [one for one in every if one.is_open and one.check == check and subject in (None, one.subject)]
    if not found:
        raise NotFound
    return Template(
        "reports/statistics/reason.html",
        context={
            "found": found, "check": CHECKS[check], "form": form, "say": _say, "about": _about,
            "here": f"{PATH}/begruenden?{request.url.query}", "back": f"{PATH}?jahr={asked}",
        },
        status_code=status,
    )  # fmt: skip
