"""When somebody does not agree with how they were marked (F-H08), and what was changed in closed registers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.errors import (
    AlreadyObjected,
    AlreadySettled,
    AnswerNeeded,
    NothingChanged,
    NothingToObject,
    NotInThisRun,
    WordsNeeded,
)
from lms.attendance.events import ObjectionAnswered
from lms.attendance.marking import Mark, kept_marks, opened, put
from lms.attendance.models import Correction, Objection, ObjectionState
from lms.audit.trail import record
from lms.catalogue.models import Course, Run
from lms.db import retried
from lms.enrolment.models import Enrolment
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState
from lms.scheduling.queries import run_of, session_of
from lms.web.module import Around

LONGEST_WORDS = 500
WAITING = (Objection.state == ObjectionState.OPEN, Session.state == SessionState.PLANNED)
"""Objections that somebody has to answer, joined with their session."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """An objection with who it is about and the session it is about."""

    objection: Objection
    meeting: Session
    run: Run
    course: Course
    person: Person


class Objections:
    """Saying that a mark is not right, and answering it."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def say(
        self, actor: Actor, *, enrolment_id: UUID, session_id: UUID, objection_id: UUID, words: str
    ) -> None:
        """Object to a mark of oneself, of a child, or of whoever has given a mandate for it. The id is the form's.

        Raises NotFound for somebody else's place, NothingToObject while there is no mark, AlreadyObjected, WordsNeeded.
        """
        said, now = words.strip()[:LONGEST_WORDS], self.clock()
        async with self.begin() as session:
            enrolment = await session.get(Enrolment, enrolment_id)
            if enrolment is None or enrolment.person_id not in actor.persons_for("object", "attendance"):
                raise NotFound
            meeting = await session_of(session, session_id)
            await run_of(session, meeting.run_id, lock=True)
            kept = (await kept_marks(session, meeting)).get(enrolment_id)
            if kept is None or not kept.facts:
                raise NothingToObject
            if await session.get(Objection, objection_id) is not None:
                return
            if await open_objection(session, enrolment_id, session_id) is not None:
                raise AlreadyObjected
            if not said:
                raise WordsNeeded
            session.add(
                Objection(
                    id=objection_id,
                    session_id=session_id,
                    enrolment_id=enrolment_id,
                    words=said,
                    said_at=now,
                    said_by=actor.account_id,
                )
            )
            record(
                session, actor, "attendance.objected", at=now, kind="session", object_id=session_id,
                person_id=enrolment.person_id,
            )  # fmt: skip

    @retried
    async def answer(
        self, actor: Actor, *, session_id: UUID, objection_id: UUID, mark: Mark | None, answer: str
    ) -> None:
        """Correct the mark, or leave it (`mark` is None): both with words, which the learner gets in a letter.

        Trainers may as long as the register is open, staff always. Raises NotFound, RegisterLocked, AnswerNeeded,
        AlreadySettled, NothingChanged, MoreThanTheSession.
        """
        said, now = answer.strip()[:LONGEST_WORDS], self.clock()
        async with self.begin() as session:
            meeting = await opened(session, actor, session_id, now=now, reason=said or "-")
            objection = await session.get(Objection, objection_id)
            if objection is None or objection.session_id != session_id:
                raise NotFound
            await session.refresh(objection)
            if objection.state is not ObjectionState.OPEN:
                raise AlreadySettled
            if not said:
                raise AnswerNeeded
            enrolment = await session.get_one(Enrolment, objection.enrolment_id)
            if mark is not None:
                kept = (await kept_marks(session, meeting)).get(objection.enrolment_id)
                if kept is None or mark.enrolment_id != objection.enrolment_id:
                    raise NotInThisRun
                if kept.facts == mark.facts:
                    raise NothingChanged
                await put(session, actor, meeting, [mark], now=now, reason=said, is_correction=True)
            objection.state = ObjectionState.DECLINED if mark is None else ObjectionState.CORRECTED
            objection.answer, objection.answered_at, objection.answered_by = said, now, actor.account_id
            announce(session, ObjectionAnswered(objection_id=objection_id), at=now)
            record(
                session, actor, "attendance.objection_answered", at=now, kind="session", object_id=session_id,
                person_id=enrolment.person_id, after={"state": objection.state.value}, reason=said,
            )  # fmt: skip


async def open_objection(session: AsyncSession, enrolment_id: UUID, session_id: UUID) -> Objection | None:
    """What waits for an answer about one person at one session."""
    found: Objection | None = await session.scalar(
        select(Objection).where(
            Objection.enrolment_id == enrolment_id,
            Objection.session_id == session_id,
            Objection.state == ObjectionState.OPEN,
        )
    )
    return found


async def complaints(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 200
) -> Sequence[Complaint]:
    """The objections that fulfil all conditions, longest waiting first; one statement."""
    rows = await session.execute(
        select(Objection, Session, Run, Course, Person)
        .join(Session, Session.id == Objection.session_id)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .join(Enrolment, Enrolment.id == Objection.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(*conditions)
        .order_by(Objection.said_at, Objection.id)
        .limit(limit)
    )
    return [Complaint(*row) for row in rows.all()]


async def objections_by(session: AsyncSession, enrolment_id: UUID) -> Sequence[Objection]:
    """Everything somebody has objected to in one course, latest first."""
    found = await session.scalars(
        select(Objection)
        .where(Objection.enrolment_id == enrolment_id)
        .order_by(Objection.said_at.desc(), Objection.id)
    )
    return found.all()


async def corrections(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[Correction]:
    """What was changed afterwards, in order of time."""
    found = await session.scalars(
        select(Correction).where(*conditions).order_by(Correction.corrected_at, Correction.id)
    )
    return found.all()
