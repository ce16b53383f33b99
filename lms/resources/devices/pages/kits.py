"""Kits: what belongs into them, what is missing, when they are on their way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import func, select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.rights import Scope
from lms.resources.devices import stock
from lms.resources.devices.calendars import calendar_of
from lms.resources.devices.days import Month, day_of
from lms.resources.devices.errors import KitNeedsName, NoSuchNumber
from lms.resources.devices.forms import KitForm, kit_values
from lms.resources.devices.inventory import Inventory
from lms.resources.devices.numbering import TooManyNumbers, UnreadableNumbers
from lms.resources.devices.pages.units import DEVICES, key_of, version_of, words
from lms.resources.devices.words import gaps_in_words, spoken
from lms.resources.models import Device, DeviceStatus, Kit, KitPart, Venue
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.versions import both_versions

KITS = f"{DEVICES}/saetze"
AT_NUMBERS = (NoSuchNumber, UnreadableNumbers, TooManyNumbers)


@dataclass(frozen=True, slots=True)
class Whole:
    """A kit with its units and parts."""

    kit: Kit
    venue: Venue | None
    lines: Sequence[stock.Line]
    parts: list[KitPart]


class KitPages(Controller):
    """The list, and a page for each."""

    path = KITS
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def index(
        self,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Every kit, and what it lacks today; four statements."""
        ensure(actor.may_for_all("R", "resource"), actor)
        async with begin.reading() as session:
            rows = (
                await session.execute(
                    select(Kit, Venue.name, func.count(Device.id))
                    .outerjoin(Venue, Venue.id == Kit.home_id)
                    .outerjoin(Device, (Device.kit_id == Kit.id) & (Device.status != DeviceStatus.RETIRED))
                    .group_by(Kit.id, Venue.name)
                    .order_by(Kit.name)
                )
            ).all()
            gaps = await stock.gaps_of(session, [row[0].id for row in rows], day_of(today(clock)))
        return Template(
            "resources/devices/kits.html",
            context={
                "rows": [(kit, venue, count, gaps_in_words(gaps[kit.id])) for kit, venue, count in rows],
                "may_change": actor.may_for_all("C", "resource"),
            },
        )

    @get("/neu", opt=may("C", "resource"))
    async def ask_new(self, begin: NamedDependency[Begin]) -> Template:
        form = form_from(KitForm, key=str(uuid4()))
        await _offer(begin, form)
        return _page(None, form)

    @post("/neu", opt=may("C", "resource"))
    async def add(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        inventory: NamedDependency[Inventory],
    ) -> Template | Redirect:
        """A new kit."""
        form = form_from(KitForm, await request.form())
        await _offer(begin, form)
        status = 422
        if form.validate():
            try:
                kit = await inventory.add_kit(actor, key=key_of(form.key.data), facts=form.facts())
                return after(f"{KITS}/{kit.id}", SAVED)
            except DomainError as refusal:
                _say(form, refusal)
                status = refusal.status
        return _page(None, form, status=status)

    @get("/{kit_id:uuid}", opt=may("R", "resource", of=Scope.ALL))
    async def show(
        self,
        kit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        monat: FromQuery[str] = "",
    ) -> Template:
        """What is in it, what it lacks, when it is taken."""
        ensure(actor.may_for_all("R", "resource"), actor)
        month = Month.of(monat, today(clock))
        async with begin.reading() as session:
            whole = await _whole(session, kit_id, clock)
            gaps = await stock.gaps_of(session, [kit_id], day_of(today(clock)))
            taken = await stock.coming(session, [line.unit.id for line in whole.lines], month.period)
            history = await stock.history_of(session, "kit", kit_id)
        return Template(
            "resources/devices/kit.html",
            context={
                "whole": whole,
                "gaps": gaps_in_words(gaps[kit_id]),
                "month": month,
                "path": f"{KITS}/{kit_id}",
                "weeks": calendar_of(
                    month,
                    [one for one, _ in taken],
                    {line.unit.id: line.unit.inventory_number for line in whole.lines},
                ),
                "history": history,
                "may_change": actor.may_for_all("U", "resource"),
                **words(),
            },
        )

    @get("/{kit_id:uuid}/bearbeiten", opt=may("U", "resource"))
    async def ask(
        self, kit_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        form, kit = await _stored(begin, kit_id, clock)
        await _offer(begin, form)
        return _page(kit, form)

    @post("/{kit_id:uuid}/bearbeiten", opt=may("U", "resource"))
    async def change(
        self,
        request: Request[Any, Any, Any],
        kit_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        inventory: NamedDependency[Inventory],
    ) -> Template | Redirect:
        """Names, place, units, parts."""
        form = form_from(KitForm, await request.form())
        await _offer(begin, form)
        stored, kit = await _stored(begin, kit_id, clock)
        status, versions = 422, None
        if form.validate():
            try:
                await inventory.change_kit(
                    actor, kit_id=kit_id, facts=form.facts(), version=version_of(form.version.data)
                )
                return after(f"{KITS}/{kit_id}", SAVED)
            except Stale as refusal:
                versions = both_versions(form, stored, marks=["version"], keep=f"{KITS}/{kit_id}")
                status = refusal.status
            except DomainError as refusal:
                _say(form, refusal)
                status = refusal.status
        return _page(kit, form, status=status, versions=versions)


async def _whole(session: Any, kit_id: UUID, clock: Clock) -> Whole:
    row = (
        await session.execute(
            select(Kit, Venue).outerjoin(Venue, Venue.id == Kit.home_id).where(Kit.id == kit_id)
        )
    ).first()
    if row is None:
        raise NotFound
    lines, _ = await stock.lines(session, stock.Filters(kit_id=kit_id), clock())
    parts = await session.scalars(select(KitPart).where(KitPart.kit_id == kit_id).order_by(KitPart.name))
    return Whole(row[0], row[1], lines, list(parts))


async def _stored(begin: Begin, kit_id: UUID, clock: Clock) -> tuple[KitForm, Kit]:
    async with begin.reading() as session:
        whole = await _whole(session, kit_id, clock)
    numbers = [line.unit.inventory_number for line in whole.lines]
    return form_from(KitForm, **kit_values(whole.kit, numbers, whole.parts)), whole.kit


async def _offer(begin: Begin, form: KitForm) -> None:
    async with begin.reading() as session:
        form.home.choices = await stock.venue_choices(session)


def _say(form: KitForm, refusal: DomainError) -> None:
    field = (
        "numbers" if isinstance(refusal, AT_NUMBERS) else "name" if isinstance(refusal, KitNeedsName) else ""
    )
    form.refuse(field, refusal.message, **refusal.params)


def _page(kit: Kit | None, form: KitForm, *, status: int = 200, versions: Any = None) -> Template:
    here = f"{KITS}/{kit.id}" if kit else KITS
    return Template(
        "resources/devices/form.html",
        context={
            "form": form,
            "title": spoken(kit.name, kit.name_en) if kit else gettext("New kit"),
            "path": f"{here}/bearbeiten" if kit else f"{KITS}/neu",
            "back": here,
            "versions": versions,
            "intro": gettext("A kit is kept, planned and checked as one."),
        },
        status_code=status,
    )
