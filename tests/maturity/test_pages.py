"""The digital check through its pages: without account, as a company, as the team; hostile words stay words."""

import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.catalogue.models import Audience, Course, CourseAudience, Run
from lms.helpdesk.models import DeskKind, DeskPlace, HelpDesk, HelpTopic
from lms.kernel.rights import Identity
from lms.maturity.checks import code_of
from lms.maturity.models import CheckDraft, CheckEdition, DigitalCheck
from lms.maturity.questions import Advice, Content, Words
from lms.web.module import Around
from tests.making import MOMENT, make_course, make_run
from tests.maturity.scene import Scene, area, make_scene, question
from tests.visiting import another_browser, assert_same_as_missing, send, sign_in

Browser = AsyncTestClient[Litestar]
HOSTILE = "=HYPERLINK(1)\r\n<script>alert(1)</script>; \u202eabc 🎉"
OWN, TEAM = "/firma/digitalcheck", "/verwaltung/digitalcheck"


async def _offered(house: Around) -> tuple[Course, Run, HelpTopic]:
    """A course for companies with a run that can be booked, and a topic of business advice."""
    course = make_course("IT-Sicherheit")
    run = make_run(course, price_cents=12900)
    topic = HelpTopic(name_de="Geräte kaufen", audience=DeskKind.ADVICE)
    async with house.begin() as session:
        session.add_all(
            [course, topic, HelpDesk(name_de="Beratung", kind=DeskKind.ADVICE, place=DeskPlace.REMOTE)]
        )
        await session.flush()
        session.add_all([run, CourseAudience(course_id=course.id, audience=Audience.SMES)])
    return course, run, topic


@pytest.fixture
async def scene(house: Around) -> Scene:
    course, _, topic = await _offered(house)
    return await make_scene(
        house,
        Advice(area="shop", up_to=2, topic=str(topic.id), reason=Words("Damit Sie richtig kaufen.")),
        Advice(area="data", up_to=2, course=str(course.id), reason=Words("Damit nichts verloren geht.")),
        Advice(area="data", up_to=2, course=str(uuid4()), reason=Words("Diesen Kurs gibt es nicht.")),
    )


