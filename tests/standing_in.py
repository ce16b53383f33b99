"""How a stand-in runs as a program of its own: until it is told to stop, or until nobody needs it any more."""

import os
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Iterator

WATCH_SECONDS = 0.5


def reader_of(name: str, words: str | None) -> ArgumentParser:
    """What every stand-in is told: on which port, and by whom (`lms.cli.stand_ins.running`)."""
    reader = ArgumentParser(prog=f"python -m {name}", description=words)
    reader.add_argument("--port", type=int, default=0, help="0 takes one that is free and prints it")
    reader.add_argument(
        "--parent", type=int, default=0, help="end when this process is not our parent any more"
    )
    return reader


def moments(parent: int) -> Iterator[None]:
    """Again and again, until SIGINT or SIGTERM, or until the parent is gone: its children are handed to another."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(WATCH_SECONDS) and (not parent or os.getppid() == parent):
        yield
