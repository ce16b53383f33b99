"""R-32: five thousand letters after six hours without a mail server, by workers that are killed; and a sign-in code among them.

The mail server is a process of its own. It asks some to come back (greylisting), does not know some, hangs up in the middle of
some, and allows few connections. `LETTERS` (5000), `KILLS` (6) and `ENGINE` (sqlite, or postgresql, or both) make it
shorter. "doubled" counts what arrived twice without a death of its worker between the server's 250 and our record; what arrived
again because of one is counted as "after_kill": it carries the same Message-ID, so that it is shown once.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from bench.serving import free_port
from lms.db import Begin, connect
from lms.kernel.clock import system_clock
from lms.messaging.models import Channel, Letter, LetterState
from lms.messaging.outbox import Draft, post
from lms.migrating import migrate
from tests.postgres import create_database, postgres_server

LETTERS = int(os.environ.get("LETTERS", "5000"))
KILLS = int(os.environ.get("KILLS", "6"))
ENGINES = os.environ.get("ENGINE", "sqlite").split(",")
UNKNOWN_EVERY = 500
CODES = 20
AT_ONCE = 500
AWAY = timedelta(hours=6)
PATIENCE_SECONDS = 1_200
STARTING_SECONDS = 10
"""A code that was asked for so soon after a kill waits for the next worker to start: told apart."""
SENDER = "kontakt@zdb.example"
WORKER = """
import asyncio
from datetime import timedelta
from lms.cli.serving import work
from lms.jobs import worker
from lms.settings import settings
worker.LEASE = timedelta(seconds=5)
worker.RENEWAL_SECONDS = 1
asyncio.run(work(settings()))
"""


@dataclass
class Tale:
    """What happened, by the clock of this machine."""

    kills: list[float] = field(default_factory=list)
    asked: dict[str, float] = field(default_factory=dict)


async def run() -> None:
    """Print R-32, once for each kind of database."""
    for engine in ENGINES:
        with TemporaryDirectory(prefix="lms-letters-") as folder:
            if engine == "sqlite":
                print(await _measured(f"sqlite:///{folder}/lms.sqlite3", Path(folder), engine), flush=True)
            else:
                with postgres_server(settings=()) as server:
                    url = create_database(server, "letters")
                    print(await _measured(url, Path(folder), engine), flush=True)


async def _measured(url: str, folder: Path, engine: str) -> str:
    await migrate(url)
    begin, tale = connect(url), Tale()
    await _six_hours_ago(begin)
    book = folder / "arrived.jsonl"
    port = free_port()
    settings = {
        "DATABASE_URL": url, "LMS_DEMO": "1", "LMS_SMTP_URL": f"smtp://127.0.0.1:{port}", "LMS_FILES": str(folder),
        "LMS_MAIL_SENDER": SENDER,
    }  # fmt: skip
    workers = [_worker(settings)]
    await asyncio.sleep(8)  # the server is still away: nobody storms it
    server = _python("-m", "bench.post_office", str(port), str(book))
    started = time.time()
    try:
        await _until_done(begin, book, settings, workers, tale, started)
        minutes = (time.time() - started) / 60
    finally:
        for process in [*workers, server]:
            process.send_signal(signal.SIGKILL)
            process.wait()
    line = await _line(begin, book, tale)
    await begin.close()
    return f"R-32 messages={LETTERS} {line} minutes={minutes:.1f} kills={len(tale.kills)} engine={engine}"


async def _until_done(
    begin: Begin,
    book: Path,
    settings: dict[str, str],
    workers: list[subprocess.Popen[bytes]],
    tale: Tale,
    started: float,
) -> None:
    """Kill a worker now and then, ask for a code now and then, until nothing waits any more."""
    marks = [LETTERS * (number + 1) // (KILLS + 2) for number in range(KILLS)]
    codes = [LETTERS * (number + 1) // (CODES + 2) for number in range(CODES)]
    while time.time() - started < PATIENCE_SECONDS:
        arrived = len(_read(book))
        if marks and arrived >= marks[0]:
            marks.pop(0)
            tale.kills.append(time.time())
            workers[-1].send_signal(signal.SIGKILL)
            workers[-1].wait()
            workers.append(_worker(settings))
        if codes and arrived >= codes[0]:
            codes.pop(0)
            await _ask_for_code(begin, tale)
        if not marks and not codes and not await _waiting(begin):
            return
        await asyncio.sleep(0.1)


async def _six_hours_ago(begin: Begin) -> None:
    """The letters were written six hours ago, and the server has been away since."""
    at = system_clock() - AWAY
    for first in range(0, LETTERS, AT_ONCE):
        async with begin() as session:
            for number in range(first, min(first + AT_ONCE, LETTERS)):
                await post(session, _draft(number), at=at)


def _draft(number: int) -> Draft:
    mailbox = "unknown" if number % UNKNOWN_EVERY == UNKNOWN_EVERY - 1 else "reader"
    return Draft(
        key=f"letter-{number}", kind="bench", person_id=None, to_name=f"Reader {number}",
        to_address=f"{mailbox}{number}@example.com", postal_address="", channel=Channel.EMAIL, language="de",
        subject=f"Kurs {number} fällt aus", text="Guten Tag,\n\nder Kurs fällt aus.\n" * 20,
        html="<html lang='de'><p>Guten Tag</p></html>" * 20,
    )  # fmt: skip


async def _ask_for_code(begin: Begin, tale: Tale) -> None:
    address = f"code{len(tale.asked)}@example.com"
    async with begin() as session:
        await post(
            session,
            Draft(
                key=uuid4().hex, kind="sign_in_code", person_id=None, to_name="", to_address=address,
                postal_address="", channel=Channel.EMAIL, language="de", subject="Ihr Code", text="123456", html="<p>123456</p>",
                about=("sign_in_code", uuid4()),
            ),
            at=system_clock(),
        )  # fmt: skip
    tale.asked[address] = time.time()


async def _waiting(begin: Begin) -> int:
    async with begin.reading() as session:
        wanted = select(func.count()).select_from(Letter).where(Letter.state == LetterState.WAITING)
        return await session.scalar(wanted) or 0


async def _line(begin: Begin, book: Path, tale: Tale) -> str:
    arrived = _read(book)
    times: dict[str, list[float]] = {}
    for one in arrived:
        times.setdefault(one["to"], []).append(one["at"])
    async with begin.reading() as session:
        states = Counter((await session.execute(select(Letter.to_address, Letter.state))).all())
    sent = {address for address, state in states if state is LetterState.SENT}
    failed = {address for address, state in states if state is LetterState.FAILED}
    lost = len([one for one in sent if one not in times]) + len(
        [one for one in failed if "unknown" not in one]
    )
    lost += len(states) - len(sent) - len(failed)
    again = [moments for moments in times.values() if len(moments) > 1]
    by_kill = [moments for moments in again if any(0 <= kill - moments[0] < 2 for kill in tale.kills)]
    alive: list[float] = []
    killed: list[float] = []
    for address, asked in tale.asked.items():
        came = times[address][0]
        is_disturbed = any(asked - STARTING_SECONDS < kill < came for kill in tale.kills)
        (killed if is_disturbed else alive).append(came - asked)
    answers = Counter(one["what"] for one in _read(book.with_suffix(".answers")))
    return (
        f"lost={lost} doubled={len(again) - len(by_kill)} after_kill={len(by_kill)} refused={len(failed)}"
        f" greylisted={answers['grey']} dropped={answers['drop']} connections={answers['open']}"
        f" codes={len(tale.asked)} longest_wait_of_a_code_s={max(alive, default=0):.2f}"
        f" with_a_kill_s={max(killed, default=0):.2f}"
    )


def _read(book: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in book.read_text().splitlines()] if book.exists() else []


def _worker(settings: dict[str, str]) -> subprocess.Popen[bytes]:
    return _python("-c", WORKER, **settings)


def _python(*words: str, **settings: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", *words], env={**os.environ, **settings}, stdout=subprocess.DEVNULL
    )
