"""The words for what rooms can have."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.kernel.actor import Actor, ensure
from lms.kernel.errors import NotFound, Stale
from lms.resources.errors import NameTaken
from lms.resources.models import Equipment, Room
from lms.resources.service.keeping import Keeping, key_of, mark_of, once_more


def state_of_equipment(equipment: Equipment) -> str:
    """The mark of what a form was filled with."""
    return mark_of((equipment.name_de, equipment.name_en))


class EquipmentList(Keeping):
    """Adding, renaming and removing."""

    @once_more
    @retried
    async def add(self, actor: Actor, *, equipment_id: UUID, name_de: str, name_en: str) -> Equipment:
        """One more thing that rooms can have. Twice with one id is as good as once.

        Raises NameTaken, also when the name differs from another in capital letters only.
        """
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            known = await session.get(Equipment, equipment_id)
            if known is not None:
                return known
            await _refuse_taken(session, name_de)
            equipment = Equipment(
                id=equipment_id, key=await _free_key(session, name_de), name_de=name_de, name_en=name_en
            )
            session.add(equipment)
            await session.flush()
            record(
                session, actor, "equipment.created", at=self.clock(), kind="equipment", object_id=equipment.id,
                after={"name_de": name_de, "name_en": name_en},
            )  # fmt: skip
        return equipment

    @retried
    async def rename(
        self, actor: Actor, *, equipment_id: UUID, name_de: str, name_en: str, seen: str
    ) -> Equipment:
        """Other words for the same thing; the rooms keep having it. Raises NotFound, Stale, NameTaken."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            equipment = await session.get(Equipment, equipment_id, with_for_update=True)
            if equipment is None:
                raise NotFound
            if state_of_equipment(equipment) != seen:
                raise Stale
            await _refuse_taken(session, name_de, besides=equipment_id)
            before = {"name_de": equipment.name_de, "name_en": equipment.name_en}
            equipment.name_de, equipment.name_en = name_de, name_en
            record(
                session, actor, "equipment.changed", at=self.clock(), kind="equipment", object_id=equipment_id,
                before=before, after={"name_de": name_de, "name_en": name_en},
            )  # fmt: skip
        return equipment

    @retried
    async def remove(self, actor: Actor, *, equipment_id: UUID) -> None:
        """Take it off the list and from every room that has it. Twice is as good as once."""
        ensure(actor.may_for_all("U", "resource"), actor)
        async with self.begin() as session:
            equipment = await session.get(Equipment, equipment_id, with_for_update=True)
            if equipment is None:
                return
            rooms = [room for room in await session.scalars(select(Room).order_by(Room.id).with_for_update())
                     if equipment.key in room.equipment]  # fmt: skip
            for room in rooms:
                room.equipment = [key for key in room.equipment if key != equipment.key]
            await session.delete(equipment)
            record(
                session, actor, "equipment.removed", at=self.clock(), kind="equipment", object_id=equipment_id,
                before={"name_de": equipment.name_de, "rooms": [str(room.id) for room in rooms]},
            )  # fmt: skip


async def _refuse_taken(session: AsyncSession, name: str, *, besides: UUID | None = None) -> None:
    names = await session.execute(select(Equipment.id, Equipment.name_de))
    if any(row.name_de.casefold() == name.casefold() and row.id != besides for row in names):
        raise NameTaken


async def _free_key(session: AsyncSession, name: str) -> str:
    """A key that nothing has, nor any room from former times."""
    stem = key_of(name, otherwise="ausstattung")
    taken = set(await session.scalars(select(Equipment.key)))
    count = await session.scalar(select(func.count()).select_from(Equipment)) or 0
    return next(
        key for key in [stem, *(f"{stem}-{number}" for number in range(2, count + 3))] if key not in taken
    )
