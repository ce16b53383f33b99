"""Reading what is to be copied, and what would stand in its way: a constant number of statements, however many runs."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.kernel.clock import local
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Reservation, ReservationState, Room
from lms.resources.queries import OpeningHours, opening_hours
from lms.resources.rules import is_open
from lms.scheduling.copying import Kept, Moved, moved
from lms.scheduling.errors import Clash, Hindrance, Obstacle, Taken
from lms.scheduling.holidays import closed_days
from lms.scheduling.models import (
    Preparation,
    RunNeed,
    RunTask,
    RunTrainer,
    Session,
    SessionState,
    SessionTrainer,
    SkippedDate,
)
from lms.trainers.queries import trainer_facts
from lms.trainers.rules import Reason, TrainerFacts, can_teach

EXTENDED_BY = timedelta(days=366)
"""So far beyond the last shifted date holidays are looked up, for runs that grow longer."""


@dataclass(frozen=True, slots=True)
class Source:
    """A run with everything that can go along."""

    run: Run
    course: Course
    meetings: Sequence[Session]
    trainer_ids: Sequence[UUID]
    taught: Mapping[UUID, Sequence[UUID]]
    skipped: frozenset[date]
    preparation: Preparation | None
    needs: Sequence[RunNeed] = ()
    tasks: Sequence[RunTask] = ()

    @property
    def periods(self) -> Sequence[Period]:
        """When it met, or meets."""
        return [Period(meeting.starts_at, meeting.ends_at) for meeting in self.meetings]


@dataclass(frozen=True, slots=True)
class AmongCopies:
    """Two copies of one order want the same at once: `other` is the number of the run that the other one comes from."""

    taken: Taken
    name: str
    wanted: Period
    other: str


Trouble = Clash | Obstacle | AmongCopies


@dataclass(frozen=True, slots=True)
class Copy:
    """One run of an order: where its dates go, and what stands in the way."""

    source: Source
    dates: Moved
    troubles: Sequence[Trouble] = ()

    def is_about_rooms(self, trouble: Trouble) -> bool:
        """Whether leaving the room out would do."""
        if isinstance(trouble, Obstacle):
            return trouble.why is Hindrance.CLOSED
        return trouble.taken is Taken.ROOM

    @property
    def remedy(self) -> frozenset[Kept]:
        """What has to be left out so that it works: nothing, the room, the trainers, or both."""
        return frozenset(Kept.ROOM if self.is_about_rooms(one) else Kept.TRAINERS for one in self.troubles)


async def sources(session: AsyncSession, run_ids: Sequence[UUID]) -> Sequence[Source]:
    """The runs with all that belongs to them, in order of their beginning; eight statements."""
    rows = (
        await session.execute(
            select(Run, Course)
            .join(Course, Course.id == Run.course_id)
            .where(Run.id.in_(run_ids))
            .order_by(Run.starts_at, Run.number)
        )
    ).all()
    meetings: dict[UUID, list[Session]] = defaultdict(list)
    for meeting in await session.scalars(
        select(Session)
        .where(Session.run_id.in_(run_ids), Session.state == SessionState.PLANNED)
        .order_by(Session.starts_at)
    ):
        meetings[meeting.run_id].append(meeting)
    taught: dict[UUID, list[UUID]] = defaultdict(list)
    for one in await session.scalars(
        select(SessionTrainer)
        .join(Session, Session.id == SessionTrainer.session_id)
        .where(Session.run_id.in_(run_ids))
        .order_by(SessionTrainer.person_id)
    ):
        taught[one.session_id].append(one.person_id)
    named: dict[UUID, list[UUID]] = defaultdict(list)
    for trainer in await session.scalars(
        select(RunTrainer).where(RunTrainer.run_id.in_(run_ids)).order_by(RunTrainer.position)
    ):
        named[trainer.run_id].append(trainer.person_id)
    skipped: dict[UUID, set[date]] = defaultdict(set)
    for left_out in await session.scalars(select(SkippedDate).where(SkippedDate.run_id.in_(run_ids))):
        skipped[left_out.run_id].add(local(left_out.starts_at).date())
    prepared = {
        one.run_id: one
        for one in await session.scalars(select(Preparation).where(Preparation.run_id.in_(run_ids)))
    }
    needs: dict[UUID, list[RunNeed]] = defaultdict(list)
    for need in await session.scalars(select(RunNeed).where(RunNeed.run_id.in_(run_ids))):
        needs[need.run_id].append(need)
    tasks: dict[UUID, list[RunTask]] = defaultdict(list)
    for task in await session.scalars(
        select(RunTask).where(RunTask.run_id.in_(run_ids)).order_by(RunTask.position, RunTask.title)
    ):
        tasks[task.run_id].append(task)
    return [
        Source(
            run=run,
            course=course,
            meetings=meetings[run.id],
            trainer_ids=named[run.id],
            taught={meeting.id: taught[meeting.id] for meeting in meetings[run.id]},
            skipped=frozenset(skipped[run.id]),
            preparation=prepared.get(run.id),
            needs=needs[run.id],
            tasks=tasks[run.id],
        )
        for run, course in rows
    ]


async def copies(
    session: AsyncSession,
    found: Sequence[Source],
    *,
    shift_days: int,
    kept: Mapping[UUID, frozenset[Kept]],
    federal_state: str,
) -> Sequence[Copy]:
    """What would come of it: new dates, and every clash; `kept` says for each run what goes along.

    Six statements, and one more for every further federal state whose holidays hold.
    """
    with_dates = [source for source in found if source.meetings]
    if not with_dates:
        return []
    first = min(local(source.meetings[0].starts_at).date() for source in with_dates)
    last = max(local(source.meetings[-1].starts_at).date() for source in with_dates)
    shift = timedelta(days=shift_days)
    closed: dict[str, Mapping[date, str]] = {}
    for state in {_state_of(source, federal_state) for source in with_dates}:
        closed[state] = await closed_days(
            session, state, min(first, first + shift), max(last, last + shift) + EXTENDED_BY
        )
    dates = {
        source.run.id: moved(
            source.periods,
            shift_days,
            closed=closed[_state_of(source, federal_state)],
            left_out=source.skipped,
        )
        for source in with_dates
    }
    wanted = [
        want for source in with_dates for want in _wants(source, dates[source.run.id], kept[source.run.id])
    ]
    troubles = await _troubles(session, wanted)
    return [Copy(source, dates[source.run.id], troubles.get(source.run.id, ())) for source in with_dates]


@dataclass(frozen=True, slots=True)
class Want:
    """A room or a person for one new session."""

    source: Source
    period: Period
    room_id: UUID | None = None
    trainer_id: UUID | None = None

    @property
    def resource(self) -> UUID:
        """What is wanted."""
        resource = self.room_id or self.trainer_id
        assert resource is not None  # noqa: S101 - one of the two is always given
        return resource


def _wants(source: Source, dates: Moved, kept: frozenset[Kept]) -> Iterable[Want]:
    for meeting, period in zip(source.meetings, dates.periods, strict=True):
        if Kept.ROOM in kept and meeting.room_id is not None:
            yield Want(source, period, room_id=meeting.room_id)
        if Kept.TRAINERS in kept:
            for person_id in source.taught.get(meeting.id) or source.trainer_ids:
                yield Want(source, period, trainer_id=person_id)


@dataclass(slots=True)
class _Known:
    """Everything that is looked up once for all wants."""

    rooms: Mapping[UUID, Room]
    persons: Mapping[UUID, Person]
    facts: Mapping[UUID, TrainerFacts]
    hours: OpeningHours
    taken: Mapping[UUID, Sequence[Reservation]]
    longest: Mapping[UUID, timedelta] = field(default_factory=dict)

    def occupied(self, want: Want) -> Period:
        """The period with set-up and clear-up."""
        room = self.rooms.get(want.room_id) if want.room_id else None
        if room is None:
            return want.period
        return want.period.widened(before_minutes=room.setup_minutes, after_minutes=room.clearup_minutes)

    def name(self, want: Want) -> str:
        """What the room or the person is called."""
        return self.rooms[want.room_id].name if want.room_id else self.persons[want.resource].name


async def _troubles(session: AsyncSession, wanted: Sequence[Want]) -> Mapping[UUID, Sequence[Trouble]]:
    if not wanted:
        return {}
    known = await _look_up(session, wanted)
    found: dict[UUID, list[Trouble]] = defaultdict(list)
    for want in wanted:
        found[want.source.run.id] += _clashes(want, known)
        obstacle = _obstacle(want, known)
        if obstacle is not None:
            found[want.source.run.id].append(obstacle)
    for run_id, trouble in _among(wanted, known):
        found[run_id].append(trouble)
    return found


async def _look_up(session: AsyncSession, wanted: Sequence[Want]) -> _Known:
    room_ids = sorted({want.room_id for want in wanted if want.room_id})
    trainer_ids = sorted({want.trainer_id for want in wanted if want.trainer_id})
    rooms = {room.id: room for room in await session.scalars(select(Room).where(Room.id.in_(room_ids)))}
    persons = {
        person.id: person
        for person in await session.scalars(select(Person).where(Person.id.in_(trainer_ids)))
    }
    margin = timedelta(
        minutes=max((max(one.setup_minutes, one.clearup_minutes) for one in rooms.values()), default=0)
    )
    first = min(want.period.start for want in wanted) - margin
    last = max(want.period.end for want in wanted) + margin
    taken: dict[UUID, list[Reservation]] = defaultdict(list)
    longest: dict[UUID, timedelta] = defaultdict(timedelta)
    for row in await session.scalars(
        select(Reservation)
        .where(
            or_(Reservation.room_id.in_(room_ids), Reservation.trainer_id.in_(trainer_ids)),
            and_(Reservation.starts_at < last, Reservation.ends_at > first),
            Reservation.state == ReservationState.FIRM,
        )
        .order_by(Reservation.starts_at)
    ):
        resource = row.room_id or row.trainer_id
        if resource is not None:
            taken[resource].append(row)
            longest[resource] = max(longest[resource], row.ends_at - row.starts_at)
    venue_ids = list({room.venue_id for room in rooms.values()})
    return _Known(
        rooms=rooms,
        persons=persons,
        facts=await trainer_facts(session, trainer_ids, first, last),
        hours=await opening_hours(session, room_ids=room_ids, venue_ids=venue_ids),
        taken=taken,
        longest=longest,
    )


def _clashes(want: Want, known: _Known) -> Iterable[Trouble]:
    occupied, taken = known.occupied(want), known.taken.get(want.resource, ())
    earliest: datetime = occupied.start - known.longest.get(want.resource, timedelta())
    position = bisect_left(taken, earliest, key=attrgetter("starts_at"))
    while position < len(taken) and taken[position].starts_at < occupied.end:
        row = taken[position]
        position += 1
        if row.ends_at > occupied.start:
            yield Clash(
                taken=Taken.ROOM if want.room_id else Taken.TRAINER,
                name=known.name(want),
                wanted=want.period,
                occupied=Period(row.starts_at, row.ends_at),
                purpose=row.purpose,
                kind=row.kind,
            )


def _obstacle(want: Want, known: _Known) -> Obstacle | None:
    if want.room_id is not None:
        room = known.rooms[want.room_id]
        if is_open(known.hours.of(room.id, room.venue_id), want.period):
            return None
        return Obstacle(Hindrance.CLOSED, room.name, want.period)
    facts = known.facts[want.resource]
    reason = can_teach(facts.hours, facts.absences, want.period)
    if reason is None:
        return None
    why = Hindrance.ABSENT if reason is Reason.ABSENT else Hindrance.OUTSIDE_HOURS
    return Obstacle(why, known.name(want), want.period)


def _among(wanted: Sequence[Want], known: _Known) -> Iterable[tuple[UUID, Trouble]]:
    """Copies that want the same at once: the later one is told of the earlier."""
    of_resource: dict[UUID, list[Want]] = defaultdict(list)
    for want in wanted:
        of_resource[want.resource].append(want)
    for wants in of_resource.values():
        ordered = sorted(wants, key=lambda want: (known.occupied(want).start, want.source.run.number))
        longest_until = ordered[0]
        for want in ordered[1:]:
            earlier, later = known.occupied(longest_until), known.occupied(want)
            if earlier.overlaps(later) and longest_until.source.run.id != want.source.run.id:
                kind = Taken.ROOM if want.room_id else Taken.TRAINER
                number = longest_until.source.run.number
                yield want.source.run.id, AmongCopies(kind, known.name(want), want.period, number)
            if later.end > earlier.end:
                longest_until = want


def _state_of(source: Source, usual: str) -> str:
    return (source.preparation.federal_state if source.preparation else "") or usual
