"""Calendar programmes of other authors against a real server: vdirsyncer synchronises, khal shows, caldav asks (F-K03).

One story: discovered, synchronised, and synchronised again after a move and a cancellation.
"""

import asyncio
import os
import re
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar
from sqlalchemy import select, update

from lms.db import Begin
from lms.feeds.caldav.passwords import CalendarPasswords
from lms.kernel.actor import Actor
from lms.kernel.clock import local
from lms.scheduling.models import Session, SessionState
from lms.web.module import Around
from tests.feeds.test_feeds import offered, with_place
from tests.making import make_person
from tests.visiting import make_account

ROOT = Path(__file__).parents[2]
READERS = ROOT / ".tools" / "readers" / "bin"
PATIENCE_SECONDS = 120
VDIRSYNCER = """
[general]
status_path = "{folder}/status/"
[pair us]
a = "remote"
b = "local"
collections = ["from a"]
conflict_resolution = "a wins"
partial_sync = "ignore"
[storage remote]
type = "caldav"
url = "{url}/"
username = "{name}"
password = "{password}"
read_only = true
[storage local]
type = "filesystem"
path = "{folder}/calendars/"
fileext = ".ics"
"""
KHAL = """
[calendars]
[[us]]
path = {folder}/calendars/kurse/
readonly = True
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
default_timezone = Europe/Berlin
local_timezone = Europe/Berlin
[sqlite]
path = {folder}/khal.db
"""
CALDAV = """
import logging
import sys
logging.disable()
from caldav import DAVClient
calendar = DAVClient(url=sys.argv[1] + "/caldav/", username=sys.argv[2], password=sys.argv[3]).principal().calendars()[0]
events = calendar.objects_by_sync_token(load_objects=True)
for event in events:
    [found] = event.icalendar_instance.walk("VEVENT")
    print(found["UID"], found["STATUS"], found["SEQUENCE"])
try:
    calendar.save_event(next(iter(events)).data)
except Exception as refusal:
    print(type(refusal).__name__)
"""


@asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """The centre behind the server that it has in service; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, websockets=False)
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.to_thread(_await, f"http://127.0.0.1:{port}/health/live")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving


def _await(url: str) -> None:
    """Until the server answers, or the patience of the caller is at its end."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)


def run(folder: Path, *command: str, given: str = "") -> str:
    """What a programme says; its own settings lie in the folder."""
    done = subprocess.run(
        [str(READERS / command[0]), *command[1:]], input=given, capture_output=True, text=True, check=False,
        env={"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def synchronised(folder: Path) -> str:
    return run(folder, "vdirsyncer", "-c", str(folder / "vdirsyncer"), "sync")


def shown(folder: Path) -> list[str]:
    """What khal shows: day, time, title."""
    said = run(
        folder, "khal", "-c", str(folder / "khal"), "list", "--day-format", "", "--format",
        "{start} {title}", "2026-12-04", "60d",
    )  # fmt: skip
    return [line for line in said.splitlines() if line.strip()]


async def test_programmes_of_three_authors_discover_synchronise_and_follow_a_move_and_a_cancellation(
    house: Around, begin: Begin, app: Litestar, tmp_path: Path
) -> None:
    person, run_ = make_person(), await offered(begin, dates=2)
    await with_place(begin, run_, person)
    account = await make_account(begin, person=person, is_known=True)
    password = await CalendarPasswords(house).make(
        Actor(account_id=account.id, person_id=person.id), name="vdirsyncer"
    )
    first, second = await meetings(begin)

    async with served(app) as url:
        known = {"folder": tmp_path, "url": url, "name": account.email, "password": password}
        (tmp_path / "vdirsyncer").write_text(VDIRSYNCER.format(**known))
        (tmp_path / "khal").write_text(KHAL.format(**known))

        found = await asyncio.to_thread(
            run, tmp_path, "vdirsyncer", "-c", str(tmp_path / "vdirsyncer"), "discover", given="y\ny\n"
        )
        assert '"kurse" ("Meine Kurse")' in found
        await asyncio.to_thread(synchronised, tmp_path)
        title = "Das Tablet kennenlernen"
        assert await asyncio.to_thread(shown, tmp_path) == [
            f"{local(one.starts_at):%Y-%m-%d %H:%M} {title}" for one in (first, second)
        ]

        async with begin() as session:
            later = {
                "starts_at": first.starts_at + timedelta(hours=2),
                "ends_at": first.ends_at + timedelta(hours=2),
            }
            await session.execute(update(Session).where(Session.id == first.id).values(sequence=1, **later))
            gone = update(Session).where(Session.id == second.id)
            await session.execute(gone.values(sequence=1, state=SessionState.CANCELLED))
        again = await asyncio.to_thread(synchronised, tmp_path)
        assert len(re.findall(r"updating", again, re.IGNORECASE)) == 2
        assert await asyncio.to_thread(shown, tmp_path) == [
            f"{local(later['starts_at']):%Y-%m-%d %H:%M} {title}",
            f"{local(second.starts_at):%Y-%m-%d %H:%M} Abgesagt: {title}",
        ]
        assert "updating" not in (await asyncio.to_thread(synchronised, tmp_path)).lower()

        asked = await asyncio.to_thread(run, tmp_path, "python", "-c", CALDAV, url, account.email, password)
    assert sorted(asked.split("\n"))[1:] == sorted(
        [f"{first.id} CONFIRMED 1", f"{second.id} CANCELLED 1", "AuthorizationError"]
    )


async def meetings(begin: Begin) -> Sequence[Session]:
    async with begin.reading() as session:
        return (await session.scalars(select(Session).order_by(Session.starts_at))).all()
