"""Deciding about requests: all that was looked at before is looked at again under lock."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.booking import checking, policy
from lms.booking.errors import AlreadyDecided, DatesNotFree, ReasonNeeded
from lms.booking.events import BookingDecided, facts
from lms.booking.models import Booking, BookingDate, BookingDateState, BookingState
from lms.booking.queries import booking_of, dates_of
from lms.booking.rules import price_of
from lms.booking.service.acts import Acts, ensure_decides, hold, touch
from lms.booking.values import Look, Slot
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Stale
from lms.kernel.period import Period
from lms.resources.models import ReservationState
from lms.resources.reserving import release


class Decisions(Acts):
    """What the team does about requests."""

    @retried
    async def look_again(self, actor: Actor, booking_id: UUID) -> Mapping[UUID, Look]:
        """How each date that waits for a decision stands as of now, rivals included."""
        ensure(policy.may_see_all(actor), actor)
        async with self.begin.reading() as session:
            booking = await booking_of(session, booking_id)
            waiting = _waiting(await dates_of(session, booking_id))
            looks = await self._look(
                session, [_slot(row, None) for row in waiting], booking.people, besides=[row.id for row in waiting],
                by_team=True,
            )  # fmt: skip
        return {row.id: look for row, look in zip(waiting, looks, strict=True)}

    @retried
    async def decide(
        self,
        actor: Actor,
        *,
        booking_id: UUID,
        choices: Mapping[UUID, UUID | None],
        reason: str = "",
        version: int | None = None,
    ) -> Booking:
        """Approve each waiting date in the room that `choices` names for it, or decline it (None).

        A date that is not named is approved as it was asked for. Raises AlreadyDecided, Stale, OwnRequest (S-08),
        ReasonNeeded when something is declined without one, DatesNotFree, QuotaExceeded, AlreadyTaken.
        """
        ensure(policy.may_decide(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            booking = await booking_of(session, booking_id, lock=True)
            ensure_decides(actor, booking)
            waiting = _waiting(await dates_of(session, booking_id))
            if not waiting:
                raise AlreadyDecided
            if version is not None and version != booking.version:
                raise Stale
            wanted = [row for row in waiting if choices.get(row.id, row.room_id) is not None]
            declined = [row for row in waiting if row not in wanted]
            if declined and not reason.strip():
                raise ReasonNeeded
            await self._approve(session, booking, wanted, choices)
            await release(session, cause_ids=[row.id for row in declined])
            for row in declined:
                row.state, row.reason, row.price_cents = BookingDateState.DECLINED, reason.strip(), 0
            rest = await dates_of(session, booking_id) if not wanted else []
            had = any(row.state is BookingDateState.APPROVED for row in rest)
            booking.state = BookingState.APPROVED if wanted or had else BookingState.DECLINED
            booking.reason = reason.strip()
            announce(
                session,
                BookingDecided(booking_id=booking.id, version=touch(booking, now, actor), at=now),
                at=now,
            )
            record(
                session, actor, "booking.approved" if wanted else "booking.declined", at=now, kind="booking",
                object_id=booking.id, person_id=booking.booker_id, reason=reason.strip(),
                after=facts(approved=len(wanted), declined=len(declined)),
            )  # fmt: skip
        return booking

    async def decline(
        self, actor: Actor, *, booking_id: UUID, reason: str, version: int | None = None
    ) -> Booking:
        """Decline every date that waits. Raises as `decide` does."""
        async with self.begin.reading() as session:
            waiting = _waiting(await dates_of(session, booking_id))
        return await self.decide(
            actor,
            booking_id=booking_id,
            choices={row.id: None for row in waiting},
            reason=reason,
            version=version,
        )

    async def _approve(
        self,
        session: AsyncSession,
        booking: Booking,
        rows: Sequence[BookingDate],
        choices: Mapping[UUID, UUID | None],
    ) -> None:
        if not rows:
            return
        slots = [_slot(row, choices.get(row.id)) for row in rows]
        ids = [row.id for row in rows]
        group = await self._group(session, booking.group_id, with_internal=True)
        await self._lock_rooms(session, slots)
        looks = await self._look(session, slots, booking.people, besides=ids, by_team=True)
        if not all(look.is_fine for look in looks):
            raise DatesNotFree
        await self._within_quota(session, booking, group, slots, ids)
        cents = await checking.prices(session, group, {slot.room_id for slot in slots})
        for row, slot in zip(rows, slots, strict=True):
            row.room_id = slot.room_id
            row.state, row.reason = BookingDateState.APPROVED, ""
            row.price_cents = price_of(slot.period, cents[slot.room_id])
        await hold(session, booking, zip(rows, looks, strict=True), ReservationState.FIRM)


def _waiting(rows: Sequence[BookingDate]) -> Sequence[BookingDate]:
    return [row for row in rows if row.state is BookingDateState.REQUESTED]


def _slot(row: BookingDate, room_id: UUID | None) -> Slot:
    return Slot(room_id or row.room_id, Period(row.starts_at, row.ends_at))
