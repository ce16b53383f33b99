"""Single sessions of a run, moved, cancelled, added: change sets of one."""

from datetime import datetime
from uuid import UUID, uuid4

from lms.kernel.actor import Actor
from lms.kernel.period import Period
from lms.scheduling.change_set import ChangeSet, InRoom, NewSession, SessionChange
from lms.scheduling.models import Session
from lms.scheduling.queries import session_of
from lms.scheduling.service.changing import Changing


class Meetings(Changing):
    """What staff can do about a session of a run."""

    async def move_session(
        self,
        actor: Actor,
        *,
        session_id: UUID,
        starts_at: datetime,
        ends_at: datetime,
        room_id: UUID | None,
        version: int,
    ) -> Session:
        """Give a session another time or room; everybody concerned is told and calendars update.

        Raises ResourceTaken (with its clashes), RoomTooSmall, InThePast, SessionIsLocked, Stale.
        """
        change = SessionChange(
            session_id=session_id, version=version, period=Period(starts_at, ends_at), room=InRoom(room_id)
        )
        await self.change_sessions(actor, ChangeSet(changes=[change]))
        return await self._as_it_is(session_id)

    async def cancel_session(self, actor: Actor, *, session_id: UUID, reason: str, version: int) -> Session:
        """Let a session drop out: room and trainer are free again, everybody is told why. Twice is as good as once."""
        change = SessionChange(session_id=session_id, version=version, is_cancelled=True)
        await self.change_sessions(actor, ChangeSet(changes=[change], reason=reason))
        return await self._as_it_is(session_id)

    async def add_session(
        self, actor: Actor, *, run_id: UUID, starts_at: datetime, ends_at: datetime, room_id: UUID | None
    ) -> Session:
        """Add one session to a run, with its trainers: one more, or a skipped date restored."""
        new = NewSession(run_id=run_id, period=Period(starts_at, ends_at), room_id=room_id, id=uuid4())
        await self.change_sessions(actor, ChangeSet(added=[new]))
        return await self._as_it_is(new.id)

    async def _as_it_is(self, session_id: UUID) -> Session:
        async with self.begin.reading() as session:
            return await session_of(session, session_id)
