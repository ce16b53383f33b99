"""Publishing, editions and runs, files, copies, releases, and the secret link."""

import asyncio
import errno
import io
import os
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import select

from lms.catalogue.models import Course
from lms.db import Begin
from lms.kernel.errors import NotFound, Stale
from lms.kernel.rights import Identity
from lms.learning.contents import checking
from lms.learning.contents.comparing import differences
from lms.learning.contents.copying import Copies
from lms.learning.contents.drafts import Drafts
from lms.learning.contents.editions import Editions, edition_numbered, state_in
from lms.learning.contents.files import ContentFiles
from lms.learning.contents.reading import files_of, written
from lms.learning.contents.releases import Releases, Since
from lms.learning.contents.service import Contents, LessonWording
from lms.learning.contents.tidying import ContentsTidying
from lms.learning.errors import FileInUse, NothingNew, Unfinished
from lms.learning.models import Edition, EditionFile, Lesson, LessonFile, LessonKind, Package
from lms.learning.places import PackageFolders
from lms.learning.queries import edition_of, offered
from lms.web.files.errors import DiskIsFull, NotWhatItSays
from lms.web.module import Around
from tests.content.quiz.questions import TRUE
from tests.learning.scene import Class, chapter, lesson, make_class, picture
from tests.making import BOTH, FixedClock, make_course, staff

pytestmark = BOTH
TEAM = staff(Identity.PROGRAMME)


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
def contents(house: Around) -> Contents:
    return Contents(house)


@pytest.fixture
def editions(house: Around) -> Editions:
    return Editions(house)


@pytest.fixture
def content_files(house: Around) -> ContentFiles:
    return ContentFiles(house)


async def version_of(begin: Begin, course: Course) -> int:
    async with begin.reading() as session:
        return (await written(session, course)).version


async def publish(editions: Editions, begin: Begin, taught: Class) -> Edition:
    return await editions.publish(
        taught.trainer, course_id=taught.course.id, version=await version_of(begin, taught.course), note="",
        key=uuid4(),
    )  # fmt: skip


async def send(content_files: ContentFiles, taught: Class, name: str, content: bytes) -> LessonFile:
    return await content_files.add(
        taught.trainer, course_id=taught.course.id, key=uuid4(), name=name, source=io.BytesIO(content),
        size=len(content),
    )  # fmt: skip


async def test_an_edition_stays_as_it_is_and_a_lesson_can_be_taken_back_from_it_with_its_picture(
    contents: Contents, editions: Editions, content_files: ContentFiles, taught: Class, begin: Begin
) -> None:
    actor, course = taught.trainer, taught.course.id
    of = await chapter(contents, actor, course)
    file = await send(content_files, taught, "Mein Bild (1).PNG", picture())
    made = await lesson(contents, actor, course, of, "A", text=f"![Grün]({file.name})")
    gone = await lesson(contents, actor, course, of, "B")
    first = await publish(editions, begin, taught)
    with pytest.raises(NothingNew):
        await publish(editions, begin, taught)

    await contents.save_lesson(
        actor, course_id=course, lesson_id=made.id, wording=LessonWording(title="A2", text="Kurz"),
        version=made.version,
    )  # fmt: skip
    await contents.delete_lesson(actor, course_id=course, lesson_id=gone.id)
    await content_files.delete(actor, course_id=course, file_id=file.id)
    third = await lesson(contents, actor, course, of, "C")
    second = await publish(editions, begin, taught)
    async with begin.reading() as session:
        states = [
            await state_in(session, await edition_numbered(session, course, number)) for number in (1, 2)
        ]
    assert [(one.change, one.title, list(one.what)) for one in differences(*states)] == [
        ("changed", "A2", ["title", "text"]), ("new", "C", []), ("gone", "B", []),
    ]  # fmt: skip
    assert [one.lesson_id for one in states[0].lessons] == [made.id, gone.id]
    assert [one.lesson_id for one in states[1].lessons] == [made.id, third.id]

    for lesson_id in (made.id, gone.id):
        await editions.take_back(actor, course_id=course, number=first.number, lesson_id=lesson_id)
    async with begin.reading() as session:
        what = await written(session, taught.course)
        files = await files_of(session, what.outline)
    assert next((one.title, one.text) for one in what.lessons) == ("A", "![Grün](mein-bild-1.png)")
    assert [one.id for one in what.lessons] == [made.id, gone.id, third.id]
    assert {name: one.stored for name, one in files.items()} == {"mein-bild-1.png": file.stored}
    assert (first.number, second.number) == (1, 2)


