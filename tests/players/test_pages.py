"""The lesson around a package, the door through which it reports, and the preview for authors."""

import json
import re
from html import unescape
from typing import Any
from uuid import uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select, update

from content.errors import TextTooLong
from content.lesson import MAX_CHARACTERS
from lms.db import Begin
from lms.kernel.rights import Identity
from lms.learning.contents.checking import faults_of
from lms.learning.contents.reading import written
from lms.learning.models import Lesson
from lms.players.models import PackageState
from tests.office import counted
from tests.players.conftest import Room
from tests.visiting import assert_same_as_missing, sign_in

Client = AsyncTestClient[Litestar]


def told(page: str) -> dict[str, Any]:
    """What the page tells its script."""
    found = re.search(r'data-package="([^"]*)"', page)
    assert found
    return dict(json.loads(unescape(found[1])))


def sent(room: Room, **more: object) -> dict[str, object]:
    data = {"cmi.core.lesson_status": "completed", "cmi.core.lesson_location": "3"}
    return {
        "package": str(room.package.id),
        "part": "a",
        "based_on": 0,
        "key": "key-0001",
        "data": data,
    } | more


async def post(client: Client, room: Room, body: object, *, token: str | None = None) -> Any:
    if "csrf" not in client.cookies:
        await client.get("/health/live")
    headers = {
        "x-csrftoken": client.cookies["csrf"] if token is None else token,
        "accept": "application/json",
    }
    return await client.post(room.path + "/stand", json=body, headers=headers)


async def test_a_learner_sees_the_lesson_its_parts_and_how_far_they_are(
    client: Client, begin: Begin, room: Room
) -> None:
    await sign_in(client, begin, person=room.person, is_known=True)

    with counted() as before:
        page = await client.get(room.path)
    about = told(page.text)

    assert page.status_code == 200
    assert "Sie haben noch nicht angefangen." in page.text
    assert "Diese Übung braucht JavaScript." in page.text
    assert [part["id"] for part in about["parts"]] == ["a", "b"]
    assert about["address"].startswith("http://pakete.localhost:8000/spielen/")
    assert room.person.name not in page.text.partition("data-package")[2].partition(">")[0]
    assert "frame-src http://pakete.localhost:8000/spielen/;" in page.headers["content-security-policy"]
    assert len(before) <= 20


async def test_what_is_reported_comes_back_on_another_device(
    client: Client, begin: Begin, room: Room
) -> None:
    await sign_in(client, begin, person=room.person, is_known=True)

    answer = await post(client, room, sent(room))
    state = (await client.get(room.path + "/stand?teil=a")).json()
    page = await client.get(room.path)

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "outcome": "saved",
            "revision": 1,
            "sentence": "1 von 2 Teilen sind erledigt.",
            "parts": {"a": "erledigt"},
        },
    )
    assert (state["revision"], state["data"]["cmi.core.lesson_location"]) == (1, "3")
    assert told(page.text)["first"] == "b"


async def test_another_window_is_told_that_it_is_behind(client: Client, begin: Begin, room: Room) -> None:
    await sign_in(client, begin, person=room.person, is_known=True)
    await post(client, room, sent(room))

    behind = await post(client, room, sent(room, key="key-0002"))

    assert (behind.json()["outcome"], behind.json()["revision"]) == ("elsewhere", 1)


async def test_only_our_own_page_reports(client: Client, begin: Begin, room: Room) -> None:
    await sign_in(client, begin, person=room.person, is_known=True)
    await client.get("/health/live")

    without = await post(client, room, sent(room), token="")
    headers = {"x-csrftoken": client.cookies["csrf"], "origin": "http://pakete.localhost:8000"}
    foreign = await client.post(room.path + "/stand", json=sent(room), headers=headers)

    assert (without.status_code, foreign.status_code) == (403, 403)
    async with begin.reading() as session:
        assert (await session.scalars(select(PackageState))).all() == []


