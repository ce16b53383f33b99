"""Somebody else takes a paid place (F-E20): it never becomes free in between, so nobody on the waiting list is overtaken."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import SettlementCause
from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.changing.sums import Reckoning, of_substitution
from lms.enrolment.conditions.values import ANSWERS_LATER, Said
from lms.enrolment.errors import CannotMove, GuardianMustAgree, SumChanged
from lms.enrolment.events import EnrolmentCancelled
from lms.enrolment.models import HANDED_OVER, Enrolment, EnrolmentState, PartyRule
from lms.enrolment.pricing.deciding import keep_prices
from lms.enrolment.seats.rules import is_for_employee
from lms.enrolment.service.deputies import deputy_for, refuse_outsiders
from lms.enrolment.service.entering import keep_entry, refuse_pending
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.moving import DryRun
from lms.enrolment.service.order import Order, checked_order
from lms.enrolment.service.placing import make_certain
from lms.enrolment.service.rebooking import book_anew
from lms.enrolment.service.settling import ask_cashiers, carry_payments, paid_for
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.values import KnownPerson, NewPerson, Wants
from lms.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The enrolment of the new person, and what the change came to for whoever pays."""

    enrolment: Enrolment
    reckoning: Reckoning


class HandingOver(Transactions):
    """Naming a substitute."""

    @retried
    async def hand_over(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        person: NewPerson | KnownPerson | UUID,
        token: str = "",
        new_person_pays: bool = False,
        concession: bool = False,
        payment_method: PaymentMethod | None = None,
        consent_wording: str = "",
        reason: str = "",
        terms_version: str = "",
        override_reason: str = "",
        expected_cents: int | None = None,
        is_trial: bool = False,
    ) -> HandedOver:
        """Let somebody else have the place: by link until the run begins, by the team until it is over.

        The run's conditions hold for the new person. Whoever paid goes on paying and gets the letters, unless the team states
        that the new person does. A minor's guardian has to agree: the team records it with `consent_wording`. What was attended
        stays with whom it belongs. With `override_reason` the team lets somebody in whatever the conditions say. A company's seat
        stays one of its order, unless the new person pays. Raises NotFound, CannotMove, GuardianMustAgree, SumChanged and what enrolling raises.
        """
        at, by_staff = self.clock(), policy.is_enrolment_staff(actor)
        async with self.transaction() as session:
            locked, former = await self.lock_for(session, enrolment_id, at=at)
            refuse_outsiders(self.signer, actor, former, token)
            if former.state is not EnrolmentState.CONFIRMED or former.is_drop_in:
                return await _handed_over_already(session, actor, former)
            closing = locked.run.ends_at if by_staff else locked.run.starts_at
            if closing is not None and at >= closing:
                raise CannotMove
            pays_anew = new_person_pays and by_staff
            order = await _order(
                locked, actor, former, person, pays_anew=pays_anew, concession=concession and by_staff,
                method=payment_method, terms_version=terms_version,
                said=replace(ANSWERS_LATER, override_reason=override_reason),
            )  # fmt: skip
            paid = 0 if pays_anew else await paid_for(session, former)
            claim = await _take_over(
                locked, actor, former, order, consent=consent_wording if by_staff else "", keeps=not pays_anew
            )
            if not pays_anew:
                await carry_payments(locked, actor, former, claim)
            reckoning = of_substitution(claim.price_cents, paid)
            if expected_cents is not None and expected_cents != reckoning.balance_cents:
                raise SumChanged
            left = of_substitution(0, await paid_for(session, former))
            await ask_cashiers(locked, actor, former, SettlementCause.SUBSTITUTED, left.lines, reason=reason)
            if paid:
                await ask_cashiers(
                    locked, actor, claim, SettlementCause.SUBSTITUTED, reckoning.lines, reason=reason
                )
            await session.flush()
            done = HandedOver(claim, reckoning)
            if is_trial:
                raise DryRun(done)
            return done

    async def preview_hand_over(
        self, actor: Actor, *, enrolment_id: UUID, person: NewPerson | KnownPerson | UUID, token: str = ""
    ) -> Reckoning:
        """What `hand_over` by whoever holds the place would come to, by trying and taking it back; refuses what it refuses."""
        try:
            done = await self.hand_over(
                actor, enrolment_id=enrolment_id, person=person, token=token, is_trial=True
            )
        except DryRun as trial:
            done = trial.moved
        return done.reckoning


async def _order(
    locked: LockedRun,
    actor: Actor,
    former: Enrolment,
    person: NewPerson | KnownPerson | UUID,
    *,
    pays_anew: bool,
    concession: bool,
    method: PaymentMethod | None,
    terms_version: str,
    said: Said,
) -> Order:
    if former.person_id is None:
        raise CannotMove
    kept = None if former.payment_method is PaymentMethod.FREE else former.payment_method
    order = await checked_order(
        locked,
        deputy_for(actor, former),
        persons=[person],
        contact=person if pays_anew else former.contact_id or former.person_id,  # type: ignore[arg-type]
        company=None if pays_anew else former.company_id,
        payment_method=method or kept,
        concession=concession and locked.run.concession_cents is not None,
        way=former.way,
        rule=PartyRule.TOGETHER,
        wants=Wants.PLACE,
        order_number="" if pays_anew else former.order_number,
        terms_version=terms_version or former.terms_version,
        said=said,
    )
    refuse_pending(order.entry)
    return order


async def _take_over(
    locked: LockedRun, actor: Actor, former: Enrolment, order: Order, *, consent: str, keeps: bool
) -> Enrolment:
    """The one ends and the other begins under one lock; no moment between them in which the place could be offered."""
    entrant = order.entrants[0]
    if entrant.guardian and not entrant.consents_now and not consent:
        raise GuardianMustAgree(name=entrant.person.name)
    claim = order.claim(locked, entrant, former.party_id)
    claim.follows_id = former.id
    claim.state = EnrolmentState.EXPIRED  # counts nowhere until the place is free
    if keeps:
        claim.order_id, claim.rank = former.order_id, former.rank
    if keeps and is_for_employee(former):  # the new person reads the letters, and the company pays
        claim.contact_id = None
    if entrant.guardian and consent:
        claim.consented_at, claim.consent_wording = locked.at, consent
    await locked.session.flush()  # the person first, to whom the claim points
    locked.session.add(claim)
    await book_anew(locked, actor, former, [], cause="handed_over")
    locked.move(former, EnrolmentState.CANCELLED, actor=actor, action="handed_over", reason=HANDED_OVER)
    locked.tell(EnrolmentCancelled(enrolment_id=former.id, by_centre=False))
    await locked.session.flush()
    await make_certain(locked, actor, [claim], is_new=False)
    await locked.session.flush()
    await keep_prices(locked, actor, order.entrants, [claim])
    keep_entry(locked, actor, order.entry, [claim])
    return claim


async def _handed_over_already(session: AsyncSession, actor: Actor, former: Enrolment) -> HandedOver:
    """Sent twice it is done once. Where the team let the new person pay, the place is no affair of the former one's any more."""
    followed = await session.scalars(
        select(Enrolment).where(Enrolment.follows_id == former.id, Enrolment.run_id == former.run_id)
    )
    claim = followed.first()
    payer = former.contact_id or former.person_id
    if claim is None or not (claim.contact_id == payer or policy.reaches(actor, claim, "R")):
        raise CannotMove
    return HandedOver(claim, Reckoning(()))
