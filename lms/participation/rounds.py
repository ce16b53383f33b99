"""Rounds: making them, opening them to the public, stating their results once and for all."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.participation import policy
from lms.participation.counting import round_of
from lms.participation.errors import NameTaken, RoundClosed, RoundNotOver, RoundRuns, WrongDates
from lms.participation.models import Round, RoundAudience
from lms.participation.queries import tally
from lms.participation.rules import places
from lms.web.module import Around

FIXED = (
    "collect_from", "discuss_from", "vote_from", "audience", "max_age", "district", "votes_per_person",
    "most_per_wish", "residents_only", "postal_codes",
)  # fmt: skip
"""What does not change any more once somebody can have voted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A round as the team wants it."""

    slug: str
    title_de: str
    title_en: str = ""
    text_de: str = ""
    text_en: str = ""
    collect_from: datetime
    discuss_from: datetime
    vote_from: datetime
    ends_at: datetime
    audience: RoundAudience = RoundAudience.EVERYONE
    max_age: int | None = None
    district: str = ""
    votes_per_person: int = 3
    most_per_wish: int = 1
    residents_only: bool = False
    postal_codes: list[str]


class Rounds:
    """What the team can do about rounds; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def make(self, actor: Actor, plan: Plan) -> Round:
        """A new round, which only the team sees. Raises NameTaken, WrongDates."""
        ensure(policy.may_keep_rounds(actor), actor)
        ensure_order(plan)
        async with self.begin() as session:
            await _ensure_free(session, plan.slug, None)
            voting = Round(**asdict(plan), created_at=self.clock())
            session.add(voting)
            await session.flush()
            record(session, actor, "round.made", at=self.clock(), kind="wish_round", object_id=voting.id)
        return voting

    @retried
    async def change(self, actor: Actor, plan: Plan, *, round_id: UUID, version: int) -> Round:
        """Change a round. Raises Stale, NameTaken, WrongDates, RoundRuns once the voting has begun, RoundClosed."""
        ensure(policy.may_keep_rounds(actor), actor)
        ensure_order(plan)
        async with self.begin() as session:
            voting = await round_of(session, round_id, alone=True)
            if voting.version != version:
                raise Stale
            if voting.closed_at is not None:
                raise RoundClosed
            await _ensure_free(session, plan.slug, voting.id)
            wanted = asdict(plan)
            has_begun = voting.published_at is not None and self.clock() >= voting.vote_from
            if has_begun and (
                any(getattr(voting, name) != wanted[name] for name in FIXED) or plan.ends_at < voting.ends_at
            ):
                raise RoundRuns
            changed = {name for name, value in wanted.items() if getattr(voting, name) != value}
            for name, value in wanted.items():
                setattr(voting, name, value)
            voting.version += 1
            record(
                session, actor, "round.changed", at=self.clock(), kind="wish_round", object_id=voting.id,
                after={"fields": sorted(changed)},
            )  # fmt: skip
        return voting

    @retried
    async def publish(self, actor: Actor, *, round_id: UUID) -> Round:
        """Let the public see the round. Twice is as good as once."""
        ensure(policy.may_keep_rounds(actor), actor)
        async with self.begin() as session:
            voting = await round_of(session, round_id, alone=True)
            if voting.published_at is None:
                voting.published_at = self.clock()
                voting.version += 1
                record(
                    session, actor, "round.published", at=self.clock(), kind="wish_round", object_id=voting.id
                )
        return voting

    @retried
    async def close(self, actor: Actor, *, round_id: UUID) -> Round:
        """State the result: counted in one transaction in which nobody votes, and never changed afterwards.

        Votes that nobody has confirmed do not count. Twice is as good as once. Raises RoundNotOver.
        """
        ensure(policy.may_keep_rounds(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            voting = await round_of(session, round_id, alone=True)
            if voting.closed_at is not None:
                return voting
            if now < voting.ends_at:
                raise RoundNotOver
            voting.result = await result_of(session, voting)
            voting.closed_at = now
            voting.version += 1
            record(
                session, actor, "round.closed", at=now, kind="wish_round", object_id=voting.id,
                after={name: voting.result[name] for name in ("voters", "votes", "points")},
            )  # fmt: skip
        return voting


async def result_of(session: AsyncSession, voting: Round) -> dict[str, Any]:
    """All counts of a round with the ways on which they came, as they are kept."""
    counted = await tally(session, voting)
    names = (
        "voters", "votes", "points", "pending", "withdrawn", "void", "sheets", "invalid_sheets", "void_sheets",
    )  # fmt: skip
    return {
        **{name: getattr(counted, name) for name in names},
        "by_way": dict(counted.by_way),
        "wishes": [
            {
                "id": str(wish_id), "title": line.title, "place": place, "supporters": line.supporters,
                "points": line.points, "by_way": dict(line.by_way),
            }
            for wish_id, line, place in zip(
                counted.wish_ids, counted.lines, places(counted.lines), strict=True
            )
        ],
    }  # fmt: skip


def ensure_order(plan: Plan) -> None:
    """The phases follow each other. Raises WrongDates."""
    if not plan.collect_from <= plan.discuss_from <= plan.vote_from < plan.ends_at:
        raise WrongDates


async def _ensure_free(session: AsyncSession, slug: str, besides: UUID | None) -> None:
    other = await session.scalar(select(Round.id).where(Round.slug == slug))
    if other is not None and other != besides:
        raise NameTaken


async def the_round(session: AsyncSession, round_id: UUID) -> Round:
    """For the team, published or not. Raises NotFound."""
    found = await session.get(Round, round_id)
    if found is None:
        raise NotFound
    return found
