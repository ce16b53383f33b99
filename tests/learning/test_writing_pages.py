"""Writing lessons in front of a browser, without script: from the first chapter to an edition, and what strangers find."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.db import Begin
from lms.kernel.rights import Identity
from lms.learning.models import Chapter, Edition, Lesson, LessonFile, Release
from tests.learning.scene import Class, make_class, picture
from tests.making import make_course
from tests.office import counted, words_of
from tests.visiting import assert_same_as_missing, send, sign_in

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


async def as_trainer(client: Client, begin: Begin, taught: Class) -> str:
    await sign_in(client, begin, Identity.TRAINER, person=taught.people["jonas"], is_known=True)
    return f"/inhalte/{taught.course.id}"


async def with_lesson(client: Client, begin: Begin, taught: Class, kind: str = "text") -> tuple[str, str]:
    """The pages of the outline and of a new lesson."""
    base = await as_trainer(client, begin, taught)
    await send(client, f"{base}/kapitel", {"title": "Kapitel 1", "key": str(uuid4())})
    async with begin.reading() as session:
        chapter = (await session.scalars(select(Chapter))).one()
    answer = await send(
        client, f"{base}/lektionen/neu",
        {"title": "Lektion <1>", "kind": kind, "chapter": str(chapter.id), "key": str(uuid4())},
    )  # fmt: skip
    assert answer.status_code == 303
    return base, answer.headers["location"]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


async def test_from_the_first_chapter_to_an_edition_without_script(
    client: Client, begin: Begin, taught: Class
) -> None:
    base, editor = await with_lesson(client, begin, taught)
    page = (await client.get(editor)).text
    typed: dict[str, Any] = {"title": "Lektion <1>", "kind": "text", "text": "Hallo", "needed": "1",
                             "version": hidden(page, "version")}  # fmt: skip
    inserted = await send(
        client, editor, {**typed, "heading_words": "Ein <Anfang>", "act": "einfuegen-heading"}
    )
    incomplete = await send(client, editor, {**typed, "act": "einfuegen-question"})
    looked = await send(client, editor, {**typed, "text": "Nur *angesehen*", "act": "vorschau"})
    saved = await send(client, editor, {**typed, "text": "Hallo\r\n\r\n## Anfang", "minutes": "5"})

    assert "Hallo\n\n## Ein &lt;Anfang&gt;" in inserted.text
    assert (incomplete.status_code, "Schreiben Sie die Frage." in incomplete.text) == (422, True)
    assert ("<em>angesehen</em>" in looked.text, looked.status_code) == (True, 200)
    assert saved.headers["location"] == f"{editor}?nachricht=gespeichert"
    publish = (await client.get(f"{base}/veroeffentlichen")).text
    for _ in range(2):
        answer = await send(
            client, f"{base}/veroeffentlichen",
            {"note": "Neu", "version": hidden(publish, "version"), "key": hidden(publish, "key")},
        )  # fmt: skip
        assert answer.headers["location"] == f"{base}/ausgaben?nachricht=erste-ausgabe"
    async with begin.reading() as session:
        assert [one.note for one in await session.scalars(select(Edition))] == ["Neu"]
        lesson = (await session.scalars(select(Lesson))).one()
    assert (lesson.text, lesson.minutes) == ("Hallo\n\n## Anfang", 5)
    for path in ("", "/ausgaben", "/ausgaben/1", f"/ausgaben/1/lektionen/{lesson.id}", "/kopieren",
                 "/schreibhilfe", "/dateien", "/einblick", f"/lektionen/{lesson.id}/ansicht"):  # fmt: skip
        assert (await client.get(base + path)).status_code == 200, path


async def test_two_authors_at_once_see_both_versions_and_one_goes_on(
    client: Client, begin: Begin, taught: Class
) -> None:
    _, editor = await with_lesson(client, begin, taught)
    version = hidden((await client.get(editor)).text, "version")
    mine = {"title": "Meine", "kind": "text", "text": "Mein Text", "version": version}
    kept = await send(client, f"{editor}/sichern", {**mine, "text": "Ihr Text", "title": "Lektion <1>"})
    slow = await send(client, f"{editor}/sichern", mine, headers={"accept": "application/json"})
    page = await send(client, editor, mine)

    assert (kept.json()["version"], slow.status_code, page.status_code) == ("2", 409, 409)
    assert "Ihr Text" in words_of(page.text)
    assert "Mein Text" in page.text
    again = await send(client, editor, {**mine, "version": hidden(page.text, "version")})
    assert again.status_code == 303


async def test_files_that_can_be_kept_are_kept_and_the_others_named(
    client: Client, begin: Begin, taught: Class
) -> None:
    base, editor = await with_lesson(client, begin, taught)
    page = (await client.get(f"{base}/dateien")).text
    answer = await send(
        client, f"{base}/dateien", {"key": hidden(page, "key")},
        files=[("files", ("Ein Bild.png", picture(), "image/png")), ("files", ("b.mp4", b"<html>", "video/mp4")),
               ("files", ("u.vtt", b"WEBVTT\n", "text/vtt"))],
    )  # fmt: skip
    async with begin.reading() as session:
        files = {one.name: one.id for one in await session.scalars(select(LessonFile))}
    fetched = await client.get(f"{base}/datei/ein-bild.png")
    block = await send(
        client, f"{editor}/baustein",
        {"act": "einfuegen-picture", "picture_file": "ein-bild.png", "picture_alt": "Grün"},
    )  # fmt: skip
    nothing = await send(client, f"{editor}/baustein", {"act": "einfuegen-video"})

    assert (answer.status_code, sorted(files)) == (422, ["ein-bild.png", "u.vtt"])
    assert "b.mp4: " in words_of(answer.text)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/png")
    assert block.json() == {"block": "![Grün](ein-bild.png)", "problems": []}
    assert [anchor for anchor, _ in nothing.json()["problems"]] == [
        "video_file", "video_captions", "video_transcript",
    ]  # fmt: skip
    picture_page = f"{base}/dateien/{files['ein-bild.png']}"
    assert (await send(client, picture_page, {"alt": " "})).status_code == 422
    assert (await send(client, picture_page, {"alt": "Grün & gelb"})).status_code == 303
    proposed = await send(
        client, f"{editor}/baustein", {"act": "einfuegen-picture", "picture_file": "ein-bild.png"}
    )
    assert proposed.json()["block"] == "![Grün & gelb](ein-bild.png)"


async def test_what_a_lesson_says_of_a_picture_need_not_be_said_again(
    client: Client, begin: Begin, taught: Class
) -> None:
    base, editor = await with_lesson(client, begin, taught)
    page = (await client.get(f"{base}/dateien")).text
    await send(client, f"{base}/dateien", {"key": hidden(page, "key")},
               files=[("files", ("b.png", picture(), "image/png"))])  # fmt: skip
    missing = (await client.get(f"{base}/dateien")).text
    await send(client, editor, {"title": "A", "kind": "text", "text": "![Ein Knopf](b.png)", "version": "1"})
    there = (await client.get(f"{base}/dateien")).text

    assert ("Beschreibung fehlt" in missing, "Beschreibung fehlt" in there) == (True, False)
    assert "Ein Knopf" in words_of(there)


async def test_a_link_is_inserted_with_or_without_its_scheme_and_nothing_but_pages_of_the_web(
    client: Client, begin: Begin, taught: Class
) -> None:
    _, editor = await with_lesson(client, begin, taught)
    asked = {"act": "einfuegen-link", "link_words": "Die [Seite]"}
    found = [
        (await send(client, f"{editor}/baustein", {**asked, "link_address": typed})).json()["block"]
        for typed in ("www.example.org/a", "https://example.org", "javascript:alert(1)", "")
    ]

    assert found == [
        "[Die \\[Seite\\]](<https://www.example.org/a>)", "[Die \\[Seite\\]](<https://example.org>)", None, None,
    ]  # fmt: skip


async def test_a_whole_chapter_opens_on_a_day_in_one_go(client: Client, begin: Begin, taught: Class) -> None:
    base, editor = await with_lesson(client, begin, taught)
    await send(client, editor, {"title": "A", "kind": "text", "text": "Hallo", "version": "1"})
    publish = (await client.get(f"{base}/veroeffentlichen")).text
    await send(client, f"{base}/veroeffentlichen",
               {"version": hidden(publish, "version"), "key": str(uuid4())})  # fmt: skip
    run = f"{base}/kurse/{taught.run.id}"
    chosen = {"lessons": "kapitel-0", "since": "day"}
    missing = await send(client, run, chosen)
    done = await send(
        client, run, {**chosen, "day-day": "24", "day-month": "12", "day-year": "2026", "hour": "10:00"}
    )

    assert (missing.status_code, done.status_code) == (422, 303)
    async with begin.reading() as session:
        found = (await session.scalars(select(Release))).one()
    assert found.from_at is not None
    assert found.from_at.isoformat() == "2026-12-24T09:00:00+00:00"
    assert "ab Do, 24.12." in words_of((await client.get(run)).text)
    assert (await client.get(f"{run}/uebernehmen")).status_code == 200


async def test_a_secret_link_is_for_guests_and_other_trainers_find_nothing(
    client: Client, begin: Begin, taught: Class
) -> None:
    base, editor = await with_lesson(client, begin, taught)
    await send(client, editor, {"title": "A", "kind": "text", "text": "Geheim", "version": "1"})
    page = await send(client, f"{base}/einblick")
    link = re.search(r"/inhalte/einblick/[^<\s\"]+", page.text)
    assert link
    with counted() as few:
        await client.get(base)

    signed_in = list(client.cookies.jar)
    client.cookies.clear()
    opened = await client.get(link[0])
    lesson = re.search(rf'href="({link[0]}/[0-9a-f-]+)"', opened.text)
    assert lesson
    read = await client.get(lesson[1])
    assert ("Geheim" in read.text, read.headers["x-robots-tag"]) == (True, "noindex, nofollow")
    assert (await client.get(editor)).status_code in {302, 303}
    client.cookies.clear()
    for cookie in signed_in:
        client.cookies.jar.set_cookie(cookie)
    assert (await send(client, f"{base}/einblick/ungueltig")).status_code == 303
    assert (await client.get(link[0])).status_code == 404
    client.cookies.clear()

    await sign_in(client, begin, Identity.TRAINER, person=taught.people["ada"], is_known=True)
    await assert_same_as_missing(client, base, f"/inhalte/{uuid4()}")
    assert len(few) < 20


async def test_a_chapter_of_another_course_is_taken_over_once(
    client: Client, begin: Begin, taught: Class
) -> None:
    _, editor = await with_lesson(client, begin, taught)
    await send(client, editor, {"title": "A", "kind": "text", "text": "Hallo", "version": "1"})
    target = make_course("Anderer Kurs")
    async with begin() as session:
        session.add(target)
        chapter = (await session.scalars(select(Chapter))).one()
    await sign_in(client, begin, Identity.PROGRAMME)
    path = f"/inhalte/{target.id}/kopieren/{taught.course.id}"
    assert taught.course.title_de in words_of((await client.get(f"/inhalte/{target.id}/kopieren")).text)
    key = hidden((await client.get(path)).text, "key")
    nothing = await send(client, path, {"whole": "some", "key": key})
    for _ in range(2):
        done = await send(client, path, {"whole": "some", "lessons": str(chapter.id), "key": key})
        assert done.status_code == 303

    assert nothing.status_code == 422
    async with begin.reading() as session:
        assert sorted((await session.scalars(select(Lesson.title))).all()) == ["A", "A"]
    assert "Anderer Kurs" in words_of((await client.get("/inhalte")).text)


async def test_a_link_becomes_a_learning_tool_with_what_it_is_told(
    client: Client, begin: Begin, taught: Class
) -> None:
    _, editor = await with_lesson(client, begin, taught, "tool")
    page = (await client.get(editor)).text
    typed = {"title": "Rechnen", "link": "lti", "address": "https://tool.example.org/start", "needed": "1",
             "version": hidden(page, "version")}  # fmt: skip
    refused = await send(client, editor, {**typed, "parameters": "stufe=2\r\nohne Wert"})
    saved = await send(client, editor, {**typed, "parameters": "stufe = 2\r\nthema=a=b;=1+1"})
    again = (await client.get(editor)).text

    assert "Lernwerkzeuge anderer Anbieter" in page
    assert (refused.status_code, "Geben Sie je Zeile" in refused.text, "ohne Wert" in refused.text) == (
        422, True, True,
    )  # fmt: skip
    assert saved.status_code == 303
    assert "stufe=2\nthema=a=b;=1+1" in unescape(again)
    async with begin.reading() as session:
        body = (await session.scalars(select(Lesson))).one().body
    assert body == {
        "address": "https://tool.example.org/start", "is_lti": True,
        "parameters": {"stufe": "2", "thema": "a=b;=1+1"},
    }  # fmt: skip
    assert "sobald die Lektion" in (await client.get(f"{editor}/ansicht")).text
    await send(client, editor, {**typed, "link": "link", "version": hidden(again, "version")})
    async with begin.reading() as session:
        assert (await session.scalars(select(Lesson))).one().body["is_lti"] is False


async def test_the_author_tries_out_what_is_more_than_text_and_sees_the_steps_of_an_exercise(
    client: Client, begin: Begin, taught: Class
) -> None:
    base, editor = await with_lesson(client, begin, taught)
    page = (await client.get(editor)).text
    await send(
        client, editor,
        {"title": "WLAN", "kind": "practice", "text": "## Öffnen\n\nTippen.\n\n## Fertig",
         "version": hidden(page, "version")},
    )  # fmt: skip
    for kind in ("quiz", "package"):
        async with begin.reading() as session:
            chapter = (await session.scalars(select(Chapter))).one()
        await send(
            client, f"{base}/lektionen/neu",
            {"title": kind, "kind": kind, "chapter": str(chapter.id), "key": str(uuid4())},
        )  # fmt: skip
    async with begin.reading() as session:
        found = {one.title: one.id for one in await session.scalars(select(Lesson))}

    async def seen(title: str) -> str:
        return (await client.get(f"{base}/lektionen/{found[title]}/ansicht")).text

    assert "jeden Schritt auf einer eigenen Seite" in await seen("WLAN")
    assert f'href="{base}/quiz/{found["quiz"]}/ausprobieren"' in await seen("quiz")
    assert f'href="{base}/pakete/{found["package"]}"' in await seen("package")
