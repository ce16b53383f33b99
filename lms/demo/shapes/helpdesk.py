"""The help desk: topics, advisers, desks with their hours, visitors."""

from datetime import time
from typing import Any, Literal

from msgspec import field

from lms.demo.shapes.words import Count, Key, Shape, Weekday, Words


class Topic(Shape, frozen=True, kw_only=True):
    key: Key
    name_de: Words
    name_en: Words
    hint_de: Words
    hint_en: Words
    audience: Literal["help", "advice"] = "help"


class Adviser(Shape, frozen=True, kw_only=True):
    """Somebody of the team or a trainer, by their key."""

    person: Key
    shown_name: Words
    topics: list[Key]
    languages: list[str] = field(default_factory=lambda: ["de"])


class Hours(Shape, frozen=True, kw_only=True):
    weekday: Weekday
    opens: time
    closes: time
    advisers: list[Key]


class Desk(Shape, frozen=True, kw_only=True):
    key: Key
    name_de: Words
    name_en: Words
    hint_de: Words
    hint_en: Words
    hours: list[Hours]
    slot: Count
    kind: Literal["help", "advice"] = "help"
    place: Literal["venue", "home", "remote"] = "venue"
    venue: str = ""
    room: str = ""
    districts: list[str] = field(default_factory=list)
    buffer: int = 0
    notice: int = 12
    live: Count = 2
    per_adviser: Count | None = None
    walk_ins: bool = True
    prefix: str = ""
    question: list[dict[str, Any]] = field(default_factory=list)


class Visitor(Shape, frozen=True, kw_only=True):
    name: Words
    topic: Key
    mobile: bool = False
    note: str = ""


class HelpDesks(Shape, frozen=True, kw_only=True):
    """The whole file."""

    topic: list[Topic]
    adviser: list[Adviser]
    desk: list[Desk]
    visitors: list[Visitor]
