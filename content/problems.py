"""What an author should mend, each with its place."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `message` is English, marked for translation; `params` fill its placeholders.

    `place` names the spot in the author's words (a question, a file); `line` counts from 1 where the text has lines.
    """

    message: str
    line: int | None = None
    place: str = ""
    params: dict[str, Any] = field(default_factory=dict)
