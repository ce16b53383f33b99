"""Asking for a room in three pages: when, who, check. What was typed travels along in the pages; nothing is kept before it is sent."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from lms.accounts.limits import within
from lms.booking import policy
from lms.booking.errors import (
    DatesInThePast,
    DatesNotFree,
    EndsTooLate,
    NoDates,
    OwnRequest,
    QuotaExceeded,
    TooFarAhead,
    TooManyDates,
)
from lms.booking.forms import WhenForm, WhoForm, choices_of, request_of, sent_again, without_choices
from lms.booking.letters import booking_path
from lms.booking.models import Booking
from lms.booking.queries import bookable_room, groups
from lms.booking.service import Bookings
from lms.booking.words import group_words, problem_words, room_words
from lms.enrolment.pages.private import PRIVATE
from lms.kernel.actor import Actor
from lms.kernel.errors import DomainError, NotFound
from lms.kernel.marking import N_
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.resources.reserving import AlreadyTaken
from lms.scheduling.errors import NoSuchTime
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.sent import uuid_in

AnyRequest = Request[Any, Any, Any]
SENT = declare("anfrage-gesendet", N_("Your request has arrived. We write to you as soon as it is decided."))
BOOKED = declare("gebucht", N_("The room is booked. The booker gets a confirmation."))
ABOUT_TIME: Mapping[type[DomainError], str] = {
    EndsTooLate: "bis",
    NoSuchTime: "bis",
    NoDates: "tag",
    TooManyDates: "anzahl",
    DatesInThePast: "tag",
    TooFarAhead: "tag",
}
TIME_REFUSALS: tuple[type[DomainError], ...] = (*ABOUT_TIME, QuotaExceeded)


class RequestPages(Controller):
    """Three pages at one address."""

    path = "/raeume/{room_id:uuid}/anfragen"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def ask(
        self, request: AnyRequest, room_id: FromPath[UUID], around: NamedDependency[Around]
    ) -> Template:
        """The first page, filled with the time that the address names."""
        room, venue, _ = await _surroundings(around, room_id, None)
        query = request.query_params
        names = ("tag-day", "tag-month", "tag-year", "von", "bis")
        when = form_from(WhenForm, query) if any(query.get(name) for name in names) else form_from(WhenForm)
        if not when.wiederholung.chosen:
            when.wiederholung.raw_data, when.wiederholung.data = None, "once"
        return _when_page(room, venue, when, form_from(WhoForm))

    @post()
    async def answer(
        self,
        request: AnyRequest,
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """On, back, choose for a date that is taken, or send: whatever button was pressed."""
        room, venue, me = await _surroundings(around, room_id, actor)
        sent = await request.form()
        typed = without_choices(sent)
        when = form_from(WhenForm, typed)
        act = str(sent.get("act", ""))
        is_first_look = act == "wer" and "title" not in sent
        who = form_from(WhoForm, **_known(me)) if is_first_look else form_from(WhoForm, typed)
        async with around.begin.reading() as session:
            offered = await groups(session, with_internal=policy.may_decide(actor))
        who.group.choices = [(str(group.id), group_words(group)) for group in offered]
        if act == "wann" or not when.validate():
            return _when_page(room, venue, when, who, status=200 if act == "wann" else 422)
        try:
            when.series().periods()
        except TIME_REFUSALS as refusal:
            when.refuse(ABOUT_TIME[type(refusal)], refusal.message, **refusal.params)
            return _when_page(room, venue, when, who, status=refusal.status)
        if when.personen.data > room.seats:
            when.refuse(
                "personen", N_("%(room)s has %(seats)s seats, too few for %(people)s people. Choose a larger room."),
                room=room.name, seats=room.seats, people=when.personen.data,
            )  # fmt: skip
            return _when_page(room, venue, when, who, status=422)
        if act == "wer" or not who.validate():
            return _who_page(room, venue, when, who, status=200 if act == "wer" else 422)
        try:
            return await self._check(sent, actor, around, bookings, (room, venue), (when, who), act)
        except TIME_REFUSALS as refusal:
            when.refuse(ABOUT_TIME.get(type(refusal), ""), refusal.message, **refusal.params)
            return _when_page(room, venue, when, who, status=refusal.status)

    async def _check(
        self,
        sent: Any,
        actor: Actor,
        around: Around,
        bookings: Bookings,
        place: tuple[Room, Venue],
        forms: tuple[WhenForm, WhoForm],
        act: str,
    ) -> Template | Redirect:
        """Send, or show every date with its price and what is in its way."""
        (room, venue), (when, who) = place, forms
        choices = choices_of(sent.getall("wahl", []))
        wanted = request_of(room.id, when, who, choices)
        refusal: DomainError | None = None
        if act in {"senden", "buchen"}:
            if not actor.is_signed_in:
                await within(around.begin, around.clock, "booking", address=actor.address)
            form_id, approve = uuid_in(str(sent.get("form_id", ""))), act == "buchen"
            try:
                booking = await bookings.request(actor, wanted, form_id=form_id, approve=approve)
            except (DatesNotFree, AlreadyTaken, NoDates, OwnRequest) as problem:
                refusal = problem
            else:
                return _sent(around, actor, booking, approve=approve)
        preview = await bookings.preview(actor, wanted)
        return Template(
            "booking/check.html",
            context={
                "room": room,
                "venue": venue,
                "when": when,
                "who": who,
                "preview": preview,
                "group": group_words(preview.group),
                "problem_words": problem_words,
                "room_words": room_words,
                "hidden": [*sent_again(when, who), *_chosen(choices)],
                "form_id": str(sent.get("form_id", "")) if refusal else str(uuid4()),
                "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
                "may_book": policy.may_decide(actor),
            },
            status_code=refusal.status if refusal else 200,
            headers=PRIVATE,
        )


def _sent(around: Around, actor: Actor, booking: Booking, *, approve: bool) -> Redirect:
    if policy.may_decide(actor):
        return after(f"/verwaltung/buchungen/{booking.id}", BOOKED if approve else SENT)
    token = around.signer.token("booking", booking.id, booking.link_version)
    return after(booking_path(booking, token), SENT)


async def _surroundings(
    around: Around, room_id: UUID, actor: Actor | None
) -> tuple[Room, Venue, Person | None]:
    async with around.begin.reading() as session:
        if actor is not None and policy.may_decide(actor):
            room = await session.get(Room, room_id)
            venue = await session.get(Venue, room.venue_id) if room else None
            if room is None or venue is None:
                raise NotFound
            return room, venue, None  # the team asks for somebody else
        room, venue = await bookable_room(session, room_id)
        me = await session.get(Person, actor.person_id) if actor and actor.person_id else None
    return room, venue, me


def _known(me: Person | None) -> dict[str, Any]:
    """What we know of somebody who is signed in, so that they need not type it."""
    if me is None:
        return {}
    return {
        name: getattr(me, name) or ""
        for name in ("given_name", "family_name", "email", "phone", "street", "postal_code", "city")
    }


def _when_page(room: Room, venue: Venue, when: WhenForm, who: WhoForm, *, status: int = 200) -> Template:
    return Template(
        "booking/when.html",
        context={"form": when, "room": room, "venue": venue, "hidden": list(sent_again(who))},
        status_code=status,
        headers=PRIVATE,
    )


def _who_page(room: Room, venue: Venue, when: WhenForm, who: WhoForm, *, status: int = 200) -> Template:
    return Template(
        "booking/who.html",
        context={"form": who, "room": room, "venue": venue, "hidden": list(sent_again(when))},
        status_code=status,
        headers=PRIVATE,
    )


def _chosen(choices: Mapping[date, UUID | None]) -> list[tuple[str, str]]:
    return [("wahl", f"{day.isoformat()}={room_id or '-'}") for day, room_id in choices.items()]
