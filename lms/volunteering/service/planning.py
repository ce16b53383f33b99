"""The team plans shifts: opens them, also every week, changes them, calls them off, and sets limits for the young."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
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
)
from lms.volunteering.events import DutyCalledOff
from lms.volunteering.models import (
    Duty,
    DutyState,
    HelperLimits,
    Shift,
    ShiftRule,
    ShiftState,
    ShiftTopic,
)
from lms.volunteering.queries.shifts import shift_of
from lms.volunteering.service.acts import Acts
from lms.volunteering.service.taking import taken
from lms.volunteering.values import ShiftFacts

WEEKS_AHEAD = 6


class ShiftPlans(Acts):
    """What the team can do about shifts."""

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
            has_duties = select(Duty.shift_id).where(Duty.state == DutyState.TAKEN)
            empty = (
                await session.scalars(
                    select(Shift)
                    .where(
                        Shift.rule_id == rule_id,
                        Shift.starts_at > at,
                        Shift.id.not_in(has_duties),
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
            there = await taken(session, shift_id)
            if places < len(there):
                raise PlacesTaken(taken=len(there))
            for number, duty in enumerate(sorted(there, key=lambda one: one.seat), start=1):
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
            for duty in await taken(session, shift_id):
                duty.state, duty.ended_at, duty.reason = DutyState.CANCELLED, at, reason
                announce(session, DutyCalledOff(duty_id=duty.id, at=at), at=at)
            await seat(session, shift_id)
            record(session, actor, "shift.called_off", at=at, kind="shift", object_id=shift_id, reason=reason)

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
