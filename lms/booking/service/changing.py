"""What changes about a booking afterwards: withdrawn, one date dropped or added back, another time or room."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.booking import checking, policy
from lms.booking.errors import DatesInThePast, DatesNotFree, NotOpenAnyMore
from lms.booking.events import Before, BookingChanged, BookingDecided, BookingRequested, facts
from lms.booking.models import Booking, BookingDate, BookingDateState, BookingState
from lms.booking.queries import booking_of, dates_of
from lms.booking.rules import ensure_one_day, price_of
from lms.booking.service.acts import Acts, ensure_decides, hold, touch
from lms.booking.values import Slot
from lms.booking.words import GIVEN_UP, GIVEN_UP_BY_TEAM, group_words
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound, Stale
from lms.kernel.period import Period
from lms.resources.models import ReservationState
from lms.resources.reserving import release
from lms.scheduling.rules import between

LIVE = frozenset({BookingState.REQUESTED, BookingState.APPROVED})


class Changes(Acts):
    """What those who hold the link do, and the team."""

    @retried
    async def withdraw(self, actor: Actor, *, booking_id: UUID, token: str = "", reason: str = "") -> Booking:
        """Give back every date that is still to come. Twice is as good as once. Raises NotFound, NotOpenAnyMore."""
        async with self.begin() as session:
            booking = await booking_of(session, booking_id, lock=True)
            policy.ensure_holds(actor, booking, token, self.signer)
            if booking.state not in LIVE:
                return booking
            await self._end(session, actor, booking, None, token=token, reason=reason)
        return booking

    @retried
    async def drop(
        self, actor: Actor, *, booking_id: UUID, date_id: UUID, token: str = "", reason: str = ""
    ) -> Booking:
        """Give back one date; the last one ends the booking. Twice is as good as once. Raises NotFound, NotOpenAnyMore."""
        async with self.begin() as session:
            booking = await booking_of(session, booking_id, lock=True)
            policy.ensure_holds(actor, booking, token, self.signer)
            await self._end(session, actor, booking, date_id, token=token, reason=reason)
        return booking

    async def _end(
        self,
        session: AsyncSession,
        actor: Actor,
        booking: Booking,
        date_id: UUID | None,
        *,
        token: str,
        reason: str,
    ) -> None:
        now = self.clock()
        rows = await dates_of(session, booking.id)
        meant = [row for row in rows if date_id is None or row.id == date_id]
        if not meant:
            raise NotFound
        ending = [row for row in meant if row.state in checking.HOLDING and row.starts_at > now]
        if not ending:
            if date_id is not None and meant[0].state is BookingDateState.CANCELLED:
                return
            raise NotOpenAnyMore
        is_team = not token and actor.person_id != booking.booker_id
        await release(session, cause_ids=[row.id for row in ending])
        for row in ending:
            row.state, row.price_cents = BookingDateState.CANCELLED, 0
            row.reason = reason.strip() or (GIVEN_UP_BY_TEAM if is_team else GIVEN_UP)
        if not any(row.state in {*checking.HOLDING, BookingDateState.RELEASED} for row in rows) or (
            date_id is None and all(row.starts_at <= now for row in rows if row.state in checking.HOLDING)
        ):
            booking.state = BookingState.WITHDRAWN
        announce(
            session,
            BookingChanged(
                booking_id=booking.id,
                version=touch(booking),
                at=now,
                ended=[row.id for row in ending],
                by_team=is_team,
            ),
            at=now,
        )
        record(
            session, actor, "booking.withdrawn" if date_id is None else "booking.date_dropped", at=now, kind="booking",
            object_id=booking.id, person_id=booking.booker_id, reason=reason, after=facts(dates=len(ending)),
        )  # fmt: skip

    @retried
    async def add_back(
        self, actor: Actor, *, booking_id: UUID, date_id: UUID, room_id: UUID | None = None, token: str = ""
    ) -> Booking:
        """Ask again for a date that was left out or declined, where the room is free by now; the team books it at once.

        Raises NotFound, NotOpenAnyMore, DatesNotFree, TooFarAhead, QuotaExceeded, AlreadyTaken.
        """
        now = self.clock()
        async with self.begin() as session:
            booking = await booking_of(session, booking_id, lock=True)
            policy.ensure_holds(actor, booking, token, self.signer)
            row = next((one for one in await dates_of(session, booking_id) if one.id == date_id), None)
            if row is None:
                raise NotFound
            if row.state in checking.HOLDING:
                return booking
            if booking.state not in LIVE or row.state is BookingDateState.RELEASED or row.starts_at <= now:
                raise NotOpenAnyMore
            by_team = not token and policy.may_decide(actor) and actor.person_id != booking.booker_id
            slot = Slot(room_id or row.room_id, Period(row.starts_at, row.ends_at))
            group = await self._group(session, booking.group_id, with_internal=True)
            await self._lock_rooms(session, [slot])
            look = (await self._look(session, [slot], booking.people, by_team=by_team))[0]
            if not look.is_fine:
                raise DatesNotFree
            if not by_team:
                checking.ensure_not_too_far([slot], group, now, group_words(group))
            await self._within_quota(session, booking, group, [slot], [])
            cents = await checking.prices(session, group, {slot.room_id})
            row.room_id, row.reason = slot.room_id, ""
            row.price_cents = price_of(slot.period, cents[slot.room_id])
            row.state = BookingDateState.APPROVED if by_team else BookingDateState.REQUESTED
            await hold(
                session,
                booking,
                [(row, look)],
                ReservationState.FIRM if by_team else ReservationState.TENTATIVE,
            )
            if by_team:
                booking.state = BookingState.APPROVED
                happened: BookingDecided | BookingRequested = BookingDecided(
                    booking_id=booking.id, version=touch(booking, now, actor), at=now
                )
            else:
                happened = BookingRequested(booking_id=booking.id, version=touch(booking), at=now)
            announce(session, happened, at=now)
            record(
                session, actor, "booking.date_added", at=now, kind="booking", object_id=booking.id,
                person_id=booking.booker_id, after=facts(starts_at=row.starts_at.isoformat(), room=slot.room_id),
            )  # fmt: skip
        return booking

    @retried
    async def change_date(
        self,
        actor: Actor,
        *,
        booking_id: UUID,
        date_id: UUID,
        room_id: UUID,
        period: Period,
        and_later: bool = False,
        version: int | None = None,
    ) -> Booking:
        """Give an approved date another time or room; with `and_later` every later approved date likewise, by as many days.

        The booker gets one letter about all of it. Raises Stale, OwnRequest, NotOpenAnyMore, DatesInThePast, EndsTooLate,
        DatesNotFree, QuotaExceeded, AlreadyTaken.
        """
        ensure(policy.may_decide(actor), actor)
        ensure_one_day(period)
        now = self.clock()
        if period.start <= now:
            raise DatesInThePast
        async with self.begin() as session:
            booking = await booking_of(session, booking_id, lock=True)
            ensure_decides(actor, booking)
            rows = await dates_of(session, booking_id)
            first = next((row for row in rows if row.id == date_id), None)
            if first is None:
                raise NotFound
            if version is not None and version != booking.version:
                raise Stale
            if first.state is not BookingDateState.APPROVED or first.starts_at <= now:
                raise NotOpenAnyMore
            meant = [
                row
                for row in rows
                if row is first
                or (and_later and row.state is BookingDateState.APPROVED and row.starts_at > first.starts_at)
            ]
            slots = _shifted(first, meant, room_id, period)
            before = [
                Before(date_id=row.id, room_id=row.room_id, starts_at=row.starts_at, ends_at=row.ends_at)
                for row in meant
            ]
            if all(
                (row.room_id, row.starts_at, row.ends_at)
                == (slot.room_id, slot.period.start, slot.period.end)
                for row, slot in zip(meant, slots, strict=True)
            ):
                return booking
            ids = [row.id for row in meant]
            group = await self._group(session, booking.group_id, with_internal=True)
            await self._lock_rooms(session, slots)
            looks = await self._look(session, slots, booking.people, besides=ids, by_team=True)
            if not all(look.is_fine for look in looks):
                raise DatesNotFree
            await self._within_quota(session, booking, group, slots, ids)
            cents = await checking.prices(session, group, {slot.room_id for slot in slots})
            for row, slot in zip(meant, slots, strict=True):
                row.room_id, row.starts_at, row.ends_at = slot.room_id, slot.period.start, slot.period.end
                row.price_cents = price_of(slot.period, cents[slot.room_id])
            await hold(session, booking, zip(meant, looks, strict=True), ReservationState.FIRM)
            _tell_moved(session, booking, before, now)
            record(
                session, actor, "booking.date_changed", at=now, kind="booking", object_id=booking.id,
                person_id=booking.booker_id,
                before=facts(starts_at=before[0].starts_at.isoformat(), room=before[0].room_id),
                after=facts(starts_at=period.start.isoformat(), room=room_id, dates=len(meant)),
            )  # fmt: skip
        return booking


def _tell_moved(session: AsyncSession, booking: Booking, before: list[Before], at: datetime) -> None:
    announce(
        session,
        BookingChanged(booking_id=booking.id, version=touch(booking), at=at, moved=before, by_team=True),
        at=at,
    )


def _shifted(first: BookingDate, rows: Sequence[BookingDate], room_id: UUID, period: Period) -> list[Slot]:
    """Where each date goes: the same clock times as the first one, on a day as far away from its own."""
    begins, ends = local(period.start), local(period.end)
    days = begins.date() - local(first.starts_at).date()
    slots = []
    for row in rows:
        day = local(row.starts_at).date() + days
        slots.append(Slot(room_id, between(day, begins.time(), day, ends.time())))
    return slots
