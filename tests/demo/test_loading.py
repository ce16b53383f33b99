"""The demo centre goes into an empty database on any day, and what was promised is there."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select

from certificates.code import normalise
from lms.attendance.models import Attendance
from lms.billing.models import Invoice
from lms.billing.service import draw_number
from lms.catalogue.models import Course, CourseAudience, CourseTopic, Outcome, Run, RunState, SearchWord
from lms.certification.models import Certificate
from lms.cli.filling import fill
from lms.db import Begin, connect
from lms.demo.data import read_demo
from lms.demo.filling.crowd import born
from lms.demo.filling.papers import Drawing
from lms.demo.filling.timetable import rule_of
from lms.demo.loading import load
from lms.enrolment.models import (
    Enrolment,
)
from lms.jobs.models import Job
from lms.kernel.clock import local
from lms.people.models import Company, CompanyContact, Household, Person
from lms.resources.models import Device, Kit, Reservation, Room, Venue
from lms.scheduling.holidays import holidays_of
from lms.scheduling.models import Session, SessionState
from lms.scheduling.rules import dates_by_rule
from lms.settings import Settings
from lms.trainers.models import Trainer
from lms.web.module import Around
from tests.demo.town import Loaded
from tests.making import BOTH, FixedClock

DEMO = read_demo()
NEXT_YEARS = [date(2026, 11, 22) + timedelta(days=days) for days in range(0, 770, 11)]


async def test_everything_that_was_promised_is_there(town: Loaded) -> None:
    assert await town.count(Course) >= 36
    assert await town.count(Run) >= 60
    assert await town.count(Venue) == 8
    assert await town.count(Room) >= 8
    assert await town.count(Device) >= 60
    assert await town.count(Kit) == 8
    assert await town.count(Trainer) == 14
    assert await town.count(Household) == 90
    assert await town.count(Company) == 14
    assert await town.count(CompanyContact) == 12


async def test_every_course_is_complete_and_can_be_found(town: Loaded) -> None:
    async with town.begin.reading() as session:
        found = set((await session.scalars(select(SearchWord.course_id).distinct())).all())
        with_audience = set((await session.scalars(select(CourseAudience.course_id).distinct())).all())
        with_topic = set((await session.scalars(select(CourseTopic.course_id).distinct())).all())
        with_outcome = set((await session.scalars(select(Outcome.course_id).distinct())).all())
    courses = {course.id for course in await town.all(Course)}

    assert found == with_audience == with_topic == with_outcome == courses


async def test_runs_say_of_themselves_what_their_sessions_say(town: Loaded) -> None:
    meetings: dict[Any, list[Session]] = defaultdict(list)
    for meeting in await town.all(Session):
        meetings[meeting.run_id].append(meeting)
    for run in await town.all(Run, Run.is_open_ended.is_(False)):
        ordered = sorted(meetings[run.id], key=lambda meeting: meeting.starts_at)
        if not ordered:  # an idea, which has no dates yet
            assert (run.starts_at, run.ends_at, run.session_count) == (None, None, 0)
            continue
        assert (run.starts_at, run.ends_at) == (ordered[0].starts_at, ordered[-1].ends_at)
        assert (run.session_count, run.total_minutes) == (len(ordered), sum(one.minutes for one in ordered))


async def test_sessions_begin_at_their_wall_clock_time_all_year(town: Loaded) -> None:
    starts = {run.number: run.start for run in DEMO.runs}
    runs = {run.id: run.number for run in await town.all(Run)}
    moved = [
        runs[meeting.run_id]
        for meeting in await town.all(Session)
        if local(meeting.starts_at).time()
        != starts.get(runs[meeting.run_id], local(meeting.starts_at).time())
    ]

    assert moved == []


async def test_a_run_that_does_not_take_place_occupies_nothing(town: Loaded) -> None:
    cancelled = {run.id for run in await town.all(Run, Run.state == RunState.CANCELLED)}
    sessions = await town.all(Session, Session.run_id.in_(cancelled))
    reserved = {row.session_id for row in await town.all(Reservation)}

    assert len(cancelled) == 3
    assert {meeting.state for meeting in sessions} == {SessionState.CANCELLED}
    assert reserved & {meeting.id for meeting in sessions} == set()


async def test_every_session_that_takes_place_has_its_room_and_its_trainer_reserved(town: Loaded) -> None:
    rows: dict[Any, list[Reservation]] = defaultdict(list)
    clubs = {run.id for run in await town.all(Run, Run.is_open_ended)}
    for row in await town.all(Reservation):
        rows[row.session_id].append(row)
    lacking = [
        meeting.id
        for meeting in await town.all(Session, Session.state == SessionState.PLANNED)
        if not (meeting.run_id in clubs and meeting.starts_at < town.now)
        and (
            not any(row.trainer_id for row in rows[meeting.id])
            or (
                meeting.room_id is not None
                and not any(row.room_id == meeting.room_id for row in rows[meeting.id])
            )
        )
    ]

    assert lacking == []


@pytest.mark.parametrize("day", NEXT_YEARS, ids=str)
def test_the_timetable_fits_on_whatever_day_the_demo_is_made(day: date) -> None:
    closed = holidays_of("ST", day - timedelta(days=200), day + timedelta(days=400))
    rooms = DEMO.rooms()
    taken: dict[str, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    for run in DEMO.runs:
        if run.situation == "cancelled":
            continue
        dates = dates_by_rule(rule_of(run, DEMO.course_of(run), day), {} if run.through_holidays else closed)
        if run.situation.startswith("completed"):
            assert local(dates.planned[-1].end).date() < day
        for period in dates.planned:
            for trainer in run.trainers:
                taken[trainer].append((period.start, period.end, run.number))
            if run.room:
                room = rooms[run.room]
                wide = period.widened(before_minutes=room.setup_minutes, after_minutes=room.clear_up_minutes)
                taken[run.room].append((wide.start, wide.end, run.number))
    for periods in taken.values():
        periods.sort()
        assert [(one[2], other[2]) for one, other in pairwise(periods) if other[0] < one[1]] == []


def test_somebody_born_on_29_february_has_the_age_the_story_says() -> None:
    assert born(date(2026, 2, 1), 81, 28) == date(1944, 3, 1)
    assert born(date(2028, 2, 28), 81, 1) == date(1946, 3, 1)
    assert born(date(2028, 2, 28), 83, 1) == date(1944, 2, 29)


@pytest.mark.parametrize("filled", ["a Sunday in term"], indirect=True)
async def test_it_is_the_same_centre_every_time(
    filled: tuple[str, datetime], settings: Settings, begin: Begin
) -> None:
    url, now = filled
    first = connect(url)

    await load(begin, settings, now)

    for kind in (Person, Run, Enrolment, Invoice, Attendance):
        assert await _rows(begin, kind) == await _rows(first, kind)
    await first.close()


async def _rows(begin: Begin, kind: Any) -> list[dict[str, Any]]:
    async with begin.reading() as session:
        rows = await session.execute(select(*kind.__table__.columns).order_by(kind.id))
        return [dict(row) for row in rows.mappings()]


@BOTH
async def test_the_next_invoice_follows_without_a_gap(
    settings: Settings, begin: Begin, clock: FixedClock
) -> None:
    await load(begin, settings, clock())

    async with begin() as session:
        last = await session.scalar(
            select(func.max(Invoice.counter)).where(Invoice.series == "RE", Invoice.year == 2026)
        )
        assert await draw_number(session, "RE", 2026) == (last or 0) + 1


async def test_a_database_with_courses_is_left_alone(settings: Settings) -> None:
    assert await fill(settings, if_empty=False) == 0
    assert await fill(settings, if_empty=False) == 1
    assert await fill(settings, if_empty=True) == 0

    begin = connect(settings.database_url)
    async with begin.reading() as session:
        assert (
            await session.scalar(
                select(func.count()).select_from(Person).where(Person.birth_date.is_not(None))
            )
            == 401
        )
    await begin.close()


async def test_a_past_certificate_is_drawn_as_it_was_issued_and_only_once(
    house: Around, clock: FixedClock
) -> None:
    await load(house.begin, house.settings, clock())
    async with house.begin.reading() as session:
        job = (
            await session.scalars(select(Job).where(Job.kind == "task:draw-demo-certificate").limit(1))
        ).one()

    drawing = Drawing(house)
    await drawing(job.payload)
    await drawing(job.payload)

    async with house.begin.reading() as session:
        (certificate,) = (await session.scalars(select(Certificate))).all()
        letters = (await session.scalars(select(Job.kind).where(Job.kind == "event:CertificateIssued"))).all()
    assert certificate.issued_at < clock() - timedelta(days=1)
    assert normalise(certificate.code) == certificate.code
    assert letters == []
