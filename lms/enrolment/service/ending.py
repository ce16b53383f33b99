"""What an enrolment that ends leaves behind in the same transaction: vouchers kept for it, or used for it, are free again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import at_the_end
from lms.kernel.actor import SYSTEM
from lms.vouchers.redeeming import give_back

NOTED = "enrolments_ended"


def has_ended(session: AsyncSession, enrolment_id: UUID, at: datetime) -> None:
    """Note it down; what follows is done once, as the last thing before the commit, however many ended."""
    session.info.setdefault(NOTED, {})[enrolment_id] = at
    at_the_end(session, NOTED, _give_back)


async def _give_back(session: AsyncSession) -> None:
    ended: dict[UUID, datetime] = session.info.pop(NOTED, {})
    if ended:
        await give_back(session, SYSTEM, ended.keys(), at=max(ended.values()))
