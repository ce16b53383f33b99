"""How a sum is parted into rates, and how a plan stands: plain functions, days in Europe/Berlin, integer cents."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lms.billing.instalments.models import Instalment, InstalmentPlan, PlanState

FEWEST, MOST = 2, 24
SMALLEST_RATE_CENTS = 500


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of a plan: the how-manieth, when, how much, and what all up to it come to."""

    number: int
    due_on: date
    amount_cents: int
    until_cents: int


@dataclass(frozen=True, slots=True)
class RateStanding:
    """A rate and what is still missing of it."""

    rate: Rate
    open_cents: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """A plan with what was paid of it. `covers` says whether it is about everything that is owed."""

    plan: InstalmentPlan
    rates: Sequence[RateStanding]
    open_cents: int

    @property
    def is_fallen(self) -> bool:
        """Whether everything is due at once."""
        return self.plan.state is PlanState.FALLEN

    @property
    def late(self) -> Sequence[RateStanding]:
        """The rates whose day has passed and of which something is missing."""
        return [one for one in self.rates if one.is_late]

    @property
    def next_rate(self) -> RateStanding | None:
        """The first of which something is missing."""
        return next((one for one in self.rates if one.open_cents), None)

    @property
    def covers(self) -> bool:
        """Whether nothing came on top since it was agreed."""
        return self.open_cents <= self.plan.total_cents


def rates_of(total_cents: int, count: int, first_day: date) -> Sequence[Rate]:
    """`count` monthly rates of whole euros; the last takes the rest, so that they add up to the cent.

    A sum too small for whole euros is parted into cents. On the 31st means on the last day of shorter months.
    """
    each = total_cents // count
    if each >= 100:
        each -= each % 100
    rates, so_far = [], 0
    for number in range(1, count + 1):
        cents = each if number < count else total_cents - so_far
        so_far += cents
        rates.append(Rate(number, months_after(first_day, number - 1), cents, so_far))
    return rates


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that has fewer days."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def standing_of(
    plan: InstalmentPlan, rates: Sequence[Instalment], open_cents: int, today: date
) -> PlanStanding:
    """How a plan stands when this much is still owed on its account: what is no longer owed fills the rates in order."""
    covered = max(0, plan.total_cents - max(0, open_cents))
    told = []
    for one in sorted(rates, key=lambda rate: rate.number):
        missing = min(one.amount_cents, max(0, one.until_cents - covered))
        rate = Rate(one.number, one.due_on, one.amount_cents, one.until_cents)
        told.append(RateStanding(rate, missing, missing > 0 and one.due_on < today))
    return PlanStanding(plan, told, open_cents)


def falls_due(standing: PlanStanding, *, missed: int) -> bool:
    """Whether a plan is to fall due as a whole: so many of its rates are late."""
    return standing.plan.state is PlanState.ACTIVE and len(standing.late) >= missed
