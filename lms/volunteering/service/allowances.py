"""The small allowance for helpers: its rate, what a month brings, approved by one of finance, paid once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.jobs.queue import announce
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.volunteering import policy, rules
from lms.volunteering.errors import NothingToPay, OwnAllowance, RateExists
from lms.volunteering.events import HelperPaid
from lms.volunteering.models import (
    Basis,
    Duty,
    Helper,
    HelperAllowance,
    HelperElsewhere,
    HelperPaymentList,
    HelperRate,
    PaidDuty,
    Shift,
)
from lms.volunteering.queries.helpers import Known, helper_of, helpers_in
from lms.volunteering.queries.hours import Done, done, in_month
from lms.volunteering.service.acts import Acts


@dataclass(frozen=True, slots=True)
class Due:
    """What a helper is to get for a month: duties that are confirmed and not paid, each with its cents."""

    known: Known
    lines: Sequence[tuple[Done, int]]
    free_cents: int
    used_cents: int
    elsewhere_cents: int

    @property
    def cents(self) -> int:
        """The sum."""
        return sum(cents for _, cents in self.lines)

    @property
    def minutes(self) -> int:
        """All minutes together."""
        return sum(one.minutes for one, _ in self.lines)

    @property
    def above_free(self) -> int:
        """What of it lies above the tax-free sum of the year."""
        return min(self.cents, max(0, self.used_cents + self.elsewhere_cents + self.cents - self.free_cents))


class HelperAllowances(Acts):
    """What finance does about allowances."""

    @retried
    async def set_rate(self, actor: Actor, *, from_day: date, basis: Basis, cents: int) -> None:
        """Another rate from a day to come, or from the first one on. Raises RateExists."""
        ensure(policy.may_pay(actor), actor)
        async with self.begin() as session:
            is_first = await session.scalar(select(func.count()).select_from(HelperRate)) == 0
            if from_day <= today(self.clock) and not is_first:
                raise RateExists
            kept = await session.get(HelperRate, from_day)
            if kept is None:
                kept = HelperRate(from_day=from_day, basis=basis, cents=cents, set_at=self.clock())
                session.add(kept)
            kept.basis, kept.cents, kept.set_at, kept.set_by = basis, cents, self.clock(), actor.account_id
            record(
                session, actor, "helper.rate", at=self.clock(), kind="helper", object_id=None,
                after={"from": from_day.isoformat(), "basis": basis.value, "cents": cents},
            )  # fmt: skip

    @retried
    async def approve(self, actor: Actor, *, helper_id: UUID, month: date, expected_cents: int) -> UUID:
        """Agree to what a month brings; its duties are bound to it for ever. Raises OwnAllowance, NothingToPay.

        `expected_cents` is the sum that was shown: another one now (hours were corrected meanwhile) is refused as well. A
        second click finds nothing left.
        """
        ensure(policy.may_pay(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            known = await helper_of(session, helper_id, lock=True)
            if policy.is_about_themselves(actor, known.person):
                raise OwnAllowance
            found = await dues(session, month, helper_id=helper_id)
            if not found or found[0].cents != expected_cents or not found[0].cents:
                raise NothingToPay
            due = found[0]
            rule_year, free = rules.free_cents(month.year)
            row = HelperAllowance(
                helper_id=helper_id, month=month, minutes=due.minutes, shifts=len(due.lines), cents=due.cents,
                free_cents=free, free_before_cents=due.used_cents + due.elsewhere_cents, rule_year=rule_year,
                number="", approved_at=at, approved_by=actor.account_id, approved_by_name=actor.name,
                holder=known.helper.holder, iban=known.helper.iban,
            )  # fmt: skip
            row.number = f"EA-{month:%Y%m}-{row.id.hex[:6].upper()}"
            session.add(row)
            await session.flush()
            session.add_all(
                PaidDuty(duty_id=one.duty.id, allowance_id=row.id, minutes=one.minutes, cents=cents)
                for one, cents in due.lines
                if cents
            )
            self.note(session, actor, "helper.allowance_approved", known, object_id=row.id)
        return row.id

    @retried
    async def pay(self, actor: Actor, *, list_id: UUID) -> int:
        """Put everything that is approved on one payment list. Gives how many. A second click is the same list.

        What is about oneself is left for somebody else (S-08). Raises NothingToPay.
        """
        ensure(policy.may_pay(actor), actor)
        at = self.clock()
        async with self.begin() as session:
            if await session.get(HelperPaymentList, list_id) is not None:
                return 0
            session.add(
                HelperPaymentList(id=list_id, made_at=at, made_by=actor.account_id, made_by_name=actor.name)
            )
            await session.flush()
            own = select(Helper.id).where(Helper.person_id.in_(sorted(actor.persons)))
            paid = (
                await session.scalars(
                    update(HelperAllowance)
                    .where(HelperAllowance.paid_at.is_(None), HelperAllowance.helper_id.not_in(own))
                    .values(paid_at=at, list_id=list_id)
                    .returning(HelperAllowance.id)
                    .execution_options(synchronize_session=False)
                )
            ).all()
            if not paid:
                raise NothingToPay
            for allowance_id in paid:
                announce(session, HelperPaid(allowance_id=allowance_id, at=at), at=at)
            record(
                session, actor, "helper.paid", at=at, kind="helper", object_id=list_id,
                after={"allowances": len(paid)},
            )  # fmt: skip
        return len(paid)


async def dues(session: AsyncSession, month: date, *, helper_id: UUID | None = None) -> Sequence[Due]:
    """What each helper is to get for the month, by name; eight statements, however many there are."""
    where = [in_month(month)] if helper_id is None else [in_month(month), Duty.helper_id == helper_id]
    found = await done(session, *where)
    if not found:
        return []
    rates = (await session.scalars(select(HelperRate).order_by(HelperRate.from_day))).all()
    known = await helpers_in(session, Helper.id.in_(found))
    used = await used_in(session, month.year, found)
    elsewhere = await elsewhere_in(session, month.year, found)
    _, free = rules.free_cents(month.year)
    made = []
    for one in known:
        lines = [
            (duty, _cents(rates, duty)) for duty in found[one.helper.id] if not duty.is_paid and duty.minutes
        ]
        if lines:
            made.append(Due(one, lines, free, used.get(one.helper.id, 0), elsewhere.get(one.helper.id, 0)))
    return made


async def used_in(session: AsyncSession, year: int, helper_ids: Mapping[UUID, object]) -> Mapping[UUID, int]:
    """What these helpers have been granted for a year, in cents; one statement."""
    rows = await session.execute(
        select(HelperAllowance.helper_id, func.sum(HelperAllowance.cents))
        .where(
            HelperAllowance.helper_id.in_(helper_ids),
            HelperAllowance.month >= date(year, 1, 1),
            HelperAllowance.month <= date(year, 12, 31),
        )
        .group_by(HelperAllowance.helper_id)
    )
    return {helper_id: int(cents) for helper_id, cents in rows}


async def elsewhere_in(
    session: AsyncSession, year: int, helper_ids: Mapping[UUID, object]
) -> Mapping[UUID, int]:
    """What these helpers say they get elsewhere in a year, in cents; one statement."""
    rows = await session.scalars(
        select(HelperElsewhere).where(HelperElsewhere.helper_id.in_(helper_ids), HelperElsewhere.year == year)
    )
    return {row.helper_id: row.cents for row in rows}


async def months_with_dues(session: AsyncSession) -> Sequence[date]:
    """Months in which something is confirmed and not paid, or was paid; newest first."""
    days = await session.scalars(
        select(Shift.day).join(Duty, Duty.shift_id == Shift.id).where(Shift.day.is_not(None)).distinct()
    )
    return sorted({day.replace(day=1) for day in days}, reverse=True)


def _cents(rates: Sequence[HelperRate], duty: Done) -> int:
    rate = next((one for one in reversed(rates) if one.from_day <= duty.shift.day), None)
    if rate is None:
        return 0
    return rules.cents_for(duty.minutes, per_hour=rate.basis is Basis.HOUR, cents=rate.cents)
