"""What somebody has taught in a time, in a session of the database that somebody else opened; a constant number of statements."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.attendance.meetings import Meeting, meetings, taught_by
from lms.catalogue.models import Run, RunState
from lms.honoraria.rates.queries import terms_of
from lms.honoraria.statements import rules
from lms.honoraria.statements.models import (
    FeeLine,
    FeePayout,
    FeeStatement,
    LineKind,
    PayoutState,
    SessionHeld,
    SharedFee,
    StatementKind,
    StatementState,
)
from lms.honoraria.statements.rules import Line, Taught
from lms.kernel.clock import at_venue, local
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState, Substitution, SubstitutionState
from lms.scheduling.queries import teachers_of
from lms.settings import Settings

MOST = 5_000
"""Sessions in one reading: more than the centre holds in a year."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A month of one person: its sessions, and the lines that follow from them. `seen` names exactly these lines."""

    sessions: Sequence[Taught]
    lines: Sequence[Line]
    by_hand: Sequence[FeeLine]
    carried: Sequence[tuple[UUID, int]]

    @property
    def total_cents(self) -> int:
        """What is earned."""
        return sum(line.cents for line in self.lines) + sum(line.cents for line in self.by_hand)

    @property
    def carried_cents(self) -> int:
        """What is kept back of it (negative)."""
        return sum(cents for _, cents in self.carried)

    @property
    def pay_cents(self) -> int:
        """What will be transferred."""
        return self.total_cents + self.carried_cents

    @property
    def minutes(self) -> int:
        """Minutes that are paid as held."""
        return sum(line.minutes for line in self.lines if line.kind is LineKind.SESSION)

    @property
    def lacking(self) -> Sequence[tuple[Taught, rules.Missing]]:
        """Sessions that are not paid by this statement, and why not."""
        found = [(one, rules.missing(one)) for one in self.sessions]
        return [(one, why) for one, why in found if why is not None]

    @property
    def seen(self) -> str:
        """A fingerprint of what is shown: who confirms it confirms this and nothing else."""
        every: list[Line | FeeLine] = [*self.lines, *self.by_hand]
        facts = [
            [line.kind, line.day.isoformat(), line.cents, line.minutes, str(line.session_id)]
            for line in every
        ]
        whole = json.dumps([facts, [(str(one), cents) for one, cents in self.carried]])
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


