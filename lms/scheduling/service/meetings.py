"""Single sessions of a run: moved, cancelled, added."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Stale
from lms.kernel.period import Period
from lms.scheduling import policy
from lms.scheduling.errors import InThePast, ResourceTaken, SessionIsLocked, WrongState
from lms.scheduling.events import SessionAdded, SessionCancelled, SessionMoved
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer, SkippedDate
from lms.scheduling.occupying import flush, occupy, release, summarise
from lms.scheduling.queries import clashes, run_of, session_of
from lms.scheduling.searchable import index_courses
from lms.scheduling.service.acts import Acts


class Meetings(Acts):
    """What staff can do about the sessions of a run."""

    @retried
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
        ensure(policy.may_change_dates(actor), actor)
        now = self.clock()
        wanted = Period(starts_at, ends_at)
        if starts_at <= now:
            raise InThePast
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            run = await run_of(session, meeting.run_id, lock=True)
            await session.refresh(meeting)
            self._ensure_movable(meeting, run, version)
            trainer_ids = await _trainers_of_session(session, meeting.id)
            in_the_way = await clashes(
                session, [wanted], room_id=room_id, trainer_ids=trainer_ids, besides=[meeting.id]
            )
            if in_the_way:
                raise ResourceTaken(in_the_way)
            before = (meeting.starts_at, meeting.ends_at, meeting.room_id)
            if before == (starts_at, ends_at, room_id):
                return meeting
            meeting.starts_at, meeting.ends_at, meeting.room_id = starts_at, ends_at, room_id
            _touch(meeting, now)
            await flush(session)
            await occupy(session, meeting, trainer_ids=trainer_ids, purpose=run.number)
            await summarise(session, run)
            if before[2] != room_id:
                await index_courses(session, [run.course_id])
            happened = SessionMoved(
                session_id=meeting.id,
                before_starts_at=before[0],
                before_ends_at=before[1],
                before_room_id=before[2],
            )
            self._tell(session, run, happened)
            record(
                session,
                actor,
                "session.moved",
                at=now,
                kind="session",
                object_id=meeting.id,
                before={
                    "starts_at": before[0].isoformat(),
                    "ends_at": before[1].isoformat(),
                    "room": str(before[2]),
                },
                after={
                    "starts_at": starts_at.isoformat(),
                    "ends_at": ends_at.isoformat(),
                    "room": str(room_id),
                },
            )
        return meeting

    @retried
    async def cancel_session(self, actor: Actor, *, session_id: UUID, reason: str, version: int) -> Session:
        """Let a session drop out: room and trainer are free again, everybody is told. Twice is as good as once."""
        ensure(policy.may_change_dates(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            run = await run_of(session, meeting.run_id, lock=True)
            await session.refresh(meeting)
            if meeting.state == SessionState.CANCELLED:
                return meeting
            self._ensure_movable(meeting, run, version)
            meeting.state = SessionState.CANCELLED
            _touch(meeting, now)
            await release(session, [meeting.id])
            await summarise(session, run)
            self._tell(session, run, SessionCancelled(session_id=meeting.id))
            record(
                session,
                actor,
                "session.cancelled",
                at=now,
                kind="session",
                object_id=meeting.id,
                reason=reason,
            )
        return meeting

    @retried
    async def add_session(
        self, actor: Actor, *, run_id: UUID, starts_at: datetime, ends_at: datetime, room_id: UUID | None
    ) -> Session:
        """Add one session to a run: a replacement, or a skipped date restored."""
        ensure(policy.may_change_dates(actor), actor)
        now = self.clock()
        period = Period(starts_at, ends_at)
        if starts_at <= now:
            raise InThePast
        async with self.begin() as session:
            run = await run_of(session, run_id, lock=True)
            if run.state in {RunState.COMPLETED, RunState.CANCELLED}:
                raise WrongState
            named = await session.scalars(
                select(RunTrainer.person_id).where(RunTrainer.run_id == run_id).order_by(RunTrainer.position)
            )
            trainer_ids = tuple(named)
            in_the_way = await clashes(session, [period], room_id=room_id, trainer_ids=trainer_ids)
            if in_the_way:
                raise ResourceTaken(in_the_way)
            meeting = await self._add(
                session, run, period, room_id=room_id, online_url="", trainer_ids=trainer_ids
            )
            await session.execute(
                delete(SkippedDate).where(SkippedDate.run_id == run_id, SkippedDate.starts_at == starts_at)
            )
            await summarise(session, run)
            await index_courses(session, [run.course_id])
            self._tell(session, run, SessionAdded(session_id=meeting.id))
            record(session, actor, "session.added", at=now, kind="session", object_id=meeting.id)
        return meeting

    @staticmethod
    def _ensure_movable(meeting: Session, run: Run, version: int) -> None:
        if meeting.version != version:
            raise Stale
        if meeting.locked_at is not None:
            raise SessionIsLocked
        if meeting.state != SessionState.PLANNED or run.state in {RunState.COMPLETED, RunState.CANCELLED}:
            raise WrongState


async def _trainers_of_session(session: AsyncSession, session_id: UUID) -> Sequence[UUID]:
    return (
        await session.scalars(select(SessionTrainer.person_id).where(SessionTrainer.session_id == session_id))
    ).all()


def _touch(meeting: Session, now: datetime) -> None:
    meeting.sequence += 1
    meeting.version += 1
    meeting.changed_at = now
