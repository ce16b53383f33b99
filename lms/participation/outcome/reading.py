"""Reading what became of wishes, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.models import AuditEntry
from lms.catalogue.models import Course, Run, RunState
from lms.districts.queries import district_names
from lms.participation.models import Round, Wish, WishRun, WishState
from lms.participation.outcome.rules import Conversion, Fate, conversion
from lms.resources.models import Room, Venue

MOST_STORIES = 100
SHOWN = frozenset(
    {WishState.PUBLISHED, WishState.UNDER_REVIEW, WishState.PLANNED, WishState.DONE, WishState.REJECTED}
)
VISIBLE = (RunState.PUBLISHED, RunState.CONFIRMED, RunState.COMPLETED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class WishedRun:
    """A run that came of a wish, as the public may see it; a draft is told without number and link."""

    run: Run
    course: Course
    venue: Venue | None

    @property
    def is_public(self) -> bool:
        """Whether its page can be read."""
        return self.run.state in VISIBLE

    def is_over(self, now: datetime) -> bool:
        """Whether it has taken place."""
        return (
            self.run.state is not RunState.CANCELLED
            and self.run.ends_at is not None
            and self.run.ends_at <= now
        )


@dataclass(frozen=True, slots=True)
class Story:
    """A wish, who wanted it, and what was made of it."""

    wish: Wish
    runs: Sequence[WishedRun] = ()

    def participants(self, now: datetime) -> int:
        """How many had a place in what has taken place."""
        return sum(one.run.occupied for one in self.runs if one.is_over(now))


@dataclass(frozen=True, slots=True)
class Account:
    """The whole public account: stories, all wishes together, and each round by itself."""

    stories: Sequence[Story]
    total: Conversion
    rounds: Sequence[tuple[Round | None, Conversion]] = field(default_factory=list)


async def account(session: AsyncSession) -> Account:
    """What was wished and what was made of it; four statements."""
    rows = await session.execute(
        select(Wish.round_id, Wish.state, Wish.published_at, Wish.answered_at).where(
            Wish.state.in_(SHOWN), Wish.published_at.is_not(None)
        )
    )
    by_round: dict[UUID | None, list[Fate]] = defaultdict(list)
    for row in rows:
        if row.published_at is not None:
            fate = Fate(row.round_id, row.state, row.published_at, row.answered_at)
            by_round[row.round_id].append(fate)
    voted = (
        await session.scalars(
            select(Round).where(Round.published_at.is_not(None)).order_by(Round.collect_from.desc(), Round.id)
        )
    ).all()
    rounds: list[tuple[Round | None, Conversion]] = [
        (one, conversion(by_round[one.id])) for one in voted if by_round.get(one.id)
    ]
    if by_round.get(None):
        rounds.append((None, conversion(by_round[None])))
    everything = [one for fates in by_round.values() for one in fates]
    return Account(await stories(session), conversion(everything), rounds)


async def stories(session: AsyncSession) -> Sequence[Story]:
    """The wishes of which something came, what was held last first; two statements."""
    wishes = (
        await session.scalars(
            select(Wish)
            .where(Wish.state.in_([WishState.PLANNED, WishState.DONE]))
            .order_by(Wish.state == WishState.PLANNED, Wish.answered_at.desc(), Wish.id)
            .limit(MOST_STORIES)
        )
    ).all()
    runs = await runs_of(session, [one.id for one in wishes])
    return [Story(one, runs.get(one.id, ())) for one in wishes]


async def runs_of(session: AsyncSession, wish_ids: Sequence[UUID]) -> dict[UUID, list[WishedRun]]:
    """The runs that came of these wishes, by wish; one statement."""
    rows = await session.execute(
        select(WishRun.wish_id, Run, Course, Venue)
        .join(Run, Run.id == WishRun.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(Room, Room.id == Run.room_id)
        .outerjoin(Venue, Venue.id == func.coalesce(Room.venue_id, Run.venue_id))
        .where(WishRun.wish_id.in_(wish_ids))
        .order_by(Run.starts_at, Run.number)
    )
    found: dict[UUID, list[WishedRun]] = defaultdict(list)
    for wish_id, run, course, venue in rows:
        found[wish_id].append(WishedRun(run, course, venue))
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a wish's history."""

    at: datetime
    state: str


async def history_of(session: AsyncSession, wish_id: UUID) -> Sequence[Step]:
    """When it was published and answered, in order, out of the audit trail; names nobody, and nothing from before it was public."""
    rows = await session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == "wish",
            AuditEntry.object_id == wish_id,
            AuditEntry.action.in_(["wish.published", "wish.answered"]),
        )
        .order_by(AuditEntry.number)
    )
    steps = [Step(one.at, str((one.after or {}).get("state") or WishState.PUBLISHED.value)) for one in rows]
    begins = [place for place, step in enumerate(steps) if step.state == WishState.PUBLISHED.value]
    return steps[begins[-1] :] if begins else steps


@dataclass(frozen=True, slots=True)
class District:
    """What is wished for and what is offered in one district; an empty name is the whole town."""

    name: str
    wishes: Sequence[Wish]
    runs: Sequence[WishedRun]


async def by_district(session: AsyncSession, now: datetime) -> Sequence[District]:
    """Open wishes and coming runs, district by district; three statements."""
    names = await district_names(session)
    wishes: dict[str, list[Wish]] = defaultdict(list)
    open_ones = select(Wish).where(
        Wish.state.in_([WishState.PUBLISHED, WishState.UNDER_REVIEW, WishState.PLANNED])
    )
    for wish in await session.scalars(open_ones.order_by(Wish.supporters.desc(), Wish.title)):
        wishes[wish.district].append(wish)
    runs: dict[str, list[WishedRun]] = defaultdict(list)
    rows = await session.execute(
        select(Run, Course, Venue)
        .join(Course, Course.id == Run.course_id)
        .join(Venue, Venue.id == Run.venue_id)
        .where(
            Run.state.in_([RunState.PUBLISHED, RunState.CONFIRMED]),
            Run.company_id.is_(None),
            Run.starts_at > now,
        )
        .order_by(Run.starts_at, Run.number)
    )
    for run, course, venue in rows:
        runs[venue.district].append(WishedRun(run, course, venue))
    known = [*names, *sorted((set(wishes) | set(runs)) - set(names) - {""})]
    found = [District(name, wishes.get(name, ()), runs.get(name, ())) for name in known]
    return [*found, District("", wishes.get("", ()), ())] if wishes.get("") else found
