"""Reading the list of runs: columns only, one statement a question. Nothing here remembers anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, bindparam, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, CourseAudience, CourseTopic, Level, Run, RunState, Topic
from lms.catalogue.rules import HOURS_UNKNOWN, LISTED_STATES, Situation, situation_of
from lms.catalogue.search import Sought
from lms.portal.filters import ONLINE, Filters, condition, listed, with_places
from lms.resources.models import Venue


class RunLine(NamedTuple):
    """A run as lists show it."""

    id: UUID
    number: str
    state: RunState
    capacity: int
    minimum: int
    occupied: int
    waiting: int
    price_cents: int
    concession_cents: int | None
    is_online: bool
    step_free: bool
    starts_at: datetime
    ends_at: datetime
    session_count: int
    total_minutes: int
    dayparts: int
    enrolment_opens_at: datetime | None
    enrolment_closes_at: datetime | None
    course_slug: str
    title_de: str
    title_en: str
    summary_de: str
    summary_en: str
    level: Level
    language: str
    venue: str | None
    district: str | None
    is_open_ended: bool = False

    @property
    def free(self) -> int:
        """Places that somebody new can have: none while others wait for them."""
        return 0 if self.waiting else max(self.capacity - self.occupied, 0)

    @property
    def is_pausing(self) -> bool:
        """Whether it is a club that has no coming date, as the run says it."""
        return self.is_open_ended and self.starts_at == self.ends_at

    def situation(self, now: datetime) -> Situation:
        """What a visitor can do about it."""
        return situation_of(
            self.state,
            free=self.free,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            opens_at=self.enrolment_opens_at,
            closes_at=self.enrolment_closes_at,
            now=now,
        )

    @property
    def knows_times(self) -> bool:
        """Whether the hours are known; an imported programme may name days only."""
        return not self.dayparts & HOURS_UNKNOWN


_COLUMNS = (
    Run.id, Run.number, Run.state, Run.capacity, Run.minimum, Run.occupied, Run.waiting, Run.price_cents,
    Run.concession_cents, Run.is_online, Run.step_free, Run.starts_at, Run.ends_at, Run.session_count, Run.total_minutes,
    Run.dayparts, Run.enrolment_opens_at, Run.enrolment_closes_at, Course.slug, Course.title_de, Course.title_en,
    Course.summary_de, Course.summary_en, Course.level, Course.language, Venue.name, Venue.district,
    Run.is_open_ended,
)  # fmt: skip


def _runs(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Run)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Venue, Venue.id == Run.venue_id)
    )


async def runs_found(
    session: AsyncSession, filters: Filters, sought: Sought, now: datetime, *, limit: int, offset: int
) -> Sequence[RunLine]:
    """One page: the next start first; of a search those first whose titles name everything that is looked for."""
    wanted = _page(filters) if not filters.search else _page_of_search(filters, sought)
    values = {"now": now, "limit": limit, "offset": offset}
    return [RunLine(*row) for row in await session.execute(wanted, values)]


@lru_cache(maxsize=256)
def _page(filters: Filters) -> Select[Any]:
    """The statement for these filters, built once: building it costs as much as running it."""
    return _page_of_search(filters, Sought())


def _page_of_search(filters: Filters, sought: Sought) -> Select[Any]:
    order: list[Any] = [Run.starts_at, Run.number]
    if sought.words:
        order.insert(0, case((sought.in_title(), 0), else_=1))
    found = _runs(*_COLUMNS).where(condition(filters, sought, bindparam("now", type_=Run.starts_at.type)))
    return (
        found.order_by(*order)
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("offset", type_=Integer))
    )


async def number_found(session: AsyncSession, filters: Filters, sought: Sought, now: datetime) -> int:
    """How many runs fit."""
    return await session.scalar(_runs(func.count()).where(condition(filters, sought, now))) or 0


async def courses_listed(
    session: AsyncSession, now: datetime, *, limit: int, offset: int
) -> tuple[Sequence[Course], int]:
    """A page of the courses that have a listed run, by title, and how many there are."""
    wanted = select(Course).where(Course.id.in_(select(Run.course_id).where(listed(now))))
    total = await session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    page = wanted.order_by(Course.title_de, Course.slug).limit(limit).offset(offset)
    return (await session.scalars(page)).all(), total


async def similar_runs(
    session: AsyncSession, course_id: UUID, now: datetime, *, limit: int
) -> Sequence[RunLine]:
    """The next run of each of the courses that share most topics and audiences with this one, places free."""
    topics = select(CourseTopic.topic_id).where(CourseTopic.course_id == course_id)
    audiences = select(CourseAudience.audience).where(CourseAudience.course_id == course_id)
    alike = (
        select(CourseTopic.course_id, func.count().label("shared"))
        .where(CourseTopic.topic_id.in_(topics), CourseTopic.course_id != course_id)
        .group_by(CourseTopic.course_id)
        .subquery()
    )
    fits = CourseAudience.course_id == alike.c.course_id
    same_people = exists().where(fits, CourseAudience.audience.in_(audiences))
    turn = func.row_number().over(partition_by=Run.course_id, order_by=(Run.starts_at, Run.number))
    first = (
        select(Run.id, turn.label("turn"), alike.c.shared, case((same_people, 1), else_=0).label("same"))
        .join(alike, alike.c.course_id == Run.course_id)
        .where(listed(now), with_places(now))
        .subquery()
    )
    wanted = (
        _runs(*_COLUMNS)
        .join(first, first.c.id == Run.id)
        .where(first.c.turn == 1)
        .order_by(first.c.same.desc(), first.c.shared.desc(), Run.starts_at, Run.number)
        .limit(limit)
    )
    return [RunLine(*row) for row in await session.execute(wanted)]


async def numbers_without(
    session: AsyncSession, filters: Filters, sought: Sought, now: datetime
) -> list[tuple[str, int]]:
    """What one would find with one question less, the most first; those that still give nothing are left out."""
    names = [name for name, _ in filters.active()]
    if not names:
        return []
    counted = [
        _runs(func.count()).where(condition(filters.without(name), sought, now)).scalar_subquery()
        for name in names
    ]
    numbers = (await session.execute(select(*counted))).one()
    return sorted(
        ((name, count) for name, count in zip(names, numbers, strict=True) if count),
        key=lambda found: -found[1],
    )


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose a run by, and how many there are."""

    value: str
    name_de: str
    name_en: str
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is to choose from, and when the passing of time alone will change what pages say."""

    topics: tuple[Option, ...]
    venues: tuple[Option, ...]
    districts: tuple[Option, ...]
    languages: tuple[Option, ...]
    upcoming: int
    next_change_at: datetime | None


async def overview(session: AsyncSession, now: datetime) -> Overview:
    """The choices among the listed runs; two statements."""
    is_listed = listed(now)
    groups = (
        await session.execute(
            _runs(
                Venue.slug,
                Venue.name,
                Venue.district,
                Run.is_online,
                Course.language,
                func.sum(case((is_listed, 1), else_=0)),
                func.min(case((Run.starts_at > now, Run.starts_at))),
                func.min(case((Run.ends_at > now, Run.ends_at))),
                func.min(case((Run.enrolment_opens_at > now, Run.enrolment_opens_at))),
                func.min(case((Run.enrolment_closes_at > now, Run.enrolment_closes_at))),
            )
            .where(
                Run.state.in_(LISTED_STATES),
                Run.company_id.is_(None),
                or_(Run.starts_at > now, Run.ends_at > now),
            )
            .group_by(Venue.slug, Venue.name, Venue.district, Run.is_online, Course.language)
        )
    ).all()
    topics = await session.execute(
        select(Topic.slug, Topic.name_de, Topic.name_en, func.count())
        .join(CourseTopic, CourseTopic.topic_id == Topic.id)
        .join(Run, Run.course_id == CourseTopic.course_id)
        .where(is_listed)
        .group_by(Topic.slug, Topic.name_de, Topic.name_en)
        .order_by(Topic.name_de)
    )
    venues: dict[str, Option] = {}
    districts: dict[str, int] = {}
    languages: dict[str, int] = {}
    for slug, name, district, is_online, spoken, count, *_ in groups:
        if not count:
            continue
        languages[spoken] = languages.get(spoken, 0) + count
        key, label = (ONLINE, "") if is_online else (slug or "", place_of(name or "", district or ""))
        if key:
            counted = count + (venues[key].count if key in venues else 0)
            venues[key] = Option(key, label, label, counted)
        if district:
            districts[district] = districts.get(district, 0) + count
    moments = [moment for group in groups for moment in group[6:] if moment is not None]
    return Overview(
        topics=tuple(Option(*row) for row in topics),
        venues=tuple(sorted(venues.values(), key=lambda option: option.name_de)),
        districts=tuple(Option(name, name, name, districts[name]) for name in sorted(districts)),
        languages=tuple(Option(code, code, code, languages[code]) for code in sorted(languages)),
        upcoming=sum(group[5] for group in groups),
        next_change_at=min(moments, default=None),
    )


def place_of(venue: str, district: str) -> str:
    """A venue and its district, unless the name says it."""
    return venue if not district or district in venue else f"{venue}, {district}"


async def audiences_offered(session: AsyncSession, now: datetime) -> dict[str, int]:
    """How many runs are listed for each audience."""
    rows = await session.execute(
        select(CourseAudience.audience, func.count())
        .join(Run, Run.course_id == CourseAudience.course_id)
        .where(listed(now))
        .group_by(CourseAudience.audience)
    )
    return {audience.value: count for audience, count in rows}
