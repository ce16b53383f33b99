"""`/verwaltung/finanzen/honorare/einheiten`: units held and deductions by trainer and time (F-H13); planners see no money."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from lms.honoraria.statements import policy
from lms.honoraria.statements.models import LineKind
from lms.honoraria.statements.report import FEES as OF_FEES
from lms.honoraria.statements.report import TRAVEL, Performed, performed
from lms.honoraria.statements.rules import month_of, next_month, units
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.rights import Scope
from lms.portal.finance.fee_words import UNITS
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.module import Around
from lms.web.tables import table_file

MOST_DAYS = 731
AnyRequest = Request[Any, Any, Any]


class FeeUnitPages(Controller):
    """The report."""

    path = UNITS
    opt = may("R", "fee-statement", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        von: FromQuery[str] = "",
        bis: FromQuery[str] = "",
    ) -> Template:
        """Who taught how many units, what stood in for whom and why; for finance with amounts."""
        first, last = _time(von, bis, around.clock)
        async with around.begin.reading() as session:
            rows = await performed(session, around.settings, around.clock(), first=first, last=last)
        return Template(
            "portal/finance/fee_units.html",
            context={
                "rows": rows, "first": first, "last": last, "units": units, "with_money": policy.may_settle(actor),
                "fees": OF_FEES, "travel": TRAVEL, "deduction": (LineKind.DEDUCTION,), "material": (LineKind.MATERIAL,),
                "query": f"von={first.isoformat()}&bis={last.isoformat()}",
                "previous": (month_of(first - timedelta(days=1)), first - timedelta(days=1)),
            },
        )  # fmt: skip

    @get(["/einheiten.csv", "/einheiten.xlsx"])
    async def export(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        von: FromQuery[str] = "",
        bis: FromQuery[str] = "",
    ) -> Response[bytes]:
        """One row for each trainer."""
        first, last = _time(von, bis, around.clock)
        async with around.begin.reading() as session:
            rows = await performed(session, around.settings, around.clock(), first=first, last=last)
        return table_file(request, "einheiten", _summary(rows, with_money=policy.may_settle(actor)))

    @get(["/termine.csv", "/termine.xlsx"])
    async def export_sessions(
        self,
        request: AnyRequest,
        around: NamedDependency[Around],
        von: FromQuery[str] = "",
        bis: FromQuery[str] = "",
    ) -> Response[bytes]:
        """One row for each session, with the reason where somebody stood in."""
        first, last = _time(von, bis, around.clock)
        async with around.begin.reading() as session:
            rows = await performed(session, around.settings, around.clock(), first=first, last=last)
        return table_file(request, "gehaltene-termine", _sessions(rows))


def _summary(rows: Sequence[Performed], *, with_money: bool) -> list[Sequence[Cell]]:
    head = ["Kursleitung", "Termine", "Minuten", "Einheiten", "davon vertreten", "noch nicht gezählt"]
    money = ["Honorar", "Fahrten", "Material", "Abzüge"] if with_money else []
    lines: list[Sequence[Cell]] = [[*head, *money]]
    for one in rows:
        cells: list[Cell] = [
            one.person.name, len(one.held), one.minutes, units(one.minutes), len(one.substituted), len(one.open)
        ]  # fmt: skip
        if with_money:
            kinds = (OF_FEES, TRAVEL, (LineKind.MATERIAL,), (LineKind.DEDUCTION,))
            cells += [one.sum_of(kind) / 100 for kind in kinds]
        lines.append(cells)
    return lines


def _sessions(rows: Sequence[Performed]) -> list[Sequence[Cell]]:
    lines: list[Sequence[Cell]] = [
        [
            "Tag",
            "Kursleitung",
            "Kurs",
            "Kursnummer",
            "Minuten",
            "Einheiten",
            "Vertretung",
            "Grund der Vertretung",
            "gezählt",
        ]
    ]
    for row in rows:
        lines += [
            [
                one.day, row.person.name, str(one.facts["course_de"]), str(one.facts["run"]), one.minutes,
                units(one.minutes), "ja" if one.substitution is not None else "nein", one.substitution or "",
                "ja" if one in row.held else "nein",
            ]
            for one in sorted([*row.held, *row.open], key=lambda taught: (taught.day, str(taught.session_id)))
        ]  # fmt: skip
    return lines


def _time(first: str, last: str, clock: Clock) -> tuple[date, date]:
    """The days that were asked for; else the last month that is over."""
    month = month_of(month_of(today(clock)) - timedelta(days=1))
    try:
        starts, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return month, next_month(month) - timedelta(days=1)
    if ends < starts or (ends - starts).days > MOST_DAYS:
        return starts, min(max(ends, starts), starts + timedelta(days=MOST_DAYS))
    return starts, ends
