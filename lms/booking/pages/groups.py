"""Who books and what they pay: groups with their rules, and what differs from room to room."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.errors import GroupInUse
from lms.booking.forms import GroupForm
from lms.booking.models import BookerGroup, Tariff
from lms.booking.queries import groups
from lms.booking.tariffs import GroupFacts, Tariffs, state_of
from lms.booking.words import group_words, room_words
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound, Stale
from lms.resources.models import Room, Venue
from lms.web.access import may
from lms.web.forms import Euro, Form, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after

GROUPS = "/verwaltung/buchungen/gruppen"
MOST_ROOMS = 60
"""So many rooms get a field of their own; a form has at most 100 fields (S-34)."""
AnyRequest = Request[Any, Any, Any]
Places = list[tuple[Room, Venue]]


class GroupPages(Controller):
    """The list, one group, a new one."""

    path = GROUPS
    opt = may("U", "room-booking")
    include_in_schema = False

    @get()
    async def index(self, begin: NamedDependency[Begin]) -> Template:
        """All groups with their rules; two statements."""
        async with begin.reading() as session:
            found = await groups(session, with_internal=True)
            differing = {
                row.group_id: row[1]
                for row in await session.execute(
                    select(Tariff.group_id, func.count()).group_by(Tariff.group_id)
                )
            }
        return Template(
            "booking/desk/groups.html",
            context={"groups": found, "group_words": group_words, "differing": differing},
        )

    @get("/neu")
    async def ask_new(self) -> Template:
        """One more group."""
        return _new_page(form_from(GroupForm, price=0, days=180, seen=str(uuid4())))

    @post("/neu")
    async def add(
        self, request: AnyRequest, actor: NamedDependency[Actor], tariffs: NamedDependency[Tariffs]
    ) -> Template | Redirect:
        """Write it down, once."""
        form = form_from(GroupForm, await request.form())
        if not form.validate():
            return _new_page(form, status=422)
        try:
            key: UUID | None = UUID(form.seen.data or "")
        except ValueError:
            key = None
        try:
            group = await tariffs.add(actor, _facts(form), group_id=key)
        except GroupInUse as refusal:
            form.refuse("name_de", refusal.message)
            return _new_page(form, status=refusal.status)
        return after(f"{GROUPS}/{group.id}", SAVED)

    @get("/{group_id:uuid}")
    async def ask(self, group_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        """The rules of a group and its prices room by room."""
        async with begin.reading() as session:
            group, known, places = await _read(session, group_id)
        return _group_page(group, known, places, _filled(group, known, places))

    @post("/{group_id:uuid}")
    async def change(
        self,
        request: AnyRequest,
        group_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        tariffs: NamedDependency[Tariffs],
    ) -> Template | Redirect:
        """Save them. Prices of dates that are approved stay as they are."""
        async with begin.reading() as session:
            group, known, places = await _read(session, group_id)
        form = form_from(_form_with(places), await request.form())
        if not form.validate():
            return _group_page(group, known, places, form, status=422)
        wanted = {
            room.id: form[_field(room)].data for room, _ in places if form[_field(room)].data is not None
        }
        try:
            await tariffs.change(
                actor,
                group_id=group_id,
                facts=_facts(form, position=group.position),
                tariffs=wanted,
                seen=form.seen.data or "",
            )
        except Stale as refusal:
            async with begin.reading() as session:
                group, known, places = await _read(session, group_id)
            form.refuse("", refusal.message)
            form.seen.raw_data, form.seen.data = None, state_of(group, known)
            return _group_page(group, known, places, form, status=refusal.status, is_stale=True)
        return after(f"{GROUPS}/{group_id}", SAVED)


async def _read(session: AsyncSession, group_id: UUID) -> tuple[BookerGroup, Mapping[UUID, int], Places]:
    group = await session.get(BookerGroup, group_id)
    if group is None:
        raise NotFound
    rows = await session.scalars(select(Tariff).where(Tariff.group_id == group_id))
    known = {row.room_id: row.cents_per_hour for row in rows}
    found = await session.execute(
        select(Room, Venue)
        .join(Venue, Venue.id == Room.venue_id)
        .where(Room.is_bookable.is_(True) | Room.id.in_(list(known)))
        .order_by(Venue.name, Room.name)
        .limit(MOST_ROOMS)
    )
    return group, known, [(room, venue) for room, venue in found]


def _field(room: Room) -> str:
    return f"raum_{room.id.hex}"


def _form_with(places: Places) -> type[GroupForm]:
    """The form of a group with a price for each room."""
    fields = {_field(room): Euro(room_words(room, venue), is_asked=True) for room, venue in places}
    return type("GroupFormWithRooms", (GroupForm,), fields)


def _filled(group: BookerGroup, known: Mapping[UUID, int], places: Places) -> GroupForm:
    prices: dict[str, Any] = {_field(room): known.get(room.id) for room, _ in places}
    return form_from(
        _form_with(places),
        None,
        name_de=group.name_de,
        name_en=group.name_en,
        price=group.cents_per_hour,
        hours=group.hours_per_week,
        days=group.days_ahead,
        internal=group.is_internal,
        seen=state_of(group, known),
        **prices,
    )


def _facts(form: GroupForm, *, position: int = 100) -> GroupFacts:
    return GroupFacts(
        name_de=form.name_de.data,
        name_en=form.name_en.data or "",
        cents_per_hour=form.price.data,
        hours_per_week=form.hours.data,
        days_ahead=form.days.data,
        is_internal=bool(form.internal.data),
        position=position,
    )


def _new_page(form: GroupForm, *, status: int = 200) -> Template:
    return Template(
        "booking/desk/group.html",
        context={
            "title": gettext("New group"),
            "path": f"{GROUPS}/neu",
            "form": form,
            "rules": _rules(form),
            "rooms": [],
            "stored": None,
        },
        status_code=status,
    )


def _group_page(
    group: BookerGroup,
    known: Mapping[UUID, int],
    places: Places,
    form: Form,
    *,
    status: int = 200,
    is_stale: bool = False,
) -> Template:
    return Template(
        "booking/desk/group.html",
        context={
            "title": group_words(group),
            "path": f"{GROUPS}/{group.id}",
            "form": form,
            "rules": _rules(form),
            "rooms": [form[_field(room)] for room, _ in places if _field(room) in form],
            "stored": group if is_stale else None,
            "stored_rooms": [
                (room_words(*place), known[place[0].id]) for place in places if place[0].id in known
            ]
            if is_stale
            else [],
        },
        status_code=status,
    )


def _rules(form: Form) -> list[Any]:
    return [form[name] for name in ("name_de", "name_en", "price", "hours", "days", "internal", "seen")]
