"""Carrying out a change set: everything in one transaction, and one event for all of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import RunState
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.resources import reserving
from lms.resources.models import Reservation, ReservationKind, ReservationState
from lms.scheduling.change_set import ChangeSet
from lms.scheduling.demands import Condition, Ground
from lms.scheduling.devices_along import Unit, take_along, units_of
from lms.scheduling.equipping import DevicesMissing, equip_all, needs_of, unequip
from lms.scheduling.errors import ResourceTaken
from lms.scheduling.events import ChangeKind, SessionChanged, SessionsChanged
from lms.scheduling.foreseeing import Foreseen, Line, foresee, refuse_obstacles
from lms.scheduling.models import Session, SessionState, SessionTrainer, SkippedDate
from lms.scheduling.occupying import flush, summarise
from lms.scheduling.qualified import ensure_qualified
from lms.scheduling.searchable import index_courses
from lms.scheduling.searching import end_searches

ACTIONS = {
    ChangeKind.CANCELLED: "session.cancelled",
    ChangeKind.REPLACED: "session.added",
    ChangeKind.ADDED: "session.added",
    ChangeKind.MOVED: "session.moved",
    ChangeKind.ROOM: "session.moved",
    ChangeKind.TRAINER: "session.trainer_changed",
}


async def apply(
    session: AsyncSession, actor: Actor, wanted: ChangeSet, ground: Ground, *, now: datetime
) -> SessionsChanged:
    """Do all of it or nothing; gives what was announced, which has no changes when nobody has to be told.

    Rooms, trainers and devices are given back and taken under lock. Raises what `foresee` raises, ResourceTaken (with its
    clashes) and RoomTooSmall.
    """
    foreseen = await foresee(session, wanted, ground, now=now, lock=True)
    lines = foreseen.lines
    told = SessionsChanged(
        change_id=uuid4(), at=now, changes=[], is_substitution=wanted.is_substitution,
        is_told_apart=wanted.is_told_apart, is_quiet=wanted.is_quiet,
    )  # fmt: skip
    if not lines:
        return told
    units = await units_of(session, [line.meeting.id for line in lines if line.meeting is not None])
    await _lock(session, foreseen, [unit.device_id for unit in units if unit.device_id])
    foreseen = await foresee(session, wanted, ground, now=now)  # again, now that nobody else can take them
    lines = foreseen.lines
    await _ensure_qualified(session, lines)
    refuse_obstacles(foreseen)
    await _give_back(session, lines)
    await _write(session, lines, wanted, now)
    for line in lines:
        await _reserve(session, foreseen, line)
    lacking = await _equip(session, foreseen, units, ground)
    await _end_searches(session, lines, now)
    runs = {line.run.id: line.run for line in lines}
    for run in runs.values():
        await summarise(session, run, now=now)
    await index_courses(session, [run.course_id for run in runs.values()])
    for line in lines:
        change = _change(line, wanted.reason)
        _note(session, actor, line, change, now, lacking=lacking.get(line.session_id, ()))
        if line.run.state is not RunState.DRAFT:  # a draft concerns nobody yet
            told.changes.append(change)
    if told.changes:
        announce(session, told, at=now)
    return told


async def _ensure_qualified(session: AsyncSession, lines: Sequence[Line]) -> None:
    for run in {line.run.id: line.run for line in lines}.values():
        gained: set[UUID] = set()
        for line in lines:
            if line.run is run and line.after is not None:
                gained |= set(line.after.trainer_ids) - set(line.before.trainer_ids if line.before else ())
        last = max((line.after.period.end for line in lines if line.run is run and line.after), default=None)
        if gained and last is not None:
            await ensure_qualified(session, run.course_id, gained, local(last).date())


async def _give_back(session: AsyncSession, lines: Sequence[Line]) -> None:
    """Rooms and trainers of all lines; the devices of those that drop out, the others take theirs along."""
    await reserving.release(session, session_ids=[line.session_id for line in lines if line.after is None])
    await session.execute(
        update(Reservation)
        .where(
            Reservation.session_id.in_([line.session_id for line in lines if line.after is not None]),
            Reservation.device_id.is_(None),
            Reservation.state != ReservationState.RELEASED,
        )
        .values(state=ReservationState.RELEASED)
        .execution_options(synchronize_session=False)
    )


async def _equip(
    session: AsyncSession, foreseen: Foreseen, units: Sequence[Unit], ground: Ground
) -> Mapping[UUID, Sequence[str]]:
    """Give what moves or is new the devices that its run needs; without needs it takes along what it held.

    Gives the numbers of units that a session without needs has lost. Raises ResourceTaken where devices are missing.
    """
    moving = [line for line in foreseen.lines if _needs_devices_anew(line)]
    lacking: dict[UUID, Sequence[str]] = {}
    for run in {line.run.id: line.run for line in moving}.values():
        theirs = {line.session_id: line.meeting for line in moving if line.run is run and line.meeting}
        needs = await needs_of(session, run.id)
        if not needs:
            await unequip(session, list(theirs))
            lacking |= await take_along(session, units, theirs, _venues(foreseen))
            continue
        try:
            await equip_all(
                session,
                list(theirs.values()),
                needs,
                purpose=run.number,
                travel_minutes=ground.travel_minutes,
            )
        except (DevicesMissing, reserving.AlreadyTaken) as refusal:
            raise ResourceTaken from refusal
    return lacking


def _needs_devices_anew(line: Line) -> bool:
    before, after = line.before, line.after
    if after is None:
        return False
    return before is None or (before.period, before.room_id) != (after.period, after.room_id)


async def _lock(session: AsyncSession, foreseen: Foreseen, device_ids: Sequence[Any]) -> None:
    conditions = [one for line in foreseen.lines for one in (line.before, line.after) if one is not None]
    await reserving.lock(
        session,
        room_ids={one.room_id for one in conditions if one.room_id},
        device_ids=device_ids,
        trainer_ids={each for one in conditions for each in one.trainer_ids},
    )


async def _write(session: AsyncSession, lines: Sequence[Line], wanted: ChangeSet, now: datetime) -> None:
    for line in lines:
        if line.meeting is None:
            await _add(session, line, now)
            continue
        meeting = line.meeting
        meeting.sequence += 1
        meeting.version += 1
        meeting.changed_at = now
        if line.after is None:
            meeting.state, meeting.cancelled_reason = SessionState.CANCELLED, wanted.reason
            continue
        meeting.starts_at, meeting.ends_at = line.after.period.start, line.after.period.end
        meeting.room_id, meeting.online_url = line.after.room_id, line.after.online_url
        if line.before is not None and line.before.trainer_ids != line.after.trainer_ids:
            await session.execute(delete(SessionTrainer).where(SessionTrainer.session_id == meeting.id))
            _name(session, meeting, line.after)
    await flush(session)


async def _add(session: AsyncSession, line: Line, now: datetime) -> None:
    new, after = line.new, line.after
    assert new is not None and after is not None  # noqa: S101, PT018 - a line without a session adds one
    meeting = Session(
        run_id=line.run.id, starts_at=after.period.start, ends_at=after.period.end, changed_at=now,
        room_id=after.room_id, online_url=new.online_url, replaces_id=new.replaces_id,
    )  # fmt: skip
    meeting.id = new.id
    session.add(meeting)
    await flush(session)
    _name(session, meeting, after)
    line.meeting = meeting
    await session.execute(
        delete(SkippedDate).where(
            SkippedDate.run_id == line.run.id, SkippedDate.starts_at == after.period.start
        )
    )


def _name(session: AsyncSession, meeting: Session, after: Condition) -> None:
    session.add_all(SessionTrainer(session_id=meeting.id, person_id=person) for person in after.trainer_ids)


async def _reserve(session: AsyncSession, foreseen: Foreseen, line: Line) -> None:
    after = line.after
    if after is None:
        return
    room = foreseen.rooms[after.room_id] if after.room_id else None
    venue_id = room.venue_id if room is not None else None
    claims = [
        reserving.Claim(period=after.period, trainer_id=person, venue_id=venue_id) for person in after.trainer_ids
    ]  # fmt: skip
    if room is not None:
        claims.insert(0, reserving.claim_room(room, after.period))
    try:
        await reserving.reserve(
            session, claims, kind=ReservationKind.SESSION, purpose=line.run.number, session_id=line.session_id
        )
    except reserving.AlreadyTaken as refusal:
        raise ResourceTaken from refusal


def _venues(foreseen: Foreseen) -> dict[UUID, UUID]:
    """Where the sessions take place now, by session; those online are nowhere."""
    return {
        line.session_id: foreseen.rooms[line.after.room_id].venue_id
        for line in foreseen.lines
        if line.after is not None and line.after.room_id
    }


async def _end_searches(session: AsyncSession, lines: Sequence[Line], now: datetime) -> None:
    """Nobody stands in for a session that drops out or moves, nor for somebody who does not teach it any more."""
    teaching: dict[UUID, frozenset[UUID]] = {}
    for line in lines:
        before, after = line.before, line.after
        if before is not None and before != after:
            stays = after is not None and after.period == before.period
            teaching[line.session_id] = frozenset(after.trainer_ids) if after and stays else frozenset()
    await end_searches(session, teaching, now=now)


def _change(line: Line, reason: str) -> SessionChanged:
    before, after = line.before, line.after
    if after is None:
        kind = ChangeKind.CANCELLED
    elif before is None:
        kind = ChangeKind.REPLACED if line.new and line.new.replaces_id else ChangeKind.ADDED
    elif before.period != after.period:
        kind = ChangeKind.MOVED
    else:
        is_elsewhere = (before.room_id, before.online_url) != (after.room_id, after.online_url)
        kind = ChangeKind.ROOM if is_elsewhere else ChangeKind.TRAINER
    return SessionChanged(
        session_id=line.session_id,
        run_id=line.run.id,
        kind=kind,
        before_starts_at=before.period.start if before else None,
        before_ends_at=before.period.end if before else None,
        before_room_id=before.room_id if before else None,
        before_trainer_ids=list(before.trainer_ids) if before else [],
        reason=reason,
    )


def _note(
    session: AsyncSession,
    actor: Actor,
    line: Line,
    change: SessionChanged,
    now: datetime,
    *,
    lacking: Sequence[str],
) -> None:
    after = _written(line.after)
    if lacking:
        after["devices_lacking"] = list(lacking)
    record(
        session, actor, ACTIONS[change.kind], at=now, kind="session", object_id=line.session_id,
        before=_written(line.before), after=after, reason=change.reason,
    )  # fmt: skip


def _written(condition: Condition | None) -> dict[str, Any]:
    if condition is None:
        return {}
    return {
        "starts_at": condition.period.start.isoformat(),
        "ends_at": condition.period.end.isoformat(),
        "room": str(condition.room_id),
        "online": bool(condition.online_url),
        "trainers": [str(one) for one in condition.trainer_ids],
    }
