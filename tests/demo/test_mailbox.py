"""The demo's own mail server takes every letter in, and its mailbox shows what arrived."""

import re
from collections.abc import AsyncIterator

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import update

from lms.app import around, worker
from lms.db import Begin
from lms.demo.smtp import demo_mail_server, mailbox
from lms.jobs.worker import Worker
from lms.messaging.models import Letter, LetterState
from lms.messaging.outbox import Enclosed
from lms.settings import Settings
from tests.making import FixedClock
from tests.messaging.mailing import put_in_outbox

Client = AsyncTestClient[Litestar]
EVIL = '<html lang="de"><script>alert(1)</script><p>Guten Tag</p></html>'


@pytest.fixture
async def jobs(settings: Settings, clock: FixedClock) -> AsyncIterator[Worker]:
    """A worker as the demo starts it."""
    async with demo_mail_server(settings) as address:
        place = around(settings.model_copy(update={"smtp_url": address}), clock)
        yield worker(place)
        await place.begin.close()


async def names_in(client: Client, query: str = "") -> list[str]:
    page = await client.get(f"/demo/postfach{query}")
    return re.findall(r'href="/demo/postfach/([0-9a-f]{32})"', page.text)


async def test_what_was_sent_lies_in_the_mailbox_newest_first_and_for_one_reader(
    client: Client, begin: Begin, jobs: Worker
) -> None:
    assert await names_in(client) == []
    for name in ("Ada Lehmann", "Ben Muster"):
        await put_in_outbox(begin, name=name, to=f"{name[:3].lower()}@example.com", subject=f"Für {name}")
        await jobs.drain()

    page = await client.get("/demo/postfach")

    assert len(await names_in(client)) == 2
    assert page.text.index("Für Ada Lehmann") != page.text.index("Für Ben Muster")
    assert len(await names_in(client, "?an=ben@")) == 1


async def test_a_message_is_shown_as_text_with_its_links_and_what_is_enclosed(
    client: Client, begin: Begin, jobs: Worker
) -> None:
    calendar = Enclosed("termine.ics", "text/calendar; method=PUBLISH", b"BEGIN:VCALENDAR\r\n")
    text = "Guten Tag <b>\n\nhttp://127.0.0.1:8000/angebot/1\n"
    await put_in_outbox(begin, text=text, html=EVIL, enclosures=(calendar,))
    await jobs.drain()
    [name] = await names_in(client)

    page = await client.get(f"/demo/postfach/{name}")
    enclosed = await client.get(f"/demo/postfach/{name}/anlage/0")

    assert "Guten Tag &lt;b&gt;" in page.text
    assert 'href="http://127.0.0.1:8000/angebot/1"' in page.text
    assert (enclosed.content, enclosed.headers["content-disposition"]) == (
        calendar.content,
        'attachment; filename="termine.ics"',
    )


async def test_the_html_of_a_message_is_locked_in(client: Client, begin: Begin, jobs: Worker) -> None:
    await put_in_outbox(begin, html=EVIL)
    await jobs.drain()
    [name] = await names_in(client)

    page = await client.get(f"/demo/postfach/{name}/html")

    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


async def test_no_other_file_can_be_had(client: Client, settings: Settings) -> None:
    (mailbox(settings).parent / "secret.eml").write_text("x")

    for name in ("..%2Fsecret", "secret", "0" * 32, "%2e%2e"):
        for rest in ("", "/html", "/anlage/0"):
            assert (await client.get(f"/demo/postfach/{name}{rest}")).status_code == 404


async def test_a_letter_carried_twice_lies_there_once(begin: Begin, jobs: Worker, settings: Settings) -> None:
    letter_id = await put_in_outbox(begin)
    await jobs.drain()
    async with begin() as session:
        await session.execute(update(Letter).values(state=LetterState.WAITING))

    await jobs.tasks["deliver-letter"]({"letter_id": str(letter_id)})

    assert len(list(mailbox(settings).glob("*.eml"))) == 1
    assert list(mailbox(settings).glob("*.part")) == []
