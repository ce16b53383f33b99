"""Devices: the list, one unit, its calendar, and the short way that its label leads."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.kernel.rights import Scope
from lms.resources.devices import stock
from lms.resources.devices.calendars import calendar_of
from lms.resources.devices.days import Month
from lms.resources.devices.errors import NoNumbers, NumberTaken
from lms.resources.devices.forms import NewUnitsForm, UnitForm, numbers_of, unit_values
from lms.resources.devices.inventory import Inventory
from lms.resources.devices.numbering import next_number
from lms.resources.devices.words import (
    CONDITIONS,
    IN_REPAIR,
    KINDS,
    STATUSES,
    gaps_in_words,
    purpose_in_words,
    span_in_words,
    spoken,
)
from lms.resources.models import Device
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext, translated
from lms.web.notices import SAVED, after, declare
from lms.web.pagination import page_of, window
from lms.web.sent import uuid_in
from lms.web.tables import table_file
from lms.web.templating import url
from lms.web.versions import both_versions

DEVICES = "/verwaltung/geraete"
LONGEST_SEARCH = 100
STATE_NAMES = dict(
    zip(
        stock.STATES,
        (
            N_("all but the retired ones"), N_("in use"), N_("in repair"), N_("missing"), N_("damaged"), N_("retired"),
        ),
        strict=True,
    )
)  # fmt: skip
AHEAD = 12
"""So many months of what is coming stand on the page of a unit."""
ADDED = declare("geraete-neu", N_("The devices are recorded. Print labels for them."))


class UnitListPages(Controller):
    """All devices, and new ones."""

    path = DEVICES
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def index(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """A page of devices; four statements."""
        ensure(actor.may_for_all("R", "resource"), actor)
        filters = filters_of(request)
        number, size, offset = window(request.query_params.get("seite"), 50)
        async with begin.reading() as session:
            rows, total = await stock.lines(session, filters, clock(), limit=size, offset=offset)
            models, kits = await stock.model_choices(session), await stock.kit_choices(session)
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "seite"]
        page = page_of(rows, number=number, size=size, total=total, path=DEVICES, query=kept)
        return Template(
            "resources/devices/list.html",
            context={
                "page": page,
                "filters": filters,
                "models": models,
                "kits": kits,
                "states": STATE_NAMES,
                "list_query": urlencode(kept),
                "may_change": actor.may_for_all("C", "resource"),
                **words(),
            },
        )

    @get(["/liste.csv", "/liste.xlsx"], opt=may("R", "resource", of=Scope.ALL))
    async def as_file(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Response[bytes]:
        """The list with its filters, for a spreadsheet."""
        ensure(actor.may_for_all("R", "resource"), actor)
        async with begin.reading() as session:
            rows, _ = await stock.lines(session, filters_of(request), clock())
        header = [
            gettext("Inventory number"), gettext("Model"), gettext("Kind"), gettext("Serial number"), gettext("Kit"),
            gettext("Kept at"), gettext("Condition"), gettext("State"), gettext("Note"),
        ]  # fmt: skip
        return table_file(
            request,
            "geraete",
            [
                header,
                *(
                    [
                        line.unit.inventory_number,
                        spoken(line.model.name, line.model.name_en),
                        translated(KINDS.get(line.model.kind, line.model.kind)),
                        line.unit.serial_number,
                        spoken(line.kit.name, line.kit.name_en) if line.kit else "",
                        line.venue.name if line.venue else "",
                        translated(CONDITIONS.get(line.unit.condition, (line.unit.condition, ""))[0]),
                        translated(state_of(line)[0]),
                        line.unit.note,
                    ]
                    for line in rows
                ),
            ],
        )

    @get("/neu", opt=may("C", "resource"))
    async def ask_new(
        self,
        begin: NamedDependency[Begin],
        modell: FromQuery[str] = "",
        satz: FromQuery[str] = "",
    ) -> Template:
        """The form, with the next free number in it."""
        async with begin.reading() as session:
            suggested = await _next_number(session)
        form = form_from(
            NewUnitsForm, numbers=suggested, model=modell, kit=satz, condition="good", key=str(uuid4())
        )
        return await _new_page(begin, form)

    @post("/neu", opt=may("C", "resource"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        inventory: NamedDependency[Inventory],
    ) -> Template | Redirect:
        """One unit for each number."""
        form = form_from(NewUnitsForm, await request.form())
        await _offer(begin, form)
        status = 422
        if form.validate() and (numbers := numbers_of(form.numbers)):
            try:
                await inventory.add_units(
                    actor, key=key_of(form.key.data), numbers=numbers, facts=form.facts()
                )
                return after(f"{DEVICES}?q={numbers[0] if len(numbers) == 1 else ''}", ADDED)
            except DomainError as refusal:
                at_numbers = isinstance(refusal, (NumberTaken, NoNumbers))
                form.refuse("numbers" if at_numbers else "", refusal.message, **refusal.params)
                status = refusal.status
        return await _new_page(begin, form, status=status)


class UnitPages(Controller):
    """One device. Trainers may look as well: they stand in front of it."""

    path = DEVICES + "/{unit_id:uuid}"
    include_in_schema = False

    @get(opt=may("R", "resource"))
    async def show(
        self,
        unit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """What is known about it, what takes it next, what happened to it."""
        is_team, now = actor.may_for_all("R", "resource"), clock()
        ahead = Month.of("", today(clock))
        for _ in range(AHEAD):
            ahead = ahead.after
        async with begin.reading() as session:
            line = await stock.line_of(session, unit_id, now)
            taken = await stock.coming(session, [unit_id], Period(now, ahead.period.end))
            history = await stock.history_of(session, "device", unit_id) if is_team else []
            gaps = (
                await stock.gaps_of(session, [line.kit.id], Period(now, ahead.period.end)) if line.kit else {}
            )
        return Template(
            "resources/devices/unit.html",
            context={
                "line": line,
                "state": state_of(line),
                "taken": [
                    (
                        one,
                        span_in_words(one.starts_at, one.ends_at),
                        purpose_in_words(one, in_full=is_team),
                        venue,
                        one.kind == "repair",
                    )
                    for one, venue in taken
                ],
                "gaps": [gaps_in_words(one) for one in gaps.values() if not one.is_whole],
                "history": history,
                "is_team": is_team,
                "may_change": actor.may_for_all("U", "resource"),
                **words(),
            },
        )

    @get("/bearbeiten", opt=may("U", "resource"))
    async def ask(self, unit_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        unit = await _unit(begin, unit_id)
        form = form_from(UnitForm, **unit_values(unit))
        await _offer(begin, form)
        return _edit_page(unit, form)

    @post("/bearbeiten", opt=may("U", "resource"))
    async def change(
        self,
        request: Request[Any, Any, Any],
        unit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        inventory: NamedDependency[Inventory],
    ) -> Template | Redirect:
        """Number, model, kit, condition, note."""
        form = form_from(UnitForm, await request.form())
        await _offer(begin, form)
        unit, status, versions = await _unit(begin, unit_id), 422, None
        here = f"{DEVICES}/{unit_id}"
        if form.validate() and not form.problems:
            try:
                await inventory.change_unit(
                    actor, unit_id=unit_id, facts=form.facts(), version=version_of(form.version.data)
                )
                return after(here, SAVED)
            except Stale as refusal:
                unit = await _unit(begin, unit_id)
                stored = form_from(UnitForm, **unit_values(unit))
                versions = both_versions(form, stored, marks=["version"], keep=here)
                status = refusal.status
            except DomainError as refusal:
                at_number = isinstance(refusal, NumberTaken)
                form.refuse("inventory_number" if at_number else "", refusal.message, **refusal.params)
                status = refusal.status
        return _edit_page(unit, form, status=status, versions=versions)

    @get("/kalender", opt=may("R", "resource", of=Scope.ALL))
    async def calendar(
        self,
        unit_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        monat: FromQuery[str] = "",
    ) -> Template:
        """A month of the unit (F-D06)."""
        month = Month.of(monat, today(clock))
        async with begin.reading() as session:
            line = await stock.line_of(session, unit_id, clock())
            taken = await stock.coming(session, [unit_id], month.period)
        here = f"{DEVICES}/{unit_id}"
        return Template(
            "resources/devices/calendar.html",
            context={
                "name": f"{spoken(line.model.name, line.model.name_en)} {line.unit.inventory_number}",
                "back": here,
                "path": f"{here}/kalender",
                "month": month,
                "weeks": calendar_of(month, [one for one, _ in taken]),
            },
        )


class ShortPages(Controller):
    """Where the square code of a label leads."""

    path = "/g"
    include_in_schema = False

    @get("/{number:str}", opt=may("R", "resource"))
    async def find(self, number: FromPath[str], begin: NamedDependency[Begin]) -> Redirect:
        """To the page of the unit with this inventory number."""
        async with begin.reading() as session:
            unit = await stock.unit_by_number(session, number)
        return Redirect(url(f"{DEVICES}/{unit.id}"), status_code=303)


def filters_of(request: Request[Any, Any, Any]) -> stock.Filters:
    """The filters in an address; nonsense narrows nothing."""
    given = request.query_params
    state = given.get("zustand", "")
    return stock.Filters(
        typed=given.get("q", "").strip()[:LONGEST_SEARCH],
        model_id=uuid_in(given.get("modell")),
        kit_id=uuid_in(given.get("satz")),
        state=state if state in stock.STATES else "",
    )


def state_of(line: stock.Line) -> tuple[str, str]:
    """Word and tone of what a unit is right now."""
    if line.is_in_repair and line.unit.status == "usable":
        return IN_REPAIR
    return STATUSES[line.unit.status]


def words() -> dict[str, Any]:
    """The words that templates about devices use."""
    return {"kinds": KINDS, "conditions": CONDITIONS, "state_of": state_of}


def version_of(text: str | None) -> int:
    """The version a form carries; a broken one counts as stale."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def key_of(text: str | None) -> UUID:
    """The id that a form carries for what it creates; a new one where it carries none."""
    return uuid_in(text) or uuid4()


