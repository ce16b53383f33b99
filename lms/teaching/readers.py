"""Who reads what a trainer writes: the people themselves, and for minors their guardians, always (L-34)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import has_sms
from lms.enrolment.letters.copies import agents_who_read
from lms.enrolment.models import Enrolment
from lms.kernel.clock import local
from lms.messaging.models import Channel
from lms.messaging.ways import way_to
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor


@dataclass(frozen=True, slots=True)
class Addressed:
    """One person who gets a letter about one place. `is_copy` marks whoever reads for somebody else."""

    enrolment: Enrolment
    participant: Person
    reader: Person
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Readership:
    """Everybody who gets a letter, and the participants whom nothing reaches."""

    addressed: Sequence[Addressed]
    unreached: Sequence[Person]
    has_sms: bool = False

    @property
    def readers(self) -> Sequence[Person]:
        """Each person once, from A to Z."""
        found = {one.reader.id: one.reader for one in self.addressed}
        return sorted(found.values(), key=lambda one: (one.family_name, one.given_name, str(one.id)))

    @property
    def copies(self) -> Sequence[Person]:
        """Those among them who only read along."""
        own = {one.reader.id for one in self.addressed if not one.is_copy}
        return [one for one in self.readers if one.id not in own]

    @property
    def ways(self) -> Mapping[Channel, int]:
        """How many people are reached by each way."""
        return Counter(self.way_of(one) for one in self.readers)

    def way_of(self, reader: Person) -> Channel:
        """The way a letter goes to this person."""
        return way_to(Channel(reader.channel), email=reader.email, phone=reader.phone, has_sms=self.has_sms)

    @property
    def mark(self) -> str:
        """How a page remembers whom it showed: another one means other people."""
        return "-".join([str(len(self.readers)), *sorted(str(one.id)[:4] for one in self.readers)])[:1_500]


async def readership(
    session: AsyncSession, enrolments: Collection[Enrolment], at: datetime, *, only_guardians: bool = False
) -> Readership:
    """Who gets what is written to these places at this moment; four statements.

    A minor without a guardian whom we know gets nothing: no trainer writes to a child alone (L-34). An adult who cannot be
    reached is written to by way of whoever enrolled them, but for a company: what a trainer says is not the employer's business.
    """
    ids = {
        value
        for one in enrolments
        for value in (one.person_id, one.contact_id, one.guardian_id)
        if value is not None
    }
    people = await _people(session, ids)
    guardians = await _guardians(session, {one.person_id for one in enrolments if one.person_id})
    day = local(at).date()
    found: list[Addressed] = []
    unreached: list[Person] = []
    for one in enrolments:
        participant = people.get(one.person_id) if one.person_id else None
        if participant is None:
            continue
        told = _readers(one, participant, people, guardians.get(participant.id, ()), day)
        if only_guardians:
            told = [(reader, is_copy) for reader, is_copy in told if is_copy]
            if not told and not _is_child(one, participant, day):
                continue
        if not told:
            unreached.append(participant)
        found += [Addressed(one, participant, reader, is_copy) for reader, is_copy in told]
    if not only_guardians:
        found += await _agents(session, found, at)
    return Readership(found, unreached, has_sms(session))


def _readers(
    one: Enrolment,
    participant: Person,
    people: Mapping[UUID, Person],
    guardians: Sequence[Person],
    day: date,
) -> list[tuple[Person, bool]]:
    contact = people.get(one.contact_id) if one.contact_id else None
    if _is_child(one, participant, day):
        consenting = people.get(one.guardian_id) if one.guardian_id else None
        adults = list(guardians) or [each for each in (consenting or contact,) if each is not None]
        adults = [each for each in adults if each.id != participant.id]
        addresses = {each.email for each in adults}
        alone = [participant] if adults and participant.email and participant.email not in addresses else []
        return [(each, False) for each in alone] + [(each, True) for each in adults]
    if _is_reachable(participant) or contact is None or contact.id == participant.id:
        return [(participant, False)]
    return [(contact, False)] if one.company_id is None else []


def _is_child(one: Enrolment, participant: Person, day: date) -> bool:
    """Known to be under 18; where no birth date is known, an adult had to consent."""
    if participant.birth_date is None:
        return one.guardian_id is not None
    return is_minor(participant.birth_date, day)


def _is_reachable(person: Person) -> bool:
    return bool(person.email or person.phone or (person.street and person.city))


async def _people(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Person]:
    rows = await session.scalars(select(Person).where(Person.id.in_(list(ids))))
    return {one.id: one for one in rows}


async def _guardians(session: AsyncSession, children: Collection[UUID]) -> Mapping[UUID, Sequence[Person]]:
    rows = await session.execute(
        select(Guardianship.child_id, Person)
        .join(Person, Person.id == Guardianship.guardian_id)
        .where(Guardianship.child_id.in_(list(children)), Guardianship.ended_at.is_(None))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    found: dict[UUID, list[Person]] = defaultdict(list)
    for child_id, person in rows:
        found[child_id].append(person)
    return found


async def _agents(session: AsyncSession, addressed: Sequence[Addressed], at: datetime) -> Sequence[Addressed]:
    """Those who read letters for an adult by a mandate."""
    own = [one for one in addressed if not one.is_copy and one.reader.id == one.participant.id]
    agents = await agents_who_read(session, [one.reader.id for one in own], at)
    return [
        Addressed(one.enrolment, one.participant, agent, is_copy=True)
        for one in own
        for agent in agents.get(one.reader.id, ())
    ]
