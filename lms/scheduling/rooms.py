"""Rooms and venues as the team keeps them. What hangs on a room are sessions, so its facts change here and not below."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.resources.models import Room, Venue
from lms.resources.service.closures import close_new_room
from lms.resources.service.keeping import key_of, mark_of, once_more
from lms.scheduling.models import Session, SessionState
from lms.scheduling.searchable import index_courses
from lms.web.module import Around


class SeatsNeeded(DomainError):
    message = N_(
        "Run %(number)s has %(places)s places in this room. Choose another room for it first, or keep the seats."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """What is known about a room."""

    name: str
    seats: int
    floor_de: str = ""
    floor_en: str = ""
    step_free: bool = False
    lift: bool = False
    accessible_wc: bool = False
    hearing_loop: bool = False
    equipment: Sequence[str] = ()
    setup_minutes: int = 0
    clearup_minutes: int = 0
    hire_cents_per_hour: int = 0
    is_bookable: bool = False
    release_after_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueFacts:
    """What is known about a place in town."""

    name: str
    district: str
    street: str = ""
    postal_code: str = ""
    city: str = ""
    arrival_de: str = ""
    arrival_en: str = ""
    phone: str = ""
    federal_state: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    key_note: str = ""


def state_of(row: Room | Venue) -> str:
    """A mark of what a form was filled with: another one as soon as anything is different."""
    shape = RoomFacts if isinstance(row, Room) else VenueFacts
    return mark_of([getattr(row, name) for name in shape.__slots__])


class Rooms:
    """Keeping the facts of rooms and venues true."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def change_room(self, actor: Actor, *, room_id: UUID, facts: RoomFacts, seen: str) -> Room:
        """Write down a room anew. `seen` is the `state_of` that was edited.

        Raises NotFound, Stale, SeatsNeeded when planned runs need more seats (domain rule 5).
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            room = await session.get(Room, room_id, with_for_update=True)
            if room is None:
                raise NotFound
            if state_of(room) != seen:
                raise Stale
            if facts.seats < room.seats:
                await self._refuse_too_few(session, room_id, facts.seats)
            self._write(session, actor, room, _columns(facts), kind="room")
            await session.flush()
            for run in await session.scalars(select(Run).where(Run.room_id == room_id)):
                run.step_free = room.step_free
        return room

    @retried
    async def change_venue(self, actor: Actor, *, venue_id: UUID, facts: VenueFacts, seen: str) -> Venue:
        """Write down a venue anew; courses are found by its new name. Raises NotFound, Stale."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            venue = await session.get(Venue, venue_id, with_for_update=True)
            if venue is None:
                raise NotFound
            if state_of(venue) != seen:
                raise Stale
            self._write(session, actor, venue, _columns(facts), kind="venue")
            await session.flush()
            await index_courses(
                session,
                await session.scalars(select(Run.course_id).where(Run.venue_id == venue_id).distinct()),
            )
        return venue

    @retried
    async def add_room(self, actor: Actor, *, room_id: UUID, venue_id: UUID, facts: RoomFacts) -> Room:
        """One more room in a venue, closed for as long as the venue is. Twice with one id is as good as once. Raises NotFound."""
        ensure(actor.may_for_all("C", "resource"), actor)
        async with self.begin() as session:
            if await session.get(Venue, venue_id, with_for_update=True) is None:
                raise NotFound
            known = await session.get(Room, room_id)
            if known is not None:
                return known
            room = Room(id=room_id, venue_id=venue_id, name=facts.name, seats=facts.seats)
            session.add(room)
            for name, value in _columns(facts).items():
                setattr(room, name, value)
            await session.flush()
            await close_new_room(session, room, self.clock())
            record(
                session, actor, "room.created", at=self.clock(), kind="room", object_id=room.id,
                after={"seats": room.seats},
            )  # fmt: skip
        return room

    @once_more
    @retried
    async def add_venue(self, actor: Actor, *, venue_id: UUID, facts: VenueFacts) -> Venue:
        """One more place in town. Twice with one id is as good as once."""
        ensure(actor.may_for_all("C", "resource"), actor)
        async with self.begin() as session:
            known = await session.get(Venue, venue_id)
            if known is not None:
                return known
            stem = key_of(facts.name, otherwise="ort")
            taken = await session.scalar(select(Venue.id).where(Venue.slug == stem))
            venue = Venue(
                id=venue_id, slug=f"{stem}-{venue_id.hex[:6]}" if taken else stem, **_columns(facts)
            )
            session.add(venue)
            await session.flush()
            record(
                session, actor, "venue.created", at=self.clock(), kind="venue", object_id=venue.id,
                after={"name": venue.name},
            )  # fmt: skip
        return venue

    def _write(
        self, session: AsyncSession, actor: Actor, row: Room | Venue, facts: dict[str, Any], *, kind: str
    ) -> None:
        before = {name: getattr(row, name) for name, value in facts.items() if getattr(row, name) != value}
        for name, value in facts.items():
            setattr(row, name, value)
        if before:
            after = {name: facts[name] for name in before}
            record(
                session, actor, f"{kind}.changed", at=self.clock(), kind=kind, object_id=row.id,
                before=before, after=after,
            )  # fmt: skip

    async def _refuse_too_few(self, session: AsyncSession, room_id: UUID, seats: int) -> None:
        places = Run.capacity + Run.drop_in_places
        largest = (
            await session.execute(
                select(Run.number, places.label("places"))
                .join(Session, Session.run_id == Run.id)
                .where(
                    Session.room_id == room_id,
                    Session.state == SessionState.PLANNED,
                    Session.ends_at > self.clock(),
                    places > seats,
                    func.coalesce(Run.room_override_reason, "") == "",
                )
                .order_by(places.desc())
                .limit(1)
            )
        ).first()
        if largest is not None:
            raise SeatsNeeded(number=largest.number, places=largest.places)


def _columns(facts: RoomFacts | VenueFacts) -> dict[str, Any]:
    """The facts as the row holds them: a JSON column compares as a list."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(facts).items()}
