"""Reading messages and answers, in a session somebody else opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.attendance.models import Attendance, Presence
from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.queries import taught_by
from lms.messaging.models import Channel, Letter, LetterState
from lms.people.models import Person
from lms.teaching.models import Audience, GroupMessage, MessagePattern, MessageReader, MessageReply

AWAY = (Presence.ABSENT, Presence.EXCUSED)
LISTED = 200
_PARTICIPANT = aliased(Person, name="participant")


@dataclass(frozen=True, slots=True)
class Said:
    """One part of a conversation: a message of the trainer's, or an answer to it."""

    at: datetime
    by: str
    text: str
    subject: str = ""
    is_trainer: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose answer nobody has looked at."""

    run: Run
    course: Course
    enrolment_id: UUID
    participant: Person
    author: Person
    latest: MessageReply


@dataclass(frozen=True, slots=True)
class Delivery:
    """What has become of a message for one reader."""

    reader: Person
    participant: Person
    is_copy: bool
    channel: Channel | None
    state: LetterState | None


async def places_for(
    session: AsyncSession,
    run_id: UUID,
    audience: Audience,
    *,
    session_id: UUID | None = None,
    enrolment_id: UUID | None = None,
) -> Sequence[Enrolment]:
    """The places that a message to this audience is about; one statement.

    "Absent" are those marked as absent or excused at the session; "one" may also wait on the list.
    """
    wanted = select(Enrolment).where(Enrolment.run_id == run_id, Enrolment.person_id.is_not(None))
    taking_part = Enrolment.state == EnrolmentState.CONFIRMED
    match audience:
        case Audience.WAITING:
            wanted = wanted.where(Enrolment.state == EnrolmentState.WAITING)
        case Audience.ABSENT:
            away = select(Attendance.enrolment_id).where(
                Attendance.session_id == session_id, Attendance.presence.in_(AWAY)
            )
            wanted = wanted.where(taking_part, Enrolment.id.in_(away))
        case Audience.ONE:
            states = (EnrolmentState.CONFIRMED, EnrolmentState.WAITING)
            wanted = wanted.where(Enrolment.id == enrolment_id, Enrolment.state.in_(states))
        case _:
            wanted = wanted.where(taking_part)
    return (await session.scalars(wanted.order_by(Enrolment.created_at, Enrolment.id))).all()


async def people_of(session: AsyncSession, run_id: UUID) -> Sequence[tuple[UUID, Person, EnrolmentState]]:
    """Everybody to whom one can write alone, from A to Z, those on the waiting list last; one statement."""
    states = (EnrolmentState.CONFIRMED, EnrolmentState.WAITING)
    rows = await session.execute(
        select(Enrolment.id, Person, Enrolment.state)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.run_id == run_id, Enrolment.state.in_(states))
        .order_by(Enrolment.state, Person.family_name, Person.given_name, Enrolment.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def sent_in(session: AsyncSession, run_id: UUID) -> Sequence[tuple[GroupMessage, Person, int]]:
    """What was sent to people of a run, the newest first: with its sender and how many people got it; one statement."""
    count = (
        select(func.count(MessageReader.person_id.distinct()))
        .where(MessageReader.message_id == GroupMessage.id)
        .correlate(GroupMessage)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(GroupMessage, Person, count)
        .join(Person, Person.id == GroupMessage.sender_id)
        .where(GroupMessage.run_id == run_id)
        .order_by(GroupMessage.sent_at.desc(), GroupMessage.id)
        .limit(LISTED)
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def deliveries_of(session: AsyncSession, message_id: UUID) -> Sequence[Delivery]:
    """Who got a message and how it went, from A to Z; one statement. Without a letter it is still being written."""
    reader, participant = Person, _PARTICIPANT
    rows = await session.execute(
        select(MessageReader, reader, participant, Letter.channel, Letter.state)
        .join(reader, reader.id == MessageReader.person_id)
        .join(Enrolment, Enrolment.id == MessageReader.enrolment_id)
        .join(participant, participant.id == Enrolment.person_id)
        .outerjoin(Letter, Letter.id == MessageReader.letter_id)
        .where(MessageReader.message_id == message_id)
        .order_by(reader.family_name, reader.given_name, MessageReader.id)
    )
    return [Delivery(row[1], row[2], row[0].is_copy, row[3], row[4]) for row in rows]


async def waiting_for(
    session: AsyncSession, person_id: UUID, run_id: UUID | None = None
) -> Sequence[Waiting]:
    """Conversations of the runs this person teaches in which the last word is a participant's; one statement."""
    wanted = (
        select(MessageReply, Run, Course, _PARTICIPANT, Person)
        .join(Run, Run.id == MessageReply.run_id)
        .join(Course, Course.id == Run.course_id)
        .join(Enrolment, Enrolment.id == MessageReply.enrolment_id)
        .join(_PARTICIPANT, _PARTICIPANT.id == Enrolment.person_id)
        .join(Person, Person.id == MessageReply.person_id)
        .where(MessageReply.settled_at.is_(None), MessageReply.run_id.in_(taught_by(person_id)))
        .order_by(MessageReply.written_at, MessageReply.id)
        .limit(LISTED)
    )
    if run_id is not None:
        wanted = wanted.where(MessageReply.run_id == run_id)
    found: dict[UUID, Waiting] = {}
    for row in await session.execute(wanted):
        reply = row[0]
        found[reply.enrolment_id] = Waiting(row[1], row[2], reply.enrolment_id, row[3], row[4], reply)
    return list(found.values())


