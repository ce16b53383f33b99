"""Devices that cannot be used: repairs, things missing, kits checked. What they were promised for gets others in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import DomainError, NotFound, Stale
from lms.kernel.marking import N_
from lms.kernel.period import Period
from lms.resources.models import (
    Device,
    DeviceStatus,
    Kit,
    KitPart,
    Reservation,
    ReservationKind,
    ReservationState,
)
from lms.resources.reserving import Claim, lock, reserve
from lms.scheduling.devices import spare_units
from lms.scheduling.equipping_rules import Unit, choose
from lms.scheduling.models import RunNeed, Session
from lms.web.module import Around

FOREVER = datetime(9000, 1, 1, tzinfo=UTC)


class Outage(StrEnum):
    """Why a unit cannot be used."""

    REPAIR = "repair"
    MISSING = "missing"
    RETIRED = "retired"


class PromisedElsewhere(DomainError):
    message = N_(
        "Device %(number)s is lent or booked in this time. Take it back first, or give that person another device."
    )


class InRepairAlready(DomainError):
    message = N_("A repair of this device is entered for this time already. Change that one.")


class EndsBeforeItBegins(DomainError):
    status = 422
    message = N_("The repair ends before it begins. Please check both days.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A session that was to have the unit, and which unit it gets instead; None: it goes short."""

    reservation: Reservation
    instead: Unit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What follows when a unit cannot be used: `promises` are exchanged or go short, `others` stand against it."""

    promises: Sequence[Promise]
    others: Sequence[Reservation] = ()

    @property
    def mark(self) -> str:
        """Another one as soon as something else would follow."""
        lines = [(str(one.reservation.id), str(one.instead and one.instead.id)) for one in self.promises]
        return sha256(repr((lines, [str(one.id) for one in self.others])).encode()).hexdigest()[:16]


class DeviceCare:
    """What the team does when something is broken, lost or counted."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.travel_minutes = around.settings.travel_minutes

    async def foresee(self, actor: Actor, *, device_id: UUID, period: Period | None) -> Consequences:
        """What would follow if the unit could not be used in this period (None: from now on). Changes nothing."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin.reading() as session:
            device = await _device(session, device_id)
            return await self._consequences(session, device, period or self._from_now(), besides=None)

    @retried
    async def book_repair(
        self, actor: Actor, *, device_id: UUID, key: UUID, period: Period, note: str, seen: str = ""
    ) -> Reservation:
        """Keep a unit for its repair; sessions that were promised it get others or go short, which their run's needs then say.

        `key` names the repair, so that twice is as good as once. With `seen`, a `Consequences.mark`, raises Stale when something
        else would follow by now. Raises PromisedElsewhere, InRepairAlready, NotFound.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            device = await self._locked(session, device_id)
            known = await session.scalar(select(Reservation).where(Reservation.cause_id == key))
            if known is not None:
                return known
            await self._free(session, actor, device, period, seen=seen, why=note)
            claim = Claim(period=period, device_id=device.id)
            (repair,) = await reserve(
                session, [claim], kind=ReservationKind.REPAIR, purpose=note, cause_id=key
            )
            self._note(
                session, actor, "device.repair_booked", "device", device.id,
                after={"until": period.end.isoformat(), "note": note},
            )  # fmt: skip
        return repair

    @retried
    async def change_repair(
        self, actor: Actor, *, repair_id: UUID, ends_at: datetime, note: str, seen_ends_at: datetime
    ) -> Reservation:
        """Let a repair take longer or shorter; a longer one frees the unit as a new one does.

        Raises Stale, EndsBeforeItBegins, PromisedElsewhere, NotFound.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            repair = await self._locked_repair(session, repair_id)
            if repair.ends_at != seen_ends_at:
                raise Stale
            if ends_at <= repair.starts_at:
                raise EndsBeforeItBegins
            device = await _device(session, repair.device_id)
            if ends_at > repair.ends_at:
                more = Period(repair.ends_at, ends_at)
                await self._free(session, actor, device, more, besides=repair.id, why=note)
            repair.ends_at, repair.purpose = ends_at, note
            self._note(
                session, actor, "device.repair_changed", "device", device.id,
                after={"until": ends_at.isoformat(), "note": note},
            )  # fmt: skip
        return repair

    @retried
    async def end_repair(self, actor: Actor, *, repair_id: UUID, condition: str) -> UUID:
        """The unit is back, in this condition; gives its id. Twice is as good as once."""
        ensure(actor.may_for_all("U", "resource"), actor)
        now = self.clock()
        async with self.begin() as session:
            repair = await self._locked_repair(session, repair_id)
            device = await _device(session, repair.device_id)
            if repair.state == ReservationState.FIRM and repair.ends_at > now:
                if repair.starts_at < now:
                    repair.ends_at = now
                else:
                    repair.state = ReservationState.RELEASED
                before = {"condition": device.condition}
                device.condition = condition
                device.version += 1
                self._note(
                    session, actor, "device.repair_ended", "device", device.id,
                    before=before, after={"condition": condition},
                )  # fmt: skip
        return device.id

    @retried
    async def take_out(
        self, actor: Actor, *, device_id: UUID, outage: Outage, note: str, seen: str = ""
    ) -> None:
        """The unit is missing or retired; what it was promised for gets others or goes short. See `book_repair`."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            device = await self._locked(session, device_id)
            status = DeviceStatus(outage.value)
            if device.status == status:
                return
            await self._free(session, actor, device, self._from_now(), seen=seen, why=note)
            self._set_status(session, actor, device, status, reason=note)

    @retried
    async def bring_back(self, actor: Actor, *, device_id: UUID) -> None:
        """The unit can be used again. Twice is as good as once."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            device = await self._locked(session, device_id)
            if device.status != DeviceStatus.USABLE:
                self._set_status(session, actor, device, DeviceStatus.USABLE)

    @retried
    async def check_kit(
        self,
        actor: Actor,
        *,
        kit_id: UUID,
        there: Collection[UUID],
        parts: Mapping[UUID, tuple[int, str]],
        version: int,
        why: str = "",
    ) -> Sequence[str]:
        """Write down what of a kit is there: its units by id, its parts by how many and a note; gives the missing numbers.

        A unit that is not there is missing from now on, one that was missing is back; `why` is what runs that go short are told.
        Raises Stale, NotFound, and
        PromisedElsewhere for a unit that is not missing but lent.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            kit = await session.get(Kit, kit_id, with_for_update=True)
            if kit is None:
                raise NotFound
            if kit.version != version:
                raise Stale
            kit.version += 1
            for part in await session.scalars(select(KitPart).where(KitPart.kit_id == kit_id)):
                if part.id in parts:
                    count, part.note = parts[part.id]
                    part.present = min(max(count, 0), part.expected)
            units = (
                await session.scalars(
                    select(Device)
                    .where(Device.kit_id == kit_id, Device.status != DeviceStatus.RETIRED)
                    .order_by(Device.inventory_number)
                )
            ).all()
            gone = [unit for unit in units if unit.id not in there and unit.status == DeviceStatus.USABLE]
            found = [unit for unit in units if unit.id in there and unit.status == DeviceStatus.MISSING]
            await self._lock_models(session, {unit.model_id for unit in gone})
            for unit in found:
                self._set_status(session, actor, unit, DeviceStatus.USABLE)
            for unit in gone:  # all of them first, so that none is given instead of another
                self._set_status(session, actor, unit, DeviceStatus.MISSING)
            await session.flush()
            for unit in gone:
                await self._free(session, actor, unit, self._from_now(), why=why)
            numbers = [unit.inventory_number for unit in gone]
            self._note(
                session, actor, "kit.checked", "kit", kit_id,
                after={"missing": numbers, "found": [unit.inventory_number for unit in found]},
            )  # fmt: skip
        return numbers

    async def _consequences(
        self, session: AsyncSession, device: Device, period: Period, *, besides: UUID | None
    ) -> Consequences:
        rows = await session.scalars(
            select(Reservation)
            .where(
                Reservation.device_id == device.id,
                Reservation.state == ReservationState.FIRM,
                Reservation.starts_at < period.end,
                Reservation.ends_at > period.start,
                Reservation.id != (besides or device.id),
            )
            .order_by(Reservation.starts_at)
        )
        found = rows.all()
        held = [one for one in found if one.kind == ReservationKind.SESSION]
        spare = await spare_units(session, held, device.model_id, travel_minutes=self.travel_minutes)
        promises = []
        for one in held:
            best = choose(spare[one.id], 1, venue_id=one.venue_id)
            promises.append(Promise(reservation=one, instead=best[0] if best else None))
        return Consequences(
            promises=promises, others=[one for one in found if one.kind != ReservationKind.SESSION]
        )

    async def _free(
        self,
        session: AsyncSession,
        actor: Actor,
        device: Device,
        period: Period,
        *,
        why: str,
        seen: str = "",
        besides: UUID | None = None,
    ) -> None:
        """Exchange what the unit was promised for, or write down that it goes short."""
        found = await self._consequences(session, device, period, besides=besides)
        if any(one.kind == ReservationKind.REPAIR and period.end < FOREVER for one in found.others):
            raise InRepairAlready
        if any(one.kind != ReservationKind.REPAIR for one in found.others):
            raise PromisedElsewhere(number=device.inventory_number)
        if seen and found.mark != seen:
            raise Stale
        for promise in found.promises:
            held = promise.reservation
            held.state = ReservationState.RELEASED
            await session.flush()
            if promise.instead is not None:
                claim = Claim(
                    period=Period(held.starts_at, held.ends_at),
                    device_id=promise.instead.id,
                    venue_id=held.venue_id,
                )
                await reserve(
                    session, [claim], kind=held.kind, purpose=held.purpose, session_id=held.session_id
                )
            self._note(
                session, actor, "session.device_exchanged", "session", held.session_id,
                before={"device": device.inventory_number},
                after={"device": promise.instead.number if promise.instead else None},
            )  # fmt: skip
        short = [one.reservation.session_id for one in found.promises if one.instead is None]
        if short:
            said = f"{device.inventory_number}: {why}" if why else device.inventory_number
            await _write_down_shortage(session, device, short, said)

    def _from_now(self) -> Period:
        return Period(self.clock(), FOREVER)

    async def _locked(self, session: AsyncSession, device_id: UUID) -> Device:
        device = await _device(session, device_id)
        await self._lock_models(session, {device.model_id})
        await session.refresh(device)
        return device

    async def _lock_models(self, session: AsyncSession, model_ids: Collection[UUID]) -> None:
        """Every unit of these models: one of them may be given instead."""
        units = await session.scalars(select(Device.id).where(Device.model_id.in_(model_ids)))
        await lock(session, device_ids=units.all())

    async def _locked_repair(self, session: AsyncSession, repair_id: UUID) -> Reservation:
        repair = await session.get(Reservation, repair_id)
        if repair is None or repair.kind != ReservationKind.REPAIR or repair.device_id is None:
            raise NotFound
        await self._locked(session, repair.device_id)
        await session.refresh(repair)
        return repair

    def _set_status(
        self, session: AsyncSession, actor: Actor, device: Device, status: DeviceStatus, *, reason: str = ""
    ) -> None:
        before = {"status": str(device.status)}
        device.status = status
        device.version += 1
        self._note(
            session, actor, f"device.{status}", "device", device.id,
            before=before, after={"status": str(status)}, reason=reason,
        )  # fmt: skip

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


async def _device(session: AsyncSession, device_id: UUID | None) -> Device:
    device = await session.get(Device, device_id) if device_id else None
    if device is None:
        raise NotFound
    return device


async def _write_down_shortage(
    session: AsyncSession, device: Device, session_ids: Sequence[UUID | None], said: str
) -> None:
    """The needs of the runs concerned say from now on why they get fewer, so that planning goes on."""
    runs = select(Session.run_id).where(Session.id.in_(session_ids))
    rows = await session.scalars(
        select(RunNeed)
        .where(
            RunNeed.run_id.in_(runs),
            or_(RunNeed.model_id == device.model_id, RunNeed.kit_id == device.kit_id),
        )
        .with_for_update()
    )
    for need in rows:
        if said not in need.note:
            need.note = f"{need.note}; {said}".strip("; ")
