"""Lessons in front of a browser: the list, a lesson, its files, the book, and what guests and strangers find."""

import io
import re
from datetime import date
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import delete, event

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.learning.models import EditionLesson, LessonKind, Release
from lms.messaging.models import AddressForm
from lms.people.models import Person
from lms.web.module import Around
from tests.attendance.test_api import token
from tests.learning.lessons import FILM, Lessons, make_lessons
from tests.visiting import assert_same_as_missing, send, sign_in

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def there(begin: Begin, house: Around) -> Lessons:
    return await make_lessons(begin, house.settings.files)


@pytest.fixture
async def ada(client: Client, begin: Begin, there: Lessons) -> Client:
    await sign_in(client, begin, person=there.taught.people["ada"], is_known=True)
    return client


async def main_of(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text.split("<main", 1)[1].split("</main", 1)[0]


@pytest.mark.parametrize(
    ("changed", "says_du"),
    [
        ({}, False),
        ({"birth_date": date(2012, 3, 1)}, True),
        ({"address_form": AddressForm.INFORMAL}, True),
        ({"birth_date": date(1990, 3, 1)}, False),
    ],
)
async def test_minors_and_whoever_wishes_it_are_called_du_in_their_own_lessons(
    ada: Client, there: Lessons, begin: Begin, changed: dict[str, Any], *, says_du: bool
) -> None:
    async with begin() as session:
        person = await session.get_one(Person, there.taught.people["ada"].id)
        for name, value in changed.items():
            setattr(person, name, value)
    await send(ada, there.lesson(0, "/erledigt"), {"done": "1"})
    page = (await ada.get(there.lesson(0))).text
    english = (await ada.get(f"/en{there.lesson(0)}")).text
    other = (await ada.get("/kurse")).text

    du, sie = "Du hast diese Lektion als erledigt markiert.", "Sie haben diese Lektion als erledigt markiert."
    assert (du in page, sie in page) == (says_du, not says_du)
    assert ("Brauchst du Hilfe?" in page, "Brauchen Sie Hilfe?" in page) == (says_du, not says_du)
    assert "You have marked this lesson as done." in english
    assert "Brauchen Sie Hilfe?" in other


async def test_the_list_says_how_far_one_is_what_is_open_and_when_the_rest_opens(
    ada: Client, there: Lessons
) -> None:
    before = await main_of(ada, f"{there.ada}/lernen")
    await send(ada, there.lesson(0, "/stelle"), {"place": "text-danach"})
    begun = await main_of(ada, f"{there.ada}/lernen")
    answer = await send(ada, there.lesson(0, "/erledigt"), {"done": "1"})
    after = await main_of(ada, f"{there.ada}/lernen")

    assert "0 von 4 Lektionen erledigt" in before
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", before)[:2] == ["Anfang", "Ende"]
    assert "öffnet am Freitag, 11. Dezember 2026" in before
    assert there.lesson(3) not in before
    assert f"{there.ada}/quiz/{there.ids[2]}" in before
    assert "Weiter lernen" in begun
    assert f'href="{there.lesson(0)}#text-danach"' in begun
    assert answer.headers["location"].startswith(there.lesson(0))
    assert "1 von 4 Lektionen erledigt" in after
    assert f'href="{there.lesson(1)}"' in after


async def test_a_lesson_has_its_way_back_and_on_its_media_and_its_policy(ada: Client, there: Lessons) -> None:
    answer = await ada.get(there.lesson(0))
    page = answer.text

    assert page.count("<h1") == 1
    assert "Lektion 1 von 4" in page
    assert "Willkommen &lt;b&gt;hier&lt;/b&gt;." in page
    assert f'src="{there.ada}/dateien/film.mp4"' in page
    assert 'preload="none"' in page
    assert "autoplay" not in page
    assert "Weiter: Rechnen" in page
    assert "media-src 'self'" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert [part for part in re.findall(r'aria-current="page">([^<]*)<', page) if "tippen" in part] != []
    for language in ("", "/en"):
        assert (await ada.get(f"{language}{there.lesson(1)}")).status_code == 200


async def test_done_can_be_undone_and_the_script_needs_no_page(ada: Client, there: Lessons) -> None:
    done = await send(ada, there.lesson(0, "/erledigt"), {"done": "1"})
    said = await ada.get(done.headers["location"])
    undone = await send(ada, there.lesson(0, "/erledigt"), {"done": "0"})
    kept = await send(ada, there.lesson(0, "/stelle"), {"place": "text-der-film", "by": "script"})
    page = await main_of(ada, there.lesson(0))
    wrong = await send(ada, there.lesson(0, "/stelle"), {"place": "x" * 10_000})

    assert "Die Lektion ist als erledigt markiert." in said.text
    assert (undone.status_code, kept.status_code, wrong.status_code) == (303, 204, 422)
    assert "Weiterlesen, wo Sie waren: Der Film" in page
    assert "Als erledigt markieren" in page


async def client_get(client: Client, path: str) -> tuple[int, str]:
    answer = await client.get(path, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


async def test_a_question_is_tried_at_once_without_marks_and_without_script(
    ada: Client, there: Lessons
) -> None:
    page = await main_of(ada, there.lesson(1))
    values = dict(re.findall(r'name="answer" value="([^"]*)">\s*<label[^>]*>([^<]*)</label>', page))
    keys = {words: key for key, words in values.items()}

    right = await send(ada, there.lesson(1, "/fragen/1"), {"answer": keys["zwei"]})
    wrong = await send(ada, there.lesson(1, "/fragen/1"), {"answer": keys["drei"]})
    nothing = await send(ada, there.lesson(1, "/fragen/1"), {"answer": ["x" * 9_000, "\u202e", "<b>"]})
    gone = await send(ada, there.lesson(1, "/fragen/2"), {"answer": "x"})

    again = await client_get(ada, there.lesson(1, "/fragen/1"))

    assert again == (303, there.lesson(1))
    assert page.index("Vorher.") < page.index("Was ist 1+1?") < page.index("Nachher.")
    assert ("Das ist richtig." in right.text, "Genau" in right.text) == (True, True)
    assert ("Das ist noch nicht richtig." in wrong.text, "Zu viel" in wrong.text) == (True, True)
    assert (nothing.status_code, gone.status_code) == (200, 404)
    assert "0 von 4" in await main_of(ada, f"{there.ada}/lernen")


async def test_files_come_whole_or_in_parts_and_only_with_an_open_lesson(ada: Client, there: Lessons) -> None:
    film = f"{there.ada}/dateien/film.mp4"
    whole, part = await ada.get(film), await ada.get(film, headers={"range": "bytes=256-511"})
    captions = await ada.get(f"{there.ada}/dateien/film.vtt")

    assert (whole.content, whole.headers["content-type"]) == (FILM, "video/mp4")
    assert (part.status_code, part.content, part.headers["content-range"]) == (
        206, bytes(range(256)), f"bytes 256-511/{len(FILM)}",
    )  # fmt: skip
    assert captions.headers["content-type"].startswith("text/vtt")
    assert [
        (await ada.get(f"{there.ada}/dateien/{name}")).status_code
        for name in ("bild.png", "geheim.png", "fehlt.png", "..%2f..%2fetc", "%00", "x" * 3000)
    ] == [200, 404, 404, 404, 404, 404]


async def test_the_book_holds_what_is_open(ada: Client, there: Lessons) -> None:
    answer = await ada.get(f"{there.ada}/lernen/buch.epub")
    again = await ada.get(f"{there.ada}/lernen/buch.epub")

    assert answer.headers["content-type"] == "application/epub+zip"
    assert answer.content == again.content
    with ZipFile(io.BytesIO(answer.content)) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith("xhtml"))
        names = archive.namelist()
    assert ("Anna sagt: Guten Tag." in text, "Später" in text) == (True, False)
    assert f"http://127.0.0.1:8000{there.lesson(0)}" in text
    assert [name for name in names if name.endswith(".png")] == ["EPUB/bild-001.png"]


async def test_strangers_and_staff_without_a_place_find_nothing(
    client: Client, begin: Begin, there: Lessons
) -> None:
    nobody = await client.get(f"{there.ada}/lernen")
    assert nobody.status_code in {302, 303, 307, 401}
    for role in (None, Identity.TRAINER, Identity.PROGRAMME, Identity.ADMINISTRATOR):
        person = there.taught.people["jonas"] if role is Identity.TRAINER else None
        await sign_in(client, begin, *([role] if role else []), person=person, is_known=person is not None)
        for part in ("/lernen", f"/lektionen/{there.ids[0]}", "/dateien/film.mp4", "/lernen/buch.epub"):
            assert (await client.get(there.ada + part)).status_code in {403, 404}, (role, part)
        client.cookies.clear()
    await sign_in(client, begin, person=there.taught.people["vera"], is_known=True)
    await assert_same_as_missing(client, f"{there.ada}/lernen", f"/meine-kurse/{uuid4()}/lernen")
    bens = f"/meine-kurse/{there.taught.ben.id}/lernen"
    assert there.taught.people["ben"].name in await main_of(client, bens)  # whose guardian she is


async def test_a_lesson_that_is_not_open_says_so(ada: Client, there: Lessons) -> None:
    answer = await ada.get(there.lesson(3))

    assert (answer.status_code, "Diese Lektion ist noch nicht offen." in answer.text) == (409, True)


async def test_a_course_without_lessons_says_so(ada: Client, begin: Begin, there: Lessons) -> None:
    async with begin() as session:
        await session.execute(delete(Release))
        await session.execute(delete(EditionLesson))

    page = await main_of(ada, f"{there.ada}/lernen")

    assert "Zu diesem Kurs gibt es noch keine Lektionen." in page
    assert (await ada.get(f"{there.ada}/lernen/buch.epub")).status_code == 404


async def test_guests_read_what_is_shown_to_them_and_nothing_else(client: Client, there: Lessons) -> None:
    base = f"/kurse/{there.taught.course.slug}/probe"
    answer = await client.get(f"{base}/{there.ids[0]}")

    assert (answer.status_code, answer.text.count("<h1")) == (200, 1)
    assert f'src="{base}/dateien/film.mp4"' in answer.text
    assert "Als erledigt markieren" not in answer.text
    assert "media-src 'self'" in answer.headers["content-security-policy"]
    assert [
        (await client.get(f"{base}{part}")).status_code
        for part in (f"/{there.ids[1]}", f"/{uuid4()}", "/dateien/film.mp4", "/dateien/geheim.png")
    ] == [404, 404, 200, 404]
    assert f"{base}/{there.ids[0]}" in (await client.get(f"/kurse/{there.taught.course.slug}")).text


async def test_a_program_reads_and_writes_how_far_one_is(
    client: Client, begin: Begin, there: Lessons
) -> None:
    headers = await token(begin, there.taught.people["ada"], scopes="R:progress U:progress", is_known=True)
    address = f"/api/v1/enrolments/{there.taught.ada.id}/lessons"
    found = (await client.get(address, headers=headers)).json()
    here = f"{address}/{there.ids[0]}/progress"

    kept = await client.put(here, headers=headers, json={"place": "text-danach", "done": True})
    not_open = await client.put(f"{address}/{there.ids[3]}/progress", headers=headers, json={"done": True})
    bens = await client.get(f"/api/v1/enrolments/{there.taught.ben.id}/lessons", headers=headers)

    assert (found["done"], found["edition"]) == (0, 1)
    assert [(one["title"], one["is_open"]) for one in found["lessons"]] == [
        ("Wischen & tippen", True), ("Rechnen", True), ("Was wissen Sie?", True), ("Später", False),
    ]  # fmt: skip
    assert (kept.json()["done"], kept.json()["lessons"][0]["place"]) == (1, "text-danach")
    assert (not_open.status_code, not_open.json()["code"]) == (409, "NotYetOpen")
    assert bens.status_code == 404


async def test_a_long_list_asks_no_more_than_a_short_one(ada: Client, begin: Begin, there: Lessons) -> None:
    async def asked() -> int:
        statements: list[str] = []
        engine = begin.reading_engine.sync_engine

        def note(*given: Any) -> None:
            statements.append(given[2])

        event.listen(engine, "before_cursor_execute", note)
        await main_of(ada, f"{there.ada}/lernen")
        event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    few = await asked()
    async with begin() as session:
        session.add_all(
            EditionLesson(
                edition_id=there.edition.id, lesson_id=uuid4(), position=10 + n, chapter="Mehr", kind=LessonKind.TEXT, title="T" * 140,
            )
            for n in range(60)
        )  # fmt: skip

    assert await asked() == few
