"""Reading wishes, votes and rounds, in a session somebody else opened."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Topic
from lms.kernel.errors import NotFound
from lms.participation.keys import plain
from lms.participation.models import (
    Ballot,
    BallotState,
    Round,
    RoundVoter,
    Vote,
    VoteState,
    Way,
    Wish,
    WishOffer,
    WishState,
)
from lms.participation.rules import PUBLIC, TO_SUPPORT, Line, is_shown, ranked
from lms.participation.similar import Known, most_similar

COMPARED = 3_000
"""So many of the latest public wishes are compared with what somebody types."""


class Order(StrEnum):
    """By what a list of wishes is ordered. Of those with most support the ones that can still be supported come first."""

    SUPPORT = "support"
    LATEST = "latest"
    FIRST_COME = "first come"

    def columns(self) -> tuple[Any, ...]:
        """As SQL."""
        if self is Order.SUPPORT:
            is_open = case((Wish.state.in_(TO_SUPPORT), 0), else_=1)
            return is_open, Wish.points.desc(), Wish.supporters.desc(), Wish.created_at.desc()
        return (Wish.created_at.desc(),) if self is Order.LATEST else (Wish.created_at,)


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the wishes is shown. Empty means everything."""

    district: str = ""
    topic: str = ""
    state: str = ""
    search: str = ""
    round_id: UUID | None = None
    order: Order = Order.SUPPORT
    states: frozenset[WishState] = PUBLIC

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        chosen = frozenset({one for one in self.states if one.value == self.state}) or self.states
        found: list[ColumnElement[bool]] = [Wish.state.in_(chosen)]
        if self.states <= PUBLIC:
            found.append(Wish.published_at.is_not(None))
        if self.district:
            found.append(Wish.district == self.district)
        if self.topic:
            found.append(Wish.topic_id.in_(select(Topic.id).where(Topic.slug == self.topic)))
        if self.round_id is not None:
            found.append(Wish.round_id == self.round_id)
        for word in plain(self.search).split()[:6]:
            bare = "".join(sign for sign in word if sign.isalnum())
            if bare:
                found.append(or_(Wish.matching.contains(bare), func.lower(Wish.title).contains(bare)))
        return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A wish in a list, with the names of its topic and its round."""

    wish: Wish
    topic: Topic | None = None
    voting: Round | None = None


async def wishes(
    session: AsyncSession, wanted: Filter, *, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[Shown], int]:
    """A page of wishes and how many there are in all; two statements."""
    conditions = wanted.conditions()
    total = await session.scalar(select(func.count()).select_from(Wish).where(*conditions)) or 0
    rows = await session.execute(
        select(Wish, Topic, Round)
        .outerjoin(Topic, Topic.id == Wish.topic_id)
        .outerjoin(Round, Round.id == Wish.round_id)
        .where(*conditions)
        .order_by(*wanted.order.columns(), Wish.id)
        .limit(limit)
        .offset(offset)
    )
    return [Shown(*row) for row in rows], total


async def public_wish(session: AsyncSession, wish_id: UUID) -> Shown:
    """A wish that everybody may read; a merged one is found as the one it went into. Raises NotFound."""
    for _ in range(10):
        row = (
            await session.execute(
                select(Wish, Topic, Round)
                .outerjoin(Topic, Topic.id == Wish.topic_id)
                .outerjoin(Round, Round.id == Wish.round_id)
                .where(Wish.id == wish_id)
            )
        ).first()
        if row is None:
            break
        if row[0].merged_into_id is None:
            if is_shown(row[0]):
                return Shown(*row)
            break
        wish_id = row[0].merged_into_id
    raise NotFound


async def similar_wishes(session: AsyncSession, typed: str, *, besides: UUID | None = None) -> Sequence[Wish]:
    """Public wishes that seem to say the same, the nearest first; two statements."""
    rows = await session.execute(
        select(Wish.id, Wish.matching)
        .where(Wish.state.in_(PUBLIC), Wish.published_at.is_not(None), Wish.id != besides)
        .order_by(Wish.created_at.desc())
        .limit(COMPARED)
    )
    near = most_similar(typed, [Known(*row) for row in rows])
    if not near:
        return []
    found = {one.id: one for one in await session.scalars(select(Wish).where(Wish.id.in_(near)))}
    return [found[wish_id] for wish_id in near if wish_id in found]


@dataclass(frozen=True, slots=True)
class Supporter:
    """Somebody whose vote for a wish counts and who wants to hear what becomes of it."""

    vote: Vote

    @property
    def is_reachable(self) -> bool:
        """Whether there is any way to write or call."""
        return bool(self.vote.email or self.vote.phone)


async def supporters_to_tell(session: AsyncSession, wish_id: UUID) -> Sequence[Supporter]:
    """Those whose votes count and who agreed to be told, in the order in which they came; one statement.

    `vote.email`, `vote.phone`, `vote.name`, `vote.person_id` and `vote.language` say how.
    """
    rows = await session.scalars(
        select(Vote)
        .where(Vote.wish_id == wish_id, Vote.state == VoteState.COUNTED, Vote.wants_news)
        .order_by(Vote.counted_at, Vote.id)
    )
    return [Supporter(vote) for vote in rows]


async def offers_of(session: AsyncSession, wish_id: UUID) -> Sequence[WishOffer]:
    """Who would teach, who has a room."""
    found = await session.scalars(
        select(WishOffer).where(WishOffer.wish_id == wish_id).order_by(WishOffer.created_at)
    )
    return found.all()


async def by_way(session: AsyncSession, wish_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """The points of each wish by the way on which they came; one statement."""
    rows = await session.execute(
        select(Vote.wish_id, Vote.way, func.sum(Vote.points))
        .where(Vote.wish_id.in_(wish_ids), Vote.state == VoteState.COUNTED)
        .group_by(Vote.wish_id, Vote.way)
    )
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    for wish_id, way, points in rows:
        found[wish_id][way.value] = int(points)
    return found


async def rounds(session: AsyncSession, *, published: bool) -> Sequence[Round]:
    """All rounds, the latest first; only those the public may see with `published`."""
    wanted = select(Round).order_by(Round.collect_from.desc(), Round.id)
    if published:
        wanted = wanted.where(Round.published_at.is_not(None))
    return (await session.scalars(wanted)).all()


async def round_by_slug(session: AsyncSession, slug: str) -> Round:
    """A round everybody may see. Raises NotFound."""
    found = await session.scalar(select(Round).where(Round.slug == slug, Round.published_at.is_not(None)))
    if found is None:
        raise NotFound
    return found


async def numbered(session: AsyncSession, round_id: UUID) -> Mapping[int, Wish]:
    """The wishes of a round by the numbers they have on paper, in the order in which they were published.

    No number changes afterwards: one of a wish that was merged leads to the wish it went into, and is printed no more.
    """
    found = (
        await session.scalars(
            select(Wish)
            .where(
                Wish.round_id == round_id, Wish.published_at.is_not(None), Wish.state != WishState.WITHDRAWN
            )
            .order_by(Wish.published_at, Wish.id)
        )
    ).all()
    by_id = {one.id: one for one in found}
    numbers: dict[int, Wish] = {}
    for number, one in enumerate(found, start=1):
        stands = one
        while stands.merged_into_id is not None and stands.merged_into_id in by_id:
            stands = by_id[stands.merged_into_id]
        numbers[number] = stands
    return numbers


@dataclass(frozen=True, slots=True)
class Tally:
    """What has been counted in a round so far."""

    voters: int
    votes: int
    points: int
    by_way: Mapping[str, int]
    pending: int
    withdrawn: int
    void: int
    sheets: int
    invalid_sheets: int
    void_sheets: int
    lines: Sequence[Line] = field(default_factory=list)
    wish_ids: Sequence[UUID] = field(default_factory=list)


async def tally(session: AsyncSession, voting: Round) -> Tally:
    """Everything that is counted in a round, now; five statements."""
    votes = (
        await session.execute(
            select(Vote.state, Vote.way, func.count(), func.sum(Vote.points))
            .where(Vote.round_id == voting.id)
            .group_by(Vote.state, Vote.way)
        )
    ).all()
    states: Counter[VoteState] = Counter()
    ways: Counter[str] = Counter()
    for state, way, number, points in votes:
        states[state] += number
        if state is VoteState.COUNTED:
            ways[way.value] += int(points)
    by_state = await session.execute(
        select(Ballot.state, func.count()).where(Ballot.round_id == voting.id).group_by(Ballot.state)
    )
    sheets: dict[BallotState, int] = {row[0]: row[1] for row in by_state}
    found, _ = await wishes(session, Filter(round_id=voting.id, states=PUBLIC))
    ids = [one.wish.id for one in found]
    split = await by_way(session, ids)
    titled = {
        one.wish.id: Line(
            one.wish.title, one.wish.supporters, one.wish.points, dict(split.get(one.wish.id, {}))
        )
        for one in found
    }
    lines = ranked(titled.values())
    order = {id(line): place for place, line in enumerate(lines)}
    return Tally(
        voters=await session.scalar(
            select(func.count())
            .select_from(RoundVoter)
            .where(RoundVoter.round_id == voting.id, RoundVoter.used > 0)
        )
        or 0,
        votes=states[VoteState.COUNTED],
        points=sum(ways.values()),
        by_way={way.value: ways[way.value] for way in (Way.ONLINE, Way.PAPER, Way.COUNTER)},
        pending=states[VoteState.PENDING],
        withdrawn=states[VoteState.WITHDRAWN],
        void=states[VoteState.VOID],
        sheets=sheets.get(BallotState.COUNTED, 0),
        invalid_sheets=sheets.get(BallotState.INVALID, 0),
        void_sheets=sheets.get(BallotState.VOID, 0),
        lines=lines,
        wish_ids=sorted(titled, key=lambda wish_id: order[id(titled[wish_id])]),
    )
