"""Status files, in a session of the database that somebody else opened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Run, RunState
from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.standing.models import (
    AllowanceDeclaration,
    StandingRule,
    StandingRuleKind,
    StatusConsent,
    TaxAllowance,
)
from lms.honoraria.standing.rules import Warned, Year, allowance_of, planned_cents, warnings
from lms.kernel.clock import at_venue
from lms.kernel.errors import NotFound
from lms.people.models import Person
from lms.scheduling.models import Session, SessionState, SessionTrainer
from lms.trainers.models import Trainer


@dataclass(frozen=True, slots=True)
class Standing:
    """One trainer's file for one year."""

    person: Person
    year: Year
    contracts: Sequence[FeeContract]
    consents: Sequence[StatusConsent]
    warnings: Sequence[Warned]


async def standings(session: AsyncSession, year: int, *, person_id: UUID | None = None) -> Sequence[Standing]:
    """The files of everybody who teaches, or of one person, by name; seven statements, however many."""
    asked = select(Person).join(Trainer, Trainer.person_id == Person.id)
    if person_id is not None:
        asked = asked.where(Person.id == person_id)
    people = (await session.scalars(asked.order_by(Person.family_name, Person.given_name, Person.id))).all()
    ids = [one.id for one in people]
    contracts: dict[UUID, list[FeeContract]] = defaultdict(list)
    for contract in await session.scalars(
        select(FeeContract)
        .where(FeeContract.person_id.in_(ids), FeeContract.state != ContractState.DRAFT)
        .order_by(FeeContract.starts_on.desc(), FeeContract.number)
    ):
        contracts[contract.person_id].append(contract)
    consents: dict[UUID, list[StatusConsent]] = defaultdict(list)
    for consent in await session.scalars(
        select(StatusConsent)
        .where(StatusConsent.person_id.in_(ids))
        .order_by(StatusConsent.given_at.desc(), StatusConsent.id)
    ):
        consents[consent.person_id].append(consent)
    declared = await _declared(session, ids, year)
    minutes = await _minutes(session, year)
    allowance = allowance_of(await allowances(session), year)
    limits = await limits_of(session)
    found = []
    for person in people:
        theirs = contracts.get(person.id, [])
        looks = Year(
            year=year, minutes=minutes.get(person.id, 0), all_minutes=sum(minutes.values()),
            planned_cents=planned_cents(theirs, year), allowance_cents=allowance.cents if allowance else None,
            declaration=declared.get(person.id),
        )  # fmt: skip
        agreed = consents.get(person.id, [])
        found.append(Standing(person, looks, theirs, agreed, warnings(looks, theirs, agreed, limits)))
    return found


async def standing_of(session: AsyncSession, person_id: UUID, year: int) -> Standing:
    """The file of one trainer. Raises NotFound for anybody else."""
    found = await standings(session, year, person_id=person_id)
    if not found:
        raise NotFound
    return found[0]


async def declarations_of(session: AsyncSession, person_id: UUID) -> Sequence[AllowanceDeclaration]:
    """Everything one trainer has declared, the latest first."""
    rows = await session.scalars(
        select(AllowanceDeclaration)
        .where(AllowanceDeclaration.person_id == person_id)
        .order_by(AllowanceDeclaration.declared_at.desc(), AllowanceDeclaration.id)
    )
    return rows.all()


async def claims_allowance(session: AsyncSession, person_id: UUID, year: int) -> bool | None:
    """Whether a trainer claims the allowance for what they earn here in this year; None while nothing was declared."""
    declared = (await _declared(session, [person_id], year)).get(person_id)
    return None if declared is None else declared.claimed_cents > 0


async def allowances(session: AsyncSession) -> Sequence[TaxAllowance]:
    """The allowance by the year from which it holds, the latest first."""
    rows = await session.scalars(select(TaxAllowance).order_by(TaxAllowance.from_year.desc()))
    return rows.all()


async def limits_of(session: AsyncSession) -> Mapping[StandingRuleKind, int]:
    """From which number on each rule warns."""
    return {row.kind: row.threshold for row in await session.scalars(select(StandingRule))}


async def _declared(
    session: AsyncSession, ids: Sequence[UUID], year: int
) -> Mapping[UUID, AllowanceDeclaration]:
    rows = await session.scalars(
        select(AllowanceDeclaration)
        .where(AllowanceDeclaration.person_id.in_(ids), AllowanceDeclaration.year == year)
        .order_by(AllowanceDeclaration.declared_at, AllowanceDeclaration.id)
    )
    return {row.person_id: row for row in rows}  # the last of each person stays


async def _minutes(session: AsyncSession, year: int) -> Mapping[UUID, int]:
    """What each trainer teaches in the year, held and planned. Where two teach a session, it counts for both."""
    rows = await session.execute(
        select(SessionTrainer.person_id, Session.starts_at, Session.ends_at)
        .join(Session, Session.id == SessionTrainer.session_id)
        .join(Run, Run.id == Session.run_id)
        .where(
            Session.state == SessionState.PLANNED,
            Run.state.not_in([RunState.DRAFT, RunState.CANCELLED]),
            Session.starts_at >= at_venue(date(year, 1, 1), time()),
            Session.starts_at < at_venue(date(year + 1, 1, 1), time()),
        )
    )
    found: dict[UUID, int] = defaultdict(int)
    for person_id, starts_at, ends_at in rows:
        found[person_id] += int((ends_at - starts_at).total_seconds() // 60)
    return found
