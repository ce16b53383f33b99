"""The events of a reporting year and who came, in a session of the database that somebody else opened; three statements.

A run belongs to the year in which its last session lies, with all its units and enrolments, so that each run is counted once
in one set; `docs/reports.md` says so.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.db import statistics_units
from lms.enrolment.models import Enrolment, EnrolmentSession, EnrolmentState
from lms.kernel.clock import MINUTES_PER_UNIT, local
from lms.people.ages import age_band
from lms.people.models import Person
from lms.reports.figures.spans import Span, session_minutes
from lms.reports.statistics.kinds import kind_of, scenario_of
from lms.reports.statistics.models import CourseStatistics, EventStatistics
from lms.scheduling.models import Session, SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One run as the statistics see it. `area`, `field` and `scenario` are empty where nobody knows them.

    `enrolled` are enrolments, `typed` people counted by hand; `participants` is what counts.
    """

    run_id: UUID
    course_id: UUID
    number: str
    title: str
    area: str
    field: str
    kind: str
    scenario: str
    is_contract: bool
    first_day: date
    capacity: int
    sessions: int
    minutes: int
    unlocked: int
    to_come: int
    typed: int | None
    seated: int
    ages: Mapping[str, int]
    genders: Mapping[str, int]

    @property
    def enrolled(self) -> int:
        """Enrolments (Belegungen)."""
        return sum(self.ages.values())

    @property
    def participants(self) -> int:
        """What the statistics count: who was counted by hand, else the enrolments."""
        return self.enrolled if self.typed is None else self.typed


async def events_of(session: AsyncSession, span: Span, now: datetime) -> Sequence[Event]:
    """Every run whose last session lies in these days, by number, if a session was held or somebody has a place."""
    rows = await _runs(session, span, now)
    people = await _people(session, [row.id for row in rows], now)
    found = [_event(session, row, people.get(row.id, ())) for row in rows]
    return [one for one in found if one.minutes or one.participants]


async def _runs(session: AsyncSession, span: Span, now: datetime) -> Sequence[Any]:
    planned = Session.state == SessionState.PLANNED
    is_held = planned & (Session.ends_at <= now)
    has_link, has_room = Session.online_url != "", Session.room_id.is_not(None)

    def number(wanted: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((wanted, 1), else_=0))

    sums = (
        select(
            Session.run_id, func.min(Session.starts_at).label("first_at"), number(is_held).label("sessions"),
            func.sum(case((is_held, session_minutes()), else_=0)).label("minutes"),
            number(and_(is_held, Session.locked_at.is_(None))).label("unlocked"),
            number(and_(planned, Session.ends_at > now)).label("to_come"),
            number(and_(planned, has_room, ~has_link)).label("on_site"),
            number(and_(planned, has_link, ~has_room)).label("online"),
            number(and_(planned, has_link, has_room)).label("both"),
            number(and_(planned, ~has_link, ~has_room)).label("neither"),
        )
        .group_by(Session.run_id)
        .having(func.max(Session.starts_at) >= span.starts, func.max(Session.starts_at) < span.until)
        .subquery()
    )  # fmt: skip
    rows = await session.execute(
        select(
            Run.id, Run.course_id, Run.number, Course.title_de, Run.company_id, Run.capacity, Run.is_online, Run.venue_id,
            CourseStatistics.area, CourseStatistics.field, EventStatistics.kind, EventStatistics.scenario,
            EventStatistics.participants, *(one for one in sums.c if one.name != "run_id"),
        )
        .join(sums, sums.c.run_id == Run.id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(CourseStatistics, CourseStatistics.course_id == Run.course_id)
        .outerjoin(EventStatistics, EventStatistics.run_id == Run.id)
        .where(Run.state.not_in((RunState.DRAFT, RunState.CANCELLED)))
        .order_by(Run.number)
    )  # fmt: skip
    return rows.all()


async def _people(
    session: AsyncSession, runs: Sequence[UUID], now: datetime
) -> Mapping[UUID, Sequence[tuple[date | None, str, bool]]]:
    """Of each run birth date, gender and whether it is a single session of everybody with a place; one statement."""
    came = exists().where(
        EnrolmentSession.enrolment_id == Enrolment.id,
        EnrolmentSession.ended_at.is_(None),
        EnrolmentSession.session_id == Session.id,
        Session.state == SessionState.PLANNED,
        Session.ends_at <= now,
    )
    rows = await session.execute(
        select(Enrolment.run_id, Person.birth_date, Person.gender, Enrolment.is_drop_in)
        .join(Person, Person.id == Enrolment.person_id)
        .where(
            Enrolment.state == EnrolmentState.CONFIRMED,
            Enrolment.run_id.in_(runs),
            or_(~Enrolment.is_drop_in, came),
        )
    )
    found: dict[UUID, list[tuple[date | None, str, bool]]] = defaultdict(list)
    for run_id, birth_date, gender, is_drop_in in rows:
        found[run_id].append((birth_date, gender.value if gender else "", is_drop_in))
    return found


def _event(session: AsyncSession, row: Any, people: Sequence[tuple[date | None, str, bool]]) -> Event:
    single, seminar = statistics_units(session)
    day = local(row.first_at).date()
    kind = row.kind or kind_of(
        row.minutes / MINUTES_PER_UNIT, row.sessions + row.to_come, single_units=single, seminar_units=seminar
    )
    on_site, neither = row.on_site, row.neither
    if row.venue_id is not None and not row.is_online:
        on_site, neither = on_site + neither, 0
    scenario = row.scenario or scenario_of(on_site, row.online, row.both, neither)
    return Event(
        run_id=row.id, course_id=row.course_id, number=row.number, title=row.title_de,
        area=row.area.value if row.area else "", field=row.field or "", kind=kind.value,
        scenario=scenario.value if scenario else "", is_contract=row.company_id is not None, first_day=day,
        capacity=row.capacity, sessions=int(row.sessions), minutes=int(row.minutes), unlocked=int(row.unlocked),
        to_come=int(row.to_come), typed=row.participants, seated=sum(not drop_in for *_, drop_in in people),
        ages=Counter(age_band(born, day).value for born, *_ in people),
        genders=Counter(gender for _, gender, _ in people),
    )  # fmt: skip
