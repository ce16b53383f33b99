"""One session: where and when, and what to prepare."""

from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from lms.attendance.meetings import meeting_for, teaches_session
from lms.attendance.sheets.queries import waiting_from_meeting
from lms.db import Begin
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock
from lms.scheduling.rules import door_is_open
from lms.web.access import may
from lms.web.module import Around


class SessionPages(Controller):
    """For those who teach the run, and for staff who look after attendance."""

    path = "/kursleitung/termine/{session_id:uuid}"
    opt = may("U", "attendance")
    include_in_schema = False

    @get()
    async def show(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        around: NamedDependency[Around],
    ) -> Template:
        """The facts of the session."""
        async with begin.reading() as session:
            meeting = await meeting_for(session, actor, session_id)
            teaches = await teaches_session(session, actor.person_id, session_id)
            online = await waiting_from_meeting(session, meeting.session)
        now, minutes = clock(), around.settings.join_minutes_before
        context = {
            "meeting": meeting,
            "is_teacher": teaches,
            "is_open": meeting.is_open(now),
            "is_over": meeting.session.ends_at <= now,
            "is_door_open": door_is_open(meeting.session, now, minutes),
            "door_minutes": minutes,
            "online": online,
        }
        return Template("attendance/session.html", context=context)
