"""A trainer with a run and a rate, and the way to an offered contract."""

from datetime import date
from hashlib import sha256
from uuid import UUID, uuid4

from lms.catalogue.models import Run
from lms.honoraria.contracts.models import ContractPaper, FeeContract, PaperKind
from lms.honoraria.contracts.reading import facts_now
from lms.honoraria.contracts.service import Contracts
from lms.honoraria.contracts.service.offering import fingerprint
from lms.honoraria.rates.models import FeeRate
from lms.jobs.worker import Worker
from lms.kernel.actor import Actor
from lms.kernel.rights import Identity
from lms.people.models import Person
from lms.scheduling.models import RunTrainer
from lms.web.module import Around
from tests.office import TEAM, Office, open_office

SHEET = b"%PDF-1.7 a sheet that nobody had to draw"


def as_trainer(person: Person, **given: str) -> Actor:
    """The trainer, second factor given."""
    return Actor(
        identities=frozenset({Identity.TRAINER}),
        account_id=uuid4(),
        person_id=person.id,
        name=person.name,
        **given,  # type: ignore[arg-type]
    )


async def open_with_rate(house: Around) -> tuple[Office, Run]:
    """28 euros a unit, 10 euros a day; a run of two sessions of two units each in December 2026."""
    office = await open_office(house)
    async with house.begin() as session:
        session.add(
            FeeRate(qualification="", valid_from=date(2026, 1, 1), unit_cents=2800, travel_cents=1000)
        )
    return office, await office.run()


async def draft(house: Around, run: Run, person: Person) -> FeeContract:
    return await Contracts(house).draft(TEAM, contract_id=uuid4(), run_id=run.id, person_id=person.id)


async def seen_of(house: Around, run_id: UUID, person_id: UUID) -> str:
    """What the page with the offer remembers."""
    async with house.begin.reading() as session:
        assert await session.get(RunTrainer, (run_id, person_id)) is not None
        return fingerprint((await facts_now(session, [(run_id, person_id)]))[run_id, person_id])


async def offer(house: Around, contract: FeeContract) -> FeeContract:
    seen = await seen_of(house, contract.run_id, contract.person_id)
    return await Contracts(house).offer(TEAM, contract_id=contract.id, seen=seen)


async def offered(house: Around, jobs: Worker, run: Run, person: Person) -> FeeContract:
    """Sent, with a sheet that is there already: drawing takes a second."""
    contract = await offer(house, await draft(house, run, person))
    await keep(house, contract, PaperKind.CONTRACT)
    await jobs.drain()
    return contract


async def keep(house: Around, contract: FeeContract, kind: PaperKind) -> None:
    async with house.begin() as session:
        session.add(
            ContractPaper(
                contract_id=contract.id, kind=kind, media_type="application/pdf",
                sha256=sha256(SHEET).hexdigest(), written_at=house.clock(), content=SHEET,
            )
        )  # fmt: skip


async def accept(house: Around, contract: FeeContract, person: Person, **given: object) -> FeeContract:
    wanted = {"typed_name": person.name, "has_read": True, "consents": True} | given
    actor = as_trainer(person, address="203.0.113.77")
    return await Contracts(house).accept(actor, contract_id=contract.id, user_agent="Firefox", **wanted)  # type: ignore[arg-type]
