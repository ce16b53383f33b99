"""Bringing material in, publishing and answering quizzes in a process that is killed at a named step (see `tests.dying`)."""

import asyncio
import io
import os
import signal
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from content.quiz.answers import Chosen
from lms.app import around, worker
from lms.interchange import reading, working
from lms.interchange.depot import Depot
from lms.interchange.exporting import FORMATS, Export
from lms.interchange.service import Interchange
from lms.interchange.working import IntakeTaker
from lms.learning.contents import editions as publishing
from lms.learning.contents.editions import Editions
from lms.learning.contents.files import ContentFiles
from lms.people.models import Person
from lms.quizzes import settling, taking
from lms.quizzes.taking import Attempts
from lms.settings import Settings
from lms.web.files.store import Store
from lms.web.module import Around
from tests.dying import AFTER, BEFORE, Step, Told, die
from tests.interchange.packing import course, picture
from tests.learning.reading_slowly import NUMBER, slowly
from tests.making import FixedClock, learner, staff

RECEIVING: dict[str, Step] = {
    "before the file lies whole": (os, "fsync", AFTER),
    "after the file is kept": (Depot, "keep", AFTER),
}
READING: dict[str, Step] = {"after it is read": (working._Desk, "read", AFTER)}
TAKING: dict[str, Step] = {
    "after one file is in its place": (Store, "keep", AFTER),
    "before anything is written": (IntakeTaker, "_write", BEFORE),
    "after the rows, before the commit": (working, "bring_in", AFTER),
    "after the commit, before the intake is tidied away": (IntakeTaker, "_write", AFTER),
}
EXPORTING: dict[str, Step] = {"while a course is written": (tempfile.TemporaryDirectory, "__enter__", AFTER)}
PUBLISHING: dict[str, Step] = {"after the edition, before the commit": (publishing, "write_edition", AFTER)}
ADDING: dict[str, Step] = {"after the picture is kept": (Store, "keep", AFTER)}
ANSWERING: dict[str, Step] = {"after the answer, before the commit": (taking, "write_progress", AFTER)}
HANDING_IN: dict[str, Step] = {
    "after it is handed in, before it is marked": (settling, "_settle", BEFORE),
    "after it is marked, before the commit": (settling, "_settle", AFTER),
}
WHILE_READ = "while it is read"


async def _receive(place: Around, told: Told) -> None:
    await Interchange(place).receive(
        staff(), course_id=UUID(told["COURSE"]), intake_id=UUID(told["KEY"]), name="kurs.zip", source=course()
    )


async def _work(place: Around, _: Told) -> None:
    await worker(place).drain()


async def _export(place: Around, told: Told) -> None:
    await Export(place).file(staff(), course_id=UUID(told["COURSE"]), target=FORMATS["ordner"])


async def _publish(place: Around, told: Told) -> None:
    await Editions(place).publish(
        staff(), course_id=UUID(told["COURSE"]), version=int(told["VERSION"]), note="", key=UUID(told["KEY"])
    )


async def _add(place: Around, told: Told) -> None:
    sent = picture()
    await ContentFiles(place).add(
        staff(), course_id=UUID(told["COURSE"]), key=UUID(told["KEY"]), name="bild.png", source=io.BytesIO(sent),
        size=len(sent),
    )  # fmt: skip


async def _take_the_quiz(place: Around, told: Told) -> None:
    """Save the next answer, and hand in where nothing dies before."""
    attempts, ids = (
        Attempts(place),
        {name: UUID(told[name.upper()]) for name in ("enrolment_id", "lesson_id")},
    )
    async with place.begin.reading() as session:
        who = learner(await session.get_one(Person, UUID(told["PERSON"])))
    about = ids | {"attempt_id": UUID(told["ATTEMPT"])}
    if told["STEP"] in ANSWERING:
        await attempts.save(who, question=told["QUESTION"], answer=Chosen(keys=("1",)), **about)
    await attempts.hand_in(who, **about)


ACTS: list[tuple[dict[str, Step], Callable[[Around, Told], Awaitable[None]]]] = [
    (RECEIVING, _receive), (READING, _work), (TAKING, _work), (EXPORTING, _export), (PUBLISHING, _publish),
    (ADDING, _add), (ANSWERING, _take_the_quiz), (HANDING_IN, _take_the_quiz),
]  # fmt: skip


async def act_and_die(told: Told) -> None:
    """Act, and die at the step."""
    settings = Settings(
        database_url=told["DATABASE_URL"], demo=True, files=Path(told["FILES"]), _env_file=None,  # type: ignore[call-arg]
    )  # fmt: skip
    place = around(settings, FixedClock(datetime.fromisoformat(told["NOW"])))
    if told["STEP"] == WHILE_READ:
        vars(reading)["_read"] = slowly
        threading.Thread(target=_die_once_it_reads, args=(settings.files,), daemon=True).start()
        await _work(place, told)
    step, act = next((steps[told["STEP"]], act) for steps, act in ACTS if told["STEP"] in steps)
    vars(working)["read"] = read_at_once
    die(*step)
    await act(place, told)


async def read_at_once(path: Path, folder: Path, _: Any) -> reading.Read:
    """Without a process of its own, which takes longer to start than all the rest."""
    return await asyncio.to_thread(reading._read, path, folder)


def _die_once_it_reads(files: Path) -> None:
    while not any(files.rglob(NUMBER)):
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGKILL)
