"""Units taught and amounts by trainer and time (F-H13), in a session of the database that somebody else opened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.statements import rules
from lms.honoraria.statements.collecting import taught, within
from lms.honoraria.statements.models import FeeLine, FeeStatement, LineKind, StatementKind, StatementState
from lms.honoraria.statements.rules import Missing, Taught
from lms.people.models import Person
from lms.settings import Settings


@dataclass(slots=True)
class Performed:
    """One trainer in a time. `held` are the sessions that count, `open` those that took place and do not count yet.

    Amounts are those of confirmed statements: fees with what late cancellations gave, travel, expenses, deductions (negative).
    """

    person: Person
    held: list[Taught] = field(default_factory=list)
    open: list[Taught] = field(default_factory=list)
    cents: dict[LineKind, int] = field(default_factory=dict)

    @property
    def minutes(self) -> int:
        """Minutes held."""
        return sum(one.minutes for one in self.held)

    @property
    def substituted(self) -> Sequence[Taught]:
        """Sessions in which they stood in for somebody."""
        return [one for one in self.held if one.substitution is not None]

    def sum_of(self, kinds: Iterable[LineKind]) -> int:
        """What the lines of these kinds come to."""
        return sum(self.cents.get(kind, 0) for kind in kinds)


FEES = (LineKind.SESSION, LineKind.CANCELLED, LineKind.OTHER)
TRAVEL = (LineKind.TRAVEL, LineKind.JOURNEY)


async def performed(
    session: AsyncSession, settings: Settings, now: datetime, *, first: date, last: date
) -> Sequence[Performed]:
    """Everybody who taught from the first to the last day, by name; a constant number of statements."""
    starts, until = within(first, last)
    sessions = await taught(session, settings, now, starts=starts, until=until)
    amounts = await _amounts(session, first, last)
    people = await session.scalars(
        select(Person)
        .where(Person.id.in_({*sessions, *amounts}))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    found = []
    for person in people:
        row = Performed(person, cents=dict(amounts.get(person.id, {})))
        for one in sessions.get(person.id, ()):
            why = rules.missing(one)
            if one.is_cancelled:
                continue
            if why in {None, Missing.ELSEWHERE}:
                row.held.append(one)
            elif one.is_over:
                row.open.append(one)
        if row.held or row.open or row.cents:
            found.append(row)
    return found


async def _amounts(session: AsyncSession, first: date, last: date) -> Mapping[UUID, Mapping[LineKind, int]]:
    """What confirmed statements that stand say of these days, by person and kind; one statement."""
    rows = await session.execute(
        select(func.coalesce(Person.merged_into_id, Person.id), FeeLine.kind, func.sum(FeeLine.cents))
        .join(FeeStatement, FeeStatement.id == FeeLine.statement_id)
        .join(Person, Person.id == FeeLine.person_id)
        .where(
            FeeLine.day >= first, FeeLine.day <= last, FeeLine.stands, FeeStatement.kind == StatementKind.STATEMENT,
            FeeStatement.state.in_([StatementState.CONFIRMED, StatementState.APPROVED, StatementState.PAID]),
        )
        .group_by(func.coalesce(Person.merged_into_id, Person.id), FeeLine.kind)
    )  # fmt: skip
    found: dict[UUID, dict[LineKind, int]] = {}
    for person_id, kind, cents in rows:
        found.setdefault(person_id, {})[kind] = int(cents)
    return found
