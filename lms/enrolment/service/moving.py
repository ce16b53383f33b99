"""Moving a certain place to another run (F-E14): the old one is kept until the new one is certain."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import SettlementCause
from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.changing.sums import Reckoning, of_move
from lms.enrolment.conditions.values import ANSWERS_LATER, Said
from lms.enrolment.errors import CannotMove, GuardianMustAgree, RunFull, SumChanged, TooLateToMove
from lms.enrolment.events import EnrolmentCancelled
from lms.enrolment.models import MOVED_AWAY, Enrolment, EnrolmentState, PartyRule
from lms.enrolment.pricing.deciding import keep_prices
from lms.enrolment.seats.policy import refuse_strangers
from lms.enrolment.seats.rules import is_for_employee
from lms.enrolment.service.deputies import deputy_for, refuse_outsiders
from lms.enrolment.service.entering import keep_entry, refuse_pending
from lms.enrolment.service.following import carry_needs, follow_order, kept_concession
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.order import Order, checked_order
from lms.enrolment.service.placing import make_certain, new_party
from lms.enrolment.service.rebooking import book_anew
from lms.enrolment.service.settling import ask_cashiers, carry_payments, paid_for
from lms.enrolment.service.taking_along import both_locked
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import KnownPerson, Wants
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Moved:
    """The enrolment in the new run, and what the move came to."""

    enrolment: Enrolment
    reckoning: Reckoning


class DryRun(Exception):
    """Ends a transaction that was only a trial, with what it would have come to."""

    def __init__(self, moved: Any) -> None:
        super().__init__()
        self.moved = moved


class Moving(Transactions):
    """Changing to another run."""

    @retried
    async def move(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        run_id: UUID,
        token: str = "",
        payment_method: PaymentMethod | None = None,
        reason: str = "",
        terms_version: str = "",
        override_reason: str = "",
        expected_cents: int | None = None,
        is_trial: bool = False,
    ) -> Moved:
        """Give somebody a place in another run and their old one to whoever is next, in one step.

        By link as long as cancelling would be free, by the team always. The new run's conditions and price hold, and so does a
        concession where the new run gives it; what was paid goes over. With `override_reason` the team moves somebody whatever
        the conditions say; where the team decides about each enrolment nobody else moves there (TeamDecides). Both runs are locked in the order of their ids. `expected_cents` is the balance that was promised. Moved
        twice it is moved once. Raises NotFound, CannotMove, TooLateToMove, RunFull, SumChanged and what enrolling raises.
        """
        at = self.clock()
        async with self.transaction() as session:
            found = await session.get(Enrolment, enrolment_id)
            if found is None:
                raise NotFound
            refuse_outsiders(self.signer, actor, found, token)
            if found.run_id == run_id:
                raise CannotMove
            former, new = await both_locked(session, found.run_id, run_id, at=at, settings=self.settings)
            await session.refresh(found)
            if found.state is not EnrolmentState.CONFIRMED or found.is_drop_in:
                return await _moved_already(session, found, run_id)
            self._refuse_late(former, actor)
            by_staff = policy.is_enrolment_staff(actor)
            rules.refuse_unless_open(new.run, at, by_staff=by_staff)
            if not new.takes(1):
                raise RunFull
            refuse_strangers(actor, new.run.company_id, found.company_id)
            said = replace(ANSWERS_LATER, override_reason=override_reason)
            order = await _order(new, actor, found, payment_method, terms_version, said)
            number, paid = former.run.number, await paid_for(session, found)
            await book_anew(former, actor, found, [], cause="moved")
            former.move(found, EnrolmentState.CANCELLED, actor=actor, action="moved_away", reason=MOVED_AWAY)
            former.tell(EnrolmentCancelled(enrolment_id=found.id, by_centre=False))
            await session.flush()
            claim = await _place(new, actor, found, order)
            await carry_payments(new, actor, found, claim)
            reckoning = of_move(new.run.number, claim.price_cents, number, paid)
            if expected_cents is not None and expected_cents != reckoning.balance_cents:
                raise SumChanged
            await ask_cashiers(former, actor, found, SettlementCause.TRANSFERRED, ())
            if paid:  # where nothing was paid, the new invoice is the whole claim
                await ask_cashiers(
                    new, actor, claim, SettlementCause.TRANSFERRED, reckoning.lines, reason=reason
                )
            await session.flush()
            await serve_waiting_list(former)
            await session.flush()
            moved = Moved(claim, reckoning)
            if is_trial:
                raise DryRun(moved)
            return moved

    async def preview_move(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        run_id: UUID,
        token: str = "",
        payment_method: PaymentMethod | None = None,
    ) -> Reckoning:
        """What `move` would come to now, by trying and taking it back; refuses what `move` refuses."""
        try:
            moved = await self.move(
                actor, enrolment_id=enrolment_id, run_id=run_id, token=token, payment_method=payment_method,
                is_trial=True,
            )  # fmt: skip
        except DryRun as trial:
            moved = trial.moved
        return moved.reckoning

    def _refuse_late(self, former: LockedRun, actor: Actor) -> None:
        if former.run.ends_at is not None and former.at >= former.run.ends_at:
            raise CannotMove
        if not policy.is_enrolment_staff(actor) and not rules.is_free_to_leave(former.run, former.at):
            raise TooLateToMove


async def _order(
    new: LockedRun,
    actor: Actor,
    former: Enrolment,
    payment_method: PaymentMethod | None,
    terms_version: str,
    said: Said,
) -> Order:
    """The order in the new run, under its conditions and at its price."""
    if former.person_id is None:
        raise CannotMove
    method = payment_method
    if method is None and former.payment_method in new.run.payment_methods:
        method = former.payment_method
    kind_id, is_reduced = await kept_concession(new, former)
    order = await checked_order(
        new,
        deputy_for(actor, former),
        persons=[KnownPerson(id=former.person_id, concession_id=kind_id)],
        contact=former.contact_id or former.person_id,
        company=former.company_id,
        payment_method=method,
        concession=is_reduced,
        way=former.way,
        rule=PartyRule.TOGETHER,
        wants=Wants.PLACE,
        order_number=former.order_number,
        terms_version=terms_version or former.terms_version,
        said=said,
    )
    refuse_pending(order.entry)
    guardian = order.entrants[0].guardian
    if guardian is not None and not (guardian.id == former.guardian_id and former.consented_at):
        raise GuardianMustAgree(name=order.entrants[0].person.name)
    return order


async def _place(new: LockedRun, actor: Actor, former: Enrolment, order: Order) -> Enrolment:
    party = await new_party(new, 1, PartyRule.TOGETHER)
    claim = order.claim(new, order.entrants[0], party.id)
    claim.follows_id = former.id
    claim.order_id = await follow_order(new.session, former, new.run.id)
    if is_for_employee(former):  # the company goes on paying, and the person reading the letters
        claim.contact_id = None
    if claim.guardian_id:  # the same guardian, who has agreed to the former run and holds its link
        claim.consented_at, claim.consent_wording = former.consented_at, former.consent_wording
    await make_certain(new, actor, [claim], is_new=True)
    await new.session.flush()
    await keep_prices(new, actor, order.entrants, [claim], knows_proofs=True)
    keep_entry(new, actor, order.entry, [claim])
    await carry_needs(new.session, former, claim)
    return claim


async def _moved_already(session: AsyncSession, former: Enrolment, run_id: UUID) -> Moved:
    followed = await session.scalars(
        select(Enrolment).where(Enrolment.follows_id == former.id, Enrolment.run_id == run_id)
    )
    claim = followed.first()
    if claim is None:
        raise CannotMove
    return Moved(claim, Reckoning(()))
