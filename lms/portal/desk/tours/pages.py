"""`/verwaltung/geraete/reiseplan`: where the travelling kits go, and a packing list for each stop."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.kernel.clock import local
from lms.kernel.rights import Scope
from lms.portal.desk.tours.reading import districts_of, packing_of, tours
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import time_range
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.tables import table_file

PATH = "/verwaltung/geraete/reiseplan"


class TourPages(Controller):
    """For whoever drives, and whoever plans in the districts."""

    path = PATH
    opt = may("R", "resource", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """Each kit with its stops of the coming six weeks."""
        async with around.begin.reading() as session:
            found = await tours(session, around.clock(), around.settings.travel_minutes)
        context = {"tours": found, "districts": districts_of(found), "here": PATH}
        return Template("portal/desk/tours/index.html", context=context)

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(
        self, request: Request[Any, Any, Any], around: NamedDependency[Around]
    ) -> Response[bytes]:
        """The same to take away."""
        async with around.begin.reading() as session:
            found = await tours(session, around.clock(), around.settings.travel_minutes)
        rows: list[list[Cell]] = [
            [
                gettext("Kit"), gettext("Day"), gettext("Time"), gettext("Place"), gettext("District"), gettext("For"),
                gettext("Course number"), gettext("Devices"), gettext("Minutes to drive"),
            ]
        ]  # fmt: skip
        rows += [
            [
                tour.kit.name, local(stop.starts_at).date(), time_range(stop.starts_at, stop.ends_at), stop.venue.name,
                stop.venue.district, stop.course or stop.purpose, stop.purpose if stop.course else "",
                stop.units, stop.way_minutes,
            ]
            for tour in found
            for stop in tour.stops
        ]  # fmt: skip
        return table_file(request, "reiseplan", rows)

    @get("/{kit_id:uuid}/{cause_id:uuid}")
    async def packing(
        self, kit_id: FromPath[UUID], cause_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """What is packed for one stop, whom one meets, and where the key is; made for print."""
        async with around.begin.reading() as session:
            found = await packing_of(
                session, kit_id, cause_id, around.clock(), around.settings.travel_minutes
            )
        return Template("portal/desk/tours/packing.html", context={"packing": found, "list_path": PATH})
