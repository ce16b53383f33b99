"""Votes on paper (U7): numbered sheets, typed in one by one, checked against doubles, counted a second time by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.idempotency import once, remember
from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid, NotFound
from lms.participation import policy
from lms.participation.counting import LIVE, count, give_back, round_of, voter_of
from lms.participation.errors import (
    NotOpenForVotes,
    ReasonMissing,
    RoundClosed,
    SameCounter,
    SheetEntered,
    SheetNotEntered,
    VotedAlready,
)
from lms.participation.models import (
    Ballot,
    BallotAct,
    BallotEvent,
    BallotState,
    Round,
    RoundVoter,
    Vote,
    VoteState,
    Way,
    Wish,
)
from lms.participation.rules import (
    MOST_SHEETS,
    PUBLIC,
    Choice,
    Phase,
    ensure_choices,
    ensure_may_vote,
    phase_of,
    sheet_of,
)
from lms.participation.voters import Voter, at_the_counter
from lms.web.module import Around

DIFFERS, TAKEN_BACK = "differs", "sheet taken back"
"""Reasons of our own, beside what people type and choose; `words.in_words` says them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it lies before whoever types it in. With `invalid_because` it counts nothing, and says why."""

    code: str
    voter: Voter
    choices: Sequence[Choice]
    invalid_because: str = ""


class Ballots:
    """What the team does with sheets of paper; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.signer = around.signer

    @retried
    async def print_sheets(self, actor: Actor, *, round_id: UUID, number: int) -> tuple[int, int]:
        """Give out the next numbers; says the first and the last. No number is printed twice."""
        ensure(policy.may_keep_rounds(actor), actor)
        if not 1 <= number <= MOST_SHEETS:
            raise Invalid
        async with self.begin() as session:
            voting = await round_of(session, round_id, alone=True)
            if voting.closed_at is not None:
                raise RoundClosed
            first = voting.sheets_printed + 1
            voting.sheets_printed += number
            record(
                session, actor, "ballot.printed", at=self.clock(), kind="wish_round", object_id=voting.id,
                after={"first": first, "last": voting.sheets_printed},
            )  # fmt: skip
        return first, first + number - 1

    @retried
    async def enter(self, actor: Actor, *, round_id: UUID, sheet: Sheet, form_id: UUID) -> Ballot:
        """Type in one sheet: all its votes count, or none. The same form sent twice is one sheet.

        Sheets that were handed in before the end may be typed in after it, until the result is stated. Raises WrongSheet,
        SheetEntered, WhoNeeded, VotedAlready, TooManyPoints, what `ensure_may_vote` raises, RoundClosed.
        """
        ensure(policy.may_take_votes(actor), actor)
        key = f"ballot:{form_id}"
        try:
            async with self.begin() as session:
                known = await once(session, key, b"", at=self.clock())
                if known is not None and (kept := await session.get(Ballot, known)) is not None:
                    return kept
                ballot = await self._enter(session, actor, round_id, sheet)
                await remember(session, key, ballot.id)
        except IntegrityError as double:
            if "ballot" in str(double.orig):
                raise SheetEntered from double
            raise
        return ballot

    async def _enter(self, session: AsyncSession, actor: Actor, round_id: UUID, sheet: Sheet) -> Ballot:
        now = self.clock()
        voting = await _round_to_count(session, round_id)
        if phase_of(voting, now) not in {Phase.PRIORITISE, Phase.RESULT}:
            raise NotOpenForVotes(NotOpenForVotes.not_yet)
        number = sheet_of(self.signer, voting, sheet.code)
        if await _standing(session, voting.id, number) is not None:
            raise SheetEntered
        ballot = Ballot(
            round_id=voting.id, sheet=number, choices=_written(sheet.choices), entered_at=now,
            entered_by=actor.account_id,
        )  # fmt: skip
        if sheet.invalid_because.strip():
            ballot.state, ballot.reason = BallotState.INVALID, sheet.invalid_because.strip()
            session.add(ballot)
        else:
            await self._count(session, voting, ballot, sheet)
        await session.flush()
        _note(session, actor, ballot, BallotAct.ENTERED, now)
        return ballot

    async def _count(self, session: AsyncSession, voting: Round, ballot: Ballot, sheet: Sheet) -> None:
        ensure_may_vote(
            voting, born=sheet.voter.born, lives_in_district=True, points=1, now=ballot.entered_at
        )
        if not sheet.choices:
            raise Invalid
        ensure_choices(voting, sheet.choices)
        keys = at_the_counter(self.signer, voting, sheet.voter, ballot.entered_at)
        voter_key = await voter_of(session, voting, keys)
        voter = await session.scalar(
            select(RoundVoter)
            .where(RoundVoter.round_id == voting.id, RoundVoter.voter_key == voter_key)
            .with_for_update()
        )
        if voter is None or voter.used:
            raise VotedAlready(ways=", ".join(sorted(await _ways(session, voting.id, voter_key))))
        wishes = {
            one.id: one
            for one in await session.scalars(
                select(Wish).where(
                    Wish.round_id == voting.id,
                    Wish.state.in_(PUBLIC),
                    Wish.id.in_([choice.wish_id for choice in sheet.choices]),
                )
            )
        }
        session.add(ballot)
        await session.flush()
        for choice in sorted(sheet.choices, key=lambda one: one.wish_id):
            if choice.wish_id not in wishes:
                raise NotFound
            vote = Vote(
                wish_id=choice.wish_id, voter_key=keys[0], created_at=ballot.entered_at, way=Way.PAPER,
                state=VoteState.PENDING, points=choice.points, ballot_id=ballot.id,
            )  # fmt: skip
            await count(session, vote, wishes[choice.wish_id], voting, keys, at=ballot.entered_at)
            ballot.voter_key = vote.voter_key

    @retried
    async def take_back(self, actor: Actor, *, ballot_id: UUID, reason: str) -> Ballot:
        """An entry was wrong: it counts no more, and the sheet can be entered anew. Both stay in the protocol.

        Twice is as good as once. Raises ReasonMissing, RoundClosed.
        """
        ensure(policy.may_take_votes(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        now = self.clock()
        async with self.begin() as session:
            found = await session.get(Ballot, ballot_id)
            if found is None:
                raise NotFound
            await _round_to_count(session, found.round_id)
            await session.refresh(found, with_for_update=True)
            if found.state is BallotState.VOID:
                return found
            votes = (
                select(Vote).where(Vote.ballot_id == found.id, Vote.state.in_(LIVE)).order_by(Vote.wish_id)
            )
            for vote in (await session.scalars(votes)).all():
                await give_back(session, vote, state=VoteState.VOID, at=now, reason=TAKEN_BACK)
            found.state, found.reason = BallotState.VOID, reason.strip()
            _note(session, actor, found, BallotAct.VOIDED, now)
        return found

    @retried
    async def recount(
        self, actor: Actor, *, round_id: UUID, code: str, choices: Sequence[Choice], is_invalid: bool = False
    ) -> bool:
        """Somebody else reads the sheet a second time; says whether both read the same. Nothing is changed by it.

        Raises WrongSheet, SheetNotEntered, SameCounter, RoundClosed.
        """
        ensure(policy.may_take_votes(actor), actor)
        now = self.clock()
        async with self.begin() as session:
            voting = await _round_to_count(session, round_id)
            ballot = await _standing(session, voting.id, sheet_of(self.signer, voting, code))
            if ballot is None:
                raise SheetNotEntered
            if ballot.entered_by is not None and ballot.entered_by == actor.account_id:
                raise SameCounter
            second = _written(choices) if not is_invalid else []
            state = BallotState.INVALID if is_invalid else BallotState.COUNTED
            agrees = state is ballot.state and (is_invalid or second == ballot.choices)
            session.add(
                BallotEvent(
                    round_id=voting.id, sheet=ballot.sheet, act=BallotAct.RECOUNTED, done_at=now,
                    done_by=actor.account_id, choices=second, state=state,
                    reason="" if agrees else DIFFERS,
                )
            )  # fmt: skip
        return agrees


async def _round_to_count(session: AsyncSession, round_id: UUID) -> Round:
    voting = await round_of(session, round_id)
    if voting.closed_at is not None:
        raise RoundClosed
    return voting


async def _standing(session: AsyncSession, round_id: UUID, sheet: int) -> Ballot | None:
    return await session.scalar(
        select(Ballot).where(
            Ballot.round_id == round_id, Ballot.sheet == sheet, Ballot.state != BallotState.VOID
        )
    )


async def _ways(session: AsyncSession, round_id: UUID, voter_key: str | None) -> set[str]:
    found = await session.scalars(
        select(Vote.way)
        .where(Vote.round_id == round_id, Vote.voter_key == voter_key, Vote.state == VoteState.COUNTED)
        .distinct()
    )
    return {one.value for one in found}


def _written(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    return [
        {"wish": str(one.wish_id), "points": one.points}
        for one in sorted(choices, key=lambda one: str(one.wish_id))
    ]


def _note(session: AsyncSession, actor: Actor, ballot: Ballot, act: BallotAct, now: Any) -> None:
    session.add(
        BallotEvent(
            round_id=ballot.round_id, sheet=ballot.sheet, act=act, done_at=now, done_by=actor.account_id,
            choices=ballot.choices, state=ballot.state, reason=ballot.reason,
        )
    )  # fmt: skip
