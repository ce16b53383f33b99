"""The team decides who gets into a run that asks for its approval (F-E11). A party is decided about as one."""

from collections.abc import Sequence
from uuid import UUID

from lms.catalogue.models import PaymentMethod
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.conditions.errors import NothingToDecide
from lms.enrolment.conditions.models import ApprovalMode
from lms.enrolment.conditions.queries import asks_of
from lms.enrolment.errors import OwnMatter, ReasonNeeded
from lms.enrolment.events import ApprovalRefused
from lms.enrolment.models import Approval, Enrolment, EnrolmentState, Party
from lms.enrolment.service.dropping_in import admit
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.offering import members
from lms.enrolment.service.order import Order
from lms.enrolment.service.placing import ask_team, confirm, new_party, settle
from lms.enrolment.service.transactions import Transactions, placement
from lms.enrolment.service.waiting_list import serve_waiting_list
from lms.enrolment.values import Placement
from lms.kernel.actor import Actor, ensure

REFUSED = "not_approved"
"""Why an enrolment ended that the team has not agreed to."""


class Approving(Transactions):
    """Agreeing, or not, to enrolments that wait for it."""

    @retried
    async def approve(self, actor: Actor, *, enrolment_id: UUID) -> Placement:
        """Agree: whoever keeps a place gets it, everybody else is placed like a newcomer of this moment.

        Twice is as good as once. Raises NotFound, NothingToDecide, OwnMatter for one's own (S-08); for single sessions SessionFull, DropInNotOffered.
        """
        ensure(policy.may_approve(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            party = await session.get_one(Party, enrolment.party_id)
            claims = await members(session, party.id)
            if enrolment.approval is Approval.GIVEN:
                return await placement(session, claims)
            if any(policy.is_own(actor, one) for one in claims):
                raise OwnMatter
            pending = _pending(enrolment, claims)
            for one in pending:
                one.approval = Approval.GIVEN
            if enrolment.state is EnrolmentState.HELD:
                await confirm(locked, actor, pending, is_new=False)
            elif enrolment.is_drop_in:
                await admit(locked, actor, pending)
            else:
                party.position = locked.next_position()
                await session.flush()
                await settle(
                    locked, actor, party, pending, is_new=False, may_confirm=not _lack_payment(pending)
                )
            await session.flush()
            await serve_waiting_list(locked)
            return await placement(session, claims)

    @retried
    async def refuse_approval(self, actor: Actor, *, enrolment_id: UUID, reason: str) -> None:
        """Do not agree, with the reason that the person reads; what was kept goes to the next in line.

        Twice is as good as once. Raises NotFound, ReasonNeeded, NothingToDecide.
        """
        ensure(policy.may_approve(actor), actor)
        if not reason.strip():
            raise ReasonNeeded
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            if enrolment.approval is Approval.REFUSED:
                return
            for one in _pending(enrolment, await members(session, enrolment.party_id)):
                one.approval, one.refusal = Approval.REFUSED, reason.strip()
                locked.move(one, EnrolmentState.CANCELLED, actor=actor, action="not_approved", reason=REFUSED)
                locked.tell(ApprovalRefused(enrolment_id=one.id))
            await session.flush()
            await serve_waiting_list(locked)


async def place_pending(
    locked: LockedRun, actor: Actor, order: Order, holds: Sequence[Enrolment]
) -> list[Enrolment]:
    """Have an order wait for the team: with the places it needs, where that is agreed and they are free, else without any.

    `holds` are the places held for the form; what is not kept of them is freed.
    """
    size, entrants = len(order.entrants), order.entrants
    may_keep = order.entry.keeps_place and not order.chose_no_payment
    if holds and may_keep and locked.takes(size, held=len(holds)):
        await locked.session.flush()  # the persons first: a held place is about to name one of them
        party = await locked.session.get_one(Party, holds[0].party_id)
        party.size, party.rule = size, order.rule
        kept = list(holds[:size])
        for hold, entrant in zip(kept, entrants, strict=False):
            order.name(locked, hold, entrant)
        others = [order.claim(locked, entrant, party.id) for entrant in entrants[len(kept) :]]
        _release(locked, actor, holds[len(kept) :])
        ask_team(locked, actor, kept, keeps_place=True, is_new=False)
        ask_team(locked, actor, others, keeps_place=True, is_new=True)
        return [*kept, *others]
    if holds:
        _release(locked, actor, holds)
        await locked.session.flush()
        await serve_waiting_list(locked)
    party = await new_party(locked, size, order.rule)
    claims = [order.claim(locked, entrant, party.id) for entrant in entrants]
    ask_team(locked, actor, claims, keeps_place=may_keep and locked.takes(size), is_new=True)
    return claims


def _release(locked: LockedRun, actor: Actor, holds: Sequence[Enrolment]) -> None:
    for hold in holds:
        locked.move(hold, EnrolmentState.EXPIRED, actor=actor, action="released", reason="hold_released")


async def keeps_place(locked: LockedRun, claims: Sequence[Enrolment]) -> bool:
    """Whether a party whose guardian has agreed keeps its places while the team looks at it."""
    asks = await asks_of(locked.session, locked.run)
    return (
        asks.approval is ApprovalMode.HOLDS
        and not claims[0].is_drop_in
        and not _lack_payment(claims)
        and locked.takes(len(claims))
    )


def _pending(enrolment: Enrolment, claims: Sequence[Enrolment]) -> list[Enrolment]:
    if not enrolment.is_pending:
        raise NothingToDecide
    return [one for one in claims if one.is_pending]


def _lack_payment(claims: Sequence[Enrolment]) -> bool:
    """Whether something is due and nobody has said how it is paid."""
    return any(one.price_cents and one.payment_method is PaymentMethod.FREE for one in claims)
