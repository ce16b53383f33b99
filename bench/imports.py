"""R-35: material of others in, hostile material refused, and a package of 200 MB with memory that stays flat.

All of it goes the way of an author: received, read by a worker process, taken over. `mib` is by how much the memory of the
worker and of its reading process together rises above that of an idle worker while the large package is in their hands;
`steps` how many different percentages the waiting page could show. `MEGABYTES` (200) makes it shorter.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import UUID, uuid4

from sqlalchemy import func, select

from content.packages.reading import read_course
from content.packages.report import Report
from content.packages.writing import write_common_cartridge, write_gift, write_markdown_folder, write_qti
from lms.app import around
from lms.db import Begin, connect
from lms.interchange.models import ENDED, UNDER_WAY, Intake, IntakeState
from lms.interchange.service import Interchange
from lms.learning.models import Lesson
from lms.migrating import migrate
from lms.settings import Settings
from tests.content.hostile import ARCHIVES, COURSES, HARMLESS, NESTED, built, zipped
from tests.content.samples import common_cartridge, content_package, moodle
from tests.making import make_course, staff

MEGABYTES = int(os.environ.get("MEGABYTES", "200"))
PATIENCE_SECONDS = 600
MIB = 1024 * 1024
WORKER = "import asyncio; from lms.cli.serving import work; from lms.settings import settings; asyncio.run(work(settings()))"


@dataclass
class Watch:
    """What was seen while one file was in the worker's hands."""

    steps: set[int]
    memory: int = 0


async def run() -> None:
    """Print R-35."""
    with TemporaryDirectory(prefix="lms-imports-") as folder:
        print(await _measured(Path(folder)), flush=True)


async def _measured(folder: Path) -> str:
    url = f"sqlite:///{folder}/lms.sqlite3"
    await migrate(url)
    settings = {"DATABASE_URL": url, "LMS_FILES": str(folder / "files"), "LMS_DEMO": "1"}
    begin = connect(url)
    house = around(Settings(database_url=url, files=folder / "files", demo=True))
    interchange = Interchange(house)
    course = make_course()
    async with begin() as session:
        session.add(course)
    worker = _worker(settings)
    try:
        good, samples = 0, _samples(folder)
        for path in samples:
            intake = await _through(begin, interchange, course.id, path, worker.pid)
            good += intake.state is IntakeState.TAKEN
        refused, hostile = 0, 0
        for name, path in _hostile(folder):
            intake = await _through(begin, interchange, course.id, path, worker.pid)
            hostile += 1
            refused += intake.state is IntakeState.REFUSED or _is_tamed(intake)
            if not (intake.state is IntakeState.REFUSED or _is_tamed(intake)):
                print(f"  not refused: {name}", flush=True)
        await asyncio.sleep(2)
        idle = _memory(worker.pid)
        large = folder / "large.zip"
        _write_large(large)
        watch, started = Watch(steps=set()), time.monotonic()
        intake = await _through(begin, interchange, course.id, large, worker.pid, watch)
        seconds = time.monotonic() - started
        good += intake.state is IntakeState.TAKEN
        async with begin.reading() as session:
            lessons = await session.scalar(select(func.count()).select_from(Lesson))
        deaths = int(worker.poll() is not None)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        await begin.close()
        await house.begin.close()
    return (
        f"R-35 good={good}/{len(samples) + 1} hostile_refused={refused}/{hostile}"
        f" mib={max(0, watch.memory - idle) / MIB:.0f} megabytes={MEGABYTES} seconds={seconds:.1f}"
        f" steps={len(watch.steps)} lessons={lessons} worker_deaths={deaths}"
    )


def _worker(settings: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORKER], env={**os.environ, **settings})


async def _through(
    begin: Begin, interchange: Interchange, course_id: UUID, path: Path, pid: int, watch: Watch | None = None
) -> Intake:
    """Received, read, taken over whole."""
    with path.open("rb") as source:
        intake = await _received(interchange, course_id, path.name, source)
    watch = watch or Watch(steps=set())
    found = await _waited(begin, intake.id, pid, watch)
    if found.state is IntakeState.READY and found.chapters:
        every = range(len(found.chapters))
        await interchange.take(staff(), course_id=course_id, intake_id=intake.id, chapters=every)
        found = await _waited(begin, intake.id, pid, watch)
    if found.state not in ENDED:
        await interchange.drop(staff(), course_id=course_id, intake_id=intake.id)
    return found


async def _received(interchange: Interchange, course_id: UUID, name: str, source: BinaryIO) -> Intake:
    return await interchange.receive(
        staff(), course_id=course_id, intake_id=uuid4(), name=name, source=source
    )


async def _waited(begin: Begin, intake_id: UUID, pid: int, watch: Watch) -> Intake:
    started = time.monotonic()
    while True:
        async with begin.reading() as session:
            intake = await session.get_one(Intake, intake_id)
        watch.steps.add(intake.percent)
        watch.memory = max(watch.memory, _memory(pid))
        if intake.state not in UNDER_WAY or time.monotonic() - started > PATIENCE_SECONDS:
            return intake
        await asyncio.sleep(0.1)


def _is_tamed(intake: Intake) -> bool:
    """Read, but nothing of it can do harm: what is hostile in it was left out, with the reason."""
    return intake.state in {IntakeState.TAKEN, IntakeState.READY} and any(
        one["fate"] in {"left", "changed"} for one in intake.remarks
    )


def _memory(pid: int) -> int:
    """In bytes, of a process and of those it has started, without what they share with others."""
    total = 0
    for one in [pid, *_children(pid)]:
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        for line in rollup.splitlines():
            if line.startswith(("Private_Clean", "Private_Dirty")):
                total += int(line.split()[1]) * 1024
    return total


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            for child in map(int, task.read_text(encoding="ascii").split()):
                found += [child, *_children(child)]
        except OSError:
            continue
    return found


def _hostile(folder: Path) -> Iterator[tuple[str, Path]]:
    """The corpus of the tests, one after the other in the same place."""
    for name in [*ARCHIVES, *NESTED]:
        yield name, built(name, folder)
    for name, content in COURSES.items():
        path = folder / "hostile.zip"
        path.write_bytes(content)
        yield name, path


def _samples(folder: Path) -> list[Path]:
    """Packages as other systems make them, and what we make of one of them in every format that we write."""
    made = {
        "cartridge.imscc": common_cartridge(),
        "cartridge-13.imscc": common_cartridge("1.3.0"),
        "pages.zip": content_package(),
        "backup-4.mbz": moodle(),
        "backup-2.mbz": moodle(modern=False),
    }
    paths = []
    for name, content in ({name: zipped(files) for name, files in made.items()} | HARMLESS).items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    backup = read_course(paths[3], folder / "read", report=Report())
    for write, name in (
        (write_common_cartridge, "course.imscc"),
        (write_markdown_folder, "folder.zip"),
        (write_qti, "questions.zip"),
        (write_gift, "questions.gift"),
    ):
        path = folder / name
        write(backup, path)
        paths.append(path)
    return paths


def _write_large(path: Path) -> None:
    """A course folder with videos that cannot be packed any smaller."""
    noise = random.Random(35)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("kurs.toml", 'titel = "Viele Filme"\n')
        for number in range(MEGABYTES // 2):
            head = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41"
            archive.writestr(f"dateien/film-{number}.mp4", head + noise.randbytes(2 * 1_000_000))
            text = f"# Film {number}\n\n::: video film-{number}.mp4\nGesprochen wird nichts.\n:::\n"
            archive.writestr(f"01-filme/{number:03}.md", text)
