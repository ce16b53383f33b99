"""Money on accounts of every kind: places, parts that others pay, invoices written by hand, ordered gift vouchers.

Plain functions in the caller's transaction. What a part names is `matching.values.Debt.account_id`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.banking.errors import AlreadyPaidBack, UnknownDebt, VoucherIsOut
from lms.billing.models import Invoice, InvoiceKind, LedgerEntry, Means
from lms.billing.refunds.booking import refundable_cents
from lms.billing.service import record_payment, record_refund
from lms.billing.shares import PayerShare
from lms.billing.standing import accounts
from lms.enrolment.models import Enrolment
from lms.enrolment.service.paying import receive_money
from lms.kernel.actor import Actor
from lms.settings import Settings
from lms.vouchers.errors import OrderEnded
from lms.vouchers.models import OrderState, VoucherOrder
from lms.vouchers.selling import take_payment

UNDONE = "booking_undone"


@dataclass(frozen=True, slots=True)
class Named:
    """The accounts that parts name, by what they are."""

    places: dict[UUID, Enrolment]
    shares: dict[UUID, PayerShare]
    documents: dict[UUID, Invoice]
    orders: dict[UUID, VoucherOrder]


async def named(session: AsyncSession, ids: Collection[UUID]) -> Named:
    """What is meant by these ids; orders are locked. Raises UnknownDebt where one is unknown, or named twice."""
    wanted = set(ids)
    places = {one.id: one for one in await session.scalars(select(Enrolment).where(Enrolment.id.in_(wanted)))}
    shares = {
        one.id: one for one in await session.scalars(select(PayerShare).where(PayerShare.id.in_(wanted)))
    }
    written = (
        select(Invoice)
        .where(
            Invoice.enrolment_id.in_(wanted - places.keys()),
            Invoice.kind == InvoiceKind.INVOICE,
            Invoice.share_id.is_(None),
        )
        .order_by(Invoice.issued_at)
    )
    documents = {one.enrolment_id: one for one in await session.scalars(written) if one.enrolment_id}
    bought = (
        select(VoucherOrder)
        .where(VoucherOrder.id.in_(wanted))
        .order_by(VoucherOrder.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    orders = {one.id: one for one in await session.scalars(bought)}
    if len(ids) != len(wanted) or wanted != {*places, *shares, *documents, *orders}:
        raise UnknownDebt
    return Named(places, shares, documents, orders)


async def concerned(session: AsyncSession, found: Named) -> frozenset[UUID]:
    """Everybody who owes or takes part; who of the team is among them does not book it (S-08)."""
    own = {*found.places, *found.documents}
    debtors = await session.scalars(
        select(LedgerEntry.debtor_id)
        .where(
            or_(
                LedgerEntry.enrolment_id.in_(own) & LedgerEntry.share_id.is_(None),
                LedgerEntry.share_id.in_(found.shares),
            )
        )
        .distinct()
    )
    shared = {one.enrolment_id for one in found.shares.values()} - found.places.keys()
    others = await session.scalars(select(Enrolment).where(Enrolment.id.in_(shared)))
    persons = {one.person_id for one in (*found.places.values(), *others)}
    persons |= {one.contact_id for one in found.places.values()}
    persons |= {one.buyer_id for one in found.orders.values()}
    return frozenset(one for one in {*persons, *debtors} if one is not None)


async def receive(
    session: AsyncSession,
    actor: Actor,
    found: Named,
    parts: Sequence[tuple[UUID, int]],
    *,
    event: str,
    cause: str,
    at: datetime,
    settings: Settings,
) -> None:
    """Book money that came in by bank, once for each account and `event`.

    Held places become certain, and what nobody owes there is a request to the cashiers. On the account of another payer it
    stays as a credit. An order gets its voucher. Raises OtherAmount, and OrderEnded for an order that other money has paid.
    """
    places = {account_id: cents for account_id, cents in parts if account_id in found.places}
    if places:
        await receive_money(
            session, actor, shares=places, means=Means.TRANSFER, event=event, cause=cause, at=at, settings=settings
        )  # fmt: skip
    for account_id, cents in parts:
        name = f"{event}:{account_id}"
        if account_id in found.orders:
            order = found.orders[account_id]
            if order.state is not OrderState.OPEN:
                raise OrderEnded
            await take_payment(
                session, actor, order, amount_cents=cents, means=Means.TRANSFER, event=name, at=at
            )  # fmt: skip
        elif account_id in found.shares:
            share = found.shares[account_id]
            await record_payment(
                session, actor, enrolment_id=share.enrolment_id, share_id=share.id, company_id=share.company_id,
                amount_cents=cents, cause=cause, at=at, provider=Means.TRANSFER, provider_event=name,
            )  # fmt: skip
        elif account_id in found.documents:
            invoice = found.documents[account_id]
            await record_payment(
                session, actor, enrolment_id=account_id, debtor_id=invoice.debtor_id, company_id=invoice.company_id,
                amount_cents=cents, cause=cause, at=at, provider=Means.TRANSFER, provider_event=name,
            )  # fmt: skip


async def give_back(
    session: AsyncSession,
    actor: Actor,
    found: Named,
    account_id: UUID,
    cents: int,
    *,
    event: str,
    at: datetime,
) -> None:
    """The entry against a booking. Raises AlreadyPaidBack where the money left meanwhile, VoucherIsOut for an order."""
    if account_id in found.orders:
        raise VoucherIsOut
    share = found.shares.get(account_id)
    if share is None:
        left = await refundable_cents(session, account_id)
    else:
        theirs = await accounts(session, enrolment_ids=[share.enrolment_id], only_open=False)
        left = sum(one.balance.paid_cents for one in theirs if one.share_id == share.id)
    if left < cents:
        raise AlreadyPaidBack
    await record_refund(
        session, actor, enrolment_id=share.enrolment_id if share else account_id, amount_cents=cents, cause=UNDONE,
        at=at, provider=Means.TRANSFER, provider_event=event, share_id=share.id if share else None,
        company_id=share.company_id if share else None,
    )  # fmt: skip
