"""Who gets a certificate and who does not, for any choice of people: runs, a course in a time, a company, one person, everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.certification.eligibility import TAKING_PART, Candidate, Lack, candidates_among
from lms.certification.models import BatchItem, BatchItemState, Certificate, CertificateState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import at_venue
from lms.people.models import Company, Person

MOST_IDS = 200
DAY = timedelta(days=1)


class Verdict(StrEnum):
    """Whether somebody gets one now, or why not."""

    GETS = "gets"
    HOLDS = "holds"
    UNDER_WAY = "under_way"
    OPEN = "open"
    MARKS = "marks"
    UNITS = "units"
    EXAM = "exam"
    LESSONS = "lessons"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Prospect:
    """One person's taking part in one run. `number` is that of the certificate that they hold for it."""

    enrolment_id: UUID
    person: Person
    run: Run
    course: Course
    candidate: Candidate
    verdict: Verdict
    certificate_id: UUID | None = None
    number: str = ""
    was_revoked: bool = False
    """Whether one was taken back from them: another is issued only to whom somebody means to give it."""

    @property
    def is_due(self) -> bool:
        """Whether they get one as a matter of course: whoever had one revoked gets none until somebody decides so."""
        return self.verdict is Verdict.GETS and not self.was_revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A choice of people, as it stands in an address; what is chosen narrows, an empty one chooses nobody.

    `first` and `last` are days at the venues, both included, on which a run ends.
    """

    run_ids: tuple[UUID, ...] = ()
    course_id: UUID | None = None
    company_id: UUID | None = None
    person_id: UUID | None = None
    first: date | None = None
    last: date | None = None
    is_everybody: bool = False

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, Any]]) -> Self:
        """Out of the parameters of an address or the fields of a form; what makes no sense is left out."""
        sent: dict[str, list[str]] = {}
        for name, value in pairs:
            if isinstance(value, str) and value:
                sent.setdefault(name, []).append(value)
        ids = [found for text in sent.get("lauf", [])[:MOST_IDS] if (found := uuid_in(text))]
        return cls(
            run_ids=tuple(dict.fromkeys(ids)),
            course_id=uuid_in(_one(sent, "kurs")),
            company_id=uuid_in(_one(sent, "unternehmen")),
            person_id=uuid_in(_one(sent, "person")),
            first=day_in(_one(sent, "von")),
            last=day_in(_one(sent, "bis")),
            is_everybody=_one(sent, "alle") == "1",
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same as parameters of an address."""
        named = [
            ("kurs", self.course_id), ("unternehmen", self.company_id), ("person", self.person_id), ("von", self.first),
            ("bis", self.last), ("alle", "1" if self.is_everybody else ""),
        ]  # fmt: skip
        return [("lauf", str(one)) for one in self.run_ids] + [(name, str(one)) for name, one in named if one]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is chosen; a time alone chooses nobody."""
        return not (self.run_ids or self.course_id or self.company_id or self.person_id or self.is_everybody)


async def prospects(session: AsyncSession, choice: Choice, now: datetime) -> list[Prospect]:
    """Everybody chosen who has a place in a whole run that was not cancelled, by run and family name; six statements."""
    if choice.is_empty:
        return []
    return await standing_of(session, now, *_conditions(choice))


async def standing_of(
    session: AsyncSession, now: datetime, *conditions: ColumnElement[bool]
) -> list[Prospect]:
    """How everybody stands to whom the conditions apply (of Enrolment, Person, Run, Course); six statements."""
    under_way = (
        exists()
        .where(BatchItem.enrolment_id == Enrolment.id, BatchItem.kind.in_(TAKING_PART))
        .where(BatchItem.state == BatchItemState.WAITING)
        .correlate(Enrolment)
    )
    rows = (
        await session.execute(
            select(
                Enrolment.id, Person, Run, Course, Certificate.id, Certificate.number, under_way, revoked()
            )
            .join(Person, Person.id == Enrolment.person_id)
            .join(Run, Run.id == Enrolment.run_id)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Certificate, standing_certificate())
            .where(*earning(), *conditions)
            .order_by(Run.ends_at.desc(), Run.number, Person.family_name, Person.given_name, Enrolment.id)
        )
    ).all()
    chosen = (
        select(Enrolment.id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(*earning(), *conditions)
    )
    standings = await candidates_among(session, chosen)
    found = []
    for enrolment_id, person, run, course, certificate_id, number, is_under_way, was_revoked in rows:
        how = standings[enrolment_id]
        verdict = _verdict(run, how, now, holds=certificate_id is not None, is_under_way=is_under_way)
        found.append(
            Prospect(
                enrolment_id, person, run, course, how, verdict, certificate_id, number or "", was_revoked
            )
        )
    return found


def earning() -> tuple[ColumnElement[bool], ...]:
    """Enrolments that can earn a certificate at all: a place in the whole of a run that took place."""
    return (
        Enrolment.state == EnrolmentState.CONFIRMED,
        Enrolment.is_drop_in.is_(False),
        Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]),
    )


def revoked() -> ColumnElement[bool]:
    """Whether a certificate of this enrolment was taken back."""
    return (
        exists()
        .where(Certificate.enrolment_id == Enrolment.id, Certificate.kind.in_(TAKING_PART))
        .where(Certificate.state == CertificateState.REVOKED)
        .correlate(Enrolment)
    )


def standing_certificate() -> ColumnElement[bool]:
    """The certificate that somebody holds for an enrolment."""
    return and_(
        Certificate.enrolment_id == Enrolment.id,
        Certificate.kind.in_(TAKING_PART),
        Certificate.state == CertificateState.ISSUED,
    )


@dataclass(frozen=True, slots=True)
class Named:
    """What a choice is called, for the heading of its page and of its batch."""

    runs: Sequence[tuple[Run, Course]] = ()
    course: Course | None = None
    company: Company | None = None
    person: Person | None = None


async def named(session: AsyncSession, choice: Choice) -> Named:
    """What was chosen, by name; two statements at most for each of four."""
    runs = (
        await session.execute(
            select(Run, Course)
            .join(Course, Course.id == Run.course_id)
            .where(Run.id.in_(choice.run_ids))
            .order_by(Run.number)
        )
    ).all()
    return Named(
        runs=[(run, course) for run, course in runs],
        course=await session.get(Course, choice.course_id) if choice.course_id else None,
        company=await session.get(Company, choice.company_id) if choice.company_id else None,
        person=await session.get(Person, choice.person_id) if choice.person_id else None,
    )


async def offered(session: AsyncSession) -> tuple[Sequence[Course], Sequence[Company]]:
    """Courses that have been given and companies that have sent people, by name: what there is to choose from."""
    courses = await session.scalars(
        select(Course)
        .where(exists().where(Run.course_id == Course.id, Run.attendance_locked_at.is_not(None)))
        .order_by(Course.title_de)
    )
    companies = await session.scalars(
        select(Company).where(exists().where(Enrolment.company_id == Company.id)).order_by(Company.name)
    )
    return courses.all(), companies.all()


def _conditions(choice: Choice) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if choice.run_ids:
        found.append(Run.id.in_(choice.run_ids))
    if choice.course_id:
        found.append(Run.course_id == choice.course_id)
    if choice.company_id:
        found.append(Enrolment.company_id == choice.company_id)
    if choice.person_id:
        found.append(Enrolment.person_id == choice.person_id)
    if choice.first:
        found.append(Run.ends_at >= at_venue(choice.first, time()))
    if choice.last:
        found.append(Run.ends_at < at_venue(choice.last + DAY, time()))
    if choice.is_everybody and not choice.run_ids:
        found.append(Run.attendance_locked_at.is_not(None))
    return found


def _verdict(run: Run, how: Candidate, now: datetime, *, holds: bool, is_under_way: bool) -> Verdict:
    reached = (
        (holds, Verdict.HOLDS),
        (is_under_way, Verdict.UNDER_WAY),
        (run.ends_at is None or run.ends_at > now, Verdict.RUNNING),
        (run.attendance_locked_at is None, Verdict.OPEN),
    )
    return next((verdict for applies, verdict in reached if applies), _STANDS[how.standing.lack])


_STANDS = {
    Lack.NOTHING: Verdict.GETS,
    Lack.MARKS: Verdict.MARKS,
    Lack.EXAM: Verdict.EXAM,
    Lack.FAILED: Verdict.EXAM,
    Lack.UNITS: Verdict.UNITS,
    Lack.MAKE_UP: Verdict.UNITS,
    Lack.LESSONS: Verdict.LESSONS,
    Lack.QUIZ: Verdict.LESSONS,
}


def uuid_in(text: str) -> UUID | None:
    """An id in an address, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def day_in(text: str) -> date | None:
    """A day in an address, if it is one."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _one(sent: Mapping[str, Sequence[str]], name: str) -> str:
    return sent.get(name, [""])[-1]
