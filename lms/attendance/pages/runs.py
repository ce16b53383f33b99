"""A trainer's runs, and who sits in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import is_teacher, meetings, taught_by
from lms.attendance.participants import is_near, note_reading, participants
from lms.attendance.support import OTHER_WORDS, SUPPORT_WORDS
from lms.catalogue.models import Course, Run, RunState
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.clock import Clock, today
from lms.kernel.errors import NotFound
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.access import may
from lms.web.language import current_language

LISTED_RUNS = 200


@runtime_checkable
class ExamsOfRuns(Protocol):
    """Who knows which runs end with an exam: a module above this one, by the name of its service."""

    async def is_held(self, run_id: UUID) -> bool: ...


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list."""

    run: Run
    course: Course
    people: int

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.run.state == RunState.CANCELLED

    def is_over(self, now: datetime) -> bool:
        """Whether nothing more is to come of it."""
        return self.is_cancelled or (self.run.ends_at is not None and self.run.ends_at <= now)

    def is_running(self, now: datetime) -> bool:
        """Whether it has begun and is not over."""
        return not self.is_over(now) and self.run.starts_at is not None and self.run.starts_at <= now


class RunPages(Controller):
    """Only for those who teach; another trainer's run looks as if it did not exist."""

    path = "/kursleitung/kurse"
    opt = may("C", "attendance")
    include_in_schema = False

    @get()
    async def index(
        self, actor: NamedDependency[Actor], begin: NamedDependency[Begin], clock: NamedDependency[Clock]
    ) -> Template:
        """Running, coming and past."""
        now = clock()
        async with begin.reading() as session:
            lines = await _runs(session, actor.person_id)
        past = [line for line in lines if line.is_over(now)]
        context = {
            "running": [line for line in lines if line.is_running(now)],
            "coming": [line for line in lines if not line.is_over(now) and not line.is_running(now)],
            "past": past[::-1],
        }
        return Template("attendance/runs.html", context=context)

    @get("/{run_id:uuid}")
    async def run(
        self,
        run_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        clock: NamedDependency[Clock],
        exams: NamedDependency[ExamsOfRuns],
    ) -> Template:
        """The people and the sessions of one run. Reading what people need is written down (L-41)."""
        now = clock()
        async with begin.reading() as session:
            if not await is_teacher(session, actor, run_id):
                raise NotFound
            found = await meetings(
                session, Session.run_id == run_id, Run.state != RunState.DRAFT, taught_by(actor.person_id)
            )
            if not found:  # named for the run, but every session is taught by others
                found = await meetings(session, Session.run_id == run_id, Run.state != RunState.DRAFT)
            if not found:
                raise NotFound
            near = is_near([one.session for one in found], now)
            people = await participants(session, run_id, today=today(clock), with_emergency=near)
        if any(one.has_needs or one.answers for one in people):
            async with begin() as session:
                note_reading(session, actor, run_id, people, at=now)
        context = {
            "meetings": found,
            "first": found[0],
            "people": people,
            "is_near": near,
            "support_words": SUPPORT_WORDS,
            "other_support": OTHER_WORDS,
            "now_at": now,
            "has_exam": await exams.is_held(run_id),
        }
        return Template("attendance/run.html", context=context)


async def _runs(session: AsyncSession, person_id: UUID | None) -> Sequence[RunLine]:
    of_run = select(RunTrainer.run_id).where(RunTrainer.person_id == person_id)
    of_session = (
        select(Session.run_id)
        .join(SessionTrainer, SessionTrainer.session_id == Session.id)
        .where(SessionTrainer.person_id == person_id)
    )
    people = (
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.run_id == Run.id, Enrolment.state == EnrolmentState.CONFIRMED)
        .correlate(Run)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Run, Course, people)
        .join(Course, Course.id == Run.course_id)
        .where(or_(Run.id.in_(of_run), Run.id.in_(of_session)), Run.state != RunState.DRAFT)
        .order_by(Run.starts_at, Run.number)
        .limit(LISTED_RUNS)
    )
    return [RunLine(*row) for row in rows.all()]
