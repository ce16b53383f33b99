"""Reading sessions and what stands in their way, in a session somebody else opened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run
from lms.kernel.errors import NotFound
from lms.kernel.period import Period
from lms.people.models import Person
from lms.resources.models import Reservation, ReservationState, Room
from lms.scheduling.errors import Clash, Taken
from lms.scheduling.models import RunTrainer, Session, SessionState, SessionTrainer


async def run_of(session: AsyncSession, run_id: UUID, *, lock: bool = False) -> Run:
    """The run; with `lock` nobody else changes it until the transaction ends. Raises NotFound."""
    wanted = select(Run).where(Run.id == run_id)
    found = await session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFound
    return found


async def session_of(session: AsyncSession, session_id: UUID) -> Session:
    """One session. Raises NotFound."""
    found = await session.get(Session, session_id)
    if found is None:
        raise NotFound
    return found


async def sessions_of(
    session: AsyncSession, run_ids: Iterable[UUID], *, with_cancelled: bool = True
) -> Mapping[UUID, Sequence[Session]]:
    """The sessions of these runs by run, in order of time; one statement."""
    wanted = select(Session).where(Session.run_id.in_(list(run_ids))).order_by(Session.starts_at)
    if not with_cancelled:
        wanted = wanted.where(Session.state == SessionState.PLANNED)
    by_run: dict[UUID, list[Session]] = defaultdict(list)
    for row in await session.scalars(wanted):
        by_run[row.run_id].append(row)
    return by_run


async def trainers_of(session: AsyncSession, run_ids: Iterable[UUID]) -> Mapping[UUID, Sequence[Person]]:
    """Who teaches these runs, by run, in the order in which they are named; one statement."""
    rows = await session.execute(
        select(RunTrainer.run_id, Person)
        .join(Person, Person.id == RunTrainer.person_id)
        .where(RunTrainer.run_id.in_(list(run_ids)))
        .order_by(RunTrainer.position)
    )
    by_run: dict[UUID, list[Person]] = defaultdict(list)
    for run_id, person in rows:
        by_run[run_id].append(person)
    return by_run


async def teachers_of(session: AsyncSession, meetings: Iterable[Session]) -> Mapping[UUID, Sequence[Person]]:
    """Who teaches these sessions, by session: those named for it, else those of its run; two statements."""
    wanted = list(meetings)
    rows = await session.execute(
        select(SessionTrainer.session_id, Person)
        .join(Person, Person.id == SessionTrainer.person_id)
        .where(SessionTrainer.session_id.in_([one.id for one in wanted]))
        .order_by(Person.family_name, Person.given_name, Person.id)
    )
    named: dict[UUID, list[Person]] = defaultdict(list)
    for session_id, person in rows:
        named[session_id].append(person)
    of_runs = await trainers_of(session, {one.run_id for one in wanted if one.id not in named})
    return {one.id: named.get(one.id) or of_runs.get(one.run_id, ()) for one in wanted}


async def teaches(session: AsyncSession, person_id: UUID, *, run_id: UUID) -> bool:
    """Whether this person teaches the run, as a whole or one of its sessions."""
    as_run = select(RunTrainer.run_id).where(RunTrainer.run_id == run_id, RunTrainer.person_id == person_id)
    as_session = (
        select(Session.run_id)
        .join(SessionTrainer, SessionTrainer.session_id == Session.id)
        .where(Session.run_id == run_id, SessionTrainer.person_id == person_id)
    )
    return (await session.execute(as_run.union(as_session).limit(1))).first() is not None


async def clashes(
    session: AsyncSession,
    periods: Sequence[Period],
    *,
    room_id: UUID | None,
    trainer_ids: Sequence[UUID],
    besides: Sequence[UUID] = (),
) -> Sequence[Clash]:
    """Everything in the way of meeting in these periods, set-up and clear-up time included; two or three statements.

    `besides` are sessions whose own reservations do not count, because they are the ones being moved.
    """
    if not periods or not (room_id or trainer_ids):
        return []
    room = await session.get(Room, room_id) if room_id else None
    before, after = (room.setup_minutes, room.clearup_minutes) if room else (0, 0)
    first = min(period.start for period in periods)
    last = max(period.end for period in periods)
    resources: list[ColumnElement[bool]] = []
    if room_id:
        resources.append(Reservation.room_id == room_id)
    if trainer_ids:
        resources.append(Reservation.trainer_id.in_(trainer_ids))
    near = Period(first, last).widened(before_minutes=before, after_minutes=after)
    rows = await session.execute(
        select(Reservation, Room.name, Person)
        .outerjoin(Room, Room.id == Reservation.room_id)
        .outerjoin(Person, Person.id == Reservation.trainer_id)
        .where(
            or_(*resources),
            and_(Reservation.starts_at < near.end, Reservation.ends_at > near.start),
            Reservation.state == ReservationState.FIRM,
            or_(Reservation.session_id.is_(None), Reservation.session_id.not_in(besides)),
        )
        .order_by(Reservation.starts_at)
    )
    found = []
    for reservation, room_name, person in rows.all():
        occupied = Period(reservation.starts_at, reservation.ends_at)
        is_room = reservation.room_id is not None
        for period in periods:
            wanted = period.widened(before_minutes=before, after_minutes=after) if is_room else period
            if wanted.overlaps(occupied):
                found.append(
                    Clash(
                        taken=Taken.ROOM if is_room else Taken.TRAINER,
                        name=room_name if is_room else person.name,
                        wanted=period,
                        occupied=occupied,
                        purpose=reservation.purpose,
                    )
                )
    return found
