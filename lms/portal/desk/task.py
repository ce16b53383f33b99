"""A line of what is to be done today."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list: what, where, and by when."""

    sentence: str
    path: str
    due: datetime
    is_late: bool = False
    says_when: bool = False
