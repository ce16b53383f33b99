"""The register for programs: what a trainer's own app needs, by access token."""

from datetime import datetime, time, timedelta
from typing import Annotated, Self
from uuid import UUID

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from lms.attendance.meetings import TAKES_PLACE, Meeting, meeting_for, meetings, taught_by
from lms.attendance.models import Presence
from lms.attendance.queries import Line, register
from lms.attendance.service import Mark, Register
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, at_venue, today
from lms.kernel.rights import Scope
from lms.scheduling.models import Session
from lms.web.access import may

LONGEST_NOTE = 200
LONGEST_REASON = 500
MOST_MARKS = 500
A_DAY = 24 * 60


class MarkIn(Struct, forbid_unknown_fields=True):
    """How one person took part. `minutes_late` counts only for "late", `minutes_early` and `missed_units` for who was there.

    With `based_on`, the `version` that was read, nothing is overwritten that somebody else has marked since (409).
    """

    enrolment_id: UUID
    presence: Presence
    minutes_late: Annotated[int, Meta(ge=0, le=A_DAY)] = 0
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
    minutes_early: Annotated[int, Meta(ge=0, le=A_DAY)] = 0
    missed_units: Annotated[list[Annotated[int, Meta(ge=1, le=99)]], Meta(max_length=99)] = []
    based_on: Annotated[int, Meta(ge=0)] | None = None

    @property
    def mark(self) -> Mark:
        """As the register takes it."""
        units = tuple(sorted(set(self.missed_units)))
        return Mark(
            self.enrolment_id,
            self.presence,
            self.minutes_late,
            self.note,
            self.minutes_early,
            units,
            based_on=self.based_on,
        )


class AttendanceIn(Struct, forbid_unknown_fields=True):
    """Marks of some or all people; who is not named keeps theirs. `reason` only for a closed register."""

    marks: Annotated[list[MarkIn], Meta(max_length=MOST_MARKS)]
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class MarkOut(Struct):
    """One person of the register; `presence` is null while there is no mark."""

    enrolment_id: UUID
    name: str
    presence: Presence | None
    minutes_late: int
    note: str
    marked_at: datetime | None
    is_drop_in: bool
    """Comes to single sessions of the run, this one among them."""
    guest_of: str = ""
    """The number of the run from which somebody comes as a guest; empty for everybody else."""
    minutes_early: int = 0
    missed_units: list[int] = []
    """Units of 45 minutes that somebody missed who was there for the rest, from 1 on."""
    version: int = 0

    @classmethod
    def from_line(cls, line: Line) -> Self:
        """The line of the register as it goes over the wire."""
        return cls(
            line.enrolment_id, line.name, line.presence, line.minutes_late, line.note, line.marked_at, line.is_drop_in,
            line.guest_of, line.minutes_early, list(line.missed_units), line.version,
        )  # fmt: skip


class SessionOut(Struct):
    """One session with its numbers."""

    id: UUID
    run_number: str
    title_de: str
    title_en: str
    starts_at: datetime
    ends_at: datetime
    room: str
    venue: str
    expected: int
    marked: int
    is_cancelled: bool
    is_closed: bool

    @classmethod
    def from_meeting(cls, meeting: Meeting) -> Self:
        """The session as it goes over the wire."""
        return cls(
            id=meeting.session.id,
            run_number=meeting.run.number,
            title_de=meeting.course.title_de,
            title_en=meeting.course.title_en,
            starts_at=meeting.session.starts_at,
            ends_at=meeting.session.ends_at,
            room=meeting.room.name if meeting.room else "",
            venue=meeting.venue.name if meeting.venue else "",
            expected=meeting.expected,
            marked=meeting.marked,
            is_cancelled=meeting.is_cancelled,
            is_closed=meeting.is_locked,
        )


class AttendanceOut(Struct):
    """The register of one session."""

    session: SessionOut
    marks: list[MarkOut]


class AttendanceDoor(Controller):
    """Somebody else's session answers as if it did not exist (S-03)."""

    path = "/api/v1"
    tags = ("attendance",)

    @get("/sessions/{session_id:uuid}/attendance", opt=may("R", "attendance"))
    async def read(
        self, session_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> AttendanceOut:
        """Everybody with a place in the session's run, and their marks."""
        return await _attendance(begin, actor, session_id)

    @put("/sessions/{session_id:uuid}/attendance", opt=may("U", "attendance"))
    async def mark(
        self,
        session_id: FromPath[UUID],
        data: JSONBody[AttendanceIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        attendance: NamedDependency[Register],
    ) -> AttendanceOut:
        """Write marks; the last word counts unless they say what they are based on. Every change is in the audit trail."""
        marks = [one.mark for one in data.marks]
        await attendance.mark(actor, session_id=session_id, marks=marks, reason=data.reason)
        return await _attendance(begin, actor, session_id)

    @get("/teaching/today", opt=may("R", "attendance"))
    async def teaching_today(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> list[SessionOut]:
        """The sessions that the token's owner teaches today, in order of time."""
        ensure(Scope.OWN_RUNS in actor.scopes("R", "attendance"), actor)
        day = today(clock)
        async with begin.reading() as session:
            found = await meetings(
                session,
                taught_by(actor.person_id),
                TAKES_PLACE,
                Session.starts_at >= at_venue(day, time()),
                Session.starts_at < at_venue(day + timedelta(days=1), time()),
            )
        return [SessionOut.from_meeting(one) for one in found]


async def _attendance(begin: Begin, actor: Actor, session_id: UUID) -> AttendanceOut:
    async with begin.reading() as session:
        meeting = await meeting_for(session, actor, session_id)
        lines = await register(session, meeting.session)
    return AttendanceOut(SessionOut.from_meeting(meeting), [MarkOut.from_line(line) for line in lines])
