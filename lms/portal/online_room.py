"""The one door to online rooms (F-B16): open shortly before a session, for those who take part, teach it or look after it.

Letters and pages carry its address, which stays the same; the address of the room itself is shown nowhere else. A room of our own
video conference is made here, by whoever comes first, and everybody enters it by a link of their own (`lms.meetings`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import is_teacher
from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import comes_to
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.meetings.errors import ServerAway
from lms.meetings.joining import Joining, moderating, taking_part
from lms.meetings.rooms import Rooms
from lms.people.models import Person
from lms.portal.cards import in_language
from lms.scheduling.models import Session, SessionState
from lms.scheduling.rules import door_is_open, door_opens_at
from lms.web.access import PUBLIC, SIGNED_IN
from lms.web.language import gettext
from lms.web.module import Around

PRIVATE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
LOOKS_AGAIN = timedelta(minutes=30)
"""So long before the door opens its page looks again by itself."""
TRIES_AGAIN = 60
"""After so many seconds the page tries again by itself when the video conference does not answer."""


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
        meeting_rooms: NamedDependency[Rooms],
        platz: FromQuery[UUID | None] = None,
    ) -> Template | Redirect:
        """For somebody signed in. Raises NotFound for everybody else (S-03).

        Who has several places in their household says for whom they enter our own room: `?platz=` names the enrolment.
        """
        here = f"/termine/{session_id}/online"
        async with around.begin.reading() as session:
            at = await _session(session, session_id)
            able = await _who_enters(session, actor, at.meeting)
        chosen = [one for one in able if one.user_id == str(platz)]
        if chosen:
            here += f"?platz={platz}"
        return await _door(around, meeting_rooms, at, chosen or able, here)

    @get("/{enrolment_id:uuid}/{token:str}", opt=PUBLIC)
    async def enter_by_link(
        self,
        session_id: FromPath[UUID],
        enrolment_id: FromPath[UUID],
        token: FromPath[str],
        around: NamedDependency[Around],
        meeting_rooms: NamedDependency[Rooms],
    ) -> Template | Redirect:
        """For whoever got the letter about an enrolment, without an account. Raises NotFound for a wrong link."""
        async with around.begin.reading() as session:
            at = await _session(session, session_id)
            found = (
                await session.execute(_participants(session_id).where(Enrolment.id == enrolment_id))
            ).first()
        if found is None or not around.signer.matches(token, "enrolment", found[0].id, found[0].link_version):
            raise NotFound
        here = f"/termine/{session_id}/online/{enrolment_id}/{token}"
        return await _door(around, meeting_rooms, at, [taking_part(*found)], here)


@dataclass(frozen=True, slots=True)
class _At:
    """Before which door somebody stands."""

    meeting: Session
    run: Run
    course: Course

    @property
    def is_cancelled(self) -> bool:
        return self.meeting.state is SessionState.CANCELLED or self.run.state is RunState.CANCELLED

    @property
    def title(self) -> str:
        return in_language(self.course.title_de, self.course.title_en)[0]


async def _session(session: AsyncSession, session_id: UUID) -> _At:
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
    return _At(*found)


def _participants(session_id: UUID) -> Any:
    """Those with a confirmed place in this session, and who they are."""
    return (
        select(Enrolment, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Session, Session.run_id == Enrolment.run_id)
        .where(Session.id == session_id, Enrolment.state == EnrolmentState.CONFIRMED, comes_to(Session.id))
    )


async def _who_enters(session: AsyncSession, actor: Actor, meeting: Session) -> Sequence[Joining]:
    """As whom somebody can enter: those who teach it and the team moderate, all others by their places.

    Raises NotFound where there is none.
    """
    looks_after = actor.may_for_all("U", "plan") or actor.may_for_all("R", "enrolment")
    if looks_after or await is_teacher(session, actor, meeting.run_id):
        person = await session.get(Person, actor.person_id) if actor.person_id else None
        name = person.name if person is not None else gettext("Team")
        return [moderating(name, actor.person_id or actor.account_id)]
    mine = Enrolment.person_id.in_(actor.persons_for("R", "join-link"))
    found = (await session.execute(_participants(meeting.id).where(mine).order_by(Enrolment.id))).all()
    if not found:
        raise NotFound
    return [taking_part(*row) for row in found]


async def _door(
    around: Around, rooms: Rooms, at: _At, able: Sequence[Joining], here: str
) -> Template | Redirect:
    now, minutes = around.clock(), around.settings.join_minutes_before
    if at.is_cancelled or not door_is_open(at.meeting, now, minutes):
        return _closed(at, now, minutes, here)
    if not at.meeting.is_in_our_room:
        return Redirect(at.meeting.online_url, status_code=303, headers=PRIVATE)
    if len(able) > 1:
        return _page(at, here, able=able)
    try:
        link = await rooms.enter(at.meeting, at.course.title_de, able[0])
    except ServerAway as away:
        return _page(at, here, is_away=True, looks_again=TRIES_AGAIN, status=away.status)
    return Redirect(link, status_code=303, headers=PRIVATE)


def _closed(at: _At, now: datetime, minutes: int, here: str) -> Template:
    opens_at = door_opens_at(at.meeting, minutes)
    is_over = at.meeting.ends_at <= now
    return _page(at, here, opens_at=opens_at, is_over=is_over, looks_again=_looks_again(opens_at, now))


def _page(
    at: _At,
    here: str,
    *,
    opens_at: datetime | None = None,
    is_over: bool = False,
    is_away: bool = False,
    able: Sequence[Joining] = (),
    looks_again: int = 0,
    status: int = 200,
) -> Template:
    """Why nobody comes in yet, and what to do."""
    context = {
        "title": at.title,
        "meeting": at.meeting,
        "is_cancelled": at.is_cancelled,
        "is_over": is_over,
        "is_away": is_away,
        "able": able,
        "opens_at": opens_at,
        "looks_again": looks_again,
        "here": here,
    }
    return Template("portal/online_room.html", context=context, headers=PRIVATE, status_code=status)


def _looks_again(opens_at: datetime, now: datetime) -> int:
    """In how many seconds the page looks again; 0 while that would be too long to wait for."""
    wait = opens_at - now
    return int(wait.total_seconds()) + 1 if timedelta() < wait <= LOOKS_AGAIN else 0
