"""Material of others on its way in: looked into first, written only when somebody says so, all of it or nothing."""

import errno
import io
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from content.course import Chapter as ChapterContent
from content.course import CourseContent, Details, Package, Tool
from content.packages.errors import DamagedArchive
from content.packages.reading import read_course
from content.packages.report import Report
from content.packages.writing import write_common_cartridge
from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.interchange.errors import NoSpaceLeft, NothingChosen, NotReady, OthersAreWaiting
from lms.interchange.models import Intake, IntakeState
from lms.interchange.reading import UNREADABLE
from lms.interchange.service import MOST_WAITING, Interchange
from lms.interchange.working import IntakeReader, IntakeTaker
from lms.jobs.models import Job, JobState
from lms.jobs.worker import Worker
from lms.kernel.errors import NotFound
from lms.kernel.rights import Identity
from lms.learning.bringing_in import bring_in, content_of
from lms.learning.contents.writing import outline_for
from lms.learning.models import Chapter, Lesson, LessonFile, LessonKind
from lms.learning.places import PackageFolders, lesson_files
from lms.web.files.errors import DiskIsFull
from lms.web.files.store import Store
from lms.web.module import Around
from tests.interchange.packing import course, folder, picture
from tests.making import BOTH, MOMENT, make_person, staff
from tests.players.packing import scorm_12
from tests.teaching.scene import Class, make_class, trainer_actor

pytestmark = BOTH


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
def interchange(house: Around) -> Interchange:
    return Interchange(house)


async def bring(
    interchange: Interchange,
    taught: Class,
    source: io.BytesIO,
    *,
    key: UUID | None = None,
    name: str = "kurs.zip",
) -> Intake:
    return await interchange.receive(
        taught.trainer, course_id=taught.course.id, intake_id=key or uuid4(), name=name, source=source
    )


async def state_of(begin: Begin, key: UUID) -> Intake:
    async with begin.reading() as session:
        return await session.get_one(Intake, key)


async def titles(begin: Begin) -> list[str]:
    async with begin.reading() as session:
        wanted = select(Lesson.title).join(Chapter).order_by(Chapter.position, Lesson.position)
        return list(await session.scalars(wanted))


def left_behind(house: Around) -> list[str]:
    return [path.name for path in (house.settings.files / "intakes").glob("*")]


async def test_what_is_brought_is_shown_first_and_written_when_somebody_says_so(
    interchange: Interchange, taught: Class, begin: Begin, jobs: Worker, house: Around
) -> None:
    intake = await bring(interchange, taught, course())
    await jobs.drain()
    read = await state_of(begin, intake.id)

    assert (read.state, read.title) == (IntakeState.READY, "Das Tablet")
    assert [[one["title"] for one in chapter["lessons"]] for chapter in read.chapters] == [
        ["Einschalten", "fragen"],
        ["Laden"],
    ]
    assert await titles(begin) == []

    await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0, 1})
    await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0, 1})
    await jobs.drain()
    taken = await state_of(begin, intake.id)

    assert (taken.state, taken.brought) == (IntakeState.TAKEN, {"chapters": 2, "lessons": 3, "files": 1})
    assert await titles(begin) == ["Einschalten", "fragen", "Laden"]
    assert left_behind(house) == []
    async with begin.reading() as session:
        quiz = (await session.scalars(select(Lesson).where(Lesson.kind == LessonKind.QUIZ))).one()
        assert quiz.body["quiz"]["pools"][0]["questions"][0]["choices"][0]["is_right"] is True
        actions = list(
            await session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "course"))
        )
    assert {"material.brought", "material.taken_over"} <= set(actions)


async def test_chapters_that_are_not_wanted_and_the_files_that_only_they_name_stay_away(
    interchange: Interchange, taught: Class, begin: Begin, jobs: Worker
) -> None:
    intake = await bring(interchange, taught, course())
    await jobs.drain()
    with pytest.raises(NothingChosen):
        await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters=())
    await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={1})
    await jobs.drain()

    assert await titles(begin) == ["Laden"]
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(LessonFile)) == 0


async def test_a_file_that_the_words_above_a_link_name_comes_along_with_its_description(
    interchange: Interchange, taught: Class, begin: Begin, jobs: Worker
) -> None:
    link = 'titel = "Seite"\nadresse = "https://example.org/"\nworte = "![Der Knopf](knopf.png)"\n'
    files: dict[str, str | bytes] = {
        "kurs.toml": 'titel = "Kurs"\n',
        "01-a/01-text.md": "Text.",
        "02-b/01-seite.toml": link,
        "dateien/knopf.png": picture(),
    }
    intake = await bring(interchange, taught, folder(files))
    await jobs.drain()
    await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={1})
    await jobs.drain()

    async with begin.reading() as session:
        assert [one.alt for one in await session.scalars(select(LessonFile))] == ["Der Knopf"]


