"""Reading the quiz that somebody writes, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from content.errors import ContentError
from content.lesson import Heading, read_lesson
from content.quiz.checking import Found, found
from content.quiz.questions import Quiz
from lms.catalogue.models import Course, Run, RunState
from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.learning import policy
from lms.learning.models import Chapter, Lesson, LessonFile, LessonKind, Outline
from lms.learning.queries import teaches_course
from lms.quizzes.editing.changes import Body, read_body
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.language import current_language

__all__ = ["Writing", "headings_of", "quizzes_to_take_from", "writing"]
PICTURES = "image/"
WITH_HEADINGS = frozenset({LessonKind.TEXT, LessonKind.PRACTICE})


@dataclass(frozen=True, slots=True)
class Writing:
    """A quiz as its author sees it, with the lessons and files of its course."""

    course: Course
    outline: Outline
    lesson: Lesson
    body: Body
    lessons: Sequence[Lesson]
    files: Mapping[str, LessonFile]

    @property
    def quiz(self) -> Quiz:
        """The quiz itself."""
        return self.body.quiz

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def pictures(self) -> Sequence[LessonFile]:
        """The pictures among the files, by name."""
        return [
            self.files[name]
            for name in sorted(self.files)
            if self.files[name].media_type.startswith(PICTURES)
        ]

    @property
    def found(self) -> Sequence[Found]:
        """What is to be mended."""
        return found(self.quiz, files=self.files.keys(), lessons={str(one.id) for one in self.lessons})


async def writing(session: AsyncSession, actor: Actor, course_id: UUID, lesson_id: UUID) -> Writing:
    """The quiz, for who may write the lessons of its course; raises NotFound for everybody else (S-03). Four statements."""
    row = (
        await session.execute(
            select(Course, Outline, Lesson)
            .join(Outline, Outline.course_id == Course.id)
            .join(Chapter, Chapter.outline_id == Outline.id)
            .join(Lesson, Lesson.chapter_id == Chapter.id)
            .where(
                Course.id == course_id,
                Lesson.id == lesson_id,
                Lesson.kind == LessonKind.QUIZ,
                Lesson.deleted_at.is_(None),
                Chapter.deleted_at.is_(None),
            )
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    teaches = await teaches_course(session, actor, course_id)
    if row is None or not policy.may_write(actor, teaches=teaches):
        raise NotFound
    lessons = await session.scalars(
        select(Lesson)
        .join(Chapter, Chapter.id == Lesson.chapter_id)
        .where(
            Chapter.outline_id == row.Outline.id, Lesson.deleted_at.is_(None), Chapter.deleted_at.is_(None)
        )
        .order_by(Chapter.position, Lesson.position)
    )
    files = await session.scalars(
        select(LessonFile).where(LessonFile.outline_id == row.Outline.id, LessonFile.deleted_at.is_(None))
    )
    return Writing(
        row.Course,
        row.Outline,
        row.Lesson,
        read_body(row.Lesson.body),
        lessons.all(),
        {one.name: one for one in files},
    )


async def quizzes_to_take_from(
    session: AsyncSession, actor: Actor, here: Writing
) -> Sequence[tuple[Course, Lesson]]:
    """Other quizzes whose questions the actor may take over: of all courses that they may write. Two statements."""
    rows = await session.execute(
        select(Course, Lesson)
        .join(Outline, Outline.course_id == Course.id)
        .join(Chapter, Chapter.outline_id == Outline.id)
        .join(Lesson, Lesson.chapter_id == Chapter.id)
        .where(
            Lesson.kind == LessonKind.QUIZ,
            Lesson.id != here.lesson.id,
            Lesson.deleted_at.is_(None),
            Chapter.deleted_at.is_(None),
        )
        .order_by(Course.title_de, Chapter.position, Lesson.position)
    )
    taught = await _taught_courses(session, actor)
    return [
        (course, lesson)
        for course, lesson in rows.all()
        if policy.may_write(actor, teaches=course.id in taught) and read_body(lesson.body).quiz.questions
    ]


async def _taught_courses(session: AsyncSession, actor: Actor) -> Collection[UUID]:
    """The courses of which the actor teaches a run, or a session of one. One statement."""
    by_session = (
        select(Session.run_id)
        .join(SessionTrainer, SessionTrainer.session_id == Session.id)
        .where(SessionTrainer.person_id == actor.person_id)
    )
    by_run = select(RunTrainer.run_id).where(RunTrainer.person_id == actor.person_id)
    found = await session.scalars(
        select(Run.course_id)
        .where(or_(Run.id.in_(by_run), Run.id.in_(by_session)), Run.state != RunState.CANCELLED)
        .distinct()
    )
    return set(found)


def headings_of(lesson: Lesson) -> Sequence[Heading]:
    """The headings of a lesson to which a question can point; none where its text cannot be read."""
    if lesson.kind not in WITH_HEADINGS:
        return ()
    try:
        return read_lesson(lesson.text).headings
    except ContentError:
        return ()
