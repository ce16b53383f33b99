"""What the team does with wishes: publish them, put them into plain words, merge what is the same, answer in public."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Audience
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.participation import policy
from lms.participation.counting import LIVE, give_back, round_of
from lms.participation.errors import (
    CannotMerge,
    HasVotes,
    ReasonMissing,
    RoundClosed,
    RoundRuns,
    WishDecided,
)
from lms.participation.events import WishAnswered, WishPublished
from lms.participation.models import Vote, VoteState, Wish, WishKind, WishOffer, WishState, WishVoter
from lms.participation.rules import PUBLIC, can_be_published, ensure_read, is_shown
from lms.participation.similar import matching_of
from lms.web.module import Around


class Moderation:
    """What the programme team can do about wishes; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def edit(self, actor: Actor, *, wish_id: UUID, version: int, publish: bool, **words: Any) -> Wish:
        """Change the published words and the facts; the proposer's own words stay in `original`.

        Raises Stale, NotFound, RoundRuns, HasVotes.
        """
        ensure(policy.may_moderate(actor), actor)
        async with self.begin() as session:
            wish = await wish_of(session, wish_id, version)
            if publish and not can_be_published(wish):
                raise WishDecided
            round_id: UUID | None = words.get("round_id", wish.round_id)
            if round_id != wish.round_id and wish.supporters:
                raise HasVotes
            for concerned in (wish.round_id, round_id):
                voting = (
                    await round_of(session, concerned) if concerned and round_id != wish.round_id else None
                )
                if voting is not None and self.clock() >= voting.vote_from:
                    raise RoundRuns  # the numbers on paper, and the votes, stay with their wishes
            for name, value in words.items():
                setattr(wish, name, value)
            wish.kind, wish.for_whom = WishKind(wish.kind), Audience(wish.for_whom)
            wish.matching = matching_of(wish.title, wish.text)
            if publish:
                await self._publish(session, actor, wish)
            else:
                record(session, actor, "wish.edited", at=self.clock(), kind="wish", object_id=wish.id)
        return wish

    @retried
    async def publish(self, actor: Actor, *, wish_id: UUID, version: int) -> Wish:
        """Put a wish into the public list as it is. Raises Stale, NotFound, WishDecided."""
        ensure(policy.may_moderate(actor), actor)
        async with self.begin() as session:
            wish = await wish_of(session, wish_id, version)
            if not can_be_published(wish):
                raise WishDecided
            await self._publish(session, actor, wish)
        return wish

    async def _publish(self, session: AsyncSession, actor: Actor, wish: Wish) -> None:
        now = self.clock()
        wish.state, wish.published_at = WishState.PUBLISHED, now
        wish.answer_de, wish.answer_en, wish.answered_at = "", "", None
        record(session, actor, "wish.published", at=now, kind="wish", object_id=wish.id)
        announce(session, WishPublished(wish_id=wish.id, at=now))

    @retried
    async def answer(
        self,
        actor: Actor,
        *,
        wish_id: UUID,
        version: int,
        state: WishState,
        answer_de: str,
        answer_en: str = "",
    ) -> Wish:
        """Answer a wish (F-N04); also to reject one that was never public. Raises Stale, NotFound, ReasonMissing."""
        ensure(policy.may_moderate(actor), actor)
        async with self.begin() as session:
            wish = await wish_of(session, wish_id, version)
            await answer(
                session, actor, wish, state=state, answer_de=answer_de, answer_en=answer_en, at=self.clock()
            )
        return wish

    @retried
    async def merge(self, actor: Actor, *, wish_id: UUID, version: int, into_id: UUID) -> Wish:
        """Let one wish go into another: its votes move, and who supports both counts once. Raises Stale, CannotMerge, RoundClosed.

        A vote that would count twice gives back what it took in its round.
        """
        ensure(policy.may_moderate(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            wish = await wish_of(session, wish_id, version)
            into = await session.get(Wish, into_id, with_for_update=True)
            if (
                into is None
                or into.id == wish.id
                or not (is_shown(into) or (into.state is wish.state is WishState.SUBMITTED))
                or wish.state not in {*PUBLIC, WishState.SUBMITTED}
                or (wish.supporters and wish.round_id != into.round_id)
            ):
                raise CannotMerge
            if wish.round_id is not None and (await round_of(session, wish.round_id)).closed_at:
                raise RoundClosed
            moved, doubled = await _move_votes(session, wish, into, now)
            for offer in await session.scalars(select(WishOffer).where(WishOffer.wish_id == wish.id)):
                offer.wish_id = into.id
            wish.state, wish.merged_into_id, wish.answered_at = WishState.MERGED, into.id, now
            record(
                session, actor, "wish.merged", at=now, kind="wish", object_id=wish.id,
                after={"into": str(into.id), "moved": moved, "doubled": doubled},
            )  # fmt: skip
            announce(session, WishAnswered(wish_id=wish.id, version=wish.version, at=now))
        return into

    @retried
    async def close_offer(self, actor: Actor, *, offer_id: UUID) -> None:
        """Somebody of the team has spoken with whoever offered. Twice is as good as once."""
        ensure(policy.may_moderate(actor), actor)
        async with self.begin() as session:
            offer = await session.get(WishOffer, offer_id)
            if offer is None:
                raise NotFound
            offer.done_at = offer.done_at or self.clock()


async def answer(
    session: AsyncSession,
    actor: Actor,
    wish: Wish,
    *,
    state: WishState,
    answer_de: str,
    answer_en: str = "",
    at: datetime,
) -> None:
    """Give a wish its public answer in the caller's transaction, note it, and let the proposer know.

    The wish is locked by the caller, and its `version` raised. One that nobody has published can only be rejected, and stays
    hidden then (WishUnread). Rejecting without a reason raises ReasonMissing; a wish that was withdrawn or merged raises
    WishDecided.
    """
    if state is not WishState.REJECTED:
        ensure_answerable(wish)
    if wish.state not in {*PUBLIC, WishState.SUBMITTED}:
        raise WishDecided
    if state is WishState.REJECTED and not answer_de.strip():
        raise ReasonMissing
    before = {"state": wish.state.value}
    wish.state, wish.answer_de, wish.answer_en, wish.answered_at = state, answer_de, answer_en, at
    record(
        session, actor, "wish.answered", at=at, kind="wish", object_id=wish.id, before=before,
        after={"state": state.value},
    )  # fmt: skip
    announce(session, WishAnswered(wish_id=wish.id, version=wish.version, at=at))


def ensure_answerable(wish: Wish) -> None:
    """Raises WishUnread, WishDecided where nothing can be said in public about a wish."""
    ensure_read(wish)
    if wish.state not in PUBLIC:
        raise WishDecided


async def wish_of(session: AsyncSession, wish_id: UUID, version: int | None = None) -> Wish:
    """The wish, locked, and its version raised for a change. Raises NotFound, and Stale when it is another version now."""
    wish = await session.get(Wish, wish_id, with_for_update=True, populate_existing=True)
    if wish is None:
        raise NotFound
    if version is not None and wish.version != version:
        raise Stale
    wish.version += 1
    return wish


async def _move_votes(session: AsyncSession, wish: Wish, into: Wish, now: datetime) -> tuple[int, int]:
    votes = select(Vote).where(Vote.state.in_(LIVE)).order_by(Vote.id).with_for_update()
    there = (await session.scalars(votes.where(Vote.wish_id == into.id))).all()
    keys = await _keys(session, wish, into)
    moved = doubled = points = 0
    for vote in (await session.scalars(votes.where(Vote.wish_id == wish.id))).all():
        doubles = [one for one in there if one.voter_key == vote.voter_key or keys[one.id] & keys[vote.id]]
        other = next((one for one in doubles if one.state is VoteState.COUNTED), next(iter(doubles), None))
        if other is not None and (other.state is VoteState.COUNTED or vote.state is VoteState.PENDING):
            await give_back(session, vote, state=VoteState.VOID, at=now, reason="merged")
            doubled += 1
            continue
        if other is not None:  # it has never been confirmed, and this one counts
            await give_back(session, other, state=VoteState.VOID, at=now, reason="merged")
        vote.wish_id = into.id
        await session.execute(update(WishVoter).where(WishVoter.vote_id == vote.id).values(wish_id=into.id))
        if vote.state is VoteState.COUNTED:
            moved += 1
            points += vote.points
    await session.flush()
    await session.refresh(wish, ["supporters", "points"])
    wish.supporters, wish.points = wish.supporters - moved, wish.points - points
    await session.refresh(into, ["supporters", "points"])
    into.supporters, into.points = into.supporters + moved, into.points + points
    return moved, doubled


async def _keys(session: AsyncSession, *wishes: Wish) -> Mapping[UUID, set[str]]:
    """By what the voters of these wishes are known outside of rounds, by vote."""
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = await session.execute(
        select(WishVoter.vote_id, WishVoter.key).where(WishVoter.wish_id.in_([one.id for one in wishes]))
    )
    for vote_id, key in rows:
        found[vote_id].add(key)
    return found
