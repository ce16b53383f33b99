"""Reading vouchers, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.kernel.errors import NotFound
from lms.vouchers import codes
from lms.vouchers.errors import MistypedCode, UnknownCode
from lms.vouchers.models import (
    OrderState,
    RedemptionState,
    Voucher,
    VoucherEvent,
    VoucherKind,
    VoucherOrder,
    VoucherRedemption,
    VoucherState,
)
from lms.vouchers.words import called
from lms.web.formats import amount


async def voucher_by_code(session: AsyncSession, typed: str) -> Voucher:
    """The voucher with this code, however it was typed. Raises MistypedCode, UnknownCode."""
    if codes.is_mistyped(typed):
        raise MistypedCode
    found = await session.scalars(select(Voucher).where(Voucher.code_hash == codes.hash_of(typed)))
    voucher = found.one_or_none()
    if voucher is None:
        raise UnknownCode
    return voucher


async def voucher_of(session: AsyncSession, voucher_id: UUID) -> Voucher:
    """Raises NotFound."""
    found = await session.get(Voucher, voucher_id)
    if found is None:
        raise NotFound
    return found


async def vouchers_of(session: AsyncSession, ids: Sequence[UUID]) -> list[Voucher]:
    """These vouchers in the order of their ids as given; no statement where there are none."""
    if not ids:
        return []
    found = await session.scalars(select(Voucher).where(Voucher.id.in_(ids)))
    known = {one.id: one for one in found}
    return [known[one] for one in ids if one in known]


async def reserved_cents(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """What value vouchers are kept for each of these enrolments until their places are confirmed; every id is in the answer."""
    ids = list(enrolment_ids)
    sums = dict.fromkeys(ids, 0)
    if ids:
        rows = await session.execute(
            select(VoucherRedemption.enrolment_id, func.sum(VoucherRedemption.amount_cents))
            .where(
                VoucherRedemption.enrolment_id.in_(ids),
                VoucherRedemption.kind == VoucherKind.VALUE,
                VoucherRedemption.state == RedemptionState.RESERVED,
            )
            .group_by(VoucherRedemption.enrolment_id)
        )
        sums |= {enrolment_id: int(cents) for enrolment_id, cents in rows}
    return sums


async def redemptions_of(
    session: AsyncSession, enrolment_ids: Collection[UUID]
) -> Sequence[tuple[VoucherRedemption, Voucher]]:
    """What vouchers gave, or are kept for, these enrolments, with each voucher; oldest first."""
    rows = await session.execute(
        select(VoucherRedemption, Voucher)
        .join(Voucher, Voucher.id == VoucherRedemption.voucher_id)
        .where(
            VoucherRedemption.enrolment_id.in_(list(enrolment_ids)),
            VoucherRedemption.state != RedemptionState.GIVEN_BACK,
        )
        .order_by(VoucherRedemption.made_at, VoucherRedemption.id)
    )
    return [(one, voucher) for one, voucher in rows]


async def returned_cents(session: AsyncSession, enrolment_id: UUID) -> int:
    """What of this enrolment's payments has gone back to vouchers."""
    total = await session.scalar(
        select(func.sum(VoucherRedemption.returned_cents)).where(
            VoucherRedemption.enrolment_id == enrolment_id
        )
    )
    return int(total or 0)


async def voucher_lines(session: AsyncSession, enrolment_ids: Collection[UUID]) -> list[tuple[str, str]]:
    """What value vouchers pay of these enrolments, or are kept for, in the reader's words; one statement."""
    return [
        (called(voucher), amount(one.amount_cents - one.returned_cents))
        for one, voucher in await redemptions_of(session, enrolment_ids)
        if one.kind is VoucherKind.VALUE
    ]


async def history_of(session: AsyncSession, voucher_id: UUID) -> Sequence[VoucherEvent]:
    """Everything that happened to a voucher, oldest first."""
    rows = await session.scalars(
        select(VoucherEvent).where(VoucherEvent.voucher_id == voucher_id).order_by(VoucherEvent.number)
    )
    return rows.all()


