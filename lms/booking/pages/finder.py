"""Rooms for everybody: the list, the search for a free one, and the page of one room with its week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.errors import DatesInThePast, EndsTooLate
from lms.booking.forms import FinderForm
from lms.booking.models import BookerGroup, Tariff
from lms.booking.occupation import week_of_room
from lms.booking.queries import bookable_room, groups
from lms.booking.rules import week_of
from lms.booking.words import equipment_words, group_words
from lms.db import Begin
from lms.kernel.clock import Clock, local
from lms.kernel.period import Period
from lms.resources.finding import Hindrance, Needs, find_rooms
from lms.resources.models import Equipment, Room, Venue
from lms.resources.queries import PhotoFacts, equipment_of_all, photos_of
from lms.scheduling.errors import NoSuchTime
from lms.scheduling.rules import between
from lms.web.access import PUBLIC
from lms.web.forms import form_from
from lms.web.language import current_language

AnyRequest = Request[Any, Any, Any]
WEEKS_AHEAD = 104
ANY_TIME = Period(datetime(2000, 1, 3, 10, tzinfo=UTC), datetime(2000, 1, 3, 11, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Found:
    """A room in the list, with what it has in words, and how it stands at the time that was asked for."""

    room: Room
    venue: Venue
    equipment: Sequence[str]
    photo: PhotoFacts | None
    photo_words: str
    hindrance: Hindrance | None = None


class RoomFinderPages(Controller):
    """Finding a room, and looking at it."""

    path = "/raeume"
    opt = PUBLIC
    include_in_schema = False

    @get()
    async def index(
        self, request: AnyRequest, begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """All rooms that can be booked; with day and time, the free ones first."""
        form = form_from(FinderForm, request.query_params)
        async with begin.reading() as session:
            vocabulary = await vocabulary_of(session)
            form.ausstattung.choices = [
                (one.key, (one.name_en if current_language() == "en" else "") or one.name_de)
                for one in vocabulary.values()
            ]
            is_valid = form.validate()
            period = _asked(form, clock()) if is_valid and form.has_time else None
            found = await _found(session, form if is_valid else None, period, vocabulary)
        free = [one for one in found if one.hindrance is None]
        return Template(
            "booking/finder.html",
            context={
                "form": form,
                "free": free,
                "taken": [one for one in found if one.hindrance is not None],
                "period": period if not form.problems else None,
                "query": "?" + when_query(period) if period else "",
                "is_filtered": any(
                    field.data for field in (form.plaetze, form.zugang, form.ausstattung, form.tag)
                ),
            },
            status_code=422 if form.problems else 200,
        )

    @get("/{room_id:uuid}")
    async def show(
        self,
        request: AnyRequest,
        room_id: FromPath[UUID],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        woche: FromQuery[str] = "",
    ) -> Template:
        """Facts, access, photo, price for each group, and the week."""
        now = clock()
        asked = form_from(FinderForm, request.query_params)
        asked.ausstattung.choices = []
        period = _asked(asked, now) if asked.validate() and asked.has_time else None
        this_week = week_of(now)
        monday = _monday(woche, this_week) if woche or period is None else week_of(period.start)
        async with begin.reading() as session:
            room, venue = await bookable_room(session, room_id)
            vocabulary = await vocabulary_of(session)
            photo = (await photos_of(session, [room_id])).get(room_id)
            days = await week_of_room(session, room, monday, now)
            offered = await groups(session, with_internal=False)
            prices = await tariffs_of_room(session, room_id, offered)
            hindrance = await _hindrance(session, room_id, period) if period else None
        return Template(
            "booking/room.html",
            context={
                "room": room,
                "venue": venue,
                "floor": (room.floor_en if current_language() == "en" else "") or room.floor_de,
                "arrival": (venue.arrival_en if current_language() == "en" else "") or venue.arrival_de,
                "equipment": equipment_words(room, vocabulary),
                "photo": photo,
                "photo_words": _alt(photo),
                "days": days,
                "before": monday - timedelta(days=7) if monday > this_week else None,
                "after": monday + timedelta(days=7)
                if monday < this_week + timedelta(weeks=WEEKS_AHEAD)
                else None,
                "monday": monday,
                "today": local(now).date(),
                "prices": [(group_words(group), prices[group.id]) for group in offered],
                "period": period,
                "hindrance": hindrance,
                "query": "?" + when_query(period) if period else "",
            },
        )


def when_query(period: Period) -> str:
    """The time as a part of an address that fills the forms."""
    begins, ends = local(period.start), local(period.end)
    return urlencode(
        {
            "tag-day": begins.day,
            "tag-month": begins.month,
            "tag-year": begins.year,
            "von": f"{begins:%H:%M}",
            "bis": f"{ends:%H:%M}",
        }
    )


async def vocabulary_of(session: AsyncSession) -> Mapping[str, Equipment]:
    """What rooms can have, by key; one statement."""
    return {one.key: one for one in await equipment_of_all(session)}


async def tariffs_of_room(
    session: AsyncSession, room_id: UUID, offered: Sequence[BookerGroup]
) -> Mapping[UUID, int]:
    """What an hour in this room costs each group, in cents; one statement."""
    rows = await session.execute(
        select(Tariff.group_id, Tariff.cents_per_hour).where(Tariff.room_id == room_id)
    )
    own = {row.group_id: row.cents_per_hour for row in rows}
    return {group.id: own.get(group.id, group.cents_per_hour) for group in offered}


def _asked(form: FinderForm, now: datetime) -> Period | None:
    """The time that is asked for; None, with a sentence at the field, where there cannot be one."""
    day, starts, ends = form.tag.data, form.von.data, form.bis.data
    if ends <= starts:
        form.refuse("bis", EndsTooLate.message)
        return None
    try:
        period = between(day, starts, day, ends)
    except NoSuchTime as refusal:
        form.refuse("bis", refusal.message)
        return None
    if period.start <= now:
        form.refuse("tag", DatesInThePast.message)
        return None
    return period


async def _found(
    session: AsyncSession, form: FinderForm | None, period: Period | None, vocabulary: Mapping[str, Equipment]
) -> Sequence[Found]:
    access = set(form.zugang.data or ()) if form else set()
    needs = Needs(
        seats=(form.plaetze.data if form else None) or 1,
        equipment=tuple((form.ausstattung.data if form else None) or ()),
        step_free="step_free" in access,
        hearing_loop="hearing_loop" in access,
        accessible_wc="accessible_wc" in access,
        bookable=True,
    )
    # without a time the facts alone decide: any moment will do, and what is taken then does not matter
    some_time = period or ANY_TIME
    rooms = await find_rooms(session, some_time, needs)
    photos = await photos_of(session, [one.room.id for one in rooms])
    return [
        Found(
            one.room,
            one.venue,
            equipment_words(one.room, vocabulary),
            photos.get(one.room.id),
            _alt(photos.get(one.room.id)),
            one.reason if period else None,
        )
        for one in (rooms if period else sorted(rooms, key=lambda one: (one.venue.name, one.room.name)))
    ]


def _alt(photo: PhotoFacts | None) -> str:
    """What a picture shows, in the language being spoken."""
    if photo is None:
        return ""
    return (photo.alt_en if current_language() == "en" else "") or photo.alt_de


async def _hindrance(session: AsyncSession, room_id: UUID, period: Period) -> Hindrance | None:
    rooms = await find_rooms(session, period, Needs(bookable=True))
    return next((one.reason for one in rooms if one.room.id == room_id), None)


def _monday(text: str, this_week: date) -> date:
    """The Monday of the week that an address names; this week for anything odd."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return this_week
    monday = day - timedelta(days=day.weekday()) if day > this_week else this_week
    return min(monday, this_week + timedelta(weeks=WEEKS_AHEAD))
