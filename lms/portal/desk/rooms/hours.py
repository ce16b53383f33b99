"""When a venue is open, and where a room differs from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.kernel.errors import DomainError, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.portal.desk.rooms.reading import ROOMS, Planned, planned_in_words, room_of, venue_of
from lms.resources.models import Reservation, ReservationKind, ReservationState, Room
from lms.resources.queries import opening_hours
from lms.resources.rules import Hours, is_open
from lms.resources.service import OpeningTimes
from lms.resources.service.opening import state_of_hours
from lms.resources.words import hours_in_words, weekday_name
from lms.web.access import may
from lms.web.forms import Checkbox, Form, Hidden, Radios, TimeOfDay, form_from
from lms.web.language import gettext
from lms.web.notices import SAVED, after

WEEK = range(7)
ASKED = 500
"""So many coming reservations are looked at for the hint; more than a house has in a term."""


class HoursForm(Form):
    """Per weekday from–to, perhaps a second time after a break, or closed."""

    which = Radios(N_("What holds?"), missing=N_("Choose what holds."))
    seen = Hidden()

    def day(self, weekday: int) -> tuple[TimeOfDay, TimeOfDay, TimeOfDay, TimeOfDay, Checkbox]:
        """From, to, from, to, closed."""
        return tuple(self[f"{name}{weekday}"] for name in ("from", "to", "again", "until", "closed"))  # type: ignore[return-value]

    @property
    def days(self) -> Sequence[tuple[str, tuple[Any, ...]]]:
        """Each weekday's name with its fields."""
        return [(weekday_name(weekday), self.day(weekday)) for weekday in WEEK]

    @property
    def has_own(self) -> bool:
        """Whether hours are stated here at all."""
        return bool(self.which.data == "own")

    def hours(self) -> Sequence[Hours]:
        """The hours of a form that is valid; none where others hold or nobody says."""
        if not self.has_own:
            return ()
        found = []
        for weekday in WEEK:
            opens, closes, again, until, closed = self.day(weekday)
            if not closed.data:
                found.append(Hours(weekday, opens.data, closes.data))
                if again.data:
                    found.append(Hours(weekday, again.data, until.data))
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        """Each mistake at its field; days are only looked at when own hours are stated."""
        is_fine = super().validate(extra_validators)
        if not is_fine or not self.has_own:
            return is_fine
        for weekday in WEEK:
            self._check(weekday)
        if not self.problems and not self.hours():
            self.refuse(
                "", N_("It has to be open on one day at least. To close for a while, write down a closure.")
            )
        return not self.problems

    def _check(self, weekday: int) -> None:
        opens, closes, again, until, closed = self.day(weekday)
        day = weekday_name(weekday)
        times = [field.data for field in (opens, closes, again, until)]
        if closed.data:
            if any(times):
                self.refuse(closed.name, N_("%(day)s: either closed or with times, not both."), day=day)
        elif opens.data is None or closes.data is None:
            wrong = opens if opens.data is None else closes
            self.refuse(wrong.name, N_("%(day)s: enter from when to when, or tick “closed”."), day=day)
        elif opens.data >= closes.data:
            self.refuse(closes.name, N_("%(day)s: the end comes after the beginning."), day=day)
        elif (again.data is None) != (until.data is None):
            wrong = again if again.data is None else until
            self.refuse(wrong.name, N_("%(day)s: the second time needs both, from and to."), day=day)
        elif again.data is not None and not closes.data < again.data < until.data:
            self.refuse(
                again.name, N_("%(day)s: the second time begins after the first one has ended."), day=day
            )


for _weekday in WEEK:  # five fields for each of seven days
    for _name, _label in (
        ("from", N_("from")),
        ("to", N_("to")),
        ("again", N_("and from")),
        ("until", N_("to")),
    ):
        setattr(HoursForm, f"{_name}{_weekday}", TimeOfDay(_label))
    setattr(HoursForm, f"closed{_weekday}", Checkbox(N_("closed")))


@dataclass(frozen=True, slots=True)
class Place:
    """Whose hours are asked for, and what is planned outside of them."""

    title: str
    path: str
    back: str
    of_venue: str
    hours: Sequence[Hours]
    outside: Sequence[Planned]


