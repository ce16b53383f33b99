"""A server of one's own for each side of a comparison, and what its processes cost.

`python -m bench.serving TARGET PORT PROCESSES` serves an application as `lms serve` does, without the worker.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: where it listens, and the process at the root of its tree."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """CPU time of the server's processes so far."""
        return cpu_of_tree(self.process.pid)


@asynccontextmanager
async def served(
    target: str, *, processes: int = 1, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Server]:
    """Serve `module:factory` on a free port as long as the block lasts."""
    port = free_port()
    environment = {**os.environ, **(settings or {}), "PORT": str(port)}
    process = subprocess.Popen(  # noqa: ASYNC220 - it lives as long as the block
        [sys.executable, "-m", "bench.serving", target, str(port), str(processes)],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await _answering(port, process)
        yield Server(port=port, process=process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, 10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def cpu_of_tree(pid: int) -> float:
    """User and system time of a process and all below it, in seconds, as the kernel counts it (proc(5))."""
    total = 0.0
    for child in [pid, *_below(pid)]:
        try:
            fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def _below(pid: int) -> list[int]:
    children: list[int] = []
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []
    for task in tasks:
        try:
            found = [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
        for child in found:
            children += [child, *_below(child)]
    return children


async def _answering(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server did not start") from None
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


def free_port() -> int:
    """A port that nobody listens on right now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(target: str, port: str, processes: str) -> None:
    """Serve until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        target,
        factory=True,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.ASGI,
        workers=int(processes),
        websockets=False,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
