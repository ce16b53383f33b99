"""The pages about fees: what is on them, where forms lead, and who does not get in."""

import re
from collections.abc import Sequence

from httpx import AsyncClient
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.honoraria.contracts.models import ContractState, FeeContract
from lms.honoraria.rates.models import FeeRate
from lms.honoraria.standing.models import AllowanceDeclaration
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.honoraria.agreeing import draft, offered, open_with_rate
from tests.making import make_person
from tests.office import counted, words_of
from tests.visiting import another_browser, assert_same_as_missing, send, sign_in

OF_STAFF = (
    "/verwaltung/finanzen/honorarsaetze", "/verwaltung/vertraege", "/verwaltung/vertraege?ansicht=alle",
    "/verwaltung/vertraege?ansicht=fehlend", "/verwaltung/vertraege?ansicht=geaendert",
    "/verwaltung/vertraege/text", "/verwaltung/qualifikationen", "/verwaltung/qualifikationen/neu",
    "/verwaltung/statusakten", "/verwaltung/statusakten/regeln", "/verwaltung/vertraege/liste.csv?ansicht=fehlend",
    "/verwaltung/statusakten/liste.xlsx", "/verwaltung/qualifikationen/liste.csv", "/verwaltung",
)  # fmt: skip
OF_TRAINERS = ("/kursleitung/vertraege", "/kursleitung/status", "/kursleitung/qualifikationen")


async def statuses(client: AsyncClient, paths: Sequence[str]) -> dict[str, int]:
    return {path: (await client.get(path)).status_code for path in paths}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None
    return found[1]


async def test_planners_and_finance_see_every_page_and_enrolment_none_of_them(
    client: AsyncClient, house: Around, jobs: Worker
) -> None:
    office, run = await open_with_rate(house)
    contract = await offered(house, jobs, run, office.trainer)
    person = office.trainer.id
    paths = (
        *OF_STAFF, f"/verwaltung/vertraege/{contract.id}", f"/verwaltung/vertraege/{contract.id}/papier",
        f"/verwaltung/vertraege/{contract.id}/zurueckziehen", f"/verwaltung/vertraege/{contract.id}/vertrag.pdf",
        f"/verwaltung/durchfuehrungen/{run.id}/honorare", f"/verwaltung/durchfuehrungen/{run.id}/honorare/{person}",
        f"/verwaltung/durchfuehrungen/{run.id}", f"/verwaltung/kursleitungen/{person}",
        f"/verwaltung/kursleitungen/{person}/qualifikationen", f"/verwaltung/kursleitungen/{person}/statusakte",
    )  # fmt: skip
    await sign_in(client, house.begin, Identity.PROGRAMME, at=house.clock())
    assert await statuses(client, paths) == dict.fromkeys(paths, 200)
    english = await client.get(f"/en/verwaltung/vertraege/{contract.id}")
    assert "waits for an answer" in english.text

    enrolment = another_browser(client)
    await sign_in(enrolment, house.begin, Identity.ENROLMENT, at=house.clock())
    closed = paths[1:5] + paths[14:16]
    assert await statuses(enrolment, closed) == dict.fromkeys(closed, 403)


async def test_a_new_rate_is_shown_with_whom_it_concerns_before_it_is_saved(
    client: AsyncClient, house: Around
) -> None:
    await open_with_rate(house)
    await sign_in(client, house.begin, Identity.FINANCE, at=house.clock())
    path = "/verwaltung/finanzen/honorarsaetze/neu"
    page = (await client.get(path)).text
    typed = {
        "qualification": "", "valid_from-day": "1", "valid_from-month": "1", "valid_from-year": "2027",
        "unit": "30,00", "travel": "", "substitution": "", "key": hidden(page, "key"),
    }  # fmt: skip
    names = set(re.findall(r'name="(valid_from[^"]*)"', page))
    typed = {
        next((one for one in names if key[-3:] == one[-3:] and key != one and key.startswith("valid")), key): value
        for key, value in typed.items()
    }  # fmt: skip
    check = await send(client, path, typed)
    assert "28,00 Euro" in words_of(check.text)
    assert "1 Kursleitung wird danach bezahlt." in words_of(check.text)
    async with house.begin.reading() as session:
        assert len((await session.scalars(select(FeeRate))).all()) == 1
    saved = await send(client, path, typed | {"schritt": "speichern"})
    assert saved.status_code == 303
    async with house.begin.reading() as session:
        assert len((await session.scalars(select(FeeRate))).all()) == 2


