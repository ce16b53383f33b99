"""Sums that explain themselves: lines that add up to what is owed or paid back, for pages, letters and the cashiers (U13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lms.enrolment.changing.terms import Held, units_of
from lms.enrolment.values import CANCEL_WORDS, CancellationLine
from lms.kernel.marking import N_

WORDS = {
    "taught": N_("Taught before the withdrawal: %(held)s of %(all)s units"),
    "nothing_taught": N_("Withdrawn: nothing to pay"),
    "new_price": N_("Price of course %(number)s"),
    "paid_before": N_("Already paid for course %(number)s"),
    "price": N_("Price"),
    "fee": N_("Cancellation fee"),
    "goodwill": N_("Goodwill"),
}


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What a change comes to: the lines add up to `balance_cents`; positive is still owed, negative is paid back."""

    lines: tuple[CancellationLine, ...]

    @property
    def balance_cents(self) -> int:
        """The sum of the lines."""
        return sum(line.amount_cents for line in self.lines)

    @property
    def refund_cents(self) -> int:
        """What is paid back."""
        return max(0, -self.balance_cents)

    @property
    def owed_cents(self) -> int:
        """What is still to be paid."""
        return max(0, self.balance_cents)


def of_withdrawal(held: Held, paid_cents: int) -> Reckoning:
    """What withdrawing comes to."""
    if held.cents:
        params: dict[str, object] = {"held": units_of(held.minutes), "all": units_of(held.all_minutes)}
        lines = [CancellationLine(WORDS["taught"], held.cents, params)]
    else:
        lines = [CancellationLine(WORDS["nothing_taught"], 0, {})]
    return Reckoning((*lines, *_paid(paid_cents)))


def of_move(number: str, price_cents: int, former_number: str, paid_cents: int) -> Reckoning:
    """What moving to another run comes to: its price, less what was paid for the former one."""
    lines = [CancellationLine(WORDS["new_price"], price_cents, {"number": number})]
    if paid_cents:
        lines.append(CancellationLine(WORDS["paid_before"], -paid_cents, {"number": former_number}))
    return Reckoning(tuple(lines))


def of_substitution(price_cents: int, paid_cents: int) -> Reckoning:
    """What it comes to when somebody else takes the place."""
    return Reckoning((CancellationLine(WORDS["price"], price_cents, {}), *_paid(paid_cents)))


def of_goodwill(charged_cents: int, off_cents: int, paid_cents: int, *, is_fee: bool) -> Reckoning:
    """What is left when the team lets somebody off a part."""
    what = WORDS["fee" if is_fee else "price"]
    lines = [CancellationLine(what, charged_cents, {}), CancellationLine(WORDS["goodwill"], -off_cents, {})]
    return Reckoning((*lines, *_paid(paid_cents)))


def written(line: CancellationLine) -> dict[str, Any]:
    """A line as it is kept."""
    return {"message": line.message, "params": dict(line.params), "amount_cents": line.amount_cents}


def _paid(paid_cents: int) -> Sequence[CancellationLine]:
    return [CancellationLine(CANCEL_WORDS["paid"], -paid_cents, {})] if paid_cents else []