async def test_a_name_that_is_taken_already_becomes_another_one_in_the_lesson_too(
    interchange: Interchange, taught: Class, begin: Begin, jobs: Worker, house: Around
) -> None:
    for _ in range(2):
        intake = await bring(interchange, taught, course())
        await jobs.drain()
        await interchange.take(
            taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0, 1}
        )
        await jobs.drain()
    async with begin.reading() as session:
        names = sorted(await session.scalars(select(LessonFile.name)))
        texts = list(await session.scalars(select(Lesson.text).where(Lesson.title == "Einschalten")))
        written = await content_of(
            session,
            taught.course,
            lesson_files(house.settings.files),
            PackageFolders(house.settings.files),
        )

    assert names == ["knopf-2.png", "knopf.png"]
    assert sorted("knopf-2.png" in text for text in texts) == [False, True]
    assert [len(one.lessons) for one in written.chapters] == [2, 1, 2, 1]
    assert sorted(one.path.parent.parent.name for one in written.files) == ["lessons", "lessons"]


async def test_only_who_may_write_the_lessons_brings_sees_and_decides(
    interchange: Interchange, taught: Class, jobs: Worker, begin: Begin
) -> None:
    intake = await bring(interchange, taught, course())
    await jobs.drain()
    stranger = trainer_actor(make_person("Fremd", "Person"))
    for actor in (stranger, staff(Identity.FINANCE)):
        with pytest.raises(NotFound):
            await interchange.receive(
                actor, course_id=taught.course.id, intake_id=uuid4(), name="x.zip", source=course()
            )
        with pytest.raises(NotFound):
            await interchange.take(actor, course_id=taught.course.id, intake_id=intake.id, chapters={0})
        with pytest.raises(NotFound):
            await interchange.drop(actor, course_id=taught.course.id, intake_id=intake.id)
    await interchange.drop(staff(), course_id=taught.course.id, intake_id=intake.id)
    await interchange.drop(staff(), course_id=taught.course.id, intake_id=intake.id)

    assert (await state_of(begin, intake.id)).state is IntakeState.DROPPED
    with pytest.raises(NotReady):
        await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0})


async def test_sent_twice_it_is_one_and_the_sixth_that_waits_is_refused(
    interchange: Interchange, taught: Class, begin: Begin, house: Around
) -> None:
    key = uuid4()
    await bring(interchange, taught, course(), key=key)
    await bring(interchange, taught, course(), key=key)
    for _ in range(MOST_WAITING - 1):
        await bring(interchange, taught, course())
    with pytest.raises(OthersAreWaiting):
        await bring(interchange, taught, course())

    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Intake)) == MOST_WAITING
    assert len(left_behind(house)) == MOST_WAITING


async def test_what_cannot_be_read_is_refused_in_words_and_nothing_stays(
    interchange: Interchange, taught: Class, begin: Begin, jobs: Worker, house: Around
) -> None:
    cut = course().getvalue()[:-300]
    evil = folder({"../../evil.md": "# Hinaus\n"})
    keys = [
        (await bring(interchange, taught, io.BytesIO(content))).id
        for content in (cut, evil.getvalue(), b"no archive at all \x00\x01", b"")
    ]
    await jobs.drain()
    found = [await state_of(begin, key) for key in keys]

    assert [one.state for one in found] == [IntakeState.REFUSED] * len(keys)
    assert found[0].trouble == DamagedArchive.message
    assert "evil.md" in found[1].trouble_place
    assert all(one.trouble for one in found)
    assert (await titles(begin), left_behind(house)) == ([], [])


async def test_a_worker_that_dies_while_writing_leaves_nothing_and_the_next_one_writes_once(
    interchange: Interchange,
    taught: Class,
    begin: Begin,
    jobs: Worker,
    house: Around,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    intake = await bring(interchange, taught, course())
    await jobs.drain()
    await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0, 1})

    async def die(*_args: Any, **_given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(IntakeTaker, "_write", die)
        with pytest.raises(KeyboardInterrupt):
            await IntakeTaker(house)({"intake_id": str(intake.id)})
    assert await titles(begin) == []
    assert (await state_of(begin, intake.id)).state is IntakeState.TAKING

    await IntakeTaker(house)({"intake_id": str(intake.id)})
    await IntakeTaker(house)({"intake_id": str(intake.id)})
    assert await titles(begin) == ["Einschalten", "fragen", "Laden"]


async def test_a_full_disk_is_said_in_words_and_leaves_nothing(
    interchange: Interchange, taught: Class, house: Around, begin: Begin
) -> None:
    class Full(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(NoSpaceLeft):
        await bring(interchange, taught, Full())
    async with begin.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Intake)) == 0
    assert left_behind(house) == []


async def test_reading_that_comes_twice_does_not_take_back_what_was_confirmed_meanwhile(
    interchange: Interchange, taught: Class, begin: Begin, jobs: Worker, house: Around
) -> None:
    intake = await bring(interchange, taught, course())
    await jobs.drain()
    await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0, 1})
    await IntakeReader(house)({"intake_id": str(intake.id)})
    assert (await state_of(begin, intake.id)).state is IntakeState.TAKING

    await jobs.drain()
    assert (await state_of(begin, intake.id)).state is IntakeState.TAKEN


