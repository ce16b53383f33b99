"""Codes to try out, and gift vouchers that were sold: one with a part left, one on which nothing is left to wait for."""

from datetime import date, datetime, timedelta

from lms.billing.models import EntryKind, LedgerEntry, Means
from lms.demo.filling.ground import Ground
from lms.kernel.clock import local
from lms.kernel.tokens import Signer
from lms.vouchers import codes
from lms.vouchers.models import (
    DeliverTo,
    OrderState,
    Voucher,
    VoucherEvent,
    VoucherKind,
    VoucherOrder,
    VoucherOrigin,
    VoucherState,
)
from lms.vouchers.rules import DAYS_TO_PAY, last_day
from lms.vouchers.selling import SOLD

TO_TRY = "demo:"
"""Begins the `cause_key` of what the page of the demonstration names, so that visitors can use it."""


async def fill_vouchers(ground: Ground) -> None:
    """Write them with their history, which adds up to what is left."""
    ago = {days: ground.now - timedelta(days=days) for days in (3, 20, 40, 1200)}
    this_year = date(local(ground.now).year + 1, 12, 31)
    made = Vouchers(ground)
    made.discount("HERBST10", "Herbstaktion", ago[40], this_year, "1", percent=10, budget_cents=50_000)
    made.discount("WILLKOMMEN", "Für den ersten Kurs", ago[20], this_year, "2", off_cents=500, once=True)
    made.value(5_000, ago[3], "Tombola am Europatag", key=f"{TO_TRY}3")
    made.value(10_000, ago[20], "Dank an Ehrenamtliche", key=f"{TO_TRY}4")
    made.value(2_500, ago[20], "Verloren gemeldet", state=VoucherState.BLOCKED)
    made.value(3_000, ago[1200], "Eröffnung", left=1_850, until=local(ground.now).date() - timedelta(days=12))
    made.order(
        "GS-7K3M-Q2WD",
        "Heike Sommer",
        5_000,
        ago[3],
        for_name="Oma Hilde",
        message="Alles Gute zum Geburtstag!",
    )
    made.order("GS-X4TR-9HPB", "Uwe Brandt", 2_500, ago[20])
    made.sold("GS-AC6N-5VJE", "Karin Wolf", 8_000, ago[40], for_name="Peter", left=3_500)
    await made.put()


class Vouchers:
    """Gathers the rows, to be written together."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.signer = Signer(ground.settings.secret_values)
        self.vouchers: list[Voucher] = []
        self.orders: list[VoucherOrder] = []
        self.entries: list[LedgerEntry] = []
        self.events: list[VoucherEvent] = []

    def discount(
        self,
        word: str,
        name: str,
        at: datetime,
        until: date,
        turn: str,
        *,
        percent: int | None = None,
        off_cents: int | None = None,
        budget_cents: int | None = None,
        once: bool = False,
    ) -> None:
        """A discount code that everybody may try."""
        voucher = Voucher(
            id=self.ground.key(), kind=VoucherKind.DISCOUNT, origin=VoucherOrigin.TEAM, code_hash=codes.hash_of(word),
            last_four=word[-4:], issued_at=at, valid_until=until, name=name, word=word, percent=percent,
            off_cents=off_cents, budget_cents=budget_cents, is_once_per_person=once, cause_key=f"{TO_TRY}{turn}",
        )  # fmt: skip
        self.vouchers.append(voucher)
        self.events.append(VoucherEvent(voucher_id=voucher.id, at=at, kind="issued", note=name))

    def value(
        self,
        cents: int,
        at: datetime,
        name: str,
        *,
        left: int | None = None,
        until: date | None = None,
        key: str | None = None,
        state: VoucherState = VoucherState.ACTIVE,
        order: VoucherOrder | None = None,
    ) -> None:
        """A value voucher, perhaps with a part of it used."""
        voucher_id = self.ground.key()
        code = codes.code_of(self.signer, voucher_id)
        balance = cents if left is None else left
        voucher = Voucher(
            id=voucher_id, kind=VoucherKind.VALUE, origin=VoucherOrigin.SOLD if order else VoucherOrigin.TEAM,
            code_hash=codes.hash_of(code), last_four=code[-4:], issued_at=at,
            valid_until=until or last_day(local(at).date()), name=name, face_cents=cents, balance_cents=balance,
            state=state, cause_key=key, order_id=order.id if order else None,
            for_name=order.for_name if order else "",
        )  # fmt: skip
        self.vouchers.append(voucher)
        self.events.append(VoucherEvent(voucher_id=voucher_id, at=at, kind="issued", cents=cents, note=name))
        if balance < cents:
            used_at = at + timedelta(days=9)
            self.events.append(
                VoucherEvent(voucher_id=voucher_id, at=used_at, kind="reserved", cents=balance - cents)
            )
            self.events.append(VoucherEvent(voucher_id=voucher_id, at=used_at, kind="redeemed"))
        if state is VoucherState.BLOCKED:
            self.events.append(
                VoucherEvent(voucher_id=voucher_id, at=at + timedelta(days=5), kind="blocked", note=name)
            )

    def order(
        self, reference: str, buyer: str, cents: int, at: datetime, *, for_name: str = "", message: str = ""
    ) -> VoucherOrder:
        """Somebody who wants a gift voucher and has not paid yet."""
        given, _, family = buyer.lower().partition(" ")
        order = VoucherOrder(
            id=self.ground.key(), reference=reference, form_key=f"{TO_TRY}{reference}", ordered_at=at,
            amount_cents=cents, buyer_name=buyer, deliver_to=DeliverTo.ME_EMAIL, email=f"{given}.{family}@example.org",
            due_on=local(at).date() + timedelta(days=DAYS_TO_PAY), for_name=for_name, message=message,
        )  # fmt: skip
        self.orders.append(order)
        return order

    def sold(self, reference: str, buyer: str, cents: int, at: datetime, *, for_name: str, left: int) -> None:
        """One who has paid, and whose voucher is in use."""
        order, paid_at = self.order(reference, buyer, cents, at, for_name=for_name), at + timedelta(days=4)
        entry = LedgerEntry(
            id=self.ground.key(), booked_at=paid_at, kind=EntryKind.PAYMENT, amount_cents=-cents, cause=SOLD,
            provider=Means.TRANSFER, provider_event=f"voucher-order:{order.id}",
        )  # fmt: skip
        self.entries.append(entry)
        order.state, order.ended_at, order.entry_id = OrderState.PAID, paid_at, entry.id
        self.value(cents, paid_at, buyer, left=left, order=order)

    async def put(self) -> None:
        """Write everything, what others point to first."""
        for rows in (self.entries, self.orders, self.vouchers, self.events):
            await self.ground.put(rows)
