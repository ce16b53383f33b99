"""Helpers take shifts and give them back, and the team asks somebody who fits."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.volunteering import policy, rules
from lms.volunteering.beside import seat
from lms.volunteering.errors import (
    ShiftOver,
    TooLateToWithdraw,
)
from lms.volunteering.events import DutyCalledOff, DutyTaken, DutyWithdrawn, ShiftAsked
from lms.volunteering.fitting import refuse_unfit
from lms.volunteering.models import (
    Duty,
    DutyState,
    HoursEntry,
    Shift,
    ShiftAsk,
)
from lms.volunteering.queries.helpers import Known, helper_of, limits_of
from lms.volunteering.queries.hours import is_settled
from lms.volunteering.queries.shifts import Planned, planned_shift, shift_of
from lms.volunteering.service.acts import Acts


class ShiftTaking(Acts):
    """What becomes of the places of a shift."""

    @retried
    async def take(self, actor: Actor, *, shift_id: UUID, helper_id: UUID, token: str = "") -> Duty:
        """Take a place of the shift. Twice is as good as once.

        Raises NotAHelper, ConsentMissing, NotInHomes, ShiftOver, ShiftFull, SeatForAdult, ShiftOverlaps and what
        `rules.refuse_unless_age_fits` refuses.
        """
        async with self.begin() as session:
            known = await helper_of(session, helper_id)
            self.refuse_others(actor, known, token)
            return await self._take(session, actor, shift_id, helper_id)

    @retried
    async def withdraw(
        self, actor: Actor, *, shift_id: UUID, helper_id: UUID, token: str = "", reason: str = ""
    ) -> None:
        """Give the place back; the team is told. Twice is as good as once. Raises TooLateToWithdraw, but not for the team."""
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id)
            self.refuse_others(actor, known, token)
            shift = await shift_of(session, shift_id, lock=True)
            duty = next((one for one in await taken(session, shift_id) if one.helper_id == helper_id), None)
            if duty is None:
                return
            by_team = policy.may_manage(actor) and actor.person_id != known.person.id
            limits = await limits_of(session)
            if shift.starts_at <= at:
                raise ShiftOver
            if not by_team and not rules.may_withdraw(shift.starts_at, at, hours=limits.withdraw_hours):
                raise TooLateToWithdraw
            duty.state = DutyState.CANCELLED if by_team else DutyState.WITHDRAWN
            duty.ended_at, duty.reason = at, reason
            happened = DutyCalledOff if by_team else DutyWithdrawn
            announce(session, happened(duty_id=duty.id, at=at), at=at)
            await seat(session, shift_id)
            self.note(session, actor, "duty.withdrawn", known, object_id=duty.id, reason=reason)

    @retried
    async def missed(self, actor: Actor, *, duty_id: UUID) -> None:
        """Nobody came: no hours come of it. Refused once hours are settled."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            duty = await session.get(Duty, duty_id, with_for_update=True)
            if duty is None:
                raise NotFound
            shift = await shift_of(session, duty.shift_id)
            if (
                duty.state is not DutyState.TAKEN
                or shift.starts_at > at
                or await is_settled(session, duty_id)
            ):
                raise ShiftOver
            if await session.scalar(select(HoursEntry.id).where(HoursEntry.duty_id == duty_id).limit(1)):
                raise ShiftOver
            duty.state, duty.ended_at = DutyState.MISSED, at
            self.note(
                session, actor, "duty.missed", await helper_of(session, duty.helper_id), object_id=duty_id
            )

    @retried
    async def ask(self, actor: Actor, *, shift_id: UUID, helper_id: UUID) -> None:
        """Ask somebody whether they take the shift. Once each. Raises what taking it would refuse."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            plan = await planned_shift(session, shift_id)
            known = await helper_of(session, helper_id)
            await self._refuse_unfit(session, plan, known)
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            row = ShiftAsk(shift_id=shift_id, helper_id=helper_id, asked_at=at, asked_by=actor.account_id)
            made = await session.execute(
                insert(ShiftAsk)
                .values(
                    id=row.id, shift_id=shift_id, helper_id=helper_id, asked_at=at, asked_by=actor.account_id
                )
                .on_conflict_do_nothing()
                .returning(ShiftAsk.id)
            )
            if made.first() is not None:
                announce(session, ShiftAsked(ask_id=row.id, at=at), at=at)

    @retried
    async def answer(self, actor: Actor, *, ask_id: UUID, token: str, yes: bool) -> None:
        """Yes takes the shift, no is kept. Twice is as good as once. Raises what `take` raises."""
        at = self.clock()
        async with self.begin() as session:
            ask = await session.get(ShiftAsk, ask_id)
            if ask is None:
                raise NotFound
            known = await helper_of(session, ask.helper_id)
            self.refuse_others(actor, known, token)
            if yes:
                await self._take(session, actor, ask.shift_id, ask.helper_id)
            ask.answered_at, ask.said_yes = at, yes

    async def _take(self, session: AsyncSession, actor: Actor, shift_id: UUID, helper_id: UUID) -> Duty:
        await shift_of(session, shift_id, lock=True)
        known = await helper_of(session, helper_id, lock=True)
        plan = await planned_shift(session, shift_id)
        mine = next((one.duty for one in plan.taken if one.known.helper.id == helper_id), None)
        if mine is not None:
            return mine
        await self._refuse_unfit(session, plan, known)
        seats = {one.duty.seat for one in plan.taken}
        duty = Duty(
            shift_id=shift_id, helper_id=helper_id, taken_at=self.clock(),
            seat=next(number for number in range(1, plan.shift.places + 1) if number not in seats),
        )  # fmt: skip
        session.add(duty)
        await session.flush()
        await seat(session, shift_id)
        self.note(session, actor, "duty.taken", known, object_id=duty.id)
        announce(session, DutyTaken(duty_id=duty.id, at=self.clock()), at=self.clock())
        return duty

    async def _refuse_unfit(self, session: AsyncSession, plan: Planned, known: Known) -> None:
        """Everything that stands between this helper and this shift. Whoever asks learns the first reason."""
        day = timedelta(days=1)
        others = await session.scalars(
            select(Shift)
            .join(Duty, Duty.shift_id == Shift.id)
            .where(
                Duty.helper_id == known.helper.id,
                Duty.state == DutyState.TAKEN,
                Shift.ends_at > plan.shift.starts_at - day,
                Shift.starts_at < plan.shift.ends_at + day,
            )
        )
        refuse_unfit(
            plan, known, others=others.all(), limits=await limits_of(session), state=self.settings.federal_state,
            at=self.clock(),
        )  # fmt: skip


async def taken(session: AsyncSession, shift_id: UUID) -> Sequence[Duty]:
    """The duties of a shift that stand, in order of their places; always from the database."""
    rows = await session.scalars(
        select(Duty)
        .where(Duty.shift_id == shift_id, Duty.state == DutyState.TAKEN)
        .order_by(Duty.seat)
        .execution_options(populate_existing=True)
    )
    return rows.all()
