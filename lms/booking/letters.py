"""What we write to people who want a room, and to the team when something waits for a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account, RoleGrant
from lms.booking import events
from lms.booking.models import Booking, BookingDate, BookingDateState, BookingState, SlotWish
from lms.booking.queries import Dated, Whole, whole_of
from lms.booking.words import group_words, reason_words, room_words, typed_reason
from lms.db import links_of
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.calendar import Entry
from lms.scheduling.invitations import calendar_files
from lms.web.language import Language, gettext, use_locale
from lms.web.letters import write_letter

FOLDER = "booking/letters/"


@dataclass(frozen=True, slots=True)
class Change:
    """A date that is another one now, and what it was."""

    now: Dated
    place: str
    before_starts_at: datetime
    before_ends_at: datetime
    before_place: str


async def confirm_request(session: AsyncSession, event: events.BookingRequested) -> None:
    """To whoever asked: what was asked for; to the team: that something waits."""
    whole = await _found(session, event.booking_id)
    if whole is None:
        return
    waiting = whole.in_state(BookingDateState.REQUESTED)
    await _send(
        session, whole, "booking_received", at=event.at, version=event.version, dates=_spoken(whole, waiting),
        left_out=_spoken(whole, whole.in_state(BookingDateState.CANCELLED)),
        is_series=len(whole.dates) > 1,
    )  # fmt: skip
    for person in await _deciders(session, whole):
        with use_locale("en" if person.language == "en" else "de"):
            said = _said(session, whole) | {"dates": _spoken(whole, waiting), "booker": whole.booker.name}
        await write_letter(
            session,
            key=f"booking_to_decide:{whole.booking.id}:{event.version}:{person.id}",
            kind="booking_to_decide",
            to=person,
            template=f"{FOLDER}booking_to_decide.md",
            context=said,
            about=("booking", whole.booking.id),
            at=event.at,
        )


async def tell_decision(session: AsyncSession, event: events.BookingDecided) -> None:
    """Approved, all of it or some dates, with a calendar file; or declined, with the reason."""
    whole = await _found(session, event.booking_id)
    if whole is None or whole.booking.version < event.version:
        return
    approved = whole.in_state(BookingDateState.APPROVED)
    declined = whole.in_state(BookingDateState.DECLINED)
    if whole.booking.state is BookingState.DECLINED:
        await _send(
            session,
            whole,
            "booking_declined",
            at=event.at,
            version=event.version,
            dates=_spoken(whole, declined),
        )
        return
    await _send(
        session, whole, "booking_approved", at=event.at, version=event.version, dates=_spoken(whole, approved),
        declined=_spoken(whole, declined), waiting=_spoken(whole, whole.in_state(BookingDateState.REQUESTED)),
        total_cents=sum(one.date.price_cents for one in approved),
        releases_after=_release_minutes(approved), calendar=approved,
    )  # fmt: skip


async def tell_change(session: AsyncSession, event: events.BookingChanged) -> None:
    """One letter about everything that has another time or room, or has ended."""
    whole = await _found(session, event.booking_id)
    if whole is None:
        return
    by_id = {one.date.id: one for one in whole.dates}
    rooms = {
        room.id: (room, venue)
        for room, venue in await session.execute(
            select(Room, Venue)
            .join(Venue, Venue.id == Room.venue_id)
            .where(Room.id.in_({one.room_id for one in event.moved}))
        )
    }
    changes = [
        Change(
            by_id[one.date_id],
            room_words(by_id[one.date_id].room, by_id[one.date_id].venue),
            one.starts_at,
            one.ends_at,
            room_words(*rooms[one.room_id]),
        )
        for one in event.moved
        if one.date_id in by_id
    ]
    ended = [by_id[one] for one in event.ended if one in by_id]
    live = whole.in_state(BookingDateState.APPROVED, BookingDateState.REQUESTED)
    was_decided = whole.booking.decided_at is not None
    await _send(
        session, whole, "booking_changed", at=event.at, version=event.version, changes=changes,
        ended=_spoken(whole, ended), by_team=event.by_team, is_over=not live,
        reason=typed_reason(ended[0].date.reason) if ended and event.by_team else "",
        calendar=[change.now for change in changes], cancelled=ended if was_decided else [],
    )  # fmt: skip


async def tell_release(session: AsyncSession, event: events.DateReleased) -> None:
    """Nobody had come: the room was given back, in friendly words."""
    row = await session.get(BookingDate, event.date_id)
    whole = await _found(session, row.booking_id) if row else None
    if row is None or whole is None:
        return
    one = next(each for each in whole.dates if each.date.id == row.id)
    await _send(
        session, whole, "booking_released", at=event.at, version=whole.booking.version,
        dates=_spoken(whole, [one]), minutes=one.room.release_after_minutes or 0, cancelled=[one],
    )  # fmt: skip


async def tell_that_slot_is_free(
    session: AsyncSession, wish: SlotWish, room: Room, venue: Venue, person: Person, *, at: datetime
) -> None:
    """The wished room has fallen free; the link leads to a request that is filled in."""
    begins, ends = local(wish.starts_at), local(wish.ends_at)
    links = links_of(session)
    query = f"tag-day={begins.day}&tag-month={begins.month}&tag-year={begins.year}&von={begins:%H:%M}&bis={ends:%H:%M}"
    await write_letter(
        session,
        key=f"slot_free:{wish.id}",
        kind="slot_free",
        to=person,
        template=f"{FOLDER}slot_free.md",
        context={
            "room": room_words(room, venue),
            "starts_at": wish.starts_at,
            "ends_at": wish.ends_at,
            "request_path": f"/raeume/{room.id}/anfragen?{query}",
            "wish_path": f"/raeume/bescheid/{wish.id}/{links.signer.token('slot-wish', wish.id)}",
        },
        about=("slot_wish", wish.id),
        at=at,
    )


def booking_path(booking: Booking, token: str) -> str:
    """Where the booking opens without an account."""
    return f"/buchung/{booking.id}/{token}"


def entries_of(
    whole: Whole, dates: Sequence[Dated], address: str, at: datetime, *, cancelled: bool = False
) -> list[Entry]:
    """These dates as calendar entries, in the language being spoken."""
    booking = whole.booking
    summary = booking.title if not cancelled else gettext("Cancelled: %(course)s", course=booking.title)
    return [
        Entry(
            session_id=one.date.id,
            starts_at=one.date.starts_at,
            ends_at=one.date.ends_at,
            changed_at=at,
            sequence=booking.version,
            is_cancelled=cancelled,
            summary=summary,
            location=", ".join(
                part for part in (room_words(one.room, one.venue), one.venue.street, one.venue.city) if part
            ),
            description=gettext("Your booking number: %(reference)s", reference=booking.reference),
            address=address,
        )
        for one in dates
    ]


async def _found(session: AsyncSession, booking_id: Any) -> Whole | None:
    try:
        return await whole_of(session, booking_id)
    except NotFound:
        return None


async def _deciders(session: AsyncSession, whole: Whole) -> Sequence[Person]:
    """Those of the team who look after rooms; never whoever asked themselves (S-08)."""
    found = await session.scalars(
        select(Person)
        .join(Account, Account.person_id == Person.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            RoleGrant.role == Identity.RESOURCES,
            Account.locked_at.is_(None),
            Person.id != whole.booking.booker_id,
            Person.email.is_not(None),
        )
        .order_by(Person.id)
    )
    return found.all()


def _language(whole: Whole) -> Language:
    return "en" if whole.booker.language == "en" else "de"


def _release_minutes(dates: Sequence[Dated]) -> int:
    return min((one.room.release_after_minutes for one in dates if one.room.release_after_minutes), default=0)


def _spoken(whole: Whole, dates: Sequence[Dated]) -> list[Mapping[str, Any]]:
    with use_locale(_language(whole)):
        return [
            {
                "starts_at": one.date.starts_at,
                "ends_at": one.date.ends_at,
                "place": room_words(one.room, one.venue),
                "cents": one.date.price_cents,
                "reason": reason_words(one.date.reason),
            }
            for one in dates
        ]


def _said(session: AsyncSession, whole: Whole) -> dict[str, Any]:
    booking = whole.booking
    token = links_of(session).signer.token("booking", booking.id, booking.link_version)
    return {
        "title": booking.title,
        "reference": booking.reference,
        "organisation": booking.organisation,
        "people": booking.people,
        "group": group_words(whole.group),
        "total_cents": whole.total_cents,
        "reason": booking.reason,
        "manage_path": booking_path(booking, token),
        "desk_path": f"/verwaltung/buchungen/{booking.id}",
    }


async def _send(
    session: AsyncSession,
    whole: Whole,
    name: str,
    *,
    at: datetime,
    version: int,
    calendar: Sequence[Dated] = (),
    cancelled: Sequence[Dated] = (),
    **more: Any,
) -> None:
    with use_locale(_language(whole)):
        said = _said(session, whole)
        address = links_of(session).absolute(said["manage_path"])
        listed = entries_of(whole, calendar, address, at) + entries_of(
            whole, cancelled, address, at, cancelled=True
        )
    enclosures = await calendar_files(
        session, to=whole.booker, entries=listed, name=whole.booking.title, at=at
    )
    await write_letter(
        session,
        key=f"{name}:{whole.booking.id}:{version}",
        kind=name,
        to=whole.booker,
        template=f"{FOLDER}{name}.md",
        context=said | {"has_calendar": bool(enclosures)} | more,
        about=("booking", whole.booking.id),
        enclosures=enclosures,
        at=at,
    )


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    events.BookingRequested: [confirm_request],
    events.BookingDecided: [tell_decision],
    events.BookingChanged: [tell_change],
    events.DateReleased: [tell_release],
}
