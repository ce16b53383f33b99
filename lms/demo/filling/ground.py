"""What every part of the filling stands on: one transaction, one moment, one source of chance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.models import AuditEntry
from lms.billing.models import NumberSeries
from lms.db import Base
from lms.demo.data import Demo
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.clock import local
from lms.settings import Settings

SEED = 39340
FIRST_HOUR, LAST_HOUR = 7, 21
TRIES = 12
T = TypeVar("T")


@dataclass(slots=True)
class Ground:
    """The same chance every time: with the same `now` the same demo centre comes out, keys included."""

    session: AsyncSession
    settings: Settings
    demo: Demo
    now: datetime
    chance: Random = field(default_factory=lambda: Random(SEED))

    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    trail: list[AuditEntry] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day on which the demo is made, at the venues."""
        return local(self.now).date()

    def key(self) -> UUID:
        """A new key."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    def number(self, series: str, year: int) -> int:
        """The next number of a series; `finish` has to be called before others draw from it."""
        drawn = self.numbers[series, year] = self.numbers.get((series, year), 0) + 1
        return drawn

    def note(
        self,
        at: datetime,
        action: str,
        kind: str,
        object_id: UUID,
        *,
        by: Actor = SYSTEM,
        person_id: UUID | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """Remember an entry of the audit trail, which is written in the order of time by `finish`."""
        self.trail.append(
            AuditEntry(
                at=at,
                action=action,
                object_kind=kind,
                object_id=object_id,
                actor_id=by.account_id,
                actor_name="" if by.account_id else by.name,
                identities=" ".join(sorted(by.identities)),
                person_id=person_id,
                before=before or {},
                after=after or {},
                reason=reason,
            )
        )

    async def finish(self) -> None:
        """Write the trail, and which numbers have been given, so that the next ones follow without a gap."""
        self.trail.sort(key=lambda entry: entry.at)
        await self.put(self.trail)
        await self.put(
            NumberSeries(name=name, year=year, last=last) for (name, year), last in self.numbers.items()
        )

    async def put(self, rows: Iterable[Base]) -> None:
        """Write rows that others will point to, in this order."""
        self.session.add_all(rows)
        await self.session.flush()

    def happens(self, percent: int) -> bool:
        """True so many times of a hundred."""
        return self.chance.randrange(100) < percent

    def weighted(self, choices: Sequence[T], weights: Sequence[int]) -> T:
        """One of the choices, each as likely as its weight says."""
        return self.chance.choices(choices, weights)[0]

    def moment(self, after: datetime, before: datetime) -> datetime:
        """Some moment between the two, at an hour at which people are awake if one is easily found."""
        if before <= after:
            return after
        span = max(int((before - after).total_seconds()), 1)
        for _ in range(TRIES):
            some = after + timedelta(seconds=self.chance.randrange(span))
            if FIRST_HOUR <= local(some).hour <= LAST_HOUR:
                break
        return some

    def moments(self, count: int, after: datetime, before: datetime) -> list[datetime]:
        """So many moments between the two, in order."""
        return sorted(self.moment(after, before) for _ in range(count))
