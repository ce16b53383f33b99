"""Selling gift vouchers: an order is a debt of its own, and the voucher comes into being when the money is there.

Selling a voucher that is good for many things is no turnover (§ 3 (15) UStG), so nothing is charged and no invoice is written;
the payment alone stands in the ledger, without an enrolment: cause `voucher_sale`, a sum that the centre owes until the
voucher is redeemed. `take_payment` is the door for whoever sees the money: the cashiers, a bank statement, a provider.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.accounts.limits import within
from lms.audit.trail import record
from lms.billing.models import Means
from lms.billing.service import record_payment
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import local
from lms.kernel.errors import Invalid, NotFound
from lms.vouchers import codes, policy
from lms.vouchers.errors import DayTooEarly, OrderEnded, OtherAmount, OwnVoucher, ReasonMissing
from lms.vouchers.events import VoucherIssued, VoucherOrdered
from lms.vouchers.issuing import issue_value
from lms.vouchers.models import DeliverTo, OrderState, Voucher, VoucherOrder, VoucherOrigin
from lms.vouchers.rules import DAYS_TO_PAY, LEAST_CENTS, MOST_CENTS
from lms.web.module import Around

SOLD = "voucher_sale"
"""The cause of the payment in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody orders. Of the two addresses those are filled that `deliver_to` and the payment need."""

    amount_cents: int
    buyer_name: str
    deliver_to: DeliverTo
    email: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    for_name: str = ""
    message: str = ""
    their_email: str = ""
    their_street: str = ""
    their_postal_code: str = ""
    their_city: str = ""
    deliver_on: date | None = None
    language: str = "de"


class VoucherShop:
    """Orders of gift vouchers; every public method is one transaction."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock
        self.iban = around.settings.iban

    @retried
    async def order(self, actor: Actor, *, form_key: UUID, wish: Wish) -> VoucherOrder:
        """Order a gift voucher; the same form sent twice is one order. Raises Invalid for another amount, DayTooEarly, TooMany."""
        ensure(actor.may("C", "voucher"), actor)
        at = self.clock()
        if not LEAST_CENTS <= wish.amount_cents <= MOST_CENTS:
            raise Invalid
        if wish.deliver_on is not None and wish.deliver_on < local(at).date():
            raise DayTooEarly
        async with self.begin.reading() as session:
            known = await _of_form(session, form_key)
        if known is not None:
            return known
        if not policy.may_see(actor):
            await within(self.begin, self.clock, "voucher-order", address=actor.address)
        async with self.begin() as session:
            known = await _of_form(session, form_key)
            if known is not None:
                return known
            order = VoucherOrder(
                reference=_new_reference(), form_key=str(form_key), ordered_at=at,
                due_on=local(at).date() + timedelta(days=DAYS_TO_PAY),
                buyer_id=None if policy.may_see(actor) else actor.person_id, **asdict(wish),
            )  # fmt: skip
            session.add(order)
            await session.flush()
            _note(session, actor, order, "ordered", at=at)
            announce(session, VoucherOrdered(order_id=order.id, iban=self.iban), at=at)
            return order

    @retried
    async def paid(
        self, actor: Actor, *, order_id: UUID, amount_cents: int, means: Means, note: str
    ) -> Voucher:
        """The cashiers have seen the money: the voucher is issued and goes out. Twice is as good as once.

        Raises NotFound, OtherAmount, OrderEnded for a cancelled one, OwnVoucher for one's own order (S-08).
        """
        ensure(policy.may_book(actor), actor)
        async with self.begin() as session:
            order = await _locked(session, order_id)
            if order.buyer_id is not None and order.buyer_id in actor.persons:
                raise OwnVoucher
            return await take_payment(
                session, actor, order, amount_cents=amount_cents, means=means, event=f"voucher-order:{order.id}",
                at=self.clock(), note=note,
            )  # fmt: skip

    @retried
    async def cancel(self, actor: Actor, *, order_id: UUID, reason: str) -> None:
        """Nothing is expected any more. Twice is as good as once. Raises NotFound, ReasonMissing, OrderEnded for a paid one."""
        ensure(policy.may_change(actor), actor)
        if not reason.strip():
            raise ReasonMissing
        async with self.begin() as session:
            order = await _locked(session, order_id)
            if order.state is OrderState.PAID:
                raise OrderEnded
            if order.state is OrderState.OPEN:
                order.state, order.ended_at, order.ended_by = (
                    OrderState.CANCELLED,
                    self.clock(),
                    actor.account_id,
                )
                _note(session, actor, order, "cancelled", at=self.clock(), reason=reason.strip())


async def take_payment(
    session: AsyncSession,
    actor: Actor,
    order: VoucherOrder,
    *,
    amount_cents: int,
    means: Means,
    event: str,
    at: datetime,
    note: str = "",
) -> Voucher:
    """Book the money for an order, which the caller has locked, and issue its voucher. An order paid before gives its voucher.

    `event` is what the money is known by at its provider. Raises OtherAmount, OrderEnded for a cancelled order.
    """
    if order.state is OrderState.PAID:
        return (await session.scalars(select(Voucher).where(Voucher.order_id == order.id))).one()
    if order.state is not OrderState.OPEN:
        raise OrderEnded
    if amount_cents != order.amount_cents:
        raise OtherAmount
    entry = await record_payment(
        session, actor, enrolment_id=None, amount_cents=amount_cents, cause=SOLD, at=at, provider=means,
        provider_event=event, debtor_id=order.buyer_id,
    )  # fmt: skip
    if entry is None:  # the same money was booked for something else
        raise OrderEnded
    order.state, order.ended_at, order.ended_by = OrderState.PAID, at, actor.account_id
    order.entry_id = entry.id
    _note(session, actor, order, "paid", at=at, reason=note)
    voucher = await issue_value(
        session, actor, amount_cents=order.amount_cents, origin=VoucherOrigin.SOLD, cause=order.reference, at=at,
        name=order.buyer_name, for_name=order.for_name, message=order.message, language=order.language,
        order_id=order.id,
    )  # fmt: skip
    announce(session, VoucherIssued(voucher_id=voucher.id), at=at)
    return voucher


async def _locked(session: AsyncSession, order_id: UUID) -> VoucherOrder:
    found = await session.get(VoucherOrder, order_id, with_for_update=True)
    if found is None:
        raise NotFound
    return found


async def _of_form(session: AsyncSession, form_key: UUID) -> VoucherOrder | None:
    wanted = select(VoucherOrder).where(VoucherOrder.form_key == str(form_key))
    return (await session.scalars(wanted)).one_or_none()


def _new_reference() -> str:
    """What the buyer writes into the transfer: short, and like no other number of the house."""
    signs = "".join(secrets.choice(codes.SIGNS) for _ in range(8))
    return f"GS-{signs[:4]}-{signs[4:]}"


def _note(
    session: AsyncSession, actor: Actor, order: VoucherOrder, action: str, *, at: datetime, reason: str = ""
) -> None:
    record(
        session, actor, f"voucher_order.{action}", at=at, kind="voucher_order", object_id=order.id,
        person_id=order.buyer_id, after={"amount_cents": order.amount_cents}, reason=reason,
    )  # fmt: skip
