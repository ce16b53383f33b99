"""What we write comes back: all of it from our own formats, what they can hold from those of others."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.course import Chapter, CourseContent, Package, QuizLesson
from content.packages import extension, writing
from content.packages.qti import Version
from content.packages.reading import Format, read_course, recognise
from content.packages.report import Fate, Report
from content.quiz.questions import (
    GapText,
    HotSpots,
    Matching,
    MultipleChoice,
    Ordering,
    Pool,
    Question,
    Quiz,
    SingleChoice,
)
from tests.content import making

FOLDER = Path(tempfile.mkdtemp(prefix="lms-round-trips-"))
few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def without_places(content: CourseContent) -> Any:
    """The course as plain values, with the bytes of its files instead of where they lie."""
    return (
        content.title, content.summary, content.language,
        [(file.name, file.media_type, file.path.read_bytes()) for file in content.files],
        [(chapter.title, [_plain(lesson) for lesson in chapter.lessons]) for chapter in content.chapters],
    )  # fmt: skip


def _plain(lesson: Any) -> Any:
    if not isinstance(lesson, Package):
        return lesson
    inside = {
        path.relative_to(lesson.folder).as_posix(): path.read_bytes()
        for path in lesson.folder.rglob("*")
        if path.is_file()
    }
    return (lesson.key, lesson.title, lesson.kind, lesson.entry, lesson.details, inside)


def there_and_back(
    content: CourseContent, write: Callable[[CourseContent, Path], object]
) -> tuple[CourseContent, Report, bytes]:
    with tempfile.TemporaryDirectory() as name:
        path, report = Path(name) / "kurs.zip", Report()
        write(content, path)
        back = read_course(path, FOLDER / "back" / Path(name).name, report=report)
        return back, report, path.read_bytes()


@given(making.courses(FOLDER / "files"))
@few
def test_a_course_comes_back_whole_from_common_cartridge(content: CourseContent) -> None:
    back, report, _ = there_and_back(content, writing.write_common_cartridge)

    assert without_places(back) == without_places(content)
    assert list(report.of(Fate.LEFT)) == []


@given(making.courses(FOLDER / "files"))
@few
def test_a_course_comes_back_whole_from_a_folder_of_markdown(content: CourseContent) -> None:
    back, report, _ = there_and_back(content, writing.write_markdown_folder)

    assert without_places(back) == without_places(content)
    assert list(report.of(Fate.LEFT)) == []


@given(making.quizzes(), st.sampled_from(Version))
@few
def test_quizzes_come_back_whole_from_qti(quiz: Quiz, version: Version) -> None:
    content = CourseContent(
        "Kurs", (Chapter("Kapitel", (QuizLesson("q", "Quiz", quiz),)),), making.files(FOLDER / "files")
    )

    back, _, _ = there_and_back(content, lambda one, path: writing.write_qti(one, path, version=version))

    assert without_places(back) == without_places(content)


@given(making.courses(FOLDER / "files"))
@settings(few, max_examples=5)
def test_the_same_course_makes_the_same_bytes(content: CourseContent) -> None:
    for write in (
        writing.write_common_cartridge,
        writing.write_markdown_folder,
        writing.write_qti,
        writing.write_gift,
    ):
        with tempfile.TemporaryDirectory() as name:
            write(content, Path(name) / "a")
            write(content, Path(name) / "b")

            assert (Path(name) / "a").read_bytes() == (Path(name) / "b").read_bytes()


EVERYWHERE: list[Question] = [
    msgspec.convert(one, Question)
    for one in [
        {"kind": "single", "key": "1", "text": "Wo?", "feedback": "Darum.", "choices": [
            {"key": "C1", "text": "Hier", "is_right": True, "feedback": "Genau"}, {"key": "C2", "text": "a = b {c}"}]},
        {"kind": "multiple", "key": "2", "text": "Was\n\ngilt?", "choices": [
            {"key": "C1", "text": "x < y", "is_right": True}, {"key": "C2", "text": "C# ~", "is_right": True}, {"key": "C3", "text": "z"}]},
        {"kind": "ordering", "key": "4", "text": "Ordne.", "items": [{"key": "I1", "text": "eins"}, {"key": "I2", "text": "zwei"}]},
        {"kind": "matching", "key": "5", "text": "Was passt?", "pairs": [
            {"key": "L1", "left": "Hund", "right": "bellt"}, {"key": "L2", "left": "Katze", "right": "miaut"}],
            "distractors": [{"key": "D1", "text": "singt"}]},
        {"kind": "gaps", "key": "6", "text": "Die {{1}} fließt.", "gaps": [{"key": "1", "accepted": [{"text": "Spree"}]}]},
        {"kind": "gaps", "key": "7", "text": "Die {{1}} fließt.", "gaps": [
            {"key": "1", "accepted": [{"text": "Spree"}], "options": ["Spree", "Bahn"]}]},
        {"kind": "number", "key": "8", "text": "Wie viel?", "value": "3.50", "tolerance": "0.25"},
        {"kind": "short", "key": "9", "text": "Wer?", "accepted": [{"text": "Ada: die erste"}, {"text": "Lovelace", "percent": 50}]},
        {"kind": "free", "key": "10", "text": "Erzählen Sie."},
        {"kind": "hotspots", "key": "11", "text": "Wo ist es?", "picture": "bild.png", "alt": "Ein Bild", "spots": [
            {"key": "S1", "label": "links", "x": 10, "y": 20, "width": 200, "height": 100, "is_right": True},
            {"key": "S2", "label": "rechts", "x": 500, "y": 500, "width": 100, "height": 0, "shape": "circle"}]},
    ]
]  # fmt: skip


def _without_our_file(path: Path, folder: Path) -> CourseContent:
    """As another system would send it back: with everything but what is ours alone."""
    from content.packages.archive import unpack

    unpack(path, folder)
    (folder / extension.NAME).unlink()
    return read_course(folder, folder / "unused", report=Report())


def _course_of(questions: list[Question]) -> CourseContent:
    quiz = Quiz(pools=(Pool(key="teil-1", title="Teil", questions=tuple(questions)),), minutes=20, attempts=3)
    return CourseContent(
        "Kurs", (Chapter("Kapitel", (QuizLesson("q", "Quiz", quiz),)),), making.files(FOLDER / "files")
    )


def _likened(question: Question) -> Any:
    """Without what formats do not hold: keys, and the unseen height of a circle."""
    if isinstance(question, HotSpots):
        spots = [
            msgspec.structs.replace(one, height=one.width if one.shape.value == "circle" else one.height)
            for one in question.spots
        ]
        question = msgspec.structs.replace(question, spots=tuple(spots))
    return msgspec.structs.replace(question, key="")


@pytest.mark.parametrize("version", Version)
def test_other_systems_find_the_same_questions_in_qti(version: Version, tmp_path: Path) -> None:
    writing.write_qti(_course_of(EVERYWHERE), tmp_path / "kurs.zip", version=version)

    back = _without_our_file(tmp_path / "kurs.zip", tmp_path / "back")

    lesson = back.chapters[0].lessons[0]
    assert isinstance(lesson, QuizLesson)
    assert [_likened(one) for one in lesson.quiz.questions] == [_likened(one) for one in EVERYWHERE]
    assert (lesson.title, lesson.quiz.minutes, lesson.quiz.attempts, lesson.quiz.pools[0].title) == (
        "Quiz",
        20,
        3,
        "Teil",
    )


def test_other_systems_find_what_common_cartridge_can_say(tmp_path: Path) -> None:
    known = [one for one in EVERYWHERE if not isinstance(one, Ordering | Matching | GapText | HotSpots)]
    report = writing.write_common_cartridge(_course_of(EVERYWHERE), tmp_path / "kurs.imscc")

    back = _without_our_file(tmp_path / "kurs.imscc", tmp_path / "back")

    lesson = back.chapters[0].lessons[0]
    assert isinstance(lesson, QuizLesson)
    assert [one.text for one in lesson.quiz.questions] == [one.text for one in known]
    assert [type(one) for one in lesson.quiz.questions[:2]] == [SingleChoice, MultipleChoice]
    assert (
        len(list(report.of(Fate.CHANGED))) == len(EVERYWHERE) - len(known) + 1
    )  # the number is asked for as a word


def test_gift_says_everything_but_places_in_pictures(tmp_path: Path) -> None:
    report = writing.write_gift(_course_of(EVERYWHERE), tmp_path / "kurs.gift")

    back = read_course(tmp_path / "kurs.gift", tmp_path / "back", report=Report())

    lesson = back.chapters[0].lessons[0]
    assert isinstance(lesson, QuizLesson)
    expected = [_renumbered(one) for one in EVERYWHERE[:-1]]
    assert list(lesson.quiz.questions) == expected
    assert [remark.place for remark in report.of(Fate.LEFT)] == ["Wo ist es?"]


def _renumbered(question: Question) -> Question:
    """GIFT has no keys for the parts of a question: they are numbered."""
    parts = {"choices": 1, "items": 1, "pairs": 1}
    changed: dict[str, Any] = {}
    for name in parts:
        if hasattr(question, name):
            found = getattr(question, name)
            changed[name] = tuple(
                msgspec.structs.replace(one, key=str(n)) for n, one in enumerate(found, start=1)
            )
    if isinstance(question, Matching):
        start = len(question.pairs) + 1
        changed["distractors"] = tuple(
            msgspec.structs.replace(one, key=str(n))
            for n, one in enumerate(question.distractors, start=start)
        )
    return msgspec.structs.replace(question, **changed)


def test_a_package_that_another_system_changed_is_read_as_it_is(tmp_path: Path) -> None:
    from content.packages.archive import unpack

    writing.write_common_cartridge(_course_of(EVERYWHERE), tmp_path / "kurs.imscc")
    unpack(tmp_path / "kurs.imscc", tmp_path / "x")
    quiz = tmp_path / "x/quiz/1-1.xml"
    quiz.write_text(quiz.read_text(encoding="utf-8").replace("Wo?", "Wohin?"), encoding="utf-8")
    report = Report()

    back = read_course(tmp_path / "x", tmp_path / "unused", report=report)

    lesson = back.chapters[0].lessons[0]
    assert isinstance(lesson, QuizLesson)
    assert lesson.quiz.questions[0].text == "Wohin?"
    assert [remark.place for remark in report.of(Fate.CHANGED)][:1] == [extension.NAME]


def test_each_format_is_recognised_from_outside(tmp_path: Path) -> None:
    content = _course_of(EVERYWHERE)
    found = []
    for write in (
        writing.write_common_cartridge,
        writing.write_thin_common_cartridge,
        writing.write_markdown_folder,
        writing.write_qti,
        writing.write_gift,
    ):
        write(content, tmp_path / "kurs")
        found.append(recognise(tmp_path / "kurs"))

    assert found == [
        Format.COMMON_CARTRIDGE,
        Format.COMMON_CARTRIDGE,
        Format.MARKDOWN,
        Format.QTI,
        Format.GIFT,
    ]
