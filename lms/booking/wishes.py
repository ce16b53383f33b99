"""Waiting for a room to fall free (F-C14): wishes, and telling whoever has waited longest, once."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.booking import policy
from lms.booking.errors import DatesInThePast, SlotIsFree
from lms.booking.letters import tell_that_slot_is_free
from lms.booking.models import SlotWish
from lms.booking.queries import bookable_room
from lms.booking.rules import ensure_one_day
from lms.booking.service.persons import booker_of
from lms.booking.values import Contact
from lms.db import retried
from lms.kernel.actor import SYSTEM, Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.resources.reserving import claim_room, in_the_way
from lms.web.module import Around

HEAD_START = timedelta(hours=24)
"""So long the one who was told has the slot to themselves before the next one in line is told."""


class Wishes:
    """What people and the clock do about wishes."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def wish(
        self, actor: Actor, *, room_id: UUID, period: Period, contact: Contact, form_id: UUID | None = None
    ) -> SlotWish:
        """Remember who wants to be told. Wishing the same twice is one wish.

        Raises NotFound, EndsTooLate, DatesInThePast, SlotIsFree.
        """
        ensure(policy.may_request(actor), actor)
        ensure_one_day(period)
        now = self.clock()
        if period.start <= now:
            raise DatesInThePast
        async with self.begin() as session:
            if form_id is not None:
                known = await once(session, f"slot-wish:{form_id}", b"", at=now)
                if known is not None and (kept := await session.get(SlotWish, known)) is not None:
                    return kept
            room, _ = await bookable_room(session, room_id)
            if not await in_the_way(session, [claim_room(room, period)]):
                raise SlotIsFree
            person = await booker_of(session, actor, contact, at=now)
            same = await session.scalar(
                select(SlotWish).where(
                    SlotWish.person_id == person.id,
                    SlotWish.room_id == room_id,
                    SlotWish.starts_at == period.start,
                    SlotWish.ends_at == period.end,
                    SlotWish.ended_at.is_(None),
                    SlotWish.told_at.is_(None),
                )
            )
            wish = same or SlotWish(
                person_id=person.id,
                room_id=room_id,
                starts_at=period.start,
                ends_at=period.end,
                created_at=now,
            )
            if same is None:
                session.add(wish)
                await session.flush()
                record(
                    session, actor, "slot_wish.made", at=now, kind="slot_wish", object_id=wish.id, person_id=person.id
                )  # fmt: skip
            if form_id is not None:
                await remember(session, f"slot-wish:{form_id}", wish.id)
        return wish

    @retried
    async def end(self, actor: Actor, *, wish_id: UUID, token: str) -> None:
        """No longer to be told. Twice is as good as once. Raises NotFound for a wrong link, as for a wish that is gone."""
        async with self.begin() as session:
            wish = await session.get(SlotWish, wish_id, with_for_update=True)
            if wish is None or not self.signer.matches(token, "slot-wish", wish_id):
                raise NotFound
            if wish.ended_at is None:
                wish.ended_at = self.clock()
                record(
                    session, actor, "slot_wish.ended", at=self.clock(), kind="slot_wish", object_id=wish.id,
                    person_id=wish.person_id,
                )  # fmt: skip

    @retried
    async def tell(self) -> int:
        """Look at every open wish against what is taken now, and tell the earliest of each slot; says how many were told.

        Three statements to look, whatever the number of wishes. Wishes whose time is over are forgotten.
        """
        now = self.clock()
        async with self.begin() as session:
            await session.execute(delete(SlotWish).where(SlotWish.ends_at <= now))
            rows = (
                await session.execute(
                    select(SlotWish, Room, Venue, Person)
                    .join(Room, Room.id == SlotWish.room_id)
                    .join(Venue, Venue.id == Room.venue_id)
                    .join(Person, Person.id == SlotWish.person_id)
                    .where(SlotWish.ended_at.is_(None), SlotWish.starts_at > now)
                    .order_by(SlotWish.created_at, SlotWish.id)
                    .with_for_update(of=SlotWish)
                )
            ).all()
            open_ones = [row for row in rows if row[0].told_at is None]
            if not open_ones:
                return 0
            claims = [claim_room(row[1], Period(row[0].starts_at, row[0].ends_at)) for row in open_ones]
            taken = await in_the_way(session, claims)
            ahead = [row[0] for row in rows if row[0].told_at and row[0].told_at > now - HEAD_START]
            told = 0
            for (wish, room, venue, person), claim in zip(open_ones, claims, strict=True):
                is_taken = any(
                    one.room_id == room.id
                    and one.starts_at < claim.period.end
                    and one.ends_at > claim.period.start
                    for one in taken
                )
                if is_taken or any(_compete(wish, other) for other in ahead):
                    continue
                wish.told_at = now
                ahead.append(wish)
                await tell_that_slot_is_free(session, wish, room, venue, person, at=now)
                record(
                    session, SYSTEM, "slot_wish.told", at=now, kind="slot_wish", object_id=wish.id,
                    person_id=person.id,
                )  # fmt: skip
                told += 1
        return told


def _compete(one: SlotWish, other: SlotWish) -> bool:
    return one.room_id == other.room_id and one.starts_at < other.ends_at and other.starts_at < one.ends_at
