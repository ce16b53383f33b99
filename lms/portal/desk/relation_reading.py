"""Who belongs to a person, what has ended included; in six statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.people.models import Guardianship, Household, Membership, Person, PickUp
from lms.people.queries import person_of
from lms.portal.acting.reading import Held, mandates_with, photographed


@dataclass(frozen=True, slots=True)
class Relations:
    """Everybody around one person."""

    person: Person
    guardians: Sequence[tuple[Guardianship, Person]]
    children: Sequence[tuple[Guardianship, Person]]
    homes: Sequence[tuple[Household, Sequence[tuple[Membership, Person]]]]
    mandates: Sequence[Held]
    pick_ups: Sequence[PickUp]
    has_photos: bool

    @property
    def has_conflict(self) -> bool:
        """Whether those who decide for this child disagree."""
        return any(one.ended_at is None and one.conflict_since is not None for one, _ in self.guardians)


async def relations_of(session: AsyncSession, person_id: UUID) -> Relations:
    """Raises NotFound."""
    person = await person_of(session, person_id)
    guardians = await session.execute(
        select(Guardianship, Person)
        .join(Person, Person.id == Guardianship.guardian_id)
        .where(Guardianship.child_id == person_id)
        .order_by(Person.given_name, Person.id)
    )
    children = await session.execute(
        select(Guardianship, Person)
        .join(Person, Person.id == Guardianship.child_id)
        .where(Guardianship.guardian_id == person_id)
        .order_by(Person.given_name, Person.id)
    )
    mine = select(Membership.household_id).where(Membership.person_id == person_id)
    rows = await session.execute(
        select(Household, Membership, Person)
        .join(Membership, Membership.household_id == Household.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Household.id.in_(mine))
        .order_by(Household.name, Person.given_name, Person.id)
    )
    homes: dict[UUID, tuple[Household, list[tuple[Membership, Person]]]] = {}
    for household, membership, member in rows:
        homes.setdefault(household.id, (household, []))[1].append((membership, member))
    fetching = await session.scalars(select(PickUp).where(PickUp.child_id == person_id).order_by(PickUp.name))
    return Relations(
        person=person,
        guardians=[(kept, other) for kept, other in guardians],
        children=[(kept, other) for kept, other in children],
        homes=list(homes.values()),
        mandates=await mandates_with(session, person_id),
        pick_ups=fetching.all(),
        has_photos=person_id in await photographed(session, [person_id]),
    )
