"""Reading price lists, reckonings and concessions, in a session somebody else opened."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from lms.catalogue.models import Course, Run
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.enrolment.pricing.models import (
    ConcessionClaim,
    ConcessionKind,
    ConcessionProof,
    ConcessionState,
    PriceRate,
    PriceReckoning,
    ProofFile,
    RateKind,
    RunConcession,
)
from lms.enrolment.pricing.rules import Concession, Cut, Line, PriceList, Rate, in_full
from lms.kernel.errors import NotFound
from lms.people.models import Company, Person

TURN = list(RateKind)


async def price_list(session: AsyncSession, run: Run) -> PriceList:
    """The prices of one run; two statements, none where it costs nothing."""
    return (await price_lists(session, [run]))[run.id]


async def price_lists(session: AsyncSession, runs: Collection[Run]) -> Mapping[UUID, PriceList]:
    """The prices of these runs; two statements however many, none where all of them cost nothing."""
    paid = [run.id for run in runs if run.price_cents]
    rates: dict[UUID, list[Rate]] = {}
    named: dict[UUID, set[UUID]] = {}
    kinds: Sequence[ConcessionKind] = ()
    if paid:
        rows = await session.execute(
            select(PriceRate, Company.name)
            .outerjoin(Company, Company.id == PriceRate.company_id)
            .where(PriceRate.run_id.in_(paid))
        )
        for row, company in rows:
            rates.setdefault(row.run_id, []).append(rate_of(row, company or ""))
        chosen = await session.execute(
            select(ConcessionKind, RunConcession.run_id)
            .outerjoin(
                RunConcession, (RunConcession.kind_id == ConcessionKind.id) & RunConcession.run_id.in_(paid)
            )
            .where(or_(ConcessionKind.is_retired.is_(False), RunConcession.run_id.is_not(None)))
            .order_by(ConcessionKind.name_de, ConcessionKind.id)
        )
        known: dict[UUID, ConcessionKind] = {}
        for kind, run_id in chosen:
            known[kind.id] = kind
            if run_id is not None:
                named.setdefault(run_id, set()).add(kind.id)
        kinds = [kind for kind in known.values() if not kind.is_retired]
    return {
        run.id: PriceList(
            base_cents=run.price_cents,
            rates=tuple(sorted(rates.get(run.id, ()), key=lambda rate: TURN.index(rate.kind))),
            concessions=concessions_of(run, kinds, named.get(run.id, set())),
        )
        for run in runs
    }


def rate_of(row: PriceRate, company: str = "") -> Rate:
    """A rate as the rules want it."""
    return Rate(
        kind=row.kind,
        cut=Cut(price_cents=row.price_cents, percent=row.percent, off_cents=row.off_cents),
        places=tuple(row.places),
        until=row.until,
        least=row.least or 0,
        company_id=row.company_id,
        company=company,
        adds=row.adds,
    )


def concessions_of(
    run: Run, kinds: Sequence[ConcessionKind], named: Collection[UUID]
) -> tuple[Concession, ...]:
    """What a run gives to whom: its own reduced price for each accepted reason, else what the reason itself gives.

    A run that names no reasons and has a reduced price accepts all of the centre's; where the centre has none, the price is
    given to whoever can prove any.
    """
    if not run.price_cents:
        return ()
    own = run.concession_cents
    if own is not None and own >= run.price_cents:
        return ()
    allowed = [kind for kind in kinds if kind.id in named or (not named and own is not None)]
    found = []
    for kind in allowed:
        if own is None and kind.percent is None and kind.off_cents is None:
            continue
        cut = (
            Cut(price_cents=own)
            if own is not None
            else Cut(percent=kind.percent)
            if kind.percent is not None
            else Cut(off_cents=kind.off_cents)
        )
        found.append(
            Concession(
                cut=cut,
                id=kind.id,
                name_de=kind.name_de,
                name_en=kind.name_en or kind.name_de,
                proof_de=kind.proof_de,
                proof_en=kind.proof_en or kind.proof_de,
                needs_proof=kind.needs_proof,
            )
        )
    if not found and own is not None:
        found.append(Concession(cut=Cut(price_cents=own)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A concession as it was claimed for one enrolment; `kind` is None for a plain reduced price."""

    claim: ConcessionClaim
    kind: ConcessionKind | None
    proof: ConcessionProof | None = None


