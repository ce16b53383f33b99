"""Places at which people are helped, and their rules."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.districts.queries import district_names
from lms.helpdesk import words
from lms.helpdesk.errors import RoomElsewhere
from lms.helpdesk.models import DeskKind, DeskPlace
from lms.helpdesk.pages.setup.forms import DeskForm
from lms.helpdesk.pages.setup.frame import MAY_SET_UP, SETUP, AnyRequest, after_change
from lms.helpdesk.queries import (
    Placed,
    days_ahead,
    desk_of,
    hours_of,
)
from lms.helpdesk.service import HelpDesks
from lms.helpdesk.service.keeping import DeskFacts
from lms.kernel.actor import Actor
from lms.kernel.clock import today
from lms.kernel.errors import DomainError
from lms.resources.models import Room, Venue
from lms.scheduling.words import WEEKDAYS
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import SAVED, after
from lms.web.sent import uuid_in


class HelpDeskPlacePages(Controller):
    """A place and its rules."""

    path = SETUP + "/ort"
    opt = MAY_SET_UP
    include_in_schema = False

    @get("/neu")
    async def new_desk(self, around: NamedDependency[Around]) -> Template:
        """A new desk, filled with what is usual."""
        form = form_from(
            DeskForm, kind="help", place="venue", slot=30, buffer=0, notice=12, ahead=28, live=2, per_day=1,
            walk_ins=True,
        )  # fmt: skip
        return await _desk_page(around, form, None)

    @post("/neu")
    async def make_desk(
        self, request: AnyRequest, actor: NamedDependency[Actor], around: NamedDependency[Around],
        help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Write it down; its hours come next."""
        form = form_from(DeskForm, await request.form())
        await _fill_choices(around, form)
        if not form.validate():
            return await _desk_page(around, form, None, status=422)
        try:
            desk = await help_desks.save_desk(actor, _facts(form))
        except RoomElsewhere as refusal:
            form.refuse("room", refusal.message)
            return await _desk_page(around, form, None, status=refusal.status)
        return after(f"{SETUP}/ort/{desk.id}", SAVED)

    @get("/{desk_id:uuid}")
    async def show_desk(self, desk_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """The desk with its hours and days."""
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
        desk = placed.desk
        form = form_from(
            DeskForm, name_de=desk.name_de, name_en=desk.name_en, kind=desk.kind.value, place=desk.place.value,
            venue=str(desk.venue_id or ""), room=str(desk.room_id or ""), districts=desk.districts, hint_de=desk.hint_de, hint_en=desk.hint_en,
            slot=desk.slot_minutes, buffer=desk.buffer_minutes, notice=desk.notice_hours, ahead=desk.days_ahead,
            live=desk.most_live, per_day=desk.most_per_day, per_adviser=desk.most_per_adviser,
            walk_ins=desk.takes_walk_ins, prefix=desk.number_prefix, seen=str(desk.version),
        )  # fmt: skip
        return await _desk_page(around, form, placed)

    @post("/{desk_id:uuid}")
    async def save_desk(
        self, request: AnyRequest, desk_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
    ) -> Template | Redirect:  # fmt: skip
        """Another word about it."""
        form = form_from(DeskForm, await request.form())
        async with around.begin.reading() as session:
            placed = await desk_of(session, desk_id)
        await _fill_choices(around, form)
        if not form.validate():
            return await _desk_page(around, form, placed, status=422)
        try:
            await help_desks.save_desk(actor, _facts(form), desk_id=desk_id, version=_number(form.seen.data))
        except DomainError as refusal:
            form.refuse(
                "room" if isinstance(refusal, RoomElsewhere) else "", refusal.message, **refusal.params
            )
            return await _desk_page(around, form, placed, status=refusal.status)
        return await after_change(around, f"{SETUP}/ort/{desk_id}")

    @post("/{desk_id:uuid}/ende")
    async def end_desk(
        self, request: AnyRequest, desk_id: FromPath[UUID], actor: NamedDependency[Actor],
        around: NamedDependency[Around], help_desks: NamedDependency[HelpDesks],
    ) -> Redirect:  # fmt: skip
        """Close the desk for good, or open it again."""
        await help_desks.end_desk(
            actor, desk_id=desk_id, ends=(await request.form()).get("act") == "schliessen"
        )
        return await after_change(around, f"{SETUP}/ort/{desk_id}")


async def _fill_choices(around: Around, form: DeskForm) -> None:
    async with around.begin.reading() as session:
        venues = (await session.scalars(select(Venue).order_by(Venue.name))).all()
        rooms = await session.execute(
            select(Room, Venue).join(Venue, Venue.id == Room.venue_id).order_by(Venue.name, Room.name)
        )
        form.room.choices = [(str(room.id), f"{venue.name}, {room.name}") for room, venue in rooms]
        names = await district_names(session)
    form.venue.choices = [(str(one.id), one.name) for one in venues]
    form.districts.choices = [
        (one, one) for one in dict.fromkeys([*names, *(one.district for one in venues)])
    ]


async def _desk_page(around: Around, form: DeskForm, placed: Placed | None, *, status: int = 200) -> Template:
    await _fill_choices(around, form)
    hours: Any = []
    days: Any = []
    if placed is not None:
        async with around.begin.reading() as session:
            hours = (await hours_of(session, [placed.desk.id]))[placed.desk.id]
            days = await days_ahead(session, today(around.clock), placed.desk.id)
    return Template(
        "helpdesk/desk/desk.html",
        context={
            "form": form, "placed": placed, "hours": hours, "days": days, "words": words, "weekdays": WEEKDAYS,
            "day_kinds": words.DAYS,
            "path": f"{SETUP}/ort/{placed.desk.id}" if placed else f"{SETUP}/ort/neu",
        },
        status_code=status,
    )  # fmt: skip


def _facts(form: DeskForm) -> DeskFacts:
    return DeskFacts(
        name_de=form.name_de.data, name_en=form.name_en.data or "", hint_de=form.hint_de.data or "",
        hint_en=form.hint_en.data or "", kind=DeskKind(form.kind.data), place=DeskPlace(form.place.data),
        venue_id=uuid_in(form.venue.data), room_id=uuid_in(form.room.data),
        districts=form.districts.data or (), slot_minutes=form.slot.data,
        buffer_minutes=form.buffer.data, notice_hours=form.notice.data, days_ahead=form.ahead.data,
        most_live=form.live.data, most_per_day=form.per_day.data, most_per_adviser=form.per_adviser.data,
        takes_walk_ins=bool(form.walk_ins.data), number_prefix=(form.prefix.data or "").upper(),
    )  # fmt: skip


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None
