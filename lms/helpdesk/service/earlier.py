"""Wishing for an earlier time, taking or leaving what is offered, and letting offers lapse (F-M09)."""

from uuid import UUID

from sqlalchemy import select

from lms.audit.trail import record
from lms.db import retried
from lms.helpdesk import policy
from lms.helpdesk.errors import AlreadyOver, OfferOver
from lms.helpdesk.events import AppointmentMoved
from lms.helpdesk.models import (
    Adviser,
    Appointment,
    AppointmentState,
    EarlierState,
    EarlierWish,
    HelpDesk,
)
from lms.helpdesk.schedule import schedule_of
from lms.helpdesk.service.acts import appointment_of, end_wish, locked_desk, take
from lms.helpdesk.service.offering import earlier_slots, offer_earlier
from lms.jobs.queue import announce
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.resources.reserving import release
from lms.web.module import Around

KIND = "earlier_wish"


class EarlierWishes:
    """What people and the clock do about earlier times; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer
        self.state = around.settings.federal_state

    @retried
    async def wish(self, actor: Actor, *, appointment_id: UUID, token: str = "") -> EarlierWish:
        """Stand in line for an earlier time. Wishing twice is one wish, and keeps its place.

        What is free at this moment could be chosen at once and is not offered. Raises NotFound, AlreadyOver.
        """
        now = self.clock()
        async with self.begin() as session:
            seen = await appointment_of(session, appointment_id, for_update=False)
            policy.ensure_holds(actor, seen, token, self.signer)
            desk = await locked_desk(session, seen.desk_id)
            one = await appointment_of(session, appointment_id)
            if one.state is not AppointmentState.BOOKED or one.starts_at <= now:
                raise AlreadyOver
            wish = await session.scalar(
                select(EarlierWish).where(EarlierWish.appointment_id == one.id).with_for_update()
            )
            if wish is not None and wish.state in {EarlierState.WAITING, EarlierState.OFFERED}:
                return wish
            first = local(now).date()
            schedule = await schedule_of(
                session, [desk], first=first, last=max(first, local(one.starts_at).date()), now=now,
                state=self.state,
            )  # fmt: skip
            known = [slot.starts_at.isoformat() for slot in earlier_slots(schedule, desk, one)]
            if wish is None:
                wish = EarlierWish(appointment_id=one.id, since=now, declined=known)
                session.add(wish)
            else:
                wish.state, wish.since, wish.declined = EarlierState.WAITING, now, known
                wish.version += 1
            await session.flush()
            record(
                session, actor, "earlier_wish.made", at=now, kind=KIND, object_id=wish.id,
                person_id=one.person_id,
            )  # fmt: skip
        return wish

    @retried
    async def end(self, actor: Actor, *, appointment_id: UUID, token: str = "") -> None:
        """No longer wait; what is held goes to the next in line. Twice is as good as once. Raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            one = await appointment_of(session, appointment_id, for_update=False)
            policy.ensure_holds(actor, one, token, self.signer)
            desk = await locked_desk(session, one.desk_id)
            await end_wish(session, one.id, EarlierState.ENDED)
            await offer_earlier(session, desk, now=now, state=self.state)

    @retried
    async def answer(
        self, actor: Actor, *, appointment_id: UUID, takes: bool, token: str = ""
    ) -> Appointment:
        """Take the earlier time, or leave it to the next in line and go on waiting. Raises NotFound, OfferOver."""
        now = self.clock()
        async with self.begin() as session:
            seen = await appointment_of(session, appointment_id, for_update=False)
            policy.ensure_holds(actor, seen, token, self.signer)
            desk = await locked_desk(session, seen.desk_id)
            one = await appointment_of(session, appointment_id)
            wish = await session.scalar(
                select(EarlierWish).where(EarlierWish.appointment_id == one.id).with_for_update()
            )
            if (
                wish is None
                or wish.state is not EarlierState.OFFERED
                or wish.offered_starts_at is None
                or wish.offered_until is None
                or wish.offered_until <= now
                or one.state is not AppointmentState.BOOKED
            ):
                raise OfferOver
            if takes:
                before, length = one.starts_at, one.ends_at - one.starts_at
                adviser = await session.get_one(Adviser, wish.offered_adviser_id)
                await release(session, cause_ids=[one.id, wish.id])
                one.starts_at, one.ends_at = wish.offered_starts_at, wish.offered_starts_at + length
                one.adviser_id, one.reminded_at, one.agreed_at = adviser.id, None, None
                one.version += 1
                await take(
                    session, desk, adviser, Period(one.starts_at, one.ends_at), cause_id=one.id,
                    purpose=one.reference,
                )  # fmt: skip
                await end_wish(session, one.id, EarlierState.TAKEN)
                announce(
                    session,
                    AppointmentMoved(
                        appointment_id=one.id, at=now, version=one.version, before_starts_at=before,
                        by_team=False,
                    ),
                    at=now,
                )  # fmt: skip
            else:
                _wait_on(wish)
                await release(session, cause_ids=[wish.id])
            record(
                session, actor, "earlier_wish.taken" if takes else "earlier_wish.declined", at=now, kind=KIND,
                object_id=wish.id, person_id=one.person_id,
            )  # fmt: skip
            await offer_earlier(session, desk, now=now, state=self.state)
        return one

    async def lapse(self) -> int:
        """Let offers end whose deadline has passed and look for everybody who waits; says how many were offered something."""
        async with self.begin.reading() as session:
            desks = (
                await session.scalars(
                    select(HelpDesk.id)
                    .join(Appointment, Appointment.desk_id == HelpDesk.id)
                    .join(EarlierWish, EarlierWish.appointment_id == Appointment.id)
                    .where(EarlierWish.state.in_([EarlierState.WAITING, EarlierState.OFFERED]))
                    .distinct()
                )
            ).all()
        return sum([await self._look_at(desk_id) for desk_id in desks])

    @retried
    async def _look_at(self, desk_id: UUID) -> int:
        now = self.clock()
        async with self.begin() as session:
            desk = await locked_desk(session, desk_id)
            lapsed = await session.scalars(
                select(EarlierWish)
                .join(Appointment, Appointment.id == EarlierWish.appointment_id)
                .where(
                    Appointment.desk_id == desk_id,
                    EarlierWish.state == EarlierState.OFFERED,
                    EarlierWish.offered_until <= now,
                )
                .with_for_update(of=EarlierWish)
            )
            for wish in lapsed.all():
                await release(session, cause_ids=[wish.id])
                _wait_on(wish)
                record(session, SYSTEM, "earlier_wish.lapsed", at=now, kind=KIND, object_id=wish.id)
            return await offer_earlier(session, desk, now=now, state=self.state)


def _wait_on(wish: EarlierWish) -> None:
    """What was offered is not offered again; the place in line stays."""
    if wish.offered_starts_at is not None:
        wish.declined = [*wish.declined, wish.offered_starts_at.isoformat()]
    wish.state, wish.offered_starts_at, wish.offered_adviser_id, wish.offered_until = (
        EarlierState.WAITING, None, None, None,
    )  # fmt: skip
    wish.version += 1
