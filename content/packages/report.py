"""What became of what was brought: taken, changed or left, each with its place."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fate(StrEnum):
    """What happened to a part."""

    TAKEN = "taken"
    CHANGED = "changed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Remark:
    """One part. `place` names it as its author would; `message` (English, marked for translation) says what was changed or why it was left."""

    fate: Fate
    place: str
    message: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class Report:
    """Collects remarks while something is read."""

    def __init__(self) -> None:
        self.remarks: list[Remark] = []

    def taken(self, place: str) -> None:
        """It is as it was."""
        self.remarks.append(Remark(Fate.TAKEN, place))

    def changed(self, place: str, message: str, **params: Any) -> None:
        """It is there, not quite as it was."""
        self.remarks.append(Remark(Fate.CHANGED, place, message, params))

    def left(self, place: str, message: str, **params: Any) -> None:
        """It is not there."""
        self.remarks.append(Remark(Fate.LEFT, place, message, params))

    def of(self, fate: Fate) -> Iterator[Remark]:
        """Those with this fate, in their order."""
        return (remark for remark in self.remarks if remark.fate is fate)
