"""The forms of the inventory."""

import re
from typing import Any
from uuid import UUID, uuid4

from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.resources.devices.facts import KitFacts, ModelFacts, UnitFacts, mark_of, model_facts, unit_facts
from lms.resources.devices.numbering import numbers_in
from lms.resources.devices.words import CONDITIONS, KINDS
from lms.resources.models import Device, DeviceModel, Kit, KitPart
from lms.web.forms import (
    Checkbox,
    Euro,
    Form,
    Hidden,
    Number,
    Radios,
    Select,
    Text,
    TextArea,
)
from lms.web.language import gettext

PART = re.compile(r"(\d{1,3})\s*[×x*]\s+(.+)", re.IGNORECASE)
NUMBERS_HINT = N_("Single numbers or a row, for example: 0089–0094, 0101")


class ModelForm(Form):
    """A kind of device. `key` becomes the id of a new one, `seen` says which state was edited."""

    name = Text(N_("Name in German"), missing=N_("Enter the name."), longest=100)
    name_en = Text(N_("Name in English"), longest=100)
    kind = Select(N_("Kind"), choices=list(KINDS.items()), missing=N_("Choose the kind."))
    about_de = TextArea(N_("Description in German"), rows=3)
    about_en = TextArea(N_("Description in English"), rows=3)
    accessories = TextArea(
        N_("Accessories"), rows=4, hint=N_("What belongs to each device, one thing a line: charger, case.")
    )
    turnaround_minutes = Number(
        N_("Minutes between two uses"), least=0, most=1440, width=5, missing=N_("Enter the minutes, or 0."),
        hint=N_("To charge, clean and check. Kept free after each use that is planned from now on."),
    )  # fmt: skip
    needs_wipe = Checkbox(N_("Data must be deleted before the next person gets it"))
    is_lendable = Checkbox(N_("May be borrowed and taken home"))
    loan_days = Number(
        N_("Days of a loan"), least=1, most=365, width=5, missing=N_("Enter the number of days.")
    )
    replacement_cents = Euro(
        N_("Replacement value"),
        hint=N_("Stands in the loan agreement."),
        missing=N_("Enter an amount, or 0."),
    )
    key = Hidden()
    seen = Hidden()

    def facts(self) -> ModelFacts:
        """The model of a form that is valid."""
        return ModelFacts(
            name=self.name.data,
            name_en=self.name_en.data or "",
            kind=self.kind.data,
            about_de=self.about_de.data or "",
            about_en=self.about_en.data or "",
            accessories=tuple(lines_of(self.accessories.data)),
            turnaround_minutes=self.turnaround_minutes.data,
            needs_wipe=bool(self.needs_wipe.data),
            is_lendable=bool(self.is_lendable.data),
            loan_days=self.loan_days.data,
            replacement_cents=self.replacement_cents.data,
        )


class UnitForm(Form):
    """One device."""

    inventory_number = Text(N_("Inventory number"), missing=N_("Enter the number."), longest=40, width=10)
    model = Select(N_("Model"), missing=N_("Choose the model."))
    serial_number = Text(N_("Serial number"), longest=80, width=20)
    kit = Select(N_("Kit"), blank=N_("no kit"), hint=N_("A device of a kit is kept where its kit is."))
    home = Select(N_("Kept at"), blank=N_("not decided"))
    condition = Radios(
        N_("Condition"), choices=[(key, words) for key, (words, _) in CONDITIONS.items()],
        missing=N_("Choose the condition."),
    )  # fmt: skip
    note = TextArea(N_("Note"), rows=3, hint=N_("For the team, for example: F key sticks."))
    version = Hidden()

    def facts(self) -> UnitFacts:
        """The unit of a form that is valid."""
        return UnitFacts(
            inventory_number=self.inventory_number.data,
            model_id=UUID(self.model.data),
            kit_id=chosen(self.kit),
            home_id=chosen(self.home),
            condition=self.condition.data,
            serial_number=self.serial_number.data or "",
            note=self.note.data or "",
        )

    def validate_inventory_number(self, field: Text) -> None:
        """One number, without what would be read as a row."""
        if numbers_of(field) != [field.data]:
            self.refuse("inventory_number", N_("Enter one number, without spaces, for example 0089."))


