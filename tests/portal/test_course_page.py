"""The page of a course in each of its states."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.catalogue.models import Audience, Course, Outcome, Run, RunState
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState, EntryWay, Party
from tests.making import MOMENT
from tests.portal.offering import make_person, make_room, make_topic, make_venue, offer
from tests.portal.reading import titles, words
from tests.visiting import sign_in

Client = AsyncTestClient[Litestar]


async def address(begin: Begin, run: Run) -> str:
    async with begin.reading() as session:
        course = await session.get_one(Course, run.course_id)
    return f"/kurse/{course.slug}"


async def test_it_tells_everything_one_decides_by(client: Client, begin: Begin) -> None:
    venue = make_venue("Bürgerhaus", street="Am Markt 1", postal_code="39340", city="Haldensleben",
                       arrival_de="Drei Minuten vom Bus.")  # fmt: skip
    run = await offer(
        begin, "Fotos ordnen", venue=venue, room=make_room(venue, "Saal", floor_de="1. Stock", step_free=True, lift=True),
        trainer=make_person("Käthe", "Müller"), audiences=(Audience.SENIORS,), sessions=2, minimum=5, occupied=3,
        price_cents=4000, concession_cents=2000, enrolment_closes_at=MOMENT + timedelta(days=26),
        course={"bring_de": "Ihr Telefon", "text_de": "## Ablauf\n\nErst *sichten*.", "min_age": 60}, number="2041",
    )  # fmt: skip
    async with begin() as session:
        session.add(Outcome(course_id=run.course_id, position=0, sentence_de="Sie finden jedes Bild wieder.",
                            sentence_en="You find every picture.", competence="1.3", proficiency=2))  # fmt: skip

    answer = await client.get(await address(begin, run))

    said = words(answer)
    for sentence in (
        "Freitag, 1. Januar 2027, 09:00 bis 10:30 Uhr Bürgerhaus, Saal, 1. Stock, Am Markt 1, 39340 Haldensleben 40,00 Euro",
        "40,00 Euro, ermäßigt 20,00 Euro Plätze frei Zur Anmeldung",
        "Für ältere Menschen Sie finden jedes Bild wieder. Fähigkeit: Dateien ordnen und wiederfinden, Grundlagen",
        "Termine 2 Termine, Freitag, 1. Januar 2027 bis Freitag, 8. Januar 2027",
        "Dauer 4 UE (Unterrichtseinheiten zu 45 Minuten), jeder Termin dauert 1 Stunde 30 Minuten",
        "Kursleitung Käthe Müller",
        "Gruppe 5 bis 12 Personen Findet statt Es fehlen noch 2 Anmeldungen, dann ist es sicher.",
        "Bitte mitbringen Ihr Telefon Alter ab 60 Jahren",
        "Anmeldeschluss Mittwoch, 30. Dezember 2026, 09:00 Uhr Kursnummer 2041",
        "Freitag, 8. Januar 2027 09:00 bis 10:30 Uhr Saal",
        "Drei Minuten vom Bus. Der Raum ist ohne Stufen zu erreichen. Es gibt einen Aufzug.",
        "Bis 7 Tage vor dem ersten Termin kostet das Abmelden nichts. Danach zahlen Sie 50 % des Preises, das sind 20,00 Euro;",
    ):
        assert sentence in said
    assert "<em>sichten</em>" in answer.text
    assert 'href="/kalender/kurs/2041.ics"' in answer.text
    assert answer.text.count(f'href="/anmelden/{run.id}"') == 2


STATES = [
    ({"occupied": 10}, "noch 2 Plätze Zur Anmeldung"),
    ({"occupied": 12, "waiting": 4}, "ausgebucht 4 Personen warten Auf die Warteliste"),
    ({"enrolment_closes_at": MOMENT}, "Anmeldeschluss vorbei Hier können Sie sich nicht mehr anmelden. Rufen Sie uns an"),
    ({"enrolment_opens_at": MOMENT + timedelta(days=3)}, "Anmeldung ab Mo, 07.12.2026"),
    ({"days": -0.01}, "hat begonnen Dieser Kurs hat begonnen."),
    ({"state": RunState.CANCELLED, "cancelled_reason_de": "Wasser im Saal."}, "Dieser Kurs ist abgesagt. Wasser im Saal."),
    ({"state": RunState.CONFIRMED}, "Findet statt ja, findet sicher statt"),
    ({"state": RunState.COMPLETED, "days": -30}, "Für diesen Kurs ist zurzeit kein Termin geplant."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "sentence"), STATES)
async def test_each_state_says_what_can_be_done(
    client: Client, begin: Begin, given: dict[str, Any], sentence: str
) -> None:
    run = await offer(begin, **given)

    answer = await client.get(await address(begin, run))

    assert answer.status_code == 200
    assert sentence in words(answer)


async def test_with_several_runs_one_is_chosen_and_the_others_are_offered(
    client: Client, begin: Begin
) -> None:
    first = await offer(begin, days=7, occupied=12, number="1")
    async with begin.reading() as session:
        course = await session.get_one(Course, first.course_id)
    await offer(begin, days=14, of=course, number="2")
    await offer(begin, days=21, of=course, number="3", state=RunState.DRAFT)
    await offer(begin, days=-21, of=course, number="4", state=RunState.COMPLETED)
    path = f"/kurse/{course.slug}"

    usual, asked = await client.get(path), await client.get(f"{path}?durchfuehrung=1")

    offered = re.findall(
        r"durchfuehrung=(\d)", re.sub(r"<script.*?</script>", "", usual.text, flags=re.DOTALL)
    )
    assert offered == ["1"]
    assert "Plätze frei" in words(usual)
    assert "ausgebucht" in words(asked).split("Andere Termine")[0]
    assert "18. Dezember 2026" in words(asked).split("Andere Termine")[1]


async def test_a_course_with_drafts_only_or_none_at_all_is_not_there(client: Client, begin: Begin) -> None:
    run = await offer(begin, "Geheim", state=RunState.DRAFT)

    draft, missing = await client.get(await address(begin, run)), await client.get("/kurse/gibt-es-nicht")

    assert (draft.status_code, missing.status_code) == (404, 404)
    assert "Geheim" not in draft.text
    assert 'name="q"' in missing.text


async def test_what_machines_read_agrees_with_the_page_and_cannot_break_out(
    client: Client, begin: Begin
) -> None:
    run = await offer(
        begin, "</script><script>alert(1)</script> & <b>Fotos</b>", number="77", price_cents=1500, occupied=12,
        course={"text_de": "<img src=x onerror=alert(2)> [klick](javascript:alert(3)) <script>alert(4)</script>"},
    )  # fmt: skip

    answer = await client.get(await address(begin, run))

    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, flags=re.DOTALL)
    assert len(scripts) == 2
    document = json.loads(scripts[1][1])
    instance = document["hasCourseInstance"][0]
    assert document["name"] == "</script><script>alert(1)</script> & <b>Fotos</b>"
    assert (instance["identifier"], instance["startDate"], instance["offers"]["price"]) == (
        "77", "2027-01-01T09:00:00+01:00", "15.00",
    )  # fmt: skip
    assert instance["offers"]["availability"] == "https://schema.org/SoldOut"
    body = re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL)
    for harm in ("<script", "<img", 'href="javascript', "<b>"):
        assert harm not in body
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_similar_courses_share_topics_and_have_places(client: Client, begin: Begin) -> None:
    topic = make_topic()
    run = await offer(begin, "Fotos ordnen", topic=topic)
    await offer(begin, "Filme schneiden", topic=topic, days=9)
    await offer(begin, "Filme zeigen", topic=topic, days=2, occupied=12)
    await offer(begin, "Rechnungen")

    answer = await client.get(await address(begin, run))

    assert titles(answer) == ["Filme schneiden"]


async def test_the_start_page_leads_to_audiences_and_to_what_starts_next(
    client: Client, begin: Begin
) -> None:
    await offer(begin, "Voll", days=1, occupied=12, audiences=(Audience.SENIORS,))
    for day in range(2, 10):
        await offer(begin, f"Kurs {day}", days=day, audiences=(Audience.SENIORS,))

    answer = await client.get("/")

    assert titles(answer) == [f"Kurs {day}" for day in range(2, 8)]
    assert "Für ältere Menschen 9 Kurse" in words(answer)
    assert "Alle 9 Kurse zeigen" in words(answer)
    again = await client.get("/", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("path", "german", "english"),
    [
        ("/impressum", "Vertreten durch", "Represented by"),
        ("/datenschutz", "Ihre Rechte", "Your rights"),
        ("/barrierefreiheit", "Melden Sie uns eine Barriere", "Tell us about a barrier"),
    ],
)
async def test_the_pages_the_law_asks_for_are_there_in_both_languages(
    client: Client, path: str, german: str, english: str
) -> None:
    assert german in words(await client.get(path))
    assert english in words(await client.get(f"/en{path}"))
    assert f'href="{path}"' in (await client.get("/")).text


async def test_who_is_signed_in_sees_their_place_and_nothing_is_kept(client: Client, begin: Begin) -> None:
    ada = make_person()
    run = await offer(begin, trainer=ada, occupied=0)
    await sign_in(client, begin, person=ada, is_known=True)
    async with begin() as session:
        party = Party(run_id=run.id, position=1, size=1, joined_at=MOMENT)
        session.add(party)
        await session.flush()
        session.add(
            Enrolment(
                run_id=run.id,
                party_id=party.id,
                reference="AAAA-1111",
                state=EnrolmentState.CONFIRMED,
                created_at=MOMENT,
                changed_at=MOMENT,
                way=EntryWay.WEB,
                person_id=ada.id,
            )
        )

    answer = await client.get(await address(begin, run))

    assert "Sie sind angemeldet. Ada: Platz gebucht Zu meinen Kursen" in words(answer)
    assert "Weitere Person anmelden" in words(answer)
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "private, no-store"
