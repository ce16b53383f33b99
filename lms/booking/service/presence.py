"""Whether somebody came: check-in at the door, and giving back a room that nobody uses (F-C09)."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.booking import policy
from lms.booking.errors import NothingToCheckIn
from lms.booking.events import DateReleased
from lms.booking.models import Booking, BookingDate, BookingDateState
from lms.booking.queries import booking_of
from lms.booking.rules import CHECK_IN_BEFORE
from lms.booking.service.acts import Acts
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.errors import NotFound
from lms.resources.models import Room
from lms.resources.reserving import release


class Presence(Acts):
    """Being there."""

    @retried
    async def check_in(self, actor: Actor, *, room_id: UUID, reference: str) -> BookingDate:
        """Somebody stands at the door with the reference of their booking. Twice is as good as once.

        Raises NothingToCheckIn when no approved date of that booking is at hand in this room.
        """
        now, typed = self.clock(), folded_reference(reference)
        async with self.begin() as session:
            rows = await session.execute(
                select(BookingDate, Booking)
                .join(Booking, Booking.id == BookingDate.booking_id)
                .where(
                    BookingDate.room_id == room_id,
                    BookingDate.state == BookingDateState.APPROVED,
                    BookingDate.starts_at <= now + CHECK_IN_BEFORE,
                    BookingDate.ends_at > now,
                    Booking.reference == typed,
                )
                .order_by(BookingDate.starts_at)
            )
            found = rows.first()
            if found is None:
                raise NothingToCheckIn(minutes=int(CHECK_IN_BEFORE.total_seconds() // 60))
            return await self._note(session, actor, found[1].id, found[0].id)

    @retried
    async def check_in_date(
        self, actor: Actor, *, booking_id: UUID, date_id: UUID, token: str = ""
    ) -> BookingDate:
        """The same by the link in the confirmation, or by the team. Raises NotFound, NothingToCheckIn."""
        async with self.begin() as session:
            booking = await booking_of(session, booking_id)
            policy.ensure_holds(actor, booking, token, self.signer)
            return await self._note(session, actor, booking_id, date_id)

    async def _note(
        self, session: AsyncSession, actor: Actor, booking_id: UUID, date_id: UUID
    ) -> BookingDate:
        now = self.clock()
        booking = await booking_of(session, booking_id, lock=True)
        row = await session.get(BookingDate, date_id, populate_existing=True)
        if row is None or row.booking_id != booking_id:
            raise NotFound
        is_at_hand = row.starts_at - CHECK_IN_BEFORE <= now < row.ends_at
        if row.state is not BookingDateState.APPROVED or not is_at_hand:
            raise NothingToCheckIn(minutes=int(CHECK_IN_BEFORE.total_seconds() // 60))
        if row.checked_in_at is None:
            row.checked_in_at = now
            record(
                session, actor, "booking.checked_in", at=now, kind="booking", object_id=booking.id,
                person_id=booking.booker_id,
            )  # fmt: skip
        return row

    @retried
    async def release_unused(self) -> int:
        """Give back rooms in which nobody has checked in in time; whoever booked is told. Says how many."""
        now = self.clock()
        async with self.begin() as session:
            rows = await session.execute(
                select(
                    BookingDate.id, BookingDate.booking_id, BookingDate.starts_at, Room.release_after_minutes
                )
                .join(Room, Room.id == BookingDate.room_id)
                .where(
                    BookingDate.state == BookingDateState.APPROVED,
                    BookingDate.checked_in_at.is_(None),
                    BookingDate.starts_at <= now,
                    BookingDate.ends_at > now,
                    Room.release_after_minutes.is_not(None),
                )
                .order_by(BookingDate.booking_id)
            )
            late = [
                row
                for row in rows
                if (now - row.starts_at).total_seconds() >= (row.release_after_minutes or 0) * 60
            ]
            released = 0
            for each in late:
                booking = await booking_of(session, each.booking_id, lock=True)
                row = await session.get(BookingDate, each.id, populate_existing=True)
                if row is None or row.checked_in_at or row.state is not BookingDateState.APPROVED:
                    continue
                row.state = BookingDateState.RELEASED
                booking.version += 1
                await release(session, cause_ids=[row.id])
                announce(session, DateReleased(date_id=row.id, at=now), at=now)
                record(
                    session, SYSTEM, "booking.released", at=now, kind="booking", object_id=booking.id,
                    person_id=booking.booker_id,
                )  # fmt: skip
                released += 1
        return released


def folded_reference(typed: str) -> str:
    """A reference as it is stored, however it was typed: "abcd efgh" is "ABCD-EFGH"."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return f"{signs[:4]}-{signs[4:]}"
