"""What comes after a statement: the register, and its end."""

from datetime import date
from uuid import UUID

from lms.aid import policy
from lms.aid.errors import AidReasonMissing, EnteredTooEarly
from lms.aid.events import AidRevoked
from lms.aid.models import AidEnd, AidRegisterEntry
from lms.aid.service.acts import Acts, end_statement, find_statement, locked, note
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local


class Following(Acts):
    """What is noted about a statement, which itself never changes."""

    @retried
    async def revoke(self, actor: Actor, *, statement_id: UUID, reason: str) -> None:
        """The statement does not hold any more, and counts no longer. Twice is as good as once. Raises AidReasonMissing."""
        ensure(policy.may_grant(actor), actor)
        if not reason.strip():
            raise AidReasonMissing
        at = self.clock()
        async with self.begin() as session:
            statement = await find_statement(session, statement_id)
            await locked(session, statement.company_id)
            if await session.get(AidEnd, statement_id) is not None:
                return
            end_statement(session, actor, statement, reason.strip(), at)
            announce(session, AidRevoked(statement_id=statement.id, at=at), at=at)

    @retried
    async def note_register(self, actor: Actor, *, statement_id: UUID, entered_on: date) -> None:
        """Note when it was entered in the central register. Twice keeps the first day. Raises EnteredTooEarly."""
        ensure(policy.may_grant(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            statement = await find_statement(session, statement_id)
            await locked(session, statement.company_id)
            if not statement.granted_on <= entered_on <= local(at).date():
                raise EnteredTooEarly
            if await session.get(AidRegisterEntry, statement_id) is None:
                session.add(
                    AidRegisterEntry(
                        statement_id=statement_id,
                        entered_on=entered_on,
                        noted_at=at,
                        noted_by=actor.account_id,
                    )
                )
                note(session, actor, statement.company_id, "registered", at, number=statement.number)
