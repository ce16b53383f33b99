"""What the planners do with courses; every public method is one transaction."""

from dataclasses import dataclass, fields
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue import policy
from lms.catalogue.errors import AgesTheWrongWayRound, UnknownCompetence, UnknownTopic
from lms.catalogue.events import CourseChanged
from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Level, Outcome, Topic
from lms.catalogue.rules import is_competence, slug_of
from lms.catalogue.search import index_course
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a learner can do afterwards, by its DigComp 2.2 competence ("1.2") and level (1 to 8)."""

    sentence_de: str
    sentence_en: str = ""
    competence: str
    proficiency: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseWords:
    """Everything that is written about a course, and its defaults for new runs. Money in cents."""

    title_de: str
    title_en: str = ""
    summary_de: str = ""
    summary_en: str = ""
    text_de: str = ""
    text_en: str = ""
    prior_knowledge_de: str = ""
    prior_knowledge_en: str = ""
    bring_de: str = ""
    bring_en: str = ""
    level: Level = Level.NONE
    language: str = "de"
    min_age: int | None = None
    max_age: int | None = None
    default_sessions: int = 4
    default_minutes: int = 90
    default_capacity: int = 12
    default_minimum: int = 5
    default_price_cents: int = 0
    default_concession_cents: int | None = None
    certificate_threshold_percent: int = 80
    has_withdrawal_right: bool = True
    withdrawal_reason_de: str = ""
    withdrawal_reason_en: str = ""
    audiences: tuple[Audience, ...] = ()
    topic_ids: tuple[UUID, ...] = ()
    outcomes: tuple[Goal, ...] = ()


BESIDE = frozenset({"audiences", "topic_ids", "outcomes"})
"""What has a table of its own."""


class Courses:
    """Making courses and keeping them true."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def create(self, actor: Actor, *, words: CourseWords, course_id: UUID | None = None) -> Course:
        """A new course. Under an id of the caller's it is made once, however often it is sent.

        Raises UnknownTopic, UnknownCompetence, AgesTheWrongWayRound.
        """
        ensure(policy.may_make(actor), actor)
        _refuse_nonsense(words)
        async with self.begin() as session:
            known = await session.get(Course, course_id) if course_id else None
            if known is not None:
                return known
            course = Course(
                slug=await _free_slug(session, words.title_de),
                title_de=words.title_de,
                created_at=self.clock(),
            )
            course.id = course_id or course.id
            session.add(course)
            await self._write(session, course, words)
            record(
                session, actor, "course.created", at=self.clock(), kind="course", object_id=course.id,
                after={"title_de": course.title_de},
            )  # fmt: skip
        return course

    @retried
    async def change(self, actor: Actor, *, course_id: UUID, words: CourseWords, version: int) -> Course:
        """Write a course anew; its address stays. Raises NotFound, Stale and what `create` raises."""
        ensure(policy.may_change(actor), actor)
        _refuse_nonsense(words)
        async with self.begin() as session:
            course = await session.get(Course, course_id, with_for_update=True)
            if course is None:
                raise NotFound
            if course.version != version:
                raise Stale
            before = {name: getattr(course, name) for name in AUDITED}
            changed = [
                one.name
                for one in fields(words)
                if one.name not in BESIDE and getattr(course, one.name) != getattr(words, one.name)
            ]
            course.version += 1
            await self._write(session, course, words)
            after = {name: getattr(course, name) for name in AUDITED if name in changed}
            record(
                session, actor, "course.changed", at=self.clock(), kind="course", object_id=course.id,
                before={name: before[name] for name in after}, after={**after, "changed": changed},
            )  # fmt: skip
        return course

    async def _write(self, session: AsyncSession, course: Course, words: CourseWords) -> None:
        for one in fields(words):
            if one.name not in BESIDE:
                setattr(course, one.name, getattr(words, one.name))
        await session.flush()
        await self._write_beside(session, course.id, words)
        await index_course(session, course)
        announce(session, CourseChanged(course_id=course.id), at=self.clock())

    @staticmethod
    async def _write_beside(session: AsyncSession, course_id: UUID, words: CourseWords) -> None:
        known = await session.scalar(
            select(func.count()).select_from(Topic).where(Topic.id.in_(words.topic_ids))
        )
        if known != len(set(words.topic_ids)):
            raise UnknownTopic
        for table in (CourseAudience, CourseTopic, Outcome):
            await session.execute(delete(table).where(table.course_id == course_id))
        session.add_all(
            CourseAudience(course_id=course_id, audience=one) for one in dict.fromkeys(words.audiences)
        )
        session.add_all(
            CourseTopic(course_id=course_id, topic_id=one) for one in dict.fromkeys(words.topic_ids)
        )
        session.add_all(
            Outcome(
                course_id=course_id,
                position=position,
                sentence_de=goal.sentence_de,
                sentence_en=goal.sentence_en,
                competence=goal.competence,
                proficiency=goal.proficiency,
            )
            for position, goal in enumerate(words.outcomes)
        )
        await session.flush()


AUDITED = ("title_de", "title_en", "default_price_cents", "certificate_threshold_percent")
"""Short facts whose former value the history shows; long texts are only named."""


def _refuse_nonsense(words: CourseWords) -> None:
    if any(not is_competence(goal.competence, goal.proficiency) for goal in words.outcomes):
        raise UnknownCompetence
    if words.min_age is not None and words.max_age is not None and words.min_age > words.max_age:
        raise AgesTheWrongWayRound


async def _free_slug(session: AsyncSession, title: str) -> str:
    """The address made of the title; a second course of that title gets a number behind it."""
    stem = slug_of(title)
    taken = set(
        await session.scalars(select(Course.slug).where(Course.slug.startswith(stem, autoescape=True)))
    )
    if stem not in taken:
        return stem
    return next(f"{stem}-{number}" for number in range(2, len(taken) + 3) if f"{stem}-{number}" not in taken)
