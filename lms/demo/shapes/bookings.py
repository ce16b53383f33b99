"""Rooms for others: groups, prices, requests, wishes."""

from datetime import time
from typing import Annotated, Literal

from msgspec import Meta

from lms.demo.shapes.words import Cents, Count, Key, Shape, Weekday, Words


class Group(Shape, frozen=True, kw_only=True):
    key: Key
    name_de: Words
    name_en: Words
    cents_per_hour: Cents
    days_ahead: Count
    hours_per_week: Count | None = None
    internal: bool = False


class Tariff(Shape, frozen=True, kw_only=True):
    """What one room costs one group, where it differs."""

    group: Key
    room: Key
    cents_per_hour: Cents


class Booking(Shape, frozen=True, kw_only=True):
    """One request and what became of it; weekly where `count` is more than one. `left_out` is the number of a skipped date.

    `too_late` asks for a time at which somebody else has the room by now.
    """

    title: Words
    group: Key
    room: Key
    weekday: Weekday
    week: int
    starts: time
    minutes: Annotated[int, Meta(ge=15, le=600)]
    people: Count
    state: Literal["requested", "approved", "declined", "withdrawn", "released"]
    count: Count = 1
    left_out: int = 0
    organisation: str = ""
    company: Key | None = None
    public: bool = False
    too_late: bool = False
    note: str = ""
    reason: str = ""


class Wish(Shape, frozen=True, kw_only=True):
    """Somebody who waits for the time of this booking."""

    booking: Words
    days_ago: Count


class Bookings(Shape, frozen=True, kw_only=True):
    """All of it, with the rooms that others can ask for; some are given back when nobody comes."""

    rooms: list[Key]
    released: list[Key]
    release_minutes: Count
    group: list[Group]
    tariff: list[Tariff]
    booking: list[Booking]
    wish: list[Wish]
