"""Reading what people ask for, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.catalogue.models import Course, Run
from lms.certification.kinds.course_rules import course_rules
from lms.certification.models import Batch, Certificate, CertificateState
from lms.certification.subjects import education_leave
from lms.certification.wishes.models import ProofWish
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.actor import Actor
from lms.kernel.clock import at_venue
from lms.kernel.errors import NotFound
from lms.people.models import Company, Person
from lms.web.language import current_language

FULFILLED = or_(
    exists().where(Batch.id == ProofWish.id),
    exists().where(Certificate.subject == ProofWish.subject, Certificate.state == CertificateState.ISSUED),
)
OPEN: ColumnElement[bool] = and_(ProofWish.declined_at.is_(None), not_(FULFILLED))
"""Requests that the team has neither fulfilled nor declined; issued without regard to the request is fulfilled too."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request with what it is about; `run` and `course` only where it is about one run."""

    wish: ProofWish
    person: Person
    run: Run | None
    course: Course | None

    @property
    def title(self) -> str:
        """The course in the reader's language; empty for a period."""
        if self.course is None:
            return ""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def period(self) -> tuple[date, date] | None:
        """The first and the last day, where it is about a period."""
        typed = self.wish.particulars
        if not typed.get("first_day"):
            return None
        return date.fromisoformat(typed["first_day"]), date.fromisoformat(typed["last_day"])


@dataclass(frozen=True, slots=True)
class Leave:
    """An enrolment in a recognised course that is over, and how its confirmation for the employer stands."""

    enrolment: Enrolment
    person: Person
    run: Run
    course: Course
    company: Company | None
    certificate: Certificate | None
    is_asked: bool

    @property
    def title(self) -> str:
        """The course in the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de


async def asked(session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 200) -> Sequence[Asked]:
    """The requests that fulfil all conditions, the oldest first; one statement."""
    rows = await session.execute(
        select(ProofWish, Person, Run, Course)
        .join(Person, Person.id == ProofWish.person_id)
        .outerjoin(Run, Run.id == ProofWish.run_id)
        .outerjoin(Course, Course.id == Run.course_id)
        .where(*conditions)
        .order_by(ProofWish.asked_at, ProofWish.id)
        .limit(limit)
    )
    return [Asked(*row) for row in rows.all()]


async def asked_one(session: AsyncSession, wish_id: UUID) -> Asked:
    """One request, whatever became of it. Raises NotFound."""
    found = await asked(session, ProofWish.id == wish_id)
    if not found:
        raise NotFound
    return found[0]


async def leaves(
    session: AsyncSession, *conditions: ColumnElement[bool], today: date, limit: int = 100
) -> Sequence[Leave]:
    """Confirmations for employers that can be had: recognised courses that are over, the latest first; three statements."""
    rows = (
        await session.execute(
            select(Enrolment, Person, Run, Course, Company, Certificate)
            .join(Person, Person.id == Enrolment.person_id)
            .join(Run, Run.id == Enrolment.run_id)
            .join(Course, Course.id == Run.course_id)
            .outerjoin(Company, Company.id == Enrolment.company_id)
            .outerjoin(
                Certificate,
                and_(
                    Certificate.enrolment_id == Enrolment.id,
                    Certificate.kind == Kind.EDUCATION_LEAVE.value,
                    Certificate.state == CertificateState.ISSUED,
                ),
            )
            .where(
                Enrolment.state == EnrolmentState.CONFIRMED,
                Run.ends_at < _midnight_after(today),
                *conditions,
            )
            .order_by(Run.ends_at.desc(), Enrolment.id)
            .limit(limit)
        )
    ).all()
    rules = await course_rules(session, {row[3].id for row in rows})
    recognised = [row for row in rows if row[3].id in rules and rules[row[3].id].is_education_leave]
    waiting = await _open_subjects(session, [education_leave(row[0].id) for row in recognised])
    return [Leave(*row, is_asked=education_leave(row[0].id) in waiting) for row in recognised]


async def leaves_of(
    session: AsyncSession, person_ids: Collection[UUID], *, today: date
) -> Mapping[UUID, Leave]:
    """What these persons can ask for, by enrolment; three statements."""
    found = await leaves(session, Enrolment.person_id.in_(list(person_ids)), today=today)
    return {leave.enrolment.id: leave for leave in found}


async def leave_of(session: AsyncSession, actor: Actor, enrolment_id: UUID, *, today: date) -> Leave | None:
    """What somebody can ask for about this enrolment; None where there is nothing, or it is not theirs to ask."""
    found = await leaves(session, Enrolment.id == enrolment_id, today=today)
    return found[0] if found and actor.may_for(found[0].person.id, "R", "certificate") else None


async def _open_subjects(session: AsyncSession, subjects: Sequence[str]) -> Collection[str]:
    return set(
        (await session.scalars(select(ProofWish.subject).where(ProofWish.subject.in_(subjects), OPEN))).all()
    )


def _midnight_after(day: date) -> datetime:
    return at_venue(day + timedelta(days=1), time())
