"""What the trainers of the demo are paid: rates, contracts in each state, papers that end soon, and a declaration."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from lms.catalogue.models import Run, RunState
from lms.demo.filling.ground import Ground
from lms.demo.filling.people import Everybody
from lms.honoraria.contracts.drawing import DRAW, PDF
from lms.honoraria.contracts.models import (
    AcceptanceWay,
    ContractAcceptance,
    ContractPaper,
    ContractState,
    FeeContract,
    PaperKind,
)
from lms.honoraria.contracts.paper import contract_pdf
from lms.honoraria.contracts.reading import facts_now
from lms.honoraria.contracts.rules import ContractFacts
from lms.honoraria.contracts.service.offering import freeze
from lms.honoraria.contracts.wording import DEFAULT, filled, values_of
from lms.honoraria.rates.models import FeeRate, RunFee
from lms.honoraria.standing.models import AllowanceDeclaration, StatusConsent
from lms.honoraria.standing.service import DECLARATION_VERSION
from lms.jobs.queue import enqueue
from lms.scheduling.models import RunTrainer
from lms.trainers.qualifications.models import QualificationKind, QualificationRecord

OFFERED_BEFORE, ANSWERED_BEFORE = timedelta(days=4), timedelta(days=3)
STATES = (
    ("katrin-behlau", ContractState.OFFERED),
    ("aylin-demirci", ContractState.ACCEPTED),
    ("lea-marquardt", ContractState.DRAFT),
    ("katrin-behlau", ContractState.WITHDRAWN),
    ("aylin-demirci", ContractState.DECLINED),
)
"""Whose contract is how far; each for another run of theirs."""
FIRST_AID, ENDS_SOON = "Erste Hilfe", timedelta(days=21)
TEACHING = "Erwachsenenpädagogische Qualifikation"
Pair = tuple[UUID, UUID]


async def fill_contracts(ground: Ground, everybody: Everybody) -> None:
    """Rates first, because contracts rest on them."""
    await _rates(ground)
    await _papers(ground, everybody)
    runs = await _pairs(ground, everybody)
    taken: set[UUID] = set()
    for key, state in STATES:
        person_id = everybody.trainers[key].id
        found = next(
            ((pair, facts) for pair, facts in runs if pair[1] == person_id and pair[0] not in taken), None
        )
        if found is None:
            continue
        taken.add(found[0][0])
        await _contract(ground, found[0], found[1], state)
    await ground.put(
        [
            AllowanceDeclaration(
                id=ground.key(), person_id=everybody.trainers["aylin-demirci"].id, year=ground.today.year,
                claimed_cents=150_000, elsewhere_cents=80_000, is_side_job=True, only_client=False,
                wording_version=DECLARATION_VERSION, declared_at=ground.now - timedelta(days=90),
            )
        ]
    )  # fmt: skip


async def _rates(ground: Ground) -> None:
    this_year, next_year = date(ground.today.year, 1, 1), date(ground.today.year + 1, 1, 1)
    await ground.put(
        FeeRate(
            id=ground.key(), qualification=name, valid_from=day, unit_cents=cents, travel_cents=800,
            substitution_cents=more,
        )
        for name, day, cents, more in (
            ("", this_year, 2400, None),
            ("", next_year, 2550, None),
            (TEACHING, this_year, 2800, 3000),
        )
    )  # fmt: skip


async def _papers(ground: Ground, everybody: Everybody) -> None:
    kinds = [
        QualificationKind(id=ground.key(), name=FIRST_AID, valid_months=24),
        QualificationKind(id=ground.key(), name=TEACHING),
    ]
    await ground.put(kinds)
    seen_on = ground.today - timedelta(days=700)
    ends = {"katrin-behlau": ground.today + ENDS_SOON, "aylin-demirci": ground.today + timedelta(days=500)}
    await ground.put(
        QualificationRecord(
            id=ground.key(), person_id=everybody.trainers[key].id, kind_id=kinds[0].id, seen_on=seen_on,
            valid_until=until, recorded_at=ground.now - timedelta(days=700),
        )
        for key, until in ends.items()
    )  # fmt: skip
    await ground.put(
        [
            QualificationRecord(
                id=ground.key(), person_id=everybody.trainers["katrin-behlau"].id, kind_id=kinds[1].id,
                seen_on=seen_on, recorded_at=ground.now - timedelta(days=700), note="vhs-Landesverband, 2019",
            )
        ]
    )  # fmt: skip


async def _pairs(ground: Ground, everybody: Everybody) -> Sequence[tuple[Pair, ContractFacts]]:
    """Runs of these trainers that are still to come, the next first, with what a contract would say."""
    people = {everybody.trainers[key].id for key, _ in STATES}
    rows = await ground.session.execute(
        select(RunTrainer.run_id, RunTrainer.person_id)
        .join(Run, Run.id == RunTrainer.run_id)
        .where(
            Run.state.in_([RunState.PUBLISHED, RunState.CONFIRMED]),
            Run.starts_at > ground.now,
            RunTrainer.person_id.in_(people),
        )
        .order_by(Run.starts_at, Run.number, RunTrainer.position)
    )
    pairs: Iterable[Pair] = [(run_id, person_id) for run_id, person_id in rows]
    facts = await facts_now(ground.session, pairs)
    return [(pair, found) for pair, found in facts.items() if found is not None]


async def _contract(ground: Ground, pair: Pair, facts: ContractFacts, state: ContractState) -> None:
    contract = FeeContract(
        id=ground.key(), number=f"HV-{facts.run}-1", run_id=pair[0], person_id=pair[1],
        created_at=ground.now - OFFERED_BEFORE, state=state,
    )  # fmt: skip
    if state is ContractState.DRAFT:
        await ground.put(
            [RunFee(run_id=pair[0], person_id=pair[1], unit_cents=3200, travel_cents=800), contract]
        )
        return
    freeze(contract, facts)
    contract.wording_number, contract.offered_at = DEFAULT.number, ground.now - OFFERED_BEFORE
    if state is ContractState.WITHDRAWN:
        contract.ended_at, contract.note = ground.now - ANSWERED_BEFORE, "Die Termine haben sich geändert."
    if state in {ContractState.ACCEPTED, ContractState.DECLINED}:
        contract.answered_at = ground.now - ANSWERED_BEFORE
    if state is ContractState.DECLINED:
        contract.ended_at, contract.note = contract.answered_at, "Bitte ein anderes Honorar."
    await ground.put([contract])
    if state is ContractState.ACCEPTED:
        await _accept(ground, contract, facts)
        return
    enqueue(
        ground.session, DRAW, {"contract_id": str(contract.id)}, at=ground.now, key=f"{DRAW}:{contract.id}"
    )


async def _accept(ground: Ground, contract: FeeContract, facts: ContractFacts) -> None:
    """With the sheet that was accepted: its hash is part of the evidence."""
    offered_at = ground.now - OFFERED_BEFORE
    sheet = contract_pdf(contract.number, facts, DEFAULT, at=offered_at)
    mark, answered_at = sha256(sheet).hexdigest(), ground.now - ANSWERED_BEFORE
    consent = filled(DEFAULT.consent, values_of(facts, contract.number)) if facts.needs_consent else ""
    await ground.put(
        [
            ContractPaper(
                id=ground.key(), contract_id=contract.id, kind=PaperKind.CONTRACT, media_type=PDF, sha256=mark,
                written_at=offered_at, content=sheet,
            ),
            ContractAcceptance(
                id=ground.key(), contract_id=contract.id, way=AcceptanceWay.SCREEN, accepted_at=answered_at,
                typed_name=facts.trainer, document_sha256=mark, wording_number=DEFAULT.number,
                consents=True if consent else None, consent_words=consent, address="203.0.113.0/24",
                user_agent="Mozilla/5.0 (Android 15; Mobile)",
            ),
        ]
    )  # fmt: skip
    if consent:
        await ground.put(
            [
                StatusConsent(
                    id=ground.key(), person_id=contract.person_id, wording=consent,
                    wording_version=str(DEFAULT.number), given_at=answered_at, contract_id=contract.id,
                )
            ]
        )  # fmt: skip
