"""Shifts: the team opens them, helpers take them and give them back, the team asks somebody who fits."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.helpdesk.models import HelpDesk
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import at_venue, today
from lms.kernel.errors import NotFound, Stale
from lms.scheduling.holidays import days_off
from lms.volunteering import policy, rules
from lms.volunteering.beside import seat
from lms.volunteering.errors import (
    PlacesTaken,
    ShiftEndsTooEarly,
    ShiftInThePast,
    ShiftOver,
    TooLateToWithdraw,
)
from lms.volunteering.events import DutyCalledOff, DutyTaken, DutyWithdrawn, ShiftAsked
from lms.volunteering.fitting import refuse_unfit
from lms.volunteering.models import (
    Duty,
    DutyState,
    HelperLimits,
    HoursEntry,
    Shift,
    ShiftAsk,
    ShiftRule,
    ShiftState,
    ShiftTopic,
)
from lms.volunteering.queries import Known, Planned, helper_of, is_settled, limits_of, planned_shift, shift_of
from lms.volunteering.service.acts import Acts
from lms.volunteering.values import ShiftFacts

WEEKS_AHEAD = 6


class Shifts(Acts):
    """What helpers and the team can do about shifts."""

    @retried
    async def open(self, actor: Actor, facts: ShiftFacts, *, shift_id: UUID) -> UUID:
        """Open a shift, or one every week. The id comes from the form: sent twice it is one. Raises ShiftEndsTooEarly, ShiftInThePast."""
        ensure(policy.may_manage(actor), actor)
        _refuse_times(facts, today(self.clock))
        at = self.clock()
        async with self.begin() as session:
            if await session.get(HelpDesk, facts.desk_id) is None:
                raise NotFound
            if await session.get(Shift, shift_id) is not None:
                return shift_id
            if await session.get(ShiftRule, shift_id) is not None:
                return shift_id
            if facts.every_week:
                rule = ShiftRule(
                    desk_id=facts.desk_id, weekday=facts.day.weekday(), starts=facts.starts, ends=facts.ends,
                    first_day=facts.day, last_day=facts.last_day, created_at=at, places=facts.places,
                    least_age=facts.least_age, topic_ids=sorted(str(one) for one in facts.topic_ids),
                )  # fmt: skip
                rule.id = shift_id
                session.add(rule)
                await session.flush()
                await self._open_days(session, rule, at=at)
            else:
                shift = _shift(facts, at=at)
                shift.id = shift_id
                session.add(shift)
                await session.flush()
                session.add_all(
                    ShiftTopic(shift_id=shift_id, topic_id=one) for one in sorted(facts.topic_ids)
                )
            record(session, actor, "shift.opened", at=at, kind="shift", object_id=shift_id)
        return shift_id

    @retried
    async def open_due(self) -> int:
        """Open what weekly rules want for the next weeks. Gives how many; twice opens nothing twice."""
        at = self.clock()
        async with self.begin() as session:
            rows = (await session.scalars(select(ShiftRule).where(ShiftRule.ended_at.is_(None)))).all()
            return sum([await self._open_days(session, rule, at=at) for rule in rows])

    @retried
    async def end_rule(self, actor: Actor, *, rule_id: UUID) -> None:
        """Open no more of these; shifts that nobody has taken are called off with it."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            rule = await session.get(ShiftRule, rule_id, with_for_update=True)
            if rule is None:
                raise NotFound
            if rule.ended_at is not None:
                return
            rule.ended_at = at
            taken = select(Duty.shift_id).where(Duty.state == DutyState.TAKEN)
            empty = (
                await session.scalars(
                    select(Shift)
                    .where(
                        Shift.rule_id == rule_id,
                        Shift.starts_at > at,
                        Shift.id.not_in(taken),
                        Shift.state == ShiftState.OPEN,
                    )
                    .order_by(Shift.id)
                    .with_for_update()
                )
            ).all()
            for shift in empty:
                shift.state, shift.ended_at = ShiftState.CANCELLED, at
            record(session, actor, "shift.rule_ended", at=at, kind="shift", object_id=rule_id)

    @retried
    async def change(
        self,
        actor: Actor,
        *,
        shift_id: UUID,
        places: int,
        least_age: int,
        topic_ids: frozenset[UUID],
        note: str,
    ) -> None:
        """Other places, topics, age or note; who has taken it stays. Raises PlacesTaken, ShiftOver."""
        ensure(policy.may_manage(actor), actor)
        async with self.begin() as session:
            shift = await shift_of(session, shift_id, lock=True)
            if shift.state is not ShiftState.OPEN:
                raise ShiftOver
            taken = await _taken(session, shift_id)
            if places < len(taken):
                raise PlacesTaken(taken=len(taken))
            for number, duty in enumerate(sorted(taken, key=lambda one: one.seat), start=1):
                if duty.seat != number:
                    duty.seat = number  # a seat above the new number would never be counted again
                    await session.flush()
            shift.places, shift.least_age, shift.note = places, least_age, note
            await session.execute(delete(ShiftTopic).where(ShiftTopic.shift_id == shift_id))
            session.add_all(ShiftTopic(shift_id=shift_id, topic_id=one) for one in sorted(topic_ids))

    @retried
    async def call_off(self, actor: Actor, *, shift_id: UUID, reason: str) -> None:
        """The shift does not take place; everybody who had taken it is told. Twice is as good as once. Raises ShiftOver."""
        ensure(policy.may_manage(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            shift = await shift_of(session, shift_id, lock=True)
            if shift.state is ShiftState.CANCELLED:
                return
            if shift.ends_at <= at:
                raise ShiftOver
            shift.state, shift.ended_at, shift.reason = ShiftState.CANCELLED, at, reason
            for duty in await _taken(session, shift_id):
                duty.state, duty.ended_at, duty.reason = DutyState.CANCELLED, at, reason
                announce(session, DutyCalledOff(duty_id=duty.id, at=at), at=at)
            await seat(session, shift_id)
            record(session, actor, "shift.called_off", at=at, kind="shift", object_id=shift_id, reason=reason)

    @retried
    async def take(self, actor: Actor, *, shift_id: UUID, helper_id: UUID, token: str = "") -> Duty:
        """Take a place of the shift. Twice is as good as once.

        Raises NotAHelper, ConsentMissing, ShiftOver, ShiftFull, SeatForAdult, ShiftOverlaps and what
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
            duty = next((one for one in await _taken(session, shift_id) if one.helper_id == helper_id), None)
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

    @retried
    async def set_limits(self, actor: Actor, *, version: int, **limits: Any) -> None:
        """Other limits for the young, from now on. Raises Stale."""
        ensure(policy.may_manage(actor), actor)
        async with self.begin() as session:
            row = await session.get(HelperLimits, 1, with_for_update=True)
            if row is None:
                row = HelperLimits()
                session.add(row)
            elif row.version != version:
                raise Stale
            for name, value in limits.items():
                setattr(row, name, value)
            row.version = version + 1
            record(session, actor, "helper.limits", at=self.clock(), kind="helper", object_id=None)

    async def _open_days(self, session: AsyncSession, rule: ShiftRule, *, at: datetime) -> int:
        day = today(self.clock)
        until = day + timedelta(weeks=WEEKS_AHEAD)
        closed = await days_off(session, self.settings.federal_state, day, until)
        there = set(
            await session.scalars(select(Shift.day).where(Shift.rule_id == rule.id, Shift.day >= day))
        )
        made = 0
        for one in rules.days_of_rule(rule.weekday, rule.first_day, rule.last_day, day, WEEKS_AHEAD, closed):
            if one in there:
                continue
            made += 1
            topic_ids = frozenset(UUID(topic) for topic in rule.topic_ids)
            facts = ShiftFacts(
                desk_id=rule.desk_id, day=one, starts=rule.starts, ends=rule.ends, places=rule.places,
                least_age=rule.least_age, topic_ids=topic_ids,
            )  # fmt: skip
            shift = _shift(facts, at=at)
            shift.rule_id = rule.id
            session.add(shift)
            await session.flush()
            session.add_all(ShiftTopic(shift_id=shift.id, topic_id=topic) for topic in sorted(topic_ids))
        return made

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


async def _taken(session: AsyncSession, shift_id: UUID) -> Sequence[Duty]:
    rows = await session.scalars(
        select(Duty)
        .where(Duty.shift_id == shift_id, Duty.state == DutyState.TAKEN)
        .order_by(Duty.seat)
        .execution_options(populate_existing=True)
    )
    return rows.all()


def _refuse_times(facts: ShiftFacts, day: date) -> None:
    if facts.ends <= facts.starts:
        raise ShiftEndsTooEarly
    if facts.day < day or (facts.last_day is not None and facts.last_day < facts.day):
        raise ShiftInThePast


def _shift(facts: ShiftFacts, *, at: datetime) -> Shift:
    return Shift(
        desk_id=facts.desk_id, day=facts.day, starts_at=at_venue(facts.day, facts.starts),
        ends_at=at_venue(facts.day, facts.ends), created_at=at, places=facts.places, least_age=facts.least_age,
        note=facts.note,
    )  # fmt: skip
