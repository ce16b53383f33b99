"""Whose lists these are."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance import policy
from lms.attendance.meetings import teaches_session
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.scheduling.models import Session
from lms.scheduling.queries import session_of


async def own_session(session: AsyncSession, actor: Actor, session_id: UUID) -> Session:
    """The session, for those who keep its register, closed or not. Raises NotFound for everybody else."""
    meeting = await session_of(session, session_id)
    teaches = await teaches_session(session, actor.person_id, session_id)
    if not policy.may_mark(actor, teaches=teaches, is_locked=False):
        raise NotFound
    return meeting
