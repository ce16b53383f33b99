"""The team's pages about bookings: the list, one request with its clashes as of now, deciding, changing, giving up."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.handing_out import persons_file
from lms.booking import checking, policy
from lms.booking.errors import AlreadyDecided, EndsTooLate, ReasonNeeded
from lms.booking.forms import EARLIEST, LATEST, ChangeDateForm, ReasonForm, without_choices
from lms.booking.models import BookingDateState
from lms.booking.queries import (
    VIEWS,
    Whole,
    approved_between,
    bookings_page,
    decider_of,
    missed_before,
    whole_of,
)
from lms.booking.rules import CHECK_IN_BEFORE
from lms.booking.service import Bookings
from lms.booking.service.changing import LIVE
from lms.booking.values import Look, Slot
from lms.booking.words import (
    DATE_STATES,
    STATES,
    group_words,
    problem_words,
    room_words,
    taken_words,
    typed_reason,
)
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, at_venue, local, today
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.kernel.rights import Scope
from lms.resources.models import Room, Venue
from lms.scheduling.rules import between
from lms.web.access import may
from lms.web.csv import Cell
from lms.web.forms import Form, TextArea, form_from
from lms.web.language import gettext
from lms.web.module import Around
from lms.web.notices import after, declare
from lms.web.pagination import page_of, window

BOOKINGS = "/verwaltung/buchungen"
DECIDED = declare("entschieden", N_("Your decision is saved. The booker gets a letter about it."))
CHANGED = declare("termin-geaendert", N_("The date is changed. The booker gets one letter about it."))
GIVEN_UP = declare("buchung-aufgehoben", N_("The dates are cancelled. The booker gets a letter about it."))
ADDED_BY_TEAM = declare("termin-gebucht", N_("The date is booked. The booker gets a letter about it."))
CHECKED_IN = declare("angekommen-notiert", N_("It is noted that somebody is there."))
VIEW_WORDS: Mapping[str, str] = {
    "": N_("to decide"),
    "genehmigt": N_("approved"),
    "abgelehnt": N_("declined"),
    "zurueckgezogen": N_("taken back"),
    "alle": N_("all"),
}
LONGEST_SEARCH = 100
DECLINE = "-"
AnyRequest = Request[Any, Any, Any]


class DecideForm(Form):
    """What is said to the booker about the dates that are not possible."""

    reason = TextArea(
        N_("Reason, if you decline a date"),
        rows=3,
        longest=1000,
        hint=N_("The person reads it in the letter."),
    )


class BookingDeskPages(Controller):
    """The list and the page of one booking."""

    path = BOOKINGS
    include_in_schema = False

    @get(opt=may("R", "room-booking", of=Scope.ALL))
    async def index(
        self,
        request: AnyRequest,
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        ansicht: FromQuery[str] = "",
        q: FromQuery[str] = "",
    ) -> Template:
        """Saved views, a search, pages."""
        ensure(policy.may_see_all(actor), actor)
        view, typed = ansicht if ansicht in VIEWS else "", q.strip()[:LONGEST_SEARCH]
        number, size, offset = window(request.query_params.get("seite"))
        async with begin.reading() as session:
            rows, total = await bookings_page(session, view, typed, limit=size, offset=offset)
        page = page_of(
            rows,
            number=number,
            size=size,
            total=total,
            path=BOOKINGS,
            query=request.query_params.multi_items(),
        )
        return Template(
            "booking/desk/bookings.html",
            context={
                "page": page,
                "views": VIEW_WORDS,
                "view": view,
                "typed": typed,
                "states": STATES,
                "group_words": group_words,
                "may_set_prices": policy.may_set_prices(actor),
            },
        )

    @get(["/abrechnung.csv", "/abrechnung.xlsx"], opt=may("R", "room-booking", of=Scope.ALL))
    async def export(
        self,
        request: Request[Any, Any, Any],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
        clock: NamedDependency[Clock],
        monat: FromQuery[str] = "",
    ) -> Response[bytes]:
        """What was booked in one month ("2026-12"), date by date with its frozen price: to write invoices from."""
        ensure(policy.may_see_all(actor), actor)
        first = _first_of_month(monat, today(clock))
        next_month = (first + timedelta(days=32)).replace(day=1)
        async with around.begin.reading() as session:
            lines = await approved_between(session, at_venue(first, time()), at_venue(next_month, time()))
        rows: list[list[Cell]] = [[
            gettext("Booking number"), gettext("Booker"), gettext("Organisation"), gettext("Group"), gettext("Room"),
            gettext("Day"), gettext("From"), gettext("Until"), gettext("State"), gettext("Price in euros"),
        ]]  # fmt: skip
        for whole, one in lines:
            starts, ends = local(one.date.starts_at), local(one.date.ends_at)
            rows.append([
                whole.booking.reference, whole.booker.name, whole.booking.organisation, group_words(whole.group),
                room_words(one.room, one.venue), starts.date(), f"{starts:%H:%M}", f"{ends:%H:%M}",
                gettext(DATE_STATES[one.date.state][0]), Decimal(one.date.price_cents).scaleb(-2),
            ])  # fmt: skip
        return await persons_file(request, around, actor, f"raumbuchungen-{first:%Y-%m}", rows)

    @get("/{booking_id:uuid}", opt=may("R", "room-booking", of=Scope.ALL))
    async def show(
        self,
        booking_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        bookings: NamedDependency[Bookings],
    ) -> Template:
        """Who, what for, each date as it stands right now, and what can be done."""
        return await _page(booking_id, actor, begin, clock, bookings, form_from(DecideForm))

    @post("/{booking_id:uuid}", opt=may("approve", "room-booking"))
    async def decide(
        self,
        request: AnyRequest,
        booking_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """Approve in the rooms that are chosen, decline the rest; or decline everything."""
        sent = await request.form()
        form = form_from(DecideForm, without_choices(sent))
        chosen = _chosen(sent.getall("wahl", []))
        version = _number(str(sent.get("version", "")))
        again = partial(_page, booking_id, actor, begin, clock, bookings)
        if not form.validate():
            return await again(form, chosen=chosen)
        reason = form.reason.data or ""
        try:
            if sent.get("act") == "ablehnen":
                await bookings.decline(actor, booking_id=booking_id, reason=reason, version=version)
            else:
                await bookings.decide(
                    actor, booking_id=booking_id, choices=chosen, reason=reason, version=version
                )
        except NotFound:
            raise
        except ReasonNeeded as refusal:
            form.refuse("reason", refusal.message)
            return await again(form, chosen=chosen)
        except AlreadyDecided as refusal:
            return await again(form_from(DecideForm), refusal=refusal)
        except DomainError as refusal:
            return await again(form, chosen=chosen, refusal=refusal)
        return after(f"{BOOKINGS}/{booking_id}", DECIDED)

    @get("/{booking_id:uuid}/aufheben", opt=may("approve", "room-booking"))
    async def ask_giving_up(
        self, booking_id: FromPath[UUID], begin: NamedDependency[Begin], termin: FromQuery[UUID | None] = None
    ) -> Template:
        """Before cancelling dates that the booker counts on."""
        async with begin.reading() as session:
            whole = await whole_of(session, booking_id)
        return _giving_up(whole, termin, form_from(ReasonForm))

    @post("/{booking_id:uuid}/aufheben", opt=may("approve", "room-booking"))
    async def give_up(
        self,
        request: AnyRequest,
        booking_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        bookings: NamedDependency[Bookings],
        termin: FromQuery[UUID | None] = None,
    ) -> Template | Redirect:
        """Cancel one date or all that are to come; the booker reads the reason."""
        async with begin.reading() as session:
            whole = await whole_of(session, booking_id)
        form = form_from(ReasonForm, await request.form())
        reason = form.reason.data or "" if form.validate() else ""
        if not reason:
            form.refuse("reason", ReasonNeeded.message)
            return _giving_up(whole, termin, form, status=422)
        try:
            if termin is None:
                await bookings.withdraw(actor, booking_id=booking_id, reason=reason)
            else:
                await bookings.drop(actor, booking_id=booking_id, date_id=termin, reason=reason)
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            return _giving_up(whole, termin, form, status=refusal.status)
        return after(f"{BOOKINGS}/{booking_id}", GIVEN_UP)

    @post("/{booking_id:uuid}/termin/{date_id:uuid}/da", opt=may("approve", "room-booking"))
    async def check_in(
        self,
        booking_id: FromPath[UUID],
        date_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """Somebody told the team that they are there."""
        try:
            await bookings.check_in_date(actor, booking_id=booking_id, date_id=date_id)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _page(
                booking_id, actor, begin, clock, bookings, form_from(DecideForm), refusal=refusal
            )
        return after(f"{BOOKINGS}/{booking_id}", CHECKED_IN)

    @post("/{booking_id:uuid}/termin/{date_id:uuid}/buchen", opt=may("approve", "room-booking"))
    async def add_back(
        self,
        booking_id: FromPath[UUID],
        date_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """Book a date after all that was left out or declined."""
        try:
            await bookings.add_back(actor, booking_id=booking_id, date_id=date_id)
        except NotFound:
            raise
        except DomainError as refusal:
            return await _page(
                booking_id, actor, begin, clock, bookings, form_from(DecideForm), refusal=refusal
            )
        return after(f"{BOOKINGS}/{booking_id}", ADDED_BY_TEAM)

    @get("/{booking_id:uuid}/termin/{date_id:uuid}", opt=may("approve", "room-booking"))
    async def ask_change(
        self, booking_id: FromPath[UUID], date_id: FromPath[UUID], begin: NamedDependency[Begin]
    ) -> Template:
        """Another time or room."""
        async with begin.reading() as session:
            whole, row = await _date(session, booking_id, date_id)
            form = form_from(
                ChangeDateForm,
                room=str(row.room.id),
                tag=local(row.date.starts_at).date(),
                von=local(row.date.starts_at).time(),
                bis=local(row.date.ends_at).time(),
                seen=str(whole.booking.version),
            )
            form.room.choices = await room_choices(session)
        return _change_page(whole, row, form)

    @post("/{booking_id:uuid}/termin/{date_id:uuid}", opt=may("approve", "room-booking"))
    async def change(
        self,
        request: AnyRequest,
        booking_id: FromPath[UUID],
        date_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        bookings: NamedDependency[Bookings],
    ) -> Template | Redirect:
        """The same check as ever, then one letter."""
        form = form_from(ChangeDateForm, await request.form())
        async with begin.reading() as session:
            whole, row = await _date(session, booking_id, date_id)
            form.room.choices = await room_choices(session)
        if not form.validate():
            return _change_page(whole, row, form, status=422)
        if form.bis.data <= form.von.data:
            form.refuse("bis", EndsTooLate.message)
            return _change_page(whole, row, form, status=422)
        try:
            period = between(form.tag.data, form.von.data, form.tag.data, form.bis.data)
            await bookings.change_date(
                actor,
                booking_id=booking_id,
                date_id=date_id,
                room_id=UUID(form.room.data),
                period=period,
                and_later=bool(form.and_later.data),
                version=_number(form.seen.data or ""),
            )
        except NotFound:
            raise
        except DomainError as refusal:
            form.refuse("", refusal.message, **refusal.params)
            if isinstance(refusal, Stale):
                async with begin.reading() as session:
                    whole, row = await _date(session, booking_id, date_id)
                form.seen.raw_data, form.seen.data = None, str(whole.booking.version)
            return _change_page(whole, row, form, status=refusal.status)
        return after(f"{BOOKINGS}/{booking_id}", CHANGED)


async def room_choices(session: AsyncSession) -> list[tuple[str, str]]:
    """Every room, by venue; one statement."""
    rows = await session.execute(
        select(Room, Venue).join(Venue, Venue.id == Room.venue_id).order_by(Venue.name, Room.name)
    )
    return [(str(room.id), f"{room_words(room, venue)} ({room.seats})") for room, venue in rows]


async def _page(
    booking_id: UUID,
    actor: Actor,
    begin: Begin,
    clock: Clock,
    bookings: Bookings,
    form: DecideForm,
    *,
    chosen: Mapping[UUID, UUID | None] | None = None,
    refusal: DomainError | None = None,
) -> Template:
    ensure(policy.may_see_all(actor), actor)
    now = clock()
    async with begin.reading() as session:
        whole = await whole_of(session, booking_id)
        decider = await decider_of(session, whole.booking)
        missed = await missed_before(session, whole.booking.booker_id)
        left = await _left_of_quota(session, whole)
        cents = await checking.prices(session, whole.group, {one.room.id for one in whole.dates})
    looks = await bookings.look_again(actor, booking_id)
    booking = whole.booking
    is_own = actor.person_id is not None and actor.person_id == booking.booker_id
    return Template(
        "booking/desk/booking.html",
        context={
            "whole": whole,
            "form": form,
            "looks": looks,
            "choices": {one: _options(look) for one, look in looks.items()},
            "chosen": {key: str(value) if value else DECLINE for key, value in (chosen or {}).items()},
            "states": STATES,
            "date_states": DATE_STATES,
            "group": group_words(whole.group),
            "cents": cents,
            "room_words": room_words,
            "reason_words": typed_reason,
            "problem_words": problem_words,
            "taken_words": taken_words,
            "missed": missed,
            "decider": decider,
            "left": left,
            "moment": now,
            "check_in_from": CHECK_IN_BEFORE,
            "may_decide": policy.may_decide(actor) and not is_own,
            "is_own": is_own and policy.may_decide(actor),
            "is_live": booking.state in LIVE,
            "refusal": gettext(refusal.message, **refusal.params) if refusal else "",
        },
        status_code=refusal.status if refusal else 422 if form.problems else 200,
    )


def _options(look: Look) -> list[tuple[str, str]]:
    """What can be chosen for one date: the room that was asked for, others that are free, or not at all."""
    options = [(str(look.room.id), gettext("as requested: %(room)s", room=room_words(look.room, look.venue)))]
    if not look.is_fine:
        options = [("", gettext("Please choose"))]
    options += [
        (str(room.id), gettext("instead: %(room)s", room=room_words(room, venue)))
        for room, venue in look.alternatives
    ]
    return [*options, (DECLINE, gettext("decline this date"))]


async def _left_of_quota(session: AsyncSession, whole: Whole) -> str:
    """A sentence when approving everything would break the group's rule; nothing otherwise."""
    waiting = whole.in_state(BookingDateState.REQUESTED)
    slots = [Slot(one.room.id, Period(one.date.starts_at, one.date.ends_at)) for one in waiting]
    try:
        await checking.ensure_quota(
            session,
            slots,
            whole.group,
            booker_id=whole.booking.booker_id,
            organisation=whole.booking.organisation,
            words=group_words(whole.group),
            besides=[one.date.id for one in waiting],
        )
    except DomainError as refusal:
        return gettext(refusal.message, **refusal.params)
    return ""


