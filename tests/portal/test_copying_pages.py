"""Copying a run and a term, over HTTP."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from lms.catalogue.models import Run
from lms.db import Begin
from lms.jobs.worker import Worker
from lms.kernel.rights import Identity
from lms.web.module import Around
from tests.office import Office, open_office, words_of
from tests.visiting import Browser, send, sign_in

TARGET = {"target-day": "7", "target-month": "6", "target-year": "2027"}
KEPT = ["room", "trainers", "devices", "tasks", "prices", "notes", "drop_ins"]
TERM = {
    "first-day": "1", "first-month": "12", "first-year": "2026",
    "last-day": "31", "last-month": "12", "last-year": "2026", "audience": "", "venue": "",
}  # fmt: skip


@pytest.fixture
async def office(house: Around, client: Browser, begin: Begin) -> Office:
    await sign_in(client, begin, Identity.PROGRAMME)
    return await open_office(house)


async def test_a_run_is_copied_after_a_look_at_its_new_dates(
    client: Browser, office: Office, begin: Begin
) -> None:
    run = await office.run()
    here = f"/verwaltung/durchfuehrungen/{run.id}/kopieren"
    fields = {**TARGET, "kept": KEPT, "key": str(uuid4())}

    asked = await client.get(here)
    preview = await send(client, here, fields)
    saved = await send(client, here, fields | {"act": "kopieren"})
    again = await send(client, here, fields | {"act": "kopieren"})
    past = await send(client, here, fields | {"target-year": "2020"})

    assert asked.status_code == 200
    assert "Di, 08.06.2027, 10:00 bis 11:30 Uhr" in words_of(preview.text)
    assert saved.headers["location"] == again.headers["location"]
    assert past.status_code == 422
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Run)) == 2


async def test_a_clash_offers_to_copy_without(client: Browser, office: Office, begin: Begin) -> None:
    run = await office.run(sessions=1)
    await office.run(first_day=date(2027, 6, 8), sessions=1)
    here = f"/verwaltung/durchfuehrungen/{run.id}/kopieren"
    fields = {**TARGET, "kept": KEPT, "key": str(uuid4())}

    preview = await send(client, here, fields)
    refused = await send(client, here, fields | {"act": "kopieren"})
    bare = await send(client, here, fields | {"act": "ohne-room-trainers"})

    assert "Raum 1 ist" in words_of(preview.text)
    assert "Ohne Raum und Kursleitung kopieren" in words_of(preview.text)
    assert (refused.status_code, bare.status_code) == (409, 303)


async def test_a_term_is_previewed_ticked_copied_and_reported(
    client: Browser, office: Office, begin: Begin, jobs: Worker
) -> None:
    runs = [
        await office.run(first_day=date(2026, 12, 7) + timedelta(days=day), sessions=1) for day in range(3)
    ]
    await office.run(first_day=date(2027, 6, 9), sessions=1)  # in the way of the Wednesday
    fields = {**TERM, **TARGET, "target-day": "1", "kept": KEPT, "key": str(uuid4())}

    preview = await send(client, "/verwaltung/kopieren", fields)
    ticked = re.findall(r'name="run" value="([^"]+)" checked', preview.text)
    nothing = await send(client, "/verwaltung/kopieren", fields | {"act": "kopieren"})
    ordered = await send(
        client, "/verwaltung/kopieren", fields | {"act": "kopieren", "run": [str(run.id) for run in runs]}
    )
    waiting = await client.get(ordered.headers["location"])
    await jobs.drain()
    report = words_of((await client.get(ordered.headers["location"])).text)

    assert ticked == [str(run.id) for run in runs[:2]]  # the third clashes, so it is not ticked yet
    assert nothing.status_code == 422
    assert 'data-renew="2"' in waiting.text
    assert "3 Kurse sind als Entwürfe kopiert" in report
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Run)) == 7


async def test_a_term_without_runs_and_one_the_wrong_way_round(client: Browser, office: Office) -> None:
    fields = {**TERM, **TARGET, "kept": KEPT, "key": str(uuid4())}

    empty = await send(client, "/verwaltung/kopieren", fields)
    reversed_term = await send(client, "/verwaltung/kopieren", fields | {"last-year": "2025"})

    assert "kein Kurs" in words_of(empty.text)
    assert reversed_term.status_code == 422
