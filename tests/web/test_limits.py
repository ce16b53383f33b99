"""How much may be sent to where, and that nobody who may not come in makes us read it."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from structlog.testing import capture_logs

from lms.db import Begin
from lms.kernel.rights import Identity
from tests.visiting import Browser, send, sign_in

LISTS = "/kursleitung/termine/0b0b0b0b-0000-4000-8000-000000000000/blaetter"
MULTIPART = b"multipart/form-data; boundary=x"
FIELDS = b"application/x-www-form-urlencoded"


async def knock(
    app: Litestar,
    path: str,
    parts: Iterator[bytes],
    media_type: bytes = MULTIPART,
    *,
    goes_after: int = 0,
    **headers: str,
) -> tuple[int, int]:
    """Send a form without its length, bit by bit; the status of the answer, and how many bits were read.

    With `goes_after` the line breaks after so many bits.
    """
    read, status = 0, 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        if read > goes_after > 0:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": next(parts, b""), "more_body": True}

    async def answered(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    more = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"content-type", media_type), *more], "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 8000), "scheme": "http", "root_path": "", "http_version": "1.1", "extensions": {},
    }  # fmt: skip
    await app(scope, receive, answered)  # type: ignore[arg-type]
    return status, read


def endless() -> Iterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="dateien"; filename="a.jpg"\r\n\r\n'
    while True:
        yield b"0" * 500_000


@pytest.mark.parametrize("path", [LISTS, f"/en{LISTS}", "/verwaltung/finanzen/kontoauszuege"])
async def test_of_somebody_who_may_not_come_in_nothing_is_read(app: Litestar, path: str) -> None:
    assert await knock(app, path, endless()) == (401, 0)


async def test_a_form_of_somebody_elses_page_is_not_read(app: Litestar) -> None:
    assert await knock(app, "/pruefen", endless(), origin="https://evil.example") == (403, 0)


@pytest.mark.parametrize(("path", "parts"), [("/pruefen", 14), ("/einloggen", 4)])
async def test_what_grows_without_having_said_so_is_cut_off_at_the_limit(
    app: Litestar, path: str, parts: int
) -> None:
    status, read = await knock(app, path, endless(), FIELDS)

    assert (status, read <= parts) == (413, True)


async def test_as_much_as_the_edge_allows_comes_through(client: Browser, begin: Begin) -> None:
    await sign_in(client, begin, Identity.TRAINER)

    answers = [
        (await send(client, LISTS, files=[("dateien", ("a.jpg", b"0" * size))])).status_code
        for size in (12_000_000, 43_000_000)
    ]

    assert answers == [404, 413]  # nobody's session, but read


async def test_a_line_that_breaks_in_the_middle_is_no_fault_of_ours(app: Litestar) -> None:
    with capture_logs() as told:
        status, _ = await knock(app, "/pruefen", endless(), FIELDS, goes_after=3)

    assert status == 400
    assert [one for one in told if one["log_level"] == "error"] == []
