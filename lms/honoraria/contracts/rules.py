"""What a contract says about dates and money: plain functions and values, no session, no request, no clock."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from lms.honoraria.contracts.models import ContractState
from lms.honoraria.rates.rules import fee_cents
from lms.kernel.clock import MINUTES_PER_UNIT, local

TRANSITION_ENDS = date(2026, 12, 31)
"""To this day § 127 SGB IV keeps a trainer self-employed who agrees to it, if both sides assumed it (BGBl. 2025 I Nr. 63)."""
OPEN_STATES = frozenset({ContractState.DRAFT, ContractState.OFFERED})


class Meeting(msgspec.Struct, frozen=True):
    """One session as the contract lists it, in UTC; `place` is empty online."""

    starts_at: datetime
    ends_at: datetime
    place: str
    at_venue: bool

    @property
    def minutes(self) -> int:
        """The length in whole minutes."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class ContractFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that stands in one contract besides the words of the house. Cents; `substitution_cents` as in the rates."""

    run: str
    course: str
    trainer: str
    address: str
    meetings: tuple[Meeting, ...]
    unit_cents: int
    travel_cents: int
    substitution_cents: int | None = None
    is_for_youth: bool = False

    @property
    def minutes(self) -> int:
        """All sessions together."""
        return sum(one.minutes for one in self.meetings)

    @property
    def units(self) -> Decimal:
        """The same in units of 45 minutes."""
        return Decimal(self.minutes) / MINUTES_PER_UNIT

    @property
    def fee_cents(self) -> int:
        """The fee for teaching: each session by itself, as statements reckon it."""
        return sum(fee_cents(one.minutes, self.unit_cents) for one in self.meetings)

    @property
    def travel_days(self) -> int:
        """Days on which something takes place at a venue."""
        return len({local(one.starts_at).date() for one in self.meetings if one.at_venue})

    @property
    def travel_total_cents(self) -> int:
        """What travelling is paid with altogether."""
        return self.travel_days * self.travel_cents

    @property
    def total_cents(self) -> int:
        """Fee and travel."""
        return self.fee_cents + self.travel_total_cents

    @property
    def first_day(self) -> date:
        """The day of the first session. Raises ValueError without sessions."""
        return local(min(one.starts_at for one in self.meetings)).date()

    @property
    def last_day(self) -> date:
        """The day of the last session. Raises ValueError without sessions."""
        return local(max(one.ends_at for one in self.meetings)).date()

    @property
    def needs_consent(self) -> bool:
        """Whether part of it lies in the time of the transition rule."""
        return self.first_day <= TRANSITION_ENDS

    def agreed(self) -> tuple[object, ...]:
        """What has to be the same for the trainer's yes to hold: dates and money, not the name of a room."""
        times = tuple(sorted((one.starts_at, one.ends_at, one.at_venue) for one in self.meetings))
        return times, self.unit_cents, self.travel_cents, self.substitution_cents


def facts_from(kept: object) -> ContractFacts:
    """Out of a row."""
    return msgspec.convert(kept, ContractFacts)


def next_number(run: str, taken: Iterable[str]) -> str:
    """The number of a run's next contract: HV-26-0038-2."""
    return f"HV-{run}-{len(list(taken)) + 1}"


def same_name(typed: str, name: str) -> bool:
    """Whether somebody has typed this name, however they write spaces and capitals."""
    return _plain(typed) == _plain(name)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def in_order(meetings: Iterable[Meeting]) -> Sequence[Meeting]:
    """By time."""
    return sorted(meetings, key=lambda one: (one.starts_at, one.ends_at))
