"""What becomes of vouchers when somebody enrols, pays, cancels: plain functions inside the caller's transaction.

The caller holds the lock of the run; the rows of vouchers are locked after it, in the order of their ids. Every sum changes
by one conditional statement: nobody spends what somebody else has just spent.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.models import Means
from lms.billing.queries import balance_of
from lms.billing.service import record_payment, record_refund
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.vouchers.errors import OncePerPerson, VoucherTaken
from lms.vouchers.history import note
from lms.vouchers.models import RedemptionState, Voucher, VoucherKind, VoucherRedemption
from lms.vouchers.rules import USABLE_AGAIN_DAYS

LIVE = (RedemptionState.RESERVED, RedemptionState.REDEEMED)


async def locked_vouchers(session: AsyncSession, ids: Sequence[UUID]) -> list[Voucher]:
    """These vouchers as they are under their locks, in the order given; what does not exist is left out."""
    if not ids:
        return []
    rows = await session.scalars(
        select(Voucher)
        .where(Voucher.id.in_(ids))
        .order_by(Voucher.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    known = {one.id: one for one in rows}
    return [known[one] for one in ids if one in known]


async def take_discount(
    session: AsyncSession,
    actor: Actor,
    voucher: Voucher,
    *,
    enrolment_id: UUID,
    person_id: UUID | None,
    name: str,
    cents: int,
    at: datetime,
) -> None:
    """Use a code for one place. Raises VoucherTaken where its uses or its budget are over, OncePerPerson."""
    once_key = f"{voucher.id}:{person_id}" if voucher.is_once_per_person and person_id else None
    if once_key and await session.scalar(
        select(VoucherRedemption.id).where(VoucherRedemption.once_key == once_key)
    ):
        raise OncePerPerson(name=name)
    await _change(
        session,
        update(Voucher)
        .where(
            Voucher.id == voucher.id,
            or_(Voucher.most_uses.is_(None), Voucher.uses < Voucher.most_uses),
            or_(Voucher.budget_cents.is_(None), Voucher.used_cents + cents <= Voucher.budget_cents),
        )
        .values(uses=Voucher.uses + 1, used_cents=Voucher.used_cents + cents),
    )
    session.add(
        VoucherRedemption(
            voucher_id=voucher.id, enrolment_id=enrolment_id, kind=VoucherKind.DISCOUNT, amount_cents=cents,
            state=RedemptionState.REDEEMED, made_at=at, person_id=person_id, once_key=once_key,
        )
    )  # fmt: skip
    note(session, actor, voucher, "redeemed", at=at, cents=-cents, enrolment_id=enrolment_id)


async def reserve(
    session: AsyncSession,
    actor: Actor,
    voucher: Voucher,
    *,
    enrolment_id: UUID,
    cents: int,
    at: datetime,
    held_until: datetime | None = None,
) -> VoucherRedemption:
    """Keep value for an enrolment: nobody else can spend it meanwhile. Raises VoucherTaken where less is left.

    `held_until` is what pages say; it comes back when the enrolment ends (`give_back`), which whoever ends it sees to.
    """
    await _change(
        session,
        update(Voucher)
        .where(Voucher.id == voucher.id, Voucher.balance_cents >= cents)
        .values(balance_cents=Voucher.balance_cents - cents),
    )
    kept = VoucherRedemption(
        voucher_id=voucher.id, enrolment_id=enrolment_id, kind=VoucherKind.VALUE, amount_cents=cents,
        state=RedemptionState.RESERVED, made_at=at, held_until=held_until,
    )  # fmt: skip
    session.add(kept)
    note(session, actor, voucher, "reserved", at=at, cents=-cents, enrolment_id=enrolment_id)
    return kept


async def redeem_reserved(
    session: AsyncSession, actor: Actor, enrolment_ids: Collection[UUID], *, at: datetime
) -> int:
    """Pay with everything that is kept for these enrolments, which have just been charged; says how much it came to.

    Never more than is owed: what is too much goes back to its voucher. Twice is as good as once.
    """
    await session.flush()
    kept = await _live(session, enrolment_ids, VoucherKind.VALUE, RedemptionState.RESERVED)
    if not kept:
        return 0
    vouchers = {
        one.id: one for one in await locked_vouchers(session, sorted({one.voucher_id for one in kept}))
    }
    accounts = await balance_of(session, {one.enrolment_id for one in kept})
    owed = {enrolment_id: max(0, account.open_cents) for enrolment_id, account in accounts.items()}
    paid = 0
    for one in kept:
        voucher = vouchers[one.voucher_id]
        pays = min(one.amount_cents, owed[one.enrolment_id])
        if pays < one.amount_cents:
            await _put_back(session, actor, voucher, one.amount_cents - pays, "released", one, at=at)
        if not pays:
            one.state, one.ended_at = RedemptionState.GIVEN_BACK, at
            continue
        entry = await record_payment(
            session, actor, enrolment_id=one.enrolment_id, amount_cents=pays, cause="voucher", at=at,
            provider=Means.VOUCHER, provider_event=f"voucher:{one.id}",
        )  # fmt: skip
        one.amount_cents, one.state = pays, RedemptionState.REDEEMED
        one.entry_id = entry.id if entry is not None else None
        owed[one.enrolment_id] -= pays
        paid += pays
        note(session, actor, voucher, "redeemed", at=at, enrolment_id=one.enrolment_id)
    await session.flush()
    return paid


async def give_back(
    session: AsyncSession, actor: Actor, enrolment_ids: Collection[UUID], *, at: datetime
) -> None:
    """These enrolments have ended: what was kept for them is free again, and the codes they used may be used once more.

    Value that was redeemed stays paid: what of it goes back is reckoned with the account (`return_value`).
    """
    await session.flush()
    rows = await _live(session, enrolment_ids)
    ending = [
        one for one in rows if one.kind is VoucherKind.DISCOUNT or one.state is RedemptionState.RESERVED
    ]
    if not ending:
        return
    vouchers = {
        one.id: one for one in await locked_vouchers(session, sorted({one.voucher_id for one in ending}))
    }
    for one in ending:
        voucher = vouchers[one.voucher_id]
        if one.kind is VoucherKind.VALUE:
            await _put_back(session, actor, voucher, one.amount_cents, "released", one, at=at)
        else:
            await _change(
                session,
                update(Voucher)
                .where(Voucher.id == voucher.id)
                .values(uses=Voucher.uses - 1, used_cents=Voucher.used_cents - one.amount_cents),
            )
            note(
                session,
                actor,
                voucher,
                "released",
                at=at,
                cents=one.amount_cents,
                enrolment_id=one.enrolment_id,
            )
        one.state, one.ended_at, one.once_key = RedemptionState.GIVEN_BACK, at, None
    await session.flush()


async def return_value(session: AsyncSession, actor: Actor, enrolment_id: UUID, *, at: datetime) -> int:
    """What the centre owes for an enrolment goes back first to the vouchers that paid for it; says how much went back.

    So a voucher never turns into money. Call it when the books say what is owed now, and before anybody is asked to pay back.
    """
    await session.flush()
    too_much = -(await balance_of(session, [enrolment_id]))[enrolment_id].open_cents
    if too_much <= 0:
        return 0
    redeemed = await _live(session, [enrolment_id], VoucherKind.VALUE, RedemptionState.REDEEMED)
    if not redeemed:
        return 0
    vouchers = {
        one.id: one for one in await locked_vouchers(session, sorted({one.voucher_id for one in redeemed}))
    }
    left = too_much
    for one in reversed(redeemed):
        cents = min(left, one.amount_cents - one.returned_cents)
        if cents <= 0:
            continue
        one.returned_cents += cents
        entry = await record_refund(
            session, actor, enrolment_id=enrolment_id, amount_cents=cents, cause="voucher", at=at,
            provider=Means.VOUCHER, provider_event=f"voucher:{one.id}:back:{one.returned_cents}",
        )  # fmt: skip
        if entry is None:
            continue
        await _put_back(session, actor, vouchers[one.voucher_id], cents, "returned", one, at=at)
        if one.returned_cents == one.amount_cents:
            one.state, one.ended_at = RedemptionState.GIVEN_BACK, at
        left -= cents
    await session.flush()
    return too_much - left


async def follow(session: AsyncSession, former_id: UUID, new_id: UUID, *, discounts: bool) -> None:
    """One enrolment comes in the stead of another, and what was paid for that one counts for it; with the price also the discount."""
    await session.flush()
    for one in await _live(session, [former_id]):
        if one.kind is VoucherKind.VALUE or discounts:
            one.enrolment_id = new_id
    await session.flush()


async def _live(
    session: AsyncSession,
    enrolment_ids: Collection[UUID],
    kind: VoucherKind | None = None,
    *states: RedemptionState,
) -> list[VoucherRedemption]:
    wanted = select(VoucherRedemption).where(
        VoucherRedemption.enrolment_id.in_(list(enrolment_ids)), VoucherRedemption.state.in_(states or LIVE)
    )
    if kind is not None:
        wanted = wanted.where(VoucherRedemption.kind == kind)
    rows = await session.scalars(
        wanted.order_by(VoucherRedemption.made_at, VoucherRedemption.id).execution_options(
            populate_existing=True
        )
    )
    return list(rows)


async def _put_back(
    session: AsyncSession,
    actor: Actor,
    voucher: Voucher,
    cents: int,
    kind: str,
    redemption: VoucherRedemption,
    *,
    at: datetime,
) -> None:
    """Value comes back; a voucher that is over, or nearly, can be used for another year."""
    usable_until = local(at).date() + timedelta(days=USABLE_AGAIN_DAYS)
    await _change(
        session,
        update(Voucher).where(Voucher.id == voucher.id).values(balance_cents=Voucher.balance_cents + cents),
    )
    note(session, actor, voucher, kind, at=at, cents=cents, enrolment_id=redemption.enrolment_id)
    if kind == "returned" and voucher.valid_until < usable_until:
        voucher.valid_until = usable_until
        voucher.version += 1
        note(session, actor, voucher, "extended", at=at)


async def _change(session: AsyncSession, statement: Any) -> None:
    """One conditional statement about a voucher. Raises VoucherTaken where its condition does not hold."""
    await session.flush()
    done = await session.execute(statement.execution_options(synchronize_session=False))
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        raise VoucherTaken
