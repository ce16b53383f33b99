"""Whose money it is: the lock under which an account is paid back or given up, and the rule that nobody deals with their own (S-08)."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.errors import OwnRefund
from lms.billing.models import LedgerEntry
from lms.kernel.actor import Actor
from lms.people.models import Person


async def lock_account(session: AsyncSession, enrolment_id: UUID) -> None:
    """Let everybody who decides about the money of this enrolment wait until this transaction ends.

    Its entries are locked, which never change: whoever comes second reads what the first has added.
    """
    await session.execute(
        select(LedgerEntry.id)
        .where(LedgerEntry.enrolment_id == enrolment_id)
        .order_by(LedgerEntry.id)
        .with_for_update(key_share=True)
    )


async def refuse_own(session: AsyncSession, actor: Actor, enrolment_id: UUID) -> None:
    """Raise OwnRefund where the actor, or somebody of the household, owes or is owed."""
    debtors = await session.scalars(
        select(func.coalesce(Person.merged_into_id, Person.id))
        .join(LedgerEntry, LedgerEntry.debtor_id == Person.id)
        .where(LedgerEntry.enrolment_id == enrolment_id)
        .distinct()
    )
    if set(debtors.all()) & actor.persons:
        raise OwnRefund
