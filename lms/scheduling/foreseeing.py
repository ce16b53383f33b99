"""What a change set would come to: each session before and after, and everything in the way. Changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Room
from lms.resources.reserving import claim_room
from lms.scheduling.change_set import ChangeSet, NewSession, SessionChange
from lms.scheduling.demands import Condition, Ground, demands_of, wanted_of
from lms.scheduling.errors import (
    Clash,
    InThePast,
    ResourceTaken,
    RoomTooSmall,
    SessionIsLocked,
    Taken,
    WrongState,
)
from lms.scheduling.feasibility import load_world, obstacles
from lms.scheduling.feasibility.searching import OF_A_TRAINER
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer
from lms.scheduling.rules import ensure_one_day

ENDED = frozenset({RunState.COMPLETED, RunState.CANCELLED})


@dataclass(slots=True, kw_only=True)
class Line:
    """One session of the set. `meeting` is None while it is only to be added, `after` when it drops out.

    `replaced` is the session of the same set in whose place it comes.
    """

    run: Run
    meeting: Session | None
    before: Condition | None
    after: Condition | None
    new: NewSession | None = None
    replaced: Condition | None = None
    clashes: list[Clash] = field(default_factory=list)

    @property
    def session_id(self) -> UUID:
        """The session that it is about, or that it becomes."""
        if self.meeting is not None:
            return self.meeting.id
        assert self.new is not None  # noqa: S101 - a line is about one or the other
        return self.new.id


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The lines of a set in its order, the rooms they speak of, and the trainers' names by id."""

    lines: Sequence[Line]
    rooms: Mapping[UUID, Room]
    people: Mapping[UUID, Person]

    @property
    def clashes(self) -> list[Clash]:
        """Everything in the way."""
        return [clash for line in self.lines for clash in line.clashes]


async def foresee(
    session: AsyncSession, wanted: ChangeSet, ground: Ground, *, now: datetime, lock: bool = False
) -> Foreseen:
    """Look at a change set; with `lock` its runs stay as they are until the transaction ends.

    The clashes stand in the lines. Raises NotFound, Stale, SessionIsLocked, WrongState, InThePast. The statements
    grow with the different rooms and trainers, not with the sessions.
    """
    meetings, runs = await _rows(session, wanted, lock=lock)
    teachers = await _trainers(session, list(meetings), list(runs))
    lines: list[Line] = []
    for change in wanted.changes:
        line = _changed(change, meetings, runs, teachers, now)
        if line is not None and line.before != line.after:
            lines.append(line)
    known = set(
        await session.scalars(select(Session.id).where(Session.id.in_([new.id for new in wanted.added])))
    )
    lines += [_added(new, runs, teachers, now) for new in wanted.added if new.id not in known]
    dropped = {line.session_id: line.before for line in lines if line.after is None}
    for line in lines:
        line.replaced = dropped.get(line.new.replaces_id) if line.new and line.new.replaces_id else None
    conditions = [one for line in lines for one in (line.before, line.after) if one is not None]
    rooms = await _rooms(session, (one.room_id for one in conditions))
    people = await _people(session, (each for one in conditions for each in one.trainer_ids))
    for line in lines:
        if line.after is not None and not (
            {line.after.room_id} - {None} <= set(rooms) and set(line.after.trainer_ids) <= set(people)
        ):
            raise NotFound
    foreseen = Foreseen(lines, rooms, people)
    await _look_for_clashes(session, foreseen, ground)
    return foreseen


def refuse_obstacles(foreseen: Foreseen) -> None:
    """Raises RoomTooSmall where nothing but the seats forbids it (domain rule 5), else ResourceTaken with the clashes."""
    forbidding = [clash for clash in foreseen.clashes if not clash.is_hint]
    if forbidding and all(clash.taken is Taken.SEATS for clash in forbidding):
        raise RoomTooSmall
    if forbidding:
        raise ResourceTaken(forbidding)


