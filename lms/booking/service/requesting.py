"""Asking for a room: look, then send. The team books for a caller in the same step."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.booking import checking, policy
from lms.booking.errors import DatesInThePast, DatesNotFree, NoDates, OwnRequest
from lms.booking.events import BookingDecided, BookingRequested, facts
from lms.booking.models import BookerGroup, Booking, BookingDate, BookingDateState, BookingState
from lms.booking.queries import booking_of
from lms.booking.rules import price_of
from lms.booking.service.acts import Acts, hold, touch
from lms.booking.service.persons import booker_of, known_booker
from lms.booking.values import Line, Preview, Problem, Request, Slot
from lms.booking.words import LEFT_OUT, group_words
from lms.db import retried
from lms.enrolment.service.order import new_reference
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Invalid, NotFound
from lms.resources.models import ReservationState


class Requests(Acts):
    """What anybody can do who wants a room."""

    @retried
    async def preview(self, actor: Actor, wanted: Request) -> Preview:
        """Every date with price and clash, nothing written.

        Raises EndsTooLate, NoDates, TooManyDates, DatesInThePast, TooFarAhead, QuotaExceeded, NotFound.
        """
        ensure(policy.may_request(actor), actor)
        async with self.begin.reading() as session:
            group = await session.get(BookerGroup, wanted.group_id)
            if group is None or (group.is_internal and not policy.may_decide(actor)):
                raise NotFound
            preview = await self._examined(session, actor, wanted, group)
            booker = await known_booker(session, wanted.contact)
            await self._refuse_against_rules(
                session,
                preview,
                wanted,
                booker_id=booker.id if booker else None,
                by_team=policy.may_decide(actor),
            )
        return preview

    @retried
    async def request(
        self,
        actor: Actor,
        wanted: Request,
        *,
        form_id: UUID | None = None,
        body: bytes = b"",
        approve: bool = False,
    ) -> Booking:
        """Send the request; with `approve` the team books at once. The same form sent twice makes one booking.

        Raises what `preview` raises, DatesNotFree when a date that is wanted cannot be had, AlreadyTaken, and KeyTaken when
        the same `form_id` comes with another `body`.
        """
        ensure(policy.may_request(actor), actor)
        if approve:
            ensure(policy.may_decide(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            key = f"booking:{form_id or uuid4()}"
            known = await once(session, key, body, at=now)
            if known is not None:
                return await booking_of(session, known)
            group = await self._group(session, wanted.group_id, with_internal=policy.may_decide(actor))
            slots = _slots(wanted)
            await self._lock_rooms(session, [slot for slot, _ in slots])
            preview = await self._examined(session, actor, wanted, group)
            if any(line.look.problem is Problem.OVER for line in preview.wanted):
                raise DatesInThePast
            if preview.clashes:
                raise DatesNotFree
            if not preview.wanted:
                raise NoDates
            booker = await booker_of(session, actor, wanted.contact, at=now)
            if approve and booker.id == actor.person_id:
                raise OwnRequest
            await self._refuse_against_rules(
                session, preview, wanted, booker_id=booker.id, by_team=policy.may_decide(actor)
            )
            booking = Booking(
                reference=new_reference(),
                booker_id=booker.id,
                group_id=group.id,
                title=wanted.title,
                people=wanted.people,
                created_at=now,
                organisation=wanted.organisation,
                is_public=wanted.is_public,
                note=wanted.note,
            )
            session.add(booking)
            await session.flush()
            dates = [_row(booking, line) for line in preview.lines]
            session.add_all(dates)
            await session.flush()
            held = [
                (row, line.look)
                for row, line in zip(dates, preview.lines, strict=True)
                if not line.is_left_out
            ]
            state = ReservationState.FIRM if approve else ReservationState.TENTATIVE
            await hold(session, booking, held, state)
            if approve:
                booking.state = BookingState.APPROVED
                for row, _ in held:
                    row.state = BookingDateState.APPROVED
                touch(booking, now, actor)
                announce(
                    session, BookingDecided(booking_id=booking.id, version=booking.version, at=now), at=now
                )
            else:
                announce(
                    session, BookingRequested(booking_id=booking.id, version=booking.version, at=now), at=now
                )
            await remember(session, key, booking.id)
            record(
                session, actor, "booking.approved" if approve else "booking.requested", at=now, kind="booking",
                object_id=booking.id, person_id=booker.id, after=facts(dates=len(held), people=wanted.people),
            )  # fmt: skip
        return booking

    async def _examined(
        self, session: AsyncSession, actor: Actor, wanted: Request, group: BookerGroup
    ) -> Preview:
        slots = _slots(wanted)
        looks = await self._look(
            session, [slot for slot, _ in slots], wanted.people, by_team=policy.may_decide(actor)
        )
        cents = await checking.prices(session, group, {slot.room_id for slot, _ in slots})
        lines = [
            Line(
                day=local(slot.period.start).date(),
                period=slot.period,
                look=look,
                is_left_out=is_left_out,
                price_cents=price_of(slot.period, cents[slot.room_id]),
            )
            for (slot, is_left_out), look in zip(slots, looks, strict=True)
        ]
        return Preview(lines=lines, group=group)

    async def _refuse_against_rules(
        self,
        session: AsyncSession,
        preview: Preview,
        wanted: Request,
        *,
        booker_id: UUID | None,
        by_team: bool,
    ) -> None:
        slots = [line.look.slot for line in preview.wanted]
        if any(line.look.problem is Problem.OVER for line in preview.wanted):
            raise DatesInThePast
        words = group_words(preview.group)
        if not by_team:
            checking.ensure_not_too_far(slots, preview.group, self.clock(), words)
        await checking.ensure_quota(
            session, slots, preview.group, booker_id=booker_id, organisation=wanted.organisation, words=words
        )


def _slots(wanted: Request) -> Sequence[tuple[Slot, bool]]:
    """Each date with its room, and whether it is left out."""
    if wanted.people < 1:
        raise Invalid
    found = []
    for period in wanted.series.periods():
        day = local(period.start).date()
        choice = wanted.choices.get(day, wanted.room_id)
        found.append((Slot(choice or wanted.room_id, period), choice is None))
    return found


def _row(booking: Booking, line: Line) -> BookingDate:
    return BookingDate(
        booking_id=booking.id,
        room_id=line.look.slot.room_id,
        starts_at=line.period.start,
        ends_at=line.period.end,
        price_cents=0 if line.is_left_out else line.price_cents,
        state=BookingDateState.CANCELLED if line.is_left_out else BookingDateState.REQUESTED,
        reason=LEFT_OUT if line.is_left_out else "",
    )