async def test_nothing_is_published_with_something_to_mend_or_over_what_somebody_wrote_meanwhile(
    contents: Contents, editions: Editions, taught: Class, begin: Begin
) -> None:
    actor, course = taught.trainer, taught.course.id
    of = await chapter(contents, actor, course)
    await lesson(contents, actor, course, of, "A")
    seen = await version_of(begin, taught.course)
    for kind in (LessonKind.QUIZ, LessonKind.PACKAGE, LessonKind.TOOL, LessonKind.TEXT):
        await lesson(contents, actor, course, of, kind.value, kind=kind, text="")
    with pytest.raises(Stale):
        await editions.publish(actor, course_id=course, version=seen, note="", key=uuid4())
    with pytest.raises(Unfinished):
        await publish(editions, begin, taught)

    async with begin.reading() as session:
        faults = checking.faults_of(await written(session, taught.course), ())
        assert (await session.scalars(select(Edition))).all() == []
    assert [(one.lesson.title, one.problem.message) for one in faults] == [
        ("quiz", checking.EMPTY), ("package", checking.NO_PACKAGE), ("tool", checking.NO_ADDRESS),
        ("text", checking.EMPTY),
    ]  # fmt: skip


async def test_what_an_author_has_deleted_of_a_quiz_stays_on_the_desk_and_dead_pointers_are_mended_first(
    contents: Contents, editions: Editions, taught: Class, begin: Begin
) -> None:
    actor, course = taught.trainer, taught.course.id
    of = await chapter(contents, actor, course)
    made = await lesson(contents, actor, course, of, "A")
    quiz = await lesson(contents, actor, course, of, "Q", kind=LessonKind.QUIZ, text="")
    asked = msgspec.to_builtins(replace(TRUE, lesson=str(made.id)))
    deleted = [{"question": asked, "pool": "1", "at": 0, "deleted_at": "2026-12-01T10:00:00Z"}]
    body = {"quiz": {"pools": [{"key": "1", "questions": [asked]}]}}
    async with begin() as session:
        (await session.merge(quiz)).body = {**body, "deleted": deleted}
    first = await publish(editions, begin, taught)
    async with begin.reading() as session:
        state = await state_in(session, first)
    assert [one.body for one in state.lessons] == [{}, body]
    with pytest.raises(NothingNew):
        await publish(editions, begin, taught)

    await editions.take_back(actor, course_id=course, number=1, lesson_id=quiz.id)
    async with begin.reading() as session:
        assert (await session.get_one(Lesson, quiz.id)).body == {**body, "deleted": deleted}

    await contents.delete_lesson(actor, course_id=course, lesson_id=made.id)
    with pytest.raises(Unfinished):
        await publish(editions, begin, taught)


