"""Decisions about offers, as plain functions: no session, no request, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from lms.inhouse.models import PriceKind, RequestState, TrainingOffer, TrainingOfferState
from lms.kernel.clock import MINUTES_PER_UNIT, at_venue, local
from lms.kernel.period import Period

SERIES = "training-offer"
REMIND_BEFORE = timedelta(days=5)
KEPT_AFTER_END = timedelta(days=365)
OPEN = frozenset({RequestState.NEW, RequestState.CLARIFYING, RequestState.OFFERED, RequestState.LAPSED})
"""States in which the team can still make an offer, or say no."""
CAN_OFFER = OPEN | {RequestState.DECLINED}
"""States in which an offer can be written: also a better one, after a no."""
ORDERED = frozenset({RequestState.ACCEPTED, RequestState.RUN})
"""States in which run and invoice are those of the company that ordered."""
OVER = frozenset({RequestState.DECLINED, RequestState.LAPSED})
"""States after which nothing more happens by itself."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an offer brings in and what it costs the centre, in cents."""

    income_cents: int
    fee_cents: int
    room_cents: int
    other_cents: int

    @property
    def cost_cents(self) -> int:
        """Everything that the centre pays."""
        return self.fee_cents + self.room_cents + self.other_cents

    @property
    def left_cents(self) -> int:
        """What is left; negative where the centre pays on top."""
        return self.income_cents - self.cost_cents

    @property
    def percent(self) -> int | None:
        """How much of the cost is covered; None where it costs nothing."""
        return round(100 * self.income_cents / self.cost_cents) if self.cost_cents else None


def offer_number(year: int, counter: int) -> str:
    """The number as it is printed: FA-2026-0007."""
    return f"FA-{year}-{counter:04d}"


def total_of(offer: TrainingOffer) -> int:
    """What the company pays for everything."""
    return training_cents(offer) + offer.travel_cents + offer.material_cents


def training_cents(offer: TrainingOffer) -> int:
    """What the company pays for the training alone."""
    return offer.price_cents * (offer.people if offer.price_kind is PriceKind.PER_PERSON else 1)


def units_of(days: int, minutes: int, typed: int | None) -> int:
    """Teaching units of 45 minutes: by the dates where there are any, else as typed."""
    return round(days * minutes / MINUTES_PER_UNIT) if days and minutes else typed or 0


def coverage_of(offer: TrainingOffer) -> Coverage:
    """What it brings in and costs: the trainer's fee is for each unit."""
    return Coverage(total_of(offer), offer.fee_cents * offer.units, offer.room_cents, offer.other_cents)


def periods_of(days: Sequence[str], offer: TrainingOffer) -> Sequence[Period]:
    """When it would meet; nothing where the dates are still to be agreed."""
    if offer.starts_at is None or not offer.minutes:
        return ()
    begins = [at_venue(date.fromisoformat(day), offer.starts_at) for day in days]
    return [Period(one, one + timedelta(minutes=offer.minutes)) for one in begins]


def is_open(offer: TrainingOffer, now: datetime) -> bool:
    """Whether it can be accepted: sent, and its last day is not over at the venues."""
    return offer.state is TrainingOfferState.SENT and local(now).date() <= offer.valid_until


def is_to_remind(offer: TrainingOffer, now: datetime) -> bool:
    """Whether its last days have come and nobody was reminded. What is valid for a few days only is never reminded of."""
    if offer.sent_at is None or offer.reminded_at is not None or not is_open(offer, now):
        return False
    first = offer.valid_until - REMIND_BEFORE
    return local(offer.sent_at).date() < first <= local(now).date()


def is_to_forget(state: RequestState, ended_at: datetime | None, now: datetime) -> bool:
    """Whether who asked is not needed any more: a year after it came to nothing."""
    return state in OVER and ended_at is not None and ended_at + KEPT_AFTER_END <= now


def id_for(what: str, offer_id: UUID) -> UUID:
    """The id of what is made of an offer (its course, its run, its invoice): the same every time, so that it is made once."""
    return uuid5(offer_id, what)
