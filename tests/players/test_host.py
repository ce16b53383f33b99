"""The address of packages: what is served there, and that nothing of it is served on ours."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from pydantic import ValidationError
from sqlalchemy import delete, update

from lms.catalogue.models import Run
from lms.db import Begin
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.kernel.rights import Identity
from lms.kernel.tokens import Signer
from lms.players import tickets
from lms.players.tickets import Ticket
from lms.scheduling.models import RunTrainer
from lms.settings import Settings
from lms.web.module import Around
from lms.web.playing import PLAYED, is_packages_host, packages_origin
from tests.making import MOMENT
from tests.players.conftest import Room
from tests.visiting import another_browser, sign_in

OURS = "http://127.0.0.1:8000"
THERE = "http://pakete.localhost:8000"
Client = AsyncTestClient[Litestar]


def ticket_of(room: Room, house: Around, *, at: datetime = MOMENT) -> str:
    given = Ticket(room.package.id, room.lesson_id, room.enrolment.id, OURS)
    return tickets.issued(house.signer, given, at)


async def test_the_player_and_the_package_are_served_there_and_nowhere_else(
    client: Client, room: Room, house: Around
) -> None:
    ticket = ticket_of(room, house)
    paths = [f"/spielen/{ticket}", f"/spielen/{ticket}/inhalt/a.html", "/spielen/werkzeug/player/player.js"]

    there = [(await client.get(THERE + path)).status_code for path in paths]
    here = [
        (await client.get(before + path)).status_code
        for path in paths
        for before in (OURS, f"{OURS}/en", f"{OURS}/")
    ]

    assert there == [200] * 3
    assert here == [404] * 9


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/kurse",
        "/meine-kurse",
        "/einloggen",
        "/health/live",
        "/static/js/lms.js",
        "/en/spielen/x",
        "/api/v1/runs",
    ],
)
async def test_nothing_of_ours_is_served_there(client: Client, path: str) -> None:
    answer = await client.get(THERE + path)

    assert (answer.status_code, answer.text.partition(".")[0]) == (404, "Diese Seite gibt es hier nicht")


async def test_no_cookie_is_set_or_heard_there(client: Client, room: Room, house: Around) -> None:
    client.cookies.set("session", "somebody", domain="pakete.localhost")

    answer = await client.get(
        f"{THERE}/spielen/{ticket_of(room, house)}", headers={"authorization": "Bearer lms_x"}
    )

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


async def test_nothing_is_sent_there_and_no_service_worker_is_registered(
    client: Client, room: Room, house: Around
) -> None:
    page = f"{THERE}/spielen/{ticket_of(room, house)}/inhalt/a.html"

    sent = [
        (await client.request(method, page)).status_code for method in ("POST", "PUT", "DELETE", "OPTIONS")
    ]
    worker = await client.get(page, headers={"service-worker": "script"})

    assert [*sent, worker.status_code] == [404] * 5


async def test_each_answer_says_who_may_frame_it_and_what_it_may_do(
    client: Client, room: Room, house: Around
) -> None:
    ticket = ticket_of(room, house)

    player = (await client.get(f"{THERE}/spielen/{ticket}")).headers
    page = (await client.get(f"{THERE}/spielen/{ticket}/inhalt/a.html")).headers
    tool = (await client.get(f"{THERE}/spielen/werkzeug/player/player.js")).headers

    for headers, framed_by in ((player, OURS), (page, f"'self' {OURS}"), (tool, "'none'")):
        policy = headers["content-security-policy"]
        assert f"frame-ancestors {framed_by};" in policy
        assert "connect-src 'self' data: blob:;" in policy
        assert "allow-top-navigation" not in policy
        assert "sandbox allow-scripts" in policy
        assert headers["x-content-type-options"] == "nosniff"
    # all packages share the address: what an earlier one has left in the browser goes before the next begins
    assert [one.get("clear-site-data") for one in (player, page, tool)] == ['"storage"', None, None]
    assert page["content-type"] == "text/html"  # a page of 1999 names its own encoding


async def test_what_lies_in_a_package_goes_by_a_list_of_kinds(
    client: Client, room: Room, house: Around
) -> None:
    base = f"{THERE}/spielen/{ticket_of(room, house)}/inhalt"
    for name in ("bild.svg", "film.mp4", "flash.swf", "kurs.php", "ohne"):
        (room.folder / name).write_bytes(b"0123456789")

    kinds = {
        name: (await client.get(f"{base}/{name}")).headers
        for name in ("bild.svg", "film.mp4", "flash.swf", "kurs.php", "ohne")
    }

    assert {name: headers["content-type"] for name, headers in kinds.items()} == {
        "bild.svg": "image/svg+xml",
        "film.mp4": "video/mp4",
        "flash.swf": "application/octet-stream",
        "kurs.php": "application/octet-stream",
        "ohne": "application/octet-stream",
    }
    assert [name for name, headers in kinds.items() if "content-disposition" in headers] == [
        "flash.swf",
        "kurs.php",
        "ohne",
    ]


async def test_a_part_of_a_film_and_nothing_for_what_the_browser_has(
    client: Client, room: Room, house: Around
) -> None:
    film = f"{THERE}/spielen/{ticket_of(room, house)}/inhalt/film.mp4"
    (room.folder / "film.mp4").write_bytes(b"0123456789" * 1_000)

    part = await client.get(film, headers={"range": "bytes=2-4"})
    beyond = await client.get(film, headers={"range": "bytes=99999-"})
    known = await client.get(film, headers={"if-none-match": part.headers["etag"]})

    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"234", "bytes 2-4/10000")
    assert (beyond.status_code, known.status_code, known.content) == (416, 304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "../../lms.sqlite3",
        "%2e%2e/%2e%2e/lms.sqlite3",
        "..%2f..%2flms.sqlite3",
        "..%5c..%5clms.sqlite3",
        "link",
        "/etc/hostname",
        "",
        "a.html%00.png",
    ],
)
async def test_nothing_outside_of_the_package_is_handed_out(
    client: Client, room: Room, house: Around, name: str, tmp_path: Path
) -> None:
    (tmp_path / "lms.sqlite3").write_bytes(b"secret")
    (room.folder / "link").symlink_to(tmp_path / "lms.sqlite3")

    answer = await client.get(f"{THERE}/spielen/{ticket_of(room, house)}/inhalt/{name}")

    assert answer.status_code in {
        404,
        410,
    }  # a client may have shortened the path so that no ticket is left in it
    assert b"secret" not in answer.content


async def test_a_ticket_opens_only_what_it_was_made_for_and_only_for_a_while(
    client: Client, room: Room, house: Around
) -> None:
    ticket = ticket_of(room, house)
    old = ticket_of(room, house, at=MOMENT - 2 * tickets.WINDOW)
    forged = ticket.replace(room.package.id.hex, uuid4().hex)

    answers = [
        (await client.get(f"{THERE}/spielen/{one}/inhalt/a.html")).status_code
        for one in (ticket, old, forged, "x", ticket[:-1])
    ]

    assert answers == [200, 410, 410, 410, 410]


async def test_a_ticket_opens_nothing_once_the_place_is_lost_or_the_lessons_have_closed(
    client: Client, room: Room, house: Around, begin: Begin
) -> None:
    paths = [f"{THERE}/spielen/{ticket_of(room, house)}{rest}" for rest in ("", "/inhalt/a.html")]
    assert [(await client.get(path)).status_code for path in paths] == [200, 200]
    async with begin() as session:
        await session.execute(update(Run).values(ends_at=MOMENT - timedelta(days=5_000)))
    assert [(await client.get(path)).status_code for path in paths] == [410, 410]
    async with begin() as session:
        await session.execute(update(Run).values(ends_at=None))
        await session.execute(update(Enrolment).values(state=EnrolmentState.CANCELLED))
    assert [(await client.get(path)).status_code for path in paths] == [410, 410]


async def test_a_ticket_of_an_author_opens_nothing_once_they_do_not_write_for_the_course(
    client: Client, room: Room, house: Around, begin: Begin
) -> None:
    author = another_browser(client)
    await sign_in(author, begin, Identity.TRAINER, person=room.teacher, is_known=True)
    page = await author.get(f"{OURS}/inhalte/{room.course.id}/pakete/{room.lesson_id}")
    found = re.search(rf"{PLAYED}[\w.-]+", page.text)
    assert found, page.text
    path = f"{THERE}{found[0]}/inhalt/a.html"

    assert (await client.get(path)).status_code == 200
    async with begin() as session:
        await session.execute(delete(RunTrainer))
    assert (await client.get(path)).status_code == 410


def test_a_ticket_is_bound_to_all_that_it_names() -> None:
    signer, now = Signer(["secret"]), datetime(2026, 12, 4, 9, 59, tzinfo=UTC)
    given = Ticket(uuid4(), uuid4(), uuid4(), OURS)
    text = tickets.issued(signer, given, now)
    parts = text.split(".")

    assert tickets.read(signer, text, now) == given
    assert (
        tickets.issued(signer, given, now + timedelta(minutes=1)) == text
    )  # what is loaded already stays good
    assert tickets.read(Signer(["another"]), text, now) is None
    for position in range(5):
        changed = [*parts]
        changed[position] = tickets.issued(
            signer,
            replace(
                given,
                shown_by="http://evil.example",
                package_id=uuid4(),
                lesson_id=uuid4(),
                holder_id=uuid4(),
            ),
            now + tickets.WINDOW,
        ).split(".")[position]
        assert tickets.read(signer, ".".join(changed), now) is None


def settings_of(**given: object) -> Settings:
    return Settings(_env_file=None, demo=True, port=8000, **given)  # type: ignore[arg-type,call-arg]


def test_packages_have_a_name_where_nobody_signs_in() -> None:
    demo, own = settings_of(), settings_of(packages_url="https://pakete.zdb.example")

    assert (
        packages_origin(demo, "127.0.0.1:8000")
        == packages_origin(demo, "localhost:8000")
        == "http://pakete.localhost:8000"
    )
    assert (
        packages_origin(demo, "localhost:9999") == "http://pakete.localhost:9999"
    )  # a port that was led here
    assert packages_origin(demo, "demo.zdb.example") is None
    assert packages_origin(own, "demo.zdb.example") == "https://pakete.zdb.example"
    assert [
        is_packages_host(demo, host)
        for host in ("pakete.localhost:8000", "PAKETE.localhost", "localhost:8000", "evil.pakete.localhost")
    ] == [True, True, False, False]
    assert [is_packages_host(own, host) for host in ("pakete.zdb.example", "pakete.localhost:8000")] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("packages", "ours"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://zdb.example", "https://zdb.example"),
        ("https://ZDB.example:8443", "https://zdb.example"),
        ("http://pakete.zdb.example", "https://zdb.example"),
        ("https://pakete.zdb.example/pfad", "https://zdb.example"),
        ("pakete.zdb.example", "https://zdb.example"),
    ],
)
def test_an_address_that_is_not_one_of_its_own_stops_the_start(packages: str, ours: str) -> None:
    with pytest.raises(ValidationError):
        settings_of(packages_url=packages, public_url=ours)
