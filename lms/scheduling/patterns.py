"""What the runs of a course begin with, beside its devices (F-B13)."""

from dataclasses import asdict, dataclass
from hashlib import sha256
from uuid import UUID

from lms.audit.trail import record
from lms.catalogue.models import Course
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.scheduling import policy
from lms.scheduling.models import CoursePattern
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFacts:
    """What a room must have, by keys of `Equipment`, and what participants are told."""

    equipment: tuple[str, ...] = ()
    step_free: bool = False
    hearing_loop: bool = False
    note_de: str = ""
    note_en: str = ""

    @property
    def mark(self) -> str:
        """Another one as soon as anything is different: by it a stale form is recognised."""
        return sha256(repr(self).encode()).hexdigest()[:16]


def facts_of(row: CoursePattern | None) -> PatternFacts:
    """The pattern of a course, empty where nobody has made one."""
    if row is None:
        return PatternFacts()
    return PatternFacts(
        equipment=tuple(sorted(row.equipment)),
        step_free=row.step_free,
        hearing_loop=row.hearing_loop,
        note_de=row.note_de,
        note_en=row.note_en,
    )


class Patterns:
    """Keeping the patterns of courses."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def change(self, actor: Actor, *, course_id: UUID, facts: PatternFacts, seen: str) -> None:
        """Let runs that are planned from now on begin with this. `seen` is the mark that was edited.

        Raises NotFound, Stale.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            if await session.get(Course, course_id, with_for_update=True) is None:
                raise NotFound
            row = await session.get(CoursePattern, course_id)
            if facts_of(row).mark != seen:
                raise Stale
            if row is None:
                row = CoursePattern(course_id=course_id)
                session.add(row)
            for name, value in asdict(facts).items():
                setattr(row, name, list(value) if isinstance(value, tuple) else value)
            record(
                session, actor, "course.pattern_changed", at=self.clock(), kind="course", object_id=course_id
            )
