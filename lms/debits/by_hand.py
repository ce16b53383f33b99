"""Collecting for an enrolment after all: with a mandate on paper, or when somebody changes how they pay."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.standing import accounts
from lms.db import retried
from lms.debits import policy
from lms.debits.errors import MandateNotUsable, NothingToCollect, OwnDebit
from lms.debits.mandates import link
from lms.debits.models import Debit, DebitMandate, DebitMandateState
from lms.debits.planning import plan_collection
from lms.debits.queries import mandate_of, mandates_of
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.web.module import Around


class DebitsByHand:
    """What the team plans; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings

    @retried
    async def collect(
        self, actor: Actor, *, enrolment_id: UUID, run_id: UUID, mandate_id: UUID, purpose: str
    ) -> Debit:
        """Plan to collect what is owed for an enrolment by a mandate of whoever owes it. Twice is as good as once.

        Raises NotFound for somebody else's mandate, MandateNotUsable, NothingToCollect, OwnDebit.
        """
        ensure(policy.may_record_paper(actor), actor)
        async with self.begin() as session:
            mandate = await mandate_of(session, mandate_id, lock=True)
            if policy.is_own(actor, mandate):
                raise OwnDebit
            if mandate.id not in {one.id for one in await mandates_for(session, enrolment_id)}:
                raise NotFound
            if mandate.state is not DebitMandateState.ACTIVE:
                raise MandateNotUsable
            await link(session, enrolment_id, mandate_id)
            debit = await plan_collection(
                session, actor, enrolment_id=enrolment_id, run_id=run_id, purpose=purpose, settings=self.settings,
                at=self.clock(),
            )  # fmt: skip
            if debit is None:
                raise NothingToCollect
            return debit


async def mandates_for(session: AsyncSession, enrolment_id: UUID) -> list[DebitMandate]:
    """The mandates that hold, of whoever owes for an enrolment."""
    owing = [one for one in await accounts(session, enrolment_ids=[enrolment_id]) if one.share_id is None]
    found: list[DebitMandate] = []
    for one in owing:
        if one.company_id is not None:
            found += await mandates_of(session, None, [one.company_id], only_usable=True)
        else:
            found += await mandates_of(session, one.debtor_id, only_usable=True)
    return found
