"""The pages of surveys: answered by link, seen by whom they belong to, and plain text whatever was typed."""

import re
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.kernel.rights import Identity
from lms.surveys.answering import code_of
from lms.surveys.models import Questionnaire, SurveyBox
from lms.web.module import Around
from tests.making import FixedClock, make_person
from tests.surveys.scene import Centre, make_centre
from tests.visiting import another_browser, send, sign_in

Browser = AsyncTestClient[Litestar]
HOSTILE = "=HYPERLINK(1)\r\n<script>alert(1)</script>; \u202eabc 🎉"


@pytest.fixture
async def centre(house: Around, clock: FixedClock) -> Centre:
    return await make_centre(house, clock)


async def test_somebody_answers_by_link_and_is_asked_about_names_once(
    client: Browser, centre: Centre
) -> None:
    asked = await centre.asked(1)
    here = f"/umfrage/{asked.places[0].id}/{centre.token(asked.places[0])}"

    page = await client.get(here)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "Wie hat Ihnen der Kurs gefallen?" in page.text
    empty = await send(client, here, {"frage_liked": "Gut"})
    assert (empty.status_code, "Hier fehlt eine Antwort." in empty.text, ">\nGut<" in empty.text) == (
        422, True, True,
    )  # fmt: skip
    long = await send(client, here, {"frage_overall": "5", "frage_liked": "a" * 10_000})
    assert (long.status_code, "10000 Zeichen" in long.text) == (422, True)

    named = await send(client, here, {"frage_overall": "5", "frage_liked": "Herr Krüger war super"})
    assert (named.status_code, "vielleicht ein Name" in named.text) == (422, True)
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', named.text)
    assert seen
    sent = {"frage_overall": "5", "frage_liked": "Herr Krüger war super", "seen": seen[1]}
    assert (await send(client, here, sent)).status_code == 303
    assert "Vielen Dank" in (await client.get(here)).text
    assert "Vielen Dank" in (await send(client, here, {"frage_overall": "1"})).text
    assert (await client.get(f"/umfrage/{asked.places[0].id}/{'a' * 32}")).status_code == 404
    async with centre.house.begin.reading() as session:
        assert (await session.get_one(SurveyBox, asked.survey.id)).tallies == {"overall": {"5": 1}}


async def test_a_child_is_called_du_and_meets_the_survey_under_my_courses(
    client: Browser, centre: Centre, clock: FixedClock
) -> None:
    ben = make_person("Ben", "Berg", birth_date=clock().date().replace(year=2012))
    asked = await centre.asked(2, people=[ben])
    await sign_in(client, centre.house.begin, person=ben, is_known=True)

    assert f"/meine-kurse/{asked.places[0].id}/umfrage" in (await client.get("/meine-kurse")).text
    lead = await client.get(f"/meine-kurse/{asked.places[0].id}/umfrage")
    page = await client.get(lead.headers["location"])
    assert "Wie hat dir der Kurs gefallen?" in page.text
    assert (await client.get(f"/meine-kurse/{asked.places[1].id}/umfrage")).status_code == 404
    english = await client.get(f"/en{lead.headers['location']}")
    assert "How did you like the course?" in english.text
    paper = await client.get(f"{lead.headers['location']}/papier")
    code = code_of(centre.house.signer, asked.places[0]).upper()
    assert f"{code[:4]} {code[4:]}" in paper.text


async def test_the_trainer_and_the_team_see_results_and_nobody_else(client: Browser, centre: Centre) -> None:
    shown, small = await centre.closed(5, liked=HOSTILE), await centre.closed(4, liked="geheim")
    lea = another_browser(client)
    await sign_in(lea, centre.house.begin, Identity.TRAINER, person=make_person("Lea", "Marquardt"))
    await sign_in(client, centre.house.begin, Identity.TRAINER, person=centre.jonas, is_known=True)
    desk = another_browser(client)
    await sign_in(desk, centre.house.begin, Identity.PROGRAMME, person=make_person("Claudia", "Wegmann"))
    paths = ["", "/ergebnis.csv", "/ergebnis.xlsx"]

    for browser, area in ((client, "kursleitung"), (desk, "verwaltung")):
        for path in paths:
            answer = await browser.get(f"/{area}/umfragen/{shown.survey.id}{path}")
            assert answer.status_code == 200
            hidden = await browser.get(f"/{area}/umfragen/{small.survey.id}{path}")
            assert (hidden.status_code, "geheim" in hidden.text) == (200, False)
        page = (await browser.get(f"/{area}/umfragen/{shown.survey.id}")).text
        assert "<script>alert" not in page
        assert '<svg class="lms-chart"' in page
        overview = await browser.get(f"/{area}/umfragen/auswertung")
        assert (overview.status_code, "geheim" in overview.text, "5 Frageb" in overview.text) == (
            200, False, True,
        )  # fmt: skip
        assert (await browser.get(f"/{area}/umfragen/auswertung.csv")).status_code == 200
        assert (await browser.get(f"/{area}/umfragen")).status_code == 200
    table = (await client.get(f"/kursleitung/umfragen/{shown.survey.id}/ergebnis.csv")).text
    assert ";\"'=HYPERLINK(1)" in table
    for path in paths:
        assert (await lea.get(f"/kursleitung/umfragen/{shown.survey.id}{path}")).status_code == 404
    assert "5 Frageb" not in (await lea.get("/kursleitung/umfragen/auswertung")).text

    said = {"comment": "<b>Mehr Pausen</b>", "version": str(shown.survey.version)}
    address = f"/kursleitung/umfragen/{shown.survey.id}"
    assert (await send(client, address, said)).status_code == 303
    again = await send(client, address, said | {"comment": "Anders"})
    assert (again.status_code, "Anders" in again.text, "Mehr Pausen" in again.text) == (409, True, True)
    assert "Meine Fassung trotzdem speichern" in again.text
    assert (await send(lea, address, said)).status_code == 404
    end = await client.get(f"/umfrage/{shown.places[0].id}/{centre.token(shown.places[0])}")
    assert "&lt;b&gt;Mehr Pausen" in end.text