async def _seen(client: Browser, path: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', (await client.get(path)).text)
    assert found
    return found[1]


async def test_a_business_answers_without_an_account_and_is_told_what_helps(
    client: Browser, scene: Scene
) -> None:
    start = await client.get("/digitalcheck")
    assert "10 Minuten, ohne Konto" in start.text
    key = re.search(r'name="key" value="([^"]+)"', start.text)
    assert key
    begun = await send(client, "/digitalcheck", {"key": key[1]})
    again = await send(client, "/digitalcheck", {"key": key[1]})
    assert begun.headers["location"] == again.headers["location"]
    base = begun.headers["location"]
    assert (await client.get(base)).headers["location"] == f"{base}/bereich/1"

    first = await client.get(f"{base}/bereich/1")
    assert (first.headers["cache-control"], "Warum fragen wir das?" in first.text) == ("no-store", True)
    sent = {
        "stufe_s1": "3",
        "stufe_s2": "?",
        "wort_s2": HOSTILE,
        "seen": await _seen(client, f"{base}/bereich/1"),
    }
    saved = await send(client, f"{base}/bereich/1", sent)
    assert saved.headers["location"] == f"{base}/bereich/2"
    assert (await client.get(base)).headers["location"] == f"{base}/bereich/2"
    sent = {
        "stufe_d1": "0",
        "stufe_d2": "1",
        "was": "zurueck",
        "seen": await _seen(client, f"{base}/bereich/2"),
    }
    assert (await send(client, f"{base}/bereich/2", sent)).headers["location"] == f"{base}/bereich/1"
    overview = await client.get(f"{base}/uebersicht")
    assert "2 von 3 beantwortet" in overview.text
    assert "<script>alert" not in overview.text
    assert "&lt;script&gt;" in overview.text

    done = await send(client, f"{base}/abschliessen")
    result = await client.get(done.headers["location"])
    assert "Am weitesten sind Sie bei „Kundschaft“, am meisten gewinnen Sie bei „Daten“." in result.text
    assert "<svg" in result.text
    assert "Schritt 1 in Daten" in result.text
    assert re.search(r'href="/anmelden/[0-9a-f-]+/plaetze"', result.text)
    assert "129,00\xa0Euro" in result.text.replace(" ", "\xa0")
    assert "Diesen Kurs gibt es nicht" not in result.text
    assert "Geräte kaufen" not in result.text  # they stand higher there
    english = await client.get(f"/en{base}/ergebnis")
    assert "You are furthest in" in english.text
    assert (await send(client, f"{base}/bereich/1", {"stufe_s1": "4", "seen": ""})).status_code == 409


async def test_a_consultation_is_recommended_with_the_way_to_its_times(client: Browser, scene: Scene) -> None:
    check_id = await scene.finished(s1=1, s2=1)

    page = await client.get(f"{scene.path(check_id)}/ergebnis")

    assert re.search(r'href="/sprechstunde\?thema=[0-9a-f-]+"', page.text)
    assert "Beratung: Geräte kaufen" in page.text


async def test_bad_answers_are_refused_in_words_and_what_was_typed_stays(
    client: Browser, scene: Scene
) -> None:
    base = scene.path(await scene.begun())
    here = f"{base}/bereich/1"
    seen = await _seen(client, here)

    long = await send(client, here, {"stufe_s1": "2", "wort_s1": "a" * 10_000, "seen": seen})
    assert (long.status_code, "10000 Zeichen" in long.text) == (422, True)
    assert re.search(r'value="2" checked', long.text)
    unknown = await send(client, here, {"stufe_s1": "7", "seen": seen})
    assert (unknown.status_code, "Wählen Sie eine der" in unknown.text) == (422, True)
    foreign = await send(client, here, {"stufe_d1": "1", "stufe_nirgends": "2", "seen": seen})
    assert foreign.status_code == 303  # what this page does not ask is left out
    many = await send(client, here, {f"stufe_{number}": "1" for number in range(150)})
    assert many.status_code == 422
    for path in (
        f"{base}/bereich/0",
        f"{base}/bereich/3",
        f"{base[:-4]}aaaa",
        f"/digitalcheck/{uuid4()}/{'a' * 32}",
    ):
        assert (await client.get(path)).status_code == 404
    assert (await client.get(f"{base}/ergebnis.pdf")).status_code == 404
    async with scene.house.begin.reading() as session:
        assert [one.answers for one in await session.scalars(select(DigitalCheck))] == [{}]


async def test_two_windows_on_one_area_see_both_versions(client: Browser, scene: Scene) -> None:
    here = f"{scene.path(await scene.begun())}/bereich/1"
    seen = await _seen(client, here)
    await send(client, here, {"stufe_s1": "1", "seen": seen})

    late = await send(client, here, {"stufe_s1": "4", "seen": seen})

    assert late.status_code == 409
    assert "s1 Stufe 1" in late.text
    assert "Was sich unterscheidet" in late.text or "s1 Stufe 4" in late.text
    newer = re.search(r'name="seen" value="([0-9a-f]+)"', late.text)
    assert newer
    assert (await send(client, here, {"stufe_s1": "4", "seen": newer[1]})).status_code == 303


async def test_the_code_opens_a_check_and_the_picture_is_a_tagged_pdf(client: Browser, scene: Scene) -> None:
    check_id = await scene.finished(s1=1, s2=1, d1=3, d2=3)
    code = code_of(scene.house.signer, (await scene.read(check_id)).row)

    opened = await send(client, "/digitalcheck/code", {"code": code})
    assert opened.headers["location"] == scene.path(check_id)
    wrong = await send(client, "/digitalcheck/code", {"code": "<script>"})
    assert (wrong.status_code, "Tippfehler" in wrong.text) == (422, True)
    paper = await client.get(f"{scene.path(check_id)}/ergebnis.pdf")
    assert paper.content.startswith(b"%PDF")
    with pikepdf.open(BytesIO(paper.content)) as file:
        assert file.Root.MarkInfo.Marked
    assert (await client.get(f"{scene.path(check_id)}/loeschen")).status_code == 200
    await send(client, f"{scene.path(check_id)}/loeschen")
    assert (await client.get(f"{scene.path(check_id)}/ergebnis")).status_code == 404


async def test_a_company_keeps_compares_shares_and_deletes(client: Browser, scene: Scene) -> None:
    bakery, actor, boss = await scene.company("Bäckerei")
    other, other_actor, _ = await scene.company("Tischlerei")
    first = await scene.finished(actor, bakery.id, s1=1, s2=1, d1=1, d2=1)
    scene.house.clock.forward(days=300)  # type: ignore[attr-defined]
    loose = await scene.finished(s1=3, s2=1, d1=1, d2=1)
    theirs = await scene.finished(other_actor, other.id, s1=3, s2=1)
    keep = f"{scene.path(loose)}/behalten"
    assert "/einloggen" in (await client.get(keep)).headers.get("location", "")
    await sign_in(client, scene.house.begin, person=boss, is_known=True, at=scene.house.clock())

    assert "Bäckerei" in (await client.get(keep)).text
    wrong = await send(client, keep, {"company": str(other.id)})
    assert wrong.status_code == 422
    kept = await send(client, keep, {"company": str(bakery.id)})
    assert kept.headers["location"].startswith(f"{OWN}/{loose}")
    listed = await client.get(OWN)
    assert str(first) in listed.text
    assert str(theirs) not in listed.text
    compared = await client.get(f"{OWN}/vergleich")
    assert "Am weitesten vorangekommen sind Sie bei „Kundschaft“." in compared.text
    assert "Verglichen werden 4 Fragen" in compared.text
    assert "zwei verschiedene Checks" in (await client.get(f"{OWN}/vergleich?a={first}&b={theirs}")).text
    await assert_same_as_missing(client, f"{OWN}/{theirs}", f"{OWN}/{uuid4()}")
    assert "sobald 5 andere" in (await client.get(f"{OWN}/{loose}")).text

    team = another_browser(client)
    await sign_in(team, scene.house.begin, Identity.PROGRAMME, at=scene.house.clock())
    assert "Bäckerei" not in (await team.get(TEAM)).text
    assert (await team.get(f"/beratung/digitalcheck/{loose}")).status_code == 404
    await send(client, f"{OWN}/{loose}/freigabe", {"was": "ja"})
    assert "Bäckerei" in (await team.get(TEAM)).text
    assert "Alle Fragen und Antworten" in (await team.get(f"/beratung/digitalcheck/{loose}")).text
    for ending in ("csv", "xlsx"):
        assert (await team.get(f"{TEAM}/betriebe.{ending}")).status_code == 200
    assert "wird nicht gezeigt" in (await team.get(f"{TEAM}/zusammenfassung.csv")).text
    await send(client, f"{OWN}/{loose}/freigabe", {"was": "nein"})
    assert (await team.get(f"/beratung/digitalcheck/{loose}")).status_code == 404
    await send(client, f"{OWN}/{loose}/loeschen")
    assert (await client.get(f"{OWN}/{loose}")).status_code == 404


async def test_the_team_writes_tries_and_publishes(client: Browser, scene: Scene) -> None:
    await sign_in(client, scene.house.begin, Identity.PROGRAMME)
    here = f"{TEAM}/fragen"
    words = {f"level{level}_de": f"Satz {level}" for level in range(5)}
    sent = {"version": "1", "key": "neu1", "text_de": HOSTILE.replace("\r\n", " "), **words}

    assert "Der Entwurf ist das, was jetzt gefragt wird." in (await client.get(here)).text
    assert (await send(client, f"{here}/bereiche/shop/fragen", sent | {"level3_de": ""})).status_code == 422
    assert (await send(client, f"{here}/bereiche/shop/fragen", sent)).status_code == 303
    late = await send(client, f"{here}/bereiche/shop/fragen", sent | {"text_de": "Meins?"})
    assert (late.status_code, "Meins?" in late.text, "&lt;script&gt;" in late.text) == (409, True, True)
    assert "Der Entwurf ist anders" in (await client.get(here)).text
    rehearsal = await client.get(f"{here}/probe")
    assert "Satz 4" in rehearsal.text
    tried = await send(
        client, f"{here}/probe", {"stufe_s1": "4", "stufe_s2": "4", "stufe_d1": "1", "stufe_d2": "1"}
    )
    assert "Am weitesten sind Sie bei „Kundschaft“" in tried.text
    assert (await send(client, f"{here}/s2/ordnen", {"version": "2", "richtung": "hoch"})).status_code == 303
    assert (await send(client, f"{here}/d3/entfernen", {"version": "3"})).status_code == 303
    assert (await send(client, f"{here}/veroeffentlichen", {"version": "3"})).status_code == 409
    assert (await send(client, f"{here}/veroeffentlichen", {"version": "4"})).status_code == 303
    again = await send(client, f"{here}/veroeffentlichen", {"version": "4"})
    assert (again.status_code, "nichts zu veröffentlichen" in again.text) == (409, True)
    async with scene.house.begin.reading() as session:
        numbers = (await session.scalars(select(CheckEdition.number).order_by(CheckEdition.number))).all()
        draft = await session.get_one(CheckDraft, 1)
    assert numbers == [1, 2]
    assert [one["key"] for one in draft.content["areas"][0]["questions"]] == ["s2", "s1", "neu1"]
    advice = {"version": "4", "key": "rat", "area": "shop", "up_to": "2", "reason_de": "Darum."}
    neither = await send(client, f"{here}/empfehlungen", advice)
    assert (neither.status_code, "eines von beiden" in neither.text) == (422, True)


async def test_only_the_programme_team_writes(client: Browser, scene: Scene) -> None:
    await sign_in(client, scene.house.begin, Identity.ENROLMENT)

    assert (await client.get(TEAM)).status_code == 200
    assert (await client.get(f"{TEAM}/fragen")).status_code == 403
    assert (await client.get(OWN)).status_code == 403


async def test_an_empty_house_says_so_and_begins_with_the_usual_check(client: Browser, house: Around) -> None:
    assert "wird gerade geschrieben" in (await client.get("/digitalcheck")).text
    assert (await send(client, "/digitalcheck", {"key": str(uuid4())})).status_code == 409
    await sign_in(client, house.begin, Identity.PROGRAMME)
    assert "noch keinen Bereich" in (await client.get(f"{TEAM}/fragen")).text

    await send(client, f"{TEAM}/fragen/anfangen")
    await send(client, f"{TEAM}/fragen/veroeffentlichen", {"version": "1"})

    assert "Kundschaft und Auftritt" in (await client.get("/digitalcheck")).text


async def test_a_comparison_over_editions_says_what_it_leaves_out(client: Browser, scene: Scene) -> None:
    bakery, actor, boss = await scene.company("Bäckerei")
    await scene.finished(actor, bakery.id, s1=1, s2=1, d1=1)
    await scene.publish(Content((area("shop", "Kundschaft", question("s1"), question("s2", "Anders?")),)))
    scene.house.clock.forward(days=30)  # type: ignore[attr-defined]
    await scene.finished(actor, bakery.id, s1=2, s2=4)
    await sign_in(client, scene.house.begin, person=boss, is_known=True, at=scene.house.clock())

    page = await client.get(f"{OWN}/vergleich")

    assert "Verglichen wird 1 Frage" in page.text
    assert "4 Fragen fehlen im Vergleich, weil sie neu, weggefallen oder anders formuliert sind." in page.text
    assert MOMENT + timedelta(days=30) == scene.house.clock()
