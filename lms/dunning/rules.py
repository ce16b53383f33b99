"""When which reminder is due, and who gets none: plain functions, days in Europe/Berlin, integer cents."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LAST_LEVEL = 3
DISPUTED, DISPUTE_WON = "disputed", "dispute_won"
"""Causes in the ledger: a bank took an online payment back, and gave it back after all."""
DISPUTE_LASTS = timedelta(days=90)
"""So long after a bank took a payment back its decision is waited for: it takes two to three months at most
(https://docs.stripe.com/disputes/how-disputes-work). One that was lost is owed, and reminded from then on."""


class LeftOut(StrEnum):
    """Why somebody is not reminded though something is late."""

    BLOCKED = "blocked"
    INSTALMENTS = "instalments"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    DEBIT = "debit"
    DISPUTED = "disputed"
    MINOR = "minor"
    NO_INVOICE = "no_invoice"
    HANDED_OVER = "handed_over"
    TOO_EARLY = "too_early"
    ALL_SENT = "all_sent"
    TOO_LITTLE = "too_little"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The three steps: so many days after the day before, such a fee in cents; and how long a reminder gives to pay."""

    days: tuple[int, int, int] = (7, 14, 14)
    fees_cents: tuple[int, int, int] = (0, 500, 1000)
    pay_days: int = 10
    minimum_cents: int = 500

    def fee(self, level: int) -> int:
        """What a reminder of this level costs."""
        return self.fees_cents[level - 1]


@dataclass(frozen=True, slots=True)
class Before:
    """The last reminder about an account: its level, the day it was written, and until when it asked to pay."""

    level: int
    written_on: date
    due_on: date


def due_level(due_on: date, before: Before | None, today: date, schedule: Schedule) -> int | None:
    """Which reminder is due today; None when it is too early, or when all three were sent.

    The first comes `days[0]` days after the day to pay; each later one so many days after the one before, and never while
    that one still gives time to pay.
    """
    if before is None:
        return 1 if today >= due_on + timedelta(days=schedule.days[0]) else None
    if before.level >= LAST_LEVEL:
        return None
    is_time = today >= before.written_on + timedelta(days=schedule.days[before.level])
    return before.level + 1 if is_time and today > before.due_on else None
