"""Deciding since when the learners of a run see which lessons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.learning.contents.desk import Desk
from lms.learning.contents.reading import run_to_lead
from lms.learning.models import Release
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of


@dataclass(frozen=True, slots=True)
class Since:
    """From a moment on, or once a session has begun; with neither at once."""

    from_at: datetime | None = None
    session_id: UUID | None = None


class Releases(Desk):
    """One act: when lessons open in a run."""

    @retried
    async def release(
        self, actor: Actor, *, course_id: UUID, run_id: UUID, lesson_ids: Collection[UUID], since: Since
    ) -> None:
        """These lessons open then; what was said about them before no longer holds. Raises NotFound."""
        async with self.begin() as session:
            ensure(actor.may("U", "lesson"), actor)
            await run_of(session, run_id, lock=True)
            await run_to_lead(session, actor, course_id, run_id)
            if since.session_id is not None:
                held = await session.get(Session, since.session_id)
                if held is None or held.run_id != run_id:
                    raise NotFound
            await session.execute(
                delete(Release).where(Release.run_id == run_id, Release.lesson_id.in_(list(lesson_ids)))
            )
            if since != Since():
                session.add_all(
                    Release(run_id=run_id, lesson_id=one, from_at=since.from_at, session_id=since.session_id)
                    for one in sorted(set(lesson_ids))
                )
            record(
                session, actor, "lessons.released", at=self.clock(), kind="run", object_id=run_id,
                after={
                    "lessons": sorted(map(str, set(lesson_ids))),
                    "from": since.from_at.isoformat() if since.from_at else None,
                    "session": str(since.session_id) if since.session_id else None,
                },
            )  # fmt: skip


async def releases_in(session: AsyncSession, run_id: UUID) -> Mapping[UUID, Release]:
    """What was said about the lessons of a run, by lesson. One statement."""
    found = await session.scalars(select(Release).where(Release.run_id == run_id))
    return {one.lesson_id: one for one in found}


async def sessions_in(session: AsyncSession, run_id: UUID) -> Sequence[Session]:
    """The sessions of a run that take place, in order. One statement."""
    found = await session.scalars(
        select(Session)
        .where(Session.run_id == run_id, Session.state != SessionState.CANCELLED)
        .order_by(Session.starts_at)
    )
    return found.all()
