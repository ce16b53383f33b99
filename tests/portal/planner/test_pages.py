"""The planner in front of a browser: the table, the data of the timeline, the addresses of the signs."""

from datetime import date, timedelta

import pytest

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.scheduling.models import RunNeed
from lms.web.module import Around
from tests.office import counted, words_of
from tests.portal.planner.stage import Stage, on_tuesday, set_stage
from tests.visiting import Browser, sign_in

TUESDAY = {"tag": "2026-12-08"}
PLANNER = "/verwaltung/planer"
DATA = PLANNER + "/daten"


@pytest.fixture
async def stage(house: Around) -> Stage:
    return await set_stage(house)


async def test_the_table_tells_who_is_where_and_offers_the_same_acts_as_the_timeline(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    run = await stage.office.run()

    page = (await client.get(PLANNER, params=TUESDAY)).text
    blocks = (await client.get(DATA, params={"von": "2026-12-08", "bis": "2026-12-09"})).json()

    words = words_of(page)
    assert (
        f"Raum 1 14 Sitzplätze 10:00 bis 11:30 Uhr {run.number} Das Tablet kennenlernen Jonas Krüger"
        " 0 von 12 Plätzen veröffentlicht Verschieben" in words
    )
    assert "Den ganzen Tag frei: Raum 2" in words
    (block,) = blocks["entries"]
    assert f'href="{block["move"]}"' in page
    assert f'href="{block["path"]}"' in page
    assert (block["start"], block["end"], block["lanes"]) == (
        "2026-12-08T10:00:00", "2026-12-08T11:30:00", [str(stage.room.id)],
    )  # fmt: skip
    assert block["title"] == f"{run.number} Das Tablet kennenlernen"
    assert [(lane["name"], lane["about"]) for lane in blocks["lanes"]] == [
        ("Raum 1", "14 Sitzplätze"),
        ("Raum 2", "14 Sitzplätze"),
    ]


async def test_whoever_may_not_plan_reads_and_cannot_move(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.FINANCE)
    run = await stage.office.run()

    page = (await client.get(PLANNER, params=TUESDAY)).text
    (block,) = (await client.get(DATA, params={"von": "2026-12-08"})).json()["entries"]

    assert run.number in page
    assert "/verschieben" not in page
    assert "Neue Durchführung" not in page
    assert ("move" in block, block["path"]) == (False, f"/verwaltung/durchfuehrungen/{run.id}")


async def test_nobody_but_the_team_comes_in(client: Browser, begin: Begin) -> None:
    doors = (PLANNER, DATA, PLANNER + "/schilder")
    strangers = [(await client.get(path)).status_code for path in doors]
    await sign_in(client, begin, Identity.TRAINER)

    assert (strangers, [(await client.get(path)).status_code for path in doors]) == ([303] * 3, [403] * 3)


async def test_conflicts_are_sentences_with_word_and_number_and_can_be_looked_at_alone(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    run = await stage.office.run()
    await stage.booking(stage.room, on_tuesday(11), on_tuesday(12), is_firm=False)
    await stage.add(RunNeed(run_id=run.id, count=1, kit_id=stage.kit.id))

    usual = words_of((await client.get(PLANNER, params=TUESDAY)).text)
    alone = words_of((await client.get(PLANNER, params=TUESDAY | {"konflikte": "1"})).text)
    calm = words_of((await client.get(PLANNER, params={"tag": "2026-12-09", "konflikte": "1"})).text)
    devices = words_of((await client.get(PLANNER, params=TUESDAY | {"nach": "geraete"})).text)
    blocks = (await client.get(DATA, params={"von": "2026-12-08"})).json()["entries"]

    assert "2 Einträge haben einen Konflikt." in usual
    assert f"Konflikt: Raum 1 ist zu dieser Zeit durch Durchführung {run.number} belegt." in alone
    assert "Konflikt: 0 von 1 Gerät ist reserviert: Tabletkoffer." in alone
    assert "Den ganzen Tag frei" not in alone
    assert "An diesen Tagen gibt es keinen Konflikt." in calm
    assert "Geräte fehlen" in devices
    assert sorted(len(block["conflicts"]) for block in blocks) == [1, 1]


async def test_english_readers_get_english_and_know_what_is_german(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    await stage.office.run(publish=False)
    await stage.closure(stage.other_room, on_tuesday(8), on_tuesday(9) + timedelta(days=2))

    page = (await client.get("/en" + PLANNER, params=TUESDAY)).text
    blocks = (await client.get("/en" + DATA, params={"von": "2026-12-08"})).json()["entries"]

    assert "Meet your tablet" in words_of(page)
    assert "draft" in words_of(page)
    assert "Closed: Malerarbeiten" in words_of(page)
    assert "from Tue 8 Dec 2026, 08:00 to Thu 10 Dec 2026, 09:00" in words_of(page)
    assert [block["state"] for block in blocks] == ["draft", "closed"]


async def test_what_goes_on_over_days_is_told_once_and_then_named(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)
    await stage.closure(stage.other_room, on_tuesday(8), on_tuesday(9) + timedelta(days=2))

    week = words_of((await client.get(PLANNER, params=TUESDAY | {"zeitraum": "woche"})).text)

    assert week.count("Gesperrt: Malerarbeiten") == 1
    assert week.count("Noch belegt: Raum 2") == 2
    assert week.count("Es findet nichts statt.") == 4


async def test_the_data_is_sent_again_only_when_it_has_changed(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    await stage.office.run()
    first = await client.get(DATA, params={"von": "2026-12-08"})
    tag = {"if-none-match": first.headers["etag"]}

    same = await client.get(DATA, params={"von": "2026-12-08"}, headers=tag)
    english = await client.get("/en" + DATA, params={"von": "2026-12-08"}, headers=tag)
    await stage.office.run(at=on_tuesday(16).astimezone().time().replace(hour=16, minute=0), publish=False)
    changed = await client.get(DATA, params={"von": "2026-12-08"}, headers=tag)

    assert (same.status_code, same.content) == (304, b"")
    assert (english.status_code, changed.status_code) == (200, 200)
    assert len(changed.json()["entries"]) == 2


async def test_nonsense_in_the_address_gives_a_page(client: Browser, begin: Begin, stage: Stage) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    for asked in (
        {"nach": "<script>", "tag": "heute", "ort": "nirgends", "zeile": "'", "seite": "x"},
        {"nach": "kursleitung", "zeitraum": "monat", "seite": "99999"},
        {"ansicht": "zeitleiste", "tag": "2026-02-30"},
        {"zeitraum": "woche", "tag": "9999-12-31"},
        {"zeitraum": "monat", "tag": "2100-12-31"},
    ):
        answer = await client.get(PLANNER, params=asked)

        assert answer.status_code == 200
        assert "<script>" not in words_of(answer.text)


async def test_the_timeline_says_what_to_do_without_script(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)

    page = (await client.get(PLANNER, params=TUESDAY | {"ansicht": "zeitleiste"})).text

    assert "Die Zeitleiste braucht JavaScript." in page
    assert 'data-source="/verwaltung/planer/daten?von=2026-12-08&amp;bis=2026-12-09&amp;nach=raum' in page


async def test_a_page_costs_as_many_statements_for_a_month_as_for_a_day(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    await client.get(PLANNER)
    with counted() as empty:
        await client.get(PLANNER, params={"tag": date(2026, 11, 2).isoformat()})
    for day in (8, 9, 10, 15):
        await stage.office.run(first_day=date(2026, 12, day), sessions=1)

    with counted() as full:
        await client.get(PLANNER, params=TUESDAY | {"zeitraum": "monat"})

    assert len(full) == len(empty)


async def test_the_addresses_of_the_signs_are_there_to_be_copied(
    client: Browser, begin: Begin, stage: Stage
) -> None:
    await sign_in(client, begin, Identity.RESOURCES)

    page = (await client.get(PLANNER + "/schilder")).text

    for path in (f"/anzeige/{stage.venue.slug}", f"/tuerschild/{stage.room.id}"):
        assert f'data-copy="http://127.0.0.1:8000{path}"' in page
        assert (await client.get(path)).status_code == 200
