"""Two records that may be one person: found by the folded name and one thing more."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.people.models import DistinctPersons, Person


@dataclass(frozen=True, slots=True)
class Pair:
    """Two persons of one name, the older record first, and what else they have in common."""

    first: Person
    second: Person

    @property
    def shared(self) -> tuple[str, ...]:
        """Of birth_date, email, phone and address those that are the same."""
        found = [
            name
            for name in ("birth_date", "email", "phone")
            if getattr(self.first, name) and getattr(self.first, name) == getattr(self.second, name)
        ]
        if self.first.street and _address(self.first) == _address(self.second):
            found.append("address")
        return tuple(found)


async def likely_duplicates(
    session: AsyncSession, *, limit: int, offset: int = 0
) -> tuple[Sequence[Pair], int]:
    """Pairs of living records with the same folded name and the same birth date, e-mail, telephone or address; two statements.

    Not those whose birth dates are known and differ (a father and his son), nor those whom the team has told apart.
    """
    first, second = aliased(Person), aliased(Person)
    alike = and_(
        first.matching == second.matching,
        first.matching != "",
        first.merged_into_id.is_(None),
        second.merged_into_id.is_(None),
        or_(first.created_at < second.created_at, and_(first.created_at == second.created_at, first.id < second.id)),
        or_(first.birth_date.is_(None), second.birth_date.is_(None), first.birth_date == second.birth_date),
        or_(
            first.birth_date == second.birth_date,
            first.email == second.email,
            first.phone == second.phone,
            and_(
                first.street != "",
                func.lower(first.street) == func.lower(second.street),
                first.postal_code == second.postal_code,
            ),
        ),
        ~exists().where(_told_apart(first, second)),
    )  # fmt: skip
    total = await session.scalar(select(func.count()).select_from(first).join(second, alike))
    rows = await session.execute(
        select(first, second)
        .join(second, alike)
        .order_by(first.family_name, first.given_name, first.id, second.id)
        .limit(limit)
        .offset(offset)
    )
    return [Pair(*row) for row in rows], total or 0


async def records_merged_into(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """The ids that this person had before: what never changes, as the history, still names them."""
    return (await session.scalars(select(Person.id).where(Person.merged_into_id == person_id))).all()


async def living(session: AsyncSession, person_id: UUID | None) -> Person | None:
    """Whoever is meant by an id that may be of a merged record: what never changes keeps it. None where there is none."""
    found = await session.get(Person, person_id) if person_id else None
    if found is not None and found.merged_into_id is not None:
        return await session.get(Person, found.merged_into_id)
    return found


def _told_apart(first: type[Person], second: type[Person]) -> ColumnElement[bool]:
    return or_(
        and_(DistinctPersons.one_id == first.id, DistinctPersons.other_id == second.id),
        and_(DistinctPersons.one_id == second.id, DistinctPersons.other_id == first.id),
    )


def _address(person: Person) -> tuple[str, str]:
    return person.street.casefold(), person.postal_code
