"""The joint list of a course for parents and children: who belongs together, and who decides for whom (F-F09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import Begin
from lms.enrolment.models import Enrolment
from lms.enrolment.pricing.family import Bonds, family_in
from lms.enrolment.queries import confirmed_in
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.rights import Scope
from lms.people.ages import age_on
from lms.people.models import Guardianship, Person
from lms.portal.desk.run_reading import run_with_course
from lms.web.access import may


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a place: their age where it is known, and who is called in an emergency."""

    enrolment: Enrolment
    person: Person
    age: int | None
    emergency_phone: str = ""


class FamilyPages(Controller):
    """One list, to look at and to print."""

    path = "/verwaltung/durchfuehrungen/{run_id:uuid}/familien"
    opt = may("R", "enrolment", of=Scope.ALL)
    include_in_schema = False

    @get()
    async def show(
        self, run_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> Template:
        """Families together, the eldest first; whoever comes alone stands alone."""
        ensure(actor.may_for_all("R", "enrolment"), actor)
        async with begin.reading() as session:
            run, course, _, _ = await run_with_course(session, run_id)
            day = local(run.starts_at or run.created_at).date()
            families = await _families(session, actor, run_id, day)
        return Template(
            "portal/desk/families.html", context={"run": run, "course": course, "families": families}
        )


async def _families(
    session: AsyncSession, actor: Actor, run_id: UUID, day: date
) -> Sequence[Sequence[Member]]:
    placed = (await confirmed_in(session, [run_id]))[run_id]
    ids = [person.id for _, person in placed]
    known = await family_in(session, actor, run_id, ids)
    rows = await session.execute(
        select(Guardianship.child_id, Guardianship.emergency_phone).where(Guardianship.child_id.in_(ids))
    )
    phones: dict[UUID, str] = {child_id: phone for child_id, phone in rows if phone}
    groups: list[tuple[Bonds, list[Member]]] = []
    for enrolment, person in placed:
        age = age_on(person.birth_date, day) if person.birth_date else None
        member = Member(enrolment, person, age, phones.get(person.id, ""))
        bonds = known.of(person.id, enrolment.guardian_id)
        mine = [group for group in groups if group[0] & bonds]
        groups = [group for group in groups if group not in mine]
        together = [member, *(one for group in mine for one in group[1])]
        groups.append((bonds.union(*(group[0] for group in mine)), together))
    return [sorted(members, key=_eldest_first) for _, members in groups]


def _eldest_first(member: Member) -> tuple[int, str]:
    return -(member.age if member.age is not None else 999), member.person.given_name
