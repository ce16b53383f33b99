"""What is taught, when, and by whom."""

from datetime import time
from typing import Annotated, Literal

from msgspec import Meta

from lms.demo.shapes.words import (
    Audience,
    Cents,
    Competence,
    Count,
    CourseLevel,
    DeviceKind,
    Email,
    Key,
    PaymentMethod,
    Phone,
    Shape,
    Situation,
    Weekday,
    Words,
)


class Topic(Shape, frozen=True, kw_only=True):
    slug: Key
    name_de: Words
    name_en: Words


class Outcome(Shape, frozen=True, kw_only=True):
    """What a learner can do afterwards, with its DigComp 2.2 competence and proficiency level."""

    sentence_de: Words
    sentence_en: Words
    competence: Competence
    proficiency: Annotated[int, Meta(ge=1, le=8)]


class DeviceNeed(Shape, frozen=True, kw_only=True):
    kind: DeviceKind
    count: Count


class Course(Shape, frozen=True, kw_only=True):
    slug: Key
    title_de: Words
    title_en: Words
    summary_de: Words
    summary_en: Words
    text_de: Words
    text_en: Words
    audiences: list[Audience]
    topics: list[Key]
    level: CourseLevel
    language: Annotated[str, Meta(pattern=r"^[a-z]{2}$")] = "de"
    prior_knowledge_de: Words
    prior_knowledge_en: Words
    bring_de: Words
    bring_en: Words
    outcome: list[Outcome]
    min_age: int | None = None
    max_age: int | None = None
    sessions: Count
    minutes: Literal[45, 90, 135, 180]
    price_cents: Cents
    concession_cents: Cents
    capacity: Count
    minimum: Count
    payment: list[PaymentMethod] = []
    certificate_threshold_percent: Annotated[int, Meta(ge=1, le=100)] = 80
    device_needs: list[DeviceNeed] = []
    withdrawal: Literal["yes", "excluded"] = "yes"
    withdrawal_reason_de: str = ""
    withdrawal_reason_en: str = ""


class Run(Shape, frozen=True, kw_only=True):
    """One offering of a course, its dates told relative to the day on which the demo is made.

    `week` counts from the current week (0), `weekday = "today"` means the weekday of that day.
    `enrolled` and `waiting` are the numbers the loader must reach, figures of the story included. `drop_ins` people come
    to single sessions, for which there are `drop_in_places` in each.
    """

    number: Annotated[str, Meta(pattern=r"^[1-4]\d{3}$")]
    course: Key
    week: int
    weekday: Weekday | Literal["today"]
    start: time
    room: Key | None = None
    online: bool = False
    trainers: list[Key]
    situation: Situation
    enrolled: int = 0
    waiting: int = 0
    sessions: Count | None = None
    minutes: Count | None = None
    interval_weeks: Literal[1, 2] = 1
    block: bool = False
    through_holidays: bool = False
    price_cents: Cents | None = None
    concession_cents: Cents | None = None
    capacity: Count | None = None
    closes_days_before: int = 2
    drop_in_places: int = 0
    drop_in_price_cents: int = 0
    drop_ins: int = 0
    cancelled_reason_de: str = ""
    cancelled_reason_en: str = ""
    note_de: str = ""
    note_en: str = ""


class Qualification(Shape, frozen=True, kw_only=True):
    title_de: Words
    title_en: Words
    year: Annotated[int, Meta(ge=1980, le=2026)]


class Trainer(Shape, frozen=True, kw_only=True):
    key: Key
    given_name: Words
    family_name: Words
    email: Email
    phone: Phone
    bio_de: Words
    bio_en: Words
    topics: list[Key]
    languages: list[Key]
    fee_cents_per_unit: Cents
    qualification: list[Qualification]
