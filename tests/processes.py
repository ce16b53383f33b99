"""Processes of their own, forked from one that has imported the service already: a new one would spend seconds on that alone.

The one that they come from is started as soon as all tests are collected (`pytest_collection_finish` in tests/conftest.py), so
that it is ready when the first of them is wanted, and stays the same whoever asks first.
"""

import asyncio
import multiprocessing
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["lms.app", "tests.races.rush"])
# what killed processes leave of semaphores is cleaned away at the end, and nobody needs to read that
os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:multiprocessing.resource_tracker")
PATIENCE_SECONDS = 180
Say = Callable[[str], None]


class Running:
    """A process, seen from outside."""

    def __init__(self, process: BaseProcess, told: Connection) -> None:
        self._process = process
        self._told = told

    async def hear(self) -> str:
        """The next thing that it says; empty when it has ended without a further word."""
        with suppress(EOFError):
            said: str = await asyncio.to_thread(self._told.recv)
            return said
        return ""

    async def end(self, *, by: int = 0) -> None:
        """Wait for it to end by itself; AssertionError unless by this signal, or well where none is named."""
        await asyncio.to_thread(self._process.join, PATIENCE_SECONDS)
        assert self._process.exitcode == -by

    def is_alive(self) -> bool:
        return self._process.is_alive()


@asynccontextmanager
async def running(act: Callable[..., None], *given: Any) -> AsyncIterator[Running]:
    """Let a process do `act(say, *given)`; what is not over when the block ends is killed (`SIGKILL`)."""
    told, says = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_acting, args=(act, says, given))
    process.start()
    says.close()
    try:
        yield Running(process, told)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        process.close()
        told.close()


def _acting(act: Callable[..., None], says: Connection, given: tuple[Any, ...]) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # it logs, and nobody reads that
    act(says.send, *given)
