"""Certificates that lose their validity, in a session somebody else opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, Run, RunState
from lms.certification.eligibility import TAKING_PART
from lms.certification.models import Certificate, CertificateState
from lms.people.models import Person
from lms.web.language import current_language

OFFERED = (RunState.PUBLISHED, RunState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate that ends, whose it is, its course where that is still there, and whether a newer one takes over."""

    certificate: Certificate
    person: Person | None
    course: Course | None
    is_renewed: bool

    @property
    def title(self) -> str:
        """The course in the reader's language; else what the paper says."""
        if self.course is None:
            return str(self.certificate.facts.get("course", ""))
        return (current_language() == "en" and self.course.title_en) or self.course.title_de


def _renewed() -> ColumnElement[bool]:
    """A newer certificate of the same course for the same person counts longer; the old paper stays what it is."""
    newer, its_run, old_run = aliased(Certificate), aliased(Run), aliased(Run)
    return (
        select(newer.id)
        .join(its_run, its_run.id == newer.run_id)
        .join(old_run, old_run.course_id == its_run.course_id)
        .where(
            old_run.id == Certificate.run_id,
            newer.person_id == Certificate.person_id,
            newer.issued_at > Certificate.issued_at,
            newer.kind.in_(TAKING_PART),
            newer.state == CertificateState.ISSUED,
            or_(newer.valid_until.is_(None), newer.valid_until > Certificate.valid_until),
        )
        .correlate(Certificate)
        .exists()
    )


async def endings(
    session: AsyncSession,
    *conditions: ColumnElement[bool],
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Sequence[Ending], int]:
    """Standing certificates with an end that fulfil all conditions, the nearest first, and how many; two statements."""
    wanted = and_(
        Certificate.state == CertificateState.ISSUED, Certificate.valid_until.is_not(None), *conditions
    )
    total = await session.scalar(select(func.count()).select_from(Certificate).where(wanted))
    living = aliased(Person)
    rows = await session.execute(
        select(Certificate, living, Course, _renewed())
        .outerjoin(Person, Person.id == Certificate.person_id)
        .outerjoin(living, living.id == func.coalesce(Person.merged_into_id, Person.id))
        .outerjoin(Run, Run.id == Certificate.run_id)
        .outerjoin(Course, Course.id == Run.course_id)
        .where(wanted)
        .order_by(Certificate.valid_until, Certificate.number)
        .limit(limit)
        .offset(offset)
    )
    return [Ending(*row) for row in rows.all()], total or 0


async def next_runs(
    session: AsyncSession, course_id: UUID, *, now: datetime, limit: int = 3
) -> Sequence[Run]:
    """The next runs of a course that everybody may enrol for, the nearest first; one statement."""
    found = await session.scalars(
        select(Run)
        .where(
            Run.course_id == course_id,
            Run.state.in_(OFFERED),
            Run.company_id.is_(None),
            Run.starts_at > now,
            or_(Run.enrolment_closes_at.is_(None), Run.enrolment_closes_at > now),
        )
        .order_by(Run.starts_at, Run.number)
        .limit(limit)
    )
    return found.all()
