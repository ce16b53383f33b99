"""What is counted by district, in a session of the database that somebody else opened: one function for each measure.

A run belongs to the district where most of its minutes were held, so that runs, places and enrolments stand in one row each and
add up. A session belongs to the district of its venue, a participant to the district they live in. Whatever is none of the
districts the team knows (`lms.districts`) stands in the row `ELSEWHERE`.
"""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.districts.queries import all_districts
from lms.reports.fairness.desks import Districts, districts_of_desks, times_offered, visits
from lms.reports.figures.people import Taken, taken
from lms.reports.figures.programme import Hours, Taught, hours, kinds, taught
from lms.reports.figures.selecting import EVERYTHING
from lms.reports.figures.spans import Span, held
from lms.reports.suppression import SHUT, Mask, is_small, listed
from lms.resources.models import Room, Venue
from lms.scheduling.models import RunNeed, Session

ELSEWHERE = ""
Counts = Mapping[str, int]
"""How many, by the name of a district as venues and persons write it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What every measure reads, fetched once."""

    span: Span
    now: datetime
    hours: Sequence[Hours]
    runs: Mapping[UUID, Taught]
    taken: Sequence[Taken]
    venues: Mapping[UUID, str]
    desks: Districts
    state: str

    @property
    def home_of_runs(self) -> Mapping[UUID, str]:
        """The district where most minutes of each run were held."""
        minutes: dict[UUID, Counter[str]] = defaultdict(Counter)
        for one in self.hours:
            minutes[one.run_id][self.venues.get(one.venue_id, "") if one.venue_id else ""] += one.minutes
        return {run_id: max(sorted(found), key=lambda name: found[name]) for run_id, found in minutes.items()}


async def runs_held(session: AsyncSession, facts: Facts) -> Counts:  # noqa: ARG001 - every measure is called alike
    """Runs with a session held in these days."""
    return Counter(facts.home_of_runs[one] for one in facts.runs)


async def sessions_held(session: AsyncSession, facts: Facts) -> Counts:  # noqa: ARG001
    """Sessions, where they were held."""
    found = Counter[str]()
    for one in facts.hours:
        found[facts.venues.get(one.venue_id, "") if one.venue_id else ""] += one.sessions
    return found


async def places_offered(session: AsyncSession, facts: Facts) -> Counts:  # noqa: ARG001
    """Places in these runs."""
    found = Counter[str]()
    for run in facts.runs.values():
        found[facts.home_of_runs[run.id]] += run.capacity
    return found


async def kit_stops(session: AsyncSession, facts: Facts) -> Counts:
    """How often a travelling kit was there: sessions held with one; one statement."""
    district = func.coalesce(Venue.district, "")
    rows = await session.execute(
        select(district, func.count(func.distinct(Session.id)))
        .select_from(Session)
        .join(Run, Run.id == Session.run_id)
        .join(RunNeed, RunNeed.run_id == Session.run_id)
        .outerjoin(Room, Room.id == Session.room_id)
        .outerjoin(Venue, Venue.id == func.coalesce(Room.venue_id, Run.venue_id))
        .where(held(facts.span, facts.now), Run.state != RunState.DRAFT, RunNeed.kit_id.is_not(None))
        .group_by(district)
    )
    return {name.strip(): number for name, number in rows}


async def desk_times(session: AsyncSession, facts: Facts) -> Counts:
    """Places at the help desk: times that were open, for each adviser who sat there."""
    return await times_offered(session, facts.span, facts.now, facts.state, facts.desks)


async def enrolments_held(session: AsyncSession, facts: Facts) -> Counts:  # noqa: ARG001
    """Confirmed places in runs held there."""
    return Counter(facts.home_of_runs[one.run_id] for one in facts.taken)


async def participants_living(session: AsyncSession, facts: Facts) -> Counts:  # noqa: ARG001
    """Persons who live there and took part, wherever; each once."""
    return Counter({one.person_id: one.district for one in facts.taken}.values())


