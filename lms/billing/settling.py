"""Asking the cashiers to pay back or to collect, in the transaction that changed what somebody owes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.billing.models import Settlement, SettlementCause, SettlementState
from lms.billing.queries import balance_of
from lms.kernel.actor import Actor


async def request_settlement(
    session: AsyncSession,
    actor: Actor,
    *,
    enrolment_id: UUID,
    cause: SettlementCause,
    lines: Sequence[dict[str, Any]],
    at: datetime,
    reason: str = "",
    due_on: date | None = None,
) -> Settlement | None:
    """Say what is owed or to be paid back now that the books have changed; None where the account is even.

    Each line has a `message` marked with `N_()`, its `params` and `amount_cents`. An earlier request for the same enrolment
    that nobody has settled is overtaken: the account says it all. `due_on` is the last day for paying back.
    """
    await session.flush()
    account = (await balance_of(session, [enrolment_id]))[enrolment_id]
    await session.execute(
        update(Settlement)
        .where(Settlement.enrolment_id == enrolment_id, Settlement.state == SettlementState.OPEN)
        .values(state=SettlementState.OVERTAKEN)
    )
    if not account.open_cents:
        return None
    request = Settlement(
        enrolment_id=enrolment_id,
        cause=cause,
        amount_cents=account.open_cents,
        lines=list(lines),
        requested_at=at,
        reason=reason,
        due_on=due_on,
        requested_by=actor.account_id,
    )
    session.add(request)
    record(
        session,
        actor,
        "settlement.requested",
        at=at,
        kind="settlement",
        object_id=request.id,
        after={"amount_cents": request.amount_cents, "enrolment_id": str(enrolment_id), "cause": cause},
        reason=reason,
    )
    return request
