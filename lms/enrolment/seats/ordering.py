"""Ordering seats in a run, with names, without, or with some."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.conditions.values import NOTHING_SAID, Said
from lms.enrolment.errors import ContactNeeded, PaymentMethodRefused
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party, PartyRule
from lms.enrolment.pricing.deciding import keep_reckoning
from lms.enrolment.pricing.reading import price_list
from lms.enrolment.pricing.rules import Facts, Reckoning, reckon
from lms.enrolment.seats.errors import MoreNamesThanSeats, NotEnoughSeats, TooManySeats
from lms.enrolment.seats.events import SeatsOrdered
from lms.enrolment.seats.models import SeatOrder
from lms.enrolment.seats.naming import checked_names, take_seat
from lms.enrolment.seats.policy import may_act_for, refuse_strangers
from lms.enrolment.seats.rules import MOST_SEATS, seats_to_be_had
from lms.enrolment.service.entering import Entry, begin_entry, keep_entry, refuse_pending
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.order import Entrant, new_reference
from lms.enrolment.service.persons import Register, company_of
from lms.enrolment.service.placing import charge_places, new_party, settle
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import NewCompany, NewPerson
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Company, CompanyContact, Person


class SeatOrdering(Transactions):
    """Buying seats."""

    @retried
    async def order_seats(
        self,
        actor: Actor,
        *,
        order_id: UUID,
        run_id: UUID,
        seats: int,
        company: NewCompany | UUID,
        contact: NewPerson | UUID | None = None,
        persons: Sequence[NewPerson] = (),
        payment_method: PaymentMethod | None = None,
        few: PartyRule = PartyRule.TOGETHER,
        way: EntryWay = EntryWay.WEB,
        order_number: str = "",
        terms_version: str = "",
        said: Said = NOTHING_SAID,
    ) -> SeatOrder:
        """Give a company its seats and invoice them together; `persons` are named at once, the other seats later.

        `contact` orders for the company (default: whoever acts). Where there are not enough places `few` decides: TOGETHER
        refuses (NotEnoughSeats) and changes nothing; SPLIT takes as many as are free, those who are named first, and puts
        whoever is named beyond them on the waiting list. Seats without a name never wait: nobody could be asked.
        `said` answers what the run asks for about the persons; where the team decides about each enrolment only the team orders
        (TeamDecides). The same `order_id` sent twice orders once. Raises TooManySeats, MoreNamesThanSeats, and what `enrol` raises.
        """
        ensure(actor.may("C", "enrolment"), actor)
        if not 1 <= seats <= MOST_SEATS:
            raise TooManySeats(most=MOST_SEATS)
        if len(persons) > seats:
            raise MoreNamesThanSeats
        at = self.clock()
        await self.count_guess(actor, said)
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=at)
            known = await session.get(SeatOrder, order_id)
            if known is not None:
                return await _again(session, actor, known, contact, run_id)
            entry = await begin_entry(locked, actor, said)
            refuse_pending(entry)
            price, method = await _price(locked, actor, company, payment_method, seats)
            payer, booker = await _who(locked, actor, company, contact)
            order = SeatOrder(
                id=order_id, run_id=run_id, company_id=payer.id, contact_id=booker.id, ordered_at=at, wanted=seats,
                order_number=order_number.strip(), terms_version=terms_version,
            )  # fmt: skip
            entrants: Sequence[Entrant] = ()
            if persons:
                checked = await checked_names(locked, actor, persons, booker, way, said)
                entrants, entry = checked.entrants, checked.entry
            had = _had(locked, seats, few)
            session.add(order)
            await session.flush()
            claims = await _seats(locked, actor, order, had, price, method, way)
            for seat, entrant in zip(claims, entrants, strict=False):
                await take_seat(locked, actor, seat, entrant, payer, entry)
            await session.flush()
            await charge_places(locked, actor, claims)
            for entrant in entrants[had:]:
                await _wait(locked, actor, order, entrant, booker, price, method, way, entry)
            _note(locked, actor, order, had)
            locked.tell(SeatsOrdered(order_id=order.id))
            await session.flush()
            await serve_waiting_list(locked)
            return order


async def _price(
    locked: LockedRun,
    actor: Actor,
    company: NewCompany | UUID,
    chosen: PaymentMethod | None,
    seats: int,
) -> tuple[Reckoning, PaymentMethod]:
    """What a seat costs and how it is paid, where this company may order in this run now."""
    refuse_strangers(actor, locked.run.company_id, company)
    rules.refuse_unless_open(locked.run, locked.at, by_staff=policy.is_enrolment_staff(actor))
    known = await locked.session.get(Company, company) if isinstance(company, UUID) else None
    whose = known or (company if isinstance(company, NewCompany) else None)
    facts = Facts(
        day=local(locked.at).date(),
        people=seats,
        postal_code=whose.postal_code.strip() if whose else "",
        city=whose.city.strip() if whose else "",
        has_company=True,
        company_id=known.id if known else None,
    )
    price = reckon(await price_list(locked.session, locked.run), facts)
    method = rules.chosen_method(locked.run, price.price_cents, chosen, possible=locked.settings.ways_to_pay)
    if price.price_cents and method is PaymentMethod.FREE:
        raise PaymentMethodRefused
    return price, method


def _had(locked: LockedRun, seats: int, few: PartyRule) -> int:
    """How many seats there are for this order. Raises NotEnoughSeats."""
    had = seats_to_be_had(
        seats,
        free=locked.free,
        fits=locked.takes(seats),
        fits_partly=locked.free > 0 and locked.takes(min(seats, locked.free)),
        split=few is PartyRule.SPLIT,
    )
    if not had:
        raise NotEnoughSeats(free=max(0, locked.free) if locked.takes(1) else 0)
    return had


async def _who(
    locked: LockedRun, actor: Actor, company: NewCompany | UUID, contact: NewPerson | UUID | None
) -> tuple[Company, Person]:
    """The company that pays and who orders for it. Whoever types a new company while signed in acts for it from now on."""
    payer = await company_of(locked.session, actor, company)
    if payer is None:
        raise NotFound
    booker = await _booker(locked, actor, contact)
    await locked.session.flush()
    is_their_own = actor.person_id is not None and not policy.is_enrolment_staff(actor)
    if isinstance(company, NewCompany) and is_their_own and actor.person_id:
        locked.session.add(CompanyContact(company_id=payer.id, person_id=actor.person_id))
    return payer, booker


async def _again(
    session: AsyncSession, actor: Actor, known: SeatOrder, contact: NewPerson | UUID | None, run_id: UUID
) -> SeatOrder:
    """The order as it was made the first time, for whoever made it.

    Without an account only as long as no link of it was made void: a colleague who has left knows its id and the address.
    """
    person = await session.get_one(Person, known.contact_id)
    typed = contact.email if isinstance(contact, NewPerson) and known.link_version == 1 else None
    is_theirs = may_act_for(actor, known.company_id) or (typed and typed.strip().lower() == person.email)
    if known.run_id != run_id or not is_theirs:
        raise NotFound
    return known


async def _booker(locked: LockedRun, actor: Actor, contact: NewPerson | UUID | None) -> Person:
    register = Register(locked.session, actor, locked.at)
    await register.look_up([contact])
    if contact is None:
        if actor.person_id is None:
            raise ContactNeeded
        contact = actor.person_id
    booker = register.contact(contact, register.person(contact))
    if not (booker.email or booker.phone or (booker.street and booker.city)):
        raise ContactNeeded
    return booker


async def _seats(
    locked: LockedRun,
    actor: Actor,
    order: SeatOrder,
    count: int,
    price: Reckoning,
    method: PaymentMethod,
    way: EntryWay,
) -> list[Enrolment]:
    """Held for the company until somebody is named; nothing lapses them."""
    party = await new_party(locked, count, PartyRule.TOGETHER)
    claims = [_claim(locked, order, party, price, method, way) for _ in range(count)]
    for rank, claim in enumerate(claims):
        claim.rank = rank
    for claim in claims:
        locked.move(claim, EnrolmentState.HELD, actor=actor, action="seat_ordered", is_new=True)
        locked.session.add(claim)
    await locked.session.flush()
    keep_reckoning(locked, claims, price)
    return claims


async def _wait(
    locked: LockedRun,
    actor: Actor,
    order: SeatOrder,
    entrant: Entrant,
    booker: Person,
    price: Reckoning,
    method: PaymentMethod,
    way: EntryWay,
    entry: Entry,
) -> None:
    """Somebody named for whom there is no seat waits by themselves; whoever ordered is asked when a place is free."""
    party = await new_party(locked, 1, PartyRule.TOGETHER)
    claim = _claim(locked, order, party, price, method, way)
    claim.person_id, claim.contact_id = entrant.person.id, booker.id
    await settle(locked, actor, party, [claim], is_new=True)
    await locked.session.flush()
    keep_reckoning(locked, [claim], price)
    keep_entry(locked, actor, entry, [claim])


def _claim(
    locked: LockedRun, order: SeatOrder, party: Party, price: Reckoning, method: PaymentMethod, way: EntryWay
) -> Enrolment:
    return Enrolment(
        run_id=locked.run.id, party_id=party.id, reference=new_reference(), state=EnrolmentState.HELD,
        created_at=locked.at, changed_at=locked.at, way=way, price_cents=price.price_cents, payment_method=method,
        company_id=order.company_id, order_id=order.id, order_number=order.order_number,
        terms_version=order.terms_version,
    )  # fmt: skip


def _note(locked: LockedRun, actor: Actor, order: SeatOrder, had: int) -> None:
    record(
        locked.session, actor, "seats.ordered", at=locked.at, kind="seat_order", object_id=order.id,
        person_id=order.contact_id, after={"wanted": order.wanted, "seats": had, "company_id": str(order.company_id)},
    )  # fmt: skip
