"""Reading reports and notes, in a session somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.people.models import Person
from lms.resources.models import Room
from lms.scheduling.models import Session
from lms.teaching.models import ReportKind, SessionNote, SessionReport
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Reported:
    """A report with what it is about."""

    report: SessionReport
    reporter: Person
    session: Session
    run: Run
    course: Course
    room: str

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def drops_out(self) -> bool:
        """Whether the trainer says that the session cannot be held."""
        return self.report.kind is ReportKind.DROPS_OUT


async def reports(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int, offset: int = 0
) -> tuple[Sequence[Reported], int]:
    """The reports that fulfil all conditions, open ones first, then the newest; and how many there are. Two statements."""
    total = await session.scalar(select(func.count()).select_from(SessionReport).where(*conditions))
    rows = await session.execute(
        select(SessionReport, Person, Session, Run, Course, Room.name)
        .join(Person, Person.id == SessionReport.reporter_id)
        .join(Session, Session.id == SessionReport.session_id)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .where(*conditions)
        .order_by(SessionReport.answered_at.is_not(None), SessionReport.reported_at.desc(), SessionReport.id)
        .limit(limit)
        .offset(offset)
    )
    return [Reported(*row[:5], row[5] or "") for row in rows], total or 0


async def notes_of(session: AsyncSession, session_id: UUID) -> Sequence[tuple[SessionNote, Person]]:
    """The notes about a session with their authors, the oldest first; one statement."""
    rows = await session.execute(
        select(SessionNote, Person)
        .join(Person, Person.id == SessionNote.author_id)
        .where(SessionNote.session_id == session_id)
        .order_by(SessionNote.written_at, SessionNote.id)
    )
    return [(row[0], row[1]) for row in rows]
