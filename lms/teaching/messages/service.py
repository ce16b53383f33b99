"""Writing to the people of a run, answering, keeping words; every public method is one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.attendance.meetings import is_teacher
from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import Clock, today
from lms.kernel.errors import NotFound
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor
from lms.scheduling.models import Session
from lms.scheduling.queries import run_of
from lms.teaching import policy
from lms.teaching.errors import NobodyToWriteTo, OthersByNow, ReasonMissing, RepliesEnded
from lms.teaching.events import GroupMessageAnswered, GroupMessageSent
from lms.teaching.messages.reading import has_conversation, places_for
from lms.teaching.models import Audience, GroupMessage, MessagePattern, MessageReader, MessageReply
from lms.teaching.readers import Readership, readership
from lms.web.module import Around

ANSWERABLE = timedelta(days=60)
MOST_PATTERNS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom a trainer wants to write to, and what. The text is only ever text: no template is read out of it."""

    run_id: UUID
    audience: Audience
    subject: str
    text: str
    session_id: UUID | None = None
    enrolment_id: UUID | None = None


class GroupMessages:
    """The conversations between trainers and participants."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    async def foreseen(self, actor: Actor, wanted: Wanted) -> Readership:
        """Who would get it at this moment. Raises NotFound, NobodyToWriteTo."""
        async with self.begin.reading() as session:
            await self._ensure_teacher(session, actor, wanted.run_id)
            return await self._readership(session, wanted)

    async def send(self, actor: Actor, *, message_id: UUID, wanted: Wanted, seen: str) -> GroupMessage:
        """Send it: one letter for each reader, written a moment later. Sent twice it goes out once.

        `seen` is the mark of what the page showed. Raises OthersByNow when it would reach other people by now,
        NobodyToWriteTo, TooMany (forty a day), NotFound.
        """
        async with self.begin.reading() as session:
            await self._ensure_teacher(session, actor, wanted.run_id)
            known = await session.get(GroupMessage, message_id)
        if known is None:
            await within(self.begin, self.clock, "group-message", account=actor.account_id or "")
        return await self._send(actor, message_id, wanted, seen)

    @retried
    async def _send(self, actor: Actor, message_id: UUID, wanted: Wanted, seen: str) -> GroupMessage:
        now = self.clock()
        async with self.begin() as session:
            await run_of(session, wanted.run_id, lock=True)
            await self._ensure_teacher(session, actor, wanted.run_id)
            known = await session.get(GroupMessage, message_id)
            if known is not None:
                if known.sender_id != actor.person_id:
                    raise NotFound
                return known
            readers = await self._readership(session, wanted)
            if readers.mark != seen:
                raise OthersByNow
            assert actor.person_id is not None  # noqa: S101 - whoever teaches is a person
            message = GroupMessage(
                id=message_id, run_id=wanted.run_id, sender_id=actor.person_id, audience=wanted.audience,
                subject=wanted.subject, text=wanted.text, sent_at=now,
                session_id=wanted.session_id if wanted.audience is Audience.ABSENT else None,
            )  # fmt: skip
            session.add(message)
            await session.flush()
            places = {(one.reader.id, one.enrolment.id): one for one in readers.addressed}
            session.add_all(
                MessageReader(
                    message_id=message_id,
                    enrolment_id=one.enrolment.id,
                    person_id=one.reader.id,
                    is_copy=one.is_copy,
                )
                for one in places.values()
            )
            if wanted.audience is Audience.ONE:
                await self._settle(session, wanted.run_id, wanted.enrolment_id)
            announce(session, GroupMessageSent(message_id=message_id), at=now)
            record(
                session, actor, "group_message.sent", at=now, kind="run", object_id=wanted.run_id,
                after={"message": str(message_id), "audience": wanted.audience, "people": len(readers.readers)},
            )  # fmt: skip
        return message

    @retried
    async def settle(self, actor: Actor, *, run_id: UUID, enrolment_id: UUID) -> None:
        """No answer is needed. Twice is as good as once."""
        async with self.begin() as session:
            await self._ensure_teacher(session, actor, run_id)
            await self._settle(session, run_id, enrolment_id)

    async def answer_by_link(self, *, reader_id: UUID, reply_id: UUID, text: str) -> None:
        """A reader answers; the page has checked the link. Raises RepliesEnded, NotFound, TooMany."""
        await within(self.begin, self.clock, "message-reply", account=reader_id)
        await self._answer(reply_id, text, reader_id=reader_id)

    async def answer(self, actor: Actor, *, enrolment_id: UUID, reply_id: UUID, text: str) -> None:
        """The participant, or who acts for them, answers in the account. Raises RepliesEnded, NotFound, TooMany."""
        async with self.begin.reading() as session:
            await own_place(session, actor, enrolment_id)
        await within(self.begin, self.clock, "message-reply", account=actor.account_id or "")
        await self._answer(reply_id, text, enrolment_id=enrolment_id, person_id=actor.person_id)

    @retried
    async def _answer(
        self,
        reply_id: UUID,
        text: str,
        *,
        reader_id: UUID | None = None,
        enrolment_id: UUID | None = None,
        person_id: UUID | None = None,
    ) -> None:
        now = self.clock()
        async with self.begin() as session:
            if reader_id is not None:
                reader = await open_reader(session, reader_id, self.clock)
                enrolment_id, person_id = reader.enrolment_id, reader.person_id
                message = await session.get_one(GroupMessage, reader.message_id)
            else:
                found = await self._latest_to(session, enrolment_id)
                if found is None:
                    raise NotFound
                message = found
            if message.sent_at < now - ANSWERABLE:
                raise RepliesEnded
            if await session.get(MessageReply, reply_id) is not None:
                return
            if enrolment_id is None or person_id is None:
                raise NotFound
            session.add(
                MessageReply(
                    id=reply_id, run_id=message.run_id, enrolment_id=enrolment_id, person_id=person_id,
                    message_id=message.id, text=text, written_at=now,
                )
            )  # fmt: skip
            announce(session, GroupMessageAnswered(reply_id=reply_id), at=now)

    @retried
    async def keep_pattern(
        self, actor: Actor, *, pattern_id: UUID, name: str, subject: str, text: str
    ) -> None:
        """Keep these words for the next time; under one id they are kept once. Raises NotFound."""
        ensure(actor.may("C", "message") and actor.person_id is not None, actor)
        async with self.begin() as session:
            if await session.get(MessagePattern, pattern_id) is not None or actor.person_id is None:
                return
            kept = await session.scalar(
                select(func.count())
                .select_from(MessagePattern)
                .where(MessagePattern.person_id == actor.person_id)
            )
            ensure((kept or 0) < MOST_PATTERNS, actor)
            session.add(
                MessagePattern(
                    id=pattern_id,
                    person_id=actor.person_id,
                    name=name,
                    subject=subject,
                    text=text,
                    changed_at=self.clock(),
                )
            )

    @retried
    async def drop_pattern(self, actor: Actor, *, pattern_id: UUID) -> None:
        """Forget them. What is gone already stays gone."""
        async with self.begin() as session:
            pattern = await session.get(MessagePattern, pattern_id)
            if pattern is not None and pattern.person_id == actor.person_id:
                await session.delete(pattern)

    @retried
    async def note_reading(self, actor: Actor, *, run_id: UUID, reason: str) -> None:
        """The team reads what was written in a run: who, when and why stands in the trail (S-81). Raises ReasonMissing, NotFound."""
        ensure(policy.may_read_conversations(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        async with self.begin() as session:
            await run_of(session, run_id)
            record(
                session,
                actor,
                "group_message.read",
                at=self.clock(),
                kind="run",
                object_id=run_id,
                reason=reason.strip(),
            )

    async def _readership(self, session: AsyncSession, wanted: Wanted) -> Readership:
        if wanted.audience is Audience.ABSENT:
            meeting = await session.get(Session, wanted.session_id) if wanted.session_id else None
            if meeting is None or meeting.run_id != wanted.run_id:
                raise NotFound
        places = await places_for(
            session, wanted.run_id, wanted.audience,
            session_id=wanted.session_id, enrolment_id=wanted.enrolment_id,
        )  # fmt: skip
        found = await readership(
            session, places, self.clock(), only_guardians=wanted.audience is Audience.GUARDIANS
        )
        if not found.addressed:
            raise NobodyToWriteTo
        return found

    @staticmethod
    async def _ensure_teacher(session: AsyncSession, actor: Actor, run_id: UUID) -> None:
        if not policy.may_write_to_group(actor, teaches=await is_teacher(session, actor, run_id)):
            raise NotFound

    async def _settle(self, session: AsyncSession, run_id: UUID, enrolment_id: UUID | None) -> None:
        await session.execute(
            update(MessageReply)
            .where(
                MessageReply.run_id == run_id,
                MessageReply.enrolment_id == enrolment_id,
                MessageReply.settled_at.is_(None),
            )
            .values(settled_at=self.clock())
        )

    @staticmethod
    async def _latest_to(session: AsyncSession, enrolment_id: UUID | None) -> GroupMessage | None:
        return (
            await session.scalars(
                select(GroupMessage)
                .join(MessageReader, MessageReader.message_id == GroupMessage.id)
                .where(MessageReader.enrolment_id == enrolment_id)
                .order_by(GroupMessage.sent_at.desc())
                .limit(1)
            )
        ).first()


async def own_place(session: AsyncSession, actor: Actor, enrolment_id: UUID) -> Enrolment:
    """The place whose conversation this actor reads: their own, or of somebody they act for. Raises NotFound (S-03)."""
    enrolment = await session.get(Enrolment, enrolment_id)
    if (
        enrolment is None
        or enrolment.person_id not in actor.persons_for("R", "message")
        or not await has_conversation(session, enrolment_id)
    ):
        raise NotFound
    return enrolment


async def open_reader(session: AsyncSession, reader_id: UUID, clock: Clock) -> MessageReader:
    """A reader whose link still counts: the place lives, and a guardian's child is still theirs to speak for (L-31, S-04).

    Raises NotFound.
    """
    reader = await session.get(MessageReader, reader_id)
    if reader is None:
        raise NotFound
    enrolment = await session.get_one(Enrolment, reader.enrolment_id)
    if enrolment.state not in {EnrolmentState.CONFIRMED, EnrolmentState.WAITING}:
        raise NotFound
    if reader.is_copy and not await _speaks_for(session, reader.person_id, enrolment, clock):
        raise NotFound
    return reader


async def _speaks_for(session: AsyncSession, person_id: UUID, enrolment: Enrolment, clock: Clock) -> bool:
    """A guardian until the child is of age; an agent, whose mandate only lets them read, answers in the account."""
    child = await session.get(Person, enrolment.person_id) if enrolment.person_id else None
    if child is None or (child.birth_date and not is_minor(child.birth_date, today(clock))):
        return False
    if person_id in {enrolment.guardian_id, enrolment.contact_id}:
        return True
    wanted = select(Guardianship.id).where(
        Guardianship.guardian_id == person_id,
        Guardianship.child_id == child.id,
        Guardianship.ended_at.is_(None),
    )
    return await session.scalar(wanted) is not None
