"""The days on which the centre teaches nothing of its own accord, and the holidays on which it teaches all the same."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import delete, select

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid
from lms.resources.models import ClosingDay
from lms.resources.service.keeping import Keeping, once_more

LONGEST_RANGE_DAYS = 92
"""So many days are marked at once; the longest school holidays have 45."""


class ClosingDays(Keeping):
    """Marking days."""

    @once_more
    @retried
    async def mark(
        self, actor: Actor, *, first: date, last: date, name: str, teaches: bool
    ) -> Sequence[ClosingDay]:
        """Mark every day from `first` to `last`: closed, or with `teaches` open in spite of a holiday.

        A day that has a mark already gets this one. Raises Invalid when the days are in the wrong order or too many.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        if not 0 <= (last - first).days < LONGEST_RANGE_DAYS:
            raise Invalid
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        async with self.begin() as session:
            known = {
                row.day: row
                for row in await session.scalars(
                    select(ClosingDay).where(ClosingDay.day.between(first, last)).with_for_update()
                )
            }
            for day in days:
                if day in known:
                    known[day].name, known[day].is_open = name, teaches
                else:
                    known[day] = ClosingDay(day=day, name=name, is_open=teaches)
                    session.add(known[day])
            record(
                session, actor, "closing-day.marked", at=self.clock(), kind="closing-day", object_id=None,
                after={"first": first.isoformat(), "last": last.isoformat(), "name": name, "teaches": teaches},
            )  # fmt: skip
        return [known[day] for day in days]

    @retried
    async def unmark(self, actor: Actor, *, first: date, last: date) -> None:
        """Take our marks off these days: what the calendar of holidays says holds again. Twice is as good as once."""
        ensure(actor.may_for_all("U", "resource"), actor)
        if not 0 <= (last - first).days < LONGEST_RANGE_DAYS:
            raise Invalid
        async with self.begin() as session:
            of_days = ClosingDay.day.between(first, last)
            if await session.scalar(select(ClosingDay.id).where(of_days).limit(1)) is None:
                return
            await session.execute(delete(ClosingDay).where(of_days))
            record(
                session, actor, "closing-day.unmarked", at=self.clock(), kind="closing-day", object_id=None,
                before={"first": first.isoformat(), "last": last.isoformat()},
            )  # fmt: skip