async def _unit(begin: Begin, unit_id: UUID) -> Device:
    async with begin.reading() as session:
        unit = await session.get(Device, unit_id)
    if unit is None:
        raise NotFound
    return unit


async def _next_number(session: Any) -> str:
    highest = select(Device.inventory_number).order_by(
        func.length(Device.inventory_number).desc(), Device.inventory_number.desc()
    )
    return next_number((await session.scalars(highest.limit(100))).all())


async def _offer(begin: Begin, form: UnitForm | NewUnitsForm) -> None:
    async with begin.reading() as session:
        form.model.choices = await stock.model_choices(session)
        form.kit.choices = await stock.kit_choices(session)
        form.home.choices = await stock.venue_choices(session)


async def _new_page(begin: Begin, form: NewUnitsForm, *, status: int = 200) -> Template:
    await _offer(begin, form)
    return Template("resources/devices/new_units.html", context={"form": form}, status_code=status)


def _edit_page(unit: Device, form: UnitForm, *, status: int = 200, versions: Any = None) -> Template:
    return Template(
        "resources/devices/form.html",
        context={
            "form": form,
            "title": gettext("Device %(number)s", number=unit.inventory_number),
            "path": f"{DEVICES}/{unit.id}/bearbeiten",
            "back": f"{DEVICES}/{unit.id}",
            "versions": versions,
            "intro": "",
        },
        status_code=status,
    )
