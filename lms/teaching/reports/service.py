"""Reporting, answering, leaving a note; every public method is one transaction."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from lms.attendance.meetings import is_teacher, teaches_session
from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.resources.pictures import as_our_picture
from lms.scheduling.queries import session_of
from lms.teaching import policy
from lms.teaching.errors import AlreadyAnswered
from lms.teaching.events import SessionReportAnswered
from lms.teaching.models import ReportKind, SessionNote, SessionReport
from lms.web.module import Around

LARGEST_PICTURE = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is reported: `picture` is the name and the bytes of a file as it was sent."""

    kind: ReportKind
    text: str
    wish: str = ""
    picture: tuple[str, bytes] | None = None


class SessionReports:
    """What trainers tell the team, and each other."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def report(
        self, actor: Actor, *, session_id: UUID, report_id: UUID, trouble: Trouble
    ) -> SessionReport:
        """A task for the team. Sent twice it is one. Raises NotAPicture, PictureTooLarge, NotFound for somebody else's session."""
        picture = None
        if trouble.picture is not None:
            name, content = trouble.picture
            picture = await asyncio.to_thread(as_our_picture, name, content, largest=LARGEST_PICTURE)
        return await self._report(actor, session_id, report_id, trouble, picture)

    @retried
    async def _report(
        self, actor: Actor, session_id: UUID, report_id: UUID, trouble: Trouble, picture: bytes | None
    ) -> SessionReport:
        async with self.begin() as session:
            teaches = await teaches_session(session, actor.person_id, session_id)
            if actor.person_id is None or not policy.may_report(actor, teaches=teaches):
                raise NotFound
            known = await session.get(SessionReport, report_id)
            if known is not None:
                return known
            found = SessionReport(
                id=report_id, session_id=session_id, reporter_id=actor.person_id, kind=trouble.kind,
                text=trouble.text, wish=trouble.wish, picture=picture, has_picture=picture is not None,
                reported_at=self.clock(),
            )  # fmt: skip
            session.add(found)
            record(
                session, actor, "session.reported", at=self.clock(), kind="session", object_id=session_id,
                after={"kind": trouble.kind},
            )  # fmt: skip
        return found

    @retried
    async def answer(self, actor: Actor, *, report_id: UUID, text: str) -> None:
        """Tell the trainer what has become of it. Raises AlreadyAnswered when somebody was quicker with other words, NotFound."""
        ensure(policy.may_answer_reports(actor), actor)
        async with self.begin() as session:
            found = await session.scalar(
                select(SessionReport).where(SessionReport.id == report_id).with_for_update()
            )
            if found is None:
                raise NotFound
            if found.answered_at is not None:
                if (found.answered_by, found.answer) == (actor.account_id, text):
                    return
                raise AlreadyAnswered
            found.answer, found.answered_at = text, self.clock()
            found.answered_by, found.answered_by_name = actor.account_id, actor.name
            announce(session, SessionReportAnswered(report_id=report_id), at=self.clock())
            record(
                session,
                actor,
                "session.report_answered",
                at=self.clock(),
                kind="session",
                object_id=found.session_id,
            )

    @retried
    async def leave_note(self, actor: Actor, *, session_id: UUID, note_id: UUID, text: str) -> None:
        """A word for the colleagues; sent twice it is one. For whoever teaches the run. Raises NotFound."""
        async with self.begin() as session:
            meeting = await session_of(session, session_id)
            teaches = await is_teacher(session, actor, meeting.run_id)
            if actor.person_id is None or not policy.may_report(actor, teaches=teaches):
                raise NotFound
            if await session.get(SessionNote, note_id) is None:
                session.add(
                    SessionNote(
                        id=note_id,
                        session_id=session_id,
                        author_id=actor.person_id,
                        text=text,
                        written_at=self.clock(),
                    )
                )

    @retried
    async def remove_note(self, actor: Actor, *, session_id: UUID, note_id: UUID) -> None:
        """Take one's own note away. What is gone already stays gone."""
        async with self.begin() as session:
            note = await session.get(SessionNote, note_id)
            if note is not None and note.session_id == session_id and note.author_id == actor.person_id:
                await session.delete(note)
