"""What we write about vouchers: how to pay for one, the voucher itself, and money that came back as one."""

from collections.abc import Awaitable, Callable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.events import RefundReady
from lms.billing.models import Refund, RefundMeans, RefundState
from lms.billing.refunds.booking import did_not_get_through, paid_out
from lms.db import links_of, retried
from lms.jobs.queue import enqueue
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import at_venue
from lms.kernel.links import Links
from lms.messaging.models import Channel
from lms.people.duplicates import living
from lms.vouchers import codes
from lms.vouchers.events import VoucherIssued, VoucherOrdered
from lms.vouchers.issuing import issue_credit
from lms.vouchers.models import DeliverTo, Voucher, VoucherOrder
from lms.vouchers.paper import BALANCE, voucher_pdf
from lms.web.centre import the_centre
from lms.web.letters import Addressee, Enclosed, Reader, write_letter
from lms.web.module import Around

SEND = "send-voucher"
MORNING = time(8)
"""A voucher for a certain day comes when people get up."""
TO_BUYER = frozenset({DeliverTo.ME_EMAIL, DeliverTo.ME_POST})
BY_EMAIL = frozenset({DeliverTo.ME_EMAIL, DeliverTo.THEM_EMAIL})


async def pay_out_as_voucher(session: AsyncSession, event: RefundReady) -> None:
    """A refund that its payer wants as a voucher: issued, written to them, and booked as paid out, all in one transaction."""
    refund = await session.get(Refund, event.refund_id, with_for_update=True)
    if refund is None or refund.means is not RefundMeans.VOUCHER or refund.state is not RefundState.READY:
        return
    at = refund.approved_at or refund.requested_at
    if refund.debtor_id is None:
        did_not_get_through(session, SYSTEM, refund, "nobody is known who could get the voucher", at=at)
        return
    await issue_credit(
        session, SYSTEM, person_id=refund.debtor_id, amount_cents=refund.amount_cents, cause="refund", at=at,
        cause_key=f"refund:{refund.id}",
    )  # fmt: skip
    await paid_out(session, SYSTEM, refund, at=at)


async def have_it_sent(session: AsyncSession, event: VoucherIssued) -> None:
    """Printing takes its time, and some vouchers wait for their day: a task of its own."""
    voucher = await session.get_one(Voucher, event.voucher_id)
    order = await session.get(VoucherOrder, voucher.order_id) if voucher.order_id else None
    day = order.deliver_on if order is not None else None
    at = max(at_venue(day, MORNING), voucher.issued_at) if day else None
    enqueue(session, SEND, {"voucher_id": str(voucher.id)}, at=at, key=f"{SEND}:{voucher.id}")


async def confirm_order(session: AsyncSession, event: VoucherOrdered) -> None:
    """How the gift voucher is paid, in writing."""
    order = await session.get_one(VoucherOrder, event.order_id)
    await write_letter(
        session, key=f"voucher-order:{order.id}", kind="voucher_order", to=buyer_of(order),
        template="vouchers/letters/ordered.md", context={"order": order, "payee": the_centre().name, "iban": event.iban},
        at=order.ordered_at, about=("voucher_order", order.id), language=order.language,
    )  # fmt: skip


def buyer_of(order: VoucherOrder) -> Addressee:
    """Whoever ordered, as a reader of letters."""
    return Addressee(
        email=order.email, language=order.language, name=order.buyer_name, id=order.buyer_id, street=order.street,
        postal_code=order.postal_code, city=order.city, channel=Channel.EMAIL if order.email else Channel.POST,
    )  # fmt: skip


def receiver_of(order: VoucherOrder) -> Addressee:
    """Whoever gets the voucher, by the way that was wished for."""
    channel = Channel.EMAIL if order.deliver_to in BY_EMAIL else Channel.POST
    if order.deliver_to in TO_BUYER:
        reader = buyer_of(order)
        reader.channel = channel
        return reader
    return Addressee(
        email=order.their_email, language=order.language, name=order.for_name, street=order.their_street,
        postal_code=order.their_postal_code, city=order.their_city, channel=channel,
    )  # fmt: skip


def sender(around: Around) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """The task that prints a voucher and sends it; twice is as good as once."""

    async def act(payload: dict[str, Any]) -> None:
        async with around.begin.reading() as session:
            voucher = await session.get_one(Voucher, UUID(payload["voucher_id"]))
            links = links_of(session)
        document = await voucher_pdf([voucher], links)
        await _send(around, voucher.id, document, links, around.clock())

    return act


@retried
async def _send(around: Around, voucher_id: UUID, document: bytes, links: Links, at: datetime) -> None:
    async with around.begin() as session:
        voucher = await session.get_one(Voucher, voucher_id)
        order = await session.get(VoucherOrder, voucher.order_id) if voucher.order_id else None
        reader: Reader | None = (
            receiver_of(order) if order is not None else await living(session, voucher.person_id)
        )
        if reader is None:
            return
        code = codes.code_again(links.signer, voucher.id, voucher.code_hash)
        is_present = order is not None and order.deliver_to not in TO_BUYER
        await write_letter(
            session, key=f"voucher:{voucher.id}", kind="voucher", to=reader,
            template="vouchers/letters/voucher.md",
            context={
                "voucher": voucher, "code": codes.in_groups(code or ""), "balance_path": BALANCE,
                "giver": order.buyer_name if order is not None and is_present else "",
                "is_credit": voucher.origin == "credit",
            },
            at=at, about=("voucher", voucher.id), language=voucher.language if order is not None else None,
            enclosures=[Enclosed("gutschein.pdf", "application/pdf", document)],
        )  # fmt: skip
        if order is not None and is_present:
            await write_letter(
                session, key=f"voucher-sent:{order.id}", kind="voucher_sent", to=buyer_of(order),
                template="vouchers/letters/sent.md", context={"order": order}, at=at,
                about=("voucher_order", order.id), language=order.language,
            )  # fmt: skip