async def conversation(session: AsyncSession, enrolment_id: UUID) -> Sequence[Said]:
    """Everything that was written about one place, the oldest first; two statements."""
    messages = await session.execute(
        select(GroupMessage, Person)
        .join(Person, Person.id == GroupMessage.sender_id)
        .where(
            GroupMessage.id.in_(
                select(MessageReader.message_id).where(MessageReader.enrolment_id == enrolment_id)
            )
        )
    )
    replies = await session.execute(
        select(MessageReply, Person)
        .join(Person, Person.id == MessageReply.person_id)
        .where(MessageReply.enrolment_id == enrolment_id)
    )
    found = [Said(one.sent_at, who.name, one.text, one.subject, is_trainer=True) for one, who in messages]
    found += [Said(one.written_at, who.name, one.text) for one, who in replies]
    return sorted(found, key=lambda one: one.at)


async def conversations_in(session: AsyncSession, run_id: UUID) -> Sequence[tuple[Person, Sequence[Said]]]:
    """All conversations of a run, person by person; three statements however many there are."""
    people = {row[0]: row[1] for row in await _everybody(session, run_id)}
    messages = await session.execute(
        select(MessageReader.enrolment_id, GroupMessage, Person)
        .join(GroupMessage, GroupMessage.id == MessageReader.message_id)
        .join(Person, Person.id == GroupMessage.sender_id)
        .where(GroupMessage.run_id == run_id)
    )
    said: dict[UUID, dict[Any, Said]] = {enrolment_id: {} for enrolment_id in people}
    for enrolment_id, one, who in messages:
        said[enrolment_id][one.id] = Said(one.sent_at, who.name, one.text, one.subject, is_trainer=True)
    replies = await session.execute(
        select(MessageReply, Person)
        .join(Person, Person.id == MessageReply.person_id)
        .where(MessageReply.run_id == run_id)
    )
    for reply, who in replies:
        said[reply.enrolment_id][reply.id] = Said(reply.written_at, who.name, reply.text)
    return [
        (people[enrolment_id], sorted(parts.values(), key=lambda part: part.at))
        for enrolment_id, parts in said.items()
        if parts
    ]


async def has_conversation(session: AsyncSession, enrolment_id: UUID) -> bool:
    """Whether anything was written about this place."""
    wanted = select(MessageReader.id).where(MessageReader.enrolment_id == enrolment_id).limit(1)
    return await session.scalar(wanted) is not None


async def patterns_of(session: AsyncSession, person_id: UUID | None) -> Sequence[MessagePattern]:
    """The words somebody has kept, by name."""
    wanted = select(MessagePattern).where(MessagePattern.person_id == person_id).order_by(MessagePattern.name)
    return (await session.scalars(wanted)).all()


async def _everybody(session: AsyncSession, run_id: UUID) -> Collection[Any]:
    rows = await session.execute(
        select(Enrolment.id, Person)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.run_id == run_id)
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
    )
    return rows.all()
