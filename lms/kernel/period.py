"""Half-open spans of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (included) to `end` (excluded), both aware. Raises ValueError when it would be empty or reversed."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("a period ends after it starts")

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share any moment; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def widened(self, *, before_minutes: int, after_minutes: int) -> "Period":
        """The period with set-up time before and clear-up time after it."""
        return Period(
            self.start - timedelta(minutes=before_minutes), self.end + timedelta(minutes=after_minutes)
        )

    @property
    def minutes(self) -> int:
        """The length in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)
