"""What we write to trainers when the dates they teach change. Those who learn are written to by `enrolment`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.jobs.queue import Event
from lms.jobs.worker import Listener
from lms.people.models import Person
from lms.scheduling.calendar import PUBLISH, calendar_file
from lms.scheduling.entries import entries
from lms.scheduling.events import SessionAdded, SessionCancelled, SessionMoved
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.language import use_locale
from lms.web.letters import Enclosed, write_letter

CALENDAR = "termine.ics"


async def tell_of_new_time(session: AsyncSession, event: SessionMoved) -> None:
    """When and where the session takes place now, and when it was to be."""
    await _tell(
        session,
        event.session_id,
        "moved",
        before_starts_at=event.before_starts_at,
        before_ends_at=event.before_ends_at,
    )


async def tell_of_dropped_session(session: AsyncSession, event: SessionCancelled) -> None:
    """The session does not take place."""
    await _tell(session, event.session_id, "cancelled")


async def tell_of_added_session(session: AsyncSession, event: SessionAdded) -> None:
    """One more session to teach."""
    await _tell(session, event.session_id, "added")


LISTENERS: Mapping[type[Event], Sequence[Listener]] = {
    SessionMoved: [tell_of_new_time],
    SessionCancelled: [tell_of_dropped_session],
    SessionAdded: [tell_of_added_session],
}


async def _tell(session: AsyncSession, session_id: UUID, change: str, **more: Any) -> None:
    row = (
        await session.execute(
            select(Session, Run, Course)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .where(Session.id == session_id)
        )
    ).one_or_none()
    if row is None:
        return
    meeting, run, course = row.Session, row.Run, row.Course
    for trainer in await _trainers(session, meeting):
        with use_locale("en" if trainer.language == "en" else "de"):
            changed = await entries(session, Session.id == session_id)
        title = (course.title_en if trainer.language == "en" else "") or course.title_de
        await write_letter(
            session,
            key=f"trainer_session_{change}:{session_id}:{meeting.sequence}:{trainer.id}",
            kind=f"trainer_session_{change}",
            to=trainer,
            template="scheduling/letters/session_changed.md",
            context={"change": change, "course": title, "number": run.number, "changed": changed[0], **more},
            about=("session", session_id),
            enclosures=[Enclosed(CALENDAR, PUBLISH, calendar_file(changed, name=title))],
            at=meeting.changed_at,
        )


async def _trainers(session: AsyncSession, meeting: Session) -> Sequence[Person]:
    """Who teaches this session: those named for it, or else those of the run."""
    named = select(SessionTrainer.person_id).where(SessionTrainer.session_id == meeting.id)
    of_run = select(RunTrainer.person_id).where(RunTrainer.run_id == meeting.run_id)
    for ids in (named, of_run):
        found = (await session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id))).all()
        if found:
            return found
    return []
