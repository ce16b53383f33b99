"""Distance learning: what is known of courses and runs, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from lms.catalogue.distance import ApprovalNeeded, Shares, Verdict, verdict
from lms.catalogue.distance_models import DistanceFact, DistanceWord, FactSource
from lms.catalogue.models import Course, Run, RunState
from lms.db import distance_since
from lms.kernel.clock import local

ANNOUNCED = (RunState.PUBLISHED, RunState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one course beside its sessions."""

    facts: Sequence[DistanceFact] = ()
    word: DistanceWord | None = None

    @property
    def recorded(self) -> int:
        """Minutes that are watched later."""
        return sum(one.recorded_minutes for one in self.facts) + (
            self.word.recorded_minutes if self.word else 0
        )

    @property
    def self_study(self) -> int:
        """Minutes alone with lessons."""
        return sum(one.self_study_minutes for one in self.facts)

    @property
    def unknown(self) -> int:
        """Lessons that nobody has said a duration of."""
        return sum(one.unknown for one in self.facts)

    @property
    def is_checked(self) -> bool:
        """Whether success is checked, by quiz, by the certificate, or otherwise."""
        return any(one.is_checked for one in self.facts) or (self.word is not None and self.word.is_checked)

    @property
    def approval_number(self) -> str:
        """The number of the approval; empty where there is none."""
        return self.word.approval_number if self.word else ""

    @property
    def decision(self) -> str:
        """Why it is no distance learning; empty where nobody has decided so."""
        return self.word.decision if self.word else ""

    def shares(self, live_minutes: int) -> Shares:
        """With so many minutes of sessions."""
        return Shares(live_minutes, self.recorded, self.self_study)


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One run, reckoned."""

    run: Run
    shares: Shares
    verdict: Verdict


async def known_of(session: AsyncSession, course_ids: Collection[UUID]) -> Mapping[UUID, Known]:
    """What is known of these courses; two statements. A course of which nothing is known is left out."""
    facts: dict[UUID, list[DistanceFact]] = defaultdict(list)
    for one in await session.scalars(select(DistanceFact).where(DistanceFact.course_id.in_(course_ids))):
        facts[one.course_id].append(one)
    words = {
        one.course_id: one
        for one in await session.scalars(select(DistanceWord).where(DistanceWord.course_id.in_(course_ids)))
    }
    return {
        course_id: Known(facts.get(course_id, ()), words.get(course_id)) for course_id in {*facts, *words}
    }


def is_paid(run: Run) -> bool:
    """Whether anybody pays for it: a company's own run counts, as companies are protected alike."""
    return run.price_cents > 0 or run.drop_in_price_cents > 0


def reckon(run: Run, known: Known, session: AsyncSession, at: datetime) -> Reckoning:
    """How one run stands with the rule at this moment."""
    shares = known.shares(run.total_minutes)
    found = verdict(
        shares,
        is_paid=is_paid(run),
        is_checked=known.is_checked,
        approval_number=known.approval_number,
        decision=known.decision,
        since=distance_since(session),
        on=local(at).date(),
    )
    return Reckoning(run, shares, found)


async def ensure_allowed(session: AsyncSession, run: Run, at: datetime) -> None:
    """Raise ApprovalNeeded where the run must not be published; two statements."""
    known = (await known_of(session, [run.course_id])).get(run.course_id, NOTHING_KNOWN)
    found = reckon(run, known, session, at)
    if found.verdict is Verdict.NEEDS_APPROVAL:
        raise ApprovalNeeded(percent=found.shares.percent_apart)


def lacking_approval(at: datetime) -> ColumnElement[bool]:
    """Runs that people can enrol in by now and that the rule would not let be published any more; joined with nothing.

    The same as `verdict` in the words of the database, for a rule that is on.
    """
    recorded = _sum(DistanceFact.recorded_minutes)
    alone = _sum(DistanceFact.self_study_minutes)
    beside = func.coalesce(_word(DistanceWord.recorded_minutes), 0)
    is_checked = or_(
        select(DistanceFact.course_id)
        .where(DistanceFact.course_id == Run.course_id, DistanceFact.is_checked)
        .exists(),
        select(DistanceWord.course_id)
        .where(DistanceWord.course_id == Run.course_id, DistanceWord.is_checked)
        .exists(),
    )
    is_settled = (
        select(DistanceWord.course_id)
        .where(
            DistanceWord.course_id == Run.course_id,
            or_(DistanceWord.approval_number != "", DistanceWord.decision != ""),
        )
        .exists()
    )
    return and_(
        Run.state.in_(ANNOUNCED),
        or_(Run.ends_at.is_(None), Run.ends_at > at),
        or_(Run.price_cents > 0, Run.drop_in_price_cents > 0),
        recorded + alone + beside > Run.total_minutes,  # more than half of all is more than the other part
        is_checked,
        ~is_settled,
    )


async def runs_lacking_approval(session: AsyncSession, at: datetime) -> Sequence[tuple[Run, Course]]:
    """Those runs with their courses, the next first; one statement, none where the rule is off."""
    since = distance_since(session)
    if since is None or local(at).date() < since:
        return ()
    rows = await session.execute(
        select(Run, Course)
        .join(Course, Course.id == Run.course_id)
        .where(lacking_approval(at))
        .order_by(Run.starts_at, Run.number)
    )
    return [(row[0], row[1]) for row in rows]


async def approval_number_of(session: AsyncSession, course_id: UUID) -> str:
    """The number of the ZFU approval, as pages and contracts state it; empty where there is none. One statement."""
    return (
        await session.scalar(select(DistanceWord.approval_number).where(DistanceWord.course_id == course_id))
        or ""
    )


async def note_fact(
    session: AsyncSession,
    *,
    course_id: UUID,
    source: FactSource,
    is_checked: bool,
    recorded_minutes: int = 0,
    self_study_minutes: int = 0,
    unknown: int = 0,
) -> None:
    """Keep what a module above knows of a course, in place of what it said before. Twice is as good as once."""
    await session.merge(
        DistanceFact(
            course_id=course_id,
            source=source,
            recorded_minutes=recorded_minutes,
            self_study_minutes=self_study_minutes,
            unknown=unknown,
            is_checked=is_checked,
        )
    )


def _sum(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    total = select(func.coalesce(func.sum(column), 0)).where(DistanceFact.course_id == Run.course_id)
    return total.correlate(Run).scalar_subquery()


def _word(column: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return select(column).where(DistanceWord.course_id == Run.course_id).correlate(Run).scalar_subquery()
