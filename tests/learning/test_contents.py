"""Writing lessons: who may, what becomes of it, what two people at once do, and how nothing gets lost."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.db import Begin
from lms.kernel.errors import Forbidden, GoneForGood, NotFound, Stale
from lms.kernel.rights import Identity
from lms.learning.contents.reading import written
from lms.learning.contents.service import Contents, LessonWording
from lms.learning.contents.tidying import ContentsTidying
from lms.learning.errors import ChapterNeeded
from lms.learning.models import Chapter, Lesson, LessonKind
from lms.web.module import Around
from lms.web.sent import NotAnAddress
from tests.learning.scene import Class, chapter, lesson, make_class
from tests.making import BOTH, FixedClock, learner, staff
from tests.teaching.scene import trainer_actor

pytestmark = BOTH
HOSTILE = ["a\nb", "=1+1;\"'", "x" * 10_000, "\u202eabc", "👩‍🏫", "<script>alert(1)</script>", "::: frage\n{"]


@pytest.fixture
async def taught(begin: Begin) -> Class:
    return await make_class(begin)


@pytest.fixture
def contents(house: Around) -> Contents:
    return Contents(house)


async def outline(begin: Begin, taught: Class) -> dict[str, list[str]]:
    """The titles of lessons under those of their chapters."""
    async with begin.reading() as session:
        what = await written(session, taught.course)
    return {part.chapter.title: [one.title for one in part.lessons] for part in what.parts}


async def test_trainers_of_the_course_and_planners_write_it_and_nobody_else(
    contents: Contents, taught: Class, begin: Begin
) -> None:
    for actor in (taught.trainer, staff(Identity.PROGRAMME)):
        await chapter(contents, actor, taught.course.id, actor.name)
    other = trainer_actor(taught.people["ada"])
    for actor, refusal in (
        (other, NotFound), (learner(taught.people["ada"]), Forbidden), (staff(Identity.ENROLMENT), Forbidden),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await chapter(contents, actor, taught.course.id)
    with pytest.raises(NotFound):
        await chapter(contents, staff(Identity.PROGRAMME), uuid4())

    assert await outline(begin, taught) == {"Jonas Krüger": [], "Team": []}


async def test_what_is_sent_twice_is_there_once(contents: Contents, taught: Class, begin: Begin) -> None:
    key, of = uuid4(), await chapter(contents, taught.trainer, taught.course.id)
    for _ in range(2):
        await contents.add_lesson(
            taught.trainer, course_id=taught.course.id, chapter_id=of.id, kind=LessonKind.QUIZ,
            title="Quiz", key=key,
        )  # fmt: skip

    assert await outline(begin, taught) == {"Kapitel 1": ["Quiz"]}
    async with begin.reading() as session:
        assert (await session.get_one(Lesson, key)).body["quiz"]["pools"] == [
            {"key": "1", "questions": [], "title": "", "draw": None}
        ]


async def test_lessons_move_within_a_chapter_and_over_its_ends_into_the_next(
    contents: Contents, taught: Class, begin: Begin
) -> None:
    actor, course = taught.trainer, taught.course.id
    one, two = [await chapter(contents, actor, course, title) for title in ("K1", "K2")]
    first = await lesson(contents, actor, course, one, "A")
    await lesson(contents, actor, course, one, "B")
    await lesson(contents, actor, course, two, "C")

    seen = []
    for by in (-1, 1, 1, 1, 1, -1, -1):
        await contents.move_lesson(actor, course_id=course, lesson_id=first.id, by=by)
        seen.append(list((await outline(begin, taught)).values()))

    assert seen == [
        [["A", "B"], ["C"]], [["B", "A"], ["C"]], [["B"], ["A", "C"]], [["B"], ["C", "A"]],
        [["B"], ["C", "A"]], [["B"], ["A", "C"]], [["B", "A"], ["C"]],
    ]  # fmt: skip


async def test_what_is_dropped_lands_where_it_was_dropped(
    contents: Contents, taught: Class, begin: Begin
) -> None:
    actor, course = taught.trainer, taught.course.id
    chapters = [await chapter(contents, actor, course, title) for title in ("K1", "K2", "K3")]
    moved = await lesson(contents, actor, course, chapters[0], "A")
    await lesson(contents, actor, course, chapters[1], "B")

    await contents.place_lesson(actor, course_id=course, lesson_id=moved.id, chapter_id=chapters[1].id, to=0)
    await contents.place_chapter(actor, course_id=course, chapter_id=chapters[0].id, to=99)

    assert list((await outline(begin, taught)).items()) == [("K2", ["A", "B"]), ("K3", []), ("K1", [])]


async def test_whoever_was_slower_overwrites_nothing_and_the_same_text_again_is_no_change(
    contents: Contents, taught: Class
) -> None:
    actor, course = taught.trainer, taught.course.id
    made = await lesson(contents, actor, course, await chapter(contents, actor, course))
    seen = made.version
    new = LessonWording(title="Neu", text="Anders", minutes=7, is_preview=True, needed=False)

    saved = await contents.save_lesson(actor, course_id=course, lesson_id=made.id, wording=new, version=seen)
    again = await contents.save_lesson(actor, course_id=course, lesson_id=made.id, wording=new, version=seen)
    with pytest.raises(Stale):
        await contents.keep_text(
            staff(Identity.PROGRAMME),
            course_id=course,
            lesson_id=made.id,
            title="Neu",
            text="X",
            version=seen,
        )

    assert (again.version, again.text, again.minutes) == (saved.version, "Anders", 7)


async def test_writing_for_an_hour_is_one_line_in_the_trail_and_each_pause_is_kept(
    contents: Contents, taught: Class, begin: Begin, clock: FixedClock
) -> None:
    actor, course = taught.trainer, taught.course.id
    made = await lesson(contents, actor, course, await chapter(contents, actor, course))
    clock.forward(hours=2)
    version = made.version
    for text in HOSTILE:
        kept = await contents.keep_text(
            actor, course_id=course, lesson_id=made.id, title="", text=text, version=version
        )
        assert (kept.text, kept.title) == (text, made.title)
        version = kept.version

    async with begin.reading() as session:
        actions = (await session.scalars(select(AuditEntry.action))).all()
    assert sorted(actions) == ["chapter.added", "lesson.added", "lesson.changed", "lesson.written"]


async def test_what_is_deleted_comes_back_for_thirty_days_and_is_then_forgotten(
    contents: Contents, taught: Class, begin: Begin, clock: FixedClock, house: Around
) -> None:
    actor, course = taught.trainer, taught.course.id
    of = await chapter(contents, actor, course)
    made = await lesson(contents, actor, course, of, "A")
    await lesson(contents, actor, course, of, "B")

    await contents.delete_lesson(actor, course_id=course, lesson_id=made.id)
    await contents.delete_lesson(actor, course_id=course, lesson_id=made.id)
    await contents.delete_chapter(actor, course_id=course, chapter_id=of.id)
    with pytest.raises(ChapterNeeded):
        await contents.restore_lesson(actor, course_id=course, lesson_id=made.id)
    assert await outline(begin, taught) == {}
    await contents.restore_chapter(actor, course_id=course, chapter_id=of.id)
    assert await outline(begin, taught) == {"Kapitel 1": ["B"]}
    await contents.restore_lesson(actor, course_id=course, lesson_id=made.id)
    assert await outline(begin, taught) == {"Kapitel 1": ["A", "B"]}

    await contents.delete_chapter(actor, course_id=course, chapter_id=of.id)
    clock.forward(days=31)
    with pytest.raises(GoneForGood):
        await contents.restore_chapter(actor, course_id=course, chapter_id=of.id)
    await ContentsTidying(house).forget()
    async with begin.reading() as session:
        left = [*await session.scalars(select(Chapter)), *await session.scalars(select(Lesson))]
    assert left == []


async def test_a_link_is_checked_and_a_lesson_of_another_course_is_not_there(
    contents: Contents, taught: Class
) -> None:
    actor, course = taught.trainer, taught.course.id
    made = await lesson(contents, actor, course, await chapter(contents, actor, course), kind=LessonKind.TOOL)
    for address in ("javascript:alert(1)", "https://a b", "//x", "https://u:p@example.org"):
        with pytest.raises(NotAnAddress):
            await contents.save_lesson(
                actor, course_id=course, lesson_id=made.id, version=made.version,
                wording=LessonWording(title="L", address=address),
            )  # fmt: skip
    with pytest.raises(NotFound):
        await contents.move_lesson(actor, course_id=course, lesson_id=uuid4(), by=1)
