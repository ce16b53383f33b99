"""Venues and their rooms: the facts that learners and planners rely on."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, Stale
from lms.kernel.rights import Scope
from lms.portal.desk.rooms.forms import RoomForm, VenueForm, id_of, room_values, venue_values
from lms.portal.desk.rooms.reading import ROOMS, room_of, venue_of
from lms.portal.desk.step import Step, step_page
from lms.resources.models import Room, Venue
from lms.resources.queries import equipment_of_all
from lms.scheduling.rooms import Rooms, SeatsNeeded
from lms.web.access import may
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after
from lms.web.versions import Versions, both_versions


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
            "portal/desk/rooms/index.html",
            context={"venues": list(venues.values()), "may_change": actor.may_for_all("U", "resource")},
        )

    @get("/{room_id:uuid}", opt=may("U", "resource"))
    async def ask_room(self, room_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        async with begin.reading() as session:
            room, _ = await room_of(session, room_id)
            vocabulary = await equipment_of_all(session)
        form = form_from(RoomForm, **room_values(room))
        form.offer(vocabulary)
        return step_page(_changing_room(room), form)

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
        form, status, versions = form_from(RoomForm, await request.form()), 422, None
        async with begin.reading() as session:
            room, _ = await room_of(session, room_id)
            vocabulary = await equipment_of_all(session)
        form.offer(vocabulary)
        if form.validate():
            try:
                await rooms.change_room(actor, room_id=room_id, facts=form.facts(), seen=form.seen.data or "")
                return after(f"{ROOMS}/{room_id}/uebersicht", SAVED)
            except DomainError as refusal:
                stored = form_from(RoomForm, **room_values(room))
                versions = _say(form, refusal, stored)
                status = refusal.status
        return step_page(_changing_room(room), form, status=status, versions=versions)

    @get("/ort/{venue_id:uuid}", opt=may("U", "resource"))
    async def ask_venue(self, venue_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        async with begin.reading() as session:
            venue = await venue_of(session, venue_id)
        return step_page(_changing_venue(venue), form_from(VenueForm, **venue_values(venue)))

    @post("/ort/{venue_id:uuid}", opt=may("U", "resource"))
    async def change_venue(
        self,
        request: Request[Any, Any, Any],
        venue_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        rooms: NamedDependency[Rooms],
    ) -> Template | Redirect:
        """Name, address, way there, whom to call."""
        form, status, versions = form_from(VenueForm, await request.form()), 422, None
        async with begin.reading() as session:
            venue = await venue_of(session, venue_id)
        if form.validate():
            try:
                await rooms.change_venue(
                    actor, venue_id=venue_id, facts=form.facts(), seen=form.seen.data or ""
                )
                return after(ROOMS, SAVED)
            except DomainError as refusal:
                versions = _say(form, refusal, form_from(VenueForm, **venue_values(venue)))
                status = refusal.status
        return step_page(_changing_venue(venue), form, status=status, versions=versions)


class NewPlacePages(Controller):
    """One more venue, one more room. The form carries the id of what comes to be: a second click makes no second one."""

    path = ROOMS
    opt = may("C", "resource")
    include_in_schema = False

    @get("/neuer-ort")
    async def ask_venue(self) -> Template:
        return step_page(_new_venue(), form_from(VenueForm, new_id=str(uuid4())))

    @post("/neuer-ort")
    async def add_venue(
        self, request: Request[Any, Any, Any], actor: NamedDependency[Actor], rooms: NamedDependency[Rooms]
    ) -> Template | Redirect:
        """One more place in town."""
        form = form_from(VenueForm, await request.form())
        if not form.validate():
            return step_page(_new_venue(), form, status=422)
        await rooms.add_venue(actor, venue_id=id_of(form.new_id), facts=form.facts())
        return after(ROOMS, SAVED)

    @get("/ort/{venue_id:uuid}/neuer-raum")
    async def ask_room(self, venue_id: FromPath[UUID], begin: NamedDependency[Begin]) -> Template:
        async with begin.reading() as session:
            venue = await venue_of(session, venue_id)
            vocabulary = await equipment_of_all(session)
        form = form_from(RoomForm, setup_minutes=0, clearup_minutes=0, new_id=str(uuid4()))
        form.offer(vocabulary)
        return step_page(_new_room(venue), form)

    @post("/ort/{venue_id:uuid}/neuer-raum")
    async def add_room(
        self,
        request: Request[Any, Any, Any],
        venue_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        rooms: NamedDependency[Rooms],
    ) -> Template | Redirect:
        """One more room; in a closed venue it is closed as well."""
        form = form_from(RoomForm, await request.form())
        async with begin.reading() as session:
            venue = await venue_of(session, venue_id)
            vocabulary = await equipment_of_all(session)
        form.offer(vocabulary)
        if not form.validate():
            return step_page(_new_room(venue), form, status=422)
        room = await rooms.add_room(actor, room_id=id_of(form.new_id), venue_id=venue_id, facts=form.facts())
        return after(f"{ROOMS}/{room.id}/uebersicht", SAVED)


def _say(form: RoomForm | VenueForm, refusal: DomainError, stored: RoomForm | VenueForm) -> Versions | None:
    form.refuse("seats" if isinstance(refusal, SeatsNeeded) else "", refusal.message, **refusal.params)
    return both_versions(form, stored, marks=["seen"], keep=ROOMS) if isinstance(refusal, Stale) else None


def _changing_room(room: Room) -> Step:
    return _facts(room.name, f"{ROOMS}/{room.id}", f"{ROOMS}/{room.id}/uebersicht")


def _changing_venue(venue: Venue) -> Step:
    return _facts(venue.name, f"{ROOMS}/ort/{venue.id}", ROOMS)


def _new_room(venue: Venue) -> Step:
    title = gettext("New room: %(venue)s", venue=venue.name)
    return _facts(title, f"{ROOMS}/ort/{venue.id}/neuer-raum", ROOMS)


def _new_venue() -> Step:
    return _facts(gettext("New venue"), f"{ROOMS}/neuer-ort", ROOMS)


def _facts(title: str, path: str, back: str) -> Step:
    return Step(
        title=title,
        about=gettext("Rooms"),
        path=path,
        back=back,
        button=gettext("Save"),
        way_out=gettext("Change nothing"),
        sentences=[gettext("Learners read these facts on the pages of the courses.")],
    )
