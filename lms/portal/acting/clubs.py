"""The courses and clubs of one's children: what comes next, and whether one is told when the child did not come."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.enrolment.clubs.models import AbsenceWord, PlannedLeaving
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.portal.cards import in_language
from lms.scheduling.models import Session, SessionState


@dataclass(frozen=True, slots=True)
class Place:
    """A child's place in a course or club that goes on."""

    enrolment_id: UUID
    run: Run
    course: Course
    next_at: datetime | None
    leaves_on: date | None
    wants_word: bool

    @property
    def title(self) -> str:
        """In the language of the page."""
        return in_language(self.course.title_de, self.course.title_en)[0]


async def places_of_children(
    session: AsyncSession, child_ids: Collection[UUID], guardian_id: UUID | None, now: datetime
) -> Mapping[UUID, Sequence[Place]]:
    """Where these children go, by child; clubs first. One statement."""
    if not child_ids:
        return {}
    following = (
        select(func.min(Session.starts_at))
        .where(Session.run_id == Run.id, Session.state == SessionState.PLANNED, Session.starts_at > now)
        .correlate(Run)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Enrolment, Run, Course, following, PlannedLeaving.leaves_on, AbsenceWord.asked_at)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(PlannedLeaving, PlannedLeaving.enrolment_id == Enrolment.id)
        .outerjoin(
            AbsenceWord,
            and_(AbsenceWord.enrolment_id == Enrolment.id, AbsenceWord.guardian_id == guardian_id),
        )
        .where(
            Enrolment.person_id.in_(list(child_ids)),
            Enrolment.state == EnrolmentState.CONFIRMED,
            Run.ends_at > now,
        )
        .order_by(Run.is_open_ended.desc(), Run.starts_at, Run.number)
    )
    found: dict[UUID, list[Place]] = defaultdict(list)
    for enrolment, run, course, next_at, leaves_on, asked_at in rows:
        assert enrolment.person_id is not None  # noqa: S101 - they are named by their persons
        found[enrolment.person_id].append(
            Place(enrolment.id, run, course, next_at, leaves_on, asked_at is not None)
        )
    return found
