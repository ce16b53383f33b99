"""Days and signs, as plain functions: when we collect, when a mandate lapses, what a bank's code means."""

import secrets
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

from dateutil.relativedelta import relativedelta
from holidays import financial_holidays

from lms.debits.models import CollectionKind

SATURDAY = 5
LAPSE_MONTHS = 36
"""A mandate by which nothing was collected for so long has ended (EPC016-06, SEPA Core Direct Debit Rulebook, 4.1)."""
READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CLOSED = frozenset(
    {"AC01", "AC04", "AC06", "AC13", "AG01", "MD01", "MD02", "MD06", "MD07", "MS02", "SL01", "BE05"}
)
"""Reasons after which the mandate is of no use until somebody has looked at it (ISO 20022 external status reason codes)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When we collect. `days` are added; DAY_OF_MONTH then takes the next of `days_of_month` (31 is the last day)."""

    kind: CollectionKind
    days: int = 0
    days_of_month: tuple[int, ...] = (1, 15)


@dataclass(frozen=True, slots=True)
class Occasion:
    """The days that a rule reckons from; what is not known is None."""

    enrolled_on: date
    starts_on: date | None = None
    second_on: date | None = None


def collection_day(rule: Rule, occasion: Occasion, *, today: date, notice_days: int) -> date:
    """The day of collection: as the rule wishes, late enough to tell the payer before, and one on which banks work."""
    return bank_day_from(max(wished_day(rule, occasion), today + timedelta(days=notice_days)))


def wished_day(rule: Rule, occasion: Occasion) -> date:
    """What the rule alone says. A run without dates counts from the enrolment, one of a single session from its start."""
    start = occasion.starts_on or occasion.enrolled_on
    match rule.kind:
        case CollectionKind.AFTER_ENROLMENT:
            return occasion.enrolled_on + timedelta(days=rule.days)
        case CollectionKind.AFTER_SECOND:
            return (occasion.second_on or start) + timedelta(days=rule.days)
        case CollectionKind.AFTER_START:
            return start + timedelta(days=rule.days)
        case CollectionKind.DAY_OF_MONTH:
            return next_day_of_month(start + timedelta(days=rule.days), rule.days_of_month)


def next_day_of_month(first: date, days: Sequence[int]) -> date:
    """The first of these days of the month from `first` on; one that a month does not have is its last day."""
    last = monthrange(first.year, first.month)[1]
    this_month = sorted(first.replace(day=min(day, last)) for day in days)
    for day in this_month:
        if day >= first:
            return day
    return next_day_of_month(first.replace(day=1) + relativedelta(months=1), days)


def bank_day_from(day: date) -> date:
    """This day, or the next on which the banks' clearing (TARGET) is open: a due date is never another (EPC016-06, 4.3)."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def bank_days_after(day: date, count: int) -> date:
    """The day `count` bank days after this one."""
    for _ in range(count):
        day = bank_day_from(day + timedelta(days=1))
    return day


def is_bank_day(day: date) -> bool:
    """Whether TARGET is open: neither Saturday, Sunday nor one of its six holidays, as the `holidays` package has them."""
    return day.weekday() < SATURDAY and day not in _closed(day.year)


@lru_cache(maxsize=64)
def _closed(year: int) -> Mapping[date, str]:
    return dict(financial_holidays("ECB", years=year, expand=False))


def lapses_on(signed_on: date, last_used_on: date | None) -> date:
    """The day from which a mandate can no longer be used."""
    return (last_used_on or signed_on) + relativedelta(months=LAPSE_MONTHS)


def masked(iban: str) -> str:
    """Enough of an IBAN to know one's own: DE02 … 2051."""
    return f"{iban[:4]} … {iban[-4:]}" if iban else ""


def new_reference(year: int) -> str:
    """A mandate's reference: unique, good to read out, 19 of the 35 signs that are allowed. It opens nothing."""
    signs = "".join(secrets.choice(READABLE) for _ in range(10))
    return f"LM-{year}-{signs[:5]}-{signs[5:]}"


def end_to_end_id(debit_id: UUID) -> str:
    """What the banks call a collection from end to end: of the 35 signs that are allowed, 20."""
    return f"LS-{debit_id.hex[:17].upper()}"


def makes_useless(reason_code: str) -> bool:
    """Whether a return says that the account or the mandate is no good, and not only that there was too little money."""
    return reason_code.upper() in CLOSED
