"""What the team decides about a run with too few people, and what people answer; every public method is one transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Run, RunState
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.errors import RunNotOffered
from lms.enrolment.minimum import rules
from lms.enrolment.minimum.applying import carry_out
from lms.enrolment.minimum.asking import ask_everybody
from lms.enrolment.minimum.errors import (
    DeadlineTooEarly,
    FeeTooHigh,
    NobodyEnrolled,
    ProposalEnded,
    ProposalOpen,
)
from lms.enrolment.minimum.events import ProposalWithdrawn
from lms.enrolment.minimum.models import (
    Inquiry,
    Proposal,
    ProposalState,
    RepliedBy,
    Reply,
    RunDecision,
)
from lms.enrolment.minimum.queries import answers_of, inquiry_of, open_proposal, placed_in, unasked
from lms.enrolment.minimum.terms import terms_for
from lms.enrolment.minimum.values import Level, Outcome, Wish, terms_of
from lms.enrolment.models import EnrolmentState
from lms.enrolment.rules import TAKES_PEOPLE
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.taking_along import both_locked
from lms.enrolment.service.transactions import Transactions
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import Invalid, NotFound, Stale
from lms.scheduling.demands import Ground
from lms.scheduling.events import RunConfirmed
from lms.web.module import Around

PURPOSE = "proposal"
"""Of the token in the letter that asks: `signer.token(PURPOSE, inquiry.id, inquiry.link_version)`."""
MOST_LEVELS = 3
Seen = TypeVar("Seen")


class _Rehearsed(Exception):
    """Takes back a transaction that was only to be looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A proposal that has just been opened, and how many places are asked about."""

    proposal: Proposal
    places: int


class MinimumNumbers(Transactions):
    """Deciding, asking, answering, applying. Everything about a run happens under its lock."""

    def __init__(self, around: Around) -> None:
        super().__init__(around)
        self.ground = Ground(around.settings.federal_state, around.settings.travel_minutes)

    @retried
    async def set_decision(
        self, actor: Actor, *, run_id: UUID, decide_on: date | None, levels: Sequence[Level], version: int
    ) -> None:
        """Another day of decision (None: the usual one), and up to three fees by size. `version` is 0 where there was none.

        Raises Stale, Invalid, FeeTooHigh.
        """
        ensure(policy.may_plan(actor), actor)
        self._ensure_levels(levels)
        at = self.clock()
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=at)
            stored = await session.get(RunDecision, run_id, populate_existing=True)
            if (stored.version if stored else 0) != version:
                raise Stale
            before = {"decide_on": str(stored.decide_on or ""), "levels": stored.fee_levels} if stored else {}
            kept: list[dict[str, Any]] = [{"least": one.least, "cents": one.cents} for one in levels]
            if stored is None:
                session.add(RunDecision(run_id=run_id, decide_on=decide_on, fee_levels=kept))
            else:
                stored.decide_on, stored.fee_levels, stored.version = decide_on, kept, version + 1
            record(
                session, actor, "run.decision_planned", at=at, kind="run", object_id=locked.run.id,
                before=before, after={"decide_on": str(decide_on or ""), "levels": kept},
            )  # fmt: skip

    @retried
    async def propose(self, actor: Actor, *, run_id: UUID, wish: Wish, proposal_id: UUID) -> Proposal:
        """Ask everybody with a place. Sent twice under one id it is asked once.

        Raises ProposalOpen, NobodyEnrolled, RunNotOffered, DeadlineTooEarly, and what is wrong with the wish.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.transaction() as session:
            return (await self._open(session, actor, run_id, wish, proposal_id)).proposal

    @retried
    async def rehearse_proposal(
        self,
        actor: Actor,
        *,
        run_id: UUID,
        wish: Wish,
        proposal_id: UUID,
        look: Callable[[AsyncSession, Proposal], Awaitable[Seen]],
    ) -> Seen:
        """What `look` sees after everybody has been asked, which is then taken back. Raises what `propose` raises."""
        ensure(policy.may_plan(actor), actor)
        seen: list[Seen] = []
        try:
            async with self.transaction() as session:
                asked = await self._open(session, actor, run_id, wish, proposal_id)
                seen.append(await look(session, asked.proposal))
                session.expunge_all()  # what was seen stays readable when it is taken back
                raise _Rehearsed
        except _Rehearsed:
            return seen[0]

    @retried
    async def answer(
        self, actor: Actor, *, inquiry_id: UUID, token: str, replies: Mapping[UUID, Reply]
    ) -> None:
        """What somebody says by the link in the letter, for each place by its enrolment; may be changed until it is decided.

        Raises NotFound for a wrong link and for somebody else's place, ProposalEnded.
        """
        async with self.transaction() as session:
            locked, inquiry, proposal = await self._lock_inquiry(session, inquiry_id)
            if not self.signer.matches(token, PURPOSE, inquiry.id, inquiry.link_version):
                raise NotFound
            await self._reply(locked, actor, inquiry, proposal, replies, RepliedBy.LINK)

    @retried
    async def answer_by_phone(
        self, actor: Actor, *, inquiry_id: UUID, replies: Mapping[UUID, Reply], note: str = ""
    ) -> None:
        """What somebody said on the telephone; without replies nobody was reached. Raises NotFound, ProposalEnded."""
        ensure(policy.may_plan(actor) or policy.may_waive(actor), actor)
        async with self.transaction() as session:
            locked, inquiry, proposal = await self._lock_inquiry(session, inquiry_id)
            if note.strip():
                inquiry.note = note.strip()
            if replies:
                await self._reply(locked, actor, inquiry, proposal, replies, RepliedBy.PHONE)
                return
            if proposal.state is not ProposalState.OPEN:
                raise ProposalEnded
            inquiry.tried_at, inquiry.tries = locked.at, inquiry.tries + 1
            record(
                session, actor, "proposal.not_reached", at=locked.at, kind="run", object_id=locked.run.id,
                person_id=inquiry.reader_id,
            )  # fmt: skip

    @retried
    async def ask_newcomers(self, actor: Actor, *, proposal_id: UUID) -> int:
        """Ask whoever has got a place since; says how many places. Raises NotFound, ProposalEnded."""
        ensure(policy.may_plan(actor) or policy.may_waive(actor), actor)
        async with self.transaction() as session:
            locked, proposal = await self._lock_proposal(session, proposal_id)
            if proposal.state is not ProposalState.OPEN:
                raise ProposalEnded
            return len(await ask_everybody(locked, proposal))

    async def ask_whoever_came(self) -> int:
        """Ask everybody who has got a place in a run while others are being asked about it; says how many places."""
        async with self.begin.reading() as session:
            waiting = (await session.scalars(unasked())).all()
        return sum([await self._ask(proposal_id) for proposal_id in waiting])

    @retried
    async def _ask(self, proposal_id: UUID) -> int:
        async with self.transaction() as session:
            locked, proposal = await self._lock_proposal(session, proposal_id)
            if proposal.state is not ProposalState.OPEN:
                return 0
            return len(await ask_everybody(locked, proposal))

    @retried
    async def withdraw(self, actor: Actor, *, proposal_id: UUID, reason: str = "") -> Proposal:
        """The question is void, everything stays as it was, those asked are told. Twice is as good as once.

        Raises NotFound, ProposalEnded where it has been applied.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.transaction() as session:
            locked, proposal = await self._lock_proposal(session, proposal_id)
            if proposal.state is ProposalState.APPLIED:
                raise ProposalEnded
            if proposal.state is ProposalState.OPEN:
                await self._withdraw(locked, actor, proposal, reason)
            return proposal

    @retried
    async def run_anyway(self, actor: Actor, *, run_id: UUID) -> Run:
        """The run takes place as it was planned; an open question is withdrawn, everybody with a place is told.

        Raises RunNotOffered.
        """
        ensure(policy.may_plan(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked = await self.lock(session, run_id, at=at)
            run = locked.run
            if run.state is RunState.CONFIRMED:
                return run
            if run.state is not RunState.PUBLISHED:
                raise RunNotOffered
            proposal = await open_proposal(session, run_id)
            if proposal is not None:  # the letter that it takes place says it all
                await self._withdraw(locked, actor, proposal, "run_anyway", is_told=False)
            run.state, run.version = RunState.CONFIRMED, run.version + 1
            record(
                session, actor, "run.confirmed", at=at, kind="run", object_id=run.id,
                before={"state": RunState.PUBLISHED}, after={"state": run.state},
            )  # fmt: skip
            locked.tell(RunConfirmed(run_id=run.id))
            await session.flush()
            await session.refresh(run)
            return run

    @retried
    async def apply(self, actor: Actor, *, proposal_id: UUID, version: int) -> Outcome | None:
        """Do what people agreed to, for all of them or for nobody; None where it has been done already.

        `version` is that of the proposal when its count was shown. Raises Stale, ProposalEnded, and what `carry_out` raises.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.transaction() as session:
            return await self._apply(session, actor, proposal_id, version)

    @retried
    async def rehearse_apply(
        self,
        actor: Actor,
        *,
        proposal_id: UUID,
        look: Callable[[AsyncSession, Outcome], Awaitable[Seen]],
    ) -> Seen:
        """What `look` sees after it was done, which is then taken back. Raises what `apply` raises but Stale."""
        ensure(policy.may_plan(actor), actor)
        seen: list[Seen] = []
        try:
            async with self.transaction() as session:
                outcome = await self._apply(session, actor, proposal_id, None)
                if outcome is None:
                    raise ProposalEnded
                seen.append(await look(session, outcome))
                session.expunge_all()  # what was seen stays readable when it is taken back
                raise _Rehearsed
        except _Rehearsed:
            return seen[0]

    async def _open(
        self, session: AsyncSession, actor: Actor, run_id: UUID, wish: Wish, proposal_id: UUID
    ) -> Asked:
        locked = await self.lock(session, run_id, at=self.clock())
        run = locked.run
        before = await session.get(Proposal, proposal_id, populate_existing=True)
        if before is not None:
            if before.run_id != run_id:
                raise NotFound
            return Asked(before, 0)
        if run.state not in TAKES_PEOPLE:
            raise RunNotOffered
        if await open_proposal(session, run_id) is not None:
            raise ProposalOpen
        people = len(await placed_in(session, run_id))
        if not people:
            raise NobodyEnrolled
        if wish.deadline <= locked.at or (run.starts_at is not None and wish.deadline > run.starts_at):
            raise DeadlineTooEarly
        terms = await terms_for(session, run, wish, people=people, ground=self.ground, now=locked.at)
        proposal = Proposal(
            run_id=run_id,
            measure=wish.measure,
            terms=terms.plain(),
            made_at=locked.at,
            deadline=wish.deadline,
            reason=wish.reason.strip(),
        )
        proposal.id = proposal_id
        session.add(proposal)
        await session.flush()
        places = len(await ask_everybody(locked, proposal))
        record(
            session, actor, "proposal.opened", at=locked.at, kind="run", object_id=run_id,
            after={"measure": wish.measure, "price_cents": terms.price_cents, "people": places},
            reason=proposal.reason,
        )  # fmt: skip
        return Asked(proposal, places)

    async def _apply(
        self, session: AsyncSession, actor: Actor, proposal_id: UUID, version: int | None
    ) -> Outcome | None:
        found = await session.get(Proposal, proposal_id)
        if found is None:
            raise NotFound
        into, other = terms_of(found).into_id, None
        if into is not None:
            locked, other = await both_locked(
                session, found.run_id, into, at=self.clock(), settings=self.settings
            )
        else:
            locked = await self.lock(session, found.run_id, at=self.clock())
        await session.refresh(found)  # it may have been decided while we queued for the run
        if found.state is ProposalState.APPLIED:
            return None
        if found.state is not ProposalState.OPEN:
            raise ProposalEnded
        if version is not None and version != found.version:
            raise Stale
        return await carry_out(locked, other, actor, found, self.ground)

    async def _lock_proposal(self, session: AsyncSession, proposal_id: UUID) -> tuple[LockedRun, Proposal]:
        found = await session.get(Proposal, proposal_id)
        if found is None:
            raise NotFound
        locked = await self.lock(session, found.run_id, at=self.clock())
        await session.refresh(found)
        return locked, found

    async def _lock_inquiry(
        self, session: AsyncSession, inquiry_id: UUID
    ) -> tuple[LockedRun, Inquiry, Proposal]:
        _, proposal = await inquiry_of(session, inquiry_id)
        locked = await self.lock(session, proposal.run_id, at=self.clock())
        inquiry, proposal = await inquiry_of(session, inquiry_id)
        return locked, inquiry, proposal

    async def _reply(
        self,
        locked: LockedRun,
        actor: Actor,
        inquiry: Inquiry,
        proposal: Proposal,
        replies: Mapping[UUID, Reply],
        by: RepliedBy,
    ) -> None:
        if proposal.state is not ProposalState.OPEN:
            raise ProposalEnded
        theirs = {
            one.enrolment.id: one
            for one in await answers_of(locked.session, proposal.id, inquiry_id=inquiry.id)
        }
        if not replies or not set(replies) <= set(theirs):
            raise NotFound
        for enrolment_id, reply in replies.items():
            answer, enrolment = theirs[enrolment_id].answer, theirs[enrolment_id].enrolment
            if enrolment.state is not EnrolmentState.CONFIRMED or answer.reply is reply:
                continue
            before = answer.reply
            answer.reply, answer.replied_at, answer.replied_by = reply, locked.at, by
            proposal.version += 1
            record(
                locked.session, actor, "proposal.answered", at=locked.at, kind="enrolment",
                object_id=enrolment.id, person_id=enrolment.person_id,
                before={"reply": before}, after={"reply": reply, "by": by, "price_cents": answer.after_cents},
            )  # fmt: skip

    @staticmethod
    async def _withdraw(
        locked: LockedRun, actor: Actor, proposal: Proposal, reason: str, *, is_told: bool = True
    ) -> None:
        proposal.state, proposal.ended_at = ProposalState.WITHDRAWN, locked.at
        proposal.ended_reason = reason.strip()
        proposal.version += 1
        record(
            locked.session, actor, "proposal.withdrawn", at=locked.at, kind="run", object_id=locked.run.id,
            reason=reason.strip(),
        )  # fmt: skip
        if is_told:
            locked.tell(ProposalWithdrawn(proposal_id=proposal.id))
        await locked.session.flush()

    @staticmethod
    def _ensure_levels(levels: Sequence[Level]) -> None:
        sizes = [one.least for one in levels]
        if len(levels) > MOST_LEVELS or sizes != sorted(set(sizes)) or any(one < 1 for one in sizes):
            raise Invalid
        if any(not 0 <= one.cents <= rules.MOST_CENTS for one in levels):
            raise FeeTooHigh
