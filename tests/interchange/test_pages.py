"""Bringing material in and taking it along, in front of a browser."""

import io
import re
import zipfile
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from tests.interchange.packing import course
from tests.making import make_person
from tests.teaching.scene import Class, make_class
from tests.visiting import assert_same_as_missing, send, sign_in

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


async def bring(client: Client, base: str, content: bytes, name: str = "kurs.zip", key: str = "") -> str:
    answer = await send(
        client,
        f"{base}/mitbringen",
        {"key": key or str(uuid4())},
        files={"file": (name, content, "application/zip")},
    )
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def test_a_trainer_brings_looks_chooses_and_takes_the_course_along_again(
    client: Client, begin: Begin, jobs: Worker, taught: Class
) -> None:
    await sign_in(client, begin, Identity.TRAINER, person=taught.people["jonas"], is_known=True)
    base = f"/inhalte/{taught.course.id}"
    here = await bring(client, base, course().getvalue(), 'Kurs "<b>\u202e.zip')
    assert "wartet darauf, gelesen zu werden" in (await client.get(here)).text
    await jobs.drain()
    page = (await client.get(here)).text
    assert ("Einschalten" in page, "Das haben wir gefunden" in page) == (True, True)
    assert "<b>" not in page.split("<main")[1].split("</main>")[0]

    refused = await send(client, here, {"was": ""})
    assert (refused.status_code, "mindestens ein Kapitel" in refused.text) == (422, True)
    await send(client, here, {"chapter": ["0", "1", "99", "x"]})
    await jobs.drain()
    assert "3 Lektionen wurden übernommen, mit 1 Datei." in (await client.get(here)).text

    listed = (await client.get(f"{base}/mitnehmen")).text
    for name in re.findall(rf"{base}/mitnehmen/([a-z-]+)", listed):
        taken = await client.get(f"{base}/mitnehmen/{name}")
        assert taken.status_code == 200, name
        assert int(taken.headers["content-length"]) == len(taken.content)
    kept = await client.get(f"{base}/mitnehmen/ordner")
    assert zipfile.ZipFile(io.BytesIO(kept.content)).testzip() is None
    again = await bring(client, base, kept.content)
    await jobs.drain()
    assert "Das haben wir gefunden" in (await client.get(again)).text


async def test_without_a_file_the_form_says_so_and_strangers_find_nothing(
    client: Client, begin: Begin, taught: Class
) -> None:
    await sign_in(client, begin, Identity.TRAINER, person=taught.people["jonas"], is_known=True)
    base = f"/inhalte/{taught.course.id}"
    key = str(uuid4())
    empty = await send(
        client, f"{base}/mitbringen", {"key": key}, files={"file": ("", b"", "application/zip")}
    )
    nothing = await client.get(f"{base}/mitnehmen/ordner")
    here = await bring(client, base, course().getvalue())

    assert (empty.status_code, "Wählen Sie eine Datei aus." in empty.text, key in empty.text) == (
        422,
        True,
        True,
    )
    assert (nothing.status_code, "noch nichts mitzunehmen" in nothing.text) == (422, True)

    await sign_in(
        client, begin, Identity.TRAINER, person=make_person("Fremd", "Person", email="f@example.com")
    )
    for path in (f"{base}/mitbringen", f"{base}/mitnehmen", f"{base}/mitnehmen/ordner", here):
        await assert_same_as_missing(client, path, path.replace(str(taught.course.id), str(uuid4())))
