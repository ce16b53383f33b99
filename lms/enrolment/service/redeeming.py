"""Vouchers in an order: a discount lessens the price before it is agreed, value pays when the place is confirmed.

Until then value is kept for the enrolment; it is free again when the enrolment ends (`ending`). What the centre comes to owe
for an enrolment goes back first to the vouchers that paid for it (`settling.ask_cashiers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from lms.billing.queries import balance_of
from lms.catalogue.models import CourseAudience, PaymentMethod
from lms.db import retried
from lms.enrolment import policy
from lms.enrolment.errors import OwnMatter
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pricing.models import PriceReckoning
from lms.enrolment.pricing.rules import Line, Reckoning
from lms.enrolment.pricing.words import REASONS
from lms.enrolment.service.locked import LockedRun
from lms.enrolment.service.transactions import Transactions
from lms.enrolment.values import VouchersUsed
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.people.models import Person
from lms.vouchers.errors import DiscountTooLate, NothingLeftToPay, UnknownCode, VoucherTaken
from lms.vouchers.models import Voucher, VoucherKind
from lms.vouchers.queries import voucher_by_code
from lms.vouchers.redeeming import locked_vouchers, redeem_reserved, reserve, take_discount
from lms.vouchers.rules import Effect, Where, effect_of, refuse_together, refuse_unfit, refuse_unusable

KEEPS_VALUE = frozenset({EnrolmentState.CONFIRMED, EnrolmentState.HELD, EnrolmentState.REQUESTED})
"""Value is kept for those who have a place, or whose parent or whom the team has to agree first; whoever waits pays later."""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Vouchers under their locks and what they do to the prices of an order."""

    effect: Effect
    vouchers: tuple[Voucher, ...] = ()

    @property
    def discount(self) -> Voucher | None:
        """The discount code among them."""
        return next((one for one in self.vouchers if one.id == self.effect.discount_id), None)

    @property
    def method(self) -> PaymentMethod | None:
        """How it is paid where vouchers pay all of it; None where something else has to be chosen."""
        return PaymentMethod.VOUCHER if self.effect.covers else None

    def pays_for(self, place: int) -> bool:
        """Whether vouchers pay all that one place costs."""
        return bool(self.vouchers) and self.effect.covers_place(place)

    def line(self, place: int) -> Line | None:
        """What the discount takes off one place, as a line of its price."""
        return discount_line(self.vouchers, self.effect, place)


NOTHING_REDEEMED = Redeemed(effect_of((), ()))


def discount_line(vouchers: Sequence[Voucher], effect: Effect, place: int) -> Line | None:
    """What the discount takes off one place, as a line of its price; None where it takes off nothing."""
    less = effect.off[place]
    if not less:
        return None
    code = next(one.word for one in vouchers if one.id == effect.discount_id)
    return Line(REASONS["discount_code"], -less, {"code": code})


async def redeemed(
    locked: LockedRun, used: VouchersUsed, prices: Sequence[int], *, singly: bool = False
) -> Redeemed:
    """Lock the vouchers and look what they come to.

    Raises a VoucherRefused where one of them cannot be used here and now, VoucherTaken where more is left to pay than was agreed.
    """
    if not used.ids:
        return Redeemed(effect_of((), prices))
    found = await locked_vouchers(locked.session, used.ids)
    if len(found) != len(set(used.ids)):
        raise UnknownCode
    audiences = await locked.session.scalars(
        select(CourseAudience.audience).where(CourseAudience.course_id == locked.run.course_id)
    )
    where = Where(locked.run.id, locked.run.course_id, frozenset(audiences), singly=singly)
    for place, one in enumerate(found):
        refuse_unusable(one, local(locked.at).date())
        refuse_unfit(one, where)
        refuse_together(found[:place], one)
    effect = effect_of(found, prices)
    if used.rest_cents is not None and effect.rest_cents > used.rest_cents:
        raise VoucherTaken
    return Redeemed(effect, tuple(found))


