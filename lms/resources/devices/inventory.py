"""Keeping the inventory true; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import Base, retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.resources.devices.errors import KitNeedsName, NoNumbers, NoSuchNumber, NoSuchThing, NumberTaken
from lms.resources.devices.facts import KitFacts, ModelFacts, UnitFacts, mark_of, plain_facts, readable
from lms.resources.models import Device, DeviceModel, Kit, KitPart, Venue
from lms.web.module import Around


class Inventory:
    """What the team can do about models, units and kits. Whether a unit can be used at all is `scheduling`'s: it is promised."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add_model(self, actor: Actor, *, key: UUID, facts: ModelFacts) -> DeviceModel:
        """A new kind of device; `key` becomes its id, so that twice is as good as once."""
        ensure(actor.may_for_all("C", "resource"), actor)
        async with self.begin() as session:
            known = await session.get(DeviceModel, key)
            if known is not None:
                return known
            model = DeviceModel(slug=f"{facts.kind}-{key.hex[:12]}", name=facts.name, kind=facts.kind)
            model.id = key
            session.add(model)
            _write(model, asdict(facts))
            await session.flush()
            self._note(session, actor, "device_model.created", model.id, after={"name": facts.name})
        return model

    @retried
    async def change_model(
        self, actor: Actor, *, model_id: UUID, facts: ModelFacts, seen: str
    ) -> DeviceModel:
        """Write down a model anew. `seen` is the `mark_of` that was edited. Raises NotFound, Stale."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            model = await session.get(DeviceModel, model_id, with_for_update=True)
            if model is None:
                raise NotFound
            if mark_of(model) != seen:
                raise Stale
            changed = _write(model, asdict(facts))
            if changed:
                self._note(session, actor, "device_model.changed", model.id, *changed)
        return model

    @retried
    async def add_units(
        self, actor: Actor, *, key: UUID, numbers: Sequence[str], facts: UnitFacts
    ) -> Sequence[Device]:
        """A unit for each number, all or none. The same `key` with the same numbers makes nothing twice.

        Raises NumberTaken, NoNumbers, NoSuchThing.
        """
        ensure(actor.may_for_all("C", "resource"), actor)
        if not numbers:
            raise NoNumbers
        ids = {uuid5(key, number): number for number in numbers}
        async with self.begin() as session:
            known = await session.scalars(select(Device).where(Device.inventory_number.in_(numbers)))
            there = {unit.id: unit for unit in known}
            foreign = [unit.inventory_number for unit in there.values() if unit.id not in ids]
            if foreign:
                raise NumberTaken(number=min(foreign))
            await _ensure_known(session, facts)
            units = []
            for unit_id, number in ids.items():
                if unit_id in there:
                    continue
                unit = Device(**asdict(replace(facts, inventory_number=number)))
                unit.id = unit_id
                units.append(unit)
                session.add(unit)
                self._note(session, actor, "device.created", unit_id, after={"inventory_number": number})
            await _flush_numbers(session, numbers[0])
        return [*there.values(), *units]

    @retried
    async def change_unit(self, actor: Actor, *, unit_id: UUID, facts: UnitFacts, version: int) -> Device:
        """Write down a unit anew. Raises NotFound, Stale, NumberTaken, NoSuchThing."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            unit = await session.get(Device, unit_id, with_for_update=True)
            if unit is None:
                raise NotFound
            if unit.version != version:
                raise Stale
            await _ensure_known(session, facts)
            changed = _write(unit, asdict(facts))
            if changed:
                unit.version += 1
                await _flush_numbers(session, facts.inventory_number)
                self._note(session, actor, "device.changed", unit.id, *changed)
        return unit

    @retried
    async def add_kit(self, actor: Actor, *, key: UUID, facts: KitFacts) -> Kit:
        """A new kit with its units and parts; `key` becomes its id. Raises NoSuchNumber, KitNeedsName."""
        ensure(actor.may_for_all("C", "resource"), actor)
        async with self.begin() as session:
            known = await session.get(Kit, key)
            if known is not None:
                return known
            kit = Kit(slug=f"satz-{key.hex[:12]}", name=facts.name)
            kit.id = key
            session.add(kit)
            await self._fill(session, actor, kit, facts)
            self._note(session, actor, "kit.created", kit.id, after={"name": facts.name})
        return kit

    @retried
    async def change_kit(self, actor: Actor, *, kit_id: UUID, facts: KitFacts, version: int) -> Kit:
        """Write down a kit anew: units that are no longer named stand alone. Raises NotFound, Stale, NoSuchNumber, KitNeedsName."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            kit = await session.get(Kit, kit_id, with_for_update=True)
            if kit is None:
                raise NotFound
            if kit.version != version:
                raise Stale
            before = plain_facts(kit)
            kit.version += 1
            await self._fill(session, actor, kit, facts)
            after = {name: value for name, value in plain_facts(kit).items() if before[name] != value}
            self._note(session, actor, "kit.changed", kit.id, {name: before[name] for name in after}, after)
        return kit

    async def _fill(self, session: AsyncSession, actor: Actor, kit: Kit, facts: KitFacts) -> None:
        if facts.home_id is not None and await session.get(Venue, facts.home_id) is None:
            raise NoSuchThing
        double = select(func.count()).where(func.lower(Kit.name) == facts.name.lower(), Kit.id != kit.id)
        with session.no_autoflush:
            if await session.scalar(double):
                raise KitNeedsName
        for name in plain_facts(kit):
            setattr(kit, name, getattr(facts, name))
        await session.flush()
        await _set_parts(session, kit, dict(facts.parts))
        rows = await session.scalars(
            select(Device)
            .where((Device.kit_id == kit.id) | Device.inventory_number.in_(facts.numbers))
            .order_by(Device.id)
            .with_for_update(key_share=True)
        )
        units = {unit.inventory_number: unit for unit in rows}
        for number in facts.numbers:
            if number not in units:
                raise NoSuchNumber(number=number)
        for number, unit in units.items():
            home = kit.id if number in facts.numbers else None
            changed = _write(unit, {"kit_id": home})
            if changed:
                unit.version += 1
                self._note(session, actor, "device.changed", unit.id, *changed)

    def _note(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        object_id: UUID,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        kind = action.partition(".")[0]
        was = {name: readable(value) for name, value in (before or {}).items()}
        now = {name: readable(value) for name, value in (after or {}).items()}
        record(session, actor, action, at=self.clock(), kind=kind, object_id=object_id, before=was, after=now)


def _write(row: Base, facts: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Bring a row up to these facts; gives what was and what is, if anything differs."""
    facts = {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}
    before = {name: getattr(row, name) for name, value in facts.items() if getattr(row, name) != value}
    for name in before:
        setattr(row, name, facts[name])
    return (before, {name: facts[name] for name in before}) if before else None


async def _set_parts(session: AsyncSession, kit: Kit, wanted: dict[str, int]) -> None:
    known = {
        part.name: part for part in await session.scalars(select(KitPart).where(KitPart.kit_id == kit.id))
    }
    gone = [part.id for name, part in known.items() if name not in wanted]
    await session.execute(delete(KitPart).where(KitPart.id.in_(gone)))
    for name, expected in wanted.items():
        part = known.get(name)
        if part is None:
            session.add(KitPart(kit_id=kit.id, name=name, expected=expected, present=expected))
        elif part.expected != expected:
            missing = max(0, part.expected - part.present)
            part.expected, part.present = expected, max(0, expected - missing)
    await session.flush()


async def _ensure_known(session: AsyncSession, facts: UnitFacts) -> None:
    for table, key in ((DeviceModel, facts.model_id), (Kit, facts.kit_id), (Venue, facts.home_id)):
        if key is not None and await session.get(table, key) is None:
            raise NoSuchThing


async def _flush_numbers(session: AsyncSession, number: str) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        if "inventory_number" in str(error.orig):
            raise NumberTaken(number=number) from error
        raise
