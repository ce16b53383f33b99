"""Which rows wait for somebody of the team, as filters: for the list of the day, for lists of their own and for marks beside a name."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from lms.attendance.models import Attendance
from lms.catalogue.models import Run, RunState
from lms.enrolment.models import (
    Approval,
    Enrolment,
    EnrolmentState,
)
from lms.enrolment.queries import comes_to
from lms.lending.models import Loan, LoanState
from lms.resources.models import Device
from lms.scheduling.models import (
    Preparation,
    Session,
    SessionState,
)

RUNNING = (RunState.PUBLISHED, RunState.CONFIRMED)


def lacks_consent() -> ColumnElement[bool]:
    """Requests that a guardian has not agreed to yet."""
    return and_(
        Enrolment.state == EnrolmentState.REQUESTED,
        or_(Enrolment.approval.is_(None), Enrolment.approval != Approval.ASKED),
    )


def waits_for_team() -> ColumnElement[bool]:
    """Enrolments that the team decides about (F-E11)."""
    return and_(
        Enrolment.approval == Approval.ASKED,
        Enrolment.state.in_((EnrolmentState.REQUESTED, EnrolmentState.HELD)),
    )


def is_kept_idea() -> ColumnElement[bool]:
    """Runs that were kept as ideas and have had no dates yet: they may rest."""
    had_dates = exists().where(Session.run_id == Run.id)
    kept = exists().where(Preparation.run_id == Run.id)
    return and_(kept.correlate(Run), ~had_dates.correlate(Run))


def unmarked(now: datetime) -> ColumnElement[bool]:
    """Sessions that are over, not closed, and in which somebody with a place has no mark."""
    forgotten = exists().where(
        Enrolment.run_id == Session.run_id,
        Enrolment.state == EnrolmentState.CONFIRMED,
        comes_to(Session.id),
        ~exists()
        .where(Attendance.session_id == Session.id, Attendance.enrolment_id == Enrolment.id)
        .correlate(Session, Enrolment),
    )
    return and_(
        Session.ends_at <= now,
        Session.state == SessionState.PLANNED,
        Session.locked_at.is_(None),
        exists().where(Run.id == Session.run_id, Run.state.in_(RUNNING)).correlate(Session),
        forgotten,
    )


def lockable(now: datetime) -> ColumnElement[bool]:
    """Runs that are over, whose attendance is whole and not closed yet."""
    still_missing = exists().where(Session.run_id == Run.id, unmarked(now))
    attended = exists().where(Enrolment.run_id == Run.id, Enrolment.state == EnrolmentState.CONFIRMED)
    return and_(
        Run.state.in_(RUNNING),
        Run.ends_at <= now,
        Run.attendance_locked_at.is_(None),
        attended,
        ~still_missing,
    )


def waits_to_be_wiped() -> ColumnElement[bool]:
    """Devices that nobody has wiped since they came back."""
    is_out = exists().where(Loan.device_id == Device.id, Loan.state == LoanState.OUT).correlate(Device)
    return and_(Device.must_be_wiped, ~is_out)


def came_back() -> ColumnElement[datetime | None]:
    """When a device came back last."""
    return (
        select(func.max(Loan.returned_at))
        .where(Loan.device_id == Device.id)
        .correlate(Device)
        .scalar_subquery()
    )
