"""Which courses a course builds on: set by the programme team for all its runs (F-I07)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from lms.audit.trail import record
from lms.catalogue import policy
from lms.catalogue.freshness import programme_changed
from lms.catalogue.models import Course
from lms.db import retried
from lms.enrolment.conditions.models import CoursePrerequisite
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid, NotFound, Stale
from lms.kernel.marking import N_
from lms.web.module import Around

MOST = 6


class GoesInCircles(Invalid):
    """Carries `course`."""

    message = N_(
        "“%(course)s” builds on this course itself: nobody could begin. Choose another course, or only recommend it."
    )


def goes_in_circles(
    course_id: UUID, needed: Collection[UUID], others: Mapping[UUID, Collection[UUID]]
) -> UUID | None:
    """Which of the needed courses needs this one itself, directly or by others; None where all is well.

    `others` says what every other course needs.
    """
    for start in needed:
        ahead, seen = [start], set[UUID]()
        while ahead:
            one = ahead.pop()
            if one == course_id:
                return start
            if one not in seen:
                seen.add(one)
                ahead += others.get(one, ())
    return None


def mark_of(before: Sequence[tuple[Course, bool]]) -> str:
    """By which it is noticed that somebody else has changed them meanwhile."""
    return " ".join(sorted(f"{course.id.hex}{int(is_needed)}" for course, is_needed in before))


class Prerequisites:
    """Setting them; one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def set(self, actor: Actor, *, course_id: UUID, before: Mapping[UUID, bool], seen: str) -> None:
        """These courses before this one, each with whether it is needed; whoever has a place keeps it.

        `seen` is the `mark_of` what was read. Raises GoesInCircles, Stale, NotFound.
        """
        ensure(policy.may_change(actor), actor)
        async with self.begin() as session:
            # all of them are looked at together, so that two people cannot close a circle at once
            await session.execute(select(Course.id).order_by(Course.id).with_for_update(key_share=True))
            course = await session.get(Course, course_id)
            known = (await session.scalars(select(Course).where(Course.id.in_(list(before))))).all()
            if course is None or len(known) != len(before) or course_id in before:
                raise NotFound
            rows = (await session.scalars(select(CoursePrerequisite))).all()
            own = {one.earlier_id: one.is_needed for one in rows if one.course_id == course_id}
            if seen != " ".join(sorted(f"{one.hex}{int(is_needed)}" for one, is_needed in own.items())):
                raise Stale
            _refuse_circles(course_id, before, rows, known)
            await session.execute(delete(CoursePrerequisite).where(CoursePrerequisite.course_id == course_id))
            session.add_all(
                CoursePrerequisite(course_id=course_id, earlier_id=earlier_id, is_needed=is_needed)
                for earlier_id, is_needed in before.items()
            )
            await programme_changed(session)
            if own != before:
                record(
                    session, actor, "course.prerequisites", at=self.clock(), kind="course", object_id=course_id,
                    before=_facts(own), after=_facts(before),
                )  # fmt: skip


def _refuse_circles(
    course_id: UUID, before: Mapping[UUID, bool], rows: Sequence[CoursePrerequisite], known: Sequence[Course]
) -> None:
    others: dict[UUID, list[UUID]] = defaultdict(list)
    for one in rows:
        if one.is_needed and one.course_id != course_id:
            others[one.course_id].append(one.earlier_id)
    wrong = goes_in_circles(course_id, [one for one, is_needed in before.items() if is_needed], others)
    if wrong is not None:
        raise GoesInCircles(course=next(one.title_de for one in known if one.id == wrong))


def _facts(before: Mapping[UUID, bool]) -> dict[str, list[str]]:
    return {
        "needed": sorted(str(one) for one, is_needed in before.items() if is_needed),
        "recommended": sorted(str(one) for one, is_needed in before.items() if not is_needed),
    }
