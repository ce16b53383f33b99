"""What all acts about bookings share."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking import checking, policy
from lms.booking.errors import OwnRequest
from lms.booking.models import BookerGroup, Booking, BookingDate
from lms.booking.values import Look, Slot
from lms.booking.words import group_words
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.resources.models import ReservationKind, ReservationState
from lms.resources.reserving import claim_room, lock, release, reserve
from lms.web.module import Around


class Acts:
    """The database, the time, the settings. The order of locks is: booking, group, rooms."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer

    async def _group(self, session: AsyncSession, group_id: UUID, *, with_internal: bool) -> BookerGroup:
        """The group, locked, so that two requests cannot use up one quota together. Raises NotFound."""
        group = await session.scalar(
            select(BookerGroup).where(BookerGroup.id == group_id).with_for_update(key_share=True)
        )
        if group is None or (group.is_internal and not with_internal):
            raise NotFound
        return group

    async def _look(
        self,
        session: AsyncSession,
        slots: Sequence[Slot],
        people: int,
        *,
        besides: Sequence[UUID] = (),
        by_team: bool = False,
    ) -> Sequence[Look]:
        return await checking.look_at(
            session,
            slots,
            people=people,
            now=self.clock(),
            state=self.settings.federal_state,
            besides=besides,
            by_team=by_team,
        )

    async def _lock_rooms(self, session: AsyncSession, slots: Iterable[Slot]) -> None:
        await lock(session, room_ids={slot.room_id for slot in slots})

    async def _within_quota(
        self,
        session: AsyncSession,
        booking: Booking,
        group: BookerGroup,
        slots: Sequence[Slot],
        besides: Sequence[UUID],
    ) -> None:
        await checking.ensure_quota(
            session,
            slots,
            group,
            booker_id=booking.booker_id,
            organisation=booking.organisation,
            words=group_words(group),
            besides=besides,
        )


def ensure_decides(actor: Actor, booking: Booking) -> None:
    """The team, and never on one's own request (S-08)."""
    ensure(policy.may_decide(actor), actor)
    if actor.person_id is not None and actor.person_id == booking.booker_id:
        raise OwnRequest


async def hold(
    session: AsyncSession,
    booking: Booking,
    looks: Iterable[tuple[BookingDate, Look]],
    state: ReservationState,
) -> None:
    """Give each date its reservation, in place of the one it has. Raises AlreadyTaken when the database refuses a firm one."""
    pairs = list(looks)
    await release(session, cause_ids=[row.id for row, _ in pairs])
    for row, look in pairs:
        await reserve(
            session,
            [claim_room(look.room, look.slot.period)],
            kind=ReservationKind.BOOKING,
            purpose=f"{booking.title} ({booking.reference})",
            cause_id=row.id,
            state=state,
        )


def touch(booking: Booking, at: datetime | None = None, actor: Actor | None = None) -> int:
    """Note that the booking is another one now; gives its new version."""
    booking.version += 1
    if actor is not None:
        booking.decided_at, booking.decided_by = at, actor.account_id
    return booking.version
