"""`/verwaltung/ortsteile`: the districts and their inhabitants, and which words are used that are not in the list."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import func, select, union_all

from lms.districts.errors import CountedInFuture, CountWithoutSource, DistrictKnown
from lms.districts.models import District
from lms.districts.queries import all_districts
from lms.districts.service import Districts
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.people.models import Person
from lms.resources.models import Venue
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.formats import number
from lms.web.forms import DateParts, Form, Hidden, Number, Text, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import SAVED, after, declare
from lms.web.sent import uuid_in
from lms.web.tables import table_file
from lms.web.versions import Versions, both_versions, version_in

PATH = "/verwaltung/ortsteile"
MOST_INHABITANTS = 5_000_000
UNKNOWN_SHOWN = 30
NUMBER_OF = "einwohner_"
REMOVED = declare("ortsteil-entfernt", N_("The district is no longer in the list."))
AnyRequest = Request[Any, Any, Any]


class DistrictForm(Form):
    """A further district."""

    key = Hidden()
    name = Text(N_("Name of the district"), missing=N_("Enter the name of the district."), longest=80)


class CountForm(Form):
    """How many people live there."""

    version = Hidden()
    inhabitants = Number(
        N_("Inhabitants"),
        hint=N_("Leave it empty where nobody knows. Nothing is reckoned per 1,000 inhabitants then."),
        least=1,
        most=MOST_INHABITANTS,
        width=7,
    )
    counted_on = DateParts(N_("Counted on"))
    source = Text(
        N_("Source"), hint=N_("For example: Einwohnermeldeamt, Statistik zum Jahresende"), longest=200
    )


class StatisticForm(Form):
    """What all numbers of one statistic have in common; the numbers themselves follow the list."""

    counted_on = DateParts(N_("Counted on"), missing=N_("Enter the day on which they were counted."))
    source = Text(
        N_("Source"),
        hint=N_("For example: Einwohnermeldeamt, Statistik zum Jahresende"),
        missing=N_("Enter who counted them."),
        longest=200,
    )

    @property
    def numbers(self) -> dict[UUID, int]:
        """What was typed, by district; what was left empty is not there."""
        return {
            UUID(field.name.removeprefix(NUMBER_OF)): field.data
            for field in self
            if field.name.startswith(NUMBER_OF) and field.data is not None
        }


def statistic_form(districts: Sequence[District], sent: Any = None) -> StatisticForm:
    """A number for each district, then the day and the source of all."""
    fields = {
        f"{NUMBER_OF}{one.id}": Number(
            one.name,
            hint=gettext("So far %(count)s", count=number(one.inhabitants)) if one.inhabitants else "",
            least=1,
            most=MOST_INHABITANTS,
            width=7,
        )
        for one in districts
    }
    made: type[StatisticForm] = type("StatisticFormOfTown", (StatisticForm,), fields)
    return form_from(made, sent)


class DistrictPages(Controller):
    """The list, and one district."""

    path = PATH
    opt = may("U", "district", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def index(self, around: NamedDependency[Around]) -> Template:
        """All districts; two statements."""
        return await _list_page(around, form_from(DistrictForm, None, key=str(uuid4())))

    @get(["/liste.csv", "/liste.xlsx"])
    async def as_file(self, request: AnyRequest, around: NamedDependency[Around]) -> Response[bytes]:
        """The same to take away."""
        async with around.begin.reading() as session:
            found = await all_districts(session)
        rows: list[list[Cell]] = [
            [gettext("District"), gettext("Inhabitants"), gettext("Counted on"), gettext("Source")]
        ]
        rows += [[one.name, one.inhabitants, one.counted_on, one.source] for one in found]
        return table_file(request, "ortsteile", rows)

    @post()
    async def add(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        districts: NamedDependency[Districts],
    ) -> Response[Any]:
        """A further one."""
        form = form_from(DistrictForm, await request.form())
        if not form.validate():
            return await _list_page(around, form, status=422)
        district_id = uuid_in(form.key.data) or uuid4()
        try:
            await districts.add(actor, district_id=district_id, name=form.name.data)
        except DistrictKnown as refusal:
            form.refuse("name", refusal.message)
            return await _list_page(around, form, status=refusal.status)
        return after(f"{PATH}/{district_id}", SAVED)

    @get("/einwohner")
    async def ask_all(self, around: NamedDependency[Around]) -> Template:
        """The numbers of one statistic for all districts at once."""
        async with around.begin.reading() as session:
            return _statistic_page(statistic_form(await all_districts(session)))

    @post("/einwohner")
    async def count_all(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        districts: NamedDependency[Districts],
    ) -> Response[Any]:
        """Write them down; what is left empty stays as it is."""
        async with around.begin.reading() as session:
            known = await all_districts(session)
        form = statistic_form(known, await request.form())
        if not form.validate():
            return _statistic_page(form, status=422)
        try:
            await districts.count_several(
                actor, inhabitants=form.numbers, counted_on=form.counted_on.data, source=form.source.data
            )
        except CountedInFuture as refusal:
            form.refuse("counted_on", refusal.message)
            return _statistic_page(form, status=refusal.status)
        return after(PATH, SAVED)

    @get("/{district_id:uuid}")
    async def show(self, district_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """How many people live there, and who says so."""
        row = await _known(around, district_id)
        return _page(row, _stored(row))

    @post("/{district_id:uuid}")
    async def count(
        self,
        request: AnyRequest,
        district_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        districts: NamedDependency[Districts],
    ) -> Response[Any]:
        """Write it down."""
        row = await _known(around, district_id)
        form = form_from(CountForm, await request.form())
        if not form.validate():
            return _page(row, form, status=422)
        try:
            await districts.count(
                actor, district_id=district_id, inhabitants=form.inhabitants.data, counted_on=form.counted_on.data,
                source=form.source.data or "", version=version_in(form.version.data) or 0,
            )  # fmt: skip
        except CountWithoutSource as refusal:
            form.refuse("source" if not form.source.data else "counted_on", refusal.message)
            return _page(row, form, status=refusal.status)
        except CountedInFuture as refusal:
            form.refuse("counted_on", refusal.message)
            return _page(row, form, status=refusal.status)
        except Stale as refusal:
            now = await _known(around, district_id)
            versions = both_versions(form, _stored(now), marks=["version"], keep=f"{PATH}/{district_id}")
            return _page(now, form, status=refusal.status, versions=versions)
        return after(PATH, SAVED)

    @post("/{district_id:uuid}/entfernen")
    async def remove(
        self,
        district_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        districts: NamedDependency[Districts],
    ) -> Response[Any]:
        """Take it off the list."""
        await districts.remove(actor, district_id=district_id)
        return after(PATH, REMOVED)


async def _known(around: Around, district_id: UUID) -> District:
    async with around.begin.reading() as session:
        row = await session.get(District, district_id)
    if row is None:
        raise NotFound
    return row


async def _list_page(around: Around, form: DistrictForm, *, status: int = 200) -> Template:
    named = union_all(
        select(Venue.district.label("name")),
        select(Person.district.label("name")).where(Person.merged_into_id.is_(None)),
    ).subquery()
    async with around.begin.reading() as session:
        found = await all_districts(session)
        known = [one.name for one in found]
        unknown = await session.execute(
            select(named.c.name, func.count())
            .where(named.c.name != "", named.c.name.not_in(known))
            .group_by(named.c.name)
            .order_by(func.count().desc(), named.c.name)
            .limit(UNKNOWN_SHOWN)
        )
        others = [(name, count) for name, count in unknown]
    context = {"form": form, "found": found, "others": others, "here": PATH}
    return Template("portal/desk/districts.html", context=context, status_code=status)


def _statistic_page(form: StatisticForm, *, status: int = 200) -> Template:
    named = [field for field in form if field.name.startswith(NUMBER_OF)]
    context = {"form": form, "numbers": named, "here": f"{PATH}/einwohner", "list_path": PATH}
    return Template("portal/desk/districts_count.html", context=context, status_code=status)


def _stored(row: District) -> CountForm:
    return form_from(
        CountForm, None, version=str(row.version), inhabitants=row.inhabitants, counted_on=row.counted_on,
        source=row.source,
    )  # fmt: skip


def _page(row: District, form: CountForm, *, status: int = 200, versions: Versions | None = None) -> Template:
    context = {"row": row, "form": form, "here": f"{PATH}/{row.id}", "list_path": PATH, "versions": versions}
    return Template("portal/desk/district.html", context=context, status_code=status)
