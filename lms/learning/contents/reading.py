"""Reading what is being written for a course, in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.kernel.rights import Scope
from lms.learning import policy
from lms.learning.contents.rules import RESTORABLE
from lms.learning.models import Chapter, Edition, Lesson, LessonFile, Outline
from lms.learning.queries import teaches_course
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.language import current_language


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter and its lessons, in order."""

    chapter: Chapter
    lessons: Sequence[Lesson]


@dataclass(frozen=True, slots=True)
class Written:
    """What is being written for a course; `outline` None: nothing yet."""

    course: Course
    outline: Outline | None
    parts: Sequence[Part] = ()

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return title_of(self.course)

    @property
    def lessons(self) -> Sequence[Lesson]:
        """All lessons, in order."""
        return [lesson for part in self.parts for lesson in part.lessons]

    @property
    def version(self) -> int:
        """What the outline counts; 0 where there is none."""
        return self.outline.version if self.outline else 0

    def part_of(self, lesson: Lesson) -> Part:
        """The chapter that a lesson is in."""
        return next(part for part in self.parts if part.chapter.id == lesson.chapter_id)


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted and can still be restored."""

    chapters: Sequence[Chapter]
    lessons: Sequence[Lesson]


@dataclass(frozen=True, slots=True)
class Writable:
    """A course in the list of those one may write for."""

    course: Course
    outline: Outline | None
    lessons: int
    edition: Edition | None

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return title_of(self.course)


def title_of(course: Course) -> str:
    """The course's title in the reader's language."""
    return (current_language() == "en" and course.title_en) or course.title_de


async def course_to_write(session: AsyncSession, actor: Actor, course_id: UUID) -> Course:
    """The course, for those who may write its lessons; raises NotFound for everybody else (S-03). Two statements."""
    course = await session.get(Course, course_id)
    if course is None or not policy.may_write(actor, teaches=await teaches_course(session, actor, course_id)):
        raise NotFound
    return course


async def run_to_lead(session: AsyncSession, actor: Actor, course_id: UUID, run_id: UUID) -> Run:
    """A run whose lessons the actor may release: its own trainers, and the programme team. Raises NotFound. Two statements."""
    run = await session.get(Run, run_id, populate_existing=True)
    if run is None or run.course_id != course_id:
        raise NotFound
    if not policy.may_write(actor, teaches=await _teaches_run(session, actor, run_id)):
        raise NotFound
    return run


async def runs_to_lead(session: AsyncSession, actor: Actor, course_id: UUID) -> Sequence[Run]:
    """The runs of a course whose lessons the actor may release, the newest first. One statement."""
    wanted = select(Run).where(Run.course_id == course_id, Run.state != RunState.CANCELLED)
    if Scope.ALL not in actor.scopes("U", "lesson"):
        wanted = wanted.where(_taught_by(actor.person_id))
    return (await session.scalars(wanted.order_by(Run.starts_at.desc(), Run.number).limit(50))).all()


async def written(session: AsyncSession, course: Course) -> Written:
    """The chapters and lessons of a course as they are being written. Three statements."""
    outline = await session.scalar(select(Outline).where(Outline.course_id == course.id))
    if outline is None:
        return Written(course, None)
    chapters = (
        await session.scalars(
            select(Chapter)
            .where(Chapter.outline_id == outline.id, Chapter.deleted_at.is_(None))
            .order_by(Chapter.position, Chapter.id)
        )
    ).all()
    lessons = (
        await session.scalars(
            select(Lesson)
            .where(Lesson.chapter_id.in_([one.id for one in chapters]), Lesson.deleted_at.is_(None))
            .order_by(Lesson.position, Lesson.id)
        )
    ).all()
    parts = [Part(one, [lesson for lesson in lessons if lesson.chapter_id == one.id]) for one in chapters]
    return Written(course, outline, parts)


async def gone(session: AsyncSession, outline: Outline | None, now: datetime) -> Gone:
    """What was deleted in the last thirty days, the newest first. Two statements."""
    if outline is None:
        return Gone((), ())
    since = now - RESTORABLE
    chapters = await session.scalars(
        select(Chapter)
        .where(Chapter.outline_id == outline.id, Chapter.deleted_at >= since)
        .order_by(Chapter.deleted_at.desc(), Chapter.id)
    )
    lessons = await session.scalars(
        select(Lesson)
        .join(Chapter, Chapter.id == Lesson.chapter_id)
        .where(Chapter.outline_id == outline.id, Chapter.deleted_at.is_(None), Lesson.deleted_at >= since)
        .order_by(Lesson.deleted_at.desc(), Lesson.id)
    )
    return Gone(chapters.all(), lessons.all())


async def files_of(session: AsyncSession, outline: Outline | None) -> Mapping[str, LessonFile]:
    """The files of a course by name, in the order of their names. One statement."""
    if outline is None:
        return {}
    found = await session.scalars(
        select(LessonFile)
        .where(LessonFile.outline_id == outline.id, LessonFile.deleted_at.is_(None))
        .order_by(LessonFile.name)
    )
    return {one.name: one for one in found}


async def writable(
    session: AsyncSession, actor: Actor, *, with_templates: bool = False
) -> Sequence[Writable]:
    """The courses that one may write for, those with lessons first; with templates of others if wanted. Two statements."""
    allowed = select(Course, Outline).outerjoin(Outline, Outline.course_id == Course.id)
    if Scope.ALL not in actor.scopes("U", "lesson"):
        mine = exists().where(
            Run.course_id == Course.id, Run.state != RunState.CANCELLED, _taught_by(actor.person_id)
        )
        allowed = allowed.where(or_(mine, Outline.is_template.is_(True)) if with_templates else mine)
    rows = (await session.execute(allowed.order_by(Outline.id.is_(None), Course.title_de, Course.id))).all()
    counted = await session.execute(
        select(Chapter.outline_id, func.count(Lesson.id))
        .join(Lesson, Lesson.chapter_id == Chapter.id)
        .where(Chapter.deleted_at.is_(None), Lesson.deleted_at.is_(None))
        .group_by(Chapter.outline_id)
    )
    counts = {row[0]: row[1] for row in counted}
    newest = await newest_editions(session)
    return [_writable(row.Course, row.Outline, counts, newest) for row in rows]


def _writable(
    course: Course, outline: Outline | None, counts: Mapping[UUID, int], newest: Mapping[UUID, Edition]
) -> Writable:
    return Writable(
        course, outline, counts.get(outline.id, 0) if outline is not None else 0, newest.get(course.id)
    )


async def newest_editions(session: AsyncSession) -> Mapping[UUID, Edition]:
    """The newest edition of every course that has one. One statement."""
    last = select(func.max(Edition.number)).where(Edition.course_id == Course.id).correlate(Course)
    rows = await session.scalars(
        select(Edition)
        .join(Course, Course.id == Edition.course_id)
        .where(Edition.number == last.scalar_subquery())
    )
    return {one.course_id: one for one in rows}


async def _teaches_run(session: AsyncSession, actor: Actor, run_id: UUID) -> bool:
    if actor.person_id is None:
        return False
    return (
        await session.scalar(select(Run.id).where(Run.id == run_id, _taught_by(actor.person_id)))
    ) is not None


def _taught_by(person_id: UUID | None) -> ColumnElement[bool]:
    """Whether somebody teaches the run of the query, or a session of it."""
    return or_(
        exists().where(RunTrainer.run_id == Run.id, RunTrainer.person_id == person_id),
        exists().where(
            Session.run_id == Run.id,
            SessionTrainer.session_id == Session.id,
            SessionTrainer.person_id == person_id,
        ),
    )