Measure = Callable[[AsyncSession, Facts], Awaitable[Counts]]
THINGS: Mapping[str, Measure] = {
    "runs": runs_held,
    "sessions": sessions_held,
    "capacity": places_offered,
    "desk_times": desk_times,
    "kits": kit_stops,
}
"""Numbers of things, shown to everybody as they are. What else is offered is one line more here and in `telling`."""
PERSONS: Mapping[str, Measure] = {"places": enrolments_held, "persons": participants_living}
"""Numbers of people: small ones are hidden, and more with them."""
VISITS = "visits"
"""How often people were helped at the help desk: hidden as the figures of the help desk hide it."""
ROUNDED_TO = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One district; `hidden` are the numbers of people that may not be shown. `name` is `ELSEWHERE` for all that is none."""

    name: str
    inhabitants: int | None = None
    counted_on: date | None = None
    source: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def shown(self, key: str) -> int | None:
        """How many; None where it may not be said."""
        return None if key in self.hidden else self.counts.get(key, 0)

    def per_thousand(self, key: str) -> float | None:
        """How many for each 1,000 inhabitants, to a tenth; None where it is hidden, or nobody entered how many live there."""
        value = self.shown(key)
        return None if value is None or not self.inhabitants else round(1000 * value / self.inhabitants, 1)


async def by_district(
    session: AsyncSession, span: Span, now: datetime, *, sees_all: bool, state: str
) -> Sequence[Row]:
    """Every district the team knows, in its order, and the rest of the world last; a constant number of statements.

    `state` decides on which days the help desk was closed. About other days than a calendar year numbers of people are hidden (decision 0069).
    """
    known = await kinds(session)
    runs = await taught(session, span, now, EVERYTHING, known)
    found = await hours(session, span, now, EVERYTHING)
    people = await taken(session, span, now, EVERYTHING, runs)
    places = await session.execute(select(Venue.id, Venue.district))
    venues = {venue_id: name.strip() for venue_id, name in places}
    facts = Facts(
        span=span, now=now, hours=[one for one in found if one.run_id in runs], runs=runs, taken=people, venues=venues,
        desks=await districts_of_desks(session, venues), state=state,
    )  # fmt: skip
    things = {key: await measure(session, facts) for key, measure in THINGS.items()}
    persons = {key: await measure(session, facts) for key, measure in PERSONS.items()}
    helped, unseen = await visits(session, span, facts.desks)
    districts = await all_districts(session)
    names = {one.name for one in districts}
    counts = things | persons | {VISITS: helped}
    others = {name for found in counts.values() for name in found} - names
    hidden = {}
    if not sees_all:
        everywhere = frozenset(names | others)
        hidden = _hidden(facts, persons) if span.is_year else dict.fromkeys(PERSONS, everywhere)
        hidden[VISITS] = everywhere if unseen is None else unseen
    rows = [
        Row(one.name, one.inhabitants, one.counted_on, one.source, *_of({one.name}, counts, hidden))
        for one in districts
    ]
    rest = Row(ELSEWHERE, None, None, "", *_of(others, counts, hidden))
    return [*rows, rest] if any(rest.counts.values()) else rows


def rounded(rows: Sequence[Row]) -> Sequence[Row]:
    """The same with numbers of people to the nearest five: whoever looks at two days running finds nobody between them."""
    return [
        replace(
            row,
            counts={
                key: value if key in THINGS else (value + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
                for key, value in row.counts.items()
            },
        )
        for row in rows
    ]


def _of(
    names: set[str], counts: Mapping[str, Counts], hidden: Mapping[str, frozenset[str]]
) -> tuple[dict[str, int], frozenset[str]]:
    """The numbers of these names together; hidden as soon as one of them is."""
    return (
        {key: sum(found.get(name, 0) for name in names) for key, found in counts.items()},
        frozenset(key for key, gone in hidden.items() if names & gone),
    )


def _hidden(facts: Facts, persons: Mapping[str, Counts]) -> dict[str, frozenset[str]]:
    """Which names are hidden in which number of people.

    Participants are hidden where the figures by district of the same days hide them (`telling`): two tables of the same people
    with different gaps would fill each other's (decision 0062).
    """
    living = sorted(persons["persons"], key=lambda one: (not one, one))
    enrolled = Counter(one.district for one in facts.taken)
    shut = is_small(sum(persons["persons"].values()))
    there = sorted(persons["places"])
    return {
        "persons": _gone(
            living,
            SHUT
            if shut
            else listed([enrolled[one] for one in living], [persons["persons"][one] for one in living]),
        ),
        "places": _gone(there, SHUT if shut else listed([persons["places"][one] for one in there])),
    }


def _gone(names: Sequence[str], mask: Mask) -> frozenset[str]:
    return frozenset(name for place, name in enumerate(names) if mask.hides(place))
