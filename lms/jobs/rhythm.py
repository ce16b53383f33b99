"""The clockwork: what is done again and again, by one worker at a time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.db import Begin, retried
from lms.jobs.models import Rhythm
from lms.kernel.clock import Clock

Beat = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something done again and again, by one worker at a time."""

    name: str
    every: timedelta
    act: Beat


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Does what is due; whoever moves the hand does the work."""

    begin: Begin
    clock: Clock
    periodic: Sequence[Periodic]

    async def strike(self) -> None:
        """Do everything whose moment has come, one after the other."""
        now = self.clock()
        async with self.begin.reading() as session:
            hands = {hand.name: hand.next_at for hand in (await session.scalars(select(Rhythm))).all()}
        for beat in self.periodic:
            due_at = hands.get(beat.name)
            if (due_at is None or due_at <= now) and await self._move_hand(beat, due_at, now):
                await beat.act()

    @retried
    async def _move_hand(self, beat: Periodic, due_at: datetime | None, now: datetime) -> bool:
        async with self.begin() as session:
            if due_at is None:
                insert = (
                    postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
                )
                moved = await session.execute(
                    insert(Rhythm)
                    .values(name=beat.name, next_at=now + beat.every)
                    .on_conflict_do_nothing()
                    .returning(Rhythm.name)
                )
            else:
                moved = await session.execute(
                    update(Rhythm)
                    .where(Rhythm.name == beat.name, Rhythm.next_at == due_at)
                    .values(next_at=now + beat.every)
                    .returning(Rhythm.name)
                )
            return moved.first() is not None
