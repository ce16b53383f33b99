"""What the clockwork does about devices that do not come back."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.lending.letters import write_reminder
from lms.lending.models import LendingBlock, Loan, LoanPurpose, LoanState
from lms.lending.queries import Unit, lent
from lms.lending.rules import blocked_until, days_late, reminders_by
from lms.lending.service.acts import Acts, claim_of, held_loan, note
from lms.resources.models import Reservation, ReservationKind, ReservationState
from lms.resources.reserving import in_the_way, reserve

AHEAD = timedelta(hours=36)
"""So far into the future a device that has not come back stays taken, renewed day by day."""
RENEWED_AT = timedelta(hours=12)


class Reminding(Acts):
    """Reminders, blocks, and devices that stay taken while they are not back."""

    async def remind(self) -> int:
        """Look after everything that is overdue; says how many reminders were written.

        Each loan is a transaction of its own: a worker that is killed goes on with those that are left.
        """
        async with self.begin.reading() as session:
            late = await session.scalars(
                select(Loan.id)
                .where(
                    Loan.state == LoanState.OUT,
                    Loan.purpose == LoanPurpose.HOME,
                    Loan.due_at <= self.clock(),
                )
                .order_by(Loan.due_at)
            )
            ids = late.all()
        return sum([await self._look_after(loan_id) for loan_id in ids])

    @retried
    async def _look_after(self, loan_id: UUID) -> bool:
        """Keep the device taken, and write what is due. True when a reminder was written."""
        now = self.clock()
        async with self.begin() as session:
            loan, unit = await held_loan(session, loan_id)
            if loan.state is not LoanState.OUT or loan.due_at > now:
                return False
            await _keep_taken(session, loan, unit, now)
            wanted = reminders_by(self.settings.loan_reminder_days, days_late(loan.due_at, now))
            if wanted <= loan.reminders:
                return False
            loan.reminders, loan.reminded_at = wanted, now
            blocked = None
            if wanted >= self.settings.loan_block_after:
                blocked = await self._block(session, loan, now)
            await write_reminder(session, await lent(session, loan.id), number=wanted, block=blocked, at=now)
            note(session, SYSTEM, "reminded", loan, at=now, after={"reminder": wanted})
        return True

    async def _block(self, session: AsyncSession, loan: Loan, now: datetime) -> LendingBlock:
        """The block for this loan, made once; one that staff have lifted is not made again."""
        known: LendingBlock | None = await session.scalar(
            select(LendingBlock)
            .where(LendingBlock.loan_id == loan.id, LendingBlock.created_at > loan.due_at)
            .order_by(LendingBlock.created_at.desc())
            .limit(1)
        )
        if known is not None:
            return known
        block = LendingBlock(
            person_id=loan.person_id,
            reason="",
            until=blocked_until(local(now).date(), self.settings.loan_block_days),
            created_at=now,
            loan_id=loan.id,
        )
        session.add(block)
        await session.flush()
        record(
            session,
            SYSTEM,
            "lending.blocked",
            at=now,
            kind="person",
            object_id=loan.person_id,
            person_id=loan.person_id,
            after={"until": block.until.isoformat(), "loan": str(loan.id)},
        )
        return block


async def _keep_taken(session: AsyncSession, loan: Loan, unit: Unit, now: datetime) -> None:
    """Let nobody plan with a device that is not back, as far as nobody has it promised already."""
    until: datetime | None = await session.scalar(
        select(func.max(Reservation.ends_at)).where(
            Reservation.cause_id == loan.id, Reservation.state == ReservationState.FIRM
        )
    )
    if until is not None and until > now + RENEWED_AT:
        return
    claim = claim_of(unit, Period(max(now, until) if until else now, now + AHEAD), loan.venue_id)
    if not await in_the_way(session, [claim]):
        await reserve(session, [claim], kind=ReservationKind.LOAN, purpose=loan.reference, cause_id=loan.id)
