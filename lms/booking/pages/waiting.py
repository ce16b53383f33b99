"""Wanting to be told when a room falls free, and saying at its door that one is there."""

from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.booking.errors import DatesInThePast, EndsTooLate, NothingToCheckIn, SlotIsFree
from lms.booking.forms import CheckInForm, FinderForm, WishForm
from lms.booking.models import SlotWish
from lms.booking.pages.finder import when_query
from lms.booking.queries import bookable_room
from lms.booking.service import Bookings
from lms.booking.wishes import Wishes
from lms.booking.words import room_words
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.errors import NoSuchTime
from lms.scheduling.rules import between
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in
from lms.web.templating import url

AnyRequest = Request[Any, Any, Any]
ENDED = declare("bescheid-beendet", N_("We no longer tell you. Thank you for saying so."))


class WishPages(Controller):
    """The form beside a room that is taken, and the page of one wish."""

    path = "/raeume"
    opt = PUBLIC
    include_in_schema = False

    @get("/{room_id:uuid}/bescheid")
    async def ask(
        self,
        request: AnyRequest,
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """Who wants to be told; the time stands in the address."""
        period = _period(request)
        if period is None:
            return Redirect(url(f"/raeume/{room_id}"), status_code=303)
        async with around.begin.reading() as session:
            room, venue = await bookable_room(session, room_id)
            me = await session.get(Person, actor.person_id) if actor.person_id else None
        known: dict[str, Any] = {
            name: getattr(me, name) or "" for name in ("given_name", "family_name", "email", "phone") if me
        }
        return _wish_page(room, venue, period, form_from(WishForm, None, form_id=str(uuid4()), **known))

    @post("/{room_id:uuid}/bescheid")
    async def wish(
        self,
        request: AnyRequest,
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        wishes: NamedDependency[Wishes],
    ) -> Template | Redirect:
        """Remember the wish; with a link to take it back."""
        period = _period(request)
        if period is None:
            return Redirect(url(f"/raeume/{room_id}"), status_code=303)
        async with around.begin.reading() as session:
            room, venue = await bookable_room(session, room_id)
        form = form_from(WishForm, await request.form())
        if not form.validate():
            return _wish_page(room, venue, period, form, status=422)
        if not actor.is_signed_in:
            await within(around.begin, around.clock, "booking", address=actor.address)
        try:
            made = await wishes.wish(
                actor,
                room_id=room_id,
                period=period,
                contact=form.contact(),
                form_id=uuid_in(form.form_id.data),
            )
        except SlotIsFree:
            return Redirect(url(f"/raeume/{room_id}?{when_query(period)}"), status_code=303)
        except (DatesInThePast, EndsTooLate) as refusal:
            form.refuse("", refusal.message)
            return _wish_page(room, venue, period, form, status=refusal.status)
        token = around.signer.token("slot-wish", made.id)
        return Redirect(url(f"/raeume/bescheid/{made.id}/{token}"), status_code=303, headers=PRIVATE)

    @get("/bescheid/{wish_id:uuid}/{token:str}")
    async def show(
        self, wish_id: FromPath[UUID], token: FromPath[str], around: NamedDependency[Around]
    ) -> Template:
        """How the wish stands."""
        async with around.begin.reading() as session:
            wish = await session.get(SlotWish, wish_id)
            if wish is None or not around.signer.matches(token, "slot-wish", wish_id):
                raise NotFound
            room = await session.get_one(Room, wish.room_id)
            venue = await session.get_one(Venue, room.venue_id)
        return Template(
            "booking/wish_kept.html",
            context={
                "wish": wish,
                "place": room_words(room, venue),
                "here": f"/raeume/bescheid/{wish_id}/{token}",
                "request_path": f"/raeume/{room.id}/anfragen?"
                + when_query(Period(wish.starts_at, wish.ends_at)),
            },
            headers=PRIVATE,
        )

    @post("/bescheid/{wish_id:uuid}/{token:str}")
    async def end(
        self,
        wish_id: FromPath[UUID],
        token: FromPath[str],
        actor: NamedDependency[Actor],
        wishes: NamedDependency[Wishes],
    ) -> Redirect:
        """No longer to be told."""
        await wishes.end(actor, wish_id=wish_id, token=token)
        return after(f"/raeume/bescheid/{wish_id}/{token}", ENDED)


class DoorPages(Controller):
    """The page behind the square code on a room's sign."""

    path = "/raeume/{room_id:uuid}/da"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(self, room_id: FromPath[UUID], around: NamedDependency[Around]) -> Template:
        """One field: the reference out of the letter. Looking changes nothing."""
        return await _door_page(around, room_id, form_from(CheckInForm))

    @post()
    async def answer(
        self,
        request: AnyRequest,
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        bookings: NamedDependency[Bookings],
    ) -> Template:
        """Somebody is there."""
        form = form_from(CheckInForm, await request.form())
        if not form.validate():
            return await _door_page(around, room_id, form, status=422)
        await within(around.begin, around.clock, "check-in", address=actor.address)
        try:
            date = await bookings.check_in(actor, room_id=room_id, reference=form.reference.data)
        except NothingToCheckIn as refusal:
            form.refuse("reference", refusal.message, **refusal.params)
            return await _door_page(around, room_id, form, status=refusal.status)
        return await _door_page(around, room_id, form, until=date.ends_at)


async def _door_page(
    around: Around, room_id: UUID, form: CheckInForm, *, status: int = 200, until: Any = None
) -> Template:
    async with around.begin.reading() as session:
        room = await session.get(Room, room_id)
        venue = await session.get(Venue, room.venue_id) if room else None
    if room is None or venue is None:
        raise NotFound
    return Template(
        "booking/door.html",
        context={"form": form, "room": room, "venue": venue, "until": until},
        status_code=status,
        headers=PRIVATE,
    )


def _wish_page(room: Room, venue: Venue, period: Period, form: WishForm, *, status: int = 200) -> Template:
    return Template(
        "booking/wish.html",
        context={
            "form": form,
            "room": room,
            "venue": venue,
            "period": period,
            "here": f"/raeume/{room.id}/bescheid?{when_query(period)}",
            "back": f"/raeume/{room.id}?{when_query(period)}",
        },
        status_code=status,
        headers=PRIVATE,
    )


def _period(request: AnyRequest) -> Period | None:
    """The time in the address; None where it names none."""
    form = form_from(FinderForm, request.query_params)
    form.ausstattung.choices = []
    if not form.validate() or not form.has_time or form.bis.data <= form.von.data:
        return None
    try:
        return between(form.tag.data, form.von.data, form.tag.data, form.bis.data)
    except NoSuchTime:
        return None