async def test_what_no_package_says_is_refused(client: Client, begin: Begin, room: Room) -> None:
    await sign_in(client, begin, person=room.person, is_known=True)
    nonsense: list[object] = [
        [],
        sent(room, part="x" * 201),
        sent(room, based_on=-1),
        sent(room, key="<b>"),
        sent(room, data={"cmi": 5}),
        sent(room, data={"x" * 301: "1"}),
        sent(room, data={"a": "x" * 100_001}),
        sent(room, more="1"),
    ]

    answers = [(await post(client, room, one)).status_code for one in nonsense]

    assert answers == [422, 422, 422, 422, 422, 422, 422, 422] or set(answers) <= {400, 422}


async def test_nul_is_left_out(client: Client, begin: Begin, room: Room) -> None:
    await sign_in(client, begin, person=room.person, is_known=True)

    answer = await post(client, room, sent(room, data={"cmi.suspend_data": "a\x00b"}))
    state = (await client.get(room.path + "/stand?teil=a")).json()

    assert (answer.status_code, state["data"]) == (200, {"cmi.suspend_data": "ab"})


async def test_somebody_elses_lesson_is_like_a_missing_one(client: Client, begin: Begin, room: Room) -> None:
    await sign_in(client, begin)

    missing = f"/meine-kurse/{room.enrolment.id}/pakete/{uuid4()}"
    await assert_same_as_missing(client, room.path, missing)
    assert (await post(client, room, sent(room))).status_code == 404


async def test_where_a_package_cannot_be_played_the_page_says_why(
    client: Client, begin: Begin, room: Room
) -> None:
    await sign_in(client, begin, person=room.person, is_known=True)
    async with begin() as session:
        await session.execute(update(type(room.package)).values(kind="strange"))

    page = await client.get(room.path)

    assert page.status_code == 200
    assert "Bitte sagen Sie dort Bescheid" in " ".join(page.text.split())
    assert "LMS_" not in page.text  # which is for authors who try it out
    assert "<iframe" not in page.text


async def test_an_author_tries_the_package_out_and_nothing_is_kept(
    client: Client, begin: Begin, room: Room
) -> None:
    await sign_in(client, begin, Identity.TRAINER, person=room.teacher, is_known=True)
    path = f"/inhalte/{room.course.id}/pakete/{room.lesson_id}"

    page = await client.get(path)

    assert page.status_code == 200
    assert "Vorschau: Nichts von dem, was Sie hier tun, wird gespeichert." in page.text
    assert told(page.text)["save"] == ""
    assert f"/inhalte/{room.course.id}/mitbringen?lektion={room.lesson_id}" in page.text


async def test_a_lesson_without_a_package_says_so_and_leads_on(
    client: Client, begin: Begin, room: Room
) -> None:
    await sign_in(client, begin, Identity.PROGRAMME)
    async with begin() as session:
        await session.execute(update(Lesson).values(body={}))

    page = await client.get(f"/inhalte/{room.course.id}/pakete/{room.lesson_id}")

    assert "Diese Lektion hat noch kein Paket." in page.text
    assert "Ein Paket hereinholen" in page.text


async def test_who_does_not_write_lessons_of_the_course_sees_no_preview(
    client: Client, begin: Begin, room: Room
) -> None:
    await sign_in(client, begin, Identity.TRAINER)

    answer = await client.get(f"/inhalte/{room.course.id}/pakete/{room.lesson_id}")

    assert answer.status_code == 404


async def test_words_above_a_package_that_are_too_long_are_left_out_and_have_to_be_mended(
    client: Client, begin: Begin, room: Room
) -> None:
    async with begin() as session:
        lesson = await session.get_one(Lesson, room.lesson_id)
        lesson.text = "a" * (MAX_CHARACTERS + 1)
    await sign_in(client, begin, Identity.TRAINER, person=room.teacher, is_known=True)
    page = await client.get(f"/inhalte/{room.course.id}/pakete/{room.lesson_id}")

    assert page.status_code == 200
    async with begin.reading() as session:
        faults = faults_of(await written(session, room.course), ())
    assert [one.problem.message for one in faults] == [TextTooLong.message]
