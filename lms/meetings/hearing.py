"""What the server tells us by itself: that a room is over, and who was in it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.sheets.online import Reported, Stays, propose
from lms.attendance.sheets.sending import kept_until
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.jobs.queue import enqueue
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.meetings import signing
from lms.meetings.models import MeetingReport, MeetingRoom, MeetingStay
from lms.meetings.reports import Report, merged, report_of
from lms.meetings.rooms import CALLBACK
from lms.meetings.server import Server
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of
from lms.web.module import Around

ENDED, MISS, PROPOSE = "note-meeting-ended", "miss-meeting-report", "propose-from-meeting"
PATIENCE = timedelta(hours=1)
log = structlog.get_logger()
LATE = timedelta(days=7)
"""What comes so long after a session is kept, and proposes nothing any more: stays of before may be gone."""
MOST_REPORTS = 20


class Hearing:
    """Hearing the server out; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer

    @retried
    async def end(self, session_id: UUID, token: str) -> None:
        """Take the word that a room is over. The server signs it with nothing, so it is asked before it is believed.

        Raises NotFound for a wrong token and where we have made no room.
        """
        self._ensure_ours(session_id, token)
        async with self.begin() as session:
            room = await _room(session, session_id)
            if room.ended_at is None:
                enqueue(
                    session, ENDED, {"session_id": str(session_id), "create_time": room.create_time},
                    at=self.clock(),
                )  # fmt: skip

    async def confirm_end(self, order: dict[str, Any]) -> None:
        """The worker's part: ask the server, and note it. Raises ServerAway."""
        session_id = UUID(order["session_id"])
        if not self.settings.has_own_rooms:
            return
        name = signing.meeting_id(self.settings.public_url, session_id)
        if not await Server(self.settings).is_running(name):
            await self._note_end(session_id, order["create_time"])

    @retried
    async def _note_end(self, session_id: UUID, create_time: str) -> None:
        async with self.begin() as session:
            room = await session.get(MeetingRoom, session_id, with_for_update=True)
            if room is not None and room.create_time == create_time and room.ended_at is None:
                room.ended_at = now = self.clock()
                enqueue(session, MISS, {"session_id": str(session_id)}, at=now + PATIENCE)

    async def miss(self, order: dict[str, Any]) -> None:
        """The worker's part an hour after a room is over: say in the log when no report of it has come."""
        async with self.begin.reading() as session:
            found = await session.scalar(
                select(MeetingReport.room)
                .where(MeetingReport.session_id == UUID(order["session_id"]))
                .limit(1)
            )
        if found is None:
            log.warning("video_conference_without_report", session=order["session_id"])

    async def attended(self, session_id: UUID, token: str, bearer: str, body: bytes) -> None:
        """Keep who was in a room, and have it proposed once the session is over. The same report again changes nothing.

        Raises NotFound for a wrong address, NotTheServer for a wrong signature, Unreadable.
        """
        self._ensure_ours(session_id, token)
        signing.ensure_signed(bearer, self.settings.bbb_secret.get_secret_value(), self.clock())
        report = report_of(body)
        if report.meeting_id != signing.meeting_id(self.settings.public_url, session_id):
            raise NotFound
        await self._keep(session_id, report)

    @retried
    async def _keep(self, session_id: UUID, report: Report) -> None:
        now = self.clock()
        async with self.begin() as session:
            room = await _room(session, session_id)
            meeting = await session.get_one(Session, session_id)
            run = await run_of(session, meeting.run_id, lock=True)  # two reports at once queue here
            await session.refresh(meeting)  # it may have been moved or called off meanwhile
            if meeting.state is SessionState.CANCELLED or run.state is RunState.CANCELLED:
                raise NotFound
            rooms = (
                await session.scalars(
                    select(MeetingReport.room).where(MeetingReport.session_id == session_id)
                )
            ).all()
            if report.room in rooms:
                return
            if len(rooms) >= MOST_REPORTS:
                raise NotFound
            session.add(
                MeetingReport(
                    session_id=session_id, room=report.room, reported_at=now, others=list(report.others)
                )
            )
            session.add_all(
                MeetingStay(
                    session_id=session_id, room=report.room, enrolment_id=one, joined_at=stay.start, left_at=stay.end
                )
                for one in await _placed(session, run, report)
                for stay in report.stays[one]
            )  # fmt: skip
            if report.room.endswith(f"-{room.create_time}"):  # the room of before says nothing of the one now
                room.ended_at = room.ended_at or now
            enqueue(session, PROPOSE, {"session_id": str(session_id)}, at=max(now, meeting.ends_at))

    @retried
    async def propose(self, order: dict[str, Any]) -> None:
        """The worker's part, after the end of the session: all reports together become one proposal. Twice is once."""
        session_id, now = UUID(order["session_id"]), self.clock()
        async with self.begin() as session:
            meeting = await session.get(Session, session_id)
            if meeting is None or meeting.state is SessionState.CANCELLED:
                return
            await run_of(session, meeting.run_id, lock=True)
            await session.refresh(meeting)  # its register may have been closed while we queued for the run
            reports = (
                await session.scalars(select(MeetingReport).where(MeetingReport.session_id == session_id))
            ).all()
            if not reports or now < meeting.ends_at:
                return  # it was moved: the next report asks again
            others = list(dict.fromkeys(name for one in reports for name in one.others))
            reported = Reported(await _stays(session, session_id), others, now >= meeting.ends_at + LATE)
            await propose(
                session,
                meeting,
                reported,
                grace=self.settings.check_in_grace_minutes,
                now=now,
                kept_until=kept_until(now, self.settings.attendance_photo_months),
            )

    @retried
    async def forget(self) -> None:
        """Delete who was when in rooms of sessions that are long over: as evidence it is kept as long as that."""
        async with self.begin() as session:
            over = select(Session.id).where(Session.ends_at < self.clock() - 2 * LATE)
            for kind in (MeetingStay, MeetingReport, MeetingRoom):
                await session.execute(delete(kind).where(kind.session_id.in_(over)))

    def _ensure_ours(self, session_id: UUID, token: str) -> None:
        """Raises NotFound unless this is an address that we have given to the server."""
        if not self.settings.has_own_rooms or not self.signer.matches(token, CALLBACK, session_id):
            raise NotFound


async def _room(session: AsyncSession, session_id: UUID) -> MeetingRoom:
    """Raises NotFound where we have made none."""
    room = await session.get(MeetingRoom, session_id, with_for_update=True)
    if room is None:
        raise NotFound
    return room


async def _placed(session: AsyncSession, run: Run, report: Report) -> Sequence[UUID]:
    """Those of the people in the report who are enrolled in this run."""
    found = await session.scalars(
        select(Enrolment.id).where(Enrolment.id.in_(list(report.stays)), Enrolment.run_id == run.id)
    )
    return found.all()


async def _stays(session: AsyncSession, session_id: UUID) -> Stays:
    found: dict[UUID, list[Period]] = defaultdict(list)
    for one in await session.scalars(select(MeetingStay).where(MeetingStay.session_id == session_id)):
        found[one.enrolment_id].append(Period(one.joined_at, one.left_at))
    return {key: merged(periods) for key, periods in found.items()}
