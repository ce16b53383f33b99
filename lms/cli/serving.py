"""Running the service: one process that watches over the web server's processes and the worker."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from urllib.error import URLError
from urllib.request import urlopen

import rich_click as click
import structlog

from certificates.errors import SealUnavailable, SealUnusable
from certificates.libraries import check_libraries
from lms.certification.sealing import ensure_seal
from lms.cli.demo_meetings import demo_meetings
from lms.cli.demo_payments import demo_payments
from lms.cli.demo_seal import demo_seal
from lms.cli.filling import fill
from lms.migrating import migrate
from lms.settings import Settings, settings

PATIENCE_SECONDS = 60
RESTART_SECONDS = 1.0
GRACE_SECONDS = 20
MISSING_LIBRARY = 2
UNUSABLE_SEAL = 2


def serve(*, demo: bool) -> int:
    """Serve until SIGINT or SIGTERM; the exit code."""
    missing = check_libraries()
    if missing:
        for line in missing:
            click.echo(line, err=True)
        return MISSING_LIBRARY
    if demo:
        os.environ["LMS_DEMO"] = "true"
    given = settings()
    with demo_payments(given) as payments, demo_seal(given) as seal, demo_meetings(given) as meetings:
        # for the processes that we start as much as for this one
        os.environ.update({**payments, **seal, **meetings})
        settings.cache_clear()
        chosen = settings()
        if refusal := seal_refusal(chosen):
            click.echo(refusal, err=True)
            return UNUSABLE_SEAL
        asyncio.run(_prepare(chosen))
        keeper = WorkerKeeper()
        keeper.start()
        threading.Thread(target=_say_when_ready, args=(chosen,), daemon=True).start()
        try:
            _granian(chosen)
        finally:
            keeper.stop()
    return 0


def seal_refusal(chosen: Settings) -> str:
    """Why the service must not start with this seal; empty when it may. An authority that is away is no reason."""
    try:
        asyncio.run(ensure_seal(chosen, datetime.now(UTC)))
    except SealUnusable as error:
        return f"{error}\nPut it right, or remove LMS_SEAL_FILE to issue without a seal: docs/operating.md, “Electronic seal”."
    except SealUnavailable as error:
        click.echo(f"{error} Certificates wait until it answers.", err=True)
    return ""


async def _prepare(chosen: Settings) -> None:
    if chosen.demo:
        await migrate(chosen.database_url)
        await fill(chosen, if_empty=True)


def _granian(chosen: Settings) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "lms.app:create_app",
        factory=True,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        workers=chosen.processes,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        workers_kill_timeout=GRACE_SECONDS,
    ).serve()


def _say_when_ready(chosen: Settings) -> None:
    address = f"http://{chosen.host}:{chosen.port}"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/health/live", timeout=2):  # noqa: S310 - our own address
                break
        except (URLError, OSError):
            time.sleep(0.1)
    else:
        return
    click.echo(f"\n  Ready: {address}\n")
    if chosen.demo:
        click.echo(f"  Sign in with one click:  {address}/demo/einloggen")
        click.echo(f"  Every letter sent:       {address}/demo/postfach")
    click.echo("  Ctrl-C stops it.\n")


class WorkerKeeper:
    """Keeps one worker process alive as long as the service runs."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """Start the worker and watch over it."""
        self._thread.start()

    def stop(self) -> None:
        """Let the worker finish what it has in hand, then end it."""
        self._stopping.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            self._process = subprocess.Popen([sys.executable, "-m", "lms", "worker"])
            self._process.wait()
            if not self._stopping.wait(RESTART_SECONDS):
                structlog.get_logger("lms").warning("worker_restarted", code=self._process.returncode)


async def work(chosen: Settings) -> int:
    """Be a worker until told to stop; in the demo also the mail server that its letters are sent to."""
    from lms.app import around, worker

    async with AsyncExitStack() as stack:
        if chosen.demo and not chosen.smtp_url:
            from lms.demo.smtp import demo_mail_server

            chosen.smtp_url = await stack.enter_async_context(demo_mail_server(chosen))
        place = around(chosen)
        busy = worker(place)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, busy.stopping.set)
        try:
            await busy.run()
        finally:
            await place.begin.close()
    return 0
