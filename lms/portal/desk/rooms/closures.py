"""Closing a room or a house for a while, and opening it again."""

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from wtforms.validators import ValidationError

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.kernel.rights import Scope
from lms.portal.desk.rooms.forms import id_of
from lms.portal.desk.rooms.reading import ROOMS, closed_in_words, planned_in_words, venue_of
from lms.portal.desk.step import Step, step_page
from lms.resources.errors import OverAlready, PlannedThen
from lms.resources.models import Closure, Room, Venue
from lms.resources.service import Closures
from lms.resources.service.closures import closures_ahead
from lms.scheduling.errors import NoSuchTime
from lms.scheduling.rules import between
from lms.web.access import may
from lms.web.forms import DateParts, Form, Hidden, Select, Text, TimeOfDay, form_from
from lms.web.language import gettext
from lms.web.notices import after, declare

CLOSURES = f"{ROOMS}/sperrungen"
CLOSED = declare("raum-gesperrt", N_("It is closed. Nothing can be planned there at that time."))
OPENED = declare("raum-wieder-offen", N_("It is open again."))
LONGEST_YEARS = 5
ALL = "alles"


class ClosureForm(Form):
    """What is closed, from when to when, and why."""

    room = Select(N_("What is closed?"), blank="", missing=N_("Choose what is closed."))
    first = DateParts(N_("First day"), missing=N_("State the first day."))
    begins = TimeOfDay(N_("From what time"), hint=N_("Leave it empty for the whole day."))
    last = DateParts(N_("Last day"), hint=N_("Leave it empty for one day."))
    ends = TimeOfDay(N_("Until what time"), hint=N_("Leave it empty for the whole day."))
    reason = Text(
        N_("Reason"),
        hint=N_("For example: renovation. Everybody in the team reads it in the plan."),
        missing=N_("State the reason."),
    )
    new_id = Hidden()

    def validate_last(self, field: DateParts) -> None:
        """Refuse an end before the beginning, and one that nobody can mean."""
        if self.first.data and field.data < self.first.data:
            raise ValidationError(gettext("The last day comes after the first one."))
        if self.first.data and field.data.year > self.first.data.year + LONGEST_YEARS:
            raise ValidationError(gettext("Close for five years at most."))

    def validate_ends(self, field: TimeOfDay) -> None:
        """On one day the end comes after the beginning."""
        same_day = self.last.data in {None, self.first.data}
        if same_day and field.data <= (self.begins.data or time()):
            raise ValidationError(gettext("The end comes after the beginning."))

    def validate(self, extra_validators: Any = None) -> bool:
        """What the fields alone do not know: whether the clocks of that night show these times."""
        is_fine: bool = super().validate(extra_validators)
        if is_fine:
            try:
                self.span()
            except NoSuchTime as refusal:
                self.refuse("begins", refusal.message)
                return False
        return is_fine

    def span(self) -> Period:
        """The period of a form that is valid: whole days where no time is stated."""
        last: date = self.last.data or self.first.data
        begins = self.begins.data or time()
        if self.ends.data:
            return between(self.first.data, begins, last, self.ends.data)
        return between(self.first.data, begins, last + timedelta(days=1), time())


