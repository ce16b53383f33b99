"""What the evidence of a run states, gathered once for page, PDF and table."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.checkin.models import CheckIn
from lms.attendance.days import Day, days_of
from lms.attendance.models import Attendance, MakeUp
from lms.attendance.sheets.models import Evidence, EvidenceKind, EvidenceState, MarkSource
from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import MINUTES_PER_UNIT
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import Session, SessionState, SessionTrainer


class Proof(StrEnum):
    """What a mark rests on."""

    LIST = "list"
    """A signed list whose photo is kept."""
    FILE = "file"
    MEETING = "meeting"
    """The record of our own video conference."""
    SELF = "self"
    """Participants entered themselves with the code of the room."""
    TRAINER = "trainer"


OF_KIND = {EvidenceKind.PHOTO: Proof.LIST, EvidenceKind.FILE: Proof.FILE, EvidenceKind.MEETING: Proof.MEETING}


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session that took place or will; `files` are the SHA-256 of what is kept of it, in hexadecimal."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    minutes: int
    is_locked: bool
    is_online: bool
    place: str
    trainers: Sequence[str]
    files: Sequence[str]

    @property
    def units(self) -> float:
        """Its length in units of 45 minutes."""
        return self.minutes / MINUTES_PER_UNIT


@dataclass(frozen=True, slots=True)
class Participant:
    """One person with a place, or who had one and was there; family name first, as funders sort. No address (handed out)."""

    enrolment_id: UUID
    family_name: str
    given_name: str
    days: Mapping[UUID, Day]
    proofs: Mapping[UUID, Proof]

    @property
    def minutes(self) -> int:
        """What is counted, in minutes; what was made up elsewhere too."""
        return sum(day.counted_minutes for day in self.days.values())

    @property
    def units(self) -> float:
        """The same in units."""
        return self.minutes / MINUTES_PER_UNIT


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """Everything the paper says about one run."""

    run: Run
    course: Course
    meetings: Sequence[Meeting]
    participants: Sequence[Participant]

    @property
    def held_minutes(self) -> int:
        """Minutes of the sessions that are over."""
        return sum(one.minutes for one in self.meetings)

    @property
    def unlocked(self) -> Sequence[Meeting]:
        """Sessions whose attendance is not closed yet: the evidence is not final."""
        return [one for one in self.meetings if not one.is_locked]

    @property
    def participant_minutes(self) -> int:
        """What all participants together are counted with."""
        return sum(one.minutes for one in self.participants)

    @property
    def sha256(self) -> str:
        """The same for the same facts, whenever it is asked."""
        said = {
            "run": self.run.number,
            "sessions": [[one.starts_at.isoformat(), one.minutes, one.is_locked, list(one.files)] for one in self.meetings],
            "participants": [
                [
                    one.family_name, one.given_name,
                    [
                        [str(key), day.presence, day.counted_minutes, one.proofs.get(key)]
                        for key, day in sorted(one.days.items(), key=lambda item: str(item[0]))
                    ],
                ]
                for one in self.participants
            ],
        }  # fmt: skip
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


async def evidence_of_run(session: AsyncSession, run_id: UUID, now: datetime) -> RunEvidence:
    """The evidence of a run up to `now`; eight statements, however many people and sessions. Raises NotFound."""
    found = (
        await session.execute(
            select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.id == run_id)
        )
    ).first()
    if found is None:
        raise NotFound
    run, course = found
    meetings = await _meetings(session, run_id, now)
    ids = [one.id for one in meetings]
    was_there = select(Attendance.enrolment_id).where(Attendance.session_id.in_(ids))
    makes_up = select(MakeUp.enrolment_id).where(
        MakeUp.missed_session_id.in_(ids), MakeUp.withdrawn_at.is_(None)
    )
    counted = (
        Enrolment.run_id == run_id,
        Enrolment.person_id.is_not(None),
        or_(
            Enrolment.state == EnrolmentState.CONFIRMED,
            Enrolment.id.in_(was_there),
            Enrolment.id.in_(makes_up),
        ),
    )
    days = await days_of(session, *counted)
    people = await session.execute(
        select(Enrolment.id, Person.family_name, Person.given_name)
        .join(Person, Person.id == Enrolment.person_id)
        .where(*counted)
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    )
    proofs = await _proofs(session, ids)
    over = set(ids)
    participants = [
        Participant(
            enrolment_id,
            family,
            given,
            {day.session_id: day for day in days.get(enrolment_id, ()) if day.session_id in over},
            {session_id: proofs.get((session_id, enrolment_id), Proof.TRAINER) for session_id in ids},
        )
        for enrolment_id, family, given in people
    ]
    return RunEvidence(run, course, meetings, participants)


async def _meetings(session: AsyncSession, run_id: UUID, now: datetime) -> Sequence[Meeting]:
    rows = (
        await session.execute(
            select(Session, Room.name, Venue.name)
            .outerjoin(Room, Room.id == Session.room_id)
            .outerjoin(Venue, Venue.id == Room.venue_id)
            .where(Session.run_id == run_id, Session.state == SessionState.PLANNED, Session.ends_at <= now)
            .order_by(Session.starts_at, Session.id)
        )
    ).all()
    ids = [row[0].id for row in rows]
    trainers: dict[UUID, list[str]] = defaultdict(list)
    for session_id, person in await session.execute(
        select(SessionTrainer.session_id, Person)
        .join(Person, Person.id == SessionTrainer.person_id)
        .where(SessionTrainer.session_id.in_(ids))
        .order_by(Person.family_name, Person.given_name)
    ):
        trainers[session_id].append(person.name)
    files: dict[UUID, list[str]] = defaultdict(list)
    for session_id, digest in await session.execute(
        select(Evidence.session_id, Evidence.sha256)
        .where(
            Evidence.session_id.in_(ids), Evidence.state.in_((EvidenceState.CONFIRMED, EvidenceState.KEPT))
        )
        .order_by(Evidence.sent_at, Evidence.id)
    ):
        files[session_id].append(digest)
    return [
        Meeting(
            meeting.id, meeting.starts_at, meeting.ends_at, meeting.minutes, meeting.locked_at is not None,
            bool(meeting.online_url), ", ".join(part for part in (venue, room) if part), trainers[meeting.id],
            files[meeting.id],
        )
        for meeting, room, venue in rows
    ]  # fmt: skip


async def _proofs(session: AsyncSession, session_ids: Sequence[UUID]) -> Mapping[tuple[UUID, UUID], Proof]:
    found: dict[tuple[UUID, UUID], Proof] = {}
    for session_id, enrolment_id in await session.execute(
        select(CheckIn.session_id, CheckIn.enrolment_id).where(CheckIn.session_id.in_(session_ids))
    ):
        found[session_id, enrolment_id] = Proof.SELF
    for session_id, enrolment_id, kind in await session.execute(
        select(MarkSource.session_id, MarkSource.enrolment_id, MarkSource.kind).where(
            MarkSource.session_id.in_(session_ids)
        )
    ):
        # a signature weighs more than a code somebody typed
        found[session_id, enrolment_id] = OF_KIND[kind]
    return found
