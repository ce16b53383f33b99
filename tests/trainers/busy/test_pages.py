"""The page on which trainers name their own calendars."""

from uuid import uuid4

from litestar import Litestar
from litestar.testing import AsyncTestClient
from sqlalchemy import select

from lms.db import Begin
from lms.jobs.models import Job
from lms.kernel.rights import Identity
from lms.scheduling.calendar import PRODUCT
from lms.trainers.busy.models import BusyCalendar, Failure
from lms.trainers.busy.rules import OUR_PRODUCT
from lms.trainers.busy.service import READ
from tests.making import FixedClock
from tests.visiting import send, sign_in

HERE = "/kursleitung/verfuegbarkeit"


async def test_a_calendar_is_named_read_at_once_shown_with_its_trouble_and_removed(
    client: AsyncTestClient[Litestar], begin: Begin, clock: FixedClock
) -> None:
    await sign_in(client, begin, Identity.TRAINER)
    form = {"address": "webcal://kalender.example/geheim.ics", "key": str(uuid4())}
    assert (await send(client, f"{HERE}/kalender", form)).status_code == 303
    assert (await send(client, f"{HERE}/kalender", form)).status_code == 303
    async with begin() as session:
        [known] = (await session.scalars(select(BusyCalendar))).all()
        known.failure, known.failing_since, known.read_at = Failure.AWAY, clock(), clock()

    page = (await client.get(HERE)).text
    assert "kalender.example" in page
    assert "geheim" not in page
    assert "Die Adresse antwortet nicht." in page
    assert "Was er da gesagt hat, gilt weiter." in page

    for _ in range(2):
        assert (await send(client, f"{HERE}/kalender/lesen", {})).status_code == 303
    async with begin.reading() as session:
        ordered = (await session.scalars(select(Job).where(Job.kind == f"task:{READ}"))).all()
    assert len(ordered) == 2  # when it was named, and once for two clicks within a minute
    assert (await send(client, f"{HERE}/kalender/{known.id}/entfernen", {})).status_code == 303
    assert "Es ist kein Kalender angegeben." in (await client.get(HERE)).text


async def test_what_is_no_address_of_a_calendar_is_refused_in_words_and_stays_in_the_field(
    client: AsyncTestClient[Litestar], begin: Begin
) -> None:
    await sign_in(client, begin, Identity.TRAINER)

    for address in ("http://kalender.example/a.ics", "https://a:b@kalender.example/", "mein Kalender", ""):
        refused = await send(client, f"{HERE}/kalender", {"address": address, "key": str(uuid4())})
        assert refused.status_code == 422
        assert address in refused.text
    assert (
        "keine Adresse eines Kalenders"
        in (await send(client, f"{HERE}/kalender", {"address": "ftp://x", "key": str(uuid4())})).text
    )


def test_our_calendars_say_of_themselves_what_the_reader_looks_for() -> None:
    assert OUR_PRODUCT == PRODUCT
