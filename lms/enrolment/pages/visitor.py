"""Who fills in the form, and whom we know already, so that nobody types a thing twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.actor import Actor
from lms.people.models import Company, Guardianship, Person


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person at the form with those they act for; without an account nobody is known."""

    me: Person | None = None
    household: Sequence[Person] = ()
    companies: Sequence[Company] = ()
    guardianships: Mapping[UUID, Guardianship] = field(default_factory=dict)
    principals: frozenset[UUID] = frozenset()
    """Those of the household for whom one acts by mandate: they are the customers, and letters go to them."""

    @property
    def persons(self) -> Sequence[Person]:
        """Everybody one may enrol without typing a name: oneself first."""
        return [self.me, *self.household] if self.me else list(self.household)

    def person(self, person_id: str) -> Person | None:
        """One of them by the text of their id."""
        return next((one for one in self.persons if str(one.id) == person_id), None)

    def company(self, company_id: str) -> Company | None:
        """One of the companies they act for."""
        return next((one for one in self.companies if str(one.id) == company_id), None)


async def visitor_of(session: AsyncSession, actor: Actor) -> Visitor:
    """The visitor behind a request; no statement for a stranger, at most three for somebody signed in."""
    if not actor.is_signed_in or actor.person_id is None:
        return Visitor()
    found = (
        await session.scalars(
            select(Person)
            .where(Person.id.in_(list(actor.persons_for("C", "enrolment"))), Person.merged_into_id.is_(None))
            .order_by(Person.given_name, Person.family_name)
        )
    ).all()
    companies: Sequence[Company] = ()
    if actor.companies:
        companies = (
            await session.scalars(
                select(Company).where(Company.id.in_(list(actor.companies))).order_by(Company.name)
            )
        ).all()
    known = await session.scalars(
        select(Guardianship).where(
            Guardianship.guardian_id == actor.person_id, Guardianship.ended_at.is_(None)
        )
    )
    return Visitor(
        me=next((one for one in found if one.id == actor.person_id), None),
        household=[one for one in found if one.id != actor.person_id],
        companies=companies,
        guardianships={one.child_id: one for one in known},
        principals=actor.principals - actor.persons,
    )