async def test_the_team_writes_questionnaires_and_types_in_paper(client: Browser, centre: Centre) -> None:
    await sign_in(client, centre.house.begin, Identity.PROGRAMME)
    base, key = "/verwaltung/umfragen/frageboegen", uuid4()
    assert (await send(client, f"{base}/neu", {"key": str(key), "title": "Kinder"})).status_code == 303
    page = await client.get(f"{base}/{key}")
    assert (page.status_code, "Wie war das Tempo?" in page.text) == (200, True)
    question = {
        "version": "1",
        "key": "laut",
        "kind": "choice",
        "text_de": "Zu laut? <i>",
        "choices": "ja|yes",
    }
    wrong = await send(client, f"{base}/{key}/fragen", question)
    assert (wrong.status_code, "zwei bis zehn Antworten" in wrong.text, "Zu laut?" in wrong.text) == (
        422, True, True,
    )  # fmt: skip
    good = question | {"choices": "ja | yes\nnein | no"}
    assert (await send(client, f"{base}/{key}/fragen", good)).status_code == 303
    late = await send(client, f"{base}/{key}/fragen", good | {"text_de": "Zu leise?"})
    assert (late.status_code, "Zu laut? &lt;i&gt;" in late.text, "Zu leise?" in late.text) == (
        409,
        True,
        True,
    )
    assert "Meine Fassung trotzdem speichern" in late.text
    assert (await client.get(f"{base}/{key}/fragen/laut")).status_code == 200
    assert "Zu laut? &lt;i&gt;" in (await client.get(f"{base}/{key}/vorschau?anrede=du")).text
    moved = await send(client, f"{base}/{key}/fragen/laut/ordnen", {"version": "2", "richtung": "hoch"})
    assert moved.status_code == 303
    assert (await client.get(f"{base}/{key}/fragen/laut/entfernen")).status_code == 200
    assert (await send(client, f"{base}/{key}/fragen/laut/entfernen", {"version": "3"})).status_code == 303
    use = {"version": "4", "title": "Kinder", "courses": str(centre.course.id)}
    assert (await send(client, f"{base}/{key}", use)).status_code == 303
    slow = await send(client, f"{base}/{key}", use | {"title": "Jugend", "for_all": "1"})
    assert (slow.status_code, slow.text.count("Kinder") > 1, "Jugend" in slow.text) == (409, True, True)
    assert (await client.get(base)).status_code == 200
    async with centre.house.begin.reading() as session:
        kept = (await session.scalars(select(Questionnaire).where(Questionnaire.id == key))).one()
    assert [one["key"] for one in kept.questions][-1] == "change"

    asked = await centre.asked(2)
    paper = f"/verwaltung/umfragen/{asked.survey.id}"
    assert "Gast1 Meyer" in (await client.get(f"{paper}/boegen")).text
    refused = await send(client, f"{paper}/papier/codes", {"codes": "falsch"})
    assert (refused.status_code, "gehören nicht" in refused.text) == (422, True)
    code = code_of(centre.house.signer, asked.places[0])
    assert (await send(client, f"{paper}/papier/codes", {"codes": code.upper()})).status_code == 303
    typing = await client.get(f"{paper}/papier")
    assert "1 Bogen wartet" in typing.text
    sheet = {"key": str(uuid4()), "frage_overall": "2"}
    assert (await send(client, f"{paper}/papier/bogen", sheet)).status_code == 303
    late = await send(client, f"{paper}/papier/bogen", {"key": str(uuid4()), "frage_overall": "2"})
    assert late.status_code == 409
