"""Reading runs at risk, proposals and their answers, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, Run, RunState
from lms.enrolment.minimum.models import (
    Inquiry,
    Proposal,
    ProposalAnswer,
    ProposalState,
    Reply,
    RunDecision,
)
from lms.enrolment.minimum.rules import levels_of
from lms.enrolment.minimum.values import Count, Level, counted, decide_on
from lms.enrolment.models import Enrolment, EnrolmentState, Party
from lms.enrolment.rules import TAKES_PEOPLE
from lms.kernel.clock import at_venue, local
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.models import Venue
from lms.scheduling.models import Session, SessionState

READER = aliased(Person, name="reader")
NO_ANSWERS = Count()


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """A run that is to be decided about. `count` is how people have answered an open proposal."""

    run: Run
    course: Course
    decide_on: date | None
    proposal: Proposal | None = None
    count: Count = NO_ANSWERS

    @property
    def missing(self) -> int:
        """How many enrolments are missing to the least number."""
        return max(0, self.run.minimum - self.run.occupied)


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer with whose place it is about and who gives it."""

    answer: ProposalAnswer
    inquiry: Inquiry
    enrolment: Enrolment
    person: Person
    reader: Person

    @property
    def is_live(self) -> bool:
        """Whether the place still exists; somebody may have cancelled meanwhile."""
        return self.enrolment.state is EnrolmentState.CONFIRMED


async def at_risk(
    session: AsyncSession, now: datetime, *, days_before: int, within: int | None, limit: int, offset: int = 0
) -> tuple[Sequence[AtRisk], int]:
    """Runs with too few people whose day of decision comes within so many days (None: all), and those with an open proposal.

    The most urgent first; three statements. Gives a page of them and how many there are.
    """
    wanted = _wanted(now, days_before, within)
    found = (
        select(Run, Course, RunDecision.decide_on, Proposal)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(RunDecision, RunDecision.run_id == Run.id)
        .outerjoin(Proposal, and_(Proposal.run_id == Run.id, Proposal.state == ProposalState.OPEN))
        .where(wanted)
    )
    total = await session.scalar(
        select(func.count())
        .select_from(Run)
        .outerjoin(RunDecision, RunDecision.run_id == Run.id)
        .outerjoin(Proposal, and_(Proposal.run_id == Run.id, Proposal.state == ProposalState.OPEN))
        .where(wanted)
    )
    rows = (
        await session.execute(found.order_by(Run.starts_at, Run.number).limit(limit).offset(offset))
    ).all()
    counts = await counts_of(session, [row.Proposal.id for row in rows if row.Proposal])
    return [
        AtRisk(
            run=row.Run,
            course=row.Course,
            decide_on=decide_on(row.Run, row.decide_on, days_before),
            proposal=row.Proposal,
            count=counts.get(row.Proposal.id, NO_ANSWERS) if row.Proposal else NO_ANSWERS,
        )
        for row in rows
    ], total or 0


def _wanted(now: datetime, days_before: int, within: int | None) -> ColumnElement[bool]:
    risky = and_(Run.state == RunState.PUBLISHED, Run.occupied < Run.minimum, Run.starts_at > now)
    if within is not None:
        last = local(now).date() + timedelta(days=within)
        starts_before = at_venue(last + timedelta(days=days_before + 1), time())
        risky = and_(
            risky,
            or_(
                RunDecision.decide_on <= last,
                and_(RunDecision.decide_on.is_(None), Run.starts_at < starts_before),
            ),
        )
    return or_(risky, Proposal.id.is_not(None))


async def counts_of(session: AsyncSession, proposal_ids: Collection[UUID]) -> Mapping[UUID, Count]:
    """How people have answered these proposals; places that were given back do not count. One statement."""
    if not proposal_ids:
        return {}
    rows = await session.execute(
        select(ProposalAnswer.proposal_id, ProposalAnswer.reply)
        .join(Enrolment, Enrolment.id == ProposalAnswer.enrolment_id)
        .where(
            ProposalAnswer.proposal_id.in_(list(proposal_ids)), Enrolment.state == EnrolmentState.CONFIRMED
        )
    )
    replies: dict[UUID, list[Reply]] = {}
    for proposal_id, reply in rows:
        replies.setdefault(proposal_id, []).append(reply)
    return {proposal_id: counted(found) for proposal_id, found in replies.items()}


async def open_proposal(session: AsyncSession, run_id: UUID) -> Proposal | None:
    """The proposal that people are being asked about."""
    return (
        await session.scalars(
            select(Proposal).where(Proposal.run_id == run_id, Proposal.state == ProposalState.OPEN)
        )
    ).first()


