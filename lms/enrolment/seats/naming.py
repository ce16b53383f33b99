"""Naming somebody for a seat, putting another in their place, and making the seat free again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.conditions.values import NOTHING_SAID, Said
from lms.enrolment.errors import GuardianNeeded
from lms.enrolment.events import ConsentAsked
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, PartyRule, SupportNeed
from lms.enrolment.seats.errors import NamingOver, NobodyToReplace, SeatTaken
from lms.enrolment.seats.models import SeatOrder
from lms.enrolment.seats.policy import may_act_for
from lms.enrolment.seats.rules import is_held_seat, is_naming_over, is_open_seat
from lms.enrolment.service.entering import Entry, keep_entry
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.order import Entrant, Order, checked_order
from lms.enrolment.service.particulars import keep_photo_consent
from lms.enrolment.service.persons import support_named
from lms.enrolment.service.seating import confirm_seat, vacate
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.values import NewPerson, Wants
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Company, Person
from lms.people.rules import is_minor

PURPOSE = "seats"
"""Of the token in the letter to whoever ordered: `signer.token(PURPOSE, order.id, order.link_version)`."""


class SeatNaming(Transactions):
    """Who sits on the seats of a company, until the run's day for naming."""

    @retried
    async def name_seat(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        person: NewPerson,
        token: str = "",
        form_key: str = "",
        said: Said = NOTHING_SAID,
    ) -> Enrolment:
        """Give an unnamed seat to somebody, who is told; a minor's guardian is asked for consent first.

        `said` answers what the run asks for about this person; whether the team agrees was decided with the order. Raises NotFound, NamingOver, SeatTaken, AlreadyEnrolled, GuardianNeeded and what else the run's conditions refuse.
        The same `form_key` sent twice names once.
        """
        at = self.clock()
        await self.count_guess(actor, said)
        async with self.transaction() as session:
            locked, seat, order = await self._seat(session, actor, enrolment_id, token)
            if form_key and await once(session, f"seat:{enrolment_id}:{form_key}", b"", at=at):
                return seat
            self._refuse_late(locked, actor)
            if not is_open_seat(seat):
                raise SeatTaken
            await name(locked, actor, seat, order, person, said)
            if form_key:
                await remember(session, f"seat:{enrolment_id}:{form_key}", seat.id)
            return seat

    @retried
    async def replace(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        person: NewPerson,
        token: str = "",
        said: Said = NOTHING_SAID,
    ) -> Enrolment:
        """Put somebody else on a named seat; both are told. The same person again changes nothing.

        Raises NotFound, NamingOver, NobodyToReplace, and what naming refuses.
        """
        await self.count_guess(actor, said)
        async with self.transaction() as session:
            locked, seat, order = await self._seat(session, actor, enrolment_id, token)
            self._refuse_late(locked, actor)
            if seat.person_id is None:
                raise NobodyToReplace
            before = await session.get_one(Person, seat.person_id)
            if is_same(before, person):
                return seat
            await vacate(locked, actor, seat)
            await name(locked, actor, seat, order, person, said)
            return seat

    @retried
    async def free_seat(self, actor: Actor, *, enrolment_id: UUID, token: str = "") -> Enrolment:
        """Take somebody off a seat, who is told; the company keeps it. Twice is as good as once."""
        async with self.transaction() as session:
            locked, seat, _ = await self._seat(session, actor, enrolment_id, token)
            self._refuse_late(locked, actor)
            if seat.person_id is not None:
                await vacate(locked, actor, seat)
            return seat

    async def _seat(
        self, session: AsyncSession, actor: Actor, enrolment_id: UUID, token: str
    ) -> tuple[LockedRun, Enrolment, SeatOrder]:
        locked, seat = await self.lock_for(session, enrolment_id, at=self.clock())
        order = await session.get(SeatOrder, seat.order_id)
        if order is None:
            raise NotFound
        self.refuse_others(actor, order, token)
        if seat.state is not EnrolmentState.CONFIRMED and not is_held_seat(seat):
            raise SeatTaken
        return locked, seat, order

    def refuse_others(self, actor: Actor, order: SeatOrder, token: str) -> None:
        """Raise NotFound for whoever neither acts for the company nor holds the link of the order."""
        if self.signer.matches(token, PURPOSE, order.id, order.link_version):
            return
        if not may_act_for(actor, order.company_id):
            raise NotFound

    @staticmethod
    def _refuse_late(locked: LockedRun, actor: Actor) -> None:
        if is_naming_over(locked.run, locked.at, by_staff=policy.is_enrolment_staff(actor)):
            raise NamingOver


async def name(
    locked: LockedRun,
    actor: Actor,
    seat: Enrolment,
    order: SeatOrder,
    person: NewPerson,
    said: Said = NOTHING_SAID,
) -> None:
    """Find out who is meant, refuse what the run does not allow, and give them the seat."""
    contact = await locked.session.get_one(Person, order.contact_id)
    if is_minor(person.birth_date, local(locked.at).date()) and person.guardian is None:
        raise GuardianNeeded(name=person.name)  # the company's contact is nobody's guardian by default
    checked = await checked_names(locked, actor, [person], contact, seat.way, said)
    company = await locked.session.get_one(Company, order.company_id)
    await take_seat(locked, actor, seat, checked.entrants[0], company, checked.entry)
    await locked.session.flush()


async def checked_names(
    locked: LockedRun,
    actor: Actor,
    persons: Sequence[NewPerson],
    contact: Person,
    way: EntryWay,
    said: Said,
) -> Order:
    """The persons meant, checked like everybody who enrols in this run; what they cost is the seat's affair."""
    return await checked_order(
        locked, actor, persons=persons, contact=None, booker=contact, company=None, payment_method=None,
        concession=False, way=way, rule=PartyRule.TOGETHER, wants=Wants.PLACE_OR_LIST, order_number="", terms_version="",
        said=said,
    )  # fmt: skip


async def take_seat(
    locked: LockedRun, actor: Actor, seat: Enrolment, entrant: Entrant, company: Company, entry: Entry
) -> None:
    """Write onto a seat whose it is. The person reads the letters from now on, not the company."""
    person = entrant.person
    if not person.email and not person.street:  # no other way to reach them is known than at work
        person.street, person.postal_code, person.city = company.street, company.postal_code, company.city
    await locked.session.flush()  # a new person first: the seat is about to point to them
    seat.person_id, seat.contact_id = person.id, None
    seat.guardian_id = entrant.guardian.id if entrant.guardian else None
    needs, note = support_named(entrant.named)
    if needs or note:
        locked.session.add(
            SupportNeed(enrolment_id=seat.id, needs=list(needs), note=note, consented_at=locked.at)
        )
    keep_entry(locked, actor, entry, [seat])
    await keep_photo_consent(locked.session, actor, person.id, entrant.photo_wording, at=locked.at)
    if entrant.guardian and not entrant.consents_now:
        seat.changed_at = locked.at
        seat.version += 1
        locked.note(seat.id, person.id, "seat_named", seat.state, seat.state, actor=actor)
        locked.tell(ConsentAsked(enrolment_id=seat.id))
        return
    if entrant.consents_now:
        seat.consented_at, seat.consent_wording = locked.at, "enrolled by the guardian"
    confirm_seat(locked, actor, seat)


def is_same(before: Person, person: NewPerson) -> bool:
    """The very same words again: a form sent twice, not a change."""
    typed = (person.given_name.strip(), person.family_name.strip(), (person.email or "").strip().lower())
    return typed == (before.given_name, before.family_name, before.email or "")
