"""What of everything is counted."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Selection:
    """Only this; None means all. `age`, `gender` and `district` choose persons, the others runs and hours."""

    line_id: UUID | None = None
    topic: str | None = None
    audience: str | None = None
    course_id: UUID | None = None
    venue_id: UUID | None = None
    trainer_id: UUID | None = None
    age: str | None = None
    gender: str | None = None
    district: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == EVERYTHING

    @property
    def is_of_hours(self) -> bool:
        """Whether hours decide which runs are counted: those of a line, a venue or a trainer."""
        return self.line_id is not None or self.venue_id is not None or self.trainer_id is not None


EVERYTHING = Selection()
