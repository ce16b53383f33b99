"""The answer to a report, for the trainer who made it."""

from sqlalchemy.ext.asyncio import AsyncSession

from lms.people.models import Person
from lms.scheduling.models import Session
from lms.teaching.events import SessionReportAnswered
from lms.teaching.messages.letters import paragraphs_of
from lms.teaching.models import SessionReport
from lms.teaching.reports.reading import reports
from lms.web.letters import write_letter


async def tell_of_answer(session: AsyncSession, event: SessionReportAnswered) -> None:
    """What the team says."""
    found, _ = await reports(session, SessionReport.id == event.report_id, limit=1)
    answered_at = found[0].report.answered_at if found else None
    if answered_at is None:
        return
    one = found[0]
    reader: Person = one.reporter
    meeting: Session = one.session
    await write_letter(
        session,
        key=f"session-report:{one.report.id}",
        kind="session_report_answered",
        to=reader,
        template="teaching/letters/session_report_answered.md",
        context={
            "course": (one.course.title_en if reader.language == "en" else "") or one.course.title_de,
            "number": one.run.number,
            "meeting": meeting,
            "text": one.report.text,
            "paragraphs": paragraphs_of(one.report.answer),
            "path": f"/kursleitung/termine/{meeting.id}/melden",
        },
        about=("session", meeting.id),
        at=answered_at,
    )
