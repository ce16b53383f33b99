"""The process dies while material comes in or goes out, a course is published, a quiz is handed in: all of it or nothing, and no file stays that nobody names."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, union

from content.quiz.answers import Chosen
from lms.db import Begin
from lms.interchange import working as taking_in
from lms.interchange.models import Intake, IntakeState
from lms.interchange.service import Interchange
from lms.jobs import worker as working
from lms.jobs.models import Job
from lms.jobs.worker import Worker
from lms.learning.contents.editions import Editions
from lms.learning.contents.service import Contents
from lms.learning.contents.tidying import ContentsTidying
from lms.learning.models import (
    Chapter,
    Edition,
    EditionFile,
    EditionLesson,
    Lesson,
    LessonFile,
    Outline,
    Progress,
)
from lms.quizzes.models import Attempt, AttemptAnswer
from lms.web.files.store import UNDER_WAY
from lms.web.module import Around
from tests.content.quiz.questions import SINGLE
from tests.dying import killed
from tests.interchange.packing import course
from tests.learning.reading_slowly import NUMBER
from tests.learning.scene import Class, chapter, lesson, make_class
from tests.learning.scenes import (
    ADDING,
    ANSWERING,
    EXPORTING,
    HANDING_IN,
    PUBLISHING,
    READING,
    RECEIVING,
    TAKING,
    WHILE_READ,
    act_and_die,
    read_at_once,
)
from tests.making import BOTH, FixedClock
from tests.quizzes.quizzing import open_quiz, quiz_of

pytestmark = BOTH
TITLES = ["Einschalten", "fragen", "Laden"]


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read without a process of its own."""
    monkeypatch.setattr(taking_in, "read", read_at_once)


async def received(house: Around, taught: Class, key: UUID) -> Intake:
    return await Interchange(house).receive(
        taught.trainer, course_id=taught.course.id, intake_id=key, name="kurs.zip", source=course()
    )


async def taken(house: Around, taught: Class, key: UUID) -> None:
    await Interchange(house).take(taught.trainer, course_id=taught.course.id, intake_id=key, chapters={0, 1})


async def state_of(begin: Begin, key: UUID) -> IntakeState | None:
    async with begin.reading() as session:
        intake = await session.get(Intake, key)
        return intake.state if intake else None


async def titles(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        wanted = select(Lesson.title).join(Chapter).order_by(Chapter.position, Lesson.position)
        return list(await session.scalars(wanted))


async def restarted(jobs: Worker, clock: FixedClock) -> None:
    """Another worker, once what the dead one had claimed is free again."""
    clock.forward(seconds=working.LEASE.total_seconds() + 1)
    await jobs.drain()


async def strays(house: Around, clock: FixedClock) -> list[str]:
    """Files that no row names, after what sweeps has swept: the files themselves are of this minute, so it is later by now."""
    for path in house.settings.files.rglob("*"):
        moment = clock().timestamp() - UNDER_WAY.total_seconds() - 60
        os.utime(path, (moment, moment), follow_symlinks=False)
    await Interchange(house).forget()
    await ContentsTidying(house).forget()
    async with house.begin.reading() as session:
        named = set(await session.scalars(union(select(LessonFile.stored), select(EditionFile.stored))))
    there = [path for path in house.settings.files.rglob("*") if path.is_file()]
    assert named <= {path.name for path in there}
    return [str(path) for path in there if path.name not in named]


@pytest.mark.parametrize("step", RECEIVING)
@pytest.mark.usefixtures("at_once")
async def test_what_was_not_received_is_not_there_and_is_received_the_second_time(
    house: Around, taught: Class, begin: Begin, jobs: Worker, clock: FixedClock, step: str
) -> None:
    key = uuid4()
    await killed(act_and_die, step, house, COURSE=str(taught.course.id), KEY=str(key))
    assert await state_of(begin, key) is None
    await received(house, taught, key)
    await jobs.drain()

    assert await state_of(begin, key) is IntakeState.READY
    await Interchange(house).drop(taught.trainer, course_id=taught.course.id, intake_id=key)
    assert await strays(house, clock) == []


async def test_who_reads_for_a_worker_that_dies_dies_with_it_and_the_next_one_reads(
    house: Around, taught: Class, begin: Begin, jobs: Worker, clock: FixedClock
) -> None:
    key = (await received(house, taught, uuid4())).id
    await killed(act_and_die, WHILE_READ, house)
    (told,) = house.settings.files.rglob(NUMBER)
    reader = Path("/proc", told.read_text(encoding="ascii"))
    async with asyncio.timeout(10):
        while is_alive(reader):  # noqa: ASYNC110 - another process ends
            await asyncio.sleep(0.02)
    assert await state_of(begin, key) is IntakeState.READING

    await restarted(jobs, clock)
    assert await state_of(begin, key) is IntakeState.READY


def is_alive(process: Path) -> bool:
    with suppress(OSError):
        return ") Z " not in (process / "stat").read_text(encoding="ascii")
    return False


@pytest.mark.parametrize("step", [*READING, *TAKING])
@pytest.mark.usefixtures("at_once")
async def test_whatever_step_the_worker_dies_at_the_material_is_taken_over_once(
    house: Around, taught: Class, begin: Begin, jobs: Worker, clock: FixedClock, step: str
) -> None:
    key = (await received(house, taught, uuid4())).id
    if step in TAKING:
        await jobs.drain()
        await taken(house, taught, key)
    await killed(act_and_die, step, house)
    assert await titles(begin) in ([], TITLES)
    await restarted(jobs, clock)
    if step in READING:
        await taken(house, taught, key)
        await jobs.drain()

    assert await state_of(begin, key) is IntakeState.TAKEN
    assert await titles(begin) == TITLES
    assert await strays(house, clock) == []


@pytest.mark.parametrize("step", [*EXPORTING, *ADDING])
async def test_nothing_half_written_stays(
    house: Around, taught: Class, begin: Begin, clock: FixedClock, step: str
) -> None:
    await lesson(Contents(house), taught.trainer, taught.course.id, await a_chapter(house, taught))
    await killed(act_and_die, step, house, COURSE=str(taught.course.id), KEY=str(uuid4()))
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(LessonFile)) == 0
    assert await strays(house, clock) == []
    assert not any((house.settings.files / "intakes").glob("*"))


