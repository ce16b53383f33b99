"""What the rules of courses say about their recognition and about how long their certificates count."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.certification.eligibility.models import CourseRule


async def course_rules(session: AsyncSession, course_ids: Iterable[UUID]) -> Mapping[UUID, CourseRule]:
    """The rules of these courses, by course; one statement. A course without a rule is left out."""
    found = await session.scalars(select(CourseRule).where(CourseRule.course_id.in_(set(course_ids))))
    return {rule.course_id: rule for rule in found}