@pytest.mark.parametrize("fault", [DiskIsFull(), OSError(errno.ENOSPC, "No space left on device")])
async def test_a_disk_that_is_full_while_taking_over_is_said_in_words_and_nothing_stays(
    interchange: Interchange,
    taught: Class,
    begin: Begin,
    jobs: Worker,
    house: Around,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    intake = await bring(interchange, taught, course())
    await jobs.drain()
    await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0, 1})

    def full(*_: Any) -> None:
        raise fault

    monkeypatch.setattr(Store, "keep", full)
    await IntakeTaker(house)({"intake_id": str(intake.id)})
    found = await state_of(begin, intake.id)

    assert (found.state, found.trouble) == (IntakeState.REFUSED, NoSpaceLeft.message)
    assert (await titles(begin), left_behind(house)) == ([], [])


async def test_what_was_given_up_ends_and_does_not_stand_in_the_way_for_ever(
    interchange: Interchange, taught: Class, begin: Begin
) -> None:
    intake = await bring(interchange, taught, course())
    async with begin() as session:
        await session.execute(update(Job).values(state=JobState.FAILED))
        (await session.get_one(Intake, intake.id)).state = IntakeState.READING
    await interchange.forget()
    found = await state_of(begin, intake.id)

    assert (found.state, bool(found.trouble)) == (IntakeState.REFUSED, True)


async def test_links_that_are_no_addresses_of_the_web_come_without_one(taught: Class, begin: Begin) -> None:
    addresses = [
        "javascript:alert(1)",
        "data:text/html,<script>",
        "http://[",
        "https://a:b@example.org",
        "https://ok.example/x",
    ]
    tools = [Tool(str(number), "Seite", address) for number, address in enumerate(addresses)]
    async with begin() as session:
        outline = await outline_for(session, taught.course.id, MOMENT)
        await bring_in(
            session, outline, CourseContent("Kurs", [ChapterContent("Eins", tools)]), kept={}, packages={}, now=MOMENT,
            account_id=None,
        )  # fmt: skip
    async with begin.reading() as session:
        found = [
            body["address"] for body in await session.scalars(select(Lesson.body).order_by(Lesson.position))
        ]

    assert found == ["", "", "", "", "https://ok.example/x"]


async def test_texts_that_no_database_takes_are_refused_in_words(
    interchange: Interchange, taught: Class, begin: Begin, jobs: Worker
) -> None:
    intakes = [
        await bring(
            interchange,
            taught,
            folder({"kurs.toml": f'titel = "Kurs {sign}"\n', "01-a/01-b.md": "# B\n\nText.\n"}),
        )
        for sign in ("\\u0000", "\\\\u0000")
    ]
    await jobs.drain()
    found = [await state_of(begin, one.id) for one in intakes]

    assert [(one.state, one.trouble) for one in found] == [
        (IntakeState.REFUSED, UNREADABLE),
        (IntakeState.READY, ""),
    ]


async def test_a_course_that_goes_out_and_comes_back_keeps_its_minutes_its_words_and_the_parts_of_its_packages(
    interchange: Interchange,
    taught: Class,
    begin: Begin,
    jobs: Worker,
    house: Around,
    tmp_path: Path,
) -> None:
    packed = scorm_12(tmp_path / "scorm", {"a": "<p>A</p>", "b": "<p>B</p>"})
    texts = {
        "kurs.toml": 'titel = "Kurs"\n',
        "01-a/01-lesen.md": '+++\ntitel = "Lesen"\nminuten = 12\nzaehlt = false\nprobe = true\n+++\n\nText.',
        "01-a/02-spielen.toml": 'titel = "Spielen"\nminuten = 5\nworte = "Viel *Erfolg*!\\nEinfach anfangen."\npaket = "scorm_12"\nbeginn = "a.html"\n',
        "01-a/03-seite.toml": 'titel = "Seite"\nminuten = 999999999999\nworte = "Lesen Sie dort."\nadresse = "https://example.org/"\n',
    }
    inside = {f"01-a/02-spielen.inhalt/{path.name}": path.read_bytes() for path in packed.iterdir()}

    for _ in range(2):
        intake = await bring(interchange, taught, folder({**texts, **inside}))
        await jobs.drain()
        await interchange.take(taught.trainer, course_id=taught.course.id, intake_id=intake.id, chapters={0})
        await jobs.drain()
        async with begin.reading() as session:
            content = await content_of(
                session,
                taught.course,
                lesson_files(house.settings.files),
                PackageFolders(house.settings.files),
            )
        write_common_cartridge(content, tmp_path / "back.imscc")
        back = read_course(
            tmp_path / "back.imscc", tmp_path / f"back-{len(content.chapters)}", report=Report()
        )

    assert [[one.details for one in chapter.lessons] for chapter in back.chapters] == [
        [
            Details(minutes=12, is_needed=False, is_preview=True),
            Details(minutes=5, words="Viel *Erfolg*!\nEinfach anfangen."),
            Details(words="Lesen Sie dort."),
        ]
    ] * 2
    packages = [one for chapter in back.chapters for one in chapter.lessons if isinstance(one, Package)]
    assert [[part["id"] for part in one.facts["scos"]] for one in packages] == [["a", "b"]] * 2