async def a_chapter(house: Around, taught: Class) -> Chapter:
    return await chapter(Contents(house), taught.trainer, taught.course.id)


@pytest.mark.parametrize("step", PUBLISHING)
async def test_an_edition_is_whole_or_not_there_and_no_number_is_lost(
    house: Around, taught: Class, begin: Begin, step: str
) -> None:
    await lesson(Contents(house), taught.trainer, taught.course.id, await a_chapter(house, taught))
    key = uuid4()
    async with begin.reading() as session:
        version = (await session.scalars(select(Outline.version))).one()
    await killed(act_and_die, step, house, COURSE=str(taught.course.id), KEY=str(key), VERSION=str(version))
    async with begin.reading() as session:
        assert [*await session.scalars(select(Edition)), *await session.scalars(select(EditionLesson))] == []

    for _ in range(2):
        await Editions(house).publish(
            taught.trainer, course_id=taught.course.id, version=version, note="", key=key
        )
    async with begin.reading() as session:
        assert list(await session.scalars(select(Edition.number))) == [1]
        assert len((await session.scalars(select(EditionLesson))).all()) == 1
        told = await session.scalars(select(Job.kind).where(Job.kind.endswith("EditionPublished")))
        assert len(told.all()) == 1


@pytest.mark.parametrize("step", [*ANSWERING, *HANDING_IN])
async def test_an_attempt_keeps_what_was_saved_and_is_handed_in_and_marked_or_neither(
    house: Around, begin: Begin, step: str
) -> None:
    there = await open_quiz(house, quiz_of(SINGLE))
    attempt = await there.start()
    if step not in ANSWERING:
        await there.save(attempt, SINGLE.key, Chosen(keys=("a",)))
    await killed(
        act_and_die, step, house, PERSON=str(there.person.id), ENROLMENT_ID=str(there.place.id), LESSON_ID=str(there.lesson_id),
        ATTEMPT=str(attempt.id), QUESTION=SINGLE.key,
    )  # fmt: skip
    async with begin.reading() as session:
        found = await session.get_one(Attempt, attempt.id)
        kept = len((await session.scalars(select(AttemptAnswer))).all())
        done = (await session.scalars(select(Progress.done_at))).one()
    assert (found.submitted_at, found.points, found.passed, done) == (None, None, None, None)
    assert kept == (step not in ANSWERING)

    await there.hand_in(attempt)
    ended = await there.hand_in(attempt)
    async with begin.reading() as session:
        told = await session.scalars(select(Job.kind).where(Job.kind.endswith("AttemptHandedIn")))
        assert len(told.all()) == 1
    assert ended.points is not None