class ClosurePages(Controller):
    """The list of closures, closing, and opening again."""

    path = ROOMS
    include_in_schema = False

    @get("/sperrungen", opt=may("R", "resource", of=Scope.ALL))
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """What is closed now and from now on, and the houses that can be closed; two statements."""
        ensure(actor.may_for_all("R", "resource"), actor)
        async with begin.reading() as session:
            closures = await closures_ahead(session, clock())
            venues = (await session.scalars(select(Venue).order_by(Venue.name))).all()
        return Template(
            "portal/desk/rooms/closures.html",
            context={
                "closures": closures,
                "venues": venues,
                "now_is": clock(),
                "said": closed_in_words,
                "may_change": actor.may_for_all("U", "resource"),
            },
        )

    @get("/ort/{venue_id:uuid}/sperren", opt=may("U", "resource"))
    async def ask(
        self,
        venue_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        raum: FromQuery[str] = "",
    ) -> Template:
        form = form_from(ClosureForm, new_id=str(uuid4()), room=raum or ALL, first=today(clock))
        venue = await _offer_rooms(begin, form, venue_id)
        return step_page(_closing(venue), form)

    @post("/ort/{venue_id:uuid}/sperren", opt=may("U", "resource"))
    async def close(
        self,
        request: Request[Any, Any, Any],
        venue_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        closures: NamedDependency[Closures],
    ) -> Template | Redirect:
        """Nothing that is planned is overwritten: it is listed, each with the page on which it can be moved."""
        form = form_from(ClosureForm, await request.form())
        venue = await _offer_rooms(begin, form, venue_id)
        if not form.validate():
            return step_page(_closing(venue), form, status=422)
        try:
            await closures.close(
                actor,
                closure_id=id_of(form.new_id),
                venue_id=venue_id,
                room_id=None if form.room.data == ALL else UUID(form.room.data),
                period=form.span(),
                reason=form.reason.data,
            )
        except PlannedThen as refusal:
            async with begin.reading() as session:
                planned = await planned_in_words(session, refusal.reservations)
            form.refuse("", refusal.message)
            return step_page(_closing(venue), form, status=refusal.status, planned=planned)
        except DomainError as refusal:
            form.refuse("last" if isinstance(refusal, OverAlready) else "", refusal.message)
            return step_page(_closing(venue), form, status=refusal.status)
        return after(CLOSURES, CLOSED)

    @get("/sperrungen/{closure_id:uuid}/aufheben", opt=may("U", "resource"))
    async def ask_end(
        self, closure_id: FromPath[UUID], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        async with begin.reading() as session:
            closure, place = await _closure_of(session, closure_id)
        return step_page(_opening(closure, place, has_begun=closure.starts_at < clock()))

    @post("/sperrungen/{closure_id:uuid}/aufheben", opt=may("U", "resource"))
    async def end(
        self, closure_id: FromPath[UUID], actor: NamedDependency[Actor], closures: NamedDependency[Closures]
    ) -> Redirect:
        """One that runs ends now, one that has not begun is taken back."""
        await closures.end(actor, closure_id=closure_id)
        return after(CLOSURES, OPENED)


async def _offer_rooms(begin: Begin, form: ClosureForm, venue_id: UUID) -> Venue:
    async with begin.reading() as session:
        venue = await venue_of(session, venue_id)
        rooms = await session.scalars(select(Room).where(Room.venue_id == venue_id).order_by(Room.name))
        form.room.choices = [
            (ALL, gettext("The whole house")),
            *((str(room.id), room.name) for room in rooms),
        ]
    return venue


async def _closure_of(session: AsyncSession, closure_id: UUID) -> tuple[Closure, str]:
    found = (
        await session.execute(
            select(Closure, Venue.name, Room.name)
            .join(Venue, Venue.id == Closure.venue_id)
            .outerjoin(Room, Room.id == Closure.room_id)
            .where(Closure.id == closure_id)
        )
    ).first()
    if found is None:
        raise NotFound
    closure, venue, room = found
    return closure, f"{venue}, {room}" if room else venue


def _closing(venue: Venue) -> Step:
    return Step(
        title=gettext("Close: %(place)s", place=venue.name),
        about=gettext("Closures"),
        path=f"{ROOMS}/ort/{venue.id}/sperren",
        back=CLOSURES,
        button=gettext("Close it"),
        way_out=gettext("Close nothing"),
        sentences=[
            gettext("At that time nothing can be planned or booked there."),
            gettext("What is planned already stays: it is shown to you first."),
        ],
    )


def _opening(closure: Closure, place: str, *, has_begun: bool) -> Step:
    return Step(
        title=gettext("Open again: %(place)s", place=place),
        about=gettext("Closures"),
        path=f"{CLOSURES}/{closure.id}/aufheben",
        back=CLOSURES,
        button=gettext("Open again"),
        way_out=gettext("Keep it closed"),
        sentences=[
            gettext(
                "Closed %(period)s. Reason: %(reason)s.",
                period=closed_in_words(closure.starts_at, closure.ends_at),
                reason=closure.reason,
            ),
            gettext("From now on it can be planned and booked again.")
            if has_begun
            else gettext("The closure is taken back before it has begun."),
        ],
    )
