"""What happens by itself: shifts of weekly rules, reminders, the question for hours, and forgetting."""

from datetime import timedelta

from sqlalchemy import delete, exists, select, update

from lms.db import retried
from lms.kernel.clock import at_venue, today
from lms.volunteering.letters import ask_for_hours, remind_of_shift
from lms.volunteering.models import (
    Duty,
    DutyState,
    Helper,
    HelperState,
    HoursEntry,
    HoursProof,
    Shift,
    ShiftState,
)
from lms.volunteering.service.acts import Acts

KEPT = timedelta(days=90)
"""So long what somebody told us stays who does not help (any more)."""
ASKED_WITHIN = timedelta(days=3)
AT_ONCE = 200


class HelperRhythm(Acts):
    """The clockwork; every method is one transaction, and twice is as good as once."""

    @retried
    async def remind(self) -> int:
        """The day before a shift, from its midnight on. Gives how many."""
        at, tomorrow = self.clock(), today(self.clock) + timedelta(days=1)
        async with self.begin() as session:
            rows = (
                await session.scalars(
                    select(Duty)
                    .join(Shift, Shift.id == Duty.shift_id)
                    .where(
                        Duty.state == DutyState.TAKEN,
                        Duty.reminded_at.is_(None),
                        Shift.day == tomorrow,
                        Shift.state == ShiftState.OPEN,
                    )
                    .order_by(Duty.id)
                    .limit(AT_ONCE)
                    .with_for_update(of=Duty)
                )
            ).all()
            for duty in rows:
                duty.reminded_at = at
                await remind_of_shift(session, duty, at=at)
        return len(rows)

    @retried
    async def ask_for_hours(self) -> int:
        """After a shift whose hours nobody has said anything about. Gives how many."""
        at = self.clock()
        said = exists().where(HoursEntry.duty_id == Duty.id)
        async with self.begin() as session:
            rows = (
                await session.scalars(
                    select(Duty)
                    .join(Shift, Shift.id == Duty.shift_id)
                    .where(
                        Duty.state == DutyState.TAKEN,
                        Duty.asked_hours_at.is_(None),
                        Shift.ends_at <= at,
                        Shift.ends_at > at - ASKED_WITHIN,
                        Shift.state == ShiftState.OPEN,
                        ~said,
                    )
                    .order_by(Duty.id)
                    .limit(AT_ONCE)
                    .with_for_update(of=Duty)
                )
            ).all()
            for duty in rows:
                duty.asked_hours_at = at
                await ask_for_hours(session, duty, at=at)
        return len(rows)

    @retried
    async def forget(self) -> int:
        """What we need no longer: whoever never helped is gone after 90 days, of others stay the hours. Gives how many are gone."""
        before = at_venue(today(self.clock), self.clock().time().replace(tzinfo=None)) - KEPT
        has_helped = exists().where(Duty.helper_id == Helper.id) | exists().where(
            HoursProof.helper_id == Helper.id
        )
        is_over = Helper.state.in_((HelperState.DECLINED, HelperState.ENDED)) & (Helper.decided_at < before)
        never_answered = (Helper.state == HelperState.ASKED) & (Helper.consent_asked_until < before)
        async with self.begin() as session:
            gone = await session.scalars(
                delete(Helper)
                .where(is_over | never_answered, ~has_helped)
                .returning(Helper.id)
                .execution_options(synchronize_session=False)
            )
            count = len(gone.all())
            await session.execute(
                update(Helper)
                .where(is_over)
                .values(times="", note="", holder="", iban="")
                .execution_options(synchronize_session=False)
            )
        return count