async def reckoned(session: AsyncSession, enrolments: Collection[Enrolment]) -> Mapping[UUID, Sequence[Line]]:
    """How the price of each of these enrolments came about, in lines that add up to what it costs now; one statement.

    Enrolments for single sessions have none: their price is that of each session.
    """
    whole = {one.id: one for one in enrolments if not one.is_drop_in}
    if not whole:
        return {}
    rows = await session.scalars(select(PriceReckoning).where(PriceReckoning.enrolment_id.in_(whole)))
    stored = {row.enrolment_id: row.lines for row in rows}
    return {key: in_full(stored.get(key, ()), one.price_cents) for key, one in whole.items()}


async def claimed(session: AsyncSession, enrolment_ids: Collection[UUID]) -> Mapping[UUID, Claimed]:
    """The concessions of these enrolments, with the proof that the team has seen of the same person; one statement."""
    if not enrolment_ids:
        return {}
    rows = await session.execute(
        select(ConcessionClaim, ConcessionKind, ConcessionProof)
        .join(Enrolment, Enrolment.id == ConcessionClaim.enrolment_id)
        .outerjoin(ConcessionKind, ConcessionKind.id == ConcessionClaim.kind_id)
        .outerjoin(
            ConcessionProof,
            (ConcessionProof.person_id == Enrolment.person_id)
            & (ConcessionProof.kind_id == ConcessionClaim.kind_id),
        )
        .where(ConcessionClaim.enrolment_id.in_(list(enrolment_ids)))
    )
    return {claim.enrolment_id: Claimed(claim, kind, proof) for claim, kind, proof in rows}


def open_proofs(state: ConcessionState, moment: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """How many people with a place have a proof in this state, and a moment of the first of them."""
    return (
        select(func.count(), moment)
        .select_from(ConcessionClaim)
        .join(Enrolment, Enrolment.id == ConcessionClaim.enrolment_id)
        .join(Run, Run.id == Enrolment.run_id)
        .where(ConcessionClaim.state == state, Enrolment.state == EnrolmentState.CONFIRMED)
    )


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A proof to be shown, looked at or decided about, with whose and for what."""

    claim: ConcessionClaim
    enrolment: Enrolment
    person: Person
    run: Run
    course: Course
    kind: ConcessionKind | None
    proof: ConcessionProof | None
    has_file: bool


async def proof_rows(
    session: AsyncSession, states: Collection[ConcessionState], *, limit: int, offset: int
) -> tuple[Sequence[ProofRow], int]:
    """People with a place whose proofs are in these states, the first start first, and how many there are; two statements."""
    wanted = (ConcessionClaim.state.in_(states), Enrolment.state == EnrolmentState.CONFIRMED)
    total = await session.scalar(
        select(func.count())
        .select_from(ConcessionClaim)
        .join(Enrolment, Enrolment.id == ConcessionClaim.enrolment_id)
        .where(*wanted)
    )
    rows = await session.execute(
        _proofs()
        .where(*wanted)
        .order_by(Run.starts_at, Person.family_name, ConcessionClaim.id)
        .limit(limit)
        .offset(offset)
    )
    return [ProofRow(*row) for row in rows], total or 0


async def proof_row(session: AsyncSession, enrolment_id: UUID) -> ProofRow:
    """The concession of one enrolment with everything shown beside it. Raises NotFound."""
    found = (await session.execute(_proofs().where(Enrolment.id == enrolment_id))).first()
    if found is None:
        raise NotFound
    return ProofRow(*found)


def _proofs() -> Select[*tuple[Any, ...]]:
    has_file = select(ProofFile.id).where(ProofFile.claim_id == ConcessionClaim.id).exists()
    return (
        select(ConcessionClaim, Enrolment, Person, Run, Course, ConcessionKind, ConcessionProof, has_file)
        .join(Enrolment, Enrolment.id == ConcessionClaim.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Run, Run.id == Enrolment.run_id)
        .join(Course, Course.id == Run.course_id)
        .outerjoin(ConcessionKind, ConcessionKind.id == ConcessionClaim.kind_id)
        .outerjoin(
            ConcessionProof,
            (ConcessionProof.person_id == Enrolment.person_id)
            & (ConcessionProof.kind_id == ConcessionClaim.kind_id),
        )
    )
