"""What follows for conditions when something has happened to a run."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.service.conditions import copy_conditions
from lms.scheduling.events import RunCopied


async def follow_copy(session: AsyncSession, event: RunCopied) -> None:
    """The copy asks for what the original asks for."""
    await copy_conditions(session, event.source_id, event.run_id)
