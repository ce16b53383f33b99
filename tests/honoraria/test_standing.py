"""Status files (U16): the transition rule, rules that warn, declarations, consents, and the file for an audit."""

from datetime import date
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest

from lms.honoraria.contracts.models import ContractState
from lms.honoraria.standing.errors import MoreThanAllowance, NoSideJob, YearUnknown
from lms.honoraria.standing.filing import status_zip
from lms.honoraria.standing.models import StandingRuleKind
from lms.honoraria.standing.queries import limits_of, standing_of
from lms.honoraria.standing.rules import Sign
from lms.honoraria.standing.service import Declared, StatusFiles, seen_limits
from lms.jobs.worker import Worker
from lms.kernel.errors import NotFound, Stale
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.honoraria.agreeing import SHEET, accept, as_trainer, offered, open_with_rate
from tests.making import BOTH, FixedClock, make_person, staff
from tests.office import TEAM, Office

pytestmark = BOTH


def declared(claimed: int, elsewhere: int = 0, *, year: int = 2026, side_job: bool = True) -> Declared:
    return Declared(
        year=year, claimed_cents=claimed, elsewhere_cents=elsewhere, is_side_job=side_job, only_client=False
    )


async def all_signs(house: Around, office: Office) -> list[Sign]:
    async with house.begin.reading() as session:
        return [one.sign for one in (await standing_of(session, office.trainer.id, 2026)).warnings]


async def signs(house: Around, office: Office) -> list[Sign]:
    """Without the share of all units: here one trainer teaches everything."""
    return [one for one in await all_signs(house, office) if one is not Sign.SHARE]


async def declare(house: Around, office: Office, what: Declared) -> None:
    trainer = as_trainer(office.trainer)
    await StatusFiles(house).declare(
        trainer, person_id=office.trainer.id, declaration_id=uuid4(), declared=what
    )


async def test_contracts_past_the_transition_rule_without_consent_or_declaration_are_named(
    house: Around, jobs: Worker, clock: FixedClock
) -> None:
    office, early = await open_with_rate(house)
    late = await office.run(first_day=date(2027, 1, 5))
    consented = await offered(house, jobs, early, office.trainer)
    await accept(house, consented, office.trainer)
    assert await signs(house, office) == [Sign.NO_DECLARATION]
    async with house.begin.reading() as session:
        consent = (await standing_of(session, office.trainer.id, 2026)).consents[0]
    for _ in range(2):
        await StatusFiles(house).withdraw_consent(
            as_trainer(office.trainer), person_id=office.trainer.id, consent_id=consent.id
        )
    after = await offered(house, jobs, late, office.trainer)
    assert await signs(house, office) == [Sign.PAST_TRANSITION, Sign.NO_CONSENT, Sign.NO_DECLARATION]

    clock.forward(days=28)
    assert (await accept(house, after, office.trainer)).state is ContractState.ACCEPTED
    assert (await signs(house, office))[:2] == [Sign.AFTER_TRANSITION, Sign.NO_CONSENT]


async def test_what_is_left_of_the_allowance_follows_declarations_and_contracts(
    house: Around, jobs: Worker
) -> None:
    office, run = await open_with_rate(house)
    await accept(house, await offered(house, jobs, run, office.trainer), office.trainer)  # 112 euros of fees
    await declare(house, office, declared(5_000, 300_000))
    async with house.begin.reading() as session:
        year = (await standing_of(session, office.trainer.id, 2026)).year
    assert (year.planned_cents, year.used_cents, year.taxable_cents, year.left_cents) == (
        11_200, 5_000, 6_200, 330_000 - 300_000 - 5_000,
    )  # fmt: skip
    assert await signs(house, office) == [Sign.OVER_ALLOWANCE]
    with pytest.raises(MoreThanAllowance):
        await declare(house, office, declared(30_001, 300_000))
    with pytest.raises(MoreThanAllowance):
        await declare(house, office, declared(300_001, year=2025))
    with pytest.raises(NoSideJob):
        await declare(house, office, declared(1, side_job=False))
    with pytest.raises(YearUnknown):
        await declare(house, office, declared(1, year=2020))
    stranger = as_trainer(make_person("Eva", "Fremd"))
    with pytest.raises(NotFound):
        await StatusFiles(house).declare(
            stranger, person_id=office.trainer.id, declaration_id=uuid4(), declared=declared(1)
        )


async def test_rules_warn_from_their_numbers_on_and_the_slower_of_two_is_told(house: Around) -> None:
    office, _ = await open_with_rate(house)  # 4 units, all units of the house
    files = StatusFiles(house)
    async with house.begin.reading() as session:
        limits = dict(await limits_of(session))
    assert await all_signs(house, office) == [Sign.SHARE]
    wanted = {StandingRuleKind.UNITS: 4, StandingRuleKind.SHARE: 0, StandingRuleKind.ONLY_CLIENT: 1}
    await files.set_limits(TEAM, limits=wanted, seen=seen_limits(limits))
    assert await all_signs(house, office) == [Sign.UNITS]
    with pytest.raises(Stale):
        await files.set_limits(TEAM, limits=wanted | {StandingRuleKind.UNITS: 9}, seen=seen_limits(limits))


async def test_the_file_for_an_audit_holds_the_overview_and_every_paper(house: Around, jobs: Worker) -> None:
    office, run = await open_with_rate(house)
    contract = await offered(house, jobs, run, office.trainer)
    name, content = await status_zip(house, office.trainer.id)
    with ZipFile(BytesIO(content)) as packed:
        assert sorted(packed.namelist()) == ["uebersicht.pdf", f"vertraege/{contract.number}-vertrag.pdf"]
        assert packed.read(f"vertraege/{contract.number}-vertrag.pdf") == SHEET
        assert packed.read("uebersicht.pdf").startswith(b"%PDF-")
    assert name == "statusakte-jonas-krueger-20261204.zip"
    with pytest.raises(NotFound):
        await StatusFiles(house).withdraw_consent(
            staff(Identity.FINANCE), person_id=office.trainer.id, consent_id=uuid4()
        )
