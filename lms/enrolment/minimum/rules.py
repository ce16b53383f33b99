"""What a small group costs, as plain functions: no session, no request, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lms.enrolment.minimum.values import Level

EURO = 100
STEP = 10
"""Reduced prices are rounded down to full ten cents, in favour of whoever pays."""
MOST_CENTS = 10_000 * EURO


def planned_income(price_cents: int, minimum: int) -> int:
    """What the run was to bring in: its price, as often as the least number."""
    return price_cents * minimum


def spread(planned_cents: int, base_cents: int, prices: Sequence[int]) -> int:
    """The price of a full place at which these people together bring in what was planned, rounded up to whole euros.

    Whoever pays a part of the full price goes on to pay that part. Never less than the price so far; the price so far where
    nobody pays anything.
    """
    paid = sum(prices)
    if not paid or not base_cents:
        return base_cents
    exact = -(-planned_cents * base_cents // paid)
    return max(base_cents, -(-exact // EURO) * EURO)


def repriced(cents: int, base_cents: int, new_base_cents: int) -> int:
    """What somebody pays who paid so many cents of the former full price."""
    if cents == base_cents or not base_cents:
        return new_base_cents if cents == base_cents else cents
    return cents * new_base_cents // base_cents // STEP * STEP


def shortened(cents: int, minutes: int, kept_minutes: int) -> int:
    """The part of a price for the time that is left, rounded down to whole euros."""
    if not minutes or kept_minutes >= minutes:
        return cents
    return cents * kept_minutes // minutes // EURO * EURO


def levels_of(stored: Iterable[Mapping[str, Any]]) -> list[Level]:
    """The fee levels as they are kept, the smallest group first."""
    return sorted((Level(int(one["least"]), int(one["cents"])) for one in stored), key=lambda one: one.least)


def level_for(levels: Sequence[Level], people: int) -> Level | None:
    """The level for a group of this size; None where there is none for so few."""
    fitting = [one for one in levels if one.least <= people]
    return fitting[-1] if fitting else None


def sessions_to_keep(sessions: int, people: int, minimum: int) -> int:
    """How many sessions a small group can have for what it pays: at least one, and one less than all of them at most."""
    if sessions <= 1:
        return sessions
    return max(1, min(sessions - 1, sessions * people // max(minimum, 1)))
