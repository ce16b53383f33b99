"""How much rooms are used, by month."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.rights import Scope
from lms.portal.desk.rooms.reading import ROOMS
from lms.resources.models import ReservationKind
from lms.resources.occupancy import RoomMonth, month_after, occupancy
from lms.web.access import may
from lms.web.language import gettext
from lms.web.tables import table_file

YEARS = range(2020, 2100)


class OccupancyPages(Controller):
    """The table of a month, and the figures of a year as a file."""

    path = f"{ROOMS}/auslastung"
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def month(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        monat: FromQuery[str] = "",
    ) -> Template:
        """Every room in one month; three statements."""
        ensure(actor.may_for_all("R", "resource"), actor)
        month = _month(monat, clock)
        async with begin.reading() as session:
            rows = await occupancy(session, month)
        return Template(
            "portal/desk/rooms/occupancy.html",
            context={
                "month": month,
                "before": month_after(month, -1),
                "after": month_after(month),
                "rows": sorted(rows, key=lambda row: -(row.percent or 0)),
                "kinds": ReservationKind,
            },
        )

    @get(["/datei.csv", "/datei.xlsx"], opt=may("R", "resource", of=Scope.ALL))
    async def year(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        monat: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The twelve months of the year for a spreadsheet; three statements."""
        ensure(actor.may_for_all("R", "resource"), actor)
        year = _month(monat, clock).year
        async with begin.reading() as session:
            rows = await occupancy(session, date(year, 1, 1), 12)
        return table_file(request, f"auslastung-{year}", [_headings(), *(_cells(row) for row in rows)])


def _headings() -> Sequence[str]:
    return (
        gettext("Month"),
        gettext("Venue"),
        gettext("Room"),
        gettext("Hours of courses"),
        gettext("Hours of bookings"),
        gettext("Hours closed"),
        gettext("Opening hours in hours"),
        gettext("Used in percent of the opening hours"),
    )


def _cells(row: RoomMonth) -> Sequence[str | float | int | None]:
    return (
        f"{row.month:%m.%Y}",
        row.venue.name,
        row.room.name,
        _hours(row.minutes[ReservationKind.SESSION]),
        _hours(row.minutes[ReservationKind.BOOKING]),
        _hours(row.minutes[ReservationKind.CLOSURE]),
        None if row.open_minutes is None else _hours(row.open_minutes),
        row.percent,
    )


def _hours(minutes: int) -> float:
    return round(minutes / 60, 2)


def _month(typed: str, clock: Clock) -> date:
    """The month of an address such as 2026-12; whatever else is this month."""
    try:
        month = date.fromisoformat(f"{typed}-01")
    except ValueError:
        month = today(clock).replace(day=1)
    return month if month.year in YEARS else today(clock).replace(day=1)
