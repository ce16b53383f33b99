"""What is said when a device changes hands."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.lending.rules import CONDITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A device somebody wants to take home: one unit, or any of a model, from one day to another (both included)."""

    person_id: UUID
    first: date
    last: date
    device_id: UUID | None = None
    model_id: UUID | None = None
    venue_id: UUID | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The state in which a device changes hands: `condition` is one of CONDITIONS, accessories are words of the model.

    None: everything that belongs to it.
    """

    condition: str = CONDITIONS[0]
    accessories: tuple[str, ...] | None = None
    note: str = ""


WHOLE = HandOver()
"""In good order, with everything that belongs to it."""
