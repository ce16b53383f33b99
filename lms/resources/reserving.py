"""Taking and giving back rooms, devices and trainers. Plain functions inside somebody's transaction.

Whoever takes something locks it first (`lock`), looks at what is there (`in_the_way`), then writes (`reserve`). The lock
makes the look true until the transaction ends; the database refuses an overlap all the same (domain rule 4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Device, Reservation, ReservationKind, ReservationState, Room

OVERLAP = "reservation_overlap"
MOST_CLAIMS = 400
"""So many periods are asked for in one statement; SQLite allows 32,766 values in one."""


class AlreadyTaken(DomainError):
    """Somebody else was quicker: the database refused an overlap."""

    message = N_("It has just been taken by somebody else. Please choose another time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One resource for one period, set-up, clear-up and turnaround included. Exactly one of the three ids is given."""

    period: Period
    room_id: UUID | None = None
    device_id: UUID | None = None
    trainer_id: UUID | None = None
    venue_id: UUID | None = None


def claim_room(room: Room, period: Period) -> Claim:
    """The room for this period, with the time that it takes to set up before and to clear up after it."""
    widened = period.widened(before_minutes=room.setup_minutes, after_minutes=room.clearup_minutes)
    return Claim(period=widened, room_id=room.id, venue_id=room.venue_id)


async def lock(
    session: AsyncSession,
    *,
    room_ids: Iterable[UUID] = (),
    device_ids: Iterable[UUID] = (),
    trainer_ids: Iterable[UUID] = (),
) -> None:
    """Keep everybody else from taking these until the transaction ends, always in the same order.

    On SQLite the writing transaction is the lock.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    for table, ids in ((Room, room_ids), (Device, device_ids), (Person, trainer_ids)):
        wanted = sorted(set(ids))
        if wanted:
            await session.execute(
                select(table.id)
                .where(table.id.in_(wanted))
                .order_by(table.id)
                .with_for_update(key_share=True)
            )


async def in_the_way(
    session: AsyncSession, claims: Sequence[Claim], *, besides: Sequence[UUID] = ()
) -> Sequence[Reservation]:
    """The firm reservations that overlap any of these claims; `besides` names sessions and causes that do not count."""
    found: dict[UUID, Reservation] = {}
    for first in range(0, len(claims), MOST_CLAIMS):
        overlaps = or_(false(), *(_overlap(claim) for claim in claims[first : first + MOST_CLAIMS]))
        rows = await session.scalars(
            select(Reservation).where(
                Reservation.state == ReservationState.FIRM, overlaps, not_of(besides)
            ).order_by(Reservation.starts_at)
        )  # fmt: skip
        found |= {row.id: row for row in rows}
    return list(found.values())


async def reserve(
    session: AsyncSession,
    claims: Sequence[Claim],
    *,
    kind: ReservationKind,
    purpose: str,
    session_id: UUID | None = None,
    cause_id: UUID | None = None,
    state: ReservationState = ReservationState.FIRM,
) -> Sequence[Reservation]:
    """Write the reservations. Raises AlreadyTaken when the database refuses an overlap of firm ones."""
    rows = [
        Reservation(
            starts_at=claim.period.start,
            ends_at=claim.period.end,
            room_id=claim.room_id,
            device_id=claim.device_id,
            trainer_id=claim.trainer_id,
            venue_id=claim.venue_id,
            state=state,
            kind=kind,
            session_id=session_id,
            cause_id=cause_id,
            purpose=purpose,
        )
        for claim in claims
    ]
    session.add_all(rows)
    try:
        await session.flush()
    except IntegrityError as error:
        if OVERLAP in str(error.orig):
            raise AlreadyTaken from error
        raise
    return rows


async def release(
    session: AsyncSession, *, session_ids: Sequence[UUID] = (), cause_ids: Sequence[UUID] = ()
) -> None:
    """Give back what these sessions and causes hold, firm or tentative; the rows stay as history."""
    await session.execute(
        update(Reservation)
        .where(
            or_(Reservation.session_id.in_(session_ids), Reservation.cause_id.in_(cause_ids)),
            Reservation.state != ReservationState.RELEASED,
        )
        .values(state=ReservationState.RELEASED)
        .execution_options(synchronize_session=False)
    )


async def release_trainers(
    session: AsyncSession, trainer_ids: Sequence[UUID], *, session_ids: Sequence[UUID]
) -> None:
    """Give back these persons alone in these sessions; room and devices stay taken."""
    await session.execute(
        update(Reservation)
        .where(
            Reservation.trainer_id.in_(trainer_ids),
            Reservation.session_id.in_(session_ids),
            Reservation.state != ReservationState.RELEASED,
        )
        .values(state=ReservationState.RELEASED)
        .execution_options(synchronize_session=False)
    )


def not_of(ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Reservations that belong to none of these sessions and causes."""
    return and_(
        or_(Reservation.session_id.is_(None), Reservation.session_id.not_in(ids)),
        or_(Reservation.cause_id.is_(None), Reservation.cause_id.not_in(ids)),
    )


def _overlap(claim: Claim) -> ColumnElement[bool]:
    resource = next(
        column == wanted
        for column, wanted in (
            (Reservation.room_id, claim.room_id),
            (Reservation.device_id, claim.device_id),
            (Reservation.trainer_id, claim.trainer_id),
        )
        if wanted is not None
    )
    return and_(resource, Reservation.starts_at < claim.period.end, Reservation.ends_at > claim.period.start)
