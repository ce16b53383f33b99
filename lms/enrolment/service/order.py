"""An order: what was sent in one go, checked and priced, before anything is placed."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from lms.catalogue.models import PaymentMethod
from lms.enrolment import policy, rules
from lms.enrolment.conditions.values import NOTHING_SAID, Said
from lms.enrolment.errors import (
    AlreadyEnrolled,
    ContactNeeded,
    DropInNotOffered,
    GuardianNeeded,
    GuardianTooYoung,
    NobodyNamed,
    PaymentMethodRefused,
    PriceChanged,
    SamePersonTwice,
    TooManyPersons,
)
from lms.enrolment.models import LIVE, Enrolment, EnrolmentState, EntryWay, PartyRule, SupportNeed
from lms.enrolment.pricing.deciding import priced
from lms.enrolment.pricing.rules import Concession, Reckoning
from lms.enrolment.service.entering import Entry, begin_entry, judge
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.persons import (
    Named,
    Register,
    company_of,
    guardian_named,
    keep_guardianship,
    support_named,
)
from lms.enrolment.values import MOST_AT_ONCE, NewCompany, NewPerson, Wants
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.people.models import Company, Person
from lms.people.queries import have_conflict
from lms.people.rules import is_minor
from lms.scheduling.models import Session

READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
REFERENCE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Entrant:
    """One person of an order, and the guardian who still has to consent."""

    person: Person
    named: Named
    guardian: Person | None = None
    consents_now: bool = False
    """The guardian is the one who acts, signed in."""
    photo_wording: str = ""
    by_mandate: bool = False
    """Somebody acts for them who may do no more than a mandate says: then they are the customer, and letters go to them."""
    price_cents: int = 0
    """Of single sessions; a place in the whole run has a reckoned `price` instead."""
    price: Reckoning | None = None
    price_without: Reckoning | None = None
    """What it would be if the concession fell away."""
    concession: Concession | None = None

    @property
    def owes_cents(self) -> int:
        """What this person's enrolment costs."""
        return self.price.price_cents if self.price is not None else self.price_cents


@dataclass(slots=True)
class Order:
    """Everything about what was sent that does not depend on free places."""

    entrants: list[Entrant]
    contact: Person
    company: Company | None
    payment_method: PaymentMethod
    way: EntryWay
    rule: PartyRule
    wants: Wants
    entry: Entry = field(default_factory=lambda: Entry(NOTHING_SAID))
    """What the run's conditions make of it."""
    order_number: str = ""
    terms_version: str = ""
    sessions: Sequence[Session] = ()
    """The single sessions this is for; none for the whole run."""
    id: UUID = field(default_factory=uuid4)

    @property
    def waits_for_consent(self) -> bool:
        """Whether a guardian has to agree first; the party stays together, so all of it waits."""
        return any(entrant.guardian and not entrant.consents_now for entrant in self.entrants)

    @property
    def chose_no_payment(self) -> bool:
        """Whether something is due and nobody has said how it is paid: then there is no order at a price (L-10)."""
        return self.total_cents > 0 and self.payment_method is PaymentMethod.FREE

    @property
    def total_cents(self) -> int:
        """What all persons owe together."""
        return sum(entrant.owes_cents for entrant in self.entrants)

    def claim(self, locked: LockedRun, entrant: Entrant, party_id: UUID) -> Enrolment:
        """A new enrolment of one person, not yet brought into any state."""
        enrolment = Enrolment(
            run_id=locked.run.id,
            party_id=party_id,
            reference=new_reference(),
            state=EnrolmentState.REQUESTED,
            created_at=locked.at,
            changed_at=locked.at,
            way=self.way,
            is_drop_in=bool(self.sessions),
        )
        self.name(locked, enrolment, entrant)
        return enrolment

    def name(self, locked: LockedRun, enrolment: Enrolment, entrant: Entrant) -> None:
        """Write onto an enrolment whose it is and what was agreed."""
        enrolment.person_id = entrant.person.id
        enrolment.contact_id = entrant.person.id if entrant.by_mandate else self.contact.id
        enrolment.company_id = self.company.id if self.company else None
        enrolment.order_id = self.id
        enrolment.order_number = self.order_number
        enrolment.price_cents = entrant.owes_cents
        enrolment.has_concession = entrant.price is not None and entrant.price.uses_concession
        enrolment.payment_method = self.payment_method if entrant.owes_cents else PaymentMethod.FREE
        enrolment.terms_version = self.terms_version
        enrolment.way = self.way
        enrolment.rank = self.entrants.index(entrant)
        enrolment.approval = self.entry.state(waits_for_consent=self.waits_for_consent)
        if entrant.guardian:
            enrolment.guardian_id = entrant.guardian.id
        if entrant.consents_now:
            enrolment.consented_at = locked.at
            enrolment.consent_wording = "enrolled by the guardian"

    def keep_support(self, locked: LockedRun, enrolments: Sequence[Enrolment]) -> None:
        """Keep what the persons said they need."""
        whose = {entrant.person.id: support_named(entrant.named) for entrant in self.entrants}
        for enrolment in enrolments:
            needs, note = whose[enrolment.person_id] if enrolment.person_id else ((), "")
            if needs or note:
                locked.session.add(
                    SupportNeed(
                        enrolment_id=enrolment.id, needs=list(needs), note=note, consented_at=locked.at
                    )
                )