async def vouchers_page(
    session: AsyncSession, view: str, typed: str, today: date, *, limit: int | None = None, offset: int = 0
) -> tuple[Sequence[Voucher], int]:
    """Vouchers of one view (VIEWS), the newest first, found by the last signs, the word or a name; and how many there are."""
    wanted = [*VIEWS.get(view, VIEWS[""])(today)]
    text = codes.bare(typed)
    if text:
        words = typed.strip().lower()
        wanted.append(
            or_(
                Voucher.last_four == text[-4:],
                func.lower(Voucher.word).contains(text.lower(), autoescape=True),
                func.lower(Voucher.name).contains(words, autoescape=True),
                func.lower(Voucher.for_name).contains(words, autoescape=True),
            )
        )
    total = await session.scalar(select(func.count()).select_from(Voucher).where(*wanted))
    listed = select(Voucher).where(*wanted).order_by(Voucher.issued_at.desc(), Voucher.id)
    if limit is not None:
        listed = listed.limit(limit).offset(offset)
    return (await session.scalars(listed)).all(), total or 0


def _value(today: date) -> list[ColumnElement[bool]]:
    return [Voucher.kind == VoucherKind.VALUE, Voucher.balance_cents > 0, Voucher.valid_until >= today]


VIEWS: Mapping[str, Any] = {
    "": _value,
    "rabatt": lambda _today: [Voucher.kind == VoucherKind.DISCOUNT],
    "verbraucht": lambda _today: [Voucher.kind == VoucherKind.VALUE, Voucher.balance_cents == 0],
    "abgelaufen": lambda today: [
        Voucher.kind == VoucherKind.VALUE, Voucher.balance_cents > 0, Voucher.valid_until < today,
    ],
    "gesperrt": lambda _today: [Voucher.state == VoucherState.BLOCKED],
}  # fmt: skip
"""What the list can show: value vouchers with a balance, discount codes, and so on."""


@dataclass(frozen=True, slots=True)
class Liability:
    """What the centre owes for vouchers that expire on one day."""

    valid_until: date
    count: int
    face_cents: int
    balance_cents: int


async def liabilities(session: AsyncSession) -> Sequence[Liability]:
    """What is open on value vouchers, by the day on which they expire; expired ones are among them."""
    rows = await session.execute(
        select(
            Voucher.valid_until, func.count(), func.sum(Voucher.face_cents), func.sum(Voucher.balance_cents)
        )
        .where(Voucher.kind == VoucherKind.VALUE, Voucher.balance_cents > 0)
        .group_by(Voucher.valid_until)
        .order_by(Voucher.valid_until)
    )
    return [Liability(day, count, int(face), int(balance)) for day, count, face, balance in rows]


async def orders_page(
    session: AsyncSession, state: OrderState, *, limit: int, offset: int
) -> tuple[Sequence[VoucherOrder], int]:
    """Orders in this state, the oldest first while they are open, else the newest; and how many there are."""
    total = await session.scalar(select(func.count()).where(VoucherOrder.state == state))
    turn = VoucherOrder.ordered_at if state is OrderState.OPEN else VoucherOrder.ordered_at.desc()
    wanted = select(VoucherOrder).where(VoucherOrder.state == state).order_by(turn, VoucherOrder.id)
    return (await session.scalars(wanted.limit(limit).offset(offset))).all(), total or 0


async def order_of(session: AsyncSession, order_id: UUID) -> VoucherOrder:
    """Raises NotFound."""
    found = await session.get(VoucherOrder, order_id)
    if found is None:
        raise NotFound
    return found


async def open_order_by_reference(session: AsyncSession, reference: str) -> VoucherOrder | None:
    """The unpaid order with this payment reference: for whoever reads bank statements."""
    bare = codes.bare(reference)
    rows = await session.scalars(select(VoucherOrder).where(VoucherOrder.state == OrderState.OPEN))
    return next((one for one in rows if codes.bare(one.reference) in bare), None)
