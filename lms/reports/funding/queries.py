"""Which hour belongs to which line, in a session of the database that somebody else opened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run, RunState
from lms.kernel.clock import MINUTES_PER_UNIT
from lms.kernel.errors import NotFound
from lms.reports.figures.spans import Span, held, session_minutes
from lms.reports.funding.models import OWN_MEANS, FundingChange, FundingLine, FundingRun, FundingShare
from lms.scheduling.models import Session, SessionState


def line_of() -> ColumnElement[UUID]:
    """The line of a session, in a statement that was `linked`: its own, that of its run, the centre's own means."""
    return func.coalesce(FundingShare.line_id, FundingRun.line_id, literal(OWN_MEANS, Uuid()))


Ts = TypeVarTuple("Ts")


def linked(statement: Select[*Ts]) -> Select[*Ts]:
    """The statement, which selects from sessions, with what `line_of` reads."""
    return statement.outerjoin(FundingShare, FundingShare.session_id == Session.id).outerjoin(
        FundingRun, FundingRun.run_id == Session.run_id
    )


async def lines(session: AsyncSession) -> Sequence[FundingLine]:
    """All of them: the centre's own means first, those that have ended last."""
    every = (await session.scalars(select(FundingLine).order_by(FundingLine.name))).all()
    return sorted(every, key=lambda one: (one.ended_at is not None, not one.is_own_means, one.name))


async def line_named(session: AsyncSession, line_id: UUID, *, lock: bool = False) -> FundingLine:
    """One line. Raises NotFound."""
    found = await session.get(FundingLine, line_id, with_for_update=lock or None)
    if found is None:
        raise NotFound
    return found


async def close_gate(session: AsyncSession) -> None:
    """Let nobody else move hours or hand a report in until this transaction ends: both look at the same hours."""
    await session.execute(select(FundingLine.id).where(FundingLine.id == OWN_MEANS).with_for_update())


@dataclass(frozen=True, slots=True)
class Use:
    """What has been taught for a line, what is planned, and how much nobody has decided about."""

    held_minutes: int = 0
    planned_minutes: int = 0
    held_sessions: int = 0
    undecided_minutes: int = 0
    unlocked_sessions: int = 0

    def percent_of(self, units: int | None) -> int | None:
        """How much of so many units has been taught."""
        return None if not units else self.held_minutes * 100 // (units * MINUTES_PER_UNIT)


async def use_of_lines(session: AsyncSession, now: datetime, span: Span | None = None) -> Mapping[UUID, Use]:
    """Of each line with sessions; one statement. Runs that are drafts are not counted."""
    line = line_of()
    is_held = (Session.ends_at <= now) & (Session.state == SessionState.PLANNED)
    minutes, undecided = session_minutes(), FundingShare.line_id.is_(None) & FundingRun.line_id.is_(None)
    wanted = linked(
        select(
            line,
            func.sum(case((is_held, minutes), else_=0)),
            func.sum(case((is_held, 0), else_=minutes)),
            func.sum(case((is_held, 1), else_=0)),
            func.sum(case((is_held & undecided, minutes), else_=0)),
            func.sum(case((is_held & Session.locked_at.is_(None), 1), else_=0)),
        )
        .select_from(Session)
        .join(Run, Run.id == Session.run_id)
    ).where(Session.state == SessionState.PLANNED, Run.state != RunState.DRAFT)
    if span is not None:
        wanted = wanted.where(span.holds())
    rows = await session.execute(wanted.group_by(line))
    return {line_id: Use(*(int(one) for one in sums)) for line_id, *sums in rows}


@dataclass(frozen=True, slots=True)
class RunHours:
    """One run in the list of hours: its sessions in the days asked for, and to which lines they belong."""

    run_id: UUID
    number: str
    title: str
    sessions: int
    minutes: int
    lines: Mapping[UUID, int]
    reported: int
    is_decided: bool

    @property
    def is_mixed(self) -> bool:
        """Whether its sessions belong to several lines."""
        return len(self.lines) > 1


async def hours_by_run(session: AsyncSession, span: Span) -> Sequence[RunHours]:
    """Runs with sessions in these days, held or planned, by number; one statement."""
    line = line_of()
    rows = await session.execute(
        linked(
            select(
                Run.id, Run.number, Course.title_de, line, func.count(), func.sum(session_minutes()),
                func.sum(case((FundingShare.report_id.is_not(None), 1), else_=0)),
                func.sum(case((FundingShare.line_id.is_(None) & FundingRun.line_id.is_(None), 1), else_=0)),
            )
            .select_from(Session)
            .join(Run, Run.id == Session.run_id)
            .join(Course, Course.id == Run.course_id)
        )
        .where(span.holds(), Session.state == SessionState.PLANNED, Run.state != RunState.DRAFT)
        .group_by(Run.id, Run.number, Course.title_de, line)
        .order_by(Run.number, line)
    )  # fmt: skip
    found: dict[UUID, RunHours] = {}
    for run_id, number, title, line_id, sessions, minutes, reported, undecided in rows:
        known = found.get(run_id) or RunHours(run_id, number, title, 0, 0, {}, 0, is_decided=True)
        found[run_id] = RunHours(
            run_id, number, title, known.sessions + sessions, known.minutes + int(minutes),
            {**known.lines, line_id: int(minutes)}, known.reported + int(reported),
            known.is_decided and not undecided,
        )  # fmt: skip
    return list(found.values())


@dataclass(frozen=True, slots=True)
class SessionHours:
    """One session of a run and its line."""

    session: Session
    line_id: UUID
    is_reported: bool


async def hours_of_run(session: AsyncSession, run_id: UUID) -> Sequence[SessionHours]:
    """Its sessions in order, cancelled ones too; one statement."""
    rows = await session.execute(
        linked(select(Session, line_of(), FundingShare.report_id))
        .where(Session.run_id == run_id)
        .order_by(Session.starts_at, Session.id)
    )
    return [SessionHours(one, line_id, report_id is not None) for one, line_id, report_id in rows]


async def changes_of_run(session: AsyncSession, run_id: UUID) -> Sequence[FundingChange]:
    """What was decided about its hours, the latest first."""
    found = await session.scalars(
        select(FundingChange)
        .where(FundingChange.run_id == run_id)
        .order_by(FundingChange.changed_at.desc(), FundingChange.id)
        .limit(50)
    )
    return found.all()


def held_of_line(span: Span, now: datetime, line_id: UUID) -> Select[Session]:
    """The sessions held in these days for this line."""
    return linked(select(Session)).where(held(span, now), line_of() == line_id)
