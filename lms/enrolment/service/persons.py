"""Finding out whom a form means: somebody we know, or somebody new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.enrolment import policy
from lms.enrolment.rules import folded_email, likeness
from lms.enrolment.values import KnownPerson, NewCompany, NewPerson
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.messaging.models import Channel
from lms.people.models import Company, Guardianship, Person
from lms.people.rules import matching

Named = NewPerson | KnownPerson | UUID
WHO_COULD_BE_MEANT = (
    select(Person)
    .where(
        Person.merged_into_id.is_(None),
        or_(
            Person.matching.in_(bindparam("names", expanding=True)),
            Person.id.in_(bindparam("ids", expanding=True)),
        ),
    )
    .order_by(Person.created_at, Person.id)
    # nobody is merged away (lms/people/merging.py) between being recognised and being enrolled; readers share this lock
    .with_for_update(read=True, key_share=True)
)
BLANKS = ("email", "phone", "street", "postal_code", "city", "birth_date")


@dataclass(slots=True)
class Register:
    """The persons one order speaks of, looked up together with `look_up`, then one by one with `person`."""

    session: AsyncSession
    actor: Actor
    at: datetime
    known: list[Person] = field(default_factory=list)
    made: set[UUID] = field(default_factory=set)

    async def look_up(self, named: Iterable[Named | None]) -> None:
        """Read everybody who could be meant, in one query."""
        everybody = list(_with_guardians(named))
        names = {matching(one.given_name, one.family_name) for one in everybody if isinstance(one, NewPerson)}
        ids = {_id_of(one) for one in everybody if not isinstance(one, NewPerson)}
        if self.actor.person_id:
            ids.add(self.actor.person_id)
        found = await self.session.scalars(WHO_COULD_BE_MEANT, {"names": list(names), "ids": list(ids)})
        self.known = list(found.all())

    def person(self, named: Named) -> Person:
        """The person meant; made if we do not know them. Raises NotFound for an id the actor may not act for."""
        if isinstance(named, NewPerson):
            return self._recognised(named) or self._made(named)
        wanted = _id_of(named)
        if not policy.may_enrol(self.actor, wanted):
            raise NotFound
        for person in self.known:
            if person.id == wanted:
                self._fill_gaps(person, named)
                return person
        raise NotFound

    def _fill_gaps(self, person: Person, named: Named) -> None:
        if not isinstance(named, KnownPerson):
            return
        fields = ("birth_date", "postal_code", "city")
        added = [name for name in fields if getattr(named, name) and not getattr(person, name)]
        for name in added:
            setattr(person, name, getattr(named, name))
        if added:
            self._note_completed(person, added)

    def contact(self, named: Named, meant: Person) -> Person:
        """Who gets the letters when `named` was typed as contact and `meant` was recognised.

        A stranger's letters go to the address typed now, so where that is not the one we know, they go to a record of its
        own: whoever knows somebody's birth date must not be able to redirect that person's mail.
        """
        typed = folded_email(named.email) if isinstance(named, NewPerson) else None
        if typed is None or typed == meant.email or self.actor.may_for(meant.id, "U", "person"):
            return meant
        return self._made(named) if isinstance(named, NewPerson) else meant

    def booker(self, first: Named, meant: Person) -> Person:
        """Who books when no contact is named: whoever is signed in for themselves or their household, else the first person."""
        if not policy.is_enrolment_staff(self.actor):
            for person in self.known:
                if person.id == self.actor.person_id:
                    return person
        return self.contact(first, meant)

    def lookalikes(self, named: Named) -> list[Person]:
        """Everybody on record who may be this person: none of them may be in the run already."""
        if not isinstance(named, NewPerson):
            return []
        return [person for person in self.known if person.id not in self.made and _likeness(person, named)]

    def _recognised(self, named: NewPerson) -> Person | None:
        best, sureness = None, 0
        for person in self.known:
            found = _likeness(person, named)
            if found > sureness:
                best, sureness = person, found
        if best is not None:
            self._complete(best, named, sureness)
        return best

    def _complete(self, person: Person, named: NewPerson, sureness: int) -> None:
        """Add what we did not know yet. A stranger who knows a name adds nothing by which letters or accounts are reached."""
        if person.id in self.made:
            return
        trusted = self.actor.may_for(person.id, "U", "person")
        fields = BLANKS if trusted else ("birth_date",) if sureness == 3 else ()
        added = [name for name in fields if not getattr(person, name) and getattr(named, name)]
        for name in added:
            setattr(person, name, folded_email(named.email) if name == "email" else getattr(named, name))
        if added:
            self._note_completed(person, added)

    def _note_completed(self, person: Person, added: list[str]) -> None:
        person.version += 1
        record(
            self.session, self.actor, "person.completed", at=self.at, kind="person", object_id=person.id,
            person_id=person.id, after={"fields": added},
        )  # fmt: skip

    def _made(self, named: NewPerson) -> Person:
        email = folded_email(named.email)
        person = Person(
            given_name=named.given_name.strip(),
            family_name=named.family_name.strip(),
            matching=matching(named.given_name, named.family_name),
            created_at=self.at,
            birth_date=named.birth_date,
            email=email,
            phone=(named.phone or "").strip() or None,
            street=named.street.strip(),
            postal_code=named.postal_code.strip(),
            city=named.city.strip(),
            language=named.language,
            channel=named.channel or (Channel.EMAIL if email else Channel.POST),
        )
        self.session.add(person)
        self.known.append(person)
        self.made.add(person.id)
        record(
            self.session,
            self.actor,
            "person.made",
            at=self.at,
            kind="person",
            object_id=person.id,
            person_id=person.id,
        )
        return person


async def keep_guardianship(register: Register, guardian: Person, child: Person, named: Named) -> None:
    """Remember who decides for a child, and what the trainer has to know about it.

    Only for a child we did not know before, or whom the actor speaks for: otherwise anybody who knows a child's birth date
    could make themselves its guardian and read its records.
    """
    if child.id not in register.made and not register.actor.may_for(child.id, "U", "person"):
        return
    known = None
    if child.id not in register.made:
        known = (
            await register.session.scalars(
                select(Guardianship).where(
                    Guardianship.guardian_id == guardian.id, Guardianship.child_id == child.id
                )
            )
        ).first()
    await (
        register.session.flush()
    )  # rows that others point to are written first: no relationship tells the session so
    kept = known or Guardianship(guardian_id=guardian.id, child_id=child.id)
    if known is not None and known.ended_at is not None:
        return  # the team wrote down that somebody else decides: a form does not undo it
    if not isinstance(named, UUID):
        kept.emergency_phone = named.emergency_phone or kept.emergency_phone or guardian.phone or ""
        if named.may_go_home_alone is not None:
            kept.may_go_home_alone = named.may_go_home_alone
    if known is None:
        register.session.add(kept)


async def company_of(session: AsyncSession, actor: Actor, named: NewCompany | UUID | None) -> Company | None:
    """The company that pays. A typed one is always made anew: a stranger must not book on somebody else's name."""
    if named is None:
        return None
    if isinstance(named, NewCompany):
        company = Company(
            name=named.name.strip(),
            street=named.street.strip(),
            postal_code=named.postal_code.strip(),
            city=named.city.strip(),
            invoice_email=folded_email(named.invoice_email) or "",
            route_id=named.route_id.strip(),
        )
        session.add(company)
        return company
    found = await session.get(Company, named)
    if found is None or not (named in actor.companies or policy.is_enrolment_staff(actor)):
        raise NotFound
    return found


def guardian_named(named: Named) -> NewPerson | UUID | None:
    """Whom the form names as guardian of this person."""
    return None if isinstance(named, UUID) else named.guardian


def support_named(named: Named) -> tuple[Sequence[str], str]:
    """What the form says this person needs."""
    return ((), "") if isinstance(named, UUID) else (named.support, named.support_note)


def _likeness(person: Person, named: NewPerson) -> int:
    return likeness(
        person,
        given_name=named.given_name,
        family_name=named.family_name,
        birth_date=named.birth_date,
        email=named.email,
        phone=named.phone,
    )


def _with_guardians(named: Iterable[Named | None]) -> Iterable[Named]:
    for one in named:
        if one is None:
            continue
        yield one
        guardian = guardian_named(one)
        if guardian is not None:
            yield guardian


def _id_of(named: KnownPerson | UUID) -> UUID:
    return named if isinstance(named, UUID) else named.id
