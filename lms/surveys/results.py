"""Reading surveys and what may be shown of them, in a session somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.surveys import policy, rules
from lms.surveys.models import Occasion, Survey, SurveyBox, SurveyMark, SurveyTrainer
from lms.surveys.rules import Result, box_of
from lms.web.language import current_language

COMMENT_SHOWN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Line:
    """One survey in a list: whether it is shown is known as soon as it is closed."""

    survey: Survey
    run: Run
    course: Course
    sheets: int
    trainers: Sequence[Person]

    @property
    def title(self) -> str:
        """The course's title in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def names(self) -> str:
        """Who taught."""
        return ", ".join(one.name for one in self.trainers)


async def lines(
    session: AsyncSession, *, trainer_id: UUID | None = None, survey_id: UUID | None = None
) -> Sequence[Line]:
    """All surveys, the latest first; those of one trainer, or the one. Two statements."""
    wanted = (
        select(Survey, Run, Course, SurveyBox.sheets)
        .join(Run, Run.id == Survey.run_id)
        .join(Course, Course.id == Survey.course_id)
        .join(SurveyBox, SurveyBox.survey_id == Survey.id)
        .order_by(Survey.opened_at.desc(), Survey.id)
    )
    if trainer_id is not None:
        own = select(SurveyTrainer.survey_id).where(SurveyTrainer.person_id == trainer_id)
        wanted = wanted.where(Survey.id.in_(own))
    if survey_id is not None:
        wanted = wanted.where(Survey.id == survey_id)
    rows = (await session.execute(wanted)).all()
    people = await _trainers(session, [row.Survey.id for row in rows])
    return [Line(row.Survey, row.Run, row.Course, row.sheets, people.get(row.Survey.id, ())) for row in rows]


async def line_for(session: AsyncSession, actor: Actor, survey_id: UUID) -> Line:
    """One survey for whoever may see its results. Raises NotFound for everybody else."""
    found = await lines(session, survey_id=survey_id)
    if not found or not policy.may_see_results(actor, [one.id for one in found[0].trainers]):
        raise NotFound
    return found[0]


@dataclass(frozen=True, slots=True)
class Unit:
    """Runs that are shown together, with what may be shown of them."""

    closed_at: datetime
    occasion: Occasion
    numbers: Sequence[str]
    course: Course
    trainers: frozenset[UUID]
    sheets: int
    boxes: Sequence[rules.Box]

    @property
    def year(self) -> int:
        """The year in which the last of its surveys was closed."""
        return local(self.closed_at).year

    @property
    def results(self) -> Sequence[Result]:
        """Question by question."""
        return rules.results(self.boxes)

    def mean(self, digest: str) -> float | None:
        """The average of one question, where it is shown."""
        return next((one.mean for one in self.results if one.question.digest == digest), None)


async def units(
    session: AsyncSession,
    *,
    course_id: UUID | None = None,
    trainer_id: UUID | None = None,
    unit_id: UUID | None = None,
) -> Sequence[Unit]:
    """Every unit of the selection, whole, the oldest first; two statements.

    All surveys of a unit are of one course, one occasion and the same trainers, so no selection takes a unit apart.
    """
    wanted = (
        select(Survey, Run.number, Course, SurveyBox)
        .join(Run, Run.id == Survey.run_id)
        .join(Course, Course.id == Survey.course_id)
        .join(SurveyBox, SurveyBox.survey_id == Survey.id)
        .where(Survey.unit_id.is_not(None), Survey.closed_at.is_not(None))
        .order_by(Survey.closed_at, Survey.id)
    )
    if course_id is not None:
        wanted = wanted.where(Survey.course_id == course_id)
    if trainer_id is not None:
        own = select(SurveyTrainer.survey_id).where(SurveyTrainer.person_id == trainer_id)
        wanted = wanted.where(Survey.id.in_(own))
    if unit_id is not None:
        wanted = wanted.where(Survey.unit_id == unit_id)
    rows = (await session.execute(wanted)).all()
    people = await _trainers(session, [row.Survey.id for row in rows])
    by_unit: dict[UUID, list[tuple[Survey, str, Course, SurveyBox]]] = {}
    for survey, number, course, box in rows:
        by_unit.setdefault(survey.unit_id or survey.id, []).append((survey, number, course, box))
    found = [_unit(one, members, people) for one, members in by_unit.items()]
    return sorted(found, key=lambda one: one.closed_at)


def _unit(
    unit_id: UUID,
    members: Sequence[tuple[Survey, str, Course, SurveyBox]],
    people: Mapping[UUID, Sequence[Person]],
) -> Unit:
    return Unit(
        closed_at=max(survey.closed_at or survey.closes_at for survey, _, _, _ in members),
        occasion=members[0][0].occasion,
        numbers=sorted(number for _, number, _, _ in members),
        course=members[0][2],
        trainers=frozenset(one.id for one in people.get(members[0][0].id, ())),
        sheets=sum(box.sheets for _, _, _, box in members),
        boxes=[box_of(unit_id, survey.questions, box) for survey, _, _, box in members],
    )


async def _trainers(session: AsyncSession, survey_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Person]]:
    rows = await session.execute(
        select(SurveyTrainer.survey_id, Person)
        .join(Person, Person.id == SurveyTrainer.person_id)
        .where(SurveyTrainer.survey_id.in_(survey_ids))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    found: dict[UUID, list[Person]] = {}
    for survey_id, person in rows:
        found.setdefault(survey_id, []).append(person)
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey on *Meine Kurse*: still to be answered, or with a word of the trainer on what came of it."""

    enrolment_id: UUID
    person_id: UUID
    title: str
    name: str
    closes_at: datetime
    comment: str = ""
    is_first: bool = False

    @property
    def path(self) -> str:
        """Where it is answered or read."""
        return f"/meine-kurse/{self.enrolment_id}/umfrage{'/erster-termin' if self.is_first else ''}"


async def asked_of(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[Asked]:
    """What the actor and their household may answer now, and comments of the last two months; one statement."""
    persons = actor.persons_for("C", "survey")
    if not persons:
        return ()
    is_open = (Survey.closed_at.is_(None)) & (Survey.closes_at > now) & SurveyMark.enrolment_id.is_(None)
    is_said = (Survey.comment != "") & (Survey.commented_at > now - COMMENT_SHOWN)
    rows = await session.execute(
        select(Survey, Course, Enrolment.id, Person)
        .join(Course, Course.id == Survey.course_id)
        .join(Enrolment, Enrolment.run_id == Survey.run_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(
            SurveyMark, (SurveyMark.enrolment_id == Enrolment.id) & (SurveyMark.survey_id == Survey.id)
        )
        .where(
            Enrolment.person_id.in_(list(persons)),
            Enrolment.state == EnrolmentState.CONFIRMED,
            is_open | is_said,
        )
        .order_by(Survey.closes_at, Enrolment.id)
    )
    is_english = current_language() == "en"
    return [
        Asked(
            enrolment_id,
            person.id,
            (is_english and course.title_en) or course.title_de,
            person.name,
            survey.closes_at,
            survey.comment,
            survey.occasion is Occasion.FIRST_SESSION,
        )
        for survey, course, enrolment_id, person in rows
    ]
