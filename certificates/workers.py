"""Processes that draw certificates, each within limits, so that one monstrous text harms nobody but itself.

A worker may use so much processor time and memory for a document; beyond that the kernel ends it, that one document
fails with a reason, and another worker takes its place. Workers run at low priority, know none of the settings, and
end with the process that started them.

Drawing needs no network and no files, so `certificates.confinement` refuses both. That is a second lock against
mistakes, not a prison: it sees what Python does and not what a library written in C may do.
"""

import hashlib
import multiprocessing
import pickle
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, islice
from threading import Lock, local
from time import monotonic
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

from certificates import drawing
from certificates.document import Certificate
from certificates.drawing import Limits, Order, Unknown
from certificates.errors import CertificateError, DrawingFailed, TookTooLong, TookTooMuchMemory, WorkerLost
from certificates.pdf import Attachment
from certificates.render import Renderer

CHUNK = 8
"""So many documents travel together: the way to a worker takes as long as a tenth of one."""

_SPAWN = multiprocessing.get_context("spawn")  # a fork would bring along locks, connections and secrets
_JOIN_SECONDS = 10
_LOOK_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Job:
    """One document to draw: with what, whose, and what is to be inside."""

    renderer: Renderer
    certificate: Certificate
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why this one could not be drawn. Trying again gives the same, but for `WorkerLost`."""

    error: CertificateError


Finished = Drawn | Failed


class Workers:
    """A pool of `count` processes; `seconds` of processor time and `megabytes` beyond the start are for each document.

    They are started with the first jobs, which takes about a second, and stay until `close`. Threads may share them.
    """

    def __init__(self, count: int, *, seconds: float = 20, megabytes: int = 512, niceness: int = 19) -> None:
        self.count = count
        self._limits = Limits(seconds=seconds, megabytes=megabytes, niceness=niceness)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="certificates")  # one for each process
        self._mine = local()
        self._turn = Lock()
        self._processes: list[_Process] = []
        self._parcels: WeakKeyDictionary[Renderer, _Parcel] = WeakKeyDictionary()

    def draw(self, jobs: Iterable[Job]) -> Iterator[Finished]:
        """What came of each job, in their order. Jobs are taken as they are needed, a few chunks ahead.

        The same job gives the same bytes as `Stamper.pdf` does here. A job whose worker was killed from outside is tried
        once more. This waits: in asynchronous code ask for it in a thread.
        """
        coming, under_way = _chunks(jobs), deque[Future[list[Finished]]]()
        try:
            for chunk in islice(coming, 2 * self.count):
                under_way.append(self._threads.submit(self._outcomes, chunk))
            while under_way:
                yield from under_way.popleft().result()
                for chunk in islice(coming, 1):
                    under_way.append(self._threads.submit(self._outcomes, chunk))
        finally:
            for unwanted in under_way:
                unwanted.cancel()

    def close(self) -> None:
        """End the processes; what is under way is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._turn:
            processes, self._processes = self._processes, []
        for process in processes:
            process.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        with self._turn:
            return [process.pid for process in self._processes]

    def _outcomes(self, jobs: Sequence[Job]) -> list[Finished]:
        """In one of the threads: what its process makes of a chunk. If it ends, another takes up where it was."""
        parcel = self._parcel(jobs[0].renderer)
        outcomes: list[Finished] = []
        losses = 0
        while len(outcomes) < len(jobs):
            try:
                for found in self._process().drawn(parcel, jobs[len(outcomes) :]):
                    outcomes.append(Drawn(found) if isinstance(found, bytes) else Failed(found))
                    losses = 0
            except _Ended as ended:
                self._forget()
                losses += 1
                reason = ended.reason or (
                    WorkerLost("ended twice over this document") if losses > 1 else None
                )
                if reason:
                    outcomes.append(Failed(reason))
                    losses = 0
        return outcomes

    def _process(self) -> "_Process":
        """The process of this thread, started when it is first asked for."""
        process: _Process | None = getattr(self._mine, "process", None)
        if process is None:
            process = self._mine.process = _Process(self._limits)
            with self._turn:
                self._processes.append(process)
        return process

    def _forget(self) -> None:
        process, self._mine.process = self._mine.process, None
        with self._turn, suppress(ValueError):
            self._processes.remove(process)
        process.end()

    def _parcel(self, renderer: Renderer) -> "_Parcel":
        with self._turn:
            if renderer not in self._parcels:
                self._parcels[renderer] = _Parcel(pickle.dumps(renderer))
            return self._parcels[renderer]


class _Parcel:
    """A renderer as it is sent, and the name under which workers remember it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.fingerprint = hashlib.sha256(data).hexdigest()


class _Ended(Exception):
    """A process has ended over a document; the reason, unless it came from outside."""

    def __init__(self, reason: CertificateError | None) -> None:
        super().__init__(reason)
        self.reason = reason


class _Process:
    """One worker and the line to it. Of one thread alone, but for `end`."""

    def __init__(self, limits: Limits) -> None:
        # It may wait for the processor longer than it may use it; beyond that something else is wrong.
        self._patience = 60 + 20 * limits.seconds
        self._line, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=drawing.serve, args=(theirs, limits), daemon=True)
        self._process.start()
        theirs.close()  # so that the line breaks when the process ends
        self.pid = self._process.pid or 0
        self._most: int | None = None
        self._more = limits.megabytes * 1024 * 1024

    def drawn(self, parcel: _Parcel, jobs: Sequence[Job]) -> Iterator[bytes | CertificateError]:
        """Each document as it comes. Raises `_Ended` if the process ends over the next one."""
        documents = tuple((job.certificate, job.attachments) for job in jobs)
        try:
            if self._most is None:
                self._received()  # it is ready
                self._most = drawing.memory_of(self.pid) + self._more
            self._line.send(Order(parcel.fingerprint, None, documents))
            for _ in jobs:
                found = self._received()
                if isinstance(found, Unknown):
                    self._line.send(Order(parcel.fingerprint, parcel.data, documents))
                    found = self._received()
                yield found
        except (EOFError, OSError):
            self._process.join(_JOIN_SECONDS)
            raise _Ended(_reason(self._process.exitcode)) from None

    def _received(self) -> Any:
        """What comes next. Meanwhile its memory is watched from here: without any left it may not find its own end."""
        until = monotonic() + self._patience
        while not self._line.poll(_LOOK_SECONDS):
            if self._most is not None and drawing.memory_of(self.pid) > self._most:
                raise _Ended(TookTooMuchMemory("a document took more memory than it may"))
            if monotonic() > until:
                raise _Ended(TookTooLong("a document took longer than a worker may wait"))
        return self._line.recv()

    def end(self) -> None:
        """At once, whatever it is doing."""
        self._process.kill()
        self._process.join(_JOIN_SECONDS)


def _chunks(jobs: Iterable[Job]) -> Iterator[tuple[Job, ...]]:
    """A few jobs at a time, all with the same renderer."""
    for _, alike in groupby(jobs, key=lambda job: id(job.renderer)):
        while chunk := tuple(islice(alike, CHUNK)):
            yield chunk


def _reason(code: int | None) -> CertificateError | None:
    """What ended a worker, as far as its end tells; None if it came from outside."""
    if code in {-signal.SIGPROF, -signal.SIGXCPU}:
        return TookTooLong("a document took more processor time than it may")
    if code in {drawing.OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGTRAP}:
        # What is written in C does not raise when there is no memory: GLib and C++ end the process.
        return TookTooMuchMemory("a document took more memory than it may")
    if code in {-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}:
        return DrawingFailed(f"a library ended with signal {-code}")
    return None
