"""Courses for programs that plan: making them and writing them anew."""

from typing import Annotated, Self
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field

from lms.catalogue.models import Audience, Level
from lms.catalogue.queries import WholeCourse, whole_course
from lms.catalogue.service import Courses, CourseWords, Goal
from lms.db import Begin
from lms.kernel.actor import Actor, ensure
from lms.web.access import may

Title = Annotated[str, Meta(min_length=1, max_length=140)]
Line = Annotated[str, Meta(max_length=300)]
LongText = Annotated[str, Meta(max_length=20_000)]
Age = Annotated[int, Meta(ge=0, le=120)]
Cents = Annotated[int, Meta(ge=0, le=100_000_00)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class OutcomeShape(Struct, forbid_unknown_fields=True):
    """What a learner can do afterwards, by DigComp 2.2 competence ("1.2") and level (1 to 8)."""

    sentence_de: Annotated[str, Meta(min_length=1, max_length=300)]
    competence: Annotated[str, Meta(pattern=r"^[1-5]\.[1-6]$")]
    proficiency: Annotated[int, Meta(ge=1, le=8)]
    sentence_en: Line = ""


class CourseIn(Struct, forbid_unknown_fields=True):
    """A whole course; amounts in cents, texts in Markdown."""

    title_de: Title
    audiences: Annotated[list[Audience], Meta(min_length=1, max_length=4)]
    title_en: Annotated[str, Meta(max_length=140)] = ""
    summary_de: LongText = ""
    summary_en: LongText = ""
    text_de: LongText = ""
    text_en: LongText = ""
    prior_knowledge_de: LongText = ""
    prior_knowledge_en: LongText = ""
    bring_de: LongText = ""
    bring_en: LongText = ""
    level: Level = Level.NONE
    language: Annotated[str, Meta(pattern="^[a-z]{2}$")] = "de"
    min_age: Age | None = None
    max_age: Age | None = None
    default_sessions: Annotated[int, Meta(ge=1, le=60)] = 4
    default_minutes: Annotated[int, Meta(ge=15, le=600)] = 90
    default_capacity: Annotated[int, Meta(ge=1, le=500)] = 12
    default_minimum: Annotated[int, Meta(ge=1, le=500)] = 5
    default_price_cents: Cents = 0
    default_concession_cents: Cents | None = None
    certificate_threshold_percent: Percent = 80
    has_withdrawal_right: bool = True
    withdrawal_reason_de: Annotated[str, Meta(max_length=300)] = ""
    withdrawal_reason_en: Annotated[str, Meta(max_length=300)] = ""
    topic_ids: Annotated[list[UUID], Meta(max_length=20)] = field(default_factory=list)
    outcomes: Annotated[list[OutcomeShape], Meta(max_length=20)] = field(default_factory=list)

    def words(self) -> CourseWords:
        """The course as the service takes it."""
        same = {
            name: getattr(self, name)
            for name in CourseIn.__struct_fields__
            if name not in {"audiences", "topic_ids", "outcomes"}
        }
        return CourseWords(
            **same,
            audiences=tuple(self.audiences),
            topic_ids=tuple(self.topic_ids),
            outcomes=tuple(
                Goal(
                    sentence_de=one.sentence_de,
                    sentence_en=one.sentence_en,
                    competence=one.competence,
                    proficiency=one.proficiency,
                )
                for one in self.outcomes
            ),
        )


class CourseChange(CourseIn, forbid_unknown_fields=True, kw_only=True):
    """A course written anew; `version` is the one that was read."""

    version: int


class CourseState(Struct):
    """A course as planners edit it."""

    id: UUID
    slug: str
    version: int
    title_de: str
    title_en: str
    audiences: list[Audience]
    topic_ids: list[UUID]
    outcomes: list[OutcomeShape]

    @classmethod
    def from_row(cls, whole: WholeCourse) -> Self:
        """The course as it goes over the wire."""
        return cls(
            id=whole.course.id,
            slug=whole.course.slug,
            version=whole.course.version,
            title_de=whole.course.title_de,
            title_en=whole.course.title_en,
            audiences=list(whole.audiences),
            topic_ids=[topic.id for topic in whole.topics],
            outcomes=[
                OutcomeShape(
                    sentence_de=one.sentence_de,
                    competence=one.competence,
                    proficiency=one.proficiency,
                    sentence_en=one.sentence_en,
                )
                for one in whole.outcomes
            ],
        )


class CourseDoor(Controller):
    """What planners do with courses."""

    path = "/api/v1/planning/courses"
    tags = ("planning",)

    @post(opt=may("C", "plan"))
    async def create(
        self,
        data: JSONBody[CourseIn],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        courses: NamedDependency[Courses],
    ) -> CourseState:
        """Make a course."""
        course = await courses.create(actor, words=data.words())
        return await _state(begin, course.id)

    @get("/{course_id:uuid}", opt=may("R", "plan"))
    async def read(
        self, course_id: FromPath[UUID], actor: NamedDependency[Actor], begin: NamedDependency[Begin]
    ) -> CourseState:
        """One course with the version that a change has to name."""
        ensure(actor.may_for_all("R", "plan"), actor)
        return await _state(begin, course_id)

    @put("/{course_id:uuid}", opt=may("U", "plan"))
    async def change(
        self,
        course_id: FromPath[UUID],
        data: JSONBody[CourseChange],
        actor: NamedDependency[Actor],
        begin: NamedDependency[Begin],
        courses: NamedDependency[Courses],
    ) -> CourseState:
        """Write it anew; 409 when somebody else was quicker."""
        words = CourseIn.words(data)
        await courses.change(actor, course_id=course_id, words=words, version=data.version)
        return await _state(begin, course_id)


async def _state(begin: Begin, course_id: UUID) -> CourseState:
    async with begin.reading() as session:
        return CourseState.from_row(await whole_course(session, course_id))
