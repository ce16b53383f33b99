"""What planning knows beside the runs: tasks, trainers' times, how drafts stand."""

from datetime import time
from typing import Annotated, Literal

from msgspec import Meta

from lms.demo.shapes.words import Count, Key, Shape, Weekday, Words

Number = Annotated[str, Meta(pattern=r"^[1-4]\d{3}$")]


class Task(Shape, frozen=True, kw_only=True):
    """A task that every run begins with; negative days lie after its last session."""

    title: Words
    days_before: int


class Hours(Shape, frozen=True, kw_only=True):
    """When somebody can teach on these weekdays."""

    trainer: Key
    weekdays: list[Weekday]
    opens: time
    closes: time


class Absence(Shape, frozen=True, kw_only=True):
    """So many days from the Monday of a week on, counted from the current week (0)."""

    trainer: Key
    week: int
    days: Count
    note: str = ""


class Idea(Shape, frozen=True, kw_only=True):
    """A run without dates."""

    number: Number
    course: Key
    note: Words


class Proof(Shape, frozen=True, kw_only=True):
    """How proof-reading of a draft stands."""

    run: Number
    state: Literal["asked", "corrected", "released"]
    note: str = ""
    summary: str = ""


class Answer(Shape, frozen=True, kw_only=True):
    """What the trainers of a run say; those of published runs have said yes unless it stands here."""

    run: Number
    answer: Literal["unasked", "asked", "accepted", "declined"]
    note: str = ""


class Planning(Shape, frozen=True, kw_only=True):
    """The whole file."""

    task: list[Task]
    hours: list[Hours]
    absence: list[Absence]
    idea: list[Idea]
    proof: list[Proof]
    answer: list[Answer]
