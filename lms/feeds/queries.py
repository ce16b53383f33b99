"""Which sessions stand in which calendar: conditions over `Session`, `Run` and `Course`, as `entries` takes them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.attendance.meetings import taught_by
from lms.catalogue.models import Audience, Course, CourseAudience, CourseTopic, Run, RunState, Topic
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.feeds.models import Feed
from lms.resources.models import Device, Reservation, ReservationState, Room, Venue
from lms.scheduling.models import Session, SessionState

SHOWN = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED, RunState.CANCELLED)
Conditions = list[ColumnElement[bool]]


def programme(*, since: datetime) -> Conditions:
    """The sessions of all runs that were ever published, cancelled ones included: a calendar should say so.

    Runs for one company are nobody else's business (F-F07).
    """
    return [
        Run.published_at.is_not(None),
        Run.company_id.is_(None),
        Run.state.in_(SHOWN),
        Session.ends_at > since,
    ]


def for_audience(audience: Audience) -> ColumnElement[bool]:
    """Courses for these people, or for everyone."""
    return Course.id.in_(
        select(CourseAudience.course_id).where(CourseAudience.audience.in_((audience, Audience.EVERYONE)))
    )


def on_topic(slug: str) -> ColumnElement[bool]:
    """Courses on this topic."""
    return Course.id.in_(
        select(CourseTopic.course_id).join(Topic, Topic.id == CourseTopic.topic_id).where(Topic.slug == slug)
    )


def at_venues(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Sessions in a room of such a venue."""
    return Session.room_id.in_(
        select(Room.id).join(Venue, Venue.id == Room.venue_id).where(condition).correlate(None)
    )


def of_run(number: str) -> Conditions:
    """The sessions of one run that was published; a closed one is nobody's business (F-F07)."""
    return [Run.number == number, Run.company_id.is_(None), Run.state.in_(SHOWN)]


def taking_part(persons: Collection[UUID]) -> ColumnElement[bool]:
    """Sessions in which one of these persons has a place.

    Who had a place in a run, or comes to a session alone, that the centre has called off should see that, and not an empty
    evening; who has given a place back sees nothing of it any more.
    """
    # none of the lists depends on the session that is looked at, so that the database makes each of them once
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
    """Sessions that this person teaches; one for which somebody else stands in is theirs no more."""
    return and_(taught_by(person_id), Run.state.in_(SHOWN))


def in_room(room_id: UUID) -> ColumnElement[bool]:
    """Sessions in this room of runs that somebody has been told of, those for companies included."""
    return and_(Session.room_id == room_id, Run.state.in_(SHOWN))


def with_kit(kit_id: UUID) -> ColumnElement[bool]:
    """Sessions for which a device of this kit is kept."""
    kept = (
        select(Reservation.session_id)
        .join(Device, Device.id == Reservation.device_id)
        .where(
            Device.kit_id == kit_id,
            Reservation.session_id.is_not(None),
            Reservation.state == ReservationState.FIRM,
        )
    )
    return and_(Session.id.in_(kept), Run.state.in_(SHOWN))


async def feeds_of(session: AsyncSession, person_id: UUID) -> list[Feed]:
    """A person's calendar addresses, oldest first, without those that were switched off."""
    rows = await session.scalars(
        select(Feed)
        .where(Feed.person_id == person_id, Feed.revoked_at.is_(None))
        .order_by(Feed.created_at, Feed.id)
    )
    return list(rows)
