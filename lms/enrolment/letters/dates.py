"""Letters to everybody with a place when the dates of their course change."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.enrolment.letters.facts import facts_of, send
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import concerned
from lms.kernel.clock import system_clock
from lms.resources.models import Room
from lms.scheduling.events import RunConfirmed, SessionAdded, SessionCancelled, SessionMoved
from lms.scheduling.models import Session


async def tell_of_new_time(session: AsyncSession, event: SessionMoved) -> None:
    """Old and new time and room, with the changed calendar entry."""
    room = await session.get(Room, event.before_room_id) if event.before_room_id else None
    await _tell(
        session,
        event.session_id,
        "session_moved",
        before_starts_at=event.before_starts_at,
        before_ends_at=event.before_ends_at,
        before_room=room.name if room else "",
    )


async def tell_of_dropped_session(session: AsyncSession, event: SessionCancelled) -> None:
    """This session does not take place, the others do."""
    await _tell(session, event.session_id, "session_cancelled")


async def tell_of_added_session(session: AsyncSession, event: SessionAdded) -> None:
    """One more session."""
    await _tell(session, event.session_id, "session_added")


async def tell_that_it_takes_place(session: AsyncSession, event: RunConfirmed) -> None:
    """The course takes place for certain."""
    for enrolment_id in await _with_a_place(session, event.run_id):
        facts = await facts_of(session, enrolment_id)
        if facts is not None:
            await send(session, facts, "run_confirmed", at=system_clock())


async def _tell(session: AsyncSession, session_id: UUID, name: str, **more: Any) -> None:
    meeting = await session.get(Session, session_id)
    if meeting is None:
        return
    for enrolment in await concerned(session, meeting.run_id, [session_id]):
        facts = await facts_of(session, enrolment.id)
        changed = [entry for entry in facts.dates if entry.session_id == session_id] if facts else []
        if facts is not None and changed:
            version = f"{session_id}:{meeting.sequence}"
            await send(
                session, facts, name, at=meeting.changed_at, version=version, dates=changed, changed=changed[0], **more
            )  # fmt: skip


async def _with_a_place(session: AsyncSession, run_id: UUID) -> Sequence[UUID]:
    return (
        await session.scalars(
            select(Enrolment.id)
            .where(Enrolment.run_id == run_id, Enrolment.state == EnrolmentState.CONFIRMED)
            .order_by(Enrolment.confirmed_at, Enrolment.id)
        )
    ).all()
