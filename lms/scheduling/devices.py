"""What runs and courses need, and which devices their sessions have; every public method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.catalogue.models import Course, Run, RunState
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.resources.models import (
    Device,
    DeviceModel,
    Kit,
    Reservation,
    ReservationKind,
    ReservationState,
)
from lms.resources.reserving import Claim, lock, reserve
from lms.scheduling import policy
from lms.scheduling.equipping import equip_all, needs_of, supply_for, unequip
from lms.scheduling.equipping_rules import Need, Shortage, Unit, free_units
from lms.scheduling.errors import WrongState
from lms.scheduling.models import CourseNeed, RunNeed, Session, SessionState
from lms.scheduling.queries import run_of
from lms.web.module import Around

OVER = frozenset({RunState.COMPLETED, RunState.CANCELLED})
Short = Mapping[UUID, Sequence[Shortage]]


class UnknownDevice(DomainError):
    status = 422
    message = N_("This model or kit is no longer there. Please choose again.")


class NeededAlready(DomainError):
    message = N_("This stands in the list already. Change its number instead.")


class NotFree(DomainError):
    message = N_("This device is not free at that time. Please choose another one.")


class RunDevices:
    """What planners can do about devices."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.travel_minutes = around.settings.travel_minutes

    @retried
    async def add_need(self, actor: Actor, *, run_id: UUID, key: UUID, need: Need) -> Short:
        """From now on every session of the run that is still to come needs this as well; `key` becomes its id.

        Gives the shortages accepted by a note. Raises DevicesMissing, NeededAlready, UnknownDevice, WrongState.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            run = await self._open_run(session, run_id)
            if await session.get(RunNeed, key) is not None:
                return {}
            await _ensure_new(session, need, await needs_of(session, run_id))
            row = RunNeed(
                run_id=run_id, count=need.count, model_id=need.model_id, kit_id=need.kit_id, note=need.note
            )
            row.id = key
            session.add(row)
            self._note(session, actor, "run.devices_changed", "run", run_id, after={"count": need.count})
            return await self._equip(session, run)

    @retried
    async def change_need(self, actor: Actor, *, need_id: UUID, count: int, note: str, seen: str) -> Short:
        """So many instead, or another reason why fewer will do. `seen` is the `mark_of` that was edited.

        Raises Stale, DevicesMissing, NotFound, WrongState.
        """
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            known = await session.get(RunNeed, need_id)
            if known is None:
                raise NotFound
            run = await self._open_run(session, known.run_id)
            await session.refresh(known)
            if mark_of(known) != seen:
                raise Stale
            before = known.count
            known.count, known.note = (1 if known.kit_id else count), note
            self._note(
                session, actor, "run.devices_changed", "run", run.id,
                before={"count": before}, after={"count": known.count},
            )  # fmt: skip
            return await self._equip(session, run)

    @retried
    async def remove_need(self, actor: Actor, *, need_id: UUID) -> None:
        """Sessions to come need this no more. Twice is as good as once."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            known = await session.get(RunNeed, need_id)
            if known is None:
                return
            run = await self._open_run(session, known.run_id)
            await session.delete(known)
            self._note(session, actor, "run.devices_changed", "run", run.id, before={"count": known.count})
            await self._equip(session, run)

    @retried
    async def equip_again(self, actor: Actor, *, run_id: UUID) -> Short:
        """Look again for what is missing; what sessions hold they keep. Raises DevicesMissing, WrongState."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            return await self._equip(session, await self._open_run(session, run_id))

    @retried
    async def exchange(self, actor: Actor, *, reservation_id: UUID, device_id: UUID) -> None:
        """Give a session another unit of the same model instead of the one it has. Raises NotFree, NotFound."""
        ensure(policy.may_plan(actor) or actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            held, unit, model = await held_unit(session, reservation_id)
            await lock(session, device_ids=[unit.id, device_id])
            await session.refresh(held)
            if held.device_id == device_id and held.state == ReservationState.FIRM:
                return
            if held.state != ReservationState.FIRM or held.ends_at <= self.clock():
                raise NotFree
            spare = await spare_units(session, [held], model.id, travel_minutes=self.travel_minutes)
            others = spare[held.id]
            if device_id not in {other.id for other in others}:
                raise NotFree
            held.state = ReservationState.RELEASED
            await session.flush()
            claim = Claim(
                period=Period(held.starts_at, held.ends_at), device_id=device_id, venue_id=held.venue_id
            )
            await reserve(session, [claim], kind=held.kind, purpose=held.purpose, session_id=held.session_id)
            self._note(
                session, actor, "session.device_exchanged", "session", held.session_id,
                before={"device": unit.inventory_number},
                after={"device": next(one.number for one in others if one.id == device_id)},
            )  # fmt: skip

    @retried
    async def add_course_need(self, actor: Actor, *, course_id: UUID, key: UUID, need: Need) -> None:
        """Runs planned from now on begin with this; `key` becomes its id. Raises NeededAlready, UnknownDevice, NotFound."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            if await session.get(Course, course_id, with_for_update=True) is None:
                raise NotFound
            if await session.get(CourseNeed, key) is not None:
                return
            rows = await session.scalars(select(CourseNeed).where(CourseNeed.course_id == course_id))
            known = [Need(count=row.count, model_id=row.model_id, kit_id=row.kit_id) for row in rows]
            await _ensure_new(session, need, known)
            row = CourseNeed(
                course_id=course_id, count=need.count, model_id=need.model_id, kit_id=need.kit_id
            )
            row.id = key
            session.add(row)
            self._note(session, actor, "course.devices_changed", "course", course_id)

    @retried
    async def remove_course_need(self, actor: Actor, *, need_id: UUID) -> None:
        """Runs planned from now on do not begin with this. Twice is as good as once."""
        ensure(policy.may_plan(actor), actor)
        async with self.begin() as session:
            known = await session.get(CourseNeed, need_id)
            if known is None:
                return
            await session.delete(known)
            self._note(session, actor, "course.devices_changed", "course", known.course_id)

    async def _open_run(self, session: AsyncSession, run_id: UUID) -> Run:
        run = await run_of(session, run_id, lock=True)
        if run.state in OVER:
            raise WrongState
        return run

    async def _equip(self, session: AsyncSession, run: Run) -> Short:
        await session.flush()
        meetings = await sessions_to_come(session, run.id, self.clock())
        needs = await needs_of(session, run.id)
        if not needs:
            await unequip(session, [meeting.id for meeting in meetings])
            return {}
        return await equip_all(
            session, meetings, needs, purpose=run.number, travel_minutes=self.travel_minutes
        )

    def _note(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        kind: str,
        object_id: UUID | None,
        **facts: Any,
    ) -> None:
        record(session, actor, action, at=self.clock(), kind=kind, object_id=object_id, **facts)


