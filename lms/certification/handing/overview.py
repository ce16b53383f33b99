"""Runs that are over and what is to be done with them: counted for each run, filtered, a page at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.certification.handing.choosing import (
    DAY,
    Prospect,
    Verdict,
    earning,
    standing_certificate,
    standing_of,
)
from lms.enrolment.models import Enrolment
from lms.kernel.clock import at_venue
from lms.people.models import Person
from lms.scheduling.models import RunTrainer
from lms.scheduling.queries import trainers_of

TERMS_BACK = 6
HALF_A_YEAR = 6
A_YEAR = timedelta(days=366)


class ToDo(StrEnum):
    """What is to be done with a run; the names stand in addresses."""

    ISSUE = "auszustellen"
    CLOSE = "offen"
    DONE = "fertig"
    ALL = "alle"


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run that is over, who taught it, and how many people stand how."""

    run: Run
    course: Course
    trainers: Sequence[Person] = ()
    counts: Mapping[Verdict, int] = field(default_factory=dict)

    @property
    def ready(self) -> int:
        """Certificates that can be issued now."""
        return self.counts.get(Verdict.GETS, 0)

    @property
    def issued(self) -> int:
        """Certificates that stand."""
        return self.counts.get(Verdict.HOLDS, 0)

    @property
    def under_way(self) -> int:
        """Certificates that the worker is about to make."""
        return self.counts.get(Verdict.UNDER_WAY, 0)

    @property
    def lacking(self) -> int:
        """People who were not there often enough, or of whom a mark is missing."""
        return sum(
            self.counts.get(one, 0) for one in (Verdict.UNITS, Verdict.EXAM, Verdict.LESSONS, Verdict.MARKS)
        )

    @property
    def open(self) -> int:
        """People of whom nothing can be said while the attendance is open."""
        return self.counts.get(Verdict.OPEN, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The filters of the page. `term` is a half year such as "2026-2"; empty means all of them."""

    to_do: ToDo = ToDo.ISSUE
    term: str = ""
    trainer_id: UUID | None = None
    text: str = ""


async def runs_over(
    session: AsyncSession, wanted: Wanted, now: datetime, *, limit: int, offset: int
) -> tuple[Sequence[RunLine], int]:
    """Runs that are over, the last first, and how many there are; thirteen statements at most."""
    conditions = [*_over(now), *_narrowed(wanted)]
    if wanted.to_do is ToDo.CLOSE:
        conditions.append(Run.attendance_locked_at.is_(None))
    elif wanted.to_do in (ToDo.ISSUE, ToDo.DONE):
        waiting = await _with_ready(session, conditions, now)
        conditions.append(Run.attendance_locked_at.is_not(None))
        conditions.append(Run.id.in_(waiting) if wanted.to_do is ToDo.ISSUE else Run.id.not_in(waiting))
    joined = select(Run, Course).join(Course, Course.id == Run.course_id).where(*conditions)
    total = await session.scalar(select(func.count()).select_from(joined.subquery()))
    rows = (
        await session.execute(joined.order_by(Run.ends_at.desc(), Run.number).limit(limit).offset(offset))
    ).all()
    ids = [run.id for run, _ in rows]
    taught = await trainers_of(session, ids)
    counts: dict[UUID, Counter[Verdict]] = {one: Counter() for one in ids}
    for person in await standing_of(session, now, Run.id.in_(ids)):
        if person.is_due or person.verdict is not Verdict.GETS:
            counts[person.run.id][person.verdict] += 1
    return [RunLine(run, course, taught.get(run.id, ()), counts[run.id]) for run, course in rows], total or 0


async def waiting_to_be_issued(session: AsyncSession, now: datetime) -> tuple[int, datetime | None]:
    """How many certificates could be issued now, of runs closed within a year, and since when the first of them waits."""
    recent = Run.attendance_locked_at >= now - A_YEAR
    found = [one for one in await _without(session, [recent], now) if one.is_due]
    return len(found), min(
        (one.run.attendance_locked_at for one in found if one.run.attendance_locked_at), default=None
    )


async def trainers_with_runs(session: AsyncSession, now: datetime) -> Sequence[Person]:
    """Everybody who has taught a run that is over, by family name."""
    taught = exists().where(RunTrainer.person_id == Person.id, RunTrainer.run_id == Run.id, *_over(now))
    return (
        await session.scalars(select(Person).where(taught).order_by(Person.family_name, Person.given_name))
    ).all()


def terms_until(day: date) -> list[str]:
    """This half year and those before it."""
    year, half = day.year, 1 if day.month <= HALF_A_YEAR else 2
    found = []
    for _ in range(TERMS_BACK):
        found.append(f"{year}-{half}")
        year, half = (year, 1) if half == 2 else (year - 1, 2)
    return found


def days_of(term: str) -> tuple[date, date] | None:
    """The first and the last day of a half year such as "2026-2"; None for anything else."""
    year, _, half = term.partition("-")
    if not (year.isdecimal() and len(year) == len("2026") and half in {"1", "2"}):
        return None
    if int(year) < 2000:
        return None
    first = date(int(year), 1 if half == "1" else 7, 1)
    return first, date(int(year), 6, 30) if half == "1" else date(int(year), 12, 31)


async def _with_ready(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], now: datetime
) -> set[UUID]:
    """Where somebody has earned one and holds none."""
    return {one.run.id for one in await _without(session, conditions, now) if one.is_due}


async def _without(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], now: datetime
) -> Sequence[Prospect]:
    """How those stand who hold none although the attendance is closed: so few that old terms cost little."""
    holds = exists().where(standing_certificate()).correlate(Enrolment)
    return await standing_of(session, now, Run.attendance_locked_at.is_not(None), ~holds, *conditions)


def _over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    somebody = exists().where(Enrolment.run_id == Run.id, *earning()).correlate(Run)
    return (Run.ends_at <= now, Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]), somebody)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if days := days_of(wanted.term):
        found += [Run.ends_at >= at_venue(days[0], time()), Run.ends_at < at_venue(days[1] + DAY, time())]
    if wanted.trainer_id:
        found.append(
            exists()
            .where(RunTrainer.run_id == Run.id, RunTrainer.person_id == wanted.trainer_id)
            .correlate(Run)
        )
    if wanted.text:
        sought = wanted.text.lower()
        found.append(
            or_(
                func.lower(Run.number).contains(sought, autoescape=True),
                func.lower(Course.title_de).contains(sought, autoescape=True),
                func.lower(Course.title_en).contains(sought, autoescape=True),
            )
        )
    return found
