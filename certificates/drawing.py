"""The inside of a worker: sets its limits, remembers renderers, draws what it is sent."""

import os
import pickle
import resource
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from certificates import confinement
from certificates.document import Certificate
from certificates.errors import CertificateError, DrawingFailed
from certificates.pdf import Attachment
from certificates.stamping import Stamper

OUT_OF_MEMORY = 77
"""With this code a worker ends that has met the limit of its memory."""

_RENDERERS_KEPT = 4
_HEADROOM = 64
_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "XDG_CACHE_HOME",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of each document: seconds of processor time, and megabytes beyond what the worker has at its start.

    And how far a worker stands back behind other processes, from 0 to 19.
    """

    seconds: float
    megabytes: int
    niceness: int


@dataclass(frozen=True, slots=True)
class Order:
    """Documents to draw with one renderer, which is sent only to those who do not know it."""

    fingerprint: str
    renderer: bytes | None = field(repr=False)
    documents: tuple[tuple[Certificate, tuple[Attachment, ...]], ...] = field(repr=False)


class Unknown:
    """The answer of a worker that has not met the renderer: send it along."""


@dataclass(slots=True)
class _Worker:
    seconds: float = 0.0
    stampers: OrderedDict[str, Stamper] = field(default_factory=OrderedDict)


_worker = _Worker()


def begin(limits: Limits) -> None:
    """Make this process a worker. It cannot be undone."""
    os.nice(limits.niceness)
    for name in set(os.environ) - set(_ENVIRONMENT):  # settings hold secrets, and drawing needs none
        del os.environ[name]
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who presses Ctrl-C means the parent
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what a person is called must not end up in a dump
    # The parent looks at what we take; this is for what grows faster than it looks.
    most = _address_space() + 2 * (limits.megabytes + _HEADROOM) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    _worker.seconds = limits.seconds
    confinement.confine()


def serve(line: "Connection[Any, Any]", limits: Limits) -> None:
    """Draw what comes over the line until it breaks. Ends the process where a document takes more than it may."""
    try:
        begin(limits)
        with suppress(EOFError, ConnectionError):  # the other end is gone, and so are we
            line.send(True)  # noqa: FBT003  # ready
            while True:
                for answer in answers(line.recv()):
                    line.send(answer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # who knows what else has failed


def answers(order: Order) -> Iterator[bytes | CertificateError | Unknown]:
    """Each document, or why there is none."""
    stamper = _stamper(order)
    if stamper is None:
        yield Unknown()
        return
    for certificate, attachments in order.documents:
        yield _drawn(stamper, certificate, attachments)


def _drawn(
    stamper: Stamper, certificate: Certificate, attachments: tuple[Attachment, ...]
) -> bytes | CertificateError:
    signal.setitimer(signal.ITIMER_PROF, _worker.seconds)  # nobody handles it: the kernel ends us
    try:
        found: bytes | CertificateError = stamper.pdf(certificate, attachments=attachments)
    except CertificateError as refused:
        found = refused
    except MemoryError:
        raise  # and let the clock run: Python without memory may go round in circles (exceptions need some)
    except Exception as mistake:  # noqa: BLE001  # whatever it is, the next document shall be drawn
        found = DrawingFailed(type(mistake).__name__)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return found


def _stamper(order: Order) -> Stamper | None:
    known = _worker.stampers
    if order.fingerprint not in known:
        if order.renderer is None:
            return None
        known[order.fingerprint] = Stamper(pickle.loads(order.renderer))  # noqa: S301  # from our own parent
        if len(known) > _RENDERERS_KEPT:
            known.popitem(last=False)
    known.move_to_end(order.fingerprint)
    return known[order.fingerprint]


def memory_of(pid: int) -> int:
    """What a process has in memory, in bytes; 0 where the system does not tell, or if it has ended (proc(5))."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1024**3


def _end_with_parent(parent: int) -> None:
    """Orphans have another parent. A signal from the kernel would come as soon as the thread ends that started us."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
