"""Issuing vouchers: plain functions inside the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.billing.errors import AmountNotPositive
from lms.db import links_of
from lms.jobs.queue import announce
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.vouchers import codes
from lms.vouchers.errors import WordTaken
from lms.vouchers.events import VoucherIssued
from lms.vouchers.history import note
from lms.vouchers.models import Voucher, VoucherKind, VoucherOrigin
from lms.vouchers.rules import fit_word, last_day


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountFacts:
    """A discount code as the team wants it: exactly one of `percent` and `off_cents`; days are included."""

    name: str
    valid_until: date
    percent: int | None = None
    off_cents: int | None = None
    valid_from: date | None = None
    budget_cents: int | None = None
    most_uses: int | None = None
    is_once_per_person: bool = False
    course_ids: Collection[UUID] = field(default_factory=tuple)
    run_ids: Collection[UUID] = field(default_factory=tuple)
    audiences: Collection[str] = field(default_factory=tuple)


async def issue_value(
    session: AsyncSession,
    actor: Actor,
    *,
    amount_cents: int,
    origin: VoucherOrigin,
    cause: str,
    at: datetime,
    valid_until: date | None = None,
    name: str = "",
    for_name: str = "",
    message: str = "",
    language: str = "de",
    person_id: UUID | None = None,
    order_id: UUID | None = None,
    cause_key: str | None = None,
    batch_id: UUID | None = None,
) -> Voucher:
    """A voucher with a balance; issued again with the same `cause_key` it is the first one. `cause` goes into its history.

    Raises AmountNotPositive.
    """
    if amount_cents <= 0:
        raise AmountNotPositive
    if cause_key is not None:
        known = await session.scalar(select(Voucher).where(Voucher.cause_key == cause_key))
        if known is not None:
            return known
    voucher_id = uuid4()
    code = codes.code_of(links_of(session).signer, voucher_id)
    voucher = Voucher(
        id=voucher_id, kind=VoucherKind.VALUE, origin=origin, code_hash=codes.hash_of(code), last_four=code[-4:],
        issued_at=at, valid_until=valid_until or last_day(local(at).date()), name=name, language=language,
        face_cents=amount_cents, balance_cents=amount_cents, for_name=for_name, message=message,
        person_id=person_id, order_id=order_id, cause_key=cause_key, batch_id=batch_id,
    )  # fmt: skip
    session.add(voucher)
    await session.flush()
    note(session, actor, voucher, "issued", at=at, cents=amount_cents, reason=cause)
    return voucher


async def issue_credit(
    session: AsyncSession,
    actor: Actor,
    *,
    person_id: UUID,
    amount_cents: int,
    cause: str,
    at: datetime,
    cause_key: str | None = None,
) -> Voucher:
    """Money that stays with the centre as a voucher for this person, who gets it by letter. Raises AmountNotPositive."""
    voucher = await issue_value(
        session, actor, amount_cents=amount_cents, origin=VoucherOrigin.CREDIT, cause=cause, at=at,
        person_id=person_id, cause_key=cause_key,
    )  # fmt: skip
    announce(session, VoucherIssued(voucher_id=voucher.id), at=at)
    return voucher


async def issue_discount(
    session: AsyncSession,
    actor: Actor,
    facts: DiscountFacts,
    *,
    at: datetime,
    word: str = "",
    batch_id: UUID | None = None,
    cause_key: str | None = None,
) -> Voucher:
    """A discount code with the word the team chose, or one of our own making. Raises WordUnfit, WordTaken."""
    voucher_id = uuid4()
    code = fit_word(word) if word else codes.code_of(links_of(session).signer, voucher_id)
    taken = await session.scalar(select(Voucher.id).where(Voucher.code_hash == codes.hash_of(code)))
    if taken is not None:
        raise WordTaken
    voucher = Voucher(
        id=voucher_id, kind=VoucherKind.DISCOUNT, origin=VoucherOrigin.TEAM, code_hash=codes.hash_of(code),
        last_four=code[-4:], issued_at=at, valid_from=facts.valid_from, valid_until=facts.valid_until,
        name=facts.name, word=code, percent=facts.percent, off_cents=facts.off_cents,
        budget_cents=facts.budget_cents, most_uses=facts.most_uses,
        is_once_per_person=facts.is_once_per_person, course_ids=sorted(map(str, facts.course_ids)),
        run_ids=sorted(map(str, facts.run_ids)), audiences=sorted(facts.audiences), batch_id=batch_id,
        cause_key=cause_key,
    )  # fmt: skip
    session.add(voucher)
    await session.flush()
    note(session, actor, voucher, "issued", at=at, reason=facts.name)
    return voucher