async def _date(session: AsyncSession, booking_id: UUID, date_id: UUID) -> tuple[Whole, Any]:
    whole = await whole_of(session, booking_id)
    row = next((one for one in whole.dates if one.date.id == date_id), None)
    if row is None:
        raise NotFound
    return whole, row


def _change_page(whole: Whole, row: Any, form: ChangeDateForm, *, status: int = 200) -> Template:
    return Template(
        "booking/desk/change.html",
        context={"whole": whole, "row": row, "form": form, "room_words": room_words},
        status_code=status,
    )


def _giving_up(whole: Whole, date_id: UUID | None, form: ReasonForm, *, status: int = 200) -> Template:
    one = next((each for each in whole.dates if each.date.id == date_id), None)
    if date_id is not None and one is None:
        raise NotFound
    return Template(
        "booking/desk/give_up.html",
        context={"whole": whole, "one": one, "form": form, "room_words": room_words},
        status_code=status,
    )


def _chosen(texts: list[Any]) -> dict[UUID, UUID | None]:
    """The choices of the page: "<date>=<room>" approves in that room, "<date>=-" declines; what cannot be read says nothing."""
    chosen: dict[UUID, UUID | None] = {}
    for text in texts[:200]:
        key, _, value = str(text).partition("=")
        try:
            if value:
                chosen[UUID(key)] = None if value == DECLINE else UUID(value)
        except ValueError:
            continue
    return chosen


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _first_of_month(text: str, day: date) -> date:
    """The month of an address; this month for anything odd."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return day.replace(day=1)
    return first if EARLIEST <= first <= LATEST else day.replace(day=1)
