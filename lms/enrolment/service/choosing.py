"""Second and third choice (F-E16): naming other runs while one waits, and the team offering a place there."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from lms.audit.trail import record
from lms.db import retried
from lms.enrolment import policy, rules
from lms.enrolment.choices.errors import ChosenTwice, NoLongerFits, NotToBeChosen, PricesDiffer
from lms.enrolment.choices.models import MOST_CHOICES, RunChoice
from lms.enrolment.choices.reading import to_choose_from
from lms.enrolment.conditions.values import ANSWERS_LATER
from lms.enrolment.errors import GuardianMustAgree, NotWaiting
from lms.enrolment.models import Enrolment, EnrolmentState, Party, PartyRule
from lms.enrolment.pricing.deciding import keep_prices
from lms.enrolment.service.deputies import refuse_outsiders
from lms.enrolment.service.entering import refuse_pending
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.offering import members
from lms.enrolment.service.order import Order, checked_order
from lms.enrolment.service.placing import new_party
from lms.enrolment.service.taking_along import both_locked, follow_up_id
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import Wants
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound


class Choosing(Transactions):
    """Other runs that a waiting party would also take."""

    @retried
    async def choose(
        self, actor: Actor, *, enrolment_id: UUID, run_ids: Sequence[UUID], token: str = ""
    ) -> None:
        """Say anew which other runs the whole party would also take, the better liked first; none takes all of them back.

        By link, by whoever may cancel, and by the team. Raises NotFound, NotWaiting, ChosenTwice, NotToBeChosen.
        """
        at = self.clock()
        async with self.transaction() as session:
            locked, entry = await self.lock_for(session, enrolment_id, at=at)
            refuse_outsiders(self.signer, actor, entry, token)
            if entry.state is not EnrolmentState.WAITING:
                raise NotWaiting
            if len(set(run_ids)) < len(run_ids):
                raise ChosenTwice
            on_offer = {run.id for run, _ in await to_choose_from(session, locked.run, at)}
            if len(run_ids) > MOST_CHOICES or not on_offer.issuperset(run_ids):
                raise NotToBeChosen
            await session.execute(delete(RunChoice).where(RunChoice.party_id == entry.party_id))
            session.add_all(
                RunChoice(party_id=entry.party_id, rank=rank, run_id=run_id)
                for rank, run_id in enumerate(run_ids, start=1)
            )
            record(
                session, actor, "enrolment.chose_others", at=at, kind="enrolment", object_id=entry.id,
                person_id=entry.person_id, after={"runs": [str(one) for one in run_ids]},
            )  # fmt: skip

    @retried
    async def offer_choice(self, actor: Actor, *, party_id: UUID, run_id: UUID) -> None:
        """Offer a waiting party places in a run that it has named, at that run's price and under its conditions.

        Nobody who waits there is overtaken. The party keeps its place in the line until it accepts. Done twice it is done
        once. Raises NotFound, NotWaiting, NotToBeChosen, NoLongerFits, PricesDiffer and what enrolling raises.
        """
        ensure(policy.is_enrolment_staff(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            party = await session.get(Party, party_id)
            if party is None or party.run_id == run_id:
                raise NotFound
            _, new = await both_locked(session, party.run_id, run_id, at=at, settings=self.settings)
            waiting = [one for one in await members(session, party_id) if one.state is EnrolmentState.WAITING]
            if not waiting:
                raise NotWaiting
            if await session.get(Enrolment, follow_up_id(waiting[0].id, run_id)) is not None:
                return
            chosen = select(RunChoice.rank).where(RunChoice.party_id == party_id, RunChoice.run_id == run_id)
            if await session.scalar(chosen) is None:
                raise NotToBeChosen
            rules.refuse_unless_open(new.run, at)
            if not (new.is_promoting and new.takes(len(waiting))):
                raise NoLongerFits
            order = await _order(new, actor, waiting)
            claims = await _join(new, actor, order, waiting)
            await serve_waiting_list(new)  # nobody who waits there fits: the newcomers are asked at once
            await session.refresh(claims[0])
            if claims[0].state is not EnrolmentState.OFFERED:
                raise NoLongerFits


async def _order(new: LockedRun, actor: Actor, waiting: Sequence[Enrolment]) -> Order:
    """The order in the other run, under its conditions and at its price, with the contact and the company they wait with."""
    first = waiting[0]
    if len({one.has_concession for one in waiting}) > 1:
        raise PricesDiffer
    order = await checked_order(
        new,
        actor,
        persons=[one.person_id for one in waiting if one.person_id],
        contact=first.contact_id or first.person_id,
        company=first.company_id,
        payment_method=first.payment_method if first.payment_method in new.run.payment_methods else None,
        concession=first.has_concession and new.run.concession_cents is not None,
        way=first.way,
        rule=PartyRule.TOGETHER,
        wants=Wants.PLACE_OR_LIST,
        order_number=first.order_number,
        terms_version=first.terms_version,
        said=ANSWERS_LATER,
    )
    refuse_pending(order.entry)
    for entrant, former in zip(order.entrants, waiting, strict=True):
        guardian = entrant.guardian
        if guardian is not None and not (guardian.id == former.guardian_id and former.consented_at):
            raise GuardianMustAgree(name=entrant.person.name)
    return order


async def _join(new: LockedRun, actor: Actor, order: Order, waiting: Sequence[Enrolment]) -> list[Enrolment]:
    """At the end of the line there, each in the stead of the entry they keep until they accept."""
    party = await new_party(new, len(waiting), PartyRule.TOGETHER)
    claims = []
    for entrant, former in zip(order.entrants, waiting, strict=True):
        claim = order.claim(new, entrant, party.id)
        claim.id, claim.follows_id = follow_up_id(former.id, new.run.id), former.id
        if claim.guardian_id:  # the same guardian, who has agreed to the run they wait for
            claim.consented_at, claim.consent_wording = former.consented_at, former.consent_wording
        new.move(claim, EnrolmentState.WAITING, actor=actor, action="joined_by_choice", is_new=True)
        new.session.add(claim)
        claims.append(claim)
    new.happened(party.id, "joined", "other_choice")
    new.joined(len(claims))
    await new.session.flush()
    await keep_prices(new, actor, order.entrants, claims)
    await new.session.flush()
    return claims
