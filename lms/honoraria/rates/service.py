"""Keeping rates, and what was agreed for one run; every public method is one transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.audit.trail import record
from lms.db import retried
from lms.honoraria.contracts.outdating import look_again
from lms.honoraria.rates import policy
from lms.honoraria.rates.errors import RateHolds, RateInPast, RateThere
from lms.honoraria.rates.models import FeeRate, RunFee
from lms.kernel.actor import Actor, ensure
from lms.kernel.clock import today
from lms.kernel.errors import NotFound, Stale
from lms.scheduling.models import RunTrainer
from lms.scheduling.queries import run_of
from lms.web.module import Around


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFacts:
    """One rate: cents for a unit, for a day's travel, and for a unit taught in somebody else's place."""

    qualification: str
    valid_from: date
    unit_cents: int
    travel_cents: int = 0
    substitution_cents: int | None = None

    def seen(self) -> str:
        """How a page remembers what it showed."""
        return f"{self.qualification}|{self.valid_from}|{self.unit_cents}|{self.travel_cents}|{self.substitution_cents}"


@dataclass(frozen=True, slots=True)
class RunFeeFacts:
    """What was agreed for one run."""

    unit_cents: int
    travel_cents: int

    def seen(self) -> str:
        """How a page remembers what it showed."""
        return f"{self.unit_cents}|{self.travel_cents}"


class FeeRates:
    """What the house pays. What has been in force stays as it was; whoever pays otherwise adds a row."""

    def __init__(self, around: Around) -> None:
        self.begin = around.begin
        self.clock = around.clock

    @retried
    async def add(self, actor: Actor, *, rate_id: UUID, facts: RateFacts) -> FeeRate:
        """A rate from a day on. Under one `rate_id` it is written once. Raises RateInPast, RateThere.

        The first rate of a qualification may begin in the past, so that a centre can start with what it pays already.
        """
        ensure(policy.may_keep_rates(actor), actor)
        async with self.begin() as session:
            known = await session.get(FeeRate, rate_id)
            if known is not None:
                return known
            others = await _of(session, facts.qualification)
            _refuse_past(others, facts, today(self.clock))
            rate = FeeRate(id=rate_id, **asdict(facts))
            session.add(rate)
            self._note(session, actor, "fee-rate.added", rate_id, after=_json(facts))
        return rate

    @retried
    async def change(self, actor: Actor, *, rate_id: UUID, facts: RateFacts, seen: str) -> None:
        """A rate that does not hold yet. Raises RateHolds, RateInPast, RateThere, Stale, NotFound."""
        ensure(policy.may_keep_rates(actor), actor)
        async with self.begin() as session:
            rate = await _rate(session, rate_id)
            before = facts_of(rate)
            if before == facts:
                return
            if before.seen() != seen:
                raise Stale
            if rate.valid_from <= today(self.clock):
                raise RateHolds
            others = [one for one in await _of(session, facts.qualification) if one.id != rate_id]
            _refuse_past(others, facts, today(self.clock))
            for name, value in asdict(facts).items():
                setattr(rate, name, value)
            self._note(session, actor, "fee-rate.changed", rate_id, _json(before), _json(facts))

    @retried
    async def remove(self, actor: Actor, *, rate_id: UUID) -> None:
        """A rate that does not hold yet never does. Twice is as good as once. Raises RateHolds."""
        ensure(policy.may_keep_rates(actor), actor)
        async with self.begin() as session:
            rate = await session.get(FeeRate, rate_id, with_for_update=True)
            if rate is None:
                return
            if rate.valid_from <= today(self.clock):
                raise RateHolds
            await session.delete(rate)
            self._note(session, actor, "fee-rate.removed", rate_id, before=_json(facts_of(rate)))

    @retried
    async def agree(
        self, actor: Actor, *, run_id: UUID, person_id: UUID, facts: RunFeeFacts | None, seen: str
    ) -> None:
        """What this trainer is paid for this run instead of the rates; None: the rates after all. Raises Stale, NotFound.

        Contracts that were offered or accepted keep their fee: they are marked, and a new version has to be offered.
        """
        ensure(policy.may_agree(actor), actor)
        async with self.begin() as session:
            await run_of(session, run_id, lock=True)
            if await session.get(RunTrainer, (run_id, person_id)) is None:
                raise NotFound
            fee = await session.get(RunFee, (run_id, person_id), populate_existing=True)
            before = None if fee is None else RunFeeFacts(fee.unit_cents, fee.travel_cents)
            if before == facts:
                return
            if (before.seen() if before else "") != seen:
                raise Stale
            if facts is None:
                await session.delete(fee)
            elif fee is None:
                session.add(RunFee(run_id=run_id, person_id=person_id, **asdict(facts)))
            else:
                fee.unit_cents, fee.travel_cents = facts.unit_cents, facts.travel_cents
            await session.flush()
            record(
                session, actor, "run.fee_agreed", at=self.clock(), kind="run", object_id=run_id,
                person_id=person_id, before=asdict(before) if before else None,
                after=asdict(facts) if facts else None,
            )  # fmt: skip
            await look_again(session, [run_id], at=self.clock())

    def _note(
        self,
        session: AsyncSession,
        actor: Actor,
        action: str,
        rate_id: UUID,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        record(
            session, actor, action, at=self.clock(), kind="fee-rate", object_id=rate_id, before=before,
            after=after,
        )  # fmt: skip


def facts_of(rate: FeeRate) -> RateFacts:
    """What is stored."""
    return RateFacts(
        qualification=rate.qualification, valid_from=rate.valid_from, unit_cents=rate.unit_cents,
        travel_cents=rate.travel_cents, substitution_cents=rate.substitution_cents,
    )  # fmt: skip


def _refuse_past(others: Sequence[FeeRate], facts: RateFacts, day: date) -> None:
    if any(one.valid_from == facts.valid_from for one in others):
        raise RateThere
    if facts.valid_from < day and others:
        raise RateInPast


def _json(facts: RateFacts) -> dict[str, Any]:
    return {**asdict(facts), "valid_from": facts.valid_from.isoformat()}


async def _of(session: AsyncSession, qualification: str) -> Sequence[FeeRate]:
    rows = await session.scalars(
        select(FeeRate).where(FeeRate.qualification == qualification).with_for_update()
    )
    return rows.all()


async def _rate(session: AsyncSession, rate_id: UUID) -> FeeRate:
    rate = await session.get(FeeRate, rate_id, with_for_update=True)
    if rate is None:
        raise NotFound
    return rate
