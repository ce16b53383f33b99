"""The page of a waiting list: who waits, why a place went to whom, and what the team does for a caller."""

from uuid import uuid4

import pytest

from lms.db import Begin
from lms.enrolment.service import Enrolments
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.office import TEAM, Office, counted, open_office, words_of
from tests.visiting import Browser, another_browser, let_in, make_account, send, sign_in


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.ENROLMENT)
    return await open_office(house)


async def test_the_team_sees_the_line_and_answers_for_callers(
    client: Browser, office: Office, begin: Begin, jobs: Worker, house: Around
) -> None:
    run = await office.run(capacity=1, price_cents=2000)
    first = await office.enrol(run, "Ada", "Lehmann")
    for name in ("Ben", "=Cara", "Dora"):
        await office.enrol(run, name, "Weber", email=f"{name.strip('=').lower()}@example.com")
    await Enrolments(house).cancel(TEAM, enrolment_id=first.enrolments[0].id)
    await jobs.drain()
    here = f"/verwaltung/durchfuehrungen/{run.id}/warteliste"

    with counted() as with_three:
        page = await client.get(here)
    line = words_of(page.text)
    assert "Ben Weber" in line
    assert "Angebot gilt bis Sonntag, 6. Dezember 2026, 09:00 Uhr" in line
    assert "Niemand kann von Hand vorgezogen oder übergangen werden." in line
    assert "Brief geschrieben am" in line
    offer = page.text.split('/brief"')[0].rpartition('"')[2]
    assert (await client.get(f"{offer}/brief")).status_code == 200
    again = {"key": str(uuid4())}
    assert (await send(client, f"{offer}/brief", again)).headers["location"].endswith("angebot-nochmal")
    assert (await send(client, f"{offer}/brief", {"key": "unfug"})).status_code == 422
    answer = page.text.split('/angebot"')[0].rpartition('"')[2] + "/angebot"
    assert (await send(client, answer, {"answer": "ja", "payment": "invoice"})).status_code == 303
    assert (await send(client, f"{offer}/brief", again)).status_code == 404  # it is answered

    page = await client.get(here)
    left = page.text.split("/abmelden/")[1].split('"')[0]
    assert "Es ist nichts zu zahlen." in words_of((await client.get(f"{here}/abmelden/{left}")).text)
    assert (await send(client, f"{here}/abmelden/{left}")).headers["location"].endswith("liste-verlassen")
    with counted() as with_one:
        line = words_of((await client.get(here)).text)
    assert len(with_one) <= len(with_three)
    assert "Angebot angenommen" in line
    file = (await client.get(f"{here}/verlauf.csv")).content.decode("utf-8-sig")
    assert "'=Cara Weber" in file
    assert "Dora Weber" in (await client.get(f"{here}/liste.csv")).content.decode("utf-8-sig")


async def test_only_whoever_may_read_enrolments_sees_the_list(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run(capacity=1)
    here = f"/verwaltung/durchfuehrungen/{run.id}/warteliste"
    stranger = another_browser(client)
    await let_in(stranger, begin, await make_account(begin))

    assert (await stranger.get(here)).status_code == 403
    assert (await client.get(f"/verwaltung/durchfuehrungen/{uuid4()}/warteliste")).status_code == 404
    assert "Niemand wartet." in words_of((await client.get(here)).text)
