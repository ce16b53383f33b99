"""One room at a glance: what it has, what it looks like, what comes next in it."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock
from lms.kernel.rights import Scope
from lms.portal.desk.rooms.reading import ROOMS, closed_in_words, planned_in_words, room_of
from lms.resources.models import Reservation, ReservationState
from lms.resources.queries import equipment_of_all, hours_of_room, photos_of
from lms.resources.service.closures import closures_ahead
from lms.resources.words import equipment_in_words, hours_in_words
from lms.scheduling.words import FEDERAL_STATES
from lms.web.access import may

NEXT = 10


class OverviewPages(Controller):
    """The page of a room."""

    path = f"{ROOMS}/{{room_id:uuid}}/uebersicht"
    include_in_schema = False

    @get(opt=may("R", "resource", of=Scope.ALL))
    async def show(
        self,
        room_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
    ) -> Template:
        """Facts, picture, closures, the next ten uses; as many statements for one as for many."""
        ensure(actor.may_for_all("R", "resource"), actor)
        now = clock()
        async with begin.reading() as session:
            room, venue = await room_of(session, room_id)
            coming = (
                await session.scalars(
                    select(Reservation)
                    .where(
                        Reservation.room_id == room_id,
                        Reservation.state != ReservationState.RELEASED,
                        Reservation.ends_at > now,
                    )
                    .order_by(Reservation.starts_at)
                    .limit(NEXT)
                )
            ).all()
            planned = await planned_in_words(session, coming)
            context = {
                "room": room,
                "venue": venue,
                "state": FEDERAL_STATES.get(venue.federal_state, ""),
                "photo": (await photos_of(session, [room_id])).get(room_id),
                "equipment": equipment_in_words(room.equipment, await equipment_of_all(session)),
                "hours": hours_in_words(await hours_of_room(session, room)),
                "said": closed_in_words,
                "closures": await closures_ahead(session, now, room=room),
                "coming": [(one, row.state) for one, row in zip(planned, coming, strict=True)],
                "may_change": actor.may_for_all("U", "resource"),
            }
        return Template("portal/desk/rooms/overview.html", context=context)
