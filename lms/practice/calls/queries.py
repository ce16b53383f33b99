"""Reading calls for help, in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.models import Account
from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment
from lms.learning.models import Edition, EditionLesson
from lms.people.models import Person
from lms.practice.calls.rules import AROUND, is_over
from lms.practice.models import HelpCall
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer
from lms.web.language import current_language

MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that is open: who needs help with what, and who is on the way."""

    call: HelpCall
    person: Person
    run: Run
    course: Course
    lesson: str
    taken_by: str = ""

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de


@dataclass(frozen=True, slots=True)
class Counted:
    """How often somebody has called for help, and whether they are waiting now."""

    asked: int
    is_waiting: bool


async def waiting(
    session: AsyncSession, now: datetime, *conditions: ColumnElement[bool]
) -> Sequence[Waiting]:
    """The open calls that fulfil all conditions, longest waiting first; one statement."""
    helper = Person.__table__.alias("helper")
    title = (
        select(EditionLesson.title)
        .join(Edition, Edition.id == EditionLesson.edition_id)
        .where(EditionLesson.lesson_id == HelpCall.lesson_id)
        .order_by(Edition.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(HelpCall, Person, Run, Course, title, helper.c.given_name, helper.c.family_name)
        .join(Enrolment, Enrolment.id == HelpCall.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Account, Account.id == HelpCall.taken_by)
        .outerjoin(helper, helper.c.id == Account.person_id)
        .where(HelpCall.ended_at.is_(None), *conditions)
        .order_by(HelpCall.asked_at, HelpCall.id)
        .limit(MOST)
    )
    return [
        Waiting(call, person, run, course, lesson or "", " ".join(part for part in names if part))
        for call, person, run, course, lesson, *names in rows
        if not is_over(call.asked_at, in_session=call.session_id is not None, now=now)
    ]


def of_run(run_id: UUID) -> ColumnElement[bool]:
    """Calls from one run, for `waiting`."""
    return Enrolment.run_id == run_id


def for_trainer(person_id: UUID | None) -> ColumnElement[bool]:
    """Calls from every run that this person teaches, or a session of, for `waiting`."""
    by_run = exists().where(RunTrainer.run_id == Run.id, RunTrainer.person_id == person_id)
    by_session = exists().where(
        Session.run_id == Run.id,
        SessionTrainer.session_id == Session.id,
        SessionTrainer.person_id == person_id,
    )
    return and_(Run.state != RunState.CANCELLED, or_(by_run, by_session))


async def own_call(
    session: AsyncSession, enrolment_id: UUID, now: datetime, *, lock: bool = False
) -> HelpCall | None:
    """The open call of one place; None where there is none, or where its time is over."""
    wanted = select(HelpCall).where(HelpCall.enrolment_id == enrolment_id, HelpCall.ended_at.is_(None))
    found: HelpCall | None = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None or is_over(found.asked_at, in_session=found.session_id is not None, now=now):
        return None
    return found


async def latest_answer(
    session: AsyncSession, enrolment_id: UUID, lesson_id: UUID, step: int
) -> HelpCall | None:
    """The newest answer in words about this very step."""
    found: HelpCall | None = await session.scalar(
        select(HelpCall)
        .where(
            HelpCall.enrolment_id == enrolment_id,
            HelpCall.lesson_id == lesson_id,
            HelpCall.step == step,
            HelpCall.answer != "",
        )
        .order_by(HelpCall.ended_at.desc())
        .limit(1)
    )
    return found


async def running_session(session: AsyncSession, run_id: UUID, now: datetime) -> UUID | None:
    """The session of a run that is held at this moment, a quarter of an hour around it included."""
    found: UUID | None = await session.scalar(
        select(Session.id)
        .where(
            Session.run_id == run_id,
            Session.state == SessionState.PLANNED,
            Session.starts_at <= now + AROUND,
            Session.ends_at >= now - AROUND,
        )
        .order_by(Session.starts_at)
        .limit(1)
    )
    return found


async def help_counts(session: AsyncSession, run_id: UUID, now: datetime) -> Mapping[UUID, Counted]:
    """For each enrolment of a run that has ever called: how often, and whether it waits now. For the trainer's overview.

    Calls that the learner took back do not count. Two statements.
    """
    rows = await session.execute(
        select(HelpCall.enrolment_id, func.count())
        .join(Enrolment, Enrolment.id == HelpCall.enrolment_id)
        .where(Enrolment.run_id == run_id, or_(HelpCall.ending.is_(None), HelpCall.ending != "withdrawn"))
        .group_by(HelpCall.enrolment_id)
    )
    open_now = {one.call.enrolment_id for one in await waiting(session, now, of_run(run_id))}
    return {enrolment_id: Counted(count, enrolment_id in open_now) for enrolment_id, count in rows}
