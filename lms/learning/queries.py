"""Reading lessons, in a session somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.db import lessons_kept_days
from lms.enrolment.models import Enrolment
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.learning import policy, rules
from lms.learning.errors import NotYetOpen
from lms.learning.models import (
    Edition,
    EditionFile,
    EditionLesson,
    LessonKind,
    Progress,
    Release,
    RunEdition,
)
from lms.messaging.models import AddressForm
from lms.people.models import Person
from lms.people.rules import is_du
from lms.scheduling.models import RunTrainer, Session, SessionTrainer
from lms.web.language import current_language, say_du


@dataclass(frozen=True, slots=True)
class Offered:
    """A lesson as the learners of a run meet it. `opens_at` None with `is_open` False: its session has no date yet."""

    lesson: EditionLesson
    is_open: bool
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One learner in the lessons of one run."""

    enrolment: Enrolment
    run: Run
    course: Course
    edition: Edition | None
    lessons: Sequence[Offered]
    progress: dict[UUID, Progress]

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def done(self) -> int:
        """How many lessons are done."""
        return sum(self.is_done(one.lesson.lesson_id) for one in self.lessons)

    def is_done(self, lesson_id: UUID) -> bool:
        """Whether this one is."""
        found = self.progress.get(lesson_id)
        return found is not None and found.done_at is not None

    @property
    def next(self) -> Offered | None:
        """Where to go on: the first open lesson that is not done."""
        return next(
            (one for one in self.lessons if one.is_open and not self.is_done(one.lesson.lesson_id)), None
        )

    def around(self, lesson_id: UUID) -> tuple[Offered | None, Offered | None]:
        """The lesson before and the one after."""
        index = next(i for i, one in enumerate(self.lessons) if one.lesson.lesson_id == lesson_id)
        before = self.lessons[index - 1] if index else None
        return before, self.lessons[index + 1] if index + 1 < len(self.lessons) else None


async def place_of(session: AsyncSession, actor: Actor, enrolment_id: UUID, now: datetime) -> Place:
    """Where somebody is in the lessons of their run, which may have none. Raises NotFound for strangers. Six statements at most.

    The right is looked at anew with each request (S-04). Whoever reads their own lessons is called du from here on when they are
    a minor, or wish it.
    """
    enrolment = await session.get(Enrolment, enrolment_id)
    if enrolment is None:
        raise NotFound
    row = (
        await session.execute(
            select(Run, Course, Person)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Person, Person.id == enrolment.person_id)
            .where(Run.id == enrolment.run_id)
        )
    ).one()
    until = rules.readable_until(row.Run.ends_at, lessons_kept_days(session))
    if not policy.may_learn(actor, enrolment, until=until, now=now):
        raise NotFound
    say_du(wanted=actor.person_id == enrolment.person_id and _is_du(row.Person, now))
    edition = await edition_of(session, row.Run, now)
    found = await session.scalars(select(Progress).where(Progress.enrolment_id == enrolment_id))
    lessons = await offered(session, row.Run.id, edition, now) if edition else ()
    return Place(enrolment, row.Run, row.Course, edition, lessons, {one.lesson_id: one for one in found})


def _is_du(person: Person | None, now: datetime) -> bool:
    return person is not None and is_du(
        person.birth_date, local(now).date(), is_informal=person.address_form is AddressForm.INFORMAL
    )


def long_over(session: AsyncSession, now: datetime) -> Select[UUID]:
    """The enrolments whose working papers are forgotten, for a condition (`rules.forgotten_before`)."""
    before = rules.forgotten_before(now, lessons_kept_days(session))
    return select(Enrolment.id).join(Run, Run.id == Enrolment.run_id).where(Run.ends_at < before)


async def lesson_for(
    session: AsyncSession,
    actor: Actor,
    enrolment_id: UUID,
    lesson_id: UUID,
    now: datetime,
    *,
    kinds: frozenset[LessonKind],
) -> tuple[Place, EditionLesson]:
    """A lesson of one's own course. Raises NotFound where there is none of these kinds, and NotYetOpen."""
    place = await place_of(session, actor, enrolment_id, now)
    found = next((one for one in place.lessons if one.lesson.lesson_id == lesson_id), None)
    if found is None or found.lesson.kind not in kinds:
        raise NotFound
    if not found.is_open:
        raise NotYetOpen
    return place, found.lesson


async def edition_of(session: AsyncSession, run: Run, now: datetime) -> Edition | None:
    """The edition that a run is taught by; None while nothing is published. Two statements at most."""
    chosen = await session.scalar(
        select(Edition)
        .join(RunEdition, RunEdition.edition_id == Edition.id)
        .where(RunEdition.run_id == run.id)
    )
    if chosen is not None:
        return chosen
    editions = await session.scalars(select(Edition).where(Edition.course_id == run.course_id))
    return rules.edition_at(editions.all(), run.starts_at, now)


async def lessons_of(session: AsyncSession, edition_id: UUID) -> Sequence[EditionLesson]:
    """All lessons of an edition, in order."""
    found = await session.scalars(
        select(EditionLesson).where(EditionLesson.edition_id == edition_id).order_by(EditionLesson.position)
    )
    return found.all()


async def files_of(session: AsyncSession, edition_id: UUID) -> dict[str, EditionFile]:
    """The files of an edition, by the name that its lessons use."""
    found = await session.scalars(select(EditionFile).where(EditionFile.edition_id == edition_id))
    return {one.name: one for one in found}


async def offered(session: AsyncSession, run_id: UUID, edition: Edition, now: datetime) -> Sequence[Offered]:
    """The lessons of a run with when they open. Two statements."""
    rows = await session.execute(
        select(Release, Session.starts_at)
        .outerjoin(Session, Session.id == Release.session_id)
        .where(Release.run_id == run_id)
    )
    releases = {release.lesson_id: (release, starts_at) for release, starts_at in rows}
    result = []
    for lesson in await lessons_of(session, edition.id):
        release, starts_at = releases.get(lesson.lesson_id, (None, None))
        opens_at = (release.from_at or starts_at) if release else None
        result.append(
            Offered(
                lesson,
                rules.is_open(
                    release.from_at if release else None, starts_at, now, waits=release is not None
                ),
                opens_at,
            )
        )
    return result


async def teaches_course(session: AsyncSession, actor: Actor, course_id: UUID) -> bool:
    """Whether the actor teaches a run of this course, or a session of one. One statement."""
    if actor.person_id is None:
        return False
    by_run = exists().where(RunTrainer.run_id == Run.id, RunTrainer.person_id == actor.person_id)
    by_session = exists().where(
        Session.run_id == Run.id,
        SessionTrainer.session_id == Session.id,
        SessionTrainer.person_id == actor.person_id,
    )
    found = exists().where(
        Run.course_id == course_id, Run.state != RunState.CANCELLED, or_(by_run, by_session)
    )
    return bool(await session.scalar(select(found)))
