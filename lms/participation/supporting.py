"""Supporting a wish: asked by mail, at once for whoever is signed in, at the counter; and taking it back."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, SignInNeeded
from lms.participation import keys as known_by
from lms.participation import policy
from lms.participation.counting import (
    count,
    ensure_not_closed,
    give_back,
    known_voter,
    live_vote,
    locked_vote,
    votes_left,
    wish_to_support,
)
from lms.participation.errors import (
    AgeNeeded,
    NotOpenForVotes,
    ReasonMissing,
    WhoNeeded,
)
from lms.participation.events import VoteAsked
from lms.participation.models import ResidentCode, Round, Vote, VoteState, Way
from lms.participation.rules import CONFIRM_WITHIN, ensure_may_vote
from lms.participation.voters import Voter, at_the_counter, named, resident
from lms.people.models import Person
from lms.web.module import Around

LINK = "vote"
"""The purpose of the tokens that lead to one vote."""


@dataclass(frozen=True, slots=True)
class Given:
    """A vote, and how many votes its voter has left in its round; None outside of rounds."""

    vote: Vote
    left: int | None = None
    most: int | None = None


class Support:
    """What people can do about their votes; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    async def ask(self, actor: Actor, *, wish_id: UUID, voter: Voter, points: int = 1) -> None:
        """Without an account: a mail with a link goes out, and the vote counts once it is confirmed.

        Nothing tells whether the address has voted before; that stands in the mail (S-17). Raises what `ensure_may_vote`
        raises, NotOpenForVotes, WrongCode.
        """
        try:
            await self._ask(actor, wish_id, voter, points)
        except IntegrityError:  # the same was asked at the same moment: now it is there
            await self._ask(actor, wish_id, voter, points)

    @retried
    async def _ask(self, actor: Actor, wish_id: UUID, voter: Voter, points: int) -> None:
        ensure(policy.may_propose(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            wish, voting = await wish_to_support(session, wish_id, at=now)
            mail_key = known_by.email_key(self.signer, voter.email)
            if voting is not None:
                keys = [*await self._keys_in(session, voting, voter, points), mail_key]
            else:
                keys = [mail_key, named(self.signer, voter.name, voter, now)]
            voter_key = (await known_voter(session, voting.id, keys) if voting else None) or mail_key
            vote = await live_vote(session, wish.id, voter_key)
            if vote is None and voter_key != mail_key:
                vote = await live_vote(session, wish.id, mail_key)
            already = vote is not None and vote.state is VoteState.COUNTED
            if vote is None:
                vote = Vote(
                    wish_id=wish.id, round_id=wish.round_id, voter_key=mail_key, created_at=now, way=Way.ONLINE,
                    state=VoteState.PENDING, source=known_by.source_of(self.signer, actor.address),
                )  # fmt: skip
                session.add(vote)
            if not already:
                vote.email, vote.name, vote.points = voter.email, voter.name, points
                vote.keys, vote.wants_news, vote.language = keys, voter.wants_news, voter.language
                vote.expires_at = now + CONFIRM_WITHIN
            await session.flush()
            is_own = not already or await _is_voters(session, voting, mail_key, vote)
            announce(
                session,
                VoteAsked(
                    vote_id=vote.id, at=now, email=voter.email, language=voter.language, already=already,
                    is_own=is_own,
                ),
            )  # fmt: skip

    @retried
    async def support_now(self, actor: Actor, *, wish_id: UUID, voter: Voter, points: int = 1) -> Given:
        """Signed in: it counts at once. Raises what counting and `ensure_may_vote` raise."""
        if actor.person_id is None:
            raise SignInNeeded
        now = self.clock()
        async with self.begin() as session:
            wish, voting = await wish_to_support(session, wish_id, at=now)
            person = await session.get_one(Person, actor.person_id)
            keys = [known_by.email_key(self.signer, person.email or "")] if person.email else []
            keys.append(known_by.person_key(self.signer, person.id))
            if voting is not None:
                keys = [*await self._keys_in(session, voting, voter, points), *keys]
            else:
                known = replace(voter, born=person.birth_date) if person.birth_date else voter
                keys.append(named(self.signer, person.name, known, now))
            vote = Vote(
                wish_id=wish.id, voter_key=keys[0], created_at=now, way=Way.ONLINE, state=VoteState.PENDING,
                points=points, person_id=person.id, email=person.email or "", name=person.name,
                phone=person.phone or "", wants_news=voter.wants_news, language=person.language,
                source=known_by.source_of(self.signer, actor.address),
            )  # fmt: skip
            await count(session, vote, wish, voting, keys, at=now)
            left, most = await votes_left(session, voting, vote.voter_key) if voting else (None, None)
        return Given(vote, left, most)

    @retried
    async def take_slip(
        self, actor: Actor, *, wish_id: UUID, voter: Voter, points: int = 1, way: Way = Way.COUNTER
    ) -> Given:
        """A slip of paper, or somebody at the counter: the same keys are asked, so nobody counts twice."""
        ensure(policy.may_take_votes(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            wish, voting = await wish_to_support(session, wish_id, at=now)
            keys = at_the_counter(self.signer, voting, voter, now)
            if voting is not None:
                ensure_may_vote(
                    voting, born=voter.born, lives_in_district=voter.lives_in_district, points=points, now=now
                )
            vote = Vote(
                wish_id=wish.id, voter_key=keys[0], created_at=now, way=way, state=VoteState.PENDING,
                points=points, email=voter.email, name=voter.name, phone=voter.phone,
                wants_news=voter.wants_news, language=voter.language,
            )  # fmt: skip
            await count(session, vote, wish, voting, keys, at=now)
            await session.flush()
            record(
                session, actor, "vote.taken", at=now, kind="vote", object_id=vote.id, after={"way": way.value}
            )
            left, most = await votes_left(session, voting, vote.voter_key) if voting else (None, None)
        return Given(vote, left, most)

    @retried
    async def confirm(self, *, vote_id: UUID, token: str) -> Given:
        """The button behind the link of the mail. Twice is as good as once.

        Raises NotFound for a wrong link and for one that has run out, and what counting raises.
        """
        now = self.clock()
        async with self.begin() as session:
            vote, voting = await self._linked(session, vote_id, token)
            if vote.state is VoteState.PENDING:
                if vote.expires_at is not None and vote.expires_at <= now:
                    raise NotFound
                wish, voting = await wish_to_support(session, vote.wish_id, at=now)
                if wish.round_id != vote.round_id:  # there it takes other keys, and has other rules
                    raise NotOpenForVotes(NotOpenForVotes.moved)
                keys = vote.keys or [vote.voter_key]
                await self._use_code(session, voting, keys, now)
                await count(session, vote, wish, voting, keys, at=now)
            left, most = await votes_left(session, voting, vote.voter_key) if voting else (None, None)
        return Given(vote, left, most)

    @retried
    async def withdraw(self, *, vote_id: UUID, token: str) -> Vote:
        """Take one's vote back, as long as the voting runs. Twice is as good as once. Raises NotFound, NotOpenForVotes."""
        async with self.begin() as session:
            vote, voting = await self._linked(session, vote_id, token)
            if vote.state in {VoteState.PENDING, VoteState.COUNTED}:
                ensure_not_closed(voting, self.clock())
            await give_back(session, vote, state=VoteState.WITHDRAWN, at=self.clock())
        return vote

    @retried
    async def make_void(self, actor: Actor, *, vote_ids: list[UUID], reason: str) -> int:
        """The team takes votes out that cannot be genuine, with a reason; says how many. Raises ReasonMissing, NotOpenForVotes."""
        ensure(policy.may_keep_rounds(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        now, ended = self.clock(), 0
        async with self.begin() as session:
            for vote_id in sorted(vote_ids):
                vote, voting = await locked_vote(session, vote_id)
                if voting is not None and voting.closed_at is not None:
                    ensure_not_closed(voting, now)
                ended += vote.state in {VoteState.PENDING, VoteState.COUNTED}
                await give_back(session, vote, state=VoteState.VOID, at=now, reason=reason)
                record(session, actor, "vote.voided", at=now, kind="vote", object_id=vote.id, reason=reason)
        return ended

    async def _linked(self, session: AsyncSession, vote_id: UUID, token: str) -> tuple[Vote, Round | None]:
        if not self.signer.matches(token, LINK, vote_id):
            raise NotFound
        return await locked_vote(session, vote_id)

    async def _keys_in(self, session: AsyncSession, voting: Round, voter: Voter, points: int) -> list[str]:
        """By what a voter of a round is known who votes online, once the round's conditions are met."""
        ensure_may_vote(
            voting,
            born=voter.born,
            lives_in_district=voter.lives_in_district,
            points=points,
            now=self.clock(),
        )
        if voting.residents_only:
            return [(await resident(session, voting.id, voter.code)).holder_key]
        if not voter.name.strip() or voter.born is None:
            raise AgeNeeded if voter.name.strip() else WhoNeeded
        return [known_by.name_key(self.signer, voter.name, voter.born)]

    async def _use_code(
        self, session: AsyncSession, voting: Round | None, keys: list[str], now: datetime
    ) -> None:
        """Note that a resident's code has let somebody vote; from then on it is known that the letter arrived."""
        if voting is None or not voting.residents_only:
            return
        await session.execute(
            update(ResidentCode)
            .where(
                ResidentCode.round_id == voting.id,
                ResidentCode.holder_key == keys[0],
                ResidentCode.used_at.is_(None),
            )
            .values(used_at=now)
        )


async def _is_voters(session: AsyncSession, voting: Round | None, mail_key: str, vote: Vote) -> bool:
    if voting is None:
        return vote.voter_key == mail_key
    return await known_voter(session, voting.id, [mail_key]) == vote.voter_key
