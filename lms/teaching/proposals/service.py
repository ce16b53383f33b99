"""Proposing a course, and deciding about it; every public method is one transaction."""

from dataclasses import asdict, dataclass
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.service import CourseWords
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.teaching import policy
from lms.teaching.errors import NotInThisState, ReasonMissing
from lms.teaching.events import ProposalDecided, ProposalSubmitted
from lms.teaching.models import CourseProposal, ProposalState, ProposalWord
from lms.teaching.proposals import rules
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """What a trainer proposes, in their own words. `minutes` is the length of one session."""

    title: str
    audience: str = ""
    outcomes: str = ""
    sessions: int = 4
    minutes: int = 90
    dates: str = ""
    place: str = ""
    equipment: str = ""
    minimum: int = 5
    maximum: int = 12
    fee_cents: int | None = None
    materials: str = ""


class Proposals:
    """The way of a proposal from a draft to a course."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def save(self, actor: Actor, *, proposal_id: UUID, idea: Idea, version: int = 0) -> CourseProposal:
        """Write it down; a new one under its id is made once. Raises Stale, NotInThisState once it is with the team, NotFound."""
        now = self.clock()
        ensure(policy.may_propose(actor, actor.person_id), actor)
        assert actor.person_id is not None  # noqa: S101 - the policy asks for it
        async with self.begin() as session:
            found = await session.get(CourseProposal, proposal_id, with_for_update=True)
            if found is None:
                found = CourseProposal(
                    id=proposal_id,
                    person_id=actor.person_id,
                    title=idea.title,
                    created_at=now,
                    changed_at=now,
                )
                session.add(found)
            elif found.person_id != actor.person_id:
                raise NotFound
            elif found.state not in rules.WRITABLE:
                raise NotInThisState
            elif version and found.version != version:
                raise Stale
            elif not version:  # the form of a new one, sent a second time
                return found
            else:
                found.version += 1
            for name, value in asdict(idea).items():
                setattr(found, name, value)
            found.changed_at = now
        return found

    @retried
    async def submit(self, actor: Actor, *, proposal_id: UUID, text: str = "") -> None:
        """Hand it in, or answer a question about it. Twice is as good as once. Raises NotInThisState, NotFound."""
        async with self.begin() as session:
            found = await self._own(session, actor, proposal_id)
            if found.state is ProposalState.SUBMITTED:
                return
            rules.ensure_move(found.state, ProposalState.SUBMITTED)
            found.submitted_at = self.clock()
            word = await self._move(session, actor, found, ProposalState.SUBMITTED, text, is_team=False)
            announce(session, ProposalSubmitted(word_id=word.id), at=self.clock())

    @retried
    async def withdraw(self, actor: Actor, *, proposal_id: UUID) -> None:
        """The trainer thinks again. Twice is as good as once."""
        async with self.begin() as session:
            found = await self._own(session, actor, proposal_id)
            if found.state is ProposalState.WITHDRAWN:
                return
            rules.ensure_move(found.state, ProposalState.WITHDRAWN)
            await self._move(session, actor, found, ProposalState.WITHDRAWN, "", is_team=False)

    @retried
    async def decide(self, actor: Actor, *, proposal_id: UUID, state: ProposalState, text: str) -> None:
        """Ask back or decline, with words. Raises ReasonMissing, NotInThisState when somebody was quicker, NotFound."""
        ensure(policy.may_decide_proposals(actor) and state is not ProposalState.ACCEPTED, actor)
        if not text.strip():
            raise ReasonMissing
        async with self.begin() as session:
            found = await self._any(session, proposal_id)
            rules.ensure_move(found.state, state)
            word = await self._move(session, actor, found, state, text, is_team=True)
            announce(session, ProposalDecided(word_id=word.id), at=self.clock())

    @retried
    async def accepted(self, actor: Actor, *, proposal_id: UUID, course_id: UUID, run_id: UUID) -> None:
        """It has become this course and this run. Twice is as good as once. Raises NotInThisState, NotFound."""
        ensure(policy.may_decide_proposals(actor), actor)
        async with self.begin() as session:
            found = await self._any(session, proposal_id)
            if found.state is ProposalState.ACCEPTED:
                return
            rules.ensure_move(found.state, ProposalState.ACCEPTED)
            found.course_id, found.run_id = course_id, run_id
            word = await self._move(session, actor, found, ProposalState.ACCEPTED, "", is_team=True)
            announce(session, ProposalDecided(word_id=word.id), at=self.clock())

    async def _move(
        self,
        session: AsyncSession,
        actor: Actor,
        found: CourseProposal,
        state: ProposalState,
        text: str,
        *,
        is_team: bool,
    ) -> ProposalWord:
        before, now = found.state, self.clock()
        found.state, found.version, found.changed_at = state, found.version + 1, now
        found.decided_at = now if state not in rules.OPEN else None
        word = ProposalWord(
            proposal_id=found.id,
            said_at=now,
            state=state,
            text=text.strip(),
            is_team=is_team,
            name=actor.name,
        )
        session.add(word)
        record(
            session, actor, f"proposal.{state}", at=now, kind="proposal", object_id=found.id, person_id=found.person_id,
            before={"state": before}, after={"state": state},
        )  # fmt: skip
        await session.flush()
        return word

    @staticmethod
    async def _own(session: AsyncSession, actor: Actor, proposal_id: UUID) -> CourseProposal:
        found = await Proposals._any(session, proposal_id)
        if not policy.may_propose(actor, found.person_id):
            raise NotFound
        return found

    @staticmethod
    async def _any(session: AsyncSession, proposal_id: UUID) -> CourseProposal:
        found = await session.scalar(
            select(CourseProposal).where(CourseProposal.id == proposal_id).with_for_update()
        )
        if found is None:
            raise NotFound
        return found


def course_id_of(proposal: CourseProposal) -> UUID:
    """The id of the course it becomes: always the same, so that taking it on twice makes one."""
    return uuid5(proposal.id, "course")


def run_id_of(proposal: CourseProposal) -> UUID:
    """The id of the run it becomes."""
    return uuid5(proposal.id, "run")


def course_words(proposal: CourseProposal) -> CourseWords:
    """What the draft of the course begins with."""
    return CourseWords(
        title_de=proposal.title,
        summary_de=proposal.audience[:500],
        text_de=proposal.outcomes,
        default_sessions=proposal.sessions,
        default_minutes=proposal.minutes,
        default_minimum=proposal.minimum,
        default_capacity=proposal.maximum,
    )
