"""What the counter looks at while somebody talks: runs by a few letters, and what we know of the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.queries import balance_of
from lms.billing.rules import Balance
from lms.catalogue.models import Course, Run, RunState, SearchWord
from lms.catalogue.words import terms_of
from lms.enrolment.models import LIVE
from lms.enrolment.pricing.models import ConcessionKind
from lms.enrolment.queries import Claim, claims_of_persons
from lms.people.models import Person
from lms.portal.counter.forms import REDUCED
from lms.portal.desk.words import spoken
from lms.scheduling.models import Session, SessionState
from lms.web.language import gettext

MOST_RUNS = 8
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class RunCard:
    """A run to choose: its places, its price and its next date."""

    run: Run
    course: Course
    next_at: datetime | None

    @property
    def free(self) -> int:
        """Places that nobody has and nobody waits for."""
        return max(0, self.run.capacity - self.run.occupied) if not self.run.waiting else 0


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What stands beside the form about somebody we know."""

    person: Person
    claims: Sequence[Claim]
    balances: dict[UUID, Balance]

    @property
    def open_cents(self) -> int:
        """What the person owes for all courses together."""
        return sum(one.open_cents for one in self.balances.values() if one.open_cents > 0)


async def runs_found(
    session: AsyncSession, typed: str, now: datetime, *, chosen: UUID | None = None
) -> Sequence[RunCard]:
    """Runs that take people, by letters of the course or of the number: an exact number first, then the next to begin; two statements."""
    words = typed.strip().lower()
    wanted: list[ColumnElement[bool]] = []
    if len(words) >= SHORTEST:
        by_title = [_fits(term) for term in terms_of(words)]
        number = func.lower(Run.number).contains(words, autoescape=True)
        wanted.append(or_(number, *([_all(by_title)] if by_title else [])))
    if chosen is not None:
        wanted.append(Run.id == chosen)
    if not wanted:
        return ()
    offered = (
        Run.state.in_((RunState.PUBLISHED, RunState.CONFIRMED)),
        or_(Run.ends_at.is_(None), Run.ends_at > now),
    )
    rows = await session.execute(
        select(Run, Course)
        .join(Course, Course.id == Run.course_id)
        .where(or_(*wanted), *offered)
        .order_by(Run.id != chosen if chosen else func.lower(Run.number) != words, Run.starts_at, Run.number)
        .limit(MOST_RUNS)
    )
    found = [(run, course) for run, course in rows]
    upcoming = await session.execute(
        select(Session.run_id, func.min(Session.starts_at))
        .where(
            Session.run_id.in_([run.id for run, _ in found]),
            Session.state == SessionState.PLANNED,
            Session.starts_at > now,
        )
        .group_by(Session.run_id)
    )
    next_at = {row[0]: row[1] for row in upcoming}
    return [RunCard(run, course, next_at.get(run.id)) for run, course in found]


async def acquaintance(session: AsyncSession, person: Person) -> Acquaintance:
    """The person's current courses and what is open; two statements."""
    claims = [one for one in await claims_of_persons(session, [person.id]) if one.enrolment.person_id]
    balances = dict(await balance_of(session, [one.enrolment.id for one in claims]))
    current = [
        one for one in claims if one.enrolment.state in LIVE or balances[one.enrolment.id].open_cents > 0
    ]
    return Acquaintance(person, current, balances)


def _fits(term: str) -> ColumnElement[bool]:
    words = select(SearchWord.course_id).where(
        SearchWord.word.startswith(term, autoescape=True), SearchWord.weight >= 3
    )
    return or_(Course.id.in_(words), func.lower(Course.title_de).contains(term, autoescape=True))


def _all(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    whole = conditions[0]
    for one in conditions[1:]:
        whole = whole & one
    return whole


async def reductions_offered(session: AsyncSession) -> list[tuple[str, str]]:
    """The reasons for a reduced price that the centre knows, and the one that names none; one statement."""
    kinds = await session.scalars(
        select(ConcessionKind)
        .where(ConcessionKind.is_retired.is_(False))
        .order_by(ConcessionKind.name_de, ConcessionKind.id)
    )
    return [
        (REDUCED, gettext("Reduced price")),
        *((str(kind.id), spoken(kind.name_de, kind.name_en)) for kind in kinds),
    ]
