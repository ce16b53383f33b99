"""What holds for the places: when they are open, what rooms can have, how far they lie apart, what is closed.

Filled last: closures and closing days look for days on which nothing is planned.
"""

from collections.abc import Mapping
from datetime import date, time, timedelta
from itertools import count

from sqlalchemy import select

from lms.demo.filling.ground import Ground
from lms.demo.filling.places import opening_hours
from lms.demo.filling.sketch import sketch_of_hall
from lms.kernel.clock import at_venue, local
from lms.resources.models import (
    ClosingDay,
    Closure,
    Equipment,
    OpeningTime,
    Reservation,
    ReservationKind,
    ReservationState,
    Room,
    RoomPhoto,
    TravelTime,
)
from lms.resources.pictures import MEDIA_TYPE, as_our_picture
from lms.resources.service.travelling import pair_of
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import Session, SessionState

SHOWN_ROOM = "iz-saal"
CLOSED_ROOM = "um-gemeinschaftsraum"
CLOSED_FOR_DAYS = 3
CLOSED_BECAUSE = "Renovierung: Der Fußboden wird erneuert."
OUTING = "Betriebsausflug des Teams"
AHEAD_DAYS = 21


async def fill_house(ground: Ground, rooms: Mapping[str, Room]) -> None:
    """Write it all down."""
    house = ground.demo.house
    await ground.put(
        Equipment(id=ground.key(), key=one.key, name_de=one.name_de, name_en=one.name_en)
        for one in house.equipment
    )
    venues = {venue.key: rooms[venue.room[0].key].venue_id for venue in ground.demo.venues}
    await ground.put(
        OpeningTime(
            id=ground.key(),
            weekday=hours.weekday,
            opens=hours.opens,
            closes=hours.closes,
            venue_id=venues[venue.key],
        )
        for venue in ground.demo.venues
        for hours in opening_hours(venue.opening_hours)
    )
    await ground.put(
        OpeningTime(
            id=ground.key(),
            weekday=hours.weekday,
            opens=hours.opens,
            closes=hours.closes,
            room_id=rooms[room.key].id,
        )
        for venue in ground.demo.venues
        for room in venue.room
        for hours in opening_hours(room.hours)
    )
    for way in house.way:
        one, other = pair_of(venues[way.between[0]], venues[way.between[1]])
        await ground.put([TravelTime(id=ground.key(), from_id=one, to_id=other, minutes=way.minutes)])
    await ground.put(
        [
            RoomPhoto(
                id=ground.key(),
                room_id=rooms[SHOWN_ROOM].id,
                image=as_our_picture("saal.png", sketch_of_hall()),
                media_type=MEDIA_TYPE,
                alt_de="Zeichnung: heller Saal mit vier Fenstern, einer Leinwand und drei Tischreihen.",
                alt_en="Drawing: a bright hall with four windows, a screen and three rows of tables.",
            )
        ]
    )
    await _close_a_room(ground, rooms[CLOSED_ROOM])
    await _close_a_day(ground)


async def _close_a_room(ground: Ground, room: Room) -> None:
    taken = {
        local(moment).date()
        for start, end in await ground.session.execute(
            select(Reservation.starts_at, Reservation.ends_at).where(
                Reservation.room_id == room.id, Reservation.state == ReservationState.FIRM
            )
        )
        for moment in (start, end)
    }
    first = next(
        day
        for day in (ground.today + timedelta(days=AHEAD_DAYS + offset) for offset in count())
        if not taken & {day + timedelta(days=one) for one in range(CLOSED_FOR_DAYS)}
    )
    closure = Closure(
        id=ground.key(),
        venue_id=room.venue_id,
        room_id=room.id,
        starts_at=at_venue(first, time()),
        ends_at=at_venue(first + timedelta(days=CLOSED_FOR_DAYS), time()),
        reason=CLOSED_BECAUSE,
    )
    await ground.put([closure])
    await ground.put(
        [
            Reservation(
                id=ground.key(),
                starts_at=closure.starts_at,
                ends_at=closure.ends_at,
                room_id=room.id,
                venue_id=room.venue_id,
                kind=ReservationKind.CLOSURE,
                cause_id=closure.id,
                purpose=closure.reason,
            )
        ]
    )


async def _close_a_day(ground: Ground) -> None:
    meets = {
        local(starts_at).date()
        for starts_at in await ground.session.scalars(
            select(Session.starts_at).where(Session.state == SessionState.PLANNED)
        )
    }
    begins = ground.today + timedelta(days=AHEAD_DAYS)
    closed = await closed_days(
        ground.session, ground.settings.federal_state, begins, begins + timedelta(days=366)
    )
    day: date = next(
        day
        for day in (begins + timedelta(days=offset) for offset in count())
        if day.weekday() < 5 and day not in meets and day not in closed
    )
    await ground.put([ClosingDay(id=ground.key(), day=day, name=OUTING)])