async def test_a_run_keeps_the_edition_it_started_with_until_its_trainer_takes_over_another(
    contents: Contents, editions: Editions, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    actor, course = taught.trainer, taught.course.id
    of = await chapter(contents, actor, course)
    await lesson(contents, actor, course, of, "A")
    key, version = uuid4(), await version_of(begin, taught.course)
    for _ in range(2):
        await editions.publish(actor, course_id=course, version=version, note="Neu", key=key)
    clock.forward(days=1)
    await lesson(contents, actor, course, of, "B")
    await publish(editions, begin, taught)

    async def number() -> int | None:
        async with begin.reading() as session:
            found = await edition_of(session, taught.run, clock())
        return found.number if found else None

    assert await number() == 1
    for _ in range(2):
        await editions.take_over(actor, course_id=course, run_id=taught.run.id, number=2)
    assert await number() == 2
    with pytest.raises(NotFound):
        await editions.take_over(actor, course_id=course, run_id=taught.run.id, number=3)


async def test_lessons_open_at_once_on_a_day_or_with_a_session(
    contents: Contents, editions: Editions, taught: Class, begin: Begin, clock: FixedClock, house: Around
) -> None:
    actor, course = taught.trainer, taught.course.id
    of = await chapter(contents, actor, course)
    made = [await lesson(contents, actor, course, of, title) for title in "ABC"]
    edition = await publish(editions, begin, taught)
    releases = Releases(house)
    of_run: dict[str, Any] = {"course_id": course, "run_id": taught.run.id}

    async def are_open() -> list[bool]:
        async with begin.reading() as session:
            return [one.is_open for one in await offered(session, taught.run.id, edition, clock())]

    await releases.release(
        actor, **of_run, lesson_ids=[made[0].id, made[1].id], since=Since(clock() + timedelta(hours=1))
    )
    await releases.release(
        actor, **of_run, lesson_ids=[made[2].id], since=Since(session_id=taught.sessions[1].id)
    )
    seen = [await are_open()]
    await releases.release(actor, **of_run, lesson_ids=[made[0].id], since=Since())
    for days in (0, 1, 7):
        clock.forward(days=days)
        seen.append(await are_open())

    assert seen == [
        [False, False, False], [True, False, False], [True, True, False], [True, True, True],
    ]  # fmt: skip
    with pytest.raises(NotFound):
        await releases.release(actor, **of_run, lesson_ids=[made[0].id], since=Since(session_id=uuid4()))


async def test_a_file_in_use_stays_and_what_no_row_names_is_swept(
    contents: Contents, editions: Editions, content_files: ContentFiles, taught: Class, begin: Begin,
    clock: FixedClock, house: Around,
) -> None:  # fmt: skip
    actor, course = taught.trainer, taught.course.id
    of = await chapter(contents, actor, course)
    kept, unused = [await send(content_files, taught, "bild.png", picture(c)) for c in ("red", "blue")]
    made = await lesson(contents, actor, course, of, "A", text=f"![Rot]({kept.name})")
    assert (kept.name, unused.name) == ("bild.png", "bild-2.png")
    with pytest.raises(FileInUse):
        await content_files.delete(actor, course_id=course, file_id=kept.id)
    await publish(editions, begin, taught)
    await contents.delete_lesson(actor, course_id=course, lesson_id=made.id)
    for file in (kept, unused):
        await content_files.delete(actor, course_id=course, file_id=file.id)
    with pytest.raises(NotWhatItSays):
        await send(content_files, taught, "bild.png", b"<html><script>")

    clock.forward(days=31)
    for path in content_files.store.folder.glob("??/*"):
        os.utime(path, (0, 0))
    await ContentsTidying(house).forget()

    async with begin.reading() as session:
        assert (await session.scalars(select(LessonFile))).all() == []
        assert [one.stored for one in await session.scalars(select(EditionFile))] == [kept.stored]
    assert [path.name for path in content_files.store.folder.glob("??/*")] == [kept.stored]


async def test_a_full_disk_is_refused_in_words_and_leaves_nothing(
    content_files: ContentFiles, taught: Class, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskIsFull):
        await send(content_files, taught, "bild.png", picture())

    assert list(content_files.store.folder.glob("??/*")) == []
    async with begin.reading() as session:
        assert (await session.scalars(select(LessonFile))).all() == []


async def test_a_copied_package_is_one_of_the_other_course_with_files_of_its_own(
    contents: Contents, taught: Class, begin: Begin, house: Around
) -> None:
    target, folders = make_course("Ein anderer Kurs"), PackageFolders(house.settings.files)
    of = await chapter(contents, taught.trainer, taught.course.id)
    made = await contents.add_lesson(
        taught.trainer, course_id=taught.course.id, chapter_id=of.id, kind=LessonKind.PACKAGE, title="P", key=uuid4()
    )  # fmt: skip
    package = Package(
        course_id=taught.course.id, kind="scorm-1.2", title="P", stored=uuid4().hex, entry="a/b.html", size=1,
        added_at=house.clock(), facts={"parts": []},
    )  # fmt: skip
    (folders.path_of(package.stored) / "a").mkdir(parents=True)
    (folders.path_of(package.stored) / "a" / "b.html").write_text("Hallo")
    async with begin() as session:
        session.add_all([target, package])
        await session.flush()
        (await session.get_one(Lesson, made.id)).body = {"package_id": str(package.id)}
    key = uuid4()
    for _ in range(2):
        await Copies(house).copy(
            TEAM, course_id=target.id, source_id=taught.course.id, lesson_ids={made.id}, key=key
        )

    async with begin.reading() as session:
        copied = (await session.scalars(select(Package).where(Package.course_id == target.id))).one()
        bodies = list(await session.scalars(select(Lesson.body).where(Lesson.id != made.id)))
    folders.discard(package.stored)
    assert bodies == [{"package_id": str(copied.id)}]
    assert (copied.entry, copied.facts) == ("a/b.html", {"parts": []})
    assert (folders.path_of(copied.stored) / "a" / "b.html").read_text() == "Hallo"


async def test_a_copy_brings_files_and_points_to_its_own_lessons_and_others_are_open_only_as_templates(
    contents: Contents, content_files: ContentFiles, taught: Class, begin: Begin, house: Around
) -> None:
    actor, course, copies = taught.trainer, taught.course.id, Copies(house)
    target = make_course("Ein anderer Kurs")
    async with begin() as session:
        session.add(target)
    of = await chapter(contents, actor, course)
    file = await send(content_files, taught, "bild.png", picture())
    made = await lesson(contents, actor, course, of, "A", text=f"![Grün]({file.name})")
    quiz = await contents.add_lesson(
        actor, course_id=course, chapter_id=of.id, kind=LessonKind.QUIZ, title="Q", key=uuid4()
    )
    async with begin() as session:
        stored = await session.merge(quiz)
        pointed = {"text": "bild.png", "lesson": str(made.id), "place": "anfang"}
        elsewhere = {"text": "bild.png", "lesson": str(uuid4()), "place": "anfang"}
        stored.body = {
            "quiz": {"pools": [{"key": "1", "questions": [pointed, elsewhere]}]},
            "deleted": [{"question": pointed}],
        }
    there = await chapter(contents, TEAM, target.id, "Dort")
    async with begin() as session:
        outline = (await written(session, target)).outline
        assert outline is not None
        session.add(
            LessonFile(
                outline_id=outline.id,
                name="bild.png",
                stored="f" * 32,
                media_type="image/png",
                size=1,
                added_at=house.clock(),
            )
        )
    key = uuid4()
    for _ in range(2):
        await copies.copy(
            TEAM, course_id=target.id, source_id=course, lesson_ids={made.id, quiz.id}, key=key, into=there.id
        )

    async with begin.reading() as session:
        what = await written(session, target)
    first, second = what.lessons
    assert (first.text, [part.chapter.title for part in what.parts]) == ("![Grün](bild-2.png)", ["Dort"])
    assert second.body == {
        "quiz": {
            "pools": [
                {
                    "key": "1",
                    "questions": [
                        {"text": "bild-2.png", "lesson": str(first.id), "place": "anfang"},
                        {"text": "bild-2.png", "lesson": "", "place": ""},
                    ],
                }
            ]
        }
    }

    await lesson(contents, TEAM, target.id, there, "Nur dort")
    wanted: dict[str, Any] = {"course_id": course, "source_id": target.id, "lesson_ids": {first.id}}
    with pytest.raises(NotFound):
        await copies.copy(actor, **wanted, key=uuid4())
    await copies.mark_template(TEAM, course_id=target.id, is_template=True)
    assert (await copies.copy(actor, **wanted, key=uuid4())).lessons == 1


async def test_a_secret_link_opens_the_draft_for_two_weeks_and_nothing_but_it(
    contents: Contents, taught: Class, clock: FixedClock, house: Around
) -> None:
    drafts = Drafts(house)
    await lesson(
        contents, taught.trainer, taught.course.id, await chapter(contents, taught.trainer, taught.course.id)
    )
    path, last = await drafts.link(taught.trainer, course_id=taught.course.id)
    *_, outline_id, day, token = path.split("/")
    what = await drafts.opened(UUID(outline_id), day, token)

    assert [one.title for one in what.lessons] == ["Lektion 1"]
    later = (last + timedelta(days=1)).isoformat()
    for wrong in ((uuid4(), day, token), (UUID(outline_id), later, token), (UUID(outline_id), "x", token),
                  (UUID(outline_id), day, "a" * 32)):  # fmt: skip
        with pytest.raises(NotFound):
            await drafts.opened(*wrong)
    clock.forward(days=15)
    with pytest.raises(NotFound):
        await drafts.opened(UUID(outline_id), day, token)


async def test_links_that_were_taken_back_open_nothing_and_a_new_one_does(
    contents: Contents, taught: Class, house: Around
) -> None:
    drafts, course = Drafts(house), taught.course.id
    await lesson(contents, taught.trainer, course, await chapter(contents, taught.trainer, course))
    old, _ = await drafts.link(taught.trainer, course_id=course)
    await drafts.take_back(taught.trainer, course_id=course)
    new, _ = await drafts.link(taught.trainer, course_id=course)

    *_, outline_id, day, token = old.split("/")
    with pytest.raises(NotFound):
        await drafts.opened(UUID(outline_id), day, token)
    assert (await drafts.opened(UUID(outline_id), day, new.rsplit("/", 1)[1])).lessons


async def test_of_two_who_publish_or_save_at_once_one_is_told_of_the_other(
    contents: Contents, editions: Editions, taught: Class, begin: Begin
) -> None:
    actor, course = taught.trainer, taught.course.id
    made = await lesson(contents, actor, course, await chapter(contents, actor, course))
    version = await version_of(begin, taught.course)

    published = await asyncio.gather(
        *(
            editions.publish(one, course_id=course, version=version, note="", key=uuid4())
            for one in (actor, TEAM)
        ),
        return_exceptions=True,
    )
    saved = await asyncio.gather(
        *(
            contents.keep_text(
                one, course_id=course, lesson_id=made.id, title="A", text=one.name, version=made.version
            )
            for one in (actor, TEAM)
        ),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in published) == ["Edition", "NothingNew"]
    assert sorted(type(one).__name__ for one in saved) == ["Lesson", "Stale"]
