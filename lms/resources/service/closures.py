"""Rooms and whole venues that cannot be used for a while."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.resources.errors import OverAlready, PlannedThen
from lms.resources.models import Closure, Reservation, ReservationKind, ReservationState, Room, Venue
from lms.resources.reserving import Claim, in_the_way, lock, release, reserve
from lms.resources.service.keeping import Keeping


class Closures(Keeping):
    """Closing and opening again."""

    @retried
    async def close(
        self,
        actor: Actor,
        *,
        closure_id: UUID,
        venue_id: UUID,
        room_id: UUID | None,
        period: Period,
        reason: str,
    ) -> Closure:
        """Close a room, or without one the whole venue, from one moment to another. Twice with one id is as good as once.

        Nothing that is planned is overwritten. Raises PlannedThen with what is in the way, OverAlready, NotFound.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        now = self.clock()
        if period.end <= now:
            raise OverAlready
        async with self.begin() as session:
            if await session.get(Venue, venue_id, with_for_update=True) is None:
                raise NotFound
            known = await session.get(Closure, closure_id)
            if known is not None:
                return known
            rooms = await _rooms(session, venue_id, room_id)
            await lock(session, room_ids=[room.id for room in rooms])
            claims = [_claim(room, period, now) for room in rooms]
            planned = await in_the_way(session, claims)
            if planned:
                session.expunge_all()  # they are to be read after the transaction has been taken back
                raise PlannedThen(planned)
            closure = Closure(
                id=closure_id,
                venue_id=venue_id,
                room_id=room_id,
                starts_at=period.start,
                ends_at=period.end,
                reason=reason,
            )
            session.add(closure)
            await session.flush()
            await _hold(session, closure, claims)
            record(
                session, actor, "closure.created", at=now, kind="closure", object_id=closure.id, after=_said(closure),
                reason=reason,
            )  # fmt: skip
        return closure

    @retried
    async def end(self, actor: Actor, *, closure_id: UUID) -> Closure:
        """Open again at once: one that runs ends now, one that has not begun is taken back. Twice is as good as once.

        Raises NotFound.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        now = self.clock()
        async with self.begin() as session:
            closure = await session.get(Closure, closure_id, with_for_update=True)
            if closure is None:
                raise NotFound
            if closure.ends_at <= now:
                return closure
            before = _said(closure)
            if closure.starts_at >= now:
                await release(session, cause_ids=[closure.id])
                await session.delete(closure)
                record(
                    session, actor, "closure.removed", at=now, kind="closure", object_id=closure.id, before=before
                )  # fmt: skip
                return closure
            held = [
                Reservation.cause_id == closure.id,
                Reservation.state == ReservationState.FIRM,
                Reservation.kind == ReservationKind.CLOSURE,
            ]
            await session.execute(
                update(Reservation)
                .where(*held, Reservation.starts_at >= now)
                .values(state=ReservationState.RELEASED)
                .execution_options(synchronize_session=False)
            )
            await session.execute(
                update(Reservation)
                .where(*held, Reservation.starts_at < now, Reservation.ends_at > now)
                .values(ends_at=now)
                .execution_options(synchronize_session=False)
            )
            closure.ends_at = now
            record(
                session, actor, "closure.ended", at=now, kind="closure", object_id=closure.id,
                before=before, after=_said(closure),
            )  # fmt: skip
        return closure


async def close_new_room(session: AsyncSession, room: Room, now: datetime) -> None:
    """A room that comes new into a closed venue is closed as well. Inside somebody's transaction that holds the venue."""
    closures = await session.scalars(
        select(Closure).where(
            Closure.venue_id == room.venue_id, Closure.room_id.is_(None), Closure.ends_at > now
        )
    )
    covered: datetime | None = None
    for closure in sorted(
        closures, key=lambda one: one.starts_at
    ):  # two of one venue never overlap, once it has a room
        begins = max(closure.starts_at, now, covered or now)
        if begins < closure.ends_at:
            await _hold(session, closure, [_claim(room, Period(begins, closure.ends_at), now)])
            covered = closure.ends_at


async def closures_ahead(
    session: AsyncSession, now: datetime, *, room: Room | None = None
) -> Sequence[tuple[Closure, Venue, Room | None]]:
    """Closures that are not over, with their places, in order of time; of one room its own and those of its venue."""
    wanted = (
        select(Closure, Venue, Room)
        .join(Venue, Venue.id == Closure.venue_id)
        .outerjoin(Room, Room.id == Closure.room_id)
        .where(Closure.ends_at > now)
        .order_by(Closure.starts_at)
    )
    if room is not None:
        wanted = wanted.where(
            Closure.venue_id == room.venue_id, or_(Closure.room_id.is_(None), Closure.room_id == room.id)
        )
    return [(closure, venue, closed) for closure, venue, closed in await session.execute(wanted)]


async def _rooms(session: AsyncSession, venue_id: UUID, room_id: UUID | None) -> Sequence[Room]:
    wanted = select(Room).where(Room.venue_id == venue_id).order_by(Room.id)
    if room_id is not None:
        wanted = wanted.where(Room.id == room_id)
    rooms = (await session.scalars(wanted)).all()
    if room_id is not None and not rooms:
        raise NotFound
    return rooms


def _claim(room: Room, period: Period, now: datetime) -> Claim:
    """What has passed stays as it was: a closure that began yesterday holds the room from now on."""
    return Claim(period=Period(max(period.start, now), period.end), room_id=room.id, venue_id=room.venue_id)


async def _hold(session: AsyncSession, closure: Closure, claims: Sequence[Claim]) -> None:
    await reserve(
        session, claims, kind=ReservationKind.CLOSURE, purpose=closure.reason, cause_id=closure.id
    )  # fmt: skip


def _said(closure: Closure) -> dict[str, str]:
    return {
        "starts_at": closure.starts_at.isoformat(),
        "ends_at": closure.ends_at.isoformat(),
        "venue": str(closure.venue_id),
        "room": str(closure.room_id or ""),
    }
