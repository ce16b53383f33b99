"""What stands in for services of others in the demonstration: programs of our tests, where they are at hand.

An installed package has no tests: there the demonstration does without, as a centre that has not set the service up.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec

LAST_PORT = 65_535
GRACE_SECONDS = 5


def is_at_hand(stand_in: str) -> bool:
    """Whether there is such a program."""
    try:
        return find_spec(f"{stand_in}.__main__") is not None
    except ModuleNotFoundError:
        return False


@contextmanager
def running(stand_in: str, *told: str) -> Iterator[None]:
    """Run the program while the block runs; it ends as well when this process is killed."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and words of ours
        [sys.executable, "-m", stand_in, *told, "--parent", str(os.getpid())], stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
        process.kill()


def free_port(wish: int = 0) -> int:
    """The wish if it is free, so that it stays the same from one start to the next; otherwise any that is."""
    for port in (wish, 0):
        if port > LAST_PORT:
            continue
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            free: int = probe.getsockname()[1]
            return free
    raise RuntimeError("no port is free")
