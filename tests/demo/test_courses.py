"""The four courses of the demo centre: nothing to mend, nothing lost on the way, described, and in plain words."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import msgspec
import pytest

from content.course import CourseContent, QuizLesson, Text
from content.lesson import problems, read_lesson
from content.packages.common_cartridge import write_cartridge
from content.packages.reading import read_course
from content.packages.report import Report
from content.quiz.checking import problems as quiz_problems
from content.quiz.questions import HotSpots
from lms.accounts.models import Account
from lms.catalogue.models import Course, Run
from lms.demo.data import read_demo
from lms.demo.filling.courses import CLASSES, COURSES, FOLDER, read
from lms.enrolment.models import Enrolment
from lms.learning.models import Edition, EditionFile, EditionLesson, Progress
from lms.people.models import Person
from lms.practice.models import HelpCall
from lms.quizzes.models import Attempt
from lms.scheduling.models import RunTrainer
from tests.demo.test_wording import UNWANTED_GERMAN
from tests.demo.town import Loaded

EVERY = pytest.mark.parametrize("name", COURSES)
LARGEST_PICTURE, LARGEST_FILM = 40_000, 300_000
WORDS = (200, 500)
LONGEST_MEAN_SENTENCE = 14
ENGLISH = (
    r"\b(the|and|your|click|login|account|password|link|website|quiz time|update|button|file name|please)\b"
)
_TAG = re.compile(r"<[^>]+>")
_CODE = re.compile(r"<pre.*?</pre>|<code.*?</code>", re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^\s)]+)")


def texts(course: CourseContent) -> list[Text]:
    return [one for chapter in course.chapters for one in chapter.lessons if isinstance(one, Text)]


def quiz(course: CourseContent) -> QuizLesson:
    (found,) = [one for chapter in course.chapters for one in chapter.lessons if isinstance(one, QuizLesson)]
    return found


def spoken(text: Text) -> str:
    """What is read, without code; each paragraph, heading and line of a list ends like a sentence."""
    html = _CODE.sub(" ", read_lesson(text.markdown, address=str).html)
    html = re.sub(r"</(p|li|h\d|td|th|label|legend|figcaption|dt|dd)>", ".\n", html)
    return unescape(_TAG.sub("", html))


def written_words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"key", "kind", "lesson", "place", "picture", "shape", "reveal"}:
                yield from written_words(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from written_words(inner)
    elif isinstance(value, str):
        yield re.sub(r"`[^`]*`|\{\{\w+\}\}", "", value)


@EVERY
def test_a_course_has_three_chapters_of_lessons_exercises_and_a_quiz(name: str) -> None:
    course = read(name)
    lessons = texts(course)
    assert len(course.chapters) == 3
    assert 5 <= len(lessons) <= 7
    assert any(one.is_practice for one in lessons)
    assert sum(one.details.is_preview for one in lessons) == 1
    assert len({one.key for one in lessons}) == len(lessons)


@EVERY
def test_nothing_is_left_to_mend(name: str) -> None:
    course = read(name)
    names, keys = {one.name for one in course.files}, {one.key for one in texts(course)}
    assert [
        (one.title, problem) for one in texts(course) for problem in problems(one.markdown, files=names)
    ] == []
    assert list(quiz_problems(quiz(course).quiz, files=names, lessons=keys)) == []


@EVERY
def test_no_file_lies_there_for_nothing(name: str) -> None:
    course = read(name)
    everything = (
        " ".join(one.markdown for one in texts(course)) + msgspec.json.encode(quiz(course).quiz).decode()
    )
    assert [one.name for one in course.files if one.name not in everything] == []


@EVERY
def test_a_quiz_asks_in_many_ways_and_leads_back_to_the_lesson(name: str) -> None:
    questions = quiz(read(name)).quiz.questions
    anchors = {one.key: {h.anchor for h in read_lesson(one.markdown).headings} for one in texts(read(name))}
    assert len({type(one) for one in questions}) >= 5
    assert all(one.feedback and one.lesson for one in questions)
    assert [one.key for one in questions if one.place and one.place not in anchors[one.lesson]] == []


@EVERY
def test_pictures_are_described_and_small(name: str) -> None:
    course = read(name)
    found = [match for one in texts(course) for match in _PICTURE.findall(one.markdown)]
    found += [(one.alt, one.picture) for one in quiz(course).quiz.questions if isinstance(one, HotSpots)]
    assert [picture for words, picture in found if len(words.split()) < 10] == []
    sizes = {one.name: one.path.stat().st_size for one in course.files}
    assert [key for key, size in sizes.items() if key.endswith(".png") and size >= LARGEST_PICTURE] == []
    assert [key for key, size in sizes.items() if size >= LARGEST_FILM] == []


@EVERY
def test_each_step_of_an_exercise_shows_a_picture(name: str) -> None:
    for one in texts(read(name)):
        if one.is_practice:
            steps = one.markdown.split("\n## ")[1:]
            assert [step.split("\n")[0] for step in steps if not _PICTURE.search(step)] == []


@EVERY
def test_lessons_are_short_and_so_are_their_sentences(name: str) -> None:
    for one in texts(read(name)):
        words = spoken(one)
        assert WORDS[0] <= len(re.findall(r"\w+", one.markdown)) <= WORDS[1], one.title
        sentences = [part for part in re.split(r"[.?:]+\s", words) if part.strip(" .\n")]
        mean = sum(len(part.split()) for part in sentences) / len(sentences)
        assert mean < LONGEST_MEAN_SENTENCE, f"{one.title}: {mean:.1f}"


@EVERY
def test_words_are_plain_and_german(name: str) -> None:
    course = read(name)
    words = [spoken(one) for one in texts(course)]
    words += [seen for one in texts(course) for seen, _ in _PICTURE.findall(one.markdown)]
    words += list(written_words(msgspec.to_builtins(quiz(course).quiz)))
    for reason, pattern in UNWANTED_GERMAN.items():
        if reason == "du" and name == "spiel":
            continue
        assert [match[0] for text in words for match in re.finditer(pattern, text)] == [], reason
    assert [match[0] for text in words for match in re.finditer(ENGLISH, text, re.IGNORECASE)] == []


@EVERY
def test_a_common_cartridge_of_it_loses_nothing(name: str, tmp_path: Path) -> None:
    course = read(name)
    write_cartridge(course, tmp_path / "kurs.imscc", report=Report())
    again = read_course(tmp_path / "kurs.imscc", tmp_path / "aus", report=Report())
    assert [(one.title, one.lessons) for one in again.chapters] == [
        (one.title, one.lessons) for one in course.chapters
    ]
    bytes_of = {one.name: one.path.read_bytes() for one in course.files}
    assert {one.name: one.path.read_bytes() for one in again.files} == bytes_of


def test_each_belongs_to_a_course_of_the_catalogue() -> None:
    slugs = {one.slug for one in read_demo().courses}
    assert set(COURSES.values()) <= slugs
    assert {one.name for one in FOLDER.iterdir()} == set(COURSES)


async def test_each_is_published_once_with_its_files(town: Loaded) -> None:
    for name, slug in COURSES.items():
        content = read(name)
        (course,) = await town.all(Course, Course.slug == slug)
        (edition,) = await town.all(Edition, Edition.course_id == course.id)
        lessons = await town.all(EditionLesson, EditionLesson.edition_id == edition.id)
        ids = {str(one.lesson_id) for one in lessons}
        assert len(lessons) == sum(len(chapter.lessons) for chapter in content.chapters)
        assert await town.count(EditionFile, EditionFile.edition_id == edition.id) == len(content.files)
        (taken,) = [one for one in lessons if one.kind == "quiz"]
        pointed = [
            question["lesson"] for pool in taken.body["quiz"]["pools"] for question in pool["questions"]
        ]
        assert set(pointed) <= ids


async def test_each_has_a_class_that_is_on_its_way_with_people_one_can_sign_in_as(town: Loaded) -> None:
    stories = {figure.email for figure in read_demo().people.figure}
    for name, slug in COURSES.items():
        (course,) = await town.all(Course, Course.slug == slug)
        (run,) = await town.all(Run, Run.number == CLASSES[name])
        places = await town.all(Enrolment, Enrolment.run_id == run.id)
        persons = await town.all(Person, Person.id.in_([one.person_id for one in places]))
        begun = await town.all(Progress, Progress.enrolment_id.in_([one.id for one in places]))
        trainers = await town.all(RunTrainer, RunTrainer.run_id == run.id)

        assert run.course_id == course.id
        assert run.starts_at is not None
        assert run.ends_at is not None
        assert run.starts_at <= town.now <= run.ends_at, name
        assert stories & {one.email for one in persons}, name
        assert len({one.enrolment_id for one in begun}) > len(places) / 2, name
        assert await town.count(Account, Account.person_id == trainers[0].person_id) == 1


async def test_a_class_is_on_its_way_and_one_is_stuck(town: Loaded) -> None:
    (course,) = await town.all(Course, Course.slug == COURSES["spiel"])
    (edition,) = await town.all(Edition, Edition.course_id == course.id)
    ids = [one.lesson_id for one in await town.all(EditionLesson, EditionLesson.edition_id == edition.id)]
    assert await town.count(Progress, Progress.lesson_id.in_(ids)) > len(ids)
    (call,) = await town.all(HelpCall, HelpCall.lesson_id.in_(ids))
    assert call.ended_at is None
    (attempt,) = await town.all(Attempt, Attempt.lesson_id.in_(ids))
    assert attempt.passed
    assert attempt.points < attempt.out_of
