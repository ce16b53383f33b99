"""What runs cost and bring in, before and after (F-O05, F-O06), in a session of the database that somebody else opened.

A run is reckoned as a whole, in the days in which its last session lies: so no run is reckoned twice. Money is that of the ledger,
fees are those of statements that finance has approved, rooms what the centre pays by the hour.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import EntryKind, LedgerEntry
from lms.billing.rules import MONEY_MOVED
from lms.catalogue.models import Run, RunState
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.honoraria.rates.queries import terms_of
from lms.honoraria.rates.rules import fee_cents
from lms.honoraria.statements.models import FeeLine, FeeStatement, StatementState
from lms.kernel.clock import local
from lms.reports.figures.programme import Kind, is_wanted
from lms.reports.figures.selecting import Selection
from lms.reports.figures.spans import Span, session_minutes
from lms.reports.funding.queries import line_of, linked
from lms.resources.models import Room
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer

APPROVED = (StatementState.APPROVED, StatementState.PAID)


@dataclass(frozen=True, slots=True)
class Before:
    """What was reckoned with: income with the least number and with every place taken, fees (None: no rate known), rooms."""

    least_cents: int
    most_cents: int
    fees_cents: int | None
    rooms_cents: int

    @property
    def cost_cents(self) -> int | None:
        """Fees and rooms."""
        return None if self.fees_cents is None else self.fees_cents + self.rooms_cents


@dataclass(frozen=True, slots=True)
class After:
    """What came in, less what was paid back, and what was spent."""

    income_cents: int
    fees_cents: int
    rooms_cents: int

    @property
    def cost_cents(self) -> int:
        """Fees and rooms."""
        return self.fees_cents + self.rooms_cents

    @property
    def balance_cents(self) -> int:
        """What is left over; negative where the centre adds money."""
        return self.income_cents - self.cost_cents

    @property
    def percent(self) -> int | None:
        """How much of the cost the income covers; None where nothing was spent."""
        return None if self.cost_cents <= 0 else self.income_cents * 100 // self.cost_cents


@dataclass(frozen=True, slots=True)
class Covered:
    """One run whose last session lies in these days."""

    run_id: UUID
    number: str
    title: str
    places: int
    before: Before
    after: After


def part_of(cents: int, parts: Sequence[tuple[UUID, int]], wanted: UUID) -> int:
    """What of an amount falls to one of these parts (by minutes); the parts of all together come to the amount, to the cent."""
    whole = sum(minutes for _, minutes in parts)
    if not whole:
        return 0
    reached = 0
    for name, minutes in sorted(parts, key=lambda one: one[0].int):
        if name == wanted:
            return cents * (reached + minutes) // whole - cents * reached // whole
        reached += minutes
    return 0


async def coverage(
    session: AsyncSession, span: Span, now: datetime, selection: Selection, known: Mapping[UUID, Kind]
) -> Sequence[Covered]:
    """By number of the run; a constant number of statements. With a line, the part of each run that falls to it by its hours."""
    ended = (Run.ends_at >= span.starts) & (Run.ends_at < span.until) & (Run.ends_at <= now)
    ended &= Run.state.not_in((RunState.DRAFT, RunState.CANCELLED))
    if selection.trainer_id is not None:
        ended &= Run.id.in_(select(RunTrainer.run_id).where(RunTrainer.person_id == selection.trainer_id))
    if selection.venue_id is not None:
        ended &= Run.venue_id == selection.venue_id
    runs = [
        run
        for run in await session.scalars(select(Run).where(ended).order_by(Run.number))
        if is_wanted(known[run.course_id], selection)
    ]
    ids = select(Run.id).where(ended)
    income = await _income(session, ids.scalar_subquery())
    fees = await _fees(session, ids.scalar_subquery())
    rooms, by_line = await _rooms(session, ended)
    planned = await _planned_fees(session, ended)
    taken = await session.execute(
        select(Enrolment.run_id, func.count())
        .where(Enrolment.state == EnrolmentState.CONFIRMED, Enrolment.run_id.in_(ids))
        .group_by(Enrolment.run_id)
    )
    places = dict(taken.all())
    found = [
        Covered(
            run.id, run.number, known[run.course_id].title, places.get(run.id, 0),
            Before(
                run.price_cents * run.minimum, run.price_cents * run.capacity, planned.get(run.id, 0),
                rooms.get(run.id, 0),
            ),
            After(income.get(run.id, 0), fees.get(run.id, 0), rooms.get(run.id, 0)),
        )
        for run in runs
    ]  # fmt: skip
    if selection.line_id is None:
        return found
    line_id = selection.line_id
    return [
        _for_line(one, by_line[one.run_id], line_id)
        for one in found
        if any(name == line_id for name, _ in by_line.get(one.run_id, ()))
    ]


def _for_line(one: Covered, parts: Sequence[tuple[UUID, int]], line_id: UUID) -> Covered:
    def part(cents: int) -> int:
        return part_of(cents, parts, line_id)

    before, after = one.before, one.after
    return replace(
        one,
        before=Before(
            part(before.least_cents), part(before.most_cents),
            None if before.fees_cents is None else part(before.fees_cents), part(before.rooms_cents),
        ),
        after=After(part(after.income_cents), part(after.fees_cents), part(after.rooms_cents)),
    )  # fmt: skip


async def _income(session: AsyncSession, runs: ColumnElement[UUID]) -> Mapping[UUID, int]:
    rows = await session.execute(
        select(Enrolment.run_id, func.sum(LedgerEntry.amount_cents))
        .join(Enrolment, Enrolment.id == LedgerEntry.enrolment_id)
        .where(LedgerEntry.kind.in_([EntryKind(kind) for kind in MONEY_MOVED]), Enrolment.run_id.in_(runs))
        .group_by(Enrolment.run_id)
    )
    return {run_id: -int(cents) for run_id, cents in rows}


async def _fees(session: AsyncSession, runs: ColumnElement[UUID]) -> Mapping[UUID, int]:
    rows = await session.execute(
        select(Session.run_id, func.sum(FeeLine.cents))
        .join(Session, Session.id == FeeLine.session_id)
        .join(FeeStatement, FeeStatement.id == FeeLine.statement_id)
        .where(FeeLine.stands, FeeStatement.state.in_(APPROVED), Session.run_id.in_(runs))
        .group_by(Session.run_id)
    )
    return {run_id: int(cents) for run_id, cents in rows}


async def _rooms(
    session: AsyncSession, ended: ColumnElement[bool]
) -> tuple[Mapping[UUID, int], Mapping[UUID, Sequence[tuple[UUID, int]]]]:
    """What the rooms of each run cost, and the minutes of each run by line."""
    line, hire_of = line_of(), func.coalesce(Room.hire_cents_per_hour, 0)
    rows = await session.execute(
        linked(
            select(
                Session.run_id, line, hire_of, func.sum(session_minutes())
            )
            .select_from(Session)
            .join(Run, Run.id == Session.run_id)
            .outerjoin(Room, Room.id == Session.room_id)
        )
        .where(ended, Session.state == SessionState.PLANNED)
        .group_by(Session.run_id, line, hire_of)
    )  # fmt: skip
    weighed: dict[UUID, int] = defaultdict(int)
    by_line: dict[UUID, dict[UUID, int]] = defaultdict(lambda: defaultdict(int))
    for run_id, line_id, hire, minutes in rows:
        weighed[run_id] += hire * int(minutes)
        by_line[run_id][line_id] += int(minutes)
    costs = {run_id: (2 * cents + 60) // 120 for run_id, cents in weighed.items()}
    return costs, {run_id: list(parts.items()) for run_id, parts in by_line.items()}


async def _planned_fees(session: AsyncSession, ended: ColumnElement[bool]) -> Mapping[UUID, int | None]:
    rows = (
        await session.execute(
            select(Session.run_id, SessionTrainer.person_id, Session.starts_at, session_minutes())
            .select_from(Session)
            .join(SessionTrainer, SessionTrainer.session_id == Session.id)
            .join(Run, Run.id == Session.run_id)
            .where(ended, Session.state == SessionState.PLANNED)
        )
    ).all()
    terms = await terms_of(session, ((run, person, local(at).date()) for run, person, at, _ in rows))
    found: dict[UUID, int | None] = {}
    for run, person, at, minutes in rows:
        paid, sum_so_far = terms[run, person, local(at).date()], found.get(run, 0)
        found[run] = (
            None if paid is None or sum_so_far is None else sum_so_far + fee_cents(minutes, paid.unit_cents)
        )
    return found