async def checked_order(
    locked: LockedRun,
    actor: Actor,
    *,
    persons: Sequence[Named],
    contact: NewPerson | UUID | None,
    company: NewCompany | UUID | None,
    payment_method: PaymentMethod | None,
    concession: bool,
    way: EntryWay,
    rule: PartyRule,
    wants: Wants,
    order_number: str,
    terms_version: str,
    session_ids: Collection[UUID] = (),
    booker: Person | None = None,
    agreed_cents: int | None = None,
    said: Said = NOTHING_SAID,
) -> Order:
    """Find out who is meant and refuse what the run's conditions do not allow. `booker` orders where that is known already."""
    if not persons:
        raise NobodyNamed
    if len(persons) > MOST_AT_ONCE:
        raise TooManyPersons(most=MOST_AT_ONCE)
    entry = await begin_entry(locked, actor, said)
    sessions = await bookable(locked, actor, session_ids) if session_ids else []
    price = locked.run.drop_in_price_cents * len(sessions) if sessions else locked.run.price_cents
    register = Register(locked.session, actor, locked.at)
    await register.look_up([*persons, contact])
    who = [register.person(named) for named in persons]
    await _refuse_doubles(locked, register, who, persons)
    await judge(locked, register, entry, who, persons)
    if booker is not None:
        pass
    elif contact is None:
        booker = register.booker(persons[0], who[0])
    else:
        booker = register.contact(contact, register.person(contact))
    starts_at = sessions[0].starts_at if sessions else locked.run.starts_at
    entrants = [
        await _entrant(locked, register, person, named, booker=booker, price_cents=price, starts_at=starts_at)
        for person, named in zip(who, persons, strict=True)
    ]
    firm = await company_of(locked.session, actor, company)
    if sessions:
        entrants = [replace(one, price_cents=price) for one in entrants]
    else:
        entrants = await priced(
            locked,
            register,
            entrants,
            contact=booker,
            contact_named=contact,
            company=firm,
            is_known_company=isinstance(company, UUID),
            concession=concession,
        )
    owed = sum(one.owes_cents for one in entrants)
    if agreed_cents is not None and owed > agreed_cents:
        raise PriceChanged
    order = Order(
        entrants=entrants,
        contact=booker,
        company=firm,
        payment_method=_method(locked, owed, payment_method, firm),
        way=way,
        rule=rule,
        wants=wants,
        entry=entry,
        order_number=order_number,
        terms_version=terms_version,
        sessions=sessions,
    )
    if is_minor(booker.birth_date, local(locked.at).date()):
        order.contact = next((one.guardian for one in order.entrants if one.guardian), booker)
    reachable = order.contact.email or order.contact.phone or (order.contact.street and order.contact.city)
    if not reachable:
        raise ContactNeeded
    if (wants is Wants.PLACE or sessions) and order.chose_no_payment:
        raise PaymentMethodRefused
    return order


