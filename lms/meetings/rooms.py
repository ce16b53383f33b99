"""Rooms of our own video conference: made when the door opens, entered by a link of one's own, closed when a session drops out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from lms.db import retried
from lms.jobs.queue import enqueue
from lms.meetings import signing
from lms.meetings.errors import ServerAway
from lms.meetings.joining import Joining
from lms.meetings.models import MeetingRoom
from lms.meetings.server import Room, Server
from lms.scheduling.events import ChangeKind, SessionsChanged
from lms.scheduling.models import Session
from lms.web.language import gettext, use_locale
from lms.web.module import Around
from lms.web.sent import line_in

log = structlog.get_logger()
CLOSE = "close-meeting-room"
CALLBACK = "meeting-callback"
LONGEST_NAME = 64
"""Of a meeting, and of a person in it: the documentation of `create` gives 2 to 64 characters."""
LONGER = timedelta(minutes=60)
"""So long after the end of its session the server closes a room: lessons run over, and nobody stays in it for ever."""


class Rooms:
    """Entering and closing rooms. The server is called with no transaction open."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.settings = around.settings
        self.signer = around.signer

    async def enter(self, meeting: Session, title: str, who: Joining) -> str:
        """The link by which this person enters the room of the session, which is made if it does not run.

        Whether they may, and whether the door is open, the caller has decided. Raises ServerAway, also without a server.
        """
        if not self.settings.has_own_rooms:
            log.error("video_conference_away", call="create", why="LMS_BBB_URL is not set any more")
            raise ServerAway
        server, now = Server(self.settings), self.clock()
        name = signing.meeting_id(self.settings.public_url, meeting.id)
        room = await server.create(name, self._parameters(meeting, title, now))
        await self._note(meeting.id, room, now)
        return server.join_link(room, replace(who, name=line_in(who.name, LONGEST_NAME) or gettext("Guest")))

    async def close(self, order: dict[str, Any]) -> None:
        """The worker's part after a session has dropped out: nobody stays in its room. Raises ServerAway."""
        session_id = UUID(order["session_id"])
        if self.settings.has_own_rooms:
            await Server(self.settings).end(signing.meeting_id(self.settings.public_url, session_id))

    def _parameters(self, meeting: Session, title: str, now: datetime) -> Mapping[str, str]:
        """How the room is.

        Nothing is recorded and nobody can begin to: what is recorded would not count as live (L-20). Nobody waits in a lobby,
        as our door has let them in. Nobody is shown statistics of who talks how much.
        """
        ours = self.settings.public_url.rstrip("/")
        token = self.signer.token(CALLBACK, meeting.id)
        with use_locale("de"):
            name = line_in(title, LONGEST_NAME)
            welcome = gettext(
                "Welcome to “%(title)s”. Your microphone is off: switch it on when you want to speak. Nothing is recorded.",
                title=name,
            )
        return {
            "name": name if len(name) > 1 else str(meeting.id),
            "welcome": escape(welcome),
            "record": "false",
            "autoStartRecording": "false",
            "allowStartStopRecording": "false",
            "muteOnStart": "true",
            "guestPolicy": "ALWAYS_ACCEPT",
            "disabledFeatures": "learningDashboard",
            "duration": str(int((meeting.ends_at + LONGER - now) / timedelta(minutes=1)) + 1),
            "meetingExpireIfNoUserJoinedInMinutes": "10",
            "meetingExpireWhenLastUserLeftInMinutes": "5",
            "meetingKeepEvents": "true",
            "logoutURL": f"{ours}/videokonferenz/verlassen",
            "meta_endCallbackUrl": f"{ours}/bbb/{meeting.id}/{token}/ende",
            "meta_analytics-callback-url": f"{ours}/bbb/{meeting.id}/{token}/anwesenheit",
        }

    @retried
    async def _note(self, session_id: UUID, room: Room, now: datetime) -> None:
        async with self.begin.reading() as session:
            known = await session.get(MeetingRoom, session_id)
        if known is not None and known.create_time == room.create_time and known.ended_at is None:
            return  # whoever enters a room that runs already writes nothing
        async with self.begin() as session:
            known = await session.get(MeetingRoom, session_id, with_for_update=True)
            if known is None:
                session.add(MeetingRoom(session_id=session_id, opened_at=now, create_time=room.create_time))
            else:
                known.opened_at, known.create_time, known.ended_at = now, room.create_time, None


async def close_rooms(session: AsyncSession, event: SessionsChanged) -> None:
    """Have the rooms of sessions closed that do not take place after all."""
    for change in event.changes:
        if change.kind is ChangeKind.CANCELLED:
            room = await session.get(MeetingRoom, change.session_id)
            if room is not None and room.ended_at is None:
                enqueue(session, CLOSE, {"session_id": str(change.session_id)})
