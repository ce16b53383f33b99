"""Reading proposals, in a session somebody else opened."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.actor import Actor
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.teaching import policy
from lms.teaching.models import CourseProposal, ProposalState, ProposalWord

FOR_TEAM = CourseProposal.state != ProposalState.DRAFT
"""What a trainer has not handed in is theirs alone."""


async def proposals(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int, offset: int = 0
) -> tuple[Sequence[tuple[CourseProposal, Person]], int]:
    """Proposals with whose they are, those that wait for the team first, then the newest; and how many. Two statements."""
    total = await session.scalar(select(func.count()).select_from(CourseProposal).where(*conditions))
    rows = await session.execute(
        select(CourseProposal, Person)
        .join(Person, Person.id == CourseProposal.person_id)
        .where(*conditions)
        .order_by(
            case((CourseProposal.state == ProposalState.SUBMITTED, 0), else_=1),
            CourseProposal.changed_at.desc(),
            CourseProposal.id,
        )
        .limit(limit)
        .offset(offset)
    )
    return [(row[0], row[1]) for row in rows], total or 0


async def proposal_for(
    session: AsyncSession, actor: Actor, proposal_id: UUID
) -> tuple[CourseProposal, Person]:
    """One's own, or for the planners one that was handed in. Raises NotFound (S-03)."""
    found, _ = await proposals(session, CourseProposal.id == proposal_id, limit=1)
    if not found:
        raise NotFound
    proposal, person = found[0]
    is_own = actor.person_id == proposal.person_id
    is_handed_in = proposal.state is not ProposalState.DRAFT
    if not (is_own or (is_handed_in and policy.may_decide_proposals(actor))):
        raise NotFound
    return proposal, person


async def words_about(session: AsyncSession, proposal_id: UUID) -> Sequence[ProposalWord]:
    """What was said about it, the oldest first."""
    wanted = (
        select(ProposalWord)
        .where(ProposalWord.proposal_id == proposal_id)
        .order_by(ProposalWord.said_at, ProposalWord.id)
    )
    return (await session.scalars(wanted)).all()