class HoursPages(Controller):
    """A page for a venue and one for a room."""

    path = ROOMS
    opt = may("U", "resource")
    include_in_schema = False

    @get("/ort/{venue_id:uuid}/zeiten")
    async def ask_venue(
        self, venue_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        place = await _venue(begin, clock, venue_id)
        return _page(place, _filled(place, of_room=False))

    @post("/ort/{venue_id:uuid}/zeiten")
    async def set_venue(
        self,
        request: Request[Any, Any, Any],
        venue_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        opening_times: NamedDependency[OpeningTimes],
    ) -> Template | Redirect:
        """The hours of the house; its text on public pages follows."""
        form, status = _offered(form_from(HoursForm, await request.form()), of_room=False), 422
        place = await _venue(begin, clock, venue_id)
        if form.validate():
            try:
                await opening_times.set_for_venue(
                    actor, venue_id=venue_id, hours=form.hours(), seen=form.seen.data or ""
                )
                return after(place.path, SAVED)
            except DomainError as refusal:
                status = _say(form, refusal, place)
        return _page(place, form, status)

    @get("/{room_id:uuid}/zeiten")
    async def ask_room(
        self, room_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        place = await _room(begin, clock, room_id)
        return _page(place, _filled(place, of_room=True))

    @post("/{room_id:uuid}/zeiten")
    async def set_room(
        self,
        request: Request[Any, Any, Any],
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        opening_times: NamedDependency[OpeningTimes],
    ) -> Template | Redirect:
        """Hours of a room that differ from those of the house."""
        form, status = _offered(form_from(HoursForm, await request.form()), of_room=True), 422
        place = await _room(begin, clock, room_id)
        if form.validate():
            try:
                await opening_times.set_for_room(
                    actor, room_id=room_id, hours=form.hours(), seen=form.seen.data or ""
                )
                return after(place.path, SAVED)
            except DomainError as refusal:
                status = _say(form, refusal, place)
        return _page(place, form, status)


async def _venue(begin: Begin, clock: Clock, venue_id: UUID) -> Place:
    async with begin.reading() as session:
        venue = await venue_of(session, venue_id)
        rooms = (await session.scalars(select(Room).where(Room.venue_id == venue_id))).all()
        return Place(
            title=gettext("Opening hours: %(place)s", place=venue.name),
            path=f"{ROOMS}/ort/{venue_id}/zeiten",
            back=ROOMS,
            of_venue="",
            hours=(await opening_hours(session, venue_ids=[venue_id])).of_venues.get(venue_id, ()),
            outside=await planned_outside(session, rooms, clock),
        )


async def _room(begin: Begin, clock: Clock, room_id: UUID) -> Place:
    async with begin.reading() as session:
        room, venue = await room_of(session, room_id)
        known = await opening_hours(session, room_ids=[room_id], venue_ids=[venue.id])
        return Place(
            title=gettext("Opening hours: %(place)s", place=room.name),
            path=f"{ROOMS}/{room_id}/zeiten",
            back=f"{ROOMS}/{room_id}/uebersicht",
            of_venue=hours_in_words(known.of_venues.get(venue.id, ())),
            hours=known.of_rooms.get(room_id, ()),
            outside=await planned_outside(session, [room], clock),
        )


async def planned_outside(session: AsyncSession, rooms: Sequence[Room], clock: Clock) -> Sequence[Planned]:
    """Sessions and bookings ahead that do not lie within the opening hours of their rooms; five statements."""
    by_id = {room.id: room for room in rooms}
    reservations = await session.scalars(
        select(Reservation)
        .where(
            Reservation.room_id.in_(by_id),
            Reservation.state == ReservationState.FIRM,
            Reservation.kind.in_([ReservationKind.SESSION, ReservationKind.BOOKING]),
            Reservation.starts_at > clock(),
        )
        .order_by(Reservation.starts_at)
        .limit(ASKED)
    )
    hours = await opening_hours(session, room_ids=list(by_id), venue_ids=[room.venue_id for room in rooms])
    outside = []
    for one in reservations:
        room = by_id[one.room_id]  # type: ignore[index]  # asked for by room
        if not is_open(hours.of(room.id, room.venue_id), _use(one, room)):
            outside.append(one)
    return await planned_in_words(session, outside)


def _use(reservation: Reservation, room: Room) -> Period:
    """The reservation without the time to set up and clear up, as the room has it today."""
    taken = Period(reservation.starts_at, reservation.ends_at)
    if taken.minutes <= room.setup_minutes + room.clearup_minutes:
        return taken
    return taken.widened(before_minutes=-room.setup_minutes, after_minutes=-room.clearup_minutes)


def _filled(place: Place, *, of_room: bool) -> HoursForm:
    values: dict[str, Any] = {"seen": state_of_hours(place.hours)}
    values["which"] = "own" if place.hours or not of_room else "other"
    by_day: dict[int, list[Hours]] = {}
    for span in place.hours:
        by_day.setdefault(span.weekday, []).append(span)
    for weekday in WEEK:
        spans = by_day.get(weekday, [])
        values[f"closed{weekday}"] = bool(place.hours) and not spans
        for names, span in zip((("from", "to"), ("again", "until")), spans, strict=False):
            values[f"{names[0]}{weekday}"], values[f"{names[1]}{weekday}"] = span.opens, span.closes
    return _offered(form_from(HoursForm, **values), of_room=of_room)


def _offered(form: HoursForm, *, of_room: bool) -> HoursForm:
    other = N_("The hours of the house") if of_room else N_("Nobody has said when it is closed")
    form.which.choices = [("own", N_("These hours")), ("other", other)]
    return form


def _say(form: HoursForm, refusal: DomainError, place: Place) -> int:
    if isinstance(refusal, Stale):
        form.refuse(
            "",
            N_(
                "Somebody else has just stored other hours: %(hours)s. If you save again, yours replace them."
            ),
            hours=hours_in_words(place.hours) or "–",
        )
        form.seen.raw_data, form.seen.data = None, state_of_hours(place.hours)
    else:
        form.refuse("", refusal.message, **refusal.params)
    return refusal.status


def _page(place: Place, form: HoursForm, status: int = 200) -> Template:
    return Template(
        "portal/desk/rooms/hours.html", context={"place": place, "form": form}, status_code=status
    )