class NewUnitsForm(Form):
    """Several units of one model at once."""

    model = Select(N_("Model"), missing=N_("Choose the model."))
    numbers = Text(N_("Inventory numbers"), missing=N_("Enter the numbers."), hint=NUMBERS_HINT, longest=500)
    kit = Select(N_("Kit"), blank=N_("no kit"))
    home = Select(N_("Kept at"), blank=N_("not decided"), hint=N_("For devices without a kit."))
    condition = Radios(
        N_("Condition"), choices=[(key, words) for key, (words, _) in CONDITIONS.items()],
        missing=N_("Choose the condition."),
    )  # fmt: skip
    key = Hidden()

    def facts(self) -> UnitFacts:
        """What the units have in common, of a form that is valid."""
        return UnitFacts(
            inventory_number="",
            model_id=UUID(self.model.data),
            kit_id=chosen(self.kit),
            home_id=chosen(self.home),
            condition=self.condition.data,
        )


class KitForm(Form):
    """A kit with what belongs into it."""

    name = Text(N_("Name in German"), missing=N_("Enter the name."), longest=100)
    name_en = Text(N_("Name in English"), longest=100)
    home = Select(N_("Kept at"), blank=N_("not decided"))
    is_travelling = Checkbox(N_("Travelling kit: it is carried to other places"))
    numbers = TextArea(N_("Devices"), rows=2, hint=NUMBERS_HINT)
    parts = TextArea(
        N_("Other parts"), rows=5,
        hint=N_("One part a line, with how many belong in, for example: 2 × charger"),
    )  # fmt: skip
    note = TextArea(N_("Note"), rows=3)
    key = Hidden()
    version = Hidden()

    def facts(self) -> KitFacts:
        """The kit of a form that is valid. Raises UnreadableNumbers, TooManyNumbers."""
        return KitFacts(
            name=self.name.data,
            name_en=self.name_en.data or "",
            home_id=chosen(self.home),
            is_travelling=bool(self.is_travelling.data),
            note=self.note.data or "",
            parts=tuple(parts_of(self.parts.data)),
            numbers=tuple(numbers_in(self.numbers.data or "")),
        )


def chosen(field: Select) -> UUID | None:
    """The row that was chosen, if any."""
    return UUID(field.data) if field.data else None


def numbers_of(field: Text) -> list[str]:
    """The numbers in a field; what cannot be read is said there and gives none."""
    try:
        return numbers_in(field.data or "")
    except DomainError as refusal:
        field.errors = [*field.errors, gettext(refusal.message, **refusal.params)]
        return []


def lines_of(text: str | None) -> list[str]:
    """The lines in which something stands, each once."""
    return list(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))


def parts_of(text: str | None) -> list[tuple[str, int]]:
    """Name and number of each part; a line without a number means one."""
    found: dict[str, int] = {}
    for line in lines_of(text):
        counted = PART.fullmatch(line)
        name = counted[2] if counted else line
        found[name] = max(1, int(counted[1])) if counted else 1
    return list(found.items())


def model_values(model: DeviceModel | None) -> dict[str, Any]:
    """What the form of a model begins with."""
    if model is None:
        return {"key": str(uuid4()), "turnaround_minutes": 15, "loan_days": 28, "replacement_cents": 0}
    facts = model_facts(model)
    values = {name: getattr(facts, name) for name in ModelFacts.__slots__}
    return values | {"accessories": "\n".join(facts.accessories), "seen": mark_of(model)}


def unit_values(unit: Device) -> dict[str, Any]:
    """What the form of a unit begins with."""
    facts = unit_facts(unit)
    return {
        "inventory_number": facts.inventory_number,
        "model": str(facts.model_id),
        "kit": str(facts.kit_id or ""),
        "home": str(facts.home_id or ""),
        "condition": facts.condition,
        "serial_number": facts.serial_number,
        "note": facts.note,
        "version": str(unit.version),
    }


def kit_values(kit: Kit, numbers: list[str], parts: list[KitPart]) -> dict[str, Any]:
    """What the form of a kit begins with."""
    return {
        "name": kit.name,
        "name_en": kit.name_en,
        "home": str(kit.home_id or ""),
        "is_travelling": kit.is_travelling,
        "note": kit.note,
        "numbers": ", ".join(numbers),
        "parts": "\n".join(f"{part.expected} × {part.name}" for part in parts),
        "version": str(kit.version),
    }
