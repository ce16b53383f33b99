"""What the team writes down about models, units and kits."""

from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any
from uuid import UUID

from lms.resources.models import Device, DeviceModel, Kit


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """A kind of device. Times in days and minutes, the value in cents."""

    name: str
    kind: str
    name_en: str = ""
    about_de: str = ""
    about_en: str = ""
    is_lendable: bool = False
    loan_days: int = 28
    turnaround_minutes: int = 0
    needs_wipe: bool = False
    accessories: tuple[str, ...] = ()
    replacement_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """One device. It lives with its kit, else at a venue of its own."""

    inventory_number: str
    model_id: UUID
    kit_id: UUID | None = None
    home_id: UUID | None = None
    condition: str = "good"
    serial_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KitFacts:
    """Devices kept together. `parts` are names with how many belong in; `numbers` the inventory numbers of the units."""

    name: str
    name_en: str = ""
    home_id: UUID | None = None
    is_travelling: bool = False
    note: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    numbers: tuple[str, ...] = ()


def model_facts(model: DeviceModel) -> ModelFacts:
    """What is written down about a model."""
    return ModelFacts(**{one.name: _frozen(getattr(model, one.name)) for one in fields(ModelFacts)})


def unit_facts(unit: Device) -> UnitFacts:
    """What is written down about a unit."""
    return UnitFacts(**{one.name: getattr(unit, one.name) for one in fields(UnitFacts)})


def mark_of(model: DeviceModel) -> str:
    """A mark of what a form was filled with: another one as soon as anything is different."""
    return sha256(repr(model_facts(model)).encode()).hexdigest()[:16]


def plain_facts(kit: Kit) -> dict[str, Any]:
    """What a kit's own row says."""
    names = ("name", "name_en", "home_id", "is_travelling", "note")
    return {name: getattr(kit, name) for name in names}


def readable(value: Any) -> Any:
    """A value as the trail keeps it, in JSON."""
    if isinstance(value, UUID):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
