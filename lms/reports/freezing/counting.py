"""What a report says today, what is still open in its days, and why it may say something else than when it was handed in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.models import Enrolment
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.reports.figures.programme import run_ids
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span, held, session_minutes
from lms.reports.figures.whole import Data, canonical, counted, fingerprint
from lms.reports.freezing.models import Report, ReportKind, ReportState
from lms.reports.funding.models import FundingChange, FundingLine
from lms.reports.funding.queries import line_named, line_of, linked
from lms.reports.statistics.whole import set_of
from lms.scheduling.models import Session, SessionState

MOST_OPEN = 50


def span_of(report: Report) -> Span:
    """Its days."""
    return Span(report.first_day, report.last_day)


def subject_of(kind: ReportKind, span: Span, line_id: UUID | None) -> str:
    """What a report is about; of one subject one report holds."""
    return f"{kind.value}:{span.first}:{span.last}:{line_id or ''}"


async def report_of(session: AsyncSession, report_id: UUID, *, lock: bool = False) -> Report:
    """One report. Raises NotFound."""
    found = await session.get(Report, report_id, with_for_update=lock or None)
    if found is None:
        raise NotFound
    return found


async def reports(session: AsyncSession) -> Sequence[tuple[Report, FundingLine | None]]:
    """All of them: drafts first, then the latest."""
    rows = await session.execute(
        select(Report, FundingLine)
        .outerjoin(FundingLine, FundingLine.id == Report.line_id)
        .order_by(
            Report.state != ReportState.DRAFT, Report.last_day.desc(), Report.subject, Report.version.desc()
        )
    )
    return [(report, line) for report, line in rows]


async def data_of(session: AsyncSession, report: Report, now: datetime) -> Data:
    """The numbers of a report: those that were handed in, else today's; a constant number of statements."""
    if report.state is not ReportState.DRAFT:
        frozen: Data = json.loads(report.data)
        return frozen
    return await counted_today(session, report, now)


async def counted_today(session: AsyncSession, report: Report, now: datetime) -> Data:
    """What the same report would say now."""
    span = span_of(report)
    if report.kind is ReportKind.VHS:
        return (await set_of(session, report.first_day.year, now))[0]
    data = await counted(session, span, now, Selection(line_id=report.line_id))
    data["kind"] = report.kind.value
    data["line"] = None
    data["meetings"] = []
    if report.line_id is not None:
        line = await line_named(session, report.line_id)
        data["line"] = {
            "name": line.name, "funder": line.funder, "programme": line.programme, "pays": line.pays,
            "budget_units": line.budget_units, "budget_cents": line.budget_cents,
        }  # fmt: skip
        data["meetings"] = await _meetings(session, span, now, line.id)
    return data


async def _meetings(session: AsyncSession, span: Span, now: datetime, line_id: UUID) -> list[list[object]]:
    """The evidence: when, which run, how many minutes of every session held for the line, in order."""
    rows = await session.execute(
        linked(
            select(Session.starts_at, Run.number, session_minutes())
            .select_from(Session)
            .join(Run, Run.id == Session.run_id)
        )
        .where(held(span, now), Run.state != RunState.DRAFT, line_of() == line_id)
        .order_by(Session.starts_at, Run.number, Session.id)
    )
    return [[f"{local(at):%Y-%m-%d %H:%M}", number, int(minutes)] for at, number, minutes in rows]


def is_intact(report: Report) -> bool:
    """Whether the numbers, reckoned again from what was kept, come to the same text and the same hash."""
    return fingerprint(canonical(json.loads(report.data))) == report.sha256


@dataclass(frozen=True, slots=True)
class Open:
    """A session in the days of a report that is not finished: not held yet, or its attendance is not closed."""

    session_id: UUID
    starts_at: datetime
    number: str
    title: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class Unfinished:
    """All of them, and the first of the list."""

    count: int
    listed: Sequence[Open]


async def unfinished(session: AsyncSession, span: Span, now: datetime, line_id: UUID | None) -> Unfinished:
    """Sessions that are still to come or whose attendance is open; two statements."""
    wanted = span.holds() & (Session.state == SessionState.PLANNED) & Session.locked_at.is_(None)
    wanted &= Run.state.not_in((RunState.DRAFT, RunState.CANCELLED))
    if line_id is not None:
        wanted &= line_of() == line_id
    count = await session.scalar(
        linked(select(func.count()).select_from(Session).join(Run, Run.id == Session.run_id)).where(wanted)
    )
    rows = await session.execute(
        linked(
            select(Session.id, Session.starts_at, Session.ends_at, Run.number, Course.title_de)
            .select_from(Session)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
        )
        .where(wanted)
        .order_by(Session.starts_at, Run.number)
        .limit(MOST_OPEN)
    )
    return Unfinished(
        count or 0,
        [Open(one, starts, number, title, ends <= now) for one, starts, ends, number, title in rows],
    )


@dataclass(frozen=True, slots=True)
class Since:
    """What has happened to the rows behind a report since it was handed in."""

    sessions: int
    enrolments: int
    merged: int
    moved: int


async def happened_since(session: AsyncSession, report: Report, now: datetime) -> Since:
    """Counted from the rows themselves; four statements."""
    span, since = span_of(report), report.handed_in_at or now
    runs = run_ids(span, now, Selection(line_id=report.line_id))
    sessions = await session.scalar(
        select(func.count()).select_from(Session).where(span.holds(), Session.changed_at > since)
    )
    enrolments = await session.scalar(
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.run_id.in_(runs), Enrolment.changed_at > since)
    )
    merged = await session.scalar(
        select(func.count())
        .select_from(Person)
        .where(Person.merged_at > since, Person.merged_into_id.is_not(None))
    )
    moved = await session.scalar(
        select(func.count()).select_from(FundingChange).where(FundingChange.changed_at > since)
    )
    return Since(sessions or 0, enrolments or 0, merged or 0, moved or 0)
