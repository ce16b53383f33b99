"""Goodwill: the team lets somebody off a part of what they owe, with a reason (kept apart from cancelling and withdrawing)."""

from uuid import UUID

from lms.accounts.idempotency import once, remember
from lms.billing.models import EntryKind, SettlementCause
from lms.billing.queries import balance_of
from lms.billing.shares import active_shares
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.changing.sums import Reckoning, of_goodwill
from lms.enrolment.errors import NothingToLetOff, OwnMatter, ReasonNeeded
from lms.enrolment.events import GoodwillGranted
from lms.enrolment.models import EnrolmentState
from lms.enrolment.service.rebooking import Part, book_anew
from lms.enrolment.service.settling import ask_cashiers
from lms.enrolment.service.transactions import Transactions
from lms.kernel.actor import Actor, ensure
from lms.web.formats import amount


class Goodwill(Transactions):
    """Letting off."""

    @retried
    async def let_off(
        self, actor: Actor, *, enrolment_id: UUID, off_cents: int, reason: str, form_key: str
    ) -> Reckoning:
        """Take so many cents off what an enrolment costs: of its price, or of the fee that was kept when it ended.

        What was paid beyond the rest is paid back by the cashiers. The same form sent twice counts once. Raises NotFound,
        ReasonNeeded, NothingToLetOff, OwnMatter for whoever is concerned themselves (S-08).
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
            if await once(session, key, f"{enrolment_id}:{off_cents}".encode(), at=at) is not None:
                return Reckoning(())
            account = (await balance_of(session, [enrolment.id]))[enrolment.id]
            charged = account.charged_cents
            if not 0 < off_cents <= charged:
                raise NothingToLetOff(most=amount(max(0, charged)))
            is_live = enrolment.state is EnrolmentState.CONFIRMED
            rest: Part = (
                ("participation", charged - off_cents, EntryKind.CHARGE)
                if is_live
                else ("cancellation_fee", charged - off_cents, EntryKind.FEE)
            )
            reckoning = of_goodwill(charged, off_cents, account.paid_cents, is_fee=not is_live)
            await book_anew(locked, actor, enrolment, [rest], cause="goodwill", keeps_shares=is_live)
            if is_live:
                shared = sum(one.amount_cents for one in await active_shares(session, enrolment.id))
                enrolment.price_cents = charged - off_cents + shared
            enrolment.version += 1
            enrolment.changed_at = at
            locked.note(
                enrolment.id, enrolment.person_id, "goodwill", enrolment.state, enrolment.state, actor=actor,
                reason=reason.strip(),
            )  # fmt: skip
            if account.paid_cents or not is_live:  # else the new invoice is the whole claim
                await ask_cashiers(
                    locked, actor, enrolment, SettlementCause.GOODWILL, reckoning.lines, reason=reason.strip()
                )
            locked.tell(
                GoodwillGranted(
                    enrolment_id=enrolment.id, off_cents=off_cents, reason=reason.strip(), at=at.isoformat()
                )
            )
            await remember(session, key, enrolment.id)
            return reckoning
