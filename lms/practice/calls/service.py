"""Calling for help, taking it back, helping; every public method is one transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import is_teacher
from lms.audit.trail import record
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound
from lms.learning.models import LessonKind
from lms.learning.queries import lesson_for
from lms.practice import policy
from lms.practice.calls.queries import own_call, running_session
from lms.practice.calls.rules import KEPT, is_over
from lms.practice.errors import CallIsOver, TakenByAnother, WordsForHelp
from lms.practice.events import HelpAnswered
from lms.practice.models import HelpCall, HelpEnding
from lms.web.module import Around

LONGEST_NOTE = 500
LONGEST_ANSWER = 2_000
PRACTISED = frozenset({LessonKind.PRACTICE})


class HelpCalls:
    """What learners and trainers do about help."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def ask(self, actor: Actor, *, enrolment_id: UUID, lesson_id: UUID, step: int) -> None:
        """Call for help at this step. One call is open for a place: asked again it moves to the step, and keeps its time.

        Raises NotFound, NotYetOpen.
        """
        now = self.clock()
        async with self.begin() as session:
            place, _ = await lesson_for(session, actor, enrolment_id, lesson_id, now, kinds=PRACTISED)
            ensure(policy.may_ask(actor, place.enrolment), actor)
            await _lock(session, enrolment_id)
            await self._end_overdue(session, enrolment_id, now)
            call = await own_call(session, enrolment_id, now, lock=True)
            meeting_id = await running_session(session, place.run.id, now)
            if call is None:
                session.add(
                    HelpCall(
                        enrolment_id=enrolment_id,
                        lesson_id=lesson_id,
                        step=step,
                        asked_at=now,
                        asked_by=actor.account_id,
                        session_id=meeting_id,
                    )
                )
            else:
                call.lesson_id, call.step = lesson_id, step
                call.session_id = meeting_id or call.session_id

    @retried
    async def add_note(self, actor: Actor, *, enrolment_id: UUID, note: str) -> None:
        """Say more about one's open call; an empty note takes the former one away. Raises NotFound, CallIsOver."""
        now = self.clock()
        async with self.begin() as session:
            call = await self._own(session, actor, enrolment_id, now)
            if call is None:
                raise CallIsOver
            call.note = note.strip()[:LONGEST_NOTE]

    @retried
    async def take_back(self, actor: Actor, *, enrolment_id: UUID) -> None:
        """It works by now. Twice is as good as once. Raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            call = await self._own(session, actor, enrolment_id, now)
            if call is not None:
                call.ended_at, call.ending = now, HelpEnding.WITHDRAWN

    @retried
    async def take(self, actor: Actor, *, call_id: UUID) -> None:
        """Go and help: whoever says so first. Raises NotFound, TakenByAnother, CallIsOver."""
        now = self.clock()
        async with self.begin() as session:
            call = await self._call_to_help(session, actor, call_id, now)
            if call.taken_by is not None and call.taken_by != actor.account_id:
                raise TakenByAnother
            if call.taken_by is None:
                call.taken_at, call.taken_by = now, actor.account_id

    @retried
    async def close(self, actor: Actor, *, call_id: UUID) -> None:
        """Somebody has helped. What is over already stays as it is. Raises NotFound."""
        now = self.clock()
        async with self.begin() as session:
            try:
                call = await self._call_to_help(session, actor, call_id, now)
            except CallIsOver:
                return
            call.taken_by = call.taken_by or actor.account_id
            call.taken_at = call.taken_at or now
            call.ended_at, call.ending = now, HelpEnding.HELPED
            await _note_down(session, actor, call, "help.closed", now)

    @retried
    async def answer(self, actor: Actor, *, call_id: UUID, words: str) -> None:
        """Answer in words, which the learner gets as a message, and for a child the guardians as well (L-34).

        Raises NotFound, WordsForHelp, CallIsOver, TakenByAnother.
        """
        said, now = words.strip()[:LONGEST_ANSWER], self.clock()
        async with self.begin() as session:
            call = await self._call_to_help(session, actor, call_id, now)
            if not said:
                raise WordsForHelp
            if call.taken_by is not None and call.taken_by != actor.account_id:
                raise TakenByAnother
            call.taken_by, call.taken_at = actor.account_id, call.taken_at or now
            call.ended_at, call.ending, call.answer = now, HelpEnding.ANSWERED, said
            announce(session, HelpAnswered(call_id=call_id), at=now)
            await _note_down(session, actor, call, "help.answered", now)

    @retried
    async def end_overdue(self) -> None:
        """End what nobody will come for any more, and forget what ended a year ago."""
        now = self.clock()
        async with self.begin() as session:
            await self._end_overdue(session, None, now)
            await session.execute(delete(HelpCall).where(HelpCall.ended_at < now - KEPT))

    @staticmethod
    async def _end_overdue(session: AsyncSession, enrolment_id: UUID | None, now: datetime) -> None:
        wanted = select(HelpCall).where(HelpCall.ended_at.is_(None))
        if enrolment_id is not None:
            wanted = wanted.where(HelpCall.enrolment_id == enrolment_id)
        for call in await session.scalars(wanted.with_for_update()):
            if is_over(call.asked_at, in_session=call.session_id is not None, now=now):
                call.ended_at, call.ending = now, HelpEnding.LAPSED
        await session.flush()

    @staticmethod
    async def _own(session: AsyncSession, actor: Actor, enrolment_id: UUID, now: datetime) -> HelpCall | None:
        enrolment = await session.get(Enrolment, enrolment_id)
        if enrolment is None or not policy.may_ask(actor, enrolment):
            raise NotFound
        await _lock(session, enrolment_id)
        return await own_call(session, enrolment_id, now, lock=True)

    @staticmethod
    async def _call_to_help(session: AsyncSession, actor: Actor, call_id: UUID, now: datetime) -> HelpCall:
        call = await session.get(HelpCall, call_id)
        if call is None:
            raise NotFound
        enrolment = await session.get_one(Enrolment, call.enrolment_id)
        if not policy.may_help(actor, teaches=await is_teacher(session, actor, enrolment.run_id)):
            raise NotFound
        await _lock(session, call.enrolment_id)
        await session.refresh(call)  # somebody may have been quicker while we waited
        if call.ended_at is not None or is_over(
            call.asked_at, in_session=call.session_id is not None, now=now
        ):
            raise CallIsOver
        return call


async def went_on(
    session: AsyncSession, enrolment_id: UUID, lesson_id: UUID, step: int, now: datetime
) -> None:
    """The learner got this step done: whoever called for help at it needs none any more. Locks the place."""
    await _lock(session, enrolment_id)
    call = await own_call(session, enrolment_id, now, lock=True)
    if call is not None and (call.lesson_id, call.step) == (lesson_id, step):
        call.ended_at, call.ending = now, HelpEnding.WITHDRAWN if call.taken_by is None else HelpEnding.HELPED


async def _lock(session: AsyncSession, enrolment_id: UUID) -> None:
    await session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update())


async def _note_down(session: AsyncSession, actor: Actor, call: HelpCall, what: str, now: datetime) -> None:
    enrolment = await session.get_one(Enrolment, call.enrolment_id)
    record(
        session, actor, what, at=now, kind="enrolment", object_id=call.enrolment_id,
        person_id=enrolment.person_id, after={"lesson": str(call.lesson_id), "step": call.step},
    )  # fmt: skip
