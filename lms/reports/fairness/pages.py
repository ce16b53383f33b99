"""`/verwaltung/berichte/ortsteile` for the team, `/ortsteile` for council and citizens."""

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.rights import Scope
from lms.reports import policy
from lms.reports.asking import AnyRequest, query_of, span_in, usual_spans
from lms.reports.fairness.counting import Row, by_district, rounded
from lms.reports.fairness.telling import parts, sources, told, uncounted
from lms.reports.figures.spans import Span, year
from lms.web.access import PUBLIC, may
from lms.web.module import Around
from lms.web.tables import table_file

LIST = "/verwaltung/berichte"
PATH = f"{LIST}/ortsteile"


class FairnessPages(Controller):
    """What each district gets, in any time."""

    path = LIST
    opt = may("R", "report", of=Scope.ALL)
    include_in_schema = False

    @get("/ortsteile")
    async def show(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The districts side by side; the days stand in the address."""
        span, is_read = span_in(request, today(around.clock))
        sees_all = policy.sees_everything(actor)
        context = _context(await _counted(around, span, sees_all=sees_all), span)
        return Template(
            "reports/districts.html",
            context={
                **context, "is_other_time": not sees_all and not span.is_year, "is_read": is_read, "here": PATH, "list_path": LIST, "query": query_of(span),
                "spans": [(words, query_of(one)) for words, one in usual_spans(today(around.clock))],
                "may_count": actor.may_for_all("U", "district"),
            },
        )  # fmt: skip

    @get(["/ortsteile.csv", "/ortsteile.xlsx"])
    async def as_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same to take away."""
        span, _ = span_in(request, today(around.clock))
        part = told(await _counted(around, span, sees_all=policy.sees_everything(actor)))
        return table_file(request, f"ortsteile-{span.first}-{span.last}", [part.head, *part.rows])


class PublicDistrictPages(Controller):
    """The same of this year for everybody: small numbers of people are never in it."""

    path = "/ortsteile"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def show(self, around: NamedDependency[Around]) -> Template:
        """What was offered in which district this year."""
        span = year(today(around.clock).year)
        context = _context(rounded(await _counted(around, span, sees_all=False)), span)
        return Template("reports/districts_public.html", context=context)


async def _counted(around: Around, span: Span, *, sees_all: bool) -> Sequence[Row]:
    async with around.begin.reading() as session:
        return await by_district(
            session, span, around.clock(), sees_all=sees_all, state=around.settings.federal_state
        )


def _context(rows: Sequence[Row], span: Span) -> dict[str, Any]:
    return {
        "parts": parts(rows), "span": span, "sources": sources(rows), "uncounted": uncounted(rows),
        "is_empty": not any(row.counts["sessions"] or row.counts["desk_times"] for row in rows),
        "has_districts": any(row.name for row in rows),
    }  # fmt: skip
