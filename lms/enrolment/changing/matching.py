"""Which contract a declaration of withdrawal means: the reference number finds it, name and e-mail address have to fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.models import LIVE, Enrolment, Withdrawal
from lms.enrolment.queries import Claim, claims_of_order
from lms.enrolment.rules import folded_email
from lms.people.models import Person
from lms.people.rules import matching


@dataclass(frozen=True, slots=True)
class Meant:
    """The enrolments that are meant, all of one order; with a `cause` where the team has to look."""

    claims: Sequence[Claim] = ()
    cause: str = ""


def plain_reference(typed: str) -> str:
    """A reference number without what people put between its signs."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


async def found_by(session: AsyncSession, typed: str) -> Enrolment | None:
    """The enrolment with this reference number; a stray character more or less finds nothing."""
    sign = plain_reference(typed)
    if not sign:
        return None
    return (
        await session.scalars(select(Enrolment).where(func.replace(Enrolment.reference, "-", "") == sign))
    ).first()


async def meant_by(session: AsyncSession, declared: Withdrawal) -> Meant:
    """Whom and what a declaration means. Without a part named it is the whole order; a part names persons of it."""
    first = await found_by(session, declared.reference)
    if first is None:
        return Meant(cause="unknown")
    claims = [claim for claim in await claims_of_order(session, first.order_id) if claim.person]
    guardians = {claim.enrolment.guardian_id for claim in claims} - {None}
    people = [one for claim in claims for one in (claim.person, claim.contact) if one]
    people += (await session.scalars(select(Person).where(Person.id.in_(guardians)))).all()
    if not _is_one_of(declared, people):
        return Meant(claims, "other_person")
    part = chosen(declared.part, claims)
    if not part:
        return Meant(claims, "part_unclear")
    live = [claim for claim in part if claim.enrolment.state in LIVE]
    return Meant(live or part)


def chosen(part: str, claims: Sequence[Claim]) -> Sequence[Claim]:
    """The enrolments of the persons named; all of them where nobody is."""
    if not part.strip():
        return claims
    named = f" {matching(part.replace(',', ' ').replace(';', ' '), '')} "
    return [
        claim
        for claim in claims
        if claim.person and f" {matching(claim.person.given_name, claim.person.family_name)} " in named
    ]


def _is_one_of(declared: Withdrawal, people: Sequence[Person]) -> bool:
    """Whether the address is that of somebody involved, and the name that of somebody involved."""
    address = folded_email(declared.email)
    typed = f" {matching(declared.name, '')} "
    return any(folded_email(one.email) == address for one in people) and any(
        f" {matching('', one.family_name)} ".replace("  ", " ") in typed for one in people
    )
