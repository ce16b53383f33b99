"""The account for a transfer: named by its holder through a link good for one use, or on their own page, or typed by staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing import policy
from lms.billing.concerned import refuse_own
from lms.billing.errors import LinkOver, NotOver, RefundElsewhere
from lms.billing.models import Refund, RefundMeans, RefundState
from lms.billing.refunds.accounts import BankAccount
from lms.billing.refunds.booking import go_on
from lms.billing.refunds.following import successor
from lms.billing.refunds.proposing import ANSWER_WITHIN, Proposing, as_shown, follower_of, locked
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.kernel.tokens import Signer

LINK = "refund-account"
"""Of the token in the letter that asks for an IBAN: `signer.token(LINK, refund.id, refund.link_version)`."""


class Asking(Proposing):
    """Getting to know the account."""

    @retried
    async def name_account(
        self, actor: Actor, *, refund_id: UUID, token: str, account: BankAccount
    ) -> Refund:
        """Whoever has the letter names the account; then the link is used up.

        Raises NotFound for a forged link, LinkOver for one that was used, replaced or is too old.
        """
        at = self.clock()
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            ensure_link(self.signer, refund, token, at)
            return self._take(session, actor, refund, account, at)

    @retried
    async def name_own_account(self, actor: Actor, *, refund_id: UUID, account: BankAccount) -> Refund:
        """The same for the payer who has signed in. Raises NotFound for somebody else's refund, LinkOver."""
        at = self.clock()
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            if refund.debtor_id is None or refund.debtor_id not in actor.persons:
                raise NotFound
            if refund.state is not RefundState.ASKED:
                raise LinkOver
            return self._take(session, actor, refund, account, at)

    @retried
    async def type_account(
        self, actor: Actor, *, refund_id: UUID, version: int, account: BankAccount
    ) -> Refund:
        """Staff type the account from a letter or a call.

        Where a second person has to agree they agree to this account too: the refund waits for somebody else than who typed it.
        Raises NotFound, OwnRefund (S-08), RefundElsewhere, Stale.
        """
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            await refuse_own(session, actor, refund.enrolment_id)
            as_shown(refund, version, RefundState.ASKED)
            if refund.approved_by is None:
                return self._take(session, actor, refund, account, at)
            refund.holder, refund.iban = account.holder, account.iban
            refund.link_version += 1
            refund.approved_at = refund.approved_by = refund.asked_until = None
            refund.approved_by_name = ""
            refund.requested_by, refund.requested_by_name = actor.account_id, actor.name
            go_on(session, actor, refund, RefundState.REQUESTED, "account_typed", at=at)
            return refund

    @retried
    async def ask_again(self, actor: Actor, *, refund_id: UUID, version: int) -> Refund:
        """Write once more, with a new link; the old one opens nothing any more. Raises NotFound, RefundElsewhere, Stale."""
        ensure(policy.may_refund(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            refund = await locked(session, refund_id)
            as_shown(refund, version, RefundState.ASKED)
            refund.link_version += 1
            refund.asked_until = at + ANSWER_WITHIN
            go_on(session, actor, refund, RefundState.ASKED, "asked_again", at=at)
            return refund

    @retried
    async def replace(self, actor: Actor, *, refund_id: UUID, new_id: UUID) -> Refund:
        """Instead of a transfer that failed: the same sum once more, after its payer has named another account.

        What was approved stays approved: sum and payer are the same, and nobody here chooses the account. The same `new_id`
        twice makes one. Raises NotFound, RefundElsewhere, MoreThanPaid.
        """
        ensure(policy.may_refund(actor), actor)
        async with self.begin() as session:
            failed = await locked(session, refund_id)
            await refuse_own(session, actor, failed.enrolment_id)
            known = await session.get(Refund, new_id)
            if known is not None:
                return known
            if failed.state is not RefundState.FAILED or failed.means is not RefundMeans.TRANSFER:
                raise RefundElsewhere
            if await follower_of(session, failed.id):
                raise RefundElsewhere
            return await successor(session, actor, failed, new_id=new_id, at=self.clock())

    def _take(
        self, session: AsyncSession, actor: Actor, refund: Refund, account: BankAccount, at: datetime
    ) -> Refund:
        if refund.transfer_file_id is not None:
            raise NotOver
        refund.holder, refund.iban = account.holder, account.iban
        refund.link_version += 1
        refund.asked_until = None
        go_on(session, actor, refund, RefundState.READY, "account_named", at=at)
        return refund


def ensure_link(signer: Signer, refund: Refund, token: str, at: datetime) -> None:
    """Raise NotFound for a forged link, LinkOver for one that opens nothing any more."""
    if not signer.matches(token, LINK, refund.id, refund.link_version):
        if any(signer.matches(token, LINK, refund.id, old) for old in range(1, refund.link_version)):
            raise LinkOver
        raise NotFound
    if refund.state is not RefundState.ASKED or refund.asked_until is None or refund.asked_until <= at:
        raise LinkOver
