"""What is recommended to a business now: courses that can be booked, and consultations, each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseAudience, Run, RunState
from lms.helpdesk.models import DeskKind, HelpDesk, HelpTopic
from lms.maturity import rules
from lms.maturity.queries import newest_edition
from lms.maturity.questions import Advice, Content, Words, read
from lms.maturity.rules import AreaResult
from lms.resources.models import Venue
from lms.web.language import current_language

CONSULTATIONS = "/sprechstunde"


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One thing that helps: the next run of a course, or (without run) a consultation, of `minutes` where all are as long.

    `path` leads to its booking.
    """

    result: AreaResult
    reason: Words
    title: str
    path: str
    course_path: str = ""
    run: Run | None = None
    place: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """A course with its next run that still has places."""

    course: Course
    run: Run
    place: str


async def recommended(
    session: AsyncSession, results: Sequence[AreaResult], now: datetime, *, content: Content | None = None
) -> Sequence[Recommendation]:
    """At most five, the weakest area first; by the advice of the edition in use unless `content` is a draft to be tried.

    Five statements at most. Courses without a run that a company can book now are left out, and what comes next stands in.
    """
    if content is None:
        edition = await newest_edition(session)
        content = read(edition.content) if edition else Content()
    fits = rules.fitting(content.advice, results)
    offers = await _offers(session, [one.course for one, _ in fits if one.course], now)
    topics = await consultations(session)
    found = rules.chosen(fits, lambda one: one.course in offers or one.topic in topics)
    minutes = await _length(session) if any(one.topic for one, _ in found) else 0
    return [_recommendation(one, result, offers, topics, minutes) for one, result in found]


async def consultations(session: AsyncSession) -> Mapping[str, HelpTopic]:
    """What companies can be advised about, by the id of the topic; nothing while no desk for advice is open."""
    desk = await session.scalar(
        select(HelpDesk.id).where(HelpDesk.kind == DeskKind.ADVICE, HelpDesk.ended_at.is_(None)).limit(1)
    )
    if desk is None:
        return {}
    rows = await session.scalars(
        select(HelpTopic)
        .where(HelpTopic.audience == DeskKind.ADVICE, HelpTopic.ended_at.is_(None))
        .order_by(HelpTopic.position, HelpTopic.name_de)
    )
    return {str(one.id): one for one in rows}


async def _length(session: AsyncSession) -> int:
    """How long a consultation is; 0 where that depends on the desk."""
    found = await session.scalars(
        select(HelpDesk.slot_minutes)
        .where(HelpDesk.kind == DeskKind.ADVICE, HelpDesk.ended_at.is_(None))
        .distinct()
    )
    lengths = found.all()
    return lengths[0] if len(lengths) == 1 else 0


def _recommendation(
    advice: Advice,
    result: AreaResult,
    offers: Mapping[str, Offer],
    topics: Mapping[str, HelpTopic],
    minutes: int,
) -> Recommendation:
    if not advice.course:
        topic = topics[advice.topic]
        about = (current_language() == "en" and topic.name_en) or topic.name_de
        return Recommendation(
            result, advice.reason, about, f"{CONSULTATIONS}?thema={topic.id}", minutes=minutes
        )
    offer = offers[advice.course]
    course, run = offer.course, offer.run
    title = (current_language() == "en" and course.title_en) or course.title_de
    return Recommendation(
        result, advice.reason, title, f"/anmelden/{run.id}/plaetze",
        f"/kurse/{course.slug}?durchfuehrung={run.number}", run, offer.place,
    )  # fmt: skip


async def _offers(session: AsyncSession, course_ids: Sequence[str], now: datetime) -> Mapping[str, Offer]:
    wanted = [UUID(one) for one in dict.fromkeys(course_ids)]
    if not wanted:
        return {}
    rows = await session.execute(
        select(Course, Run, Venue.name)
        .join(Run, Run.course_id == Course.id)
        .join(CourseAudience, CourseAudience.course_id == Course.id)
        .outerjoin(Venue, Venue.id == Run.venue_id)
        .where(
            Course.id.in_(wanted),
            CourseAudience.audience == Audience.SMES,
            Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
            Run.company_id.is_(None),
            Run.starts_at > now,
            Run.waiting == 0,
            Run.occupied < Run.capacity,
        )
        .order_by(Run.starts_at, Run.number)
    )
    found: dict[str, Offer] = {}
    for course, run, venue in rows:
        if _is_open(run, now) and str(course.id) not in found:
            found[str(course.id)] = Offer(course, run, venue or "")
    return found


def _is_open(run: Run, now: datetime) -> bool:
    opens, closes = run.enrolment_opens_at, run.enrolment_closes_at
    return (opens is None or opens <= now) and (closes is None or now < closes)