async def ended_proposals(session: AsyncSession, run_id: UUID) -> Sequence[Proposal]:
    """The proposals of a run that have been decided, newest first."""
    return (
        await session.scalars(
            select(Proposal)
            .where(Proposal.run_id == run_id, Proposal.state != ProposalState.OPEN)
            .order_by(Proposal.ended_at.desc(), Proposal.id)
        )
    ).all()


async def inquiry_of(session: AsyncSession, inquiry_id: UUID) -> tuple[Inquiry, Proposal]:
    """One inquiry, whoever asks: the page checks the link's token. Raises NotFound."""
    found = (
        await session.execute(
            select(Inquiry, Proposal)
            .join(Proposal, Proposal.id == Inquiry.proposal_id)
            .where(Inquiry.id == inquiry_id)
            .execution_options(populate_existing=True)
        )
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


async def answers_of(
    session: AsyncSession, proposal_id: UUID, *, inquiry_id: UUID | None = None
) -> Sequence[Answered]:
    """Every answer of a proposal, or of one who was asked, by the names of those who take part; one statement."""
    wanted = (
        select(ProposalAnswer, Inquiry, Enrolment, Person, READER)
        .join(Inquiry, Inquiry.id == ProposalAnswer.inquiry_id)
        .join(Enrolment, Enrolment.id == ProposalAnswer.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(READER, READER.id == Inquiry.reader_id)
        .where(ProposalAnswer.proposal_id == proposal_id)
        .order_by(Person.family_name, Person.given_name, Enrolment.id)
        .execution_options(populate_existing=True)
    )
    if inquiry_id is not None:
        wanted = wanted.where(ProposalAnswer.inquiry_id == inquiry_id)
    return [Answered(*row) for row in await session.execute(wanted)]


async def placed_in(session: AsyncSession, run_id: UUID) -> Sequence[Enrolment]:
    """Everybody with a place in the whole run, those who came together side by side."""
    return (
        await session.scalars(
            select(Enrolment)
            .join(Party, Party.id == Enrolment.party_id)
            .where(
                Enrolment.run_id == run_id,
                Enrolment.state == EnrolmentState.CONFIRMED,
                Enrolment.is_drop_in.is_(False),
                Enrolment.person_id.is_not(None),
            )
            .order_by(Party.position, Enrolment.created_at, Enrolment.id)
            .execution_options(populate_existing=True)
        )
    ).all()


def unasked() -> Select[UUID]:
    """The open proposals about which somebody with a place has not been asked."""
    asked = (
        select(ProposalAnswer.id)
        .where(ProposalAnswer.proposal_id == Proposal.id, ProposalAnswer.enrolment_id == Enrolment.id)
        .exists()
    )
    return (
        select(Proposal.id)
        .join(Enrolment, Enrolment.run_id == Proposal.run_id)
        .where(
            Proposal.state == ProposalState.OPEN,
            Enrolment.state == EnrolmentState.CONFIRMED,
            Enrolment.is_drop_in.is_(False),
            Enrolment.person_id.is_not(None),
            ~asked,
        )
        .distinct()
    )


async def decision_of(session: AsyncSession, run_id: UUID) -> tuple[RunDecision | None, list[Level]]:
    """What the run has of its own for the decision, and its fee levels."""
    found = await session.get(RunDecision, run_id)
    return found, levels_of(found.fee_levels) if found else []


async def planned_sessions(session: AsyncSession, run_id: UUID) -> Sequence[Session]:
    """The sessions of a run that take place, in order of time."""
    return (
        await session.scalars(
            select(Session)
            .where(Session.run_id == run_id, Session.state == SessionState.PLANNED)
            .order_by(Session.starts_at, Session.id)
            .execution_options(populate_existing=True)
        )
    ).all()


async def runs_to_join(session: AsyncSession, run: Run, now: datetime) -> Sequence[tuple[Run, Venue | None]]:
    """Other runs of the same course into which people could go: not begun, taking people; those with most room in time first."""
    rows = await session.execute(
        select(Run, Venue)
        .outerjoin(Venue, Venue.id == Run.venue_id)
        .where(
            Run.course_id == run.course_id,
            Run.id != run.id,
            Run.state.in_(TAKES_PEOPLE),
            Run.starts_at > now,
        )
        .order_by(Run.starts_at, Run.number)
        .limit(8)
    )
    return [(other, venue) for other, venue in rows]
