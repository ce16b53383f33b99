"""What a session is paid with, in a session of the database that somebody else opened."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.honoraria.rates.models import FeeRate, RunFee
from lms.trainers.models import Trainer


class Source(StrEnum):
    """Where a rate comes from: agreed for the run, by qualification, or what everybody gets."""

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


async def terms_of(
    session: AsyncSession, taught: Iterable[tuple[UUID, UUID, date]]
) -> Mapping[tuple[UUID, UUID, date], Terms | None]:
    """Of each (run, person, day) what is paid; None where no rate is known. Three statements, however many.

    What was agreed for the run goes first. Of several qualifications the best paid counts.
    """
    wanted = set(taught)
    persons = {person for _, person, _ in wanted}
    agreed = {
        (row.run_id, row.person_id): row
        for row in await session.scalars(select(RunFee).where(RunFee.person_id.in_(persons)))
    }
    named = {
        row.person_id: set(row.qualifications)
        for row in await session.scalars(select(Trainer).where(Trainer.person_id.in_(persons)))
    }
    rates = (await session.scalars(select(FeeRate).order_by(FeeRate.valid_from))).all()
    return {
        (run, person, day): _of_run(agreed.get((run, person)))
        or _of_rates(rates, named.get(person, set()), day)
        for run, person, day in wanted
    }


def _of_run(fee: RunFee | None) -> Terms | None:
    return None if fee is None else Terms(fee.unit_cents, fee.travel_cents, None, Source.RUN)


def _of_rates(rates: Sequence[FeeRate], qualifications: set[str], day: date) -> Terms | None:
    in_force = {rate.qualification: rate for rate in rates if rate.valid_from <= day}
    mine = [rate for name, rate in in_force.items() if name in qualifications]
    if mine:
        return _terms(max(mine, key=lambda rate: rate.unit_cents), Source.QUALIFICATION)
    everybody = in_force.get("")
    return None if everybody is None else _terms(everybody, Source.EVERYBODY)


def _terms(rate: FeeRate, source: Source) -> Terms:
    return Terms(rate.unit_cents, rate.travel_cents, rate.substitution_cents, source)
