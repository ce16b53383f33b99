"""Goodwill: the team lets somebody off a part of what they owe, with a reason (kept apart from cancelling and withdrawing)."""

from uuid import UUID, uuid4

from lms.accounts.idempotency import once, remember
from lms.billing.concerned import lock_account
from lms.billing.models import EntryKind, SettlementCause
from lms.billing.queries import balance_of
from lms.billing.second_person import (
    MoneyProposal,
    MoneyProposalKind,
    MoneyProposalState,
    decide,
    propose,
    to_decide,
)
from lms.billing.shares import active_shares
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.changing.sums import Reckoning, of_goodwill
from lms.enrolment.errors import NothingToLetOff, OwnMatter, ReasonNeeded
from lms.enrolment.events import GoodwillGranted
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.rebooking import Part, book_anew
from lms.enrolment.service.settling import ask_cashiers
from lms.enrolment.service.transactions import Transactions
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.formats import amount


class Goodwill(Transactions):
    """Letting off."""

    @retried
    async def let_off(
        self, actor: Actor, *, enrolment_id: UUID, off_cents: int, reason: str, form_key: str
    ) -> Reckoning | None:
        """Take so many cents off what an enrolment costs: of its price, or of the fee that was kept when it ended.

        What was paid beyond the rest is paid back by the cashiers. Over the set sum nothing is changed yet: it waits for
        somebody of finance (L-86), and None is given. The same form sent twice counts once. Raises NotFound, ReasonNeeded,
        NothingToLetOff, OwnMatter for whoever is concerned themselves (S-08).
        """
        ensure(policy.may_waive(actor), actor)
        if not reason.strip():
            raise ReasonNeeded
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            if policy.is_own(actor, enrolment):
                raise OwnMatter
            key = f"goodwill:{actor.account_id}:{form_key}"
            known = await once(session, key, f"{enrolment_id}:{off_cents}".encode(), at=at)
            if known is not None:
                kept = await session.get(MoneyProposal, known)
                return (
                    None if kept is not None and kept.state is MoneyProposalState.WAITING else Reckoning(())
                )
            await lock_account(session, enrolment_id)
            await _refuse_too_much(locked, enrolment, off_cents)
            proposal = await propose(
                session, actor, proposal_id=uuid4(), kind=MoneyProposalKind.GOODWILL, enrolment_id=enrolment_id,
                amount_cents=off_cents, reason=reason, limit_cents=self.settings.second_person_from_cents, at=at,
            )  # fmt: skip
            await remember(session, key, proposal.id)
            if proposal.state is MoneyProposalState.WAITING:
                return None
            return await _grant(locked, actor, enrolment, off_cents, reason.strip())

    @retried
    async def approve_goodwill(self, actor: Actor, *, proposal_id: UUID) -> Reckoning:
        """Somebody of finance agrees to what a colleague wants to let off; it is done in the same moment.

        Raises what `to_decide` raises, and NothingToLetOff where less is charged by now.
        """
        at = self.clock()
        async with self.begin.reading() as session:
            seen = await session.get(MoneyProposal, proposal_id)
        if seen is None or seen.kind is not MoneyProposalKind.GOODWILL:
            raise NotFound
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, seen.enrolment_id, at=at)
            proposal = await to_decide(session, actor, proposal_id)
            if policy.is_own(actor, enrolment):
                raise OwnMatter
            await lock_account(session, enrolment.id)
            await _refuse_too_much(locked, enrolment, proposal.amount_cents)
            decide(session, actor, proposal, MoneyProposalState.DONE, at=at)
            return await _grant(locked, actor, enrolment, proposal.amount_cents, proposal.reason)


async def _refuse_too_much(locked: LockedRun, enrolment: Enrolment, off_cents: int) -> None:
    charged = (await balance_of(locked.session, [enrolment.id]))[enrolment.id].charged_cents
    if not 0 < off_cents <= charged:
        raise NothingToLetOff(most=amount(max(0, charged)))


async def _grant(
    locked: LockedRun, actor: Actor, enrolment: Enrolment, off_cents: int, reason: str
) -> Reckoning:
    """Book the lower price, tell the cashiers and the person."""
    account = (await balance_of(locked.session, [enrolment.id]))[enrolment.id]
    charged = account.charged_cents
    is_live = enrolment.state is EnrolmentState.CONFIRMED
    rest: Part = (
        ("participation", charged - off_cents, EntryKind.CHARGE)
        if is_live
        else ("cancellation_fee", charged - off_cents, EntryKind.FEE)
    )
    reckoning = of_goodwill(charged, off_cents, account.paid_cents, is_fee=not is_live)
    await book_anew(locked, actor, enrolment, [rest], cause="goodwill", keeps_shares=is_live)
    if is_live:
        shared = sum(one.amount_cents for one in await active_shares(locked.session, enrolment.id))
        enrolment.price_cents = charged - off_cents + shared
    enrolment.version += 1
    enrolment.changed_at = locked.at
    locked.note(
        enrolment.id, enrolment.person_id, "goodwill", enrolment.state, enrolment.state, actor=actor, reason=reason
    )  # fmt: skip
    if account.paid_cents or not is_live:  # else the new invoice is the whole claim
        await ask_cashiers(locked, actor, enrolment, SettlementCause.GOODWILL, reckoning.lines, reason=reason)
    locked.tell(
        GoodwillGranted(
            enrolment_id=enrolment.id, off_cents=off_cents, reason=reason, at=locked.at.isoformat()
        )
    )
    return reckoning