async def _refuse_doubles(
    locked: LockedRun, register: Register, who: Sequence[Person], persons: Sequence[Named]
) -> None:
    seen: set[UUID] = set()
    for person in who:
        if person.id in seen:
            raise SamePersonTwice(name=person.name)
        seen.add(person.id)
    known = {person.id: person for person in who if person.id not in register.made}
    for named in persons:
        known |= {person.id: person for person in register.lookalikes(named)}
    if not known:
        return
    there = await locked.session.scalars(
        select(Enrolment.person_id)
        .where(Enrolment.run_id == locked.run.id, Enrolment.person_id.in_(known), Enrolment.state.in_(LIVE))
        .limit(1)
    )
    for person_id in there:
        raise AlreadyEnrolled(name=known[person_id].name if person_id else "")


async def _entrant(
    locked: LockedRun,
    register: Register,
    person: Person,
    named: Named,
    *,
    booker: Person,
    price_cents: int,
    starts_at: datetime | None,
) -> Entrant:
    typed = None if isinstance(named, UUID) else named.birth_date
    birth_date, today = person.birth_date or typed, local(locked.at).date()
    rules.refuse_unless_age_fits(
        person.name,
        birth_date,
        local(starts_at or locked.at).date(),
        least=locked.min_age,
        most=locked.max_age,
        must_be_known=locked.is_for_youth,
    )
    alone_from = locked.settings.alone_from_age
    if not rules.needs_consent(birth_date, today, price_cents=price_cents, alone_from_age=alone_from):
        return Entrant(person, named, by_mandate=policy.is_limited(register.actor, person.id))
    whom = guardian_named(named)
    guardian = register.person(whom) if whom is not None else booker
    if guardian.id == person.id:
        raise GuardianNeeded(name=person.name)
    if is_minor(guardian.birth_date, today):
        raise GuardianTooYoung
    await keep_guardianship(register, guardian, person, named)
    acts = register.actor.is_signed_in and register.actor.person_id == guardian.id
    speaks_for = person.id in register.made or register.actor.may_for(person.id, "U", "person")
    return Entrant(
        person,
        named,
        guardian,
        consents_now=acts
        and not policy.is_enrolment_staff(register.actor)
        and not await have_conflict(locked.session, person.id),
        photo_wording="" if isinstance(named, UUID) or not speaks_for else named.photo_wording,
    )


async def bookable(locked: LockedRun, actor: Actor, session_ids: Collection[UUID]) -> list[Session]:
    """The sessions meant, in order of time. Raises DropInNotOffered where one of them cannot be booked by itself now."""
    wanted = set(session_ids)
    found = (
        await locked.session.scalars(
            select(Session)
            .where(Session.run_id == locked.run.id, Session.id.in_(wanted))
            .order_by(Session.starts_at)
            .execution_options(populate_existing=True)
        )
    ).all()
    by_staff = policy.is_enrolment_staff(actor)
    if len(found) != len(wanted) or not all(
        rules.may_drop_into(locked.run, one, locked.at, by_staff=by_staff) for one in found
    ):
        raise DropInNotOffered
    return list(found)


def _method(
    locked: LockedRun, owed: int, method: PaymentMethod | None, company: Company | None
) -> PaymentMethod:
    if company is not None and method is PaymentMethod.ONLINE:
        raise PaymentMethodRefused  # a company gets an invoice, which it may pay online
    return rules.chosen_method(locked.run, owed, method, possible=locked.settings.ways_to_pay)


def new_reference() -> str:
    """Something to read out on the telephone: eight signs that cannot be mistaken for one another. It opens nothing."""
    signs = "".join(secrets.choice(READABLE) for _ in range(REFERENCE_LENGTH))
    return f"{signs[:4]}-{signs[4:]}"
