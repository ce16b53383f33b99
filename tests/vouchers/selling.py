"""What stories about vouchers need: a run that costs 80 euros, a voucher of a certain value, a look at the books."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from lms.billing.models import LedgerEntry
from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.values import VouchersUsed
from lms.kernel.rights import Identity
from lms.vouchers.issuing import DiscountFacts
from lms.vouchers.models import DeliverTo, Voucher, VoucherEvent
from lms.vouchers.selling import Wish
from lms.vouchers.service import Vouchers
from lms.web.module import Around
from tests.enrolment.places import offered_run
from tests.making import staff

FINANCE = staff(Identity.FINANCE)
TEAM = staff(Identity.ENROLMENT)
PRICE = 8_000


async def paid_run(begin: Begin, **given: Any) -> Run:
    return await offered_run(begin, **{"price_cents": PRICE} | given)


async def value(house: Around, cents: int, **given: Any) -> Voucher:
    (voucher,) = await Vouchers(house).issue(FINANCE, form_key=uuid4(), amount_cents=cents, **given)
    return voucher


async def code(house: Around, *, word: str = "HERBST", **given: Any) -> Voucher:
    usual: dict[str, Any] = {"name": "Herbstaktion", "valid_until": date(2026, 12, 31)}
    if "off_cents" not in given:
        usual["percent"] = 25
    facts = DiscountFacts(**usual | given)
    (voucher,) = await Vouchers(house).offer_discount(FINANCE, form_key=uuid4(), facts=facts, word=word)
    return voucher


def using(*vouchers: Voucher, rest: int | None = None) -> VouchersUsed:
    return VouchersUsed(tuple(one.id for one in vouchers), rest)


async def books(begin: Begin) -> list[tuple[str, str | None, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(select(LedgerEntry).order_by(LedgerEntry.booked_at, LedgerEntry.kind))
        return [(row.kind.value, row.provider, row.amount_cents) for row in rows]


async def stored(begin: Begin, voucher_id: UUID) -> Voucher:
    async with begin.reading() as session:
        return await session.get_one(Voucher, voucher_id)


async def left(begin: Begin, voucher: Voucher) -> int:
    """The balance, which is always what the history adds up to."""
    async with begin.reading() as session:
        told = await session.scalar(
            select(func.sum(VoucherEvent.cents)).where(VoucherEvent.voucher_id == voucher.id)
        )
    balance = (await stored(begin, voucher.id)).balance_cents
    assert balance == told
    return balance


async def history(begin: Begin, voucher: Voucher) -> list[tuple[str, int]]:
    async with begin.reading() as session:
        rows = await session.scalars(
            select(VoucherEvent).where(VoucherEvent.voucher_id == voucher.id).order_by(VoucherEvent.number)
        )
        return [(row.kind, row.cents) for row in rows]


def wish(**given: Any) -> Wish:
    usual: dict[str, Any] = {
        "amount_cents": 5_000, "buyer_name": "Ben Berger", "deliver_to": DeliverTo.THEM_EMAIL, "for_name": "Ada",
        "email": "ben@example.com", "their_email": "ada@example.com",
    }  # fmt: skip
    return Wish(**usual | given)
