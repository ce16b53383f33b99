"""Runs with their sessions, and the rooms and trainers these occupy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lms.catalogue.models import Course, Run, RunState
from lms.demo.data import first_day
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.demo.shapes import programme as shapes
from lms.demo.shapes.words import Situation
from lms.kernel.period import Period
from lms.resources.models import Reservation, Room
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer, SkippedDate
from lms.scheduling.online import OUR_ROOM
from lms.scheduling.rules import Dates, WeeklyRule, dates_by_rule, last_day_needed, summary_of

ON_SHOW = timedelta(days=70)
ON_SHOW_AT_LEAST = timedelta(days=20)
PLANNED_BEFORE = timedelta(days=10)
NOT_LOCKED_YET = frozenset({"1006", "4027"})
"""Runs that are over and marked, whose registers the team has still to close."""
OVER: frozenset[Situation] = frozenset({"completed_with_certificates", "completed_certificates_pending"})
LOCKED_AFTER = timedelta(hours=20)
CALLED_OFF_BEFORE = timedelta(days=2)
PLANNER, KEEPER = "claudia-wegmann", "sevda-yildirim"
STATES: dict[Situation, RunState] = {
    "draft": RunState.DRAFT,
    "confirmed": RunState.CONFIRMED,
    "cancelled": RunState.CANCELLED,
    "completed_with_certificates": RunState.COMPLETED,
    "completed_certificates_pending": RunState.CONFIRMED,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A run with its sessions, and what the demo file says of it."""

    shape: shapes.Run
    course_shape: shapes.Course
    course: Course
    run: Run
    sessions: Sequence[Session]

    @property
    def starts_at(self) -> datetime:
        """When it begins."""
        return self.sessions[0].starts_at

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.sessions[-1].ends_at

    @property
    def published_at(self) -> datetime:
        """When it was first shown; for a draft, when it was made."""
        return self.run.published_at or self.run.created_at

    def called_off_at(self, now: datetime) -> datetime:
        """When it was decided that a cancelled run does not take place."""
        return min(now, self.starts_at) - CALLED_OFF_BEFORE

    @property
    def closes_at(self) -> datetime:
        """Until when people enrol."""
        return self.run.enrolment_closes_at or self.starts_at


async def fill_runs(
    ground: Ground, courses: Mapping[str, Course], rooms: Mapping[str, Room], everybody: Everybody
) -> list[Planned]:
    """Write all runs with their dates; the database refuses two at once in one room or by one trainer."""
    rules = {run.number: rule_of(run, ground.demo.course_of(run), ground.today) for run in ground.demo.runs}
    first = min(rule.first_day for rule in rules.values())
    last = max(last_day_needed(rule) for rule in rules.values())
    closed = await closed_days(ground.session, ground.settings.federal_state, first, last)
    dates = {
        run.number: dates_by_rule(rules[run.number], {} if run.through_holidays else closed)
        for run in ground.demo.runs
    }
    planned = [
        _planned(ground, run, courses[run.course], dates[run.number], rooms) for run in ground.demo.runs
    ]
    await ground.put(one.run for one in planned)
    await ground.put(meeting for one in planned for meeting in one.sessions)
    for one in planned:
        teachers = [everybody.trainers[key].id for key in one.shape.trainers]
        _name_trainers(ground, one, teachers)
        _note_skipped(ground, one, dates[one.run.number])
        if one.run.state is not RunState.CANCELLED:
            _occupy(ground, one, teachers, rooms)
        _trace(ground, everybody, one)
    await ground.session.flush()
    return planned


def rule_of(run: shapes.Run, course: shapes.Course, today: date) -> WeeklyRule:
    """When a run meets; in a block on days in a row."""
    begins = first_day(run, today)
    count = run.sessions or course.sessions
    weekdays = {(begins.weekday() + step) % 7 for step in range(count if run.block else 1)}
    return WeeklyRule(
        first_day=begins,
        starts_at=run.start,
        minutes=run.minutes or course.minutes,
        count=count,
        weekdays=frozenset(weekdays),
        interval_weeks=run.interval_weeks,
    )


