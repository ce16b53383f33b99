"""`/verwaltung/berichte`: which report for whom, figures of any time, what runs cost; for the team."""

from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.asking import AnyRequest, query_of, questions, selection_in, span_in, usual_spans
from lms.reports.figures.coverage import Covered, coverage
from lms.reports.figures.programme import kinds
from lms.reports.figures.whole import DEFINITION, counted
from lms.reports.freezing.counting import reports
from lms.reports.freezing.paper import title_of
from lms.reports.participants import policy as participants
from lms.reports.suppression import is_small
from lms.reports.telling import covered_words, flat, money, sections, sight_of
from lms.reports.words import HIDDEN
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import amount
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.tables import table_file

PATH = "/verwaltung/berichte"
LINES = f"{PATH}/foerderlinien"


class FigurePages(Controller):
    """Figures that change with what happens; what is handed in stands in `freezing.pages`."""

    path = PATH
    opt = may("R", "report", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, actor: NamedDependency[Actor], around: NamedDependency[Around]) -> Template:
        """Where to begin, and every report there is."""
        async with around.begin.reading() as session:
            found = await reports(session)
        named = [(report, title_of(report, line.name if line else ""), line) for report, line in found]
        return Template(
            "reports/start.html",
            context={
                "reports": named, "here": PATH, "may_make": policy.may_make(actor),
                "may_see_money": policy.may_see_money(actor),
                "may_type": participants.may_type(actor),
            },
        )  # fmt: skip

    @get("/was-gezaehlt-wird")
    async def definitions(self) -> Template:
        """What every number means and where it comes from."""
        return Template("reports/definitions.html", context={"here": PATH, "edition": DEFINITION})

    @get("/zahlen")
    async def figures(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The figures of a time, by any choice; the question stands in the address."""
        context = await _figures(request, actor, around)
        return Template("reports/figures.html", context=context)

    @get(["/zahlen.csv", "/zahlen.xlsx"])
    async def figures_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same to take away."""
        context = await _figures(request, actor, around)
        return table_file(
            request, f"zahlen-{context['span'].first}-{context['span'].last}", flat(context["told"])
        )

    @get("/kosten", opt=may("R", "funding", of=Scope.ALL))
    async def costs(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """What each run was meant to cost and bring in, and did."""
        context = await _costs(request, actor, around)
        return Template("reports/costs.html", context=context)

    @get(["/kosten.csv", "/kosten.xlsx"], opt=may("R", "funding", of=Scope.ALL))
    async def costs_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same to take away."""
        context = await _costs(request, actor, around)
        head: list[Cell] = [
            gettext("Course number"), gettext("Course"), gettext("Enrolments"),
            gettext("Income with the least number"), gettext("Income with all places taken"),
            gettext("Fees and rooms as planned"), gettext("Income, less refunds"),
            gettext("Trainers' fees, approved"), gettext("Hire of rooms"),
            gettext("Left over, or added by the centre"), gettext("Covered by income"),
        ]  # fmt: skip
        return table_file(request, "kostendeckung", [head, *(row for _, row in context["rows"])])


async def _figures(request: AnyRequest, actor: Actor, around: Around) -> dict[str, Any]:
    sees_all = policy.sees_everything(actor)
    now = around.clock()
    span, is_read = span_in(request, today(around.clock))
    selection = selection_in(request, sees_persons=sees_all)
    async with around.begin.reading() as session:
        data = await counted(session, span, now, selection)
        asked = await questions(session, sees_persons=sees_all)
    is_choice = not selection.is_everything
    sight = sight_of(span, sees_all=sees_all, is_choice=is_choice)
    told = sections(data, sight)
    if policy.may_see_money(actor) and not sight.without_persons:
        told.append(money(data))
    return {
        "told": told, "span": span, "is_read": is_read, "questions": asked, "sight": sight, "data": data, "is_choice": is_choice,
        "chosen": {one.name: request.query_params.get(one.name, "") for one in asked},
        "query": query_of(span, request), "spans": [(words, query_of(one)) for words, one in usual_spans(today(around.clock))],
        "here": f"{PATH}/zahlen", "list_path": PATH,
    }  # fmt: skip


async def _costs(request: AnyRequest, actor: Actor, around: Around) -> dict[str, Any]:
    span, is_read = span_in(request, today(around.clock))
    selection = selection_in(request, sees_persons=False)
    async with around.begin.reading() as session:
        covered = await coverage(session, span, around.clock(), selection, await kinds(session))
        asked = [one for one in await questions(session, sees_persons=False) if one.name != "ort"]
    sees_all = policy.sees_everything(actor)
    shown = [one for one in covered if sees_all or not is_small(one.places)]
    spent = sum(one.after.cost_cents for one in shown)
    return {
        "rows": [(one.run_id, _cost_row(one, sees_all=sees_all)) for one in covered],
        "finding": covered_words(sum(one.after.income_cents for one in shown), spent) if spent else "",
        "hidden": len(covered) - len(shown),
        "span": span, "is_read": is_read, "questions": asked,
        "chosen": {one.name: request.query_params.get(one.name, "") for one in asked},
        "query": query_of(span, request), "spans": [(words, query_of(one)) for words, one in usual_spans(today(around.clock))],
        "here": f"{PATH}/kosten", "list_path": PATH,
    }  # fmt: skip


def _cost_row(one: Covered, *, sees_all: bool) -> list[Cell]:
    before, after = one.before, one.after
    row: list[Cell] = [
        one.number, one.title, one.places, amount(before.least_cents), amount(before.most_cents),
        gettext("no rate known") if before.cost_cents is None else amount(before.cost_cents),
    ]  # fmt: skip
    if not sees_all and is_small(one.places):
        row[2] = HIDDEN
        return [*row, *[HIDDEN] * 5]
    covered = HIDDEN if after.percent is None else f"{after.percent} %"
    return [
        *row, amount(after.income_cents), amount(after.fees_cents), amount(after.rooms_cents),
        amount(after.balance_cents), covered,
    ]  # fmt: skip
