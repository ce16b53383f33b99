"""Somebody else pays a part of a price (F-G07): the participant's invoice is written anew, and the payer gets one of its own."""

from uuid import UUID

from lms.billing import policy as money
from lms.billing.errors import AmountNotPositive
from lms.billing.models import EntryKind, SettlementCause
from lms.billing.queries import balance_of
from lms.billing.readers import debtor_now
from lms.billing.rules import due_on
from lms.billing.service import issuer_facts
from lms.billing.shares import PayerShare, ShareKind, active_shares, book_share, end_share
from lms.billing.tax.rules import notes_of
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.errors import MoreThanPrice, NoPlaceToShare, NotApproved, OwnMatter, SharesAlready
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.placing import written_lines
from lms.enrolment.service.rebooking import book_anew
from lms.enrolment.service.settling import ask_cashiers
from lms.enrolment.service.transactions import Transactions
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.people.models import Company


class Sharing(Transactions):
    """Entering and ending shares; every public method is one transaction."""

    @retried
    async def share_price(
        self,
        actor: Actor,
        *,
        enrolment_id: UUID,
        share_id: UUID,
        company_id: UUID,
        kind: ShareKind,
        cents: int | None = None,
        percent: int | None = None,
        reference: str = "",
    ) -> PayerShare:
        """Let a company or office pay so many cents, or percent, of the price. The same id twice is one share.

        Raises NotFound, NoPlaceToShare, MoreThanPrice, SharesAlready, NotApproved for a Bildungsgutschein where the centre is
        not approved (AZAV), AmountNotPositive, OwnMatter (S-08).
        """
        ensure(money.may_issue(actor), actor)
        at = self.clock()
        if kind is ShareKind.EDUCATION_VOUCHER and not self.settings.accepts_education_vouchers:
            raise NotApproved
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            if policy.is_own(actor, enrolment):
                raise OwnMatter
            known = await session.get(PayerShare, share_id)
            if known is not None:
                return known
            _refuse_unfit(enrolment)
            others = await active_shares(session, enrolment_id)
            if any(one.company_id == company_id for one in others):
                raise SharesAlready
            amount = cents if percent is None else enrolment.price_cents * percent // 100
            if not amount or amount <= 0:
                raise AmountNotPositive
            own = (await balance_of(session, [enrolment_id]))[enrolment_id].charged_cents
            if amount > min(own, enrolment.price_cents - sum(one.amount_cents for one in others)):
                raise MoreThanPrice
            if await session.get(Company, company_id) is None:
                raise NotFound
            share = PayerShare(
                id=share_id, enrolment_id=enrolment_id, company_id=company_id, kind=kind, amount_cents=amount,
                made_at=at, percent=percent, reference=reference, made_by=actor.account_id, made_by_name=actor.name,
            )  # fmt: skip
            session.add(share)
            await session.flush()
            await self._book(locked, actor, enrolment, share)
            await _charge_own(locked, actor, enrolment, own - amount)
            return share

    @retried
    async def end_share(self, actor: Actor, *, share_id: UUID, reason: str) -> None:
        """The payer pays no part any more: the participant owes it again. Twice is as good as once. Raises NotFound, OwnMatter."""
        ensure(money.may_issue(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            share = await session.get(PayerShare, share_id)
            if share is None:
                raise NotFound
            locked, enrolment = await self.lock_for(session, share.enrolment_id, at=at)
            if policy.is_own(actor, enrolment):
                raise OwnMatter
            await session.refresh(share)
            active = [one for one in await active_shares(session, enrolment.id) if one.id == share_id]
            if not active:
                return
            own = (await balance_of(session, [enrolment.id]))[enrolment.id].charged_cents
            await end_share(session, actor, share, at=at, reason=reason)
            if enrolment.state is EnrolmentState.CONFIRMED:
                await _charge_own(locked, actor, enrolment, own + share.amount_cents)

    async def _book(self, locked: LockedRun, actor: Actor, enrolment: Enrolment, share: PayerShare) -> None:
        debtor = await debtor_now(locked.session, None, share.company_id)
        if debtor is None:
            raise NotFound
        debtor.facts["order_number"] = share.reference
        lines = await written_lines(locked, enrolment, [("participation", share.amount_cents)])
        await book_share(
            locked.session, actor, share, debtor=debtor, lines=lines,
            issuer=issuer_facts(locked.settings), tax_note=notes_of(lines, "de"), at=locked.at,
            due_on=due_on(locked.at, locked.settings.invoice_due_days),
        )  # fmt: skip


def _refuse_unfit(enrolment: Enrolment) -> None:
    """A place that is certain and costs something; what a company ordered it pays as a whole."""
    has_place = enrolment.state is EnrolmentState.CONFIRMED
    if not has_place or not enrolment.price_cents or enrolment.company_id or enrolment.is_drop_in:
        raise NoPlaceToShare


async def _charge_own(locked: LockedRun, actor: Actor, enrolment: Enrolment, cents: int) -> None:
    """From now on the participant owes this much; what was paid beyond it is paid back by the cashiers."""
    paid = (await balance_of(locked.session, [enrolment.id]))[enrolment.id].paid_cents
    await book_anew(
        locked, actor, enrolment, [("participation", cents, EntryKind.CHARGE)], cause="share", keeps_shares=True
    )  # fmt: skip
    enrolment.version += 1
    enrolment.changed_at = locked.at
    if paid > cents:
        await ask_cashiers(locked, actor, enrolment, SettlementCause.REPRICED, [])
