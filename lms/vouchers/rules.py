"""What vouchers do to prices, as plain functions: no session, no request, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lms.vouchers import codes
from lms.vouchers.errors import (
    AlreadyAdded,
    NotForSingleDates,
    NotForThisCourse,
    OneDiscountOnly,
    VoucherBlocked,
    VoucherEmpty,
    VoucherExpired,
    VoucherNotYetValid,
    WordUnfit,
)
from lms.vouchers.models import Voucher, VoucherKind, VoucherState
from lms.web.formats import date_long

YEARS = 3
LEAST_CENTS, MOST_CENTS = 1_000, 30_000
"""What a gift voucher may be bought for."""
MOST_IN_A_BATCH = 500
USABLE_AGAIN_DAYS = 365
"""How long a voucher is usable at least after value has come back to it."""
DAYS_TO_PAY = 14


@dataclass(frozen=True, slots=True)
class Where:
    """What a code is to be used for; `singly` for single sessions."""

    run_id: UUID
    course_id: UUID
    audiences: frozenset[str]
    singly: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What a value voucher pays of one of several places."""

    voucher_id: UUID
    place: int
    cents: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What vouchers make of the prices of several places: `off` lessens them, `shares` pay them, `rest_cents` is still to be paid."""

    prices: tuple[int, ...]
    off: tuple[int, ...]
    shares: tuple[Share, ...]
    discount_id: UUID | None = None

    @property
    def off_cents(self) -> int:
        """By how much all of it is cheaper."""
        return sum(self.off)

    @property
    def total_cents(self) -> int:
        """What all of it costs with the discount."""
        return sum(self.prices) - self.off_cents

    @property
    def paid_cents(self) -> int:
        """What the value vouchers pay."""
        return sum(share.cents for share in self.shares)

    @property
    def rest_cents(self) -> int:
        """What is still to be paid in another way."""
        return self.total_cents - self.paid_cents

    @property
    def covers(self) -> bool:
        """Whether something costs money, and vouchers pay all of it."""
        return self.total_cents > 0 and self.rest_cents == 0

    def covers_place(self, place: int) -> bool:
        """Whether one place costs money, and vouchers pay all of it."""
        owed = self.prices[place] - self.off[place]
        return 0 < owed == sum(share.cents for share in self.shares if share.place == place)

    def paid_by(self, voucher_id: UUID) -> int:
        """What this voucher gives."""
        if voucher_id == self.discount_id:
            return self.off_cents
        return sum(share.cents for share in self.shares if share.voucher_id == voucher_id)


def last_day(issued_on: date, years: int = YEARS) -> date:
    """Until when a voucher is valid: the end of the third year after the one of issue (§§ 195, 199 (1) BGB)."""
    return date(issued_on.year + years, 12, 31)


def refuse_unusable(voucher: Voucher, today: date) -> None:
    """Raises VoucherBlocked, VoucherExpired, VoucherNotYetValid, VoucherEmpty."""
    if voucher.state is VoucherState.BLOCKED:
        raise VoucherBlocked
    if voucher.valid_until < today:
        raise VoucherExpired(day=date_long(voucher.valid_until))
    if voucher.valid_from is not None and today < voucher.valid_from:
        raise VoucherNotYetValid(day=date_long(voucher.valid_from))
    if is_used_up(voucher):
        raise VoucherEmpty


def refuse_unfit(voucher: Voucher, where: Where) -> None:
    """Raises NotForSingleDates, NotForThisCourse; a value voucher pays for everything."""
    if voucher.kind is VoucherKind.VALUE:
        return
    if where.singly:
        raise NotForSingleDates
    limited = bool(voucher.course_ids or voucher.run_ids)
    named = str(where.course_id) in voucher.course_ids or str(where.run_id) in voucher.run_ids
    if (limited and not named) or (voucher.audiences and not where.audiences & set(voucher.audiences)):
        raise NotForThisCourse


def refuse_together(vouchers: Sequence[Voucher], another: Voucher) -> None:
    """Raises AlreadyAdded, OneDiscountOnly."""
    if any(one.id == another.id for one in vouchers):
        raise AlreadyAdded
    if another.kind is VoucherKind.DISCOUNT and any(one.kind is VoucherKind.DISCOUNT for one in vouchers):
        raise OneDiscountOnly


def is_used_up(voucher: Voucher) -> bool:
    """Whether nothing is left of it."""
    if voucher.kind is VoucherKind.VALUE:
        return voucher.balance_cents == 0
    no_use = voucher.most_uses is not None and voucher.uses >= voucher.most_uses
    return no_use or (voucher.budget_cents is not None and voucher.used_cents >= voucher.budget_cents)


def effect_of(vouchers: Iterable[Voucher], prices: Sequence[int]) -> Effect:
    """What these vouchers do to these prices: the discount first, then the value vouchers in their order, never more than is owed.

    A discount is given for each place, as often as the code may still be used and as far as its budget reaches.
    """
    ordered = list(vouchers)
    discount = next((one for one in ordered if one.kind is VoucherKind.DISCOUNT), None)
    off = discounts(discount, prices) if discount is not None else (0,) * len(prices)
    owed = [price - less for price, less in zip(prices, off, strict=True)]
    shares = []
    for voucher in ordered:
        left = voucher.balance_cents if voucher.kind is VoucherKind.VALUE else 0
        for place, cents in enumerate(owed):
            pays = min(left, cents)
            if pays:
                shares.append(Share(voucher.id, place, pays))
                left -= pays
                owed[place] -= pays
    return Effect(tuple(prices), off, tuple(shares), discount.id if discount is not None else None)


def discounts(voucher: Voucher, prices: Sequence[int]) -> tuple[int, ...]:
    """What a code takes off each place; half a cent is rounded up in favour of the person."""
    uses = len(prices) if voucher.most_uses is None else voucher.most_uses - voucher.uses
    budget = None if voucher.budget_cents is None else voucher.budget_cents - voucher.used_cents
    found = []
    for price in prices:
        less = (
            (price * voucher.percent + 50) // 100 if voucher.percent is not None else voucher.off_cents or 0
        )
        less = min(price, less)
        if budget is not None:
            less = min(less, budget)
        if uses <= 0 or less <= 0:
            found.append(0)
            continue
        found.append(less)
        uses -= 1
        if budget is not None:
            budget -= less
    return tuple(found)


def fit_word(typed: str) -> str:
    """A word as a discount code. Raises WordUnfit; one as long as a voucher's code could be taken for one."""
    word = codes.bare(typed)
    if not (codes.SHORTEST_WORD <= len(word) < codes.LENGTH and word.isascii() and word.isalnum()):
        raise WordUnfit
    return word
