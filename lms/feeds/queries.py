"""Which sessions stand in which calendar, in a session somebody else opened."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Audience, Course, CourseAudience, Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.feeds.models import Feed, SessionText
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer

SHOWN = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED, RunState.CANCELLED)


def programme(audience: Audience | None, *, since: datetime) -> list[ColumnElement[bool]]:
    """The sessions of all runs that were ever published, cancelled ones included: a calendar should say so."""
    conditions = [
        Run.published_at.is_not(None),
        Run.company_id.is_(None),
        Run.state.in_(SHOWN),
        Session.ends_at > since,
    ]
    if audience is not None:
        audiences = select(CourseAudience.course_id).where(
            CourseAudience.audience.in_((audience, Audience.EVERYONE))
        )
        conditions.append(Course.id.in_(audiences))
    return conditions


def of_run(number: str) -> list[ColumnElement[bool]]:
    """The sessions of one run that was published; a closed one is nobody's business (F-F07)."""
    return [Run.number == number, Run.company_id.is_(None), Run.state.in_(SHOWN)]


def personal(person_id: UUID, household: Collection[UUID], *, since: datetime) -> list[ColumnElement[bool]]:
    """What these persons take part in, and what the first of them teaches."""
    return [or_(taking_part([person_id, *household]), teaching(person_id)), Session.ends_at > since]


def taking_part(persons: Collection[UUID]) -> ColumnElement[bool]:
    """Sessions in which one of these persons has a place.

    Who had a place in a run, or comes to a session alone, that the centre has called off should see that, and not an empty
    evening; who has given a place back sees nothing of it any more.
    """
    mine = Enrolment.person_id.in_(persons)
    whole = select(Enrolment.run_id).where(mine, Enrolment.is_drop_in.is_(False))
    single = (
        select(EnrolmentSession.session_id)
        .join(Enrolment, Enrolment.id == EnrolmentSession.enrolment_id)
        .where(mine, Enrolment.confirmed_at.is_not(None), EnrolmentSession.ended_at.is_(None))
    )
    has_place = Enrolment.state == EnrolmentState.CONFIRMED
    called_off = or_(Session.state == SessionState.CANCELLED, Run.state == RunState.CANCELLED)
    return or_(
        Run.id.in_(whole.where(has_place)),
        and_(Run.state == RunState.CANCELLED, Run.id.in_(whole.where(Enrolment.confirmed_at.is_not(None)))),
        Session.id.in_(single.where(has_place)),
        and_(called_off, Session.id.in_(single)),
    )


def teaching(person_id: UUID) -> ColumnElement[bool]:
    """Sessions that this person teaches, alone or with the whole run."""
    run = select(RunTrainer.run_id).where(RunTrainer.person_id == person_id)
    session = select(SessionTrainer.session_id).where(SessionTrainer.person_id == person_id)
    return and_(or_(Run.id.in_(run), Session.id.in_(session)), Run.state.in_(SHOWN))


async def kept_texts(
    session: AsyncSession, language: str, *conditions: ColumnElement[bool]
) -> Mapping[UUID, tuple[str, str]]:
    """The calendar texts made earlier for these sessions: fingerprint and text by session."""
    rows = await session.execute(
        select(SessionText.session_id, SessionText.fingerprint, SessionText.text)
        .join(Session, Session.id == SessionText.session_id)
        .join(Run, Run.id == Session.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(SessionText.language == language, *conditions)
    )
    return {row.session_id: (row.fingerprint, row.text) for row in rows}


async def feed_of(session: AsyncSession, person_id: UUID) -> Feed | None:
    """A person's calendar address, revoked or not."""
    return await session.scalar(select(Feed).where(Feed.person_id == person_id))
