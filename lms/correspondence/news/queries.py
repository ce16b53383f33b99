"""Reading news and subscriptions, in a session somebody else opened."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.correspondence.news.models import News, Subscription
from lms.correspondence.news.rules import is_for
from lms.kernel.errors import NotFound
from lms.messaging.models import Letter, LetterState

ABOUT = "news"
RUNS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course of the programme as it stands in the news: its title and the beginnings that can be enrolled for."""

    slug: str
    title_de: str
    title_en: str
    summary_de: str
    summary_en: str
    starts: Sequence[datetime]


async def news_of(session: AsyncSession, news_id: UUID, *, lock: bool = False) -> News:
    """This piece of news. Raises NotFound."""
    found = await session.get(News, news_id, with_for_update=lock or None)
    if found is None:
        raise NotFound
    return found


async def all_news(session: AsyncSession, *, limit: int, offset: int = 0) -> tuple[Sequence[News], int]:
    """The newest first, and how many there are."""
    total = await session.scalar(select(func.count()).select_from(News))
    found = await session.scalars(
        select(News).order_by(News.made_at.desc(), News.id).limit(limit).offset(offset)
    )
    return found.all(), total or 0


async def readers_of(session: AsyncSession, news: News) -> list[Subscription]:
    """Everybody who asked for such news and has not said stop."""
    open_ones = await session.scalars(
        select(Subscription)
        .where(Subscription.confirmed_at.is_not(None), Subscription.ended_at.is_(None))
        .order_by(Subscription.id)
    )
    return [one for one in open_ones if is_for(news, one)]


async def subscribers(session: AsyncSession) -> int:
    """How many want news at all."""
    wanted = select(func.count()).where(
        Subscription.confirmed_at.is_not(None), Subscription.ended_at.is_(None)
    )
    return await session.scalar(wanted) or 0


async def progress_of(session: AsyncSession, news_id: UUID) -> Counter[LetterState]:
    """How many letters of this news are under way, sent and failed."""
    rows = await session.execute(
        select(Letter.state, func.count())
        .where(Letter.about_kind == ABOUT, Letter.about_id == news_id)
        .group_by(Letter.state)
    )
    return Counter({row.state: row[1] for row in rows})


async def open_courses(session: AsyncSession, now: datetime) -> list[tuple[str, str]]:
    """The courses that one can enrol for, by slug and German title."""
    rows = await session.execute(
        select(Course.slug, Course.title_de)
        .join(Run, Run.course_id == Course.id)
        .where(_is_offered(now))
        .distinct()
        .order_by(Course.title_de)
    )
    return [(slug, title) for slug, title in rows]


async def cards_of(session: AsyncSession, slugs: Sequence[str], now: datetime) -> list[CourseCard]:
    """These courses, in the order they were chosen; what is not offered any more has no beginnings."""
    rows = await session.execute(
        select(Course, Run.starts_at)
        .outerjoin(Run, (Run.course_id == Course.id) & _is_offered(now))
        .where(Course.slug.in_(list(slugs)))
        .order_by(Course.slug, Run.starts_at)
    )
    courses: dict[str, tuple[Course, list[datetime]]] = {}
    for course, starts_at in rows:
        _, starts = courses.setdefault(course.slug, (course, []))
        if starts_at is not None and len(starts) < RUNS_SHOWN:
            starts.append(starts_at)
    return [
        CourseCard(slug, one.title_de, one.title_en, one.summary_de, one.summary_en, starts)
        for slug, (one, starts) in sorted(courses.items(), key=lambda item: list(slugs).index(item[0]))
    ]


def _is_offered(now: datetime) -> ColumnElement[bool]:
    return and_(
        Run.state.in_([RunState.PUBLISHED, RunState.CONFIRMED]), Run.starts_at > now, Run.company_id.is_(None)
    )
