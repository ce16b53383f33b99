"""Venues and their rooms: the facts that learners and planners rely on."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.rights import Scope
from lms.portal.desk.step import Step, step_page
from lms.resources.models import Room, Venue
from lms.scheduling.rooms import RoomFacts, Rooms, SeatsNeeded, VenueFacts, state_of
from lms.web.access import may
from lms.web.forms import Checkbox, Form, Hidden, Number, Phone, Text, TextArea, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions

ROOMS = "/verwaltung/raeume"


class RoomForm(Form):
    """The facts of a room."""

    name = Text(N_("Name of the room"), missing=N_("Enter the name."))
    seats = Number(N_("Seats"), least=1, most=1000, width=5, missing=N_("Enter the number of seats."))
    floor_de = Text(N_("Floor, in German"), hint=N_("For example: Erdgeschoss, 1. Etage."))
    floor_en = Text(N_("Floor, in English"))
    step_free = Checkbox(N_("Can be reached without steps"))
    lift = Checkbox(N_("There is a lift"))
    accessible_wc = Checkbox(N_("There is a toilet for wheelchair users"))
    hearing_loop = Checkbox(N_("There is an induction loop for hearing aids"))
    setup_minutes = Number(
        N_("Minutes to set up"), least=0, most=240, width=5, missing=N_("Enter the minutes, or 0."),
        hint=N_("Kept free before each session that is planned from now on."),
    )  # fmt: skip
    clearup_minutes = Number(
        N_("Minutes to clear up"), least=0, most=240, width=5, missing=N_("Enter the minutes, or 0.")
    )
    seen = Hidden()

    def facts(self) -> RoomFacts:
        """The facts of a form that is valid."""
        return RoomFacts(
            name=self.name.data,
            seats=self.seats.data,
            floor_de=self.floor_de.data or "",
            floor_en=self.floor_en.data or "",
            step_free=bool(self.step_free.data),
            lift=bool(self.lift.data),
            accessible_wc=bool(self.accessible_wc.data),
            hearing_loop=bool(self.hearing_loop.data),
            setup_minutes=self.setup_minutes.data,
            clearup_minutes=self.clearup_minutes.data,
        )


class VenueForm(Form):
    """The facts of a venue."""

    name = Text(N_("Name of the venue"), missing=N_("Enter the name."))
    district = Text(N_("District"), missing=N_("Enter the district."))
    street = Text(N_("Street and number"))
    postal_code = Text(N_("Postcode"), width=5)
    city = Text(N_("Town"))
    phone = Phone(autocomplete="off")
    opening_hours = Text(N_("Opening hours"))
    arrival_de = TextArea(N_("How to get there, in German"))
    arrival_en = TextArea(N_("How to get there, in English"))
    seen = Hidden()

    def facts(self) -> VenueFacts:
        """The facts of a form that is valid."""
        return VenueFacts(**{name: self[name].data or "" for name in VenueFacts.__slots__})


class RoomPages(Controller):
    """The list, and a page for each room and each venue."""

    path = ROOMS
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def index(self, actor: NamedDependency[Actor], begin: NamedDependency[Begin]) -> Template:
        """Every venue with its rooms; one statement."""
        ensure(actor.may_for_all("R", "resource"), actor)
        async with begin.reading() as session:
            rows = (
                await session.execute(
                    select(Venue, Room)
                    .outerjoin(Room, Room.venue_id == Venue.id)
                    .order_by(Venue.name, Room.name)
                )
            ).all()
        venues: dict[UUID, tuple[Venue, list[Room]]] = {}
        for venue, room in rows:
            rooms = venues.setdefault(venue.id, (venue, []))[1]
            if room is not None:
                rooms.append(room)
        return Template(
            "portal/desk/rooms.html",
            context={"venues": list(venues.values()), "may_change": actor.may_for_all("U", "resource")},
        )

    @get("/{room_id:uuid}", opt=may("U", "resource"))
    async def ask_room(self, room_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        room = await _room(begin, room_id)
        form = form_from(RoomForm, **_values(room, RoomFacts.__slots__))
        return step_page(_changing(room.name, f"{ROOMS}/{room_id}"), form)

    @post("/{room_id:uuid}", opt=may("U", "resource"))
    async def change_room(
        self,
        request: Request[Any, Any, Any],
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        rooms: NamedDependency[Rooms],
    ) -> Template | Redirect:
        """Seats, access, set-up time. Never fewer seats than planned runs need."""
        form = form_from(RoomForm, await request.form())
        room, status, versions = await _room(begin, room_id), 422, None
        if form.validate():
            try:
                await rooms.change_room(actor, room_id=room_id, facts=form.facts(), seen=form.seen.data or "")
                return after(ROOMS, SAVED)
            except DomainError as refusal:
                versions = _say(form, refusal, room)
                status = refusal.status
        return step_page(_changing(room.name, f"{ROOMS}/{room_id}"), form, status=status, versions=versions)

    @get("/ort/{venue_id:uuid}", opt=may("U", "resource"))
    async def ask_venue(self, venue_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        venue = await _venue(begin, venue_id)
        form = form_from(VenueForm, **_values(venue, VenueFacts.__slots__))
        return step_page(_changing(venue.name, f"{ROOMS}/ort/{venue_id}"), form)

    @post("/ort/{venue_id:uuid}", opt=may("U", "resource"))
    async def change_venue(
        self,
        request: Request[Any, Any, Any],
        venue_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        rooms: NamedDependency[Rooms],
    ) -> Template | Redirect:
        """Name, address, way there."""
        form = form_from(VenueForm, await request.form())
        venue, status, versions = await _venue(begin, venue_id), 422, None
        if form.validate():
            try:
                await rooms.change_venue(
                    actor, venue_id=venue_id, facts=form.facts(), seen=form.seen.data or ""
                )
                return after(ROOMS, SAVED)
            except DomainError as refusal:
                versions = _say(form, refusal, venue)
                status = refusal.status
        return step_page(
            _changing(venue.name, f"{ROOMS}/ort/{venue_id}"), form, status=status, versions=versions
        )

    @get("/ort/{venue_id:uuid}/neuer-raum", opt=may("C", "resource"))
    async def ask_new(self, venue_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        venue = await _venue(begin, venue_id)
        form = form_from(RoomForm, setup_minutes=0, clearup_minutes=0)
        return step_page(_changing(venue.name, f"{ROOMS}/ort/{venue_id}/neuer-raum"), form)

    @post("/ort/{venue_id:uuid}/neuer-raum", opt=may("C", "resource"))
    async def add_room(
        self,
        request: Request[Any, Any, Any],
        venue_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        rooms: NamedDependency[Rooms],
    ) -> Template | Redirect:
        """One more room."""
        form = form_from(RoomForm, await request.form())
        if form.validate():
            await rooms.add_room(actor, venue_id=venue_id, facts=form.facts())
            return after(ROOMS, SAVED)
        venue = await _venue(begin, venue_id)
        return step_page(_changing(venue.name, f"{ROOMS}/ort/{venue_id}/neuer-raum"), form, status=422)


async def _room(begin: Begin, room_id: UUID) -> Room:
    async with begin.reading() as session:
        room = await session.get(Room, room_id)
    if room is None:
        raise NotFound
    return room


async def _venue(begin: Begin, venue_id: UUID) -> Venue:
    async with begin.reading() as session:
        venue = await session.get(Venue, venue_id)
    if venue is None:
        raise NotFound
    return venue


def _values(row: Room | Venue, names: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} | {"seen": state_of(row)}


def _say(form: RoomForm | VenueForm, refusal: DomainError, row: Room | Venue) -> Versions | None:
    form.refuse("seats" if isinstance(refusal, SeatsNeeded) else "", refusal.message, **refusal.params)
    if not isinstance(refusal, Stale):
        return None
    shape = RoomFacts if isinstance(row, Room) else VenueFacts
    stored = form_from(type(form), **_values(row, shape.__slots__))
    return both_versions(form, stored, marks=["seen"], keep=ROOMS)


def _changing(name: str, path: str) -> Step:
    return Step(
        title=name,
        about=gettext("Rooms and devices"),
        path=path,
        back=ROOMS,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[gettext("Learners read these facts on the pages of the courses.")],
    )
