"""What travels between pages and the service: a request as typed, an offer as typed."""

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from lms.inhouse.models import DevicesFrom, PriceKind, TrainingPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What a company would like to learn."""

    company_name: str
    people: int
    topic: str = ""
    course_id: UUID | None = None
    wants_advice: bool = False
    knowledge: str = ""
    place: TrainingPlace = TrainingPlace.OPEN
    address: str = ""
    devices: DevicesFrom = DevicesFrom.OPEN
    periods: str = ""
    weekdays: tuple[str, ...] = ()
    access: str = ""
    budget_cents: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """An offer as the team types it. Money in cents, gross; the fee is for each unit."""

    title: str
    people: int
    valid_until: date
    price_kind: PriceKind
    price_cents: int
    course_id: UUID | None = None
    units: int | None = None
    place: TrainingPlace = TrainingPlace.CENTRE
    address: str = ""
    days: tuple[date, ...] = ()
    starts_at: time | None = None
    minutes: int = 0
    room_id: UUID | None = None
    trainer_id: UUID | None = None
    thing: str = ""
    things: int = 0
    travel_cents: int = 0
    material_cents: int = 0
    regular_cents: int | None = None
    tax_code: str = ""
    text: str = ""
    fee_cents: int = 0
    room_cents: int = 0
    other_cents: int = 0
