"""Reading what was brought, in a process of its own: what is hostile or endless there takes nobody else along (S-61).

The process has bounds of memory and time and gives back values only. It writes how far it is into a file beside its folder.
"""

import asyncio
import os
import re
import resource
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import msgspec
import structlog

from content.course import CourseContent, Package, QuizLesson, Text, Tool
from content.errors import ContentError
from content.packages.reading import read_course, recognise
from content.packages.report import Fate, Report
from lms.interchange.errors import NoSpaceLeft
from lms.kernel.errors import DomainError
from lms.kernel.marking import N_
from lms.web.files.errors import is_full
from lms.web.files.kinds import checked
from lms.web.files.store import LARGEST_FILE

MOST_MEMORY = 1_500_000_000
"""In bytes, of address space."""
MOST_SECONDS = 900
EVERY_SECONDS = 0.5
UNREADABLE = N_("This file could not be read to its end. Please save it again where it comes from.")
_PROGRESS = "progress"
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it, and not the six signs that somebody typed."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was found; `refused` says why nothing was: the sentence, its place, its params."""

    format: str = ""
    content: CourseContent | None = None
    remarks: tuple[dict[str, Any], ...] = ()
    refused: tuple[str, str, dict[str, Any]] | None = None


async def read(path: Path, folder: Path, told: Callable[[int], Awaitable[None]]) -> Read:
    """Unpack the file into the empty folder and read it; `told` hears the percentage from time to time. Never raises ContentError."""
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, mp_context=_processes(), initializer=_bound) as pool:
        work = loop.run_in_executor(pool, _read, path, folder)
        heard = 0
        while not (await asyncio.wait([work], timeout=EVERY_SECONDS))[0]:
            with suppress(OSError, ValueError):
                percent = int(_progress_of(folder).read_text(encoding="ascii"))
                if percent > heard:
                    heard = percent
                    await told(percent)
        try:
            return await work
        except BrokenProcessPool:
            return Read(refused=(UNREADABLE, "", {}))
        finally:
            _progress_of(folder).unlink(missing_ok=True)


@cache
def _processes() -> ForkServerContext:
    """Reading processes come from a small one that has this module ready and knows nothing of the service."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    return processes


def _progress_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.{_PROGRESS}")


def _bound() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """A worker that is killed takes us along: the next one reads the same file into the same folder."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(path: Path, folder: Path) -> Read:
    report, progress = Report(), _progress_of(folder)
    last = 0

    def on_progress(done: int, total: int) -> None:
        nonlocal last
        percent = min(99, done * 100 // total) if total else 0
        if percent > last:
            last = percent
            progress.write_text(str(percent), encoding="ascii")

    try:
        kind = recognise(path)
        content = read_course(path, folder, report=report, on_progress=on_progress)
        content = _without_unwanted_files(content, report)
    except ContentError as refusal:
        return Read(refused=(type(refusal).message, refusal.place, refusal.params))
    except OSError as fault:
        return Read(refused=(NoSpaceLeft.message if is_full(fault) else UNREADABLE, "", {}))
    except Exception:  # noqa: BLE001 - whatever somebody's file brings about, its author gets an answer now
        structlog.get_logger("lms.interchange").exception("intake_unreadable")
        return Read(refused=(UNREADABLE, "", {}))
    remarks = tuple(
        {"fate": one.fate.value, "place": one.place, "message": one.message, "params": one.params}
        for one in report.remarks
    )
    if not _is_storable((content, remarks)):
        return Read(refused=(UNREADABLE, "", {}))
    return Read(format=str(kind), content=content, remarks=remarks)


def _is_storable(found: object) -> bool:
    """Whether every text in it is one that a database takes: no NUL (PostgreSQL knows none), no half of a sign."""
    try:
        return not _NUL.search(msgspec.json.encode(found, enc_hook=str))
    except UnicodeEncodeError:
        return False


def _without_unwanted_files(content: CourseContent, report: Report) -> CourseContent:
    """Files are looked into as if they had been sent singly (S-61); what is refused is left, with the reason."""
    kept = []
    for file in content.files:
        try:
            if file.path.stat().st_size > LARGEST_FILE:
                report.left(file.name, N_("The file is larger than 100 MB."))
                continue
            checked(file.path, file.name)
        except DomainError as refusal:
            report.left(file.name, refusal.message, **refusal.params)
            continue
        kept.append(file)
    return replace(content, files=kept)


def outline(content: CourseContent) -> list[dict[str, Any]]:
    """Chapters and lessons with their kinds, for the page that asks whether they are wanted."""
    return [
        {
            "title": chapter.title,
            "lessons": [{"title": lesson.title, "kind": _kind(lesson)} for lesson in chapter.lessons],
        }
        for chapter in content.chapters
    ]


def _kind(lesson: Text | QuizLesson | Package | Tool) -> str:
    match lesson:
        case Text():
            return "practice" if lesson.is_practice else "text"
        case QuizLesson():
            return "quiz"
        case Package():
            return "package"
        case Tool():
            return "tool"


def counts(remarks: list[dict[str, Any]]) -> dict[str, int]:
    """How many parts were taken, changed and left."""
    return {fate.value: sum(one["fate"] == fate.value for one in remarks) for fate in Fate}
