"""The one door to online rooms (F-B16): open shortly before a session, for those who take part, teach it or look after it.

Letters and pages carry its address, which stays the same; the address of the room itself is shown nowhere else.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import is_teacher
from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import comes_to
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.portal.cards import in_language
from lms.scheduling.models import Session, SessionState
from lms.scheduling.rules import door_is_open, door_opens_at
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.module import Around

PRIVATE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
LOOKS_AGAIN = timedelta(minutes=30)
"""So long before the door opens its page looks again by itself."""


class OnlineRoomPages(Controller):
    """Checks who comes and when, and sends on."""

    path = "/termine/{session_id:uuid}/online"
    include_in_schema = False

    @get(opt=SIGNED_IN)
    async def enter(
        self,
        session_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """For somebody signed in. Raises NotFound for everybody else (S-03)."""
        here = f"/termine/{session_id}/online"
        async with around.begin.reading() as session:
            meeting, run, course = await _session(session, session_id)
            if not await _may_enter(session, actor, meeting):
                raise NotFound
        return _door(around, meeting, run, course, here)

    @get("/{enrolment_id:uuid}/{token:str}", opt=PUBLIC)
    async def enter_by_link(
        self,
        session_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
    ) -> Template | Redirect:
        """For whoever got the letter about an enrolment, without an account. Raises NotFound for a wrong link."""
        async with around.begin.reading() as session:
            meeting, run, course = await _session(session, session_id)
            found = await session.scalar(_participants(session_id).where(Enrolment.id == enrolment_id))
        if found is None or not around.signer.matches(token, "enrolment", found.id, found.link_version):
            raise NotFound
        return _door(around, meeting, run, course, f"/termine/{session_id}/online/{enrolment_id}/{token}")


async def _session(session: AsyncSession, session_id: UUID) -> tuple[Session, Run, Course]:
    found = (
        await session.execute(
            select(Session, Run, Course)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
            .where(Session.id == session_id, Session.online_url != "", Run.state != RunState.DRAFT)
        )
    ).first()
    if found is None:
        raise NotFound
    meeting, run, course = found
    return meeting, run, course


def _participants(session_id: UUID) -> Any:
    """Those with a confirmed place in this session."""
    return (
        select(Enrolment)
        .join(Session, Session.run_id == Enrolment.run_id)
        .where(Session.id == session_id, Enrolment.state == EnrolmentState.CONFIRMED, comes_to(Session.id))
    )


async def _may_enter(session: AsyncSession, actor: Actor, meeting: Session) -> bool:
    if actor.may_for_all("U", "plan") or actor.may_for_all("R", "enrolment"):
        return True
    if await is_teacher(session, actor, meeting.run_id):
        return True
    mine = Enrolment.person_id.in_(actor.persons_for("R", "join-link"))
    return await session.scalar(_participants(meeting.id).where(mine).limit(1)) is not None


def _door(around: Around, meeting: Session, run: Run, course: Course, here: str) -> Template | Redirect:
    now, minutes = around.clock(), around.settings.join_minutes_before
    is_cancelled = meeting.state is SessionState.CANCELLED or run.state is RunState.CANCELLED
    if not is_cancelled and door_is_open(meeting, now, minutes):
        return Redirect(meeting.online_url, status_code=303, headers=PRIVATE)
    opens_at = door_opens_at(meeting, minutes)
    return Template(
        "portal/online_room.html",
        context={
            "title": in_language(course.title_de, course.title_en)[0],
            "meeting": meeting,
            "is_cancelled": is_cancelled,
            "is_over": meeting.ends_at <= now,
            "opens_at": opens_at,
            "looks_again": _looks_again(opens_at, now),
            "here": here,
        },
        headers=PRIVATE,
    )


def _looks_again(opens_at: datetime, now: datetime) -> int:
    """In how many seconds the page looks again; 0 while that would be too long to wait for."""
    wait = opens_at - now
    return int(wait.total_seconds()) + 1 if timedelta() < wait <= LOOKS_AGAIN else 0
