"""Who is asked, and how far they are; nothing of what was answered is read here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Guardianship, Person
from lms.people.rules import is_minor
from lms.reports.figures.spans import session_minutes
from lms.reports.funding.models import FundingLine
from lms.reports.funding.queries import line_of, linked
from lms.reports.participants.models import AskState, FunderAsking, FunderQuestions, FunderSurvey, Stage
from lms.reports.participants.questions import Question, read
from lms.scheduling.models import Session, SessionState

AHEAD = timedelta(days=14)
"""So long before the first session people are asked: not those who give their place back soon."""
EXIT_FOR = timedelta(weeks=4)
"""So long after leaving the questions at the end are asked (german-practice.md, 8)."""


@dataclass(frozen=True, slots=True)
class Attending:
    """What somebody has planned in the runs of a line, over all of them. `left_at` is when they have left, or will have."""

    person_id: UUID
    minutes: int
    begins_at: datetime
    left_at: datetime


async def attending(session: AsyncSession, line_id: UUID) -> Mapping[UUID, Attending]:
    """Everybody with sessions of this line; one statement. Who comes to single sessions is a short contact and exempt."""
    rows = await session.execute(
        linked(
            select(
                Enrolment.person_id, Enrolment.state, Enrolment.ended_at, func.sum(session_minutes()),
                func.min(Session.starts_at), func.max(Session.ends_at),
            )
            .select_from(Session)
            .join(Run, Run.id == Session.run_id)
            .join(Enrolment, Enrolment.run_id == Session.run_id)
        )
        .where(
            line_of() == line_id, Session.state == SessionState.PLANNED,
            Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]), Enrolment.person_id.is_not(None),
            Enrolment.confirmed_at.is_not(None), Enrolment.is_drop_in.is_(False),
        )
        .group_by(Enrolment.id, Enrolment.person_id, Enrolment.state, Enrolment.ended_at)
    )  # fmt: skip
    found: dict[UUID, Attending] = {}
    for person_id, state, ended_at, minutes, begins_at, ends_at in rows:
        stays = state is EnrolmentState.CONFIRMED
        if person_id is None:
            continue
        if not stays and (ended_at is None or ended_at <= begins_at):
            continue  # the place was given back before anything began
        planned, left_at = (int(minutes), ends_at) if stays else (0, min(ended_at or ends_at, ends_at))
        known = found.get(person_id)
        found[person_id] = Attending(
            person_id,
            planned + (known.minutes if known else 0),
            min(begins_at, known.begins_at) if known else begins_at,
            max(left_at, known.left_at) if known else left_at,
        )
    return found


def is_due(one: Attending, survey: FunderSurvey, now: datetime) -> bool:
    """Whether somebody is asked at the beginning: enough is planned, it begins soon, and was not over before we asked at all."""
    return (
        one.minutes >= survey.from_minutes
        and one.begins_at <= now + AHEAD
        and local(one.left_at).date() >= survey.since
    )


async def survey_of(session: AsyncSession, line_id: UUID, *, lock: bool = False) -> FunderSurvey | None:
    """What the funder of this line wants to know; None where nothing was ever asked."""
    return await session.get(FunderSurvey, line_id, with_for_update=lock or None)


async def surveys(session: AsyncSession) -> Sequence[tuple[FunderSurvey, FundingLine]]:
    """All of them with their lines, by name; one statement."""
    rows = await session.execute(
        select(FunderSurvey, FundingLine)
        .join(FundingLine, FundingLine.id == FunderSurvey.line_id)
        .order_by(FundingLine.name)
    )
    return [(survey, line) for survey, line in rows]


async def latest_questions(session: AsyncSession, line_id: UUID) -> FunderQuestions | None:
    """What is asked now."""
    found: FunderQuestions | None = await session.scalar(
        select(FunderQuestions)
        .where(FunderQuestions.line_id == line_id)
        .order_by(FunderQuestions.version.desc())
        .limit(1)
    )
    return found


async def every_version(session: AsyncSession, line_id: UUID) -> Sequence[FunderQuestions]:
    """All there ever was, the oldest first."""
    found = await session.scalars(
        select(FunderQuestions).where(FunderQuestions.line_id == line_id).order_by(FunderQuestions.version)
    )
    return found.all()


@dataclass(frozen=True, slots=True)
class Progress:
    """How many must answer at a stage, and how far they are."""

    asked: int = 0
    answered: int = 0
    declined: int = 0
    double: int = 0

    @property
    def missing(self) -> int:
        """Who still has to say something."""
        return self.asked - self.answered - self.declined - self.double


async def progress(session: AsyncSession, line_id: UUID) -> Mapping[Stage, Progress]:
    """Of both stages; one statement."""
    rows = await session.execute(
        select(FunderAsking.entry, FunderAsking.exit, func.count())
        .where(FunderAsking.line_id == line_id)
        .group_by(FunderAsking.entry, FunderAsking.exit)
    )
    entry, exit_ = Counter[AskState](), Counter[AskState]()
    for first, last, number in rows:
        entry[first] += number
        if last is not None:
            exit_[last] += number
    return {
        stage: Progress(
            found.total(), found[AskState.ANSWERED], found[AskState.DECLINED], found[AskState.DOUBLE]
        )
        for stage, found in ((Stage.ENTRY, entry), (Stage.EXIT, exit_))
    }


@dataclass(frozen=True, slots=True)
class Missing:
    """Somebody who has not answered yet."""

    asking: FunderAsking
    person: Person
    stage: Stage
    is_minor: bool


async def missing(session: AsyncSession, line_id: UUID, today: date) -> Sequence[Missing]:
    """By name; one statement. The answers are not looked at: who has given them is in no table."""
    rows = await session.execute(
        select(FunderAsking, Person)
        .join(Person, Person.id == FunderAsking.person_id)
        .where(
            FunderAsking.line_id == line_id,
            (FunderAsking.entry == AskState.ASKED)
            | ((FunderAsking.exit == AskState.ASKED) & (FunderAsking.exit_until >= today)),
        )
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    return [
        Missing(asking, person, open_stage(asking, today) or Stage.ENTRY, is_minor(person.birth_date, today))
        for asking, person in rows
    ]


def open_stage(asking: FunderAsking, today: date) -> Stage | None:
    """What somebody is asked now; None where they have said everything, or declined."""
    if asking.entry is AskState.ASKED:
        return Stage.ENTRY
    if asking.exit is AskState.ASKED and asking.exit_until is not None and today <= asking.exit_until:
        return Stage.EXIT
    return None


@dataclass(frozen=True, slots=True)
class Open:
    """One asking with all its page needs."""

    asking: FunderAsking
    line: FundingLine
    person: Person
    questions: Sequence[Question]
    kept: FunderQuestions
    survey: FunderSurvey


async def opened(session: AsyncSession, asking_id: UUID) -> Open:
    """Raises NotFound."""
    asking = await session.get(FunderAsking, asking_id)
    if asking is None:
        raise NotFound
    kept = await latest_questions(session, asking.line_id)
    survey = await survey_of(session, asking.line_id)
    if kept is None or survey is None:
        raise NotFound
    return Open(
        asking=asking,
        line=await session.get_one(FundingLine, asking.line_id),
        person=await session.get_one(Person, asking.person_id),
        questions=read(kept.questions),
        kept=kept,
        survey=survey,
    )


async def reader_of(session: AsyncSession, person: Person, today: date) -> Person | None:
    """Who is asked for this person: themselves, for minors a guardian; None where a minor has none we know, or they disagree."""
    if not is_minor(person.birth_date, today):
        return person
    rows = await session.scalars(
        select(Guardianship)
        .where(Guardianship.child_id == person.id, Guardianship.ended_at.is_(None))
        .order_by(Guardianship.id)
    )
    found = rows.all()
    if not found or any(one.conflict_since for one in found):
        return None
    return await session.get(Person, found[0].guardian_id)


@dataclass(frozen=True, slots=True)
class AskedHere:
    """On *Meine Kurse*: questions that wait for somebody of the household."""

    asking_id: UUID
    person_id: UUID
    name: str
    line: str
    stage: Stage


async def asked_of(session: AsyncSession, actor: Actor, now: datetime) -> Sequence[AskedHere]:
    """What the actor may answer now; minors do not answer themselves. One statement."""
    persons = actor.persons_for("C", "funder-answers")
    if not persons:
        return ()
    today = local(now).date()
    rows = await session.execute(
        select(FunderAsking, Person, FundingLine.name)
        .join(Person, Person.id == FunderAsking.person_id)
        .join(FundingLine, FundingLine.id == FunderAsking.line_id)
        .join(FunderSurvey, FunderSurvey.line_id == FunderAsking.line_id)
        .where(FunderAsking.person_id.in_(list(persons)), FunderSurvey.is_on)
        .order_by(FundingLine.name, Person.given_name, FunderAsking.id)
    )
    return [
        AskedHere(asking.id, person.id, person.name, line, stage)
        for asking, person, line in rows
        if (stage := open_stage(asking, today)) is not None
        and not (is_minor(person.birth_date, today) and person.id == actor.person_id)
    ]
