"""The trainer's desk in front of a browser: hand out, see, write, answer, and what strangers find."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.messaging.models import Letter
from lms.teaching.models import Material, MessageReply, SessionReport
from tests.teaching.scene import PDF, Class, make_class
from tests.visiting import assert_same_as_missing, send, sign_in

Client = AsyncTestClient[Litestar]


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


async def as_trainer(client: Client, begin: Begin, taught: Class) -> str:
    await sign_in(client, begin, Identity.TRAINER, person=taught.people["jonas"], is_known=True)
    return f"/kursleitung/kurse/{taught.run.id}"


async def hand_out(client: Client, base: str, content: bytes, name: str = "Blatt.pdf") -> Any:
    return await send(
        client, f"{base}/unterlagen/neu/datei", {"key": str(uuid4()), "shown_from": "at_once", "shown_until": "always"},
        files={"file": (name, content, "application/pdf")},
    )  # fmt: skip


async def test_a_large_file_is_handed_out_and_fetched_in_parts_by_who_takes_part(
    client: Client, begin: Begin, taught: Class
) -> None:
    base, large = await as_trainer(client, begin, taught), PDF + bytes(12_000_000) + PDF
    answer = await hand_out(client, base, large, "..\\..\\Übung \u202e1.pdf")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{base}/unterlagen?nachricht=unterlage")
    async with begin.reading() as session:
        material = (await session.scalars(select(Material))).one()
    assert "participants see it" not in (await client.get(f"{base}/unterlagen")).text

    await sign_in(client, begin, person=taught.people["ada"], is_known=True)
    own = f"/meine-kurse/{taught.ada.id}"
    page = (await client.get(own)).text
    file = f"{own}/unterlagen/{material.id}/datei"
    whole = await client.get(file)
    part = await client.get(file, headers={"range": "bytes=0-7"})

    assert re.search(r"Übung 1\.pdf</a> \(PDF, 12 MB\)", page)
    assert (whole.status_code, len(whole.content), whole.headers["content-security-policy"]) == (
        200, len(large), "sandbox; default-src 'none'",
    )  # fmt: skip
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%9Cbung%201.pdf"
    assert (whole.headers["x-content-type-options"], "content-encoding" in whole.headers) == (
        "nosniff",
        False,
    )
    assert (part.status_code, part.content, part.headers["content-range"]) == (
        206, PDF[:8], f"bytes 0-7/{len(large)}",
    )  # fmt: skip


async def test_what_is_refused_keeps_what_was_typed_and_strangers_find_nothing(
    client: Client, begin: Begin, taught: Class
) -> None:
    base = await as_trainer(client, begin, taught)
    refused = await hand_out(client, base, b"MZ\x90", "virus.exe")
    link = await send(
        client, f"{base}/unterlagen/neu/link",
        {"key": str(uuid4()), "title": "Mein Film", "address": "javascript:alert(1)", "shown_from": "at_once", "shown_until": "always"},
    )  # fmt: skip
    await hand_out(client, base, PDF)
    async with begin.reading() as session:
        material = (await session.scalars(select(Material))).one()

    assert (refused.status_code, "Wir nehmen PDF" in refused.text) == (422, True)
    assert (link.status_code, 'value="Mein Film"' in link.text) == (422, True)
    await sign_in(client, begin, person=taught.people["vera"], is_known=True)
    own = f"/meine-kurse/{taught.ada.id}/unterlagen"
    await assert_same_as_missing(client, f"{own}/{material.id}/datei", f"{own}/{uuid4()}/datei")
    assert (await client.get(f"{base}/unterlagen")).status_code == 403


async def test_a_message_goes_out_after_a_look_and_is_answered_by_the_link(
    client: Client, begin: Begin, taught: Class, jobs: Worker
) -> None:
    base = await as_trainer(client, begin, taught)
    typed = {"audience": "all", "subject": "Bald <b>los</b>", "text": "Hallo\n\nalle", "key": str(uuid4())}
    preview = await send(client, f"{base}/nachrichten/neu", typed)
    seen = re.search(r'name="seen" value="([^"]*)"', preview.text)

    assert "3 Personen bekommen eine E-Mail." in preview.text
    assert "1 Person davon liest mit" in preview.text
    assert seen
    sent = await send(client, f"{base}/nachrichten/neu", {**typed, "seen": seen[1], "act": "senden"})
    await jobs.drain()
    assert sent.status_code == 303
    assert "per E-Mail" in (await client.get(sent.headers["location"])).text
    async with begin.reading() as session:
        letter = (
            await session.scalars(select(Letter).where(Letter.to_address == "ada.arndt@example.com"))
        ).one()
    path = re.search(r"http://127\.0\.0\.1:8000(/nachricht/\S+)", letter.text)
    assert path

    client.cookies.clear()
    assert "Hallo" in (await client.get(path[1])).text
    answered = await send(client, path[1], {"text": "Ich komme.", "key": str(uuid4())})
    wrong = await client.get(path[1][:-1] + ("a" if path[1][-1] != "a" else "b"))

    assert (answered.status_code, wrong.status_code) == (303, 404)
    async with begin.reading() as session:
        assert [one.text for one in await session.scalars(select(MessageReply))] == ["Ich komme."]
    await sign_in(client, begin, person=taught.people["ada"], is_known=True)
    own = await client.get(f"/meine-kurse/{taught.ada.id}/nachrichten")
    assert "Ich komme." in own.text
    assert "example.com" not in own.text.split("<main", 1)[1].split("</main", 1)[0]


async def test_a_session_that_cannot_take_place_is_reported_after_a_look_and_answered_by_the_planner(
    client: Client, begin: Begin, taught: Class, jobs: Worker
) -> None:
    await as_trainer(client, begin, taught)
    here = f"/kursleitung/termine/{taught.sessions[1].id}"
    typed = {"text": "Der Strom ist weg.", "wish": "Donnerstag 17 Uhr", "key": str(uuid4())}

    preview = await send(client, f"{here}/faellt-aus", typed)
    told = await send(client, f"{here}/faellt-aus", {**typed, "act": "senden"})

    assert "2 Personen" in preview.text
    assert told.headers["location"] == f"{here}?nachricht=meldung"
    async with begin.reading() as session:
        report = (await session.scalars(select(SessionReport))).one()
    await sign_in(client, begin, Identity.PROGRAMME)
    desk = await client.get("/verwaltung")
    page = await client.get(f"/verwaltung/meldungen/{report.id}")
    assert "1 Meldung aus einem Termin wartet auf eine Antwort" in desk.text
    assert (
        "Donnerstag 17 Uhr" in page.text,
        f"/verwaltung/termine/{taught.sessions[1].id}/ausfall" in page.text,
    ) == (True, True)
    answered = await send(client, f"/verwaltung/meldungen/{report.id}", {"text": "Wir verlegen."})
    table = await client.get("/verwaltung/meldungen/liste.csv")
    assert (answered.status_code, "Wir verlegen." in table.text) == (303, True)


async def test_the_team_gives_a_reason_before_it_reads(client: Client, begin: Begin, taught: Class) -> None:
    await sign_in(client, begin, Identity.ENROLMENT)
    here = f"/verwaltung/durchfuehrungen/{taught.run.id}/nachrichten"

    refused, read = (
        await send(client, here, {"reason": ""}),
        await send(client, here, {"reason": "Beschwerde"}),
    )

    assert (refused.status_code, read.status_code) == (422, 200)


async def test_every_page_of_the_desk_opens_for_the_trainer_in_both_languages(
    client: Client, begin: Begin, taught: Class
) -> None:
    base, here = await as_trainer(client, begin, taught), f"/kursleitung/termine/{taught.sessions[1].id}"
    await hand_out(client, base, PDF)
    paths = [
        *(f"{base}/unterlagen{part}" for part in ("", "/uebernehmen", "/neu/link", "/neu/notiz")),
        *(f"{base}/nachrichten{part}" for part in ("", "/neu?pattern=missed", f"/gespraech/{taught.ada.id}")),
        *(f"{here}{part}" for part in ("", "/melden", "/faellt-aus", "/notizen")),
        *(f"/kursleitung/{part}" for part in ("nachrichten", "vorschlaege", "vorschlaege/neu", "profil")),
    ]

    answers = {
        path: (await client.get(f"{language}{path}")).status_code
        for path in paths
        for language in ("", "/en")
    }

    assert {path: status for path, status in answers.items() if status != 200} == {}


async def test_a_public_page_of_several_lines_can_be_changed_again(
    client: Client, begin: Begin, taught: Class
) -> None:
    await as_trainer(client, begin, taught)
    await send(
        client,
        "/kursleitung/profil",
        {"bio_de": "Ich mag Fotos.\r\n\r\nSeit 2019.", "seen": await seen_at(client)},
    )

    again = await send(
        client, "/kursleitung/profil", {"bio_de": "Seit 2020.\r\nGern.", "seen": await seen_at(client)}
    )

    assert (again.status_code, "Seit 2020." in (await client.get("/kursleitung/profil")).text) == (303, True)


async def test_what_is_too_long_is_not_called_missing(client: Client, begin: Begin, taught: Class) -> None:
    base = await as_trainer(client, begin, taught)

    refused = await send(
        client, f"{base}/unterlagen/neu/notiz", {"title": "T" * 10_000, "text": "Ü" * 10_000}
    )

    assert (refused.status_code, refused.text.count("zu lang") > 0) == (422, True)
    assert "Geben Sie an, wie es heißt." not in refused.text
    assert "Schreiben Sie die Notiz." not in refused.text


async def seen_at(client: Client) -> str:
    """What the page of the profile remembers having shown, as a browser would send it back."""
    page = (await client.get("/kursleitung/profil")).text
    return unescape(page.split('name="seen" value="')[1].split('"')[0]).replace("\n", "\r\n")