def _planned(
    ground: Ground, shape: shapes.Run, course: Course, dates: Dates, rooms: Mapping[str, Room]
) -> Planned:
    course_shape = ground.demo.course_of(shape)
    room = rooms[shape.room] if shape.room else None
    summary = summary_of(dates.planned)
    starts_at = dates.planned[0].start
    published_at = min(starts_at - ON_SHOW, ground.now - ON_SHOW_AT_LEAST)
    price = course_shape.price_cents if shape.price_cents is None else shape.price_cents
    concession = course_shape.concession_cents if shape.concession_cents is None else shape.concession_cents
    state = STATES.get(shape.situation, RunState.PUBLISHED)
    run = Run(
        id=ground.key(),
        course_id=course.id,
        number=shape.number,
        capacity=shape.capacity or course_shape.capacity,
        minimum=course_shape.minimum,
        created_at=published_at - PLANNED_BEFORE,
        published_at=None if state is RunState.DRAFT else published_at,
        state=state,
        price_cents=price,
        concession_cents=concession if price else None,
        payment_methods=list(course_shape.payment) if price else [],
        drop_in_places=shape.drop_in_places,
        drop_in_price_cents=shape.drop_in_price_cents,
        venue_id=room.venue_id if room else None,
        room_id=room.id if room else None,
        is_online=shape.online,
        step_free=bool(room and room.step_free),
        starts_at=summary.starts_at,
        ends_at=summary.ends_at,
        weekdays=summary.weekdays,
        dayparts=summary.dayparts,
        session_count=summary.session_count,
        total_minutes=summary.total_minutes,
        enrolment_closes_at=starts_at - timedelta(days=shape.closes_days_before),
        promotion_ends_at=starts_at,
        closes_days_before=shape.closes_days_before,
        promotion_session=1,
        cancel_free_days=ground.demo.centre.cancellation.free_until_days,
        cancel_fee_percent=ground.demo.centre.cancellation.share_percent,
        cancelled_reason_de=shape.cancelled_reason_de,
        cancelled_reason_en=shape.cancelled_reason_en,
        note_de=shape.note_de,
        note_en=shape.note_en,
    )
    if shape.situation in OVER and shape.number not in NOT_LOCKED_YET:
        run.attendance_locked_at = min(dates.planned[-1].end + LOCKED_AFTER, ground.now)
    sessions = [_session(ground, run, shape, period, room) for period in dates.planned]
    return Planned(shape, course_shape, course, run, sessions)


def _session(ground: Ground, run: Run, shape: shapes.Run, period: Period, room: Room | None) -> Session:
    return Session(
        id=ground.key(),
        run_id=run.id,
        starts_at=period.start,
        ends_at=period.end,
        changed_at=run.created_at,
        room_id=room.id if room else None,
        online_url=_online_place(ground, shape),
        locked_at=run.attendance_locked_at,
        state=SessionState.CANCELLED if run.state is RunState.CANCELLED else SessionState.PLANNED,
    )


def _online_place(ground: Ground, shape: shapes.Run) -> str:
    """In our own video conference where there is one, or the stand-in for it; else behind an address that leads nowhere."""
    if not shape.online:
        return ""
    if ground.settings.has_own_rooms:
        return OUR_ROOM
    return f"https://treffen.zdb-haldensleben.example/{shape.number}"


def _name_trainers(ground: Ground, planned: Planned, teachers: Sequence[UUID]) -> None:
    ground.session.add_all(
        RunTrainer(run_id=planned.run.id, person_id=person_id, position=position)
        for position, person_id in enumerate(teachers)
    )
    ground.session.add_all(
        SessionTrainer(session_id=meeting.id, person_id=person_id)
        for meeting in planned.sessions
        for person_id in teachers
    )


def _trace(ground: Ground, everybody: Everybody, planned: Planned) -> None:
    run, planner = planned.run, everybody.member(PLANNER)
    if run.published_at is not None:
        ground.note(
            run.published_at,
            "run.published",
            "run",
            run.id,
            by=planner,
            before={"state": "draft"},
            after={"state": "published"},
        )
    if run.state is RunState.CANCELLED:
        ground.note(
            planned.called_off_at(ground.now),
            "run.cancelled",
            "run",
            run.id,
            by=planner,
            before={"state": "published"},
            after={"state": "cancelled"},
            reason=run.cancelled_reason_de,
        )
    if run.attendance_locked_at is not None:
        keeper = everybody.member(KEEPER)
        ground.note(run.attendance_locked_at, "attendance.locked", "run", run.id, by=keeper)


def _note_skipped(ground: Ground, planned: Planned, dates: Dates) -> None:
    ground.session.add_all(
        SkippedDate(
            id=ground.key(),
            run_id=planned.run.id,
            starts_at=skipped.period.start,
            ends_at=skipped.period.end,
            reason=skipped.reason,
        )
        for skipped in dates.skipped
    )


def _occupy(ground: Ground, planned: Planned, teachers: Sequence[UUID], rooms: Mapping[str, Room]) -> None:
    room = rooms[planned.shape.room] if planned.shape.room else None
    for meeting in planned.sessions:
        if room is not None:
            taken = Period(meeting.starts_at, meeting.ends_at).widened(
                before_minutes=room.setup_minutes, after_minutes=room.clearup_minutes
            )
            ground.session.add(
                Reservation(
                    id=ground.key(),
                    room_id=room.id,
                    starts_at=taken.start,
                    ends_at=taken.end,
                    session_id=meeting.id,
                    purpose=planned.run.number,
                    venue_id=room.venue_id,
                )
            )
        ground.session.add_all(
            Reservation(
                id=ground.key(),
                trainer_id=person_id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
                session_id=meeting.id,
                purpose=planned.run.number,
                venue_id=room.venue_id if room else None,
            )
            for person_id in teachers
        )
