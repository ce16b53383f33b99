"""The centre itself, its venues and its devices."""

from datetime import time
from typing import Annotated, Literal

from msgspec import Meta

from lms.demo.shapes.words import (
    Cents,
    Count,
    DeviceKind,
    Email,
    Key,
    Phone,
    PostalCode,
    Shape,
    Weekday,
    Words,
)


class OpeningHours(Shape, frozen=True, kw_only=True):
    """From when to when on one weekday; a break at noon makes two of them."""

    weekday: Weekday
    opens: time
    closes: time


class Address(Shape, frozen=True, kw_only=True):
    street: Words
    postal_code: PostalCode
    city: Words


class Cancellation(Shape, frozen=True, kw_only=True):
    """Free until so many days before the first session, then a share of the price."""

    free_until_days: Count
    share_percent: Annotated[int, Meta(ge=0, le=100)]
    text_de: Words
    text_en: Words


class Centre(Shape, frozen=True, kw_only=True):
    """The institution itself: what stands in the footer, on letters and on the start page."""

    name: Words
    name_en: Words
    short_name: Words
    operator_de: Words
    operator_en: Words
    address: Address
    phone: Phone
    email: Email
    website: Words
    represented_by_de: Words
    represented_by_en: Words
    opening_hours: list[OpeningHours]
    opening_text_de: Words
    opening_text_en: Words
    welcome_title_de: Words
    welcome_title_en: Words
    welcome_de: Words
    welcome_en: Words
    imprint_de: Words
    imprint_en: Words
    privacy_de: Words
    privacy_en: Words
    accessibility_de: Words
    accessibility_en: Words
    concession_de: Words
    concession_en: Words
    vat_note_de: Words
    vat_note_en: Words
    bank_account_holder: Words
    bank_iban: Words
    bank_name: Words
    cancellation: Cancellation


class Room(Shape, frozen=True, kw_only=True):
    key: Key
    name_de: Words
    name_en: Words
    floor_de: Words
    floor_en: Words
    seats: Count
    step_free: bool
    lift: bool
    accessible_wc: bool
    hearing_loop: bool
    equipment: list[Key]
    setup_minutes: int
    clear_up_minutes: int
    hours: list[OpeningHours] = []
    """Where the room is open at other times than its venue."""
    bookable: bool = False
    release_after_minutes: int | None = None
    hire_cents_per_hour: Cents = 0
    note_de: str = ""
    note_en: str = ""


class Venue(Shape, frozen=True, kw_only=True):
    """A place people come to; how to get there is said in words, as one would on the phone."""

    key: Key
    name_de: Words
    name_en: Words
    street: Words
    postal_code: PostalCode
    city: Words
    district: Words
    stop_de: Words
    stop_en: Words
    about_de: Words
    about_en: Words
    opening_hours: list[OpeningHours]
    room: list[Room]
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    key_note: str = ""


class Equipment(Shape, frozen=True, kw_only=True):
    """What a room can have."""

    key: Key
    name_de: Words
    name_en: Words


class Way(Shape, frozen=True, kw_only=True):
    """How many minutes it takes from one venue to the other."""

    between: tuple[Key, Key]
    minutes: Count


class House(Shape, frozen=True, kw_only=True):
    """What holds for all venues together."""

    equipment: list[Equipment]
    way: list[Way]


class DeviceModel(Shape, frozen=True, kw_only=True):
    key: Key
    kind: DeviceKind
    name_de: Words
    name_en: Words
    about_de: Words
    about_en: Words
    lendable: bool
    loan_days: int = 28
    turnaround_minutes: int = 0
    needs_wipe: bool = False
    accessories: list[Words] = []
    replacement_cents: Cents = 0


class KitPart(Shape, frozen=True, kw_only=True):
    """What else belongs into a kit; fewer are there when something is missing."""

    name: Words
    expected: Count
    missing: int = 0
    note: str = ""


class Kit(Shape, frozen=True, kw_only=True):
    key: Key
    name_de: Words
    name_en: Words
    home_room: Key
    travels: bool = False
    note: str = ""
    part: list[KitPart] = []


class Batch(Shape, frozen=True, kw_only=True):
    """Devices of one model with inventory numbers in a row, in a kit or standing alone in a room."""

    model: Key
    first: Count
    count: Count
    kit: Key | None = None
    home_room: Key | None = None


class DeviceNote(Shape, frozen=True, kw_only=True):
    """What is out of the ordinary with one device."""

    number: Annotated[str, Meta(pattern=r"^\d{4}$")]
    state: Literal["repair", "missing", "usable"]
    text_de: Words
    text_en: Words


class Devices(Shape, frozen=True, kw_only=True):
    model: list[DeviceModel]
    kit: list[Kit]
    batch: list[Batch]
    note: list[DeviceNote]
