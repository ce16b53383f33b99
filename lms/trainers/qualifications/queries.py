"""Who has which qualification on which day, in a session of the database that somebody else opened.

One rule for everybody who asks: where a kind of that name exists, the record that the team keeps decides; any other name in a
trainer's profile counts as it stands there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.trainers.models import ConductRecord, Trainer
from lms.trainers.qualifications.models import QualificationKind, QualificationNeed, QualificationRecord


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody has: the names of the profile that no kind bears, and until when each record counts (None: for good)."""

    named: frozenset[str] = frozenset()
    records: tuple[tuple[str, date | None], ...] = ()

    def names(self, day: date) -> frozenset[str]:
        """What counts on this day."""
        return self.named | {name for name, until in self.records if until is None or until >= day}


@dataclass(frozen=True, slots=True)
class Lacked:
    """A qualification that somebody would need: `ended_on` when they had it, None when the team has never seen it."""

    name: str
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Expiring:
    """What ends soon or has ended. `kind_id` is None for a certificate of conduct."""

    person: Person
    name: str
    valid_until: date
    record_id: UUID
    kind_id: UUID | None


async def held_by(session: AsyncSession, person_ids: Iterable[UUID]) -> Mapping[UUID, Held]:
    """What each of these persons has; everybody asked for has an entry. Three statements."""
    wanted = list(set(person_ids))
    kinds = set(await session.scalars(select(QualificationKind.name)))
    named = {
        row.person_id: frozenset(row.qualifications) - kinds
        for row in await session.scalars(select(Trainer).where(Trainer.person_id.in_(wanted)))
    }
    records: dict[UUID, list[tuple[str, date | None]]] = defaultdict(list)
    rows = await session.execute(
        select(QualificationRecord.person_id, QualificationKind.name, QualificationRecord.valid_until)
        .join(QualificationKind, QualificationKind.id == QualificationRecord.kind_id)
        .where(QualificationRecord.person_id.in_(wanted), QualificationRecord.removed_at.is_(None))
    )
    for person_id, name, until in rows:
        records[person_id].append((name, until))
    return {person: Held(named.get(person, frozenset()), tuple(records.get(person, ()))) for person in wanted}


async def lacked_of(
    session: AsyncSession, kinds: Mapping[UUID, str], person_ids: Collection[UUID], day: date
) -> Mapping[UUID, Sequence[Lacked]]:
    """Which of these kinds (by name) each person does not have on this day; who lacks nothing is missing. One statement."""
    if not kinds or not person_ids:
        return {}
    rows = await session.execute(
        select(QualificationRecord.person_id, QualificationRecord.kind_id, QualificationRecord.valid_until).where(
            QualificationRecord.person_id.in_(list(person_ids)),
            QualificationRecord.kind_id.in_(list(kinds)),
            QualificationRecord.removed_at.is_(None),
        )
    )  # fmt: skip
    until: dict[tuple[UUID, UUID], date] = {}
    for person_id, kind_id, valid_until in rows:
        known = until.get((person_id, kind_id), date.min)
        until[person_id, kind_id] = max(known, valid_until or date.max)
    found = {
        person: [
            Lacked(name, until.get((person, kind)))
            for kind, name in kinds.items()
            if until.get((person, kind), date.min) < day
        ]
        for person in person_ids
    }
    return {person: lacks for person, lacks in found.items() if lacks}


async def kinds_of(
    session: AsyncSession, *, with_retired: bool = False
) -> Sequence[tuple[QualificationKind, int]]:
    """Every kind with the number of people who have a record of it, by name."""
    count = (
        select(func.count(QualificationRecord.person_id.distinct()))
        .where(
            QualificationRecord.kind_id == QualificationKind.id,
            QualificationRecord.removed_at.is_(None),
        )
        .scalar_subquery()
    )
    asked = select(QualificationKind, count).order_by(QualificationKind.name)
    if not with_retired:
        asked = asked.where(QualificationKind.retired_at.is_(None))
    return [(kind, num) for kind, num in await session.execute(asked)]


async def kind_of(session: AsyncSession, kind_id: UUID) -> QualificationKind:
    """One kind. Raises NotFound."""
    found = await session.get(QualificationKind, kind_id)
    if found is None:
        raise NotFound
    return found


async def records_of(
    session: AsyncSession, person_id: UUID
) -> Sequence[tuple[QualificationRecord, QualificationKind]]:
    """What the team has seen of one person, by name, the latest first."""
    rows = await session.execute(
        select(QualificationRecord, QualificationKind)
        .join(QualificationKind, QualificationKind.id == QualificationRecord.kind_id)
        .where(QualificationRecord.person_id == person_id, QualificationRecord.removed_at.is_(None))
        .order_by(QualificationKind.name, QualificationRecord.seen_on.desc(), QualificationRecord.id)
    )
    return [(record, kind) for record, kind in rows]


async def needs_of_kind(session: AsyncSession, kind_id: UUID) -> Sequence[QualificationNeed]:
    """What this kind is required for."""
    rows = await session.scalars(
        select(QualificationNeed).where(QualificationNeed.kind_id == kind_id).order_by(QualificationNeed.id)
    )
    return rows.all()


async def expiring(
    session: AsyncSession, day: date, *, days: int, person_id: UUID | None = None
) -> Sequence[Expiring]:
    """What has ended within the last year or ends within so many days, the first to end first; two statements.

    Of everybody, or of one person. Only the record that counts the longest is named: whoever has brought a newer paper is not reminded of the old one.
    """
    first, last = day - timedelta(days=365), day + timedelta(days=days)
    whose = [] if person_id is None else [Person.id == person_id]
    rows = await session.execute(
        select(QualificationRecord, QualificationKind, Person)
        .join(QualificationKind, QualificationKind.id == QualificationRecord.kind_id)
        .join(Person, Person.id == QualificationRecord.person_id)
        .join(Trainer, Trainer.person_id == Person.id)
        .where(
            QualificationRecord.removed_at.is_(None),
            QualificationKind.retired_at.is_(None),
            QualificationRecord.valid_until.between(first, last),
            ~_counts_longer(),
            *whose,
        )
    )
    found = [
        Expiring(person, kind.name, record.valid_until or date.max, record.id, kind.id)
        for record, kind, person in rows
    ]
    latest = (
        select(ConductRecord.person_id, func.max(ConductRecord.valid_until).label("until"))
        .group_by(ConductRecord.person_id)
        .subquery()
    )
    conducts = await session.execute(
        select(ConductRecord, Person)
        .join(
            latest,
            (latest.c.person_id == ConductRecord.person_id) & (latest.c.until == ConductRecord.valid_until),
        )
        .join(Person, Person.id == ConductRecord.person_id)
        .join(Trainer, Trainer.person_id == Person.id)
        .where(ConductRecord.valid_until.between(first, last), *whose)
    )
    found += [Expiring(person, "", row.valid_until, row.id, None) for row, person in conducts]
    unique = {(one.person.id, one.kind_id): one for one in found}
    return sorted(unique.values(), key=lambda one: (one.valid_until, one.person.family_name, one.person.id))


def _counts_longer() -> ColumnElement[bool]:
    """Whether the same person has a record of the same kind that counts longer."""
    other = QualificationRecord.__table__.alias()
    mine = QualificationRecord.__table__.c
    return (
        select(other.c.id)
        .where(
            other.c.person_id == mine.person_id,
            other.c.kind_id == mine.kind_id,
            other.c.removed_at.is_(None),
            other.c.valid_until.is_(None) | (other.c.valid_until > mine.valid_until),
        )
        .exists()
    )