def lessened(price: Reckoning, line: Line | None, discount: Voucher | None = None) -> Reckoning:
    """A price with its discount as the last line; never below nothing."""
    if line is None:
        return price
    less = min(-line.amount_cents, price.price_cents)
    if discount is not None and discount.percent is not None:
        less = min(price.price_cents, (price.price_cents * discount.percent + 50) // 100)
    return replace(price, lines=(*price.lines, replace(line, amount_cents=-less)))


async def keep_redeemed(
    locked: LockedRun, actor: Actor, taken: Redeemed, enrolments: Sequence[Enrolment]
) -> None:
    """Write down what the vouchers gave to these enrolments, in the order of the prices; pay at once for places that are certain."""
    if not taken.vouchers:
        return
    session, known = locked.session, {one.id: one for one in taken.vouchers}
    await session.flush()
    names = await _names(locked, enrolments)
    for place, (claim, less) in enumerate(zip(enrolments, taken.effect.off, strict=True)):
        if less and taken.effect.discount_id is not None:
            await take_discount(
                session, actor, known[taken.effect.discount_id], enrolment_id=claim.id,
                person_id=claim.person_id, name=names.get(claim.person_id, ""), cents=less, at=locked.at,
            )  # fmt: skip
        if claim.state not in KEEPS_VALUE:
            if claim.payment_method is PaymentMethod.VOUCHER:
                claim.payment_method = PaymentMethod.FREE  # how it is paid is asked when a place is offered
            continue
        for share in taken.effect.shares:
            if share.place == place:
                await reserve(
                    session, actor, known[share.voucher_id], enrolment_id=claim.id, cents=share.cents,
                    at=locked.at, held_until=claim.held_until,
                )  # fmt: skip
    certain = [one.id for one in enrolments if one.state is EnrolmentState.CONFIRMED]
    await redeem_reserved(session, actor, certain, at=locked.at)


async def redeem_on_acceptance(
    locked: LockedRun, actor: Actor, offered: Sequence[Enrolment], used: VouchersUsed
) -> None:
    """Use vouchers for places that are about to be confirmed: the price that was agreed becomes less, value is kept for it."""
    if not used.ids:
        return
    singly = any(one.is_drop_in for one in offered)
    taken = await redeemed(locked, used, [one.price_cents for one in offered], singly=singly)
    session, known = locked.session, {one.id: one for one in taken.vouchers}
    names = await _names(locked, offered)
    for place, claim in enumerate(offered):
        line = taken.line(place)
        if line is not None and taken.effect.discount_id is not None:
            await take_discount(
                session, actor, known[taken.effect.discount_id], enrolment_id=claim.id,
                person_id=claim.person_id, name=names.get(claim.person_id, ""), cents=-line.amount_cents,
                at=locked.at,
            )  # fmt: skip
            claim.price_cents += line.amount_cents
            reckoning = await session.get(PriceReckoning, claim.id)
            if reckoning is not None:
                reckoning.lines = [*reckoning.lines, line.stored()]
                reckoning.lines_without = [*reckoning.lines_without, line.stored()]
        shares = [share for share in taken.effect.shares if share.place == place]
        for share in shares:
            await reserve(
                session,
                actor,
                known[share.voucher_id],
                enrolment_id=claim.id,
                cents=share.cents,
                at=locked.at,
            )
        if claim.price_cents and sum(share.cents for share in shares) == claim.price_cents:
            claim.payment_method = PaymentMethod.VOUCHER
        elif not claim.price_cents:
            claim.payment_method = PaymentMethod.FREE


class Redeeming(Transactions):
    """Paying with a voucher what is owed already."""

    @retried
    async def redeem_voucher(self, actor: Actor, *, enrolment_id: UUID, typed: str) -> int:
        """Pay what is still owed for a certain place with a value voucher, as far as it reaches; says how much that was.

        For the team, at the counter and at the desk. Twice is as good as once: then nothing is owed, or nothing is left.
        Raises NotFound, a VoucherRefused, NothingLeftToPay, DiscountTooLate, OwnMatter (S-08).
        """
        ensure(policy.is_enrolment_staff(actor), actor)
        at = self.clock()
        async with self.transaction() as session:
            locked, enrolment = await self.lock_for(session, enrolment_id, at=at)
            if policy.is_own(actor, enrolment):
                raise OwnMatter
            owed = (await balance_of(session, [enrolment.id]))[enrolment.id].open_cents
            if owed <= 0:
                raise NothingLeftToPay
            found = await voucher_by_code(session, typed)
            if found.kind is not VoucherKind.VALUE:
                raise DiscountTooLate
            taken = await redeemed(locked, VouchersUsed((found.id,)), [owed])
            for share in taken.effect.shares:
                await reserve(
                    session, actor, taken.vouchers[0], enrolment_id=enrolment.id, cents=share.cents, at=at
                )
            return await redeem_reserved(session, actor, [enrolment.id], at=at)


async def _names(locked: LockedRun, enrolments: Sequence[Enrolment]) -> dict[UUID | None, str]:
    ids = [one.person_id for one in enrolments if one.person_id]
    rows = await locked.session.scalars(select(Person).where(Person.id.in_(ids)))
    return {one.id: one.name for one in rows}
