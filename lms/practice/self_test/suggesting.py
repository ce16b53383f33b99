"""Which courses of the present programme come next for somebody, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Outcome, Run, RunState
from lms.practice.self_test.statements import Statement
from lms.web.language import current_language

MOST = 4
HIGHER = 2
"""A course may lead two of the eight levels beyond what is practised next, and begin one below."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A course with its next run. `reason` is what somebody wants to practise; `is_near` where it only fits the area."""

    course: Course
    run: Run
    reason: Statement
    is_bookable: bool
    is_near: bool

    @property
    def hurdles(self) -> tuple[bool, bool]:
        """What may keep somebody out: no place, or an age that most have passed."""
        return not self.is_bookable, self.course.max_age is not None

    @property
    def title(self) -> str:
        """In the reader's language."""
        return (current_language() == "en" and self.course.title_en) or self.course.title_de

    @property
    def summary(self) -> str:
        """In the reader's language."""
        return (current_language() == "en" and self.course.summary_en) or self.course.summary_de


async def courses_for(
    session: AsyncSession, goals: Sequence[Statement], now: datetime, *, limit: int = MOST
) -> Sequence[Suggestion]:
    """Those that can be booked come first, one for each goal before the second of any.

    Then come those that name the very competence, then the first goals, then the next start.
    One statement. Only runs that are public, open to everybody and still to begin.
    """
    if not goals:
        return ()
    areas = sorted({str(one.area) for one in goals})
    rows = await session.execute(
        select(Course, Run, Outcome.competence, Outcome.proficiency)
        .join(Run, Run.course_id == Course.id)
        .join(Outcome, Outcome.course_id == Course.id)
        .where(
            Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
            Run.company_id.is_(None),
            Run.starts_at > now,
            or_(*(Outcome.competence.startswith(f"{area}.") for area in areas)),
        )
        .order_by(Run.starts_at, Run.number)
    )
    best: dict[object, tuple[tuple[object, ...], Suggestion]] = {}
    for course, run, competence, proficiency in rows:
        for place, goal in enumerate(goals):
            fits = goal.level - 1 <= proficiency <= goal.level + HIGHER
            if not fits or not competence.startswith(f"{goal.area}."):
                continue
            is_near = competence != goal.competence
            one = Suggestion(course, run, goal, _can_be_booked(run, now), is_near)
            rank = (*one.hurdles, is_near, place, run.starts_at)
            if course.id not in best or rank < best[course.id][0]:
                best[course.id] = (rank, one)
    ranked = [one for _, one in sorted(best.values(), key=lambda found: found[0])]
    turn = {
        id(one): sum(other.reason.key == one.reason.key for other in ranked[:index])
        for index, one in enumerate(ranked)
    }
    return sorted(ranked, key=lambda one: (*one.hurdles, turn[id(one)]))[:limit]


def _can_be_booked(run: Run, now: datetime) -> bool:
    is_open = run.enrolment_opens_at is None or run.enrolment_opens_at <= now
    is_closed = run.enrolment_closes_at is not None and run.enrolment_closes_at <= now
    return is_open and not is_closed and not run.waiting and run.occupied < run.capacity
