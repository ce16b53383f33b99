"""What a session is paid with, in a session of the database that somebody else opened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.rates.models import FeeRate, RunFee
from lms.scheduling.models import Session, SessionState, SessionTrainer
from lms.trainers.models import Trainer
from lms.trainers.qualifications.queries import Held, held_by


class Source(StrEnum):
    """Where a rate comes from: the accepted contract, agreed for the run, by qualification, or what everybody gets."""

    CONTRACT = "contract"
    RUN = "run"
    QUALIFICATION = "qualification"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a unit (45 minutes) and a day's travel are paid with, in cents."""

    unit_cents: int
    travel_cents: int
    substitution_cents: int | None
    source: Source


Taught = tuple[UUID, UUID, date]
"""Run, person, day at the venue."""


async def terms_of(session: AsyncSession, taught: Iterable[Taught]) -> Mapping[Taught, Terms | None]:
    """Of each (run, person, day) what is paid; None where no rate is known. A handful of statements, however many.

    The contract that was accepted goes first, then what `terms_to_offer` says.
    """
    wanted = set(taught)
    contracts = {
        (row.run_id, row.person_id): Terms(
            row.unit_cents, row.travel_cents, row.substitution_cents, Source.CONTRACT
        )
        for row in await session.scalars(
            select(FeeContract).where(
                FeeContract.person_id.in_({person for _, person, _ in wanted}),
                FeeContract.state == ContractState.ACCEPTED,
            )
        )
    }
    found = dict(await terms_to_offer(session, wanted))
    return {one: contracts.get(one[:2]) or found[one] for one in wanted}


async def terms_to_offer(session: AsyncSession, taught: Iterable[Taught]) -> Mapping[Taught, Terms | None]:
    """What a contract would offer: what was agreed for the run goes first, of several qualifications the best paid counts."""
    wanted = set(taught)
    persons = {person for _, person, _ in wanted}
    agreed = {
        (row.run_id, row.person_id): row
        for row in await session.scalars(select(RunFee).where(RunFee.person_id.in_(persons)))
    }
    held = await held_by(session, persons)
    rates = (await session.scalars(select(FeeRate).order_by(FeeRate.valid_from))).all()
    return {
        (run, person, day): _of_run(agreed.get((run, person))) or _of_rates(rates, held[person], day)
        for run, person, day in wanted
    }


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom a rate concerns: trainers, and their sessions from its first day on."""

    trainers: int
    sessions: int


async def affected(session: AsyncSession, qualification: str, valid_from: date, first: datetime) -> Affected:
    """Who is paid by this rate from its first day on (`first` is when that day begins), fees agreed for runs left out."""
    everybody = set(await session.scalars(select(Trainer.person_id)))
    held = await held_by(session, everybody)
    rates = (await session.scalars(select(FeeRate).where(FeeRate.valid_from <= valid_from))).all()
    named = {rate.qualification for rate in rates}
    theirs = {
        person
        for person, what in held.items()
        if (qualification in what.names(valid_from) if qualification else not named & what.names(valid_from))
    }
    sessions = await session.scalar(
        select(func.count())
        .select_from(SessionTrainer)
        .join(Session, Session.id == SessionTrainer.session_id)
        .outerjoin(RunFee, (RunFee.run_id == Session.run_id) & (RunFee.person_id == SessionTrainer.person_id))
        .where(
            SessionTrainer.person_id.in_(theirs),
            Session.starts_at >= first,
            Session.state == SessionState.PLANNED,
            RunFee.run_id.is_(None),
        )
    )
    return Affected(len(theirs), sessions or 0)


def _of_run(fee: RunFee | None) -> Terms | None:
    return None if fee is None else Terms(fee.unit_cents, fee.travel_cents, None, Source.RUN)


def _of_rates(rates: Sequence[FeeRate], held: Held, day: date) -> Terms | None:
    in_force = {rate.qualification: rate for rate in rates if rate.valid_from <= day}
    names = held.names(day)
    mine = [rate for name, rate in in_force.items() if name in names]
    if mine:
        return _terms(max(mine, key=lambda rate: rate.unit_cents), Source.QUALIFICATION)
    everybody = in_force.get("")
    return None if everybody is None else _terms(everybody, Source.EVERYBODY)


def _terms(rate: FeeRate, source: Source) -> Terms:
    return Terms(rate.unit_cents, rate.travel_cents, rate.substitution_cents, source)