async def _rows(
    session: AsyncSession, wanted: ChangeSet, *, lock: bool
) -> tuple[dict[UUID, Session], dict[UUID, Run]]:
    ids = [change.session_id for change in wanted.changes]
    if len(set(ids)) != len(ids):
        raise NotFound
    found = select(Session).where(Session.id.in_(ids))
    run_ids = {row.run_id for row in await session.scalars(found)} | {new.run_id for new in wanted.added}
    of_runs = select(Run).where(Run.id.in_(run_ids)).order_by(Run.id)
    runs = await session.scalars(
        (of_runs.with_for_update() if lock else of_runs).execution_options(populate_existing=True)
    )
    by_id = {run.id: run for run in runs}
    # read again: they may have changed while we queued for the runs
    again = await session.scalars(found.execution_options(populate_existing=True))
    meetings = {row.id: row for row in again}
    if meetings.keys() != set(ids) or by_id.keys() != run_ids:
        raise NotFound
    return meetings, by_id


async def _trainers(
    session: AsyncSession, session_ids: Sequence[UUID], run_ids: Sequence[UUID]
) -> Mapping[UUID, tuple[UUID, ...]]:
    """Who teaches these sessions and these runs, by id; a session that names nobody has those of its run."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    named = await session.execute(
        select(SessionTrainer.session_id, SessionTrainer.person_id)
        .where(SessionTrainer.session_id.in_(session_ids))
        .order_by(SessionTrainer.person_id)
    )
    of_runs = await session.execute(
        select(RunTrainer.run_id, RunTrainer.person_id)
        .where(RunTrainer.run_id.in_(run_ids))
        .order_by(RunTrainer.position)
    )
    for whose, person_id in (*named, *of_runs):
        found[whose].append(person_id)
    return {whose: tuple(ids) for whose, ids in found.items()}


def _changed(
    change: SessionChange,
    meetings: Mapping[UUID, Session],
    runs: Mapping[UUID, Run],
    teachers: Mapping[UUID, tuple[UUID, ...]],
    now: datetime,
) -> Line | None:
    meeting = meetings[change.session_id]
    run = runs[meeting.run_id]
    if change.is_cancelled and meeting.state is SessionState.CANCELLED:
        return None
    _ensure_changeable(meeting, run, change.version)
    trainer_ids = teachers.get(meeting.id) or teachers.get(run.id, ())
    before = Condition(
        period=Period(meeting.starts_at, meeting.ends_at), room_id=meeting.room_id, trainer_ids=trainer_ids,
        online_url=meeting.online_url,
    )  # fmt: skip
    if change.is_cancelled:
        return Line(run=run, meeting=meeting, before=before, after=None)
    if change.period is not None and change.period != before.period:
        ensure_one_day(change.period)
        if change.period.start <= now:
            raise InThePast
    named = trainer_ids
    if change.trainer_ids is not None and set(change.trainer_ids) != set(trainer_ids):
        named = tuple(dict.fromkeys(change.trainer_ids))
    after = Condition(
        period=change.period or before.period,
        room_id=change.room.room_id if change.room is not None else meeting.room_id,
        trainer_ids=named,
        online_url=_online_url(change, meeting),
    )
    return Line(run=run, meeting=meeting, before=before, after=after)


def _online_url(change: SessionChange, meeting: Session) -> str:
    if change.room is None:
        return meeting.online_url
    if change.room.online_url is not None:
        return change.room.online_url
    moves_into_the_house = change.room.room_id is not None and meeting.room_id is None
    return "" if moves_into_the_house and meeting.is_in_our_room else meeting.online_url


def _added(
    new: NewSession, runs: Mapping[UUID, Run], teachers: Mapping[UUID, tuple[UUID, ...]], now: datetime
) -> Line:
    run = runs[new.run_id]
    if run.state in ENDED:
        raise WrongState
    ensure_one_day(new.period)
    if new.period.start <= now:
        raise InThePast
    named = teachers.get(run.id, ()) if new.trainer_ids is None else tuple(dict.fromkeys(new.trainer_ids))
    after = Condition(period=new.period, room_id=new.room_id, trainer_ids=named, online_url=new.online_url)
    return Line(run=run, meeting=None, before=None, after=after, new=new)


def _ensure_changeable(meeting: Session, run: Run, version: int) -> None:
    refusal: DomainError | None = None
    if meeting.version != version:
        refusal = Stale()
    elif meeting.locked_at is not None:
        refusal = SessionIsLocked()
    elif meeting.state is not SessionState.PLANNED or run.state in ENDED:
        refusal = WrongState()
    if refusal is not None:
        raise refusal


async def _look_for_clashes(session: AsyncSession, foreseen: Foreseen, ground: Ground) -> None:
    """What is in the way outside the set, one world for each run, room and trainers; then what the set takes twice itself."""
    besides = [line.session_id for line in foreseen.lines]
    demands = await demands_of(session, {line.run.id: line.run for line in foreseen.lines})
    together: dict[tuple[UUID, UUID | None, tuple[UUID, ...]], list[tuple[Line, Condition]]] = defaultdict(
        list
    )
    for line in foreseen.lines:
        if line.after is not None:
            together[line.run.id, line.after.room_id, line.after.trainer_ids].append((line, line.after))
    for (run_id, _, _), same in together.items():
        wanted = wanted_of(demands[run_id], [after for _, after in same])
        world = await load_world(
            session, wanted, state=ground.federal_state, travel_minutes=ground.travel_minutes, besides=besides
        )
        found = obstacles(wanted, world)
        for line, after in same:
            line.clashes += [
                _judged(one) for one in found if one.wanted in {None, after.period} and _matters(one, line)
            ]
    seen: list[tuple[Line, Condition]] = []
    for line, after in (pair for same in together.values() for pair in same):
        for other, taken in seen:
            line.clashes += _between(foreseen, after, taken, other.run.number)
        seen.append((line, after))


def _matters(clash: Clash, line: Line) -> bool:
    """Only what the change brings about: a trainer who is away anyway does not keep a session from another room.

    Who teaches it already goes on teaching it: qualifications are asked for of those who are newly assigned.
    """
    before, after = line.before, line.after
    if clash.trainer_id is not None:
        return before is None or clash.trainer_id not in before.trainer_ids
    if before is None or after is None or before.period != after.period:
        return True
    if clash.taken in OF_A_TRAINER:
        return before.trainer_ids != after.trainer_ids or (
            clash.taken is Taken.TRAVEL and before.room_id != after.room_id
        )
    return before.room_id != after.room_id and clash.taken is not Taken.HOLIDAY


def _judged(clash: Clash) -> Clash:
    """Whoever chooses a day by hand may teach on a holiday; it is said, and forbids nothing."""
    return replace(clash, is_hint=True) if clash.taken is Taken.HOLIDAY else clash


def _between(foreseen: Foreseen, wanted: Condition, taken: Condition, number: str) -> Iterator[Clash]:
    room = foreseen.rooms.get(wanted.room_id) if wanted.room_id == taken.room_id and wanted.room_id else None
    if room is not None:
        ours, theirs = claim_room(room, wanted.period).period, claim_room(room, taken.period).period
        if ours.overlaps(theirs):
            yield Clash(
                taken=Taken.ROOM, name=room.name, wanted=wanted.period, occupied=theirs, purpose=number
            )
    if wanted.period.overlaps(taken.period):
        for both in sorted(set(wanted.trainer_ids) & set(taken.trainer_ids)):
            yield Clash(
                taken=Taken.TRAINER, name=foreseen.people[both].name, wanted=wanted.period,
                occupied=taken.period, purpose=number,
            )  # fmt: skip


async def _rooms(session: AsyncSession, ids: Iterable[UUID | None]) -> Mapping[UUID, Room]:
    wanted = {one for one in ids if one is not None}
    return {row.id: row for row in await session.scalars(select(Room).where(Room.id.in_(wanted)))}


async def _people(session: AsyncSession, ids: Iterable[UUID]) -> Mapping[UUID, Person]:
    return {row.id: row for row in await session.scalars(select(Person).where(Person.id.in_(set(ids))))}