def mark_of(need: RunNeed) -> str:
    """A mark of what a form was filled with."""
    return sha256(repr((need.count, need.note)).encode()).hexdigest()[:16]


async def sessions_to_come(session: AsyncSession, run_id: UUID, now: datetime) -> Sequence[Session]:
    """The sessions of a run that are planned and have not begun."""
    rows = await session.scalars(
        select(Session)
        .where(Session.run_id == run_id, Session.state == SessionState.PLANNED, Session.starts_at > now)
        .order_by(Session.starts_at)
    )
    return rows.all()


async def held_unit(session: AsyncSession, reservation_id: UUID) -> tuple[Reservation, Device, DeviceModel]:
    """A session's reservation of a unit, with unit and model. Raises NotFound."""
    row = (
        await session.execute(
            select(Reservation, Device, DeviceModel)
            .join(Device, Device.id == Reservation.device_id)
            .join(DeviceModel, DeviceModel.id == Device.model_id)
            .where(Reservation.id == reservation_id, Reservation.kind == ReservationKind.SESSION)
        )
    ).first()
    if row is None:
        raise NotFound
    reservation, device, model = row
    return reservation, device, model


async def spare_units(
    session: AsyncSession, held: Sequence[Reservation], model_id: UUID, *, travel_minutes: int
) -> Mapping[UUID, Sequence[Unit]]:
    """Other units of the model that could do what these reservations' units do, by reservation; three statements.

    Ways and repairs are reckoned with.
    """
    if not held:
        return {}
    span = Period(min(one.starts_at for one in held), max(one.ends_at for one in held))
    supply = await supply_for(
        session, [Need(count=1, model_id=model_id)], span, travel_minutes=travel_minutes
    )
    # the period of a reservation has the turnaround in it already
    bare = [replace(unit, turnaround_minutes=0) for unit in supply.units]
    spare = {}
    for one in held:
        free = free_units(
            bare,
            Period(one.starts_at, one.ends_at),
            venue_id=one.venue_id,
            taken=supply.taken,
            travel=supply.travel.between,
        )
        spare[one.id] = [unit for unit in bare if unit.id in free and unit.id != one.device_id]
    return spare


async def _ensure_new(session: AsyncSession, need: Need, known: Sequence[Need]) -> None:
    table: type[DeviceModel | Kit] = DeviceModel if need.model_id else Kit
    if await session.get(table, need.model_id or need.kit_id) is None:
        raise UnknownDevice
    if (need.model_id, need.kit_id) in {(one.model_id, one.kit_id) for one in known}:
        raise NeededAlready
