"""Devices for stories: a model, kits with numbered units.

shelf = await stock(house, units=3)
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from lms.resources.models import Device, DeviceModel, Kit
from lms.web.module import Around


def make_model(name: str = "Tablet, 11 Zoll", **given: Any) -> DeviceModel:
    defaults: dict[str, Any] = {
        "slug": f"modell-{uuid4().hex[:8]}",
        "kind": "tablet",
        "name_en": "Tablet, 11 inch",
    }
    return DeviceModel(name=name, **defaults | given)


def make_kit(name: str = "Tabletkoffer A", **given: Any) -> Kit:
    return Kit(name=name, **{"slug": f"satz-{uuid4().hex[:8]}", "name_en": "Tablet case A"} | given)


@dataclass
class Shelf:
    """A model, perhaps a kit, and its units."""

    model: DeviceModel
    kit: Kit | None
    units: list[Device] = field(default_factory=list)


async def stock(
    house: Around, *, units: int, first: int = 1, kit: Kit | None = None, model: DeviceModel | None = None,
    **of_model: Any,
) -> Shelf:  # fmt: skip
    """So many units of a new model (or of this one), numbered from `first` on, in this kit if one is given."""
    async with house.begin() as session:
        if model is None:
            model = make_model(**of_model)
            session.add(model)
        if kit is not None and await session.get(Kit, kit.id) is None:
            session.add(kit)
        await session.flush()
        shelf = Shelf(model, kit)
        for number in range(first, first + units):
            unit = Device(inventory_number=f"{number:04}", model_id=model.id, kit_id=kit.id if kit else None)
            shelf.units.append(unit)
        session.add_all(shelf.units)
    return shelf
