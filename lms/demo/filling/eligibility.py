"""What certificates ask for: a funding programme, a course with an exam, and somebody who makes up a session."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from certificates.document import Kind
from lms.attendance.models import Attendance, MakeUp, Presence
from lms.catalogue.models import Run, RunState
from lms.certification.eligibility.models import (
    CourseRule,
    ExamOutcome,
    ExamResult,
    FundingProgramme,
    RunRule,
)
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.filling.timetable import Planned
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.clock import local
from lms.scheduling.models import Session, SessionState

EXAMINED, FUNDED = "ki-im-buero", "1006"
AGREED_BY = "sevda-yildirim"
OUT_OF = 20
POINTS = (18, 15, 19, 8, 16)
"""Of those with a place from A to Z; whoever comes after them has no result yet."""
ENOUGH = 12


async def fill_eligibility(ground: Ground, everybody: Everybody, runs: Iterable[Planned]) -> None:
    """Rules for runs whose certificates are still to be issued; papers that exist rest on what held before."""
    pending = [one for one in runs if one.shape.situation == "completed_certificates_pending"]
    by = everybody.member(AGREED_BY).account_id
    programme = FundingProgramme(
        id=ground.key(),
        name="Digital im Alter",
        threshold_percent=75,
        text_de="Gefördert aus Mitteln des Landes Sachsen-Anhalt.",
        text_en="Funded by the state of Saxony-Anhalt.",
        valid_from=ground.today.replace(month=1, day=1),
    )
    ground.session.add(programme)
    await ground.session.flush()
    for planned in pending:
        if planned.run.number == FUNDED:
            ground.session.add(RunRule(id=ground.key(), run_id=planned.run.id, programme_id=programme.id))
        if planned.course.slug == EXAMINED:
            await _examine(ground, planned, by)
    await _make_up(ground, pending, by)
    await ground.session.flush()


async def _examine(ground: Ground, planned: Planned, by: UUID | None) -> None:
    ground.session.add(
        CourseRule(
            id=ground.key(),
            course_id=planned.course.id,
            kinds=[Kind.ATTENDANCE.value, Kind.EXAMINED.value],
            exam_de="Abschlusstest KI im Büro",
            exam_en="Final test AI in the office",
            valid_months=24,
        )
    )
    places = await ground.session.scalars(
        select(Enrolment)
        .where(Enrolment.run_id == planned.run.id, Enrolment.state == EnrolmentState.CONFIRMED)
        .order_by(Enrolment.reference)
    )
    for enrolment, points in zip(places, POINTS, strict=False):
        ground.session.add(
            ExamResult(
                id=ground.key(),
                enrolment_id=enrolment.id,
                exam="Abschlusstest KI im Büro",
                outcome=ExamOutcome.PASSED if points >= ENOUGH else ExamOutcome.FAILED,
                held_on=local(planned.ends_at).date(),
                entered_at=planned.ends_at + timedelta(hours=2),
                entered_by=by,
                points=points,
                out_of=OUT_OF,
            )
        )


async def _make_up(ground: Ground, pending: Sequence[Planned], by: UUID | None) -> None:
    """The first who missed a session comes to the next one of another run of the course."""
    for planned in pending:
        missed = (
            await ground.session.scalars(
                select(Attendance)
                .join(Session, Session.id == Attendance.session_id)
                .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
                .where(
                    Session.run_id == planned.run.id,
                    Attendance.presence.in_([Presence.EXCUSED, Presence.ABSENT]),
                    Enrolment.state == EnrolmentState.CONFIRMED,
                )
                .order_by(Session.starts_at, Enrolment.reference)
                .limit(1)
            )
        ).first()
        there = await _next_session(ground, planned)
        if missed is not None and there is not None:
            ground.session.add(
                MakeUp(
                    id=ground.key(),
                    enrolment_id=missed.enrolment_id,
                    missed_session_id=missed.session_id,
                    session_id=there.id,
                    agreed_at=ground.now - timedelta(days=1),
                    agreed_by=by,
                )
            )
            return


async def _next_session(ground: Ground, planned: Planned) -> Session | None:
    found: Session | None = (
        await ground.session.scalars(
            select(Session)
            .join(Run, Run.id == Session.run_id)
            .where(
                Run.course_id == planned.course.id,
                Run.id != planned.run.id,
                Run.state.in_([RunState.PUBLISHED, RunState.CONFIRMED]),
                Session.state == SessionState.PLANNED,
                Session.starts_at > ground.now,
            )
            .order_by(Session.starts_at)
            .limit(1)
        )
    ).first()
    return found
