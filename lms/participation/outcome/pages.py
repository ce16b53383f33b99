"""`/gewuenscht`: what was wished and what was made of it; wishes and offers by district."""

from collections.abc import Iterator, Sequence
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from lms.participation.models import Round
from lms.participation.outcome.reading import Account, account, by_district
from lms.participation.outcome.rules import Conversion
from lms.web.access import PUBLIC
from lms.web.charts import Bar, bars_of
from lms.web.csv import Cell
from lms.web.language import current_language, gettext, ngettext
from lms.web.module import Around
from lms.web.tables import table_file


class OutcomePages(Controller):
    """For everybody to read, the council among them."""

    opt = PUBLIC
    include_in_schema = False

    @get("/gewuenscht")
    async def show(self, around: NamedDependency[Around]) -> Template:
        """Stories first, then how many wishes went how far."""
        now = around.clock()
        async with around.begin.reading() as session:
            told = await account(session)
        return Template(
            "participation/outcome.html",
            context={
                "told": told,
                "at": now,
                "finding": finding(told.total),
                "bars": bars(told.total),
                "rounds": [(title_of(one), counted) for one, counted in told.rounds],
            },
        )

    @get(["/gewuenscht/zahlen.csv", "/gewuenscht/zahlen.xlsx"])
    async def as_file(
        self, request: Request[Any, Any, Any], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The numbers of each round to take away."""
        async with around.begin.reading() as session:
            told = await account(session)
        return table_file(request, "gewuenscht", _rows(told))

    @get("/wuensche/ortsteile")
    async def districts(self, around: NamedDependency[Around]) -> Template:
        """What is wished for and what is offered, district by district (F-N12)."""
        async with around.begin.reading() as session:
            found = await by_district(session, around.clock())
        return Template("participation/districts.html", context={"districts": found})


def finding(total: Conversion) -> str:
    """What the chart says, as its heading."""
    if not total.wishes:
        return gettext("There are no wishes yet.")
    return ngettext(
        "Of %(num)s wish %(held)s has become a course that took place.",
        "Of %(num)s wishes %(held)s have become a course that took place.",
        total.wishes,
        held=total.held,
    )


def bars(total: Conversion) -> Sequence[Bar]:
    """From the wish to the course, each as a part of all wishes."""
    steps = (
        (gettext("wished"), total.wishes),
        (gettext("answered"), total.answered),
        (gettext("planned or held"), total.planned),
        (gettext("carried out"), total.held),
    )
    return bars_of([(words, number, str(number)) for words, number in steps], most=total.wishes or None)


def title_of(one: Round | None) -> str:
    """A round in the language of the page; wishes outside of any are told together."""
    if one is None:
        return gettext("Without a voting")
    return (one.title_en if current_language() == "en" else "") or one.title_de


def _rows(told: Account) -> Iterator[Sequence[Cell]]:
    yield [
        gettext("Voting"), gettext("Wishes"), gettext("Answered"), gettext("Planned or held"), gettext("Held"),
        gettext("Held, in percent"), gettext("Days until the answer (median)"),
    ]  # fmt: skip
    for one, counted in told.rounds:
        yield [title_of(one), *_numbers(counted)]
    yield [gettext("All"), *_numbers(told.total)]


def _numbers(one: Conversion) -> list[Cell]:
    return [one.wishes, one.answered, one.planned, one.held, one.percent(one.held), one.days]
