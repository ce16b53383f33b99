"""`/kursleitung/zahlen`: what one has taught oneself, in numbers."""

from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.reports.asking import AnyRequest, query_of, span_in, usual_spans
from lms.reports.figures.selecting import Selection
from lms.reports.figures.whole import counted
from lms.reports.telling import Sight, flat, sections
from lms.web.access import may
from lms.web.module import Around
from lms.web.tables import table_file

PATH = "/kursleitung/zahlen"
OWN = frozenset({"totals", "areas", "venues"})


class TrainerFigurePages(Controller):
    """Sums of one's own runs. Whoever teaches knows the people: nothing is hidden, and nothing of others is in it."""

    path = PATH
    opt = may("R", "report", of=Scope.OWN_RUNS)
    include_in_schema = False

    @get()
    async def figures(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Template:
        """The figures of a time."""
        return Template("reports/own.html", context=await _own(request, actor, around))

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same to take away."""
        context = await _own(request, actor, around)
        return table_file(request, "meine-zahlen", flat(context["told"]))


async def _own(request: AnyRequest, actor: Actor, around: Around) -> dict[str, Any]:
    if actor.person_id is None:
        raise NotFound
    span, is_read = span_in(request, today(around.clock))
    async with around.begin.reading() as session:
        data = await counted(session, span, around.clock(), Selection(trainer_id=actor.person_id))
    return {
        "told": [one for one in sections(data, Sight(sees_all=True)) if one.key in OWN],
        "span": span, "is_read": is_read, "questions": [], "chosen": {}, "data": data,
        "query": query_of(span, request), "spans": [(words, query_of(one)) for words, one in usual_spans(today(around.clock))],
        "here": PATH,
    }  # fmt: skip
