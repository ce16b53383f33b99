"""The next version of a report that was handed in, and the same report counted today."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.asking import AnyRequest
from lms.reports.freezing.comparing import Difference, differences
from lms.reports.freezing.counting import counted_today, data_of, happened_since, is_intact, report_of
from lms.reports.freezing.models import ReportState
from lms.reports.freezing.pages import PATH, the_title
from lms.reports.freezing.service import Reports
from lms.reports.statistics import telling as statistics
from lms.reports.statistics import words as statistics_words
from lms.reports.suppression import is_small
from lms.reports.words import ABOUT_PERSONS, COLUMNS, HIDDEN, MONEY, TITLES, TOTALS, label_of, units
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import amount
from lms.web.forms import Form, Hidden, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

CORRECTING = declare(
    "bericht-berichtigung",
    N_("A new version is begun. The one handed in holds until you hand the new one in."),
)


class CorrectForm(Form):
    """Why a handed-in report is made anew."""

    why = TextArea(
        N_("Why is a corrected report needed?"),
        missing=N_("Say why. It stands on the new report."),
        longest=1000,
    )
    key = Hidden(longest=36)


class ReportVersionPages(Controller):
    """What comes after handing in."""

    path = PATH
    opt = may("R", "report", of=Scope.ALL)
    include_in_schema = False

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
                "report": report, "title": the_title(report, then), "rows": rows, "since": since,
                "is_intact": is_intact(report), "back": f"{PATH}/{report_id}",
            },
        )  # fmt: skip


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
            "title": the_title(report, data),
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
