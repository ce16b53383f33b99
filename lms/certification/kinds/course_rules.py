"""What the rule of a course says about its recognition and about how long its certificates count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from certificates.document import Kind
from lms.certification.kinds.draft import NOTHING, Words
from lms.db import Base

TABLE = "course_rule"


@dataclass(frozen=True, slots=True)
class CourseRule:
    """`valid_months` is None where certificates count for ever.

    `recognition_number` and `recognised_on` are those of the notice by which the state recognises the course for
    educational leave, `recognition_text` is what the team wants to say about it, in its own words: all of it typed in by
    the team, and empty where the course is not recognised.
    """

    valid_months: int | None = None
    recognition_number: str = ""
    recognised_on: date | None = None
    recognition_text: Words = NOTHING

    @property
    def is_recognised(self) -> bool:
        """Whether employees can take paid leave for it, as far as the team has entered it."""
        return bool(self.recognition_number or self.recognition_text.de)


NO_RULE = CourseRule()


async def course_rules(session: AsyncSession, course_ids: Iterable[UUID]) -> Mapping[UUID, CourseRule]:
    """The rules of these courses, by course; one statement. A course without a rule is left out."""
    table = Base.metadata.tables.get(TABLE)
    wanted = set(course_ids)
    if table is None or not wanted:
        return {}
    rows = await session.execute(select(table).where(table.c.course_id.in_(wanted)))
    return {row["course_id"]: _rule(row) for row in rows.mappings()}


def _rule(row: Mapping[Any, Any]) -> CourseRule:
    if Kind.EDUCATION_LEAVE.value not in (row["kinds"] or ()):
        return CourseRule(valid_months=row["valid_months"])
    return CourseRule(
        valid_months=row["valid_months"],
        recognition_number=row["leave_number"],
        recognised_on=row["leave_recognised_on"],
        recognition_text=Words(row["leave_text_de"], row["leave_text_en"]),
    )