async def test_a_trainer_reads_ticks_types_and_accepts_in_two_steps(
    client: AsyncClient, house: Around, jobs: Worker
) -> None:
    office, run = await open_with_rate(house)
    contract = await offered(house, jobs, run, office.trainer)
    await sign_in(
        client, house.begin, Identity.TRAINER, person=office.trainer, is_known=True, at=house.clock()
    )
    assert await statuses(client, OF_TRAINERS) == dict.fromkeys(OF_TRAINERS, 200)
    here = f"/kursleitung/vertraege/{contract.id}"
    assert "132,00 Euro" in words_of((await client.get(here)).text)
    assert (await client.get(f"{here}/ablehnen")).status_code == 200

    wrong = await send(client, f"{here}/annehmen", {"has_read": "y", "name": "Jemand <b>anders</b>"})
    assert wrong.status_code == 422
    assert "Jonas Krüger" in wrong.text
    typed = {"has_read": "y", "consents": "y", "name": "Jonas Krüger"}
    last = await send(client, f"{here}/annehmen", typed)
    assert "Mit dem nächsten Knopf" in words_of(last.text)
    async with house.begin.reading() as session:
        assert (await session.get_one(FeeContract, contract.id)).state is ContractState.OFFERED
    done = await send(client, f"{here}/annehmen", typed | {"schritt": "speichern"})
    assert done.status_code == 303
    async with house.begin.reading() as session:
        assert (await session.get_one(FeeContract, contract.id)).state is ContractState.ACCEPTED
    assert "Gegeben am" in words_of((await client.get("/kursleitung/status")).text)


async def test_somebody_elses_contract_looks_like_one_that_is_not_there(
    client: AsyncClient, house: Around, jobs: Worker
) -> None:
    office, run = await open_with_rate(house)
    contract, other = await offered(house, jobs, run, office.trainer), make_person("Eva", "Fremd")
    await sign_in(client, house.begin, Identity.TRAINER, person=other, at=house.clock())
    missing = f"/kursleitung/vertraege/{office.trainer.id}"
    await assert_same_as_missing(client, f"/kursleitung/vertraege/{contract.id}", missing)


async def test_a_trainer_declares_the_allowance_and_the_team_looking_is_noted(
    client: AsyncClient, house: Around
) -> None:
    office, _ = await open_with_rate(house)
    await sign_in(
        client, house.begin, Identity.TRAINER, person=office.trainer, is_known=True, at=house.clock()
    )
    key = hidden((await client.get("/kursleitung/status")).text, "key")
    declared = {"year": "2026", "claimed": "2000", "elsewhere": "1500", "is_side_job": "y", "key": key}
    too_much = await send(client, "/kursleitung/status", declared)
    assert "3.300,00 Euro" in words_of(too_much.text)
    for _ in range(2):
        fine = await send(client, "/kursleitung/status", declared | {"elsewhere": "1.300,00"})
        assert fine.status_code == 303
    async with house.begin.reading() as session:
        rows = (await session.scalars(select(AllowanceDeclaration))).all()
    assert [(row.claimed_cents, row.elsewhere_cents) for row in rows] == [(200_000, 130_000)]

    team = another_browser(client)
    await sign_in(team, house.begin, Identity.FINANCE, at=house.clock())
    page = await team.get(f"/verwaltung/kursleitungen/{office.trainer.id}/statusakte")
    assert "2.000,00 Euro" in words_of(page.text)
    async with house.begin.reading() as session:
        noted = select(AuditEntry).where(AuditEntry.action == "standing.read")
        assert [row.person_id for row in await session.scalars(noted)] == [office.trainer.id]


async def test_the_list_costs_the_same_for_one_contract_as_for_many(
    client: AsyncClient, house: Around
) -> None:
    office, first = await open_with_rate(house)
    await draft(house, first, office.trainer)
    await sign_in(client, house.begin, Identity.PROGRAMME, at=house.clock())
    path = "/verwaltung/vertraege?ansicht=alle"
    await client.get(path)
    with counted() as one:
        await client.get(path)
    for day in (9, 10, 11):
        from datetime import date

        await draft(house, await office.run(first_day=date(2027, 3, day)), office.trainer)
    with counted() as many:
        await client.get(path)
    assert len(many) == len(one)
