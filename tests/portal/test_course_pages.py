"""Courses at the desk: found, made, changed, with what was typed kept."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Audience, Course, Level, SearchWord
from lms.catalogue.queries import whole_course
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.office import Office, counted, open_office, words_of
from tests.visiting import Browser, send, sign_in

NEW = "/verwaltung/kurse/neu"


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME)
    return await open_office(house)


def entries(office: Office, **changed: Any) -> dict[str, Any]:
    usual = {
        "key": "7f5e3c2a-1111-4222-8333-444455556666",
        "title_de": "Sicher im Netz für Ältere",
        "title_en": "Safe online",
        "summary_de": "Betrug erkennen, Passwörter verwalten.",
        "text_de": "## Worum es geht\n\nWir üben **in Ruhe**.\n\n<script>alert(1)</script>",
        "audiences": ["seniors"],
        "topics": [str(office.topic.id)],
        "level": "none",
        "language": "de",
        "default_sessions": "4",
        "default_minutes": "90",
        "default_capacity": "12",
        "default_minimum": "5",
        "default_price": "20",
        "certificate_threshold_percent": "80",
        "o0-sentence_de": "Sie erkennen Betrug.",
        "o0-competence": "4.1",
        "o0-proficiency": "2",
    }
    return {name: value for name, value in (usual | changed).items() if value is not None}


async def test_a_course_is_created_and_found_at_once(client: Browser, office: Office, begin: Begin) -> None:
    answer = await send(client, NEW, entries(office))
    again = await send(client, NEW, entries(office))

    course_id = UUID(entries(office)["key"])
    assert answer.headers["location"] == f"/verwaltung/kurse/{course_id}?nachricht=kurs-angelegt"
    assert again.headers["location"] == answer.headers["location"]
    async with begin.reading() as session:
        whole = await whole_course(session, course_id)
        found = await session.scalar(
            select(func.count())
            .select_from(SearchWord)
            .where(SearchWord.course_id == course_id, SearchWord.word == "betrug")
        )
    assert (whole.course.slug, whole.course.level, whole.course.default_price_cents) == (
        "sicher-im-netz-fuer-aeltere",
        Level.NONE,
        2000,
    )
    assert [(one.sentence_de, one.competence, one.proficiency) for one in whole.outcomes] == [
        ("Sie erkennen Betrug.", "4.1", 2)
    ]
    assert (list(whole.audiences), [topic.id for topic in whole.topics], found) == (
        [Audience.SENIORS],
        [office.topic.id],
        1,
    )
    page = words_of((await client.get(answer.headers["location"])).text)
    assert "Der Kurs ist angelegt." in page
    assert "Sie erkennen Betrug. (4.1" in page


async def test_the_preview_shows_the_text_and_lets_no_markup_through(client: Browser, office: Office) -> None:
    page = (await send(client, NEW, entries(office, act="vorschau"))).text

    preview = page[page.index("lms-preview") : page.index("</section>", page.index("lms-preview"))]
    assert "<strong>in Ruhe</strong>" in preview
    assert "<script" not in preview
    assert 'value="Sicher im Netz für Ältere"' in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title_de": ""}, "Geben Sie den Titel ein."),
        ({"audiences": None}, "Wählen Sie, für wen der Kurs ist."),
        ({"min_age": "60", "max_age": "20"}, "Die untere Altersgrenze kann nicht höher sein als die obere."),
        ({"o0-proficiency": ""}, "Wählen Sie Kompetenz und Stufe."),
        ({"o0-sentence_de": ""}, "Geben Sie den Satz auf Deutsch ein."),
        ({"default_price": "viel"}, "Geben Sie einen Betrag in Euro ein, zum Beispiel 45,00."),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Browser, office: Office, begin: Begin, changed: dict[str, Any], sentence: str
) -> None:
    answer = await send(client, NEW, entries(office, **changed))

    assert answer.status_code == 422
    assert sentence in words_of(answer.text)
    assert 'value="Safe online"' in answer.text
    async with begin.reading() as session:
        assert await session.get(Course, UUID(entries(office)["key"])) is None


async def test_a_change_is_kept_in_the_history_and_the_address_stays(
    client: Browser, office: Office, begin: Begin, jobs: Worker
) -> None:
    run = await office.run()
    here = f"/verwaltung/kurse/{office.course.id}"
    form = (await client.get(f"{here}/bearbeiten")).text
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None

    changed = await send(client, f"{here}/bearbeiten", entries(office, version=version[1]))
    stale = await send(client, f"{here}/bearbeiten", entries(office, version=version[1], title_de="Zu spät"))
    await jobs.drain()

    assert changed.headers["location"] == f"{here}?nachricht=gespeichert"
    assert stale.status_code == 409
    assert "Das hat inzwischen jemand anderes geändert." in words_of(stale.text)
    assert 'value="Zu spät"' in stale.text
    async with begin.reading() as session:
        course = await session.get_one(Course, office.course.id)
        words = set(
            await session.scalars(select(SearchWord.word).where(SearchWord.course_id == office.course.id))
        )
    assert (course.slug, course.title_de) == (office.course.slug, "Sicher im Netz für Ältere")
    assert {"sicher", "krueger", "innovationszentrum"} <= words
    page = words_of((await client.get(here)).text)
    assert "Titel: Sicher im Netz für Ältere, vorher Das Tablet kennenlernen" in page
    assert run.number in page


async def test_the_list_is_searched_by_title_and_topic_with_constant_statements(
    client: Browser, office: Office
) -> None:
    with counted() as few:
        await client.get("/verwaltung/kurse")
    await send(client, NEW, entries(office))
    with counted() as many:
        listed = words_of((await client.get("/verwaltung/kurse")).text)

    assert "2 Kurse gefunden" in listed
    assert len(many) == len(few)
    by_title = words_of((await client.get("/verwaltung/kurse?q=SICHER")).text)
    by_topic = words_of((await client.get(f"/verwaltung/kurse?thema={office.topic.id}")).text)
    assert "1 Kurs gefunden" in by_title
    assert "1 Kurs gefunden" in by_topic


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (None, 403, 403),
        (Identity.TRAINER, 403, 403),
        (Identity.ENROLMENT, 200, 403),
        (Identity.PROGRAMME, 200, 200),
    ],
)
async def test_who_may_make_and_change_courses(
    client: Browser, office: Office, begin: Begin, role: Identity | None, reads: int, writes: int
) -> None:
    here = f"/verwaltung/kurse/{office.course.id}"
    await sign_in(client, begin, *([role] if role else []))

    reading = {(await client.get(path)).status_code for path in ("/verwaltung/kurse", here)}
    asking = {(await client.get(path)).status_code for path in (NEW, f"{here}/bearbeiten")}
    writing = {(await send(client, path, {})).status_code for path in (NEW, f"{here}/bearbeiten")}

    assert (reading, asking) == ({reads}, {writes})
    assert writing == {422 if writes == 200 else 403}
