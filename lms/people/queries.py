"""Finding persons, in a session somebody else opened."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from lms.kernel.errors import NotFound
from lms.people.models import Company, CompanyContact, Guardianship, Household, Membership, Person
from lms.people.rules import matching

SHORTEST_SEARCH = 2
SHORTEST_NUMBER = 4
PHONE = re.compile(r"[\d\s()/+.-]+")


async def persons_found(
    session: AsyncSession, text: str, *, limit: int, offset: int = 0
) -> tuple[Sequence[Person], int]:
    """Persons by any parts of their names, by e-mail address or telephone number, and how many there are; two statements.

    An empty text finds everybody. Names are ordered as in a telephone book.
    """
    wanted = person_fits(text)
    total = await session.scalar(select(func.count()).select_from(Person).where(wanted))
    rows = await session.scalars(
        select(Person)
        .where(wanted)
        .order_by(Person.family_name, Person.given_name, Person.birth_date, Person.id)
        .limit(limit)
        .offset(offset)
    )
    return rows.all(), total or 0


def person_fits(text: str) -> ColumnElement[bool]:
    """Whether `Person` is one whom somebody means by these words: each word a part of the name, or a number, or an address.

    Never a record that was merged into another.
    """
    return and_(_fits(text.strip()), Person.merged_into_id.is_(None))


def _fits(typed: str) -> ColumnElement[bool]:
    if "@" in typed:
        return func.lower(Person.email).contains(typed.lower(), autoescape=True)
    if PHONE.fullmatch(typed):
        digits = re.sub(r"\D", "", typed).removeprefix("0049").lstrip("0")
        if len(digits) >= SHORTEST_NUMBER:
            return Person.phone.contains(digits, autoescape=True)
    words = matching(typed, "").split()
    return and_(*(Person.matching.contains(word, autoescape=True) for word in words), Person.matching != "")


@dataclass(frozen=True, slots=True)
class Related:
    """Somebody who belongs to a person, and how: `relation` is household, head, guardian, child or company."""

    relation: str
    name: str
    person_id: UUID | None = None


async def person_of(session: AsyncSession, person_id: UUID) -> Person:
    """One person. Raises NotFound."""
    found = await session.get(Person, person_id)
    if found is None:
        raise NotFound
    return found


async def related_to(session: AsyncSession, person_id: UUID) -> Sequence[Related]:
    """The household, guardians, children and companies of a person; three statements."""
    mine, theirs = aliased(Membership), aliased(Membership)
    household = await session.execute(
        select(Household.name, Person, theirs.is_head)
        .join(mine, and_(mine.household_id == Household.id, mine.person_id == person_id))
        .join(theirs, theirs.household_id == Household.id)
        .join(Person, Person.id == theirs.person_id)
        .where(Person.id != person_id)
        .order_by(Person.family_name, Person.given_name)
    )
    found = [
        Related("head" if is_head else "household", person.name, person.id)
        for _, person, is_head in household
    ]
    family = await session.execute(
        select(Guardianship.child_id, Person)
        .join(
            Person,
            or_(
                and_(Guardianship.child_id == person_id, Person.id == Guardianship.guardian_id),
                and_(Guardianship.guardian_id == person_id, Person.id == Guardianship.child_id),
            ),
        )
        .where(Guardianship.ended_at.is_(None))
        .order_by(Person.family_name, Person.given_name)
    )
    found += [
        Related("guardian" if child_id == person_id else "child", person.name, person.id)
        for child_id, person in family
    ]
    companies = await session.scalars(
        select(Company.name)
        .join(CompanyContact, CompanyContact.company_id == Company.id)
        .where(CompanyContact.person_id == person_id)
        .order_by(Company.name)
    )
    return [*found, *(Related("company", name) for name in companies)]


def parents_disagree(child: InstrumentedAttribute[UUID | None] | UUID | None) -> ColumnElement[bool]:
    """Whether the team knows that a child's guardians disagree (L-32)."""
    return exists().where(
        Guardianship.child_id == child,
        Guardianship.conflict_since.is_not(None),
        Guardianship.ended_at.is_(None),
    )


async def have_conflict(session: AsyncSession, child_id: UUID | None) -> bool:
    """The same for one child: then nothing is agreed to by itself."""
    return bool(await session.scalar(select(parents_disagree(child_id))))
