"""Letting a vote count, and taking it back: functions for somebody's transaction.

Locks are taken in one order: round (shared), voter, vote, wish. Whoever states a result locks the round alone, so that no
vote slips in beside it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.errors import NotFound, Stale
from lms.participation.errors import AlreadySupported, NotOpenForVotes, TwoVoters, VotesUsedUp
from lms.participation.models import (
    Round,
    RoundVoter,
    Vote,
    VoterKey,
    VoteState,
    Wish,
    WishState,
    WishVoter,
)
from lms.participation.rules import ensure_supportable

LIVE = (VoteState.PENDING, VoteState.COUNTED)


async def round_of(session: AsyncSession, round_id: UUID, *, alone: bool = False) -> Round:
    """The round, locked: shared among those who vote, `alone` for whoever changes it. Raises NotFound."""
    found = await session.scalar(
        select(Round)
        .where(Round.id == round_id)
        .with_for_update(read=not alone)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def wish_to_support(session: AsyncSession, wish_id: UUID, *, at: datetime) -> tuple[Wish, Round | None]:
    """The wish and its round, where it can be supported now; a merged one is the one it went into.

    Raises NotFound, NotOpenForVotes.
    """
    wish = await session.get(Wish, wish_id)
    while wish is not None and wish.merged_into_id is not None:
        wish = await session.get(Wish, wish.merged_into_id)
    if wish is None or wish.state in {WishState.UNPROVEN, WishState.SUBMITTED, WishState.WITHDRAWN}:
        raise NotFound
    voting = await round_of(session, wish.round_id) if wish.round_id else None
    ensure_supportable(wish, voting, at)
    return wish, voting


async def known_voter(session: AsyncSession, round_id: UUID, keys: Sequence[str]) -> str | None:
    """The voter to whom one of these keys belongs; None for somebody new. Raises TwoVoters."""
    found = set(
        await session.scalars(
            select(VoterKey.voter_key).where(VoterKey.round_id == round_id, VoterKey.key.in_(keys))
        )
    )
    if len(found) > 1:
        raise TwoVoters
    return found.pop() if found else None


async def voter_of(session: AsyncSession, voting: Round, keys: Sequence[str]) -> str:
    """The voter of these keys, all of which lead to them from now on. Raises TwoVoters."""
    voter_key = await known_voter(session, voting.id, keys) or keys[0]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    await session.execute(
        insert(RoundVoter)
        .values(round_id=voting.id, voter_key=voter_key, most=voting.votes_per_person, used=0)
        .on_conflict_do_nothing(index_elements=["round_id", "voter_key"])
    )
    await session.execute(
        insert(VoterKey)
        .values([{"round_id": voting.id, "key": key, "voter_key": voter_key} for key in sorted(keys)])
        .on_conflict_do_nothing(index_elements=["round_id", "key"])
    )
    if await known_voter(session, voting.id, keys) != voter_key:
        raise TwoVoters  # somebody with one of these keys was quicker, and came with others as well
    return voter_key


async def use_votes(session: AsyncSession, voting: Round, voter_key: str, points: int) -> None:
    """Take so many of the voter's votes, in one conditional statement. Raises VotesUsedUp."""
    taken = await session.execute(
        update(RoundVoter)
        .where(
            RoundVoter.round_id == voting.id,
            RoundVoter.voter_key == voter_key,
            RoundVoter.used + points <= RoundVoter.most,
        )
        .values(used=RoundVoter.used + points)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE has it
        left, most = await votes_left(session, voting, voter_key)
        raise VotesUsedUp(left=left, most=most)


async def votes_left(session: AsyncSession, voting: Round, voter_key: str | None) -> tuple[int, int]:
    """How many votes of how many are left to a voter; all of them to somebody who has not voted."""
    row = (
        await session.execute(
            select(RoundVoter.used, RoundVoter.most).where(
                RoundVoter.round_id == voting.id, RoundVoter.voter_key == voter_key
            )
        )
    ).first()
    return (row.most - row.used, row.most) if row else (voting.votes_per_person, voting.votes_per_person)


async def live_vote(session: AsyncSession, wish_id: UUID, voter_key: str) -> Vote | None:
    """The vote of this voter for the wish that waits or counts; locked."""
    return await session.scalar(
        select(Vote)
        .where(Vote.wish_id == wish_id, Vote.voter_key == voter_key, Vote.state.in_(LIVE))
        .with_for_update()
    )


async def count(
    session: AsyncSession, vote: Vote, wish: Wish, voting: Round | None, keys: Sequence[str], *, at: datetime
) -> None:
    """Let a vote count that is new or waits. Raises AlreadySupported, VotesUsedUp, TwoVoters; the wish is checked already.

    The first of `keys` names the voter where they are new.
    """
    voter_key = keys[0]
    if voting is not None:
        voter_key = await voter_of(session, voting, keys)
        await use_votes(session, voting, voter_key, vote.points)  # locks the voter
    other = await live_vote(session, wish.id, voter_key)
    if other is not None and other.id != vote.id:
        if other.state is VoteState.COUNTED:
            raise AlreadySupported
        _end(other, VoteState.VOID, at, reason="replaced")
        await session.flush()
    vote.wish_id, vote.round_id, vote.voter_key = wish.id, voting.id if voting else None, voter_key
    vote.state, vote.counted_at, vote.expires_at = VoteState.COUNTED, at, None
    vote.keys = []  # they stand in `voter_key` and `wish_voter` now
    if not vote.wants_news:
        vote.email = vote.name = vote.phone = ""
    session.add(vote)
    try:
        await session.flush()
        if voting is None:
            session.add_all(
                WishVoter(wish_id=wish.id, key=key, vote_id=vote.id) for key in sorted({voter_key, *keys})
            )
            await session.flush()
    except (
        IntegrityError
    ) as double:  # the same voter was quicker: `uq_vote_live`, or a key of theirs counts already
        raise AlreadySupported from double
    await _add(session, vote, supporters=1, points=vote.points)


async def give_back(
    session: AsyncSession, vote: Vote, *, state: VoteState, at: datetime, reason: str = ""
) -> None:
    """Take a vote back that waits or counts; what it took of the voter's votes is free again. Twice is as good as once."""
    if vote.state not in LIVE:
        return
    was_counted = vote.state is VoteState.COUNTED
    if was_counted and vote.round_id is not None:
        await session.execute(
            update(RoundVoter)
            .where(RoundVoter.round_id == vote.round_id, RoundVoter.voter_key == vote.voter_key)
            .values(used=RoundVoter.used - vote.points)
        )
    _end(vote, state, at, reason=reason)
    await session.flush()
    if was_counted:
        await session.execute(delete(WishVoter).where(WishVoter.vote_id == vote.id))
        await _add(session, vote, supporters=-1, points=-vote.points)


async def locked_vote(session: AsyncSession, vote_id: UUID) -> tuple[Vote, Round | None]:
    """A vote and its round, both locked, in the order of all locks. Raises NotFound, NotOpenForVotes once it is counted out."""
    vote = await session.get(Vote, vote_id)
    if vote is None:
        raise NotFound
    voting = await round_of(session, vote.round_id) if vote.round_id else None
    if voting is not None:
        await session.execute(
            select(RoundVoter.used)
            .where(RoundVoter.round_id == voting.id, RoundVoter.voter_key == vote.voter_key)
            .with_for_update()
        )
    await session.refresh(vote, with_for_update=True)
    return vote, voting


def ensure_not_closed(voting: Round | None, at: datetime) -> None:
    """Raises NotOpenForVotes when the voting is over: what was counted stays (a vote is not taken back afterwards)."""
    if voting is not None and (voting.closed_at is not None or at >= voting.ends_at):
        raise NotOpenForVotes(NotOpenForVotes.over)


def _end(vote: Vote, state: VoteState, at: datetime, *, reason: str) -> None:
    vote.state, vote.ended_at, vote.reason, vote.expires_at = state, at, reason, None
    vote.email = vote.name = vote.phone = ""
    vote.keys, vote.wants_news = [], False


async def _add(session: AsyncSession, vote: Vote, *, supporters: int, points: int) -> None:
    """Change the counts of the vote's wish. Raises Stale when the team has merged or moved it in the meantime."""
    where = [Wish.id == vote.wish_id]
    if supporters > 0:
        where += [Wish.merged_into_id.is_(None), Wish.round_id.is_not_distinct_from(vote.round_id)]
    added = await session.execute(
        update(Wish)
        .where(*where)
        .values(supporters=Wish.supporters + supporters, points=Wish.points + points)
        .execution_options(synchronize_session=False)
    )
    if added.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE has it
        raise Stale
