"""The pages of the minimum number: from the list of runs at risk to the result, and what the link in the letter opens."""

import re
from datetime import time
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.catalogue.models import Run, RunState
from lms.db import Begin
from lms.enrolment.minimum.models import Measure
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.enrolment.small_run import Small, small_run, stored
from tests.office import TEAM, counted, words_of
from tests.visiting import another_browser, assert_same_as_missing, send, sign_in

Client = AsyncTestClient[Litestar]
LIST = "/verwaltung/entscheidungen"


@pytest.fixture
async def small(house: Around) -> Small:
    return await small_run(house)


async def test_the_planner_finds_the_run_sees_every_way_and_asks_about_one(
    client: Client, begin: Begin, small: Small
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    here = f"{LIST}/{small.run.id}"

    listed = words_of((await client.get(f"{LIST}?ansicht=alle")).text)
    page = words_of((await client.get(here)).text)

    assert "4 von 6" in listed
    assert "Dienstag, 29. Dezember 2026" in page
    assert (
        "Jetzt kommen 240,00 Euro ein; geplant waren 360,00 Euro bei 6 Personen. Es fehlen 120,00 Euro."
        in page
    )
    assert "90,00 Euro statt 60,00 Euro für einen Platz, zusammen 360,00 Euro." in page
    assert (
        "Zum Beispiel 2 Termine weniger: Di, 19.01.2027, Di, 26.01.2027. Es bleiben 2 Termine mit 4 UE."
        in page
    )
    assert "Zurzeit nimmt keine andere Durchführung dieses Kurses Anmeldungen an." in page
    fields = {
        "price": "90,00", "deadline-day": "14", "deadline-month": "12", "deadline-year": "2026",
        "reason": "<script>alert(1)</script>", "key": str(uuid4()),
    }  # fmt: skip
    wrong = await send(client, f"{here}/kleingruppe", fields | {"price": "sehr viel"})
    late = await send(
        client, f"{here}/kleingruppe", fields | {"deadline-month": "1", "deadline-year": "2027"}
    )
    preview = await send(client, f"{here}/kleingruppe", fields)
    assert (wrong.status_code, late.status_code, preview.status_code) == (422, 422, 200)
    assert "Die Frist muss in der Zukunft liegen" in late.text
    assert "Noch ist niemand gefragt worden." in preview.text
    assert "Wir bitten um Ihr Einverständnis" in preview.text
    assert "<script>alert" not in preview.text
    for _ in range(2):  # a double click asks once
        done = await send(client, f"{here}/kleingruppe", fields | {"schritt": "ausfuehren"})
        assert done.status_code == 303
    asked = words_of((await client.get(here)).text)
    assert "0 von 4 haben zugestimmt, 0 nicht, 4 offen" in asked
    again = await send(client, f"{here}/kleingruppe", fields | {"key": str(uuid4())})
    assert again.status_code == 409
    today = words_of((await client.get("/verwaltung")).text)
    assert "0 von 4 haben der Änderung zugestimmt, 4 offen" in today


async def test_each_measure_can_be_looked_at_before_anybody_is_asked(
    client: Client, begin: Begin, small: Small
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    other = await small.office.run(at=time(14), capacity=8, price_cents=5000, sessions=3)
    here = f"{LIST}/{small.run.id}"
    form = {"deadline-day": "14", "deadline-month": "12", "deadline-year": "2026", "key": str(uuid4())}
    pages = {word: await client.get(f"{here}/{word}") for word in ("kuerzen", "zusammenlegen", "verschieben")}
    chosen = re.findall(
        r'name="dropped"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="dropped"', pages["kuerzen"].text
    )

    shorter = await send(
        client, f"{here}/kuerzen", form | {"price": "45,00", "dropped": [a or b for a, b in chosen][-1]}
    )
    merged = await send(client, f"{here}/zusammenlegen", form | {"into": str(other.id)})
    moved = await send(client, f"{here}/verschieben", form | {"weeks": "5"})

    assert [page.status_code for page in pages.values()] == [200, 200, 200]
    assert (shorter.status_code, merged.status_code, moved.status_code) == (200, 200, 200)
    assert "Ein Platz kostet 45,00 Euro statt 60,00 Euro." in shorter.text
    assert f"Wer zustimmt, kommt in die Durchführung {other.number}" in merged.text
    assert "50,00 Euro" in merged.text
    assert "Die Termine verschieben sich:" in moved.text
    nothing = await send(client, f"{here}/kuerzen", form | {"price": "45,00"})
    foreign = await send(client, f"{here}/zusammenlegen", form | {"into": str(uuid4())})
    assert (nothing.status_code, foreign.status_code) == (422, 422)
    assert (await stored(begin, small.run)).state is RunState.PUBLISHED


async def test_answers_by_link_and_by_telephone_until_it_is_carried_out(
    client: Client, begin: Begin, small: Small
) -> None:
    proposal = await small.propose()
    first, second, third, fourth = await small.answers(proposal)
    visitor = another_browser(client)
    paths = [
        f"/kursaenderung/{one.inquiry.id}/{small.token(one.inquiry.id)}" for one in (first, second, third)
    ]

    question = words_of((await visitor.get(paths[0])).text)
    assert "60,00 Euro" in question
    assert "90,00 Euro" in question
    assert "30,00 Euro mehr" in question
    assert "Lehmann" not in question.replace(first.person.name, "")
    neither = await send(visitor, paths[0], {"antwort": "vielleicht"})
    assert neither.status_code == 422
    for path, word in zip(paths, ("ja", "nein", "ja"), strict=True):
        assert (await send(visitor, path, {"antwort": word})).status_code == 303
    assert "Sie sind einverstanden. Danke." in (await visitor.get(paths[0])).text
    await assert_same_as_missing(
        visitor,
        f"/kursaenderung/{first.inquiry.id}/{'a' * 32}",
        f"/kursaenderung/{uuid4()}/{small.token(first.inquiry.id)}",
    )
    foreign = await send(visitor, paths[0], {"antwort": f"ja.{fourth.enrolment.id}"})
    assert foreign.status_code == 404
    here = f"{LIST}/{small.run.id}"
    await sign_in(client, begin, Identity.PROGRAMME)
    too_soon = await client.get(f"{here}/umsetzen")
    assert "Noch haben nicht alle geantwortet" in too_soon.text
    call = f"{here}/anruf/{fourth.inquiry.id}"
    await send(client, call, {"antwort": "niemand", "note": "Mailbox"})
    await send(client, call, {"antwort": "ja"})
    assert (await send(client, call, {"antwort": "quatsch"})).status_code == 404
    preview = await client.get(f"{here}/umsetzen")
    assert "3 Personen bleiben" in words_of(preview.text)
    assert "Ihr Kurs findet statt, mit einer Änderung" in preview.text
    version = re.search(r'name="version" value="(\d+)"', preview.text)
    assert version is not None
    await send(visitor, paths[2], {"antwort": "nein"})  # changes their mind meanwhile
    stale = await send(client, f"{here}/umsetzen", {"version": version[1]})
    assert stale.status_code == 409
    fresh = re.search(r'name="version" value="(\d+)"', stale.text)
    assert fresh is not None
    assert "2 Personen bleiben" in words_of(stale.text)
    for _ in range(2):
        assert (await send(client, f"{here}/umsetzen", {"version": fresh[1]})).status_code == 303
    decided = words_of((await client.get(here)).text)
    assert "Es ist entschieden: Die Durchführung findet statt." in decided
    assert "umgesetzt" in decided
    assert "Sie waren einverstanden, und so ist es entschieden." in (await visitor.get(paths[0])).text
    too_late = await send(visitor, paths[0], {"antwort": "nein"})
    assert too_late.status_code == 410


async def test_back_to_another_way_a_day_of_its_own_and_fee_levels(
    client: Client, begin: Begin, small: Small
) -> None:
    await small.propose(Measure.SMALL_GROUP)
    await sign_in(client, begin, Identity.PROGRAMME)
    here = f"{LIST}/{small.run.id}"

    for _ in range(2):
        gone = await send(client, f"{here}/zurueckziehen", {"reason": "zu teuer"})
        assert gone.status_code == 303
    levels = {
        "decide_on-day": "10", "decide_on-month": "12", "decide_on-year": "2026", "version": "0",
        "least_1": "3", "fee_1": "80", "least_2": "5", "fee_2": "70", "least_3": "", "fee_3": "",
    }  # fmt: skip
    half = await send(client, f"{here}/planen", levels | {"fee_2": ""})
    down = await send(client, f"{here}/planen", levels | {"least_2": "2"})
    saved = await send(client, f"{here}/planen", levels)
    stale = await send(client, f"{here}/planen", levels | {"fee_1": "85"})
    assert (half.status_code, down.status_code, saved.status_code, stale.status_code) == (422, 422, 303, 409)
    page = words_of((await client.get(here)).text)
    assert "Donnerstag, 10. Dezember 2026" in page
    assert "80,00 Euro statt 60,00 Euro für einen Platz, zusammen 320,00 Euro." in page
    assert "zurückgezogen" in page
    assert (await send(client, f"{here}/durchfuehren")).status_code == 303
    assert (await stored(begin, small.run)).state is RunState.CONFIRMED


async def test_who_may_not_plan_reads_and_calls_and_who_reads_no_names_sees_none(
    client: Client, begin: Begin, small: Small
) -> None:
    proposal = await small.propose()
    one = (await small.answers(proposal))[0]
    here = f"{LIST}/{small.run.id}"
    counter, nobody, rooms, trainer = client, *(another_browser(client) for _ in range(3))
    await sign_in(counter, begin, Identity.ENROLMENT)
    await sign_in(nobody, begin)
    await sign_in(rooms, begin, Identity.RESOURCES)
    await sign_in(trainer, begin, Identity.TRAINER)

    assert (await send(counter, f"{here}/anruf/{one.inquiry.id}", {"antwort": "ja"})).status_code == 303
    assert (await send(counter, f"{here}/zurueckziehen", {})).status_code == 403
    assert (await nobody.get(here)).status_code == 403
    for path in (LIST, here):  # a trainer reads the plan of the own runs, not the sums and answers of all
        assert (await trainer.get(path)).status_code == 403
    for stranger in (trainer, nobody):
        answer = await send(stranger, f"{here}/anruf/{one.inquiry.id}", {"antwort": "nein"})
        assert answer.status_code == 403
    assert one.person.name not in (await rooms.get(here)).text
    assert one.person.name in (await counter.get(here)).text
    assert (await client.get(f"{LIST}/{uuid4()}")).status_code == 404


async def test_the_list_costs_as_much_for_many_runs_as_for_one(
    client: Client, begin: Begin, small: Small
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)

    async def statements() -> int:
        with counted() as seen:
            await client.get(f"{LIST}?ansicht=alle")
        return len(seen)

    await statements()
    one = await statements()
    course: Any = small.office.course
    async with begin() as session:
        for number in range(5):
            session.add(
                Run(
                    course_id=course.id, number=f"M{number}", capacity=9, minimum=5, state=RunState.PUBLISHED,
                    created_at=small.run.created_at, starts_at=small.run.starts_at, ends_at=small.run.ends_at,
                )
            )  # fmt: skip
    await small.propose()
    assert await statements() <= one + 1  # the answers, once somebody is asked
    assert TEAM.name
