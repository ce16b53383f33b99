"""From an entry of the ledger to its booking: a pure function over every kind of entry and every means of payment.

The side is a matter of the sign alone: what raises the debt (positive) debits the receivables, what lessens it credits them. So
the receivables of the journal are what the ledger says, and debits equal credits booking by booking. Two things in the ledger are no
claims: money for a voucher is a debt to its holder until it is used, and what a trainer has earned is a debt to them until it is
paid; both stand on accounts of their own from the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lms.billing.models import EntryKind, Means
from lms.billing.rules import HONORARIA, MONEY_MOVED
from lms.books.chart import Account, Chart, Role

VOUCHER_SOLD = "voucher_sale"
"""The cause of money that was paid for a voucher, and of what takes it back: no revenue, and nobody's claim."""
BY_MEANS: Mapping[Means, Role] = {
    Means.ONLINE: Role.ONLINE,
    Means.TRANSFER: Role.BANK,
    Means.DIRECT_DEBIT: Role.DIRECT_DEBIT,
    Means.CASH: Role.CASH,
    Means.VOUCHER: Role.VOUCHERS,
    Means.DESK: Role.DESK,
    Means.MOVED: Role.MOVED,
}
BY_RATE: Mapping[int, Role] = {0: Role.REVENUE_EXEMPT, 7: Role.REVENUE_REDUCED, 19: Role.REVENUE_STANDARD}


@dataclass(frozen=True, slots=True)
class Fact:
    """What a booking needs to know of an entry. `day` is a day at the venues.

    `rates` are the parts of a price by tax in whole percent, in cents without sign; they count when they add up to the entry.
    """

    entry_id: str
    day: date
    kind: EntryKind
    cents: int
    cause: str = ""
    provider: str | None = None
    rates: tuple[tuple[int, int], ...] = ()
    document: str = ""
    receipt: str = ""
    reference: str = ""
    text: str = ""
    payer: str = ""
    cost_centre: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Booking:
    """One balanced booking: `cents` (positive) from the credit account to the debit account."""

    fact: Fact
    debit: Account
    credit: Account
    cents: int

    @property
    def signed_cents(self) -> int:
        """The part of the entry that this is, with the sign of the ledger."""
        return self.cents if self.fact.cents >= 0 else -self.cents

    @property
    def day(self) -> date:
        """The day at the venues on which it was booked."""
        return self.fact.day


def bookings_of(fact: Fact, chart: Chart) -> tuple[Booking, ...]:
    """The booking of an entry; several where a price is made of parts with different tax. Their sum is the entry.

    Exhaustive: every kind and every means has its account, and an unknown one that to be clarified.
    """
    return tuple(_booked(fact, chart, role, cents) for role, cents in _parts(fact))


def _booked(fact: Fact, chart: Chart, role: Role, cents: int) -> Booking:
    own, other = chart[own_side(fact)], chart[role]
    debit, credit = (own, other) if fact.cents >= 0 else (other, own)
    return Booking(fact, debit, credit, cents)


def own_side(fact: Fact) -> Role:
    """The account on which the entry itself stands: the receivables, or what is owed to holders of vouchers or to trainers."""
    if fact.kind in HONORARIA:
        return Role.TRAINERS
    is_sale = fact.kind in MONEY_MOVED and fact.cause.startswith(VOUCHER_SOLD)
    return Role.VOUCHERS if is_sale else Role.RECEIVABLES


def _parts(fact: Fact) -> list[tuple[Role, int]]:
    """The accounts against which the receivables are booked, with their cents."""
    whole = abs(fact.cents)
    match fact.kind:
        case EntryKind.CHARGE | EntryKind.CREDIT:
            return _by_rate(fact, whole)
        case EntryKind.FEE:
            return [(Role.FEES, whole)]
        case EntryKind.WRITE_OFF:
            return [(Role.WRITE_OFFS, whole)]
        case EntryKind.HONORARIUM:
            return [(Role.HONORARIA, whole)]
        case EntryKind.PAYMENT | EntryKind.REFUND | EntryKind.HONORARIUM_PAID:
            return [(means_side(fact.provider, fact.cause), whole)]


def _by_rate(fact: Fact, whole: int) -> list[tuple[Role, int]]:
    """By the rates of the document where they explain the entry to the cent, else all of it by the largest."""
    rates = fact.rates or ((0, whole),)
    if len(rates) > 1 and sum(cents for _, cents in rates) == whole:
        return [(_revenue(rate), cents) for rate, cents in rates if cents]
    largest, _ = max(rates, key=lambda part: part[1])
    return [(_revenue(largest), whole)]


def _revenue(rate: int) -> Role:
    return BY_RATE.get(rate, Role.UNCLEAR)


def means_side(provider: str | None, cause: str) -> Role:
    """The account that money came to or went from. Entries from before the means were kept say it by their cause."""
    if provider is None:
        return Role.CASH if cause.startswith("cash") else Role.BANK
    try:
        return BY_MEANS[Means(provider)]
    except ValueError:
        return Role.UNCLEAR


@dataclass(frozen=True, slots=True)
class AccountSum:
    """What a month did to one account."""

    account: str
    debit_cents: int
    credit_cents: int

    @property
    def balance_cents(self) -> int:
        """Debits less credits."""
        return self.debit_cents - self.credit_cents


def sums_of(bookings: Iterable[Booking]) -> Sequence[AccountSum]:
    """Debits and credits by account, in the order of their numbers."""
    sums: dict[str, list[int]] = {}
    for one in bookings:
        sums.setdefault(one.debit.number, [0, 0])[0] += one.cents
        sums.setdefault(one.credit.number, [0, 0])[1] += one.cents
    return [AccountSum(number, *sums[number]) for number in sorted(sums)]
