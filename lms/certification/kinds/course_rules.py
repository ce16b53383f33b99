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

    `is_recognised` says whether employees can take paid leave for the course, `recognition_number` and `recognised_on` are
    those of the notice by which the state recognises it, `recognition_text` is what the team wants to say about it in its own
    words: all of it typed in by the team, each part only where there is one.
    """

    valid_months: int | None = None
    is_recognised: bool = False
    recognition_number: str = ""
    recognised_on: date | None = None
    recognition_text: Words = NOTHING


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
        is_recognised=True,
        recognition_number=row["leave_number"],
        recognised_on=row["leave_recognised_on"],
        recognition_text=Words(row["leave_text_de"], row["leave_text_en"]),
    )
