"""`/verwaltung/berichte/vhs-statistik/kurse`: to which programme area and subject field each course belongs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy import select

from lms.catalogue.models import Course
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports.statistics.kinds import AREAS, ProgrammeArea
from lms.reports.statistics.models import CourseStatistics
from lms.reports.statistics.pages import PATH, AnyRequest, year_asked
from lms.reports.statistics.service import Statistics
from lms.reports.statistics.words import area_words
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import Form
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in
from lms.web.tables import table_file


class CourseAreaPages(Controller):
    """Areas and fields, given in bulk."""

    path = PATH
    opt = may("C", "report", of=Scope.ALL)
    include_in_schema = False

    @get("/kurse")
    async def courses(self, request: AnyRequest, around: NamedDependency[Around]) -> Template:
        """Every course with its area and field, to be set in bulk."""
        return await _courses_page(request, around, Form())

    @get(["/kurse.csv", "/kurse.xlsx"])
    async def courses_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        rows: list[list[Cell]] = [[gettext("Course"), gettext("Programme area"), gettext("Subject field")]]
        rows += [
            [title, area_words(area), field] for _, title, area, field in await _courses(around, missing=False)
        ]  # fmt: skip
        return table_file(request, "programmbereiche", rows)

    @post("/kurse")
    async def assign(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        statistics: NamedDependency[Statistics],
    ) -> Response[Any]:
        """Count the marked courses in one area."""
        sent = await request.form()
        form = Form()
        area, field = str(sent.get("bereich") or ""), str(sent.get("fach") or "")[:200]
        marked = [one for one in (uuid_in(value) for value in sent.getall("kurs", [])) if one is not None]
        if area not in set(ProgrammeArea):
            form.refuse("", N_("Choose the programme area."))
            return await _courses_page(request, around, form, marked, area, field, status=422)
        try:
            await statistics.assign(actor, course_ids=marked, area=ProgrammeArea(area), field=field)
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return await _courses_page(request, around, form, marked, area, field, status=refusal.status)
        return after(f"{PATH}/kurse?{_filter(request)}", SAVED)


def _filter(request: AnyRequest) -> str:
    only = "ohne" if request.query_params.get("nur") == "ohne" else ""
    sent = request.query_params.get("jahr", "")
    asked = f"jahr={sent}" if sent.isascii() and sent.isdigit() else ""
    return "&".join(one for one in (asked, f"nur={only}" if only else "") if one)


async def _courses(around: Around, *, missing: bool) -> list[tuple[UUID, str, str, str]]:
    async with around.begin.reading() as session:
        rows = await session.execute(
            select(Course.id, Course.title_de, CourseStatistics.area, CourseStatistics.field)
            .outerjoin(CourseStatistics, CourseStatistics.course_id == Course.id)
            .order_by(CourseStatistics.area.is_not(None), Course.title_de, Course.id)
        )
        return [
            (one, title, area.value if area else "", field or "")
            for one, title, area, field in rows
            if not (missing and area and field)
        ]


async def _courses_page(
    request: AnyRequest, around: Around, form: Form, marked: Sequence[UUID] = (), area: str = "", field: str = "",
    *, status: int = 200,
) -> Template:  # fmt: skip
    missing = request.query_params.get("nur") == "ohne"
    return Template(
        "reports/statistics/courses.html",
        context={
            "courses": await _courses(around, missing=missing), "missing": missing, "marked": set(marked), "area": area,
            "field": field, "areas": AREAS, "form": form, "here": f"{PATH}/kurse", "query": _filter(request),
            "back": f"{PATH}?jahr={year_asked(request, around)}", "year": year_asked(request, around),
        },
        status_code=status,
    )  # fmt: skip