def within(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments from the beginning of the first to the end of the last day at the venues."""
    return at_venue(first, time.min), at_venue(last + timedelta(days=1), time.min)


def last_of(month: date) -> date:
    """The last day of a month, given by its first."""
    return rules.next_month(month) - timedelta(days=1)


async def same_person(session: AsyncSession, person_id: UUID) -> Sequence[UUID]:
    """The person, and the records that were merged into it: what was confirmed keeps the old id."""
    merged = select(Person.id).where(or_(Person.id == person_id, Person.merged_into_id == person_id))
    return (await session.scalars(merged.order_by(Person.id))).all()


async def collected(
    session: AsyncSession, person_id: UUID, month: date, settings: Settings, now: datetime
) -> Collected:
    """What a statement for this month would say now."""
    ids = await same_person(session, person_id)
    starts, until = within(month, last_of(month))
    sessions = await taught(
        session, settings, now, or_(taught_by(person_id), _given_away(person_id)), starts=starts, until=until,
        person_id=person_id, same=ids,
    )  # fmt: skip
    travelled = frozenset(
        await session.scalars(
            select(FeeLine.day).where(
                FeeLine.person_id.in_(ids), FeeLine.kind == LineKind.TRAVEL, FeeLine.stands, FeeLine.day >= month,
                FeeLine.day <= last_of(month),
            )
        )
    )  # fmt: skip
    by_hand = await hand_lines(session, person_id, month)
    lines = rules.lines_of(sessions.get(person_id, ()), travelled)
    earned = sum(line.cents for line in lines) + sum(line.cents for line in by_hand)
    return Collected(
        sessions.get(person_id, ()), lines, by_hand, rules.carried(earned, await owed_back(session, ids))
    )


async def hand_lines(session: AsyncSession, person_id: UUID, month: date) -> Sequence[FeeLine]:
    """Lines by hand of the open statement."""
    found = await session.scalars(
        select(FeeLine)
        .join(FeeStatement, FeeStatement.id == FeeLine.statement_id)
        .where(
            FeeStatement.person_id == person_id, FeeStatement.month == month, FeeLine.removed_at.is_(None),
            FeeStatement.state == StatementState.OPEN, FeeStatement.kind == StatementKind.STATEMENT,
        )
        .order_by(FeeLine.added_at, FeeLine.id)
    )  # fmt: skip
    return found.all()


async def taught(
    session: AsyncSession,
    settings: Settings,
    now: datetime,
    *conditions: ColumnElement[bool],
    starts: datetime,
    until: datetime,
    person_id: UUID | None = None,
    same: Collection[UUID] = (),
) -> Mapping[UUID, Sequence[Taught]]:
    """Who has taught what in a time, by person; of one person alone where `person_id` is given, with what they gave away."""
    found = await meetings(
        session, Run.state != RunState.DRAFT, Session.starts_at >= starts, Session.starts_at < until, *conditions,
        limit=MOST,
    )  # fmt: skip
    ids = [one.session.id for one in found]
    teachers = await teachers_of(session, [one.session for one in found])
    around = await _around(session, ids, {one.run.id for one in found})
    terms = await terms_of(
        session,
        {
            (one.run.id, person.id, local(one.session.starts_at).date())
            for one in found
            for person in teachers[one.session.id]
        },
    )
    by_person: dict[UUID, list[Taught]] = {}
    for one in found:
        day = local(one.session.starts_at).date()
        named = [person.id for person in teachers[one.session.id]]
        for whose in named if person_id is None else [person_id]:
            mine = {whose, *same}
            by_person.setdefault(whose, []).append(
                Taught(
                    session_id=one.session.id, run_id=one.run.id, day=day, minutes=one.session.minutes,
                    terms=terms.get((one.run.id, whose, day)), is_over=one.session.ends_at <= now, is_marked=one.lacks == 0 or one.is_locked,
                    is_empty=one.expected == 0, is_cancelled=one.is_cancelled, is_elsewhere=whose not in named,
                    is_confirmed=any((one.session.id, each) in around.held for each in mine),
                    is_paid=any((one.session.id, each) in around.paid for each in mine),
                    is_at_venue=one.room is not None, cancelled_share=_share(one, around, settings),
                    shared_by=len(named) if one.run.id in around.shared and named else 1,
                    substitution=around.stands_in.get((one.session.id, whose)), facts=_facts(one),
                    starts_at=one.session.starts_at,
                )
            )  # fmt: skip
    return by_person


@dataclass(frozen=True, slots=True)
class _Beside:
    held: Collection[tuple[UUID, UUID]]
    paid: Collection[tuple[UUID, UUID]]
    stands_in: Mapping[tuple[UUID, UUID], str]
    shared: Collection[UUID]
    replaced: Collection[UUID]


async def _around(session: AsyncSession, ids: Sequence[UUID], runs: Collection[UUID]) -> _Beside:
    """What the other tables know of these sessions; five statements."""
    held = await session.execute(
        select(SessionHeld.session_id, SessionHeld.person_id).where(SessionHeld.session_id.in_(ids))
    )
    paid = await session.execute(
        select(FeeLine.session_id, FeeLine.person_id).where(FeeLine.session_id.in_(ids), FeeLine.stands)
    )
    found = await session.scalars(
        select(Substitution)
        .where(Substitution.session_id.in_(ids), Substitution.state == SubstitutionState.SETTLED)
        .order_by(Substitution.settled_at)
    )
    stood_in = {
        (one.session_id, one.substitute_id): one.reason for one in found if one.substitute_id is not None
    }
    shared = await session.scalars(select(SharedFee.run_id).where(SharedFee.run_id.in_(runs)))
    replaced = await session.scalars(select(Session.replaces_id).where(Session.replaces_id.in_(ids)))
    return _Beside(
        {(one, whose) for one, whose in held}, {(one, whose) for one, whose in paid if one}, stood_in, set(shared),
        {one for one in replaced if one},
    )  # fmt: skip


def _share(one: Meeting, around: _Beside, settings: Settings) -> int:
    """The percentage for a session that was called off too late; nothing where it took place on another day."""
    meeting = one.session
    if meeting.state is not SessionState.CANCELLED or meeting.id in around.replaced:
        return 0
    is_late = meeting.changed_at > meeting.starts_at - timedelta(days=settings.fee_cancelled_late_days)
    return settings.fee_cancelled_late_percent if is_late else 0


def _facts(one: Meeting) -> dict[str, object]:
    return {
        "course_de": one.course.title_de,
        "course_en": one.course.title_en or one.course.title_de,
        "run": one.run.number,
        "cost_centre": one.run.cost_centre,
        "starts_at": one.session.starts_at.isoformat(),
        "ends_at": one.session.ends_at.isoformat(),
    }


def _given_away(person_id: UUID) -> ColumnElement[bool]:
    """Sessions of which somebody else took care: shown with the reason why they are not paid."""
    return exists().where(
        Substitution.session_id == Session.id, Substitution.absent_id == person_id,
        Substitution.state == SubstitutionState.SETTLED,
    )  # fmt: skip


async def owed_back(session: AsyncSession, ids: Collection[UUID]) -> Sequence[tuple[UUID, int]]:
    """What somebody still owes of statements that were paid and then reversed, oldest first: reversal, cents."""
    original = aliased(FeeStatement)
    kept = (
        select(func.coalesce(func.sum(FeeLine.cents), 0))
        .where(FeeLine.carried_from_id == FeeStatement.id, FeeLine.stands)
        .correlate(FeeStatement)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(FeeStatement.id, FeePayout.amount_cents, kept)
        .join(original, original.id == FeeStatement.reverses_id)
        .join(FeePayout, and_(FeePayout.statement_id == original.id, FeePayout.state == PayoutState.PAID))
        .where(FeeStatement.person_id.in_(ids), FeeStatement.number.is_not(None))
        .order_by(FeeStatement.issued_at, FeeStatement.id)
    )
    return [(one, paid + taken) for one, paid, taken in rows if paid + taken > 0]
