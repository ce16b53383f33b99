"""Whom a form about helping means: the person themselves, and who decides for them."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.booking.service.persons import known_booker, new_person
from lms.booking.values import Contact
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor
from lms.volunteering import policy
from lms.volunteering.errors import (
    GuardianMissing,
)


async def whom_they_mean(
    session: AsyncSession, actor: Actor, who: Contact, born: date | None, *, at: datetime
) -> tuple[Person, bool]:
    """Whom the form means. Who has the same name and address but another birth date is somebody else: father and son."""
    if actor.person_id is not None and not policy.may_manage(actor):
        me = await session.get(Person, actor.person_id)
        if (
            me is not None
            and (born is None or me.birth_date in {None, born})
            and me.name == f"{who.given_name.strip()} {who.family_name.strip()}"
        ):
            me.birth_date = me.birth_date or born
            return me, False
    known = await known_booker(session, who)
    if known is not None and (born is None or known.birth_date in {None, born}):
        known.birth_date = known.birth_date or born
        return known, False
    person = await new_person(session, actor, who, at=at)
    person.birth_date = born
    return person, True


async def guardian_of(
    session: AsyncSession,
    actor: Actor,
    child: Person,
    typed: Contact | None,
    *,
    is_new: bool,
    at: datetime,
) -> Person:
    """Who is asked: for a child we know, whoever decides for them already; a form does not make a guardian of anybody else."""
    deciding = (
        await session.scalars(
            select(Person)
            .join(Guardianship, Guardianship.guardian_id == Person.id)
            .where(Guardianship.child_id == child.id, Guardianship.ended_at.is_(None))
            .order_by(Guardianship.joint_since.is_(None), Guardianship.id)
        )
    ).all()
    meant = await known_booker(session, typed) if typed else None
    if deciding:
        return next((one for one in deciding if meant is not None and one.id == meant.id), deciding[0])
    if typed is None or not (typed.email or typed.phone) or not typed.given_name.strip():
        raise GuardianMissing
    if meant is not None and (meant.id == child.id or is_minor(meant.birth_date, local(at).date())):
        raise GuardianMissing
    guardian = meant or await new_person(session, actor, typed, at=at)
    if is_new:
        session.add(
            Guardianship(guardian_id=guardian.id, child_id=child.id, emergency_phone=guardian.phone or "")
        )
    return guardian
