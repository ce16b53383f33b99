"""Who belongs to whose family, as far as a price asks.

Two people are of one family who share a household or a guardian, or of whom one is the guardian of the other. What is on
record counts only of those whom the actor may speak for or has enrolled: a stranger must not learn from a price who else
takes part.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.models import LIVE, Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.people.models import Guardianship, Membership

Bonds = frozenset[UUID]
"""What joins a person to a family: the person, guardians and households. Families are where bonds meet."""
TAKING_PART = LIVE - {EnrolmentState.WAITING}


@dataclass(frozen=True, slots=True)
class Family:
    """The bonds of the persons asked for, and of those who take part in the run already."""

    bonds: Mapping[UUID, Bonds] = field(default_factory=dict)
    there: Mapping[UUID, Bonds] = field(default_factory=dict)

    def of(self, person_id: UUID | None, guardian_id: UUID | None = None) -> Bonds:
        """The bonds of somebody in an order, with the guardian named in it."""
        own = frozenset({person_id, guardian_id} - {None})
        known = self.bonds.get(person_id, frozenset()) if person_id else frozenset()
        return known | {one for one in own if one is not None}

    def takes_part(self, bonds: Bonds, earlier: Sequence[Bonds] = ()) -> bool:
        """Whether somebody else of this family is in the run, or stands before them in the order."""
        return any(bonds & theirs for theirs in (*self.there.values(), *earlier))


async def family_in(
    session: AsyncSession, actor: Actor, run_id: UUID, person_ids: Collection[UUID]
) -> Family:
    """The families of these persons and of whoever the actor may speak for in this run; three statements."""
    speaks_for_all = actor.may_for_all("U", "person")
    wanted = select(Enrolment.person_id).where(
        Enrolment.run_id == run_id, Enrolment.state.in_(TAKING_PART), Enrolment.person_id.is_not(None)
    )
    if not speaks_for_all:
        mine = list(actor.persons)
        wanted = wanted.where(
            or_(
                Enrolment.person_id.in_(mine),
                Enrolment.contact_id.in_(mine),
                Enrolment.guardian_id.in_(mine),
            )
        )
    there = [one for one in await session.scalars(wanted) if one is not None]
    known = {one for one in person_ids if actor.may_for(one, "U", "person")}
    bonds = await _bonds_of(session, known | set(there))
    return Family({one: bonds[one] for one in known}, {one: bonds[one] for one in there})


async def _bonds_of(session: AsyncSession, person_ids: Collection[UUID]) -> Mapping[UUID, Bonds]:
    found: dict[UUID, set[UUID]] = {one: {one} for one in person_ids}
    if not found:
        return {}
    households = await session.execute(
        select(Membership.person_id, Membership.household_id).where(Membership.person_id.in_(found))
    )
    for person_id, household_id in households:
        found[person_id].add(household_id)
    guardians = await session.execute(
        select(Guardianship.child_id, Guardianship.guardian_id).where(Guardianship.child_id.in_(found))
    )
    for child_id, guardian_id in guardians:
        found[child_id].add(guardian_id)
    return {one: frozenset(bonds) for one, bonds in found.items()}
