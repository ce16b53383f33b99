"""What a contract would say now, and contracts with whom and what they are about; in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from lms.catalogue.models import Audience, Course, CourseAudience, Run, RunState
from lms.honoraria.contracts.models import (
    ContractAcceptance,
    ContractPaper,
    ContractState,
    FeeContract,
    PaperKind,
)
from lms.honoraria.contracts.rules import ContractFacts, Meeting, in_order
from lms.honoraria.rates.queries import terms_to_offer
from lms.kernel.clock import local
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.resources.models import Room, Venue
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer
from lms.web.letters import postal_address

LIVE = (ContractState.DRAFT, ContractState.OFFERED, ContractState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract with whom it is made and about what."""

    contract: FeeContract
    person: Person
    run: Run
    course: Course


async def facts_now(
    session: AsyncSession, pairs: Iterable[tuple[UUID, UUID]]
) -> Mapping[tuple[UUID, UUID], ContractFacts | None]:
    """What a contract of each (run, person) would say now; None without sessions or without a known rate.

    The sessions are those that take place and that the person is named for. A constant number of statements.
    """
    wanted = list(dict.fromkeys(pairs))
    runs = {run for run, _ in wanted}
    people = {
        row.id: row
        for row in await session.scalars(select(Person).where(Person.id.in_({one for _, one in wanted})))
    }
    known = {
        run.id: (run, course)
        for run, course in await session.execute(
            select(Run, Course).join(Course, Course.id == Run.course_id).where(Run.id.in_(runs))
        )
    }
    youth = set(
        await session.scalars(
            select(CourseAudience.course_id).where(CourseAudience.audience == Audience.YOUTH)
        )
    )
    taught = await _taught(session, runs)
    days = {
        pair: local(taught[pair][0].starts_at).date()
        for pair in wanted
        if taught.get(pair) and pair[0] in known
    }
    terms = await terms_to_offer(session, [(run, person, day) for (run, person), day in days.items()])
    found: dict[tuple[UUID, UUID], ContractFacts | None] = dict.fromkeys(wanted)
    for (run_id, person_id), day in days.items():
        paid, person = terms[run_id, person_id, day], people.get(person_id)
        if paid is None or person is None:
            continue
        run, course = known[run_id]
        found[run_id, person_id] = ContractFacts(
            run=run.number, course=course.title_de, trainer=person.name,
            address=", ".join(postal_address(person).splitlines()[1:]),
            meetings=tuple(taught[run_id, person_id]), unit_cents=paid.unit_cents,
            travel_cents=paid.travel_cents, substitution_cents=paid.substitution_cents,
            is_for_youth=course.id in youth,
        )  # fmt: skip
    return found


async def _taught(
    session: AsyncSession, run_ids: Iterable[UUID]
) -> Mapping[tuple[UUID, UUID], Sequence[Meeting]]:
    rows = await session.execute(
        select(Session, SessionTrainer.person_id, Room.name, Venue.name)
        .join(SessionTrainer, SessionTrainer.session_id == Session.id)
        .outerjoin(Room, Room.id == Session.room_id)
        .outerjoin(Venue, Venue.id == Room.venue_id)
        .where(Session.run_id.in_(list(run_ids)), Session.state == SessionState.PLANNED)
        .order_by(Session.starts_at, Session.id)
    )
    found: dict[tuple[UUID, UUID], list[Meeting]] = defaultdict(list)
    for meeting, person_id, room, venue in rows:
        place = ", ".join(part for part in (venue, room) if part)
        found[meeting.run_id, person_id].append(
            Meeting(meeting.starts_at, meeting.ends_at, place, meeting.room_id is not None)
        )
    return {pair: in_order(meetings) for pair, meetings in found.items()}


async def contract_of(session: AsyncSession, contract_id: UUID, *, lock: bool = False) -> FeeContract:
    """One contract; with `lock` nobody else changes it until the transaction ends. Raises NotFound."""
    asked = select(FeeContract).where(FeeContract.id == contract_id)
    if lock:
        asked = asked.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(asked)
    if found is None:
        raise NotFound
    return found


async def agreed(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 500
) -> Sequence[Agreed]:
    """Contracts that fit, the next to begin first; one statement."""
    rows = await session.execute(
        select(FeeContract, Person, Run, Course)
        .join(Person, Person.id == FeeContract.person_id)
        .join(Run, Run.id == FeeContract.run_id)
        .join(Course, Course.id == Run.course_id)
        .where(*conditions)
        .order_by(Run.starts_at, FeeContract.number)
        .limit(limit)
    )
    return [Agreed(*row) for row in rows]


async def one_agreed(session: AsyncSession, contract_id: UUID) -> Agreed:
    """One contract with everything around it. Raises NotFound."""
    found = await agreed(session, FeeContract.id == contract_id)
    if not found:
        raise NotFound
    return found[0]


async def papers_of(session: AsyncSession, contract_id: UUID) -> Mapping[PaperKind, ContractPaper]:
    """The papers of a contract without their bytes."""
    rows = await session.scalars(select(ContractPaper).where(ContractPaper.contract_id == contract_id))
    return {row.kind: row for row in rows}


async def paper_bytes(session: AsyncSession, contract_id: UUID, kind: PaperKind) -> tuple[str, bytes]:
    """Media type and bytes of one paper. Raises NotFound."""
    row = (
        await session.execute(
            select(ContractPaper.media_type, ContractPaper.content).where(
                ContractPaper.contract_id == contract_id, ContractPaper.kind == kind
            )
        )
    ).first()
    if row is None:
        raise NotFound
    return row.media_type, row.content


async def acceptance_of(session: AsyncSession, contract_id: UUID) -> ContractAcceptance | None:
    """How it was accepted."""
    found: ContractAcceptance | None = await session.scalar(
        select(ContractAcceptance).where(ContractAcceptance.contract_id == contract_id)
    )
    return found


def lacks_contract(now: datetime) -> ColumnElement[bool]:
    """Whether a trainer of a confirmed run that is not over has neither a draft, an offer nor a contract."""
    written = exists().where(
        FeeContract.run_id == RunTrainer.run_id,
        FeeContract.person_id == RunTrainer.person_id,
        FeeContract.state.in_(LIVE),
    )
    theirs = aliased(Run)  # the caller's statement may name the run as well
    is_ahead = exists().where(
        theirs.id == RunTrainer.run_id, theirs.state == RunState.CONFIRMED, theirs.ends_at > now
    )
    return is_ahead & ~written
