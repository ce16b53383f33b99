"""Reading choices: what may be chosen, what was chosen, and the proposal that follows from it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.catalogue.models import Course, CourseTopic, Run
from lms.enrolment.choices.models import RunChoice
from lms.enrolment.choices.rules import Line, Room, Wish, propose
from lms.enrolment.lists.reading import Waiting, parties_of
from lms.enrolment.models import Enrolment, EnrolmentState, Party
from lms.enrolment.queries import Claim
from lms.enrolment.rules import TAKES_PEOPLE, is_open, is_promoting
from lms.enrolment.seats.rules import is_for_employee

Chosen = tuple[Run, Course]
MOST_OFFERED = 12


@dataclass(frozen=True, slots=True)
class Proposed:
    """One line of the proposal, with the party it is for."""

    waiting: Waiting
    line: Line


async def to_choose_from(session: AsyncSession, run: Run, now: datetime) -> Sequence[Chosen]:
    """Other runs that can be booked, full ones included: of the same course, else of courses that share a topic with it."""
    others = (
        select(Run, Course)
        .join(Course, Course.id == Run.course_id)
        .where(Run.id != run.id, Run.state.in_(TAKES_PEOPLE), Run.company_id.is_(None), Run.starts_at > now)
        .order_by(Run.starts_at, Run.number)
        .limit(MOST_OFFERED)
    )
    topics = select(CourseTopic.topic_id).where(CourseTopic.course_id == run.course_id)
    related = select(CourseTopic.course_id).where(CourseTopic.topic_id.in_(topics))
    for wanted in (Run.course_id == run.course_id, Run.course_id.in_(related)):
        rows = await session.execute(others.where(wanted))
        if found := [(other, course) for other, course in rows if is_open(other, now)]:
            return found
    return ()


async def choices_of(session: AsyncSession, party_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Chosen]]:
    """What these parties would also take, the better liked first; one statement."""
    rows = await session.execute(
        select(RunChoice.party_id, Run, Course)
        .join(Run, Run.id == RunChoice.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(RunChoice.party_id.in_(party_ids))
        .order_by(RunChoice.party_id, RunChoice.rank)
    )
    found: dict[UUID, list[Chosen]] = {}
    for party_id, run, course in rows:
        found.setdefault(party_id, []).append((run, course))
    return found


@dataclass(frozen=True, slots=True)
class OwnChoices:
    """What a waiting party would also take, for its own pages; `may_change` where there is something to choose."""

    chosen: Sequence[Chosen]
    may_change: bool


async def own_choices(session: AsyncSession, found: Claim, now: datetime) -> OwnChoices | None:
    """None for whoever does not wait, or waits at a company's cost; at most three statements."""
    one = found.enrolment
    if one.state is not EnrolmentState.WAITING or is_for_employee(one):
        return None
    chosen = (await choices_of(session, [one.party_id])).get(one.party_id, ())
    may_change = bool(await to_choose_from(session, found.run, now))
    return OwnChoices(chosen, may_change) if chosen or may_change else None


async def proposal_of(
    session: AsyncSession, run_id: UUID, now: datetime
) -> tuple[Sequence[Proposed], Mapping[UUID, Chosen]]:
    """The proposal for everybody who waits for this run and has named others, and those runs; six statements."""
    parties = [one for one in await parties_of(session, run_id) if one.rank is not None]
    wished = await choices_of(session, [one.party.id for one in parties])
    runs = {run.id: (run, course) for chosen in wished.values() for run, course in chosen}
    smallest = await _smallest_waiting(session, runs)
    asked = await _asked(session, wished)
    rooms = {
        run.id: Room(run.free, smallest.get(run.id), is_open(run, now) and is_promoting(run, now))
        for run, _ in runs.values()
    }
    waiting = {one.party.id: one for one in parties if one.party.id in wished}
    wishes = [
        Wish(key, one.party.size, tuple(run.id for run, _ in wished[key]), asked.get(key, {}))
        for key, one in waiting.items()
    ]
    return [Proposed(waiting[line.party_id], line) for line in propose(wishes, rooms)], runs


async def _smallest_waiting(session: AsyncSession, run_ids: Collection[UUID]) -> Mapping[UUID, int]:
    rows = await session.execute(
        select(Party.run_id, func.min(Party.size))
        .join(Enrolment, Enrolment.party_id == Party.id)
        .where(Party.run_id.in_(run_ids), Enrolment.state == EnrolmentState.WAITING)
        .group_by(Party.run_id)
    )
    return {row[0]: row[1] for row in rows}


async def _asked(session: AsyncSession, party_ids: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, bool]]:
    """What these parties were offered elsewhere, and whether that is still to be answered."""
    former = aliased(Enrolment)
    rows = await session.execute(
        select(former.party_id, Enrolment.run_id, Enrolment.state)
        .join(former, former.id == Enrolment.follows_id)
        .where(former.party_id.in_(party_ids))
    )
    found: dict[UUID, dict[UUID, bool]] = {}
    for party_id, run_id, state in rows:
        found.setdefault(party_id, {})[run_id] = state is EnrolmentState.OFFERED
    return found
