"""Marking contracts whose run has changed since they were offered: a yes to other dates or another fee is no yes."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.contracts.reading import facts_now
from lms.honoraria.contracts.rules import facts_from
from lms.kernel.clock import system_clock
from lms.scheduling.events import SessionsChanged, TrainersChanged


async def look_again(session: AsyncSession, run_ids: Iterable[UUID], *, at: datetime) -> None:
    """Compare what these runs' contracts say with what is planned now, and mark or unmark them."""
    contracts = (
        await session.scalars(
            select(FeeContract)
            .where(
                FeeContract.run_id.in_(list(run_ids)),
                FeeContract.state.in_([ContractState.OFFERED, ContractState.ACCEPTED]),
            )
            .order_by(FeeContract.id)
            .with_for_update()
        )
    ).all()
    if not contracts:
        return
    now = await facts_now(session, [(one.run_id, one.person_id) for one in contracts])
    for contract in contracts:
        planned = now[contract.run_id, contract.person_id]
        is_same = planned is not None and planned.agreed() == facts_from(contract.facts).agreed()
        if is_same:
            contract.outdated_at = None
        elif contract.outdated_at is None:
            contract.outdated_at = at


async def follow_sessions(session: AsyncSession, event: SessionsChanged) -> None:
    """Dates have changed."""
    await look_again(session, sorted({one.run_id for one in event.changes}), at=event.at)


async def follow_trainers(session: AsyncSession, event: TrainersChanged) -> None:
    """Somebody else teaches, or somebody fewer."""
    await look_again(session, [event.run_id], at=system_clock())
