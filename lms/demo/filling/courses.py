"""The four courses that the demo centre has written in full, and how far a class is in each of them."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from content.course import CourseContent
from content.lesson import read_lesson
from content.packages.markdown_folder import read_folder
from content.packages.report import Report
from content.quiz.drawing import draw
from content.quiz.marking import right_answer
from content.quiz.questions import Ordering, Quiz
from lms.catalogue.models import Course, Run
from lms.demo.filling.ground import Ground
from lms.enrolment.models import Enrolment, EnrolmentState
from lms.learning.bringing_in import bring_in
from lms.learning.contents.editions import write_edition
from lms.learning.contents.reading import written
from lms.learning.contents.writing import outline_for
from lms.learning.models import EditionLesson, Lesson, LessonKind, Progress
from lms.learning.places import lesson_files
from lms.learning.queries import lessons_of
from lms.people.models import Person
from lms.practice.models import HelpCall
from lms.quizzes.models import Attempt, AttemptAnswer
from lms.quizzes.reading import Taken
from lms.web.files.store import Kept

FOLDER = Path(__file__).parents[1] / "courses"
COURSES = {
    "tablet": "tablet-in-ruhe-kennenlernen",
    "spiel": "python-fuer-jugendliche",
    "phishing": "teamtraining-falsche-mails",
    "behoerden": "behoerden-von-zuhause",
}
"""The folder of each course, and the course of the catalogue that it is for."""
CLASSES = {"tablet": "1040", "spiel": "2005", "phishing": "3025", "behoerden": "4030"}
"""The run of each course that is on now."""
STUCK = "emilia.brandau@post.example"
NOTE = "Mein Spiel hört nicht auf, wenn ich den Schatz finde."
STUCK_AT, STUCK_STEP = 5, 4
"""Emilia has done the lessons before this one, and asks for help in its fourth step."""
WRITTEN_AGO, ASKED_AGO, TAKEN_AGO = timedelta(days=90), timedelta(hours=2), timedelta(days=1)
PRACTICE_MINUTES, QUIZ_MINUTES = 20, 10


def read(name: str) -> CourseContent:
    """One of the courses as a value. `name` is a key of `COURSES`."""
    return read_folder(FOLDER / name, report=Report())


async def fill_written_courses(ground: Ground) -> None:
    """Brought in as anybody's material is, and published before the runs of this term began."""
    for name, slug in COURSES.items():
        course = await ground.session.scalar(select(Course).where(Course.slug == slug))
        if course is not None:
            lessons = await _publish(ground, course, read(name))
            await _learn(ground, CLASSES[name], lessons)


async def _publish(ground: Ground, course: Course, content: CourseContent) -> Sequence[EditionLesson]:
    session, then = ground.session, ground.now - WRITTEN_AGO
    outline = await outline_for(session, course.id, then)
    kept = {file.name: _kept(ground, file.path, file.media_type) for file in content.files}
    await bring_in(
        session, outline, content, kept=kept, packages={}, now=then, account_id=None, new_key=ground.key
    )
    what = await written(session, course)
    for lesson in what.lessons:
        lesson.minutes = _minutes(lesson)
    key = ground.key()
    await write_edition(session, outline, what, note="", key=key, now=then, by=None)
    await session.flush()
    return await lessons_of(session, key)


def _kept(ground: Ground, source: Path, media_type: str) -> Kept:
    stored = f"{ground.chance.getrandbits(128):032x}"
    path = lesson_files(ground.settings.files).path_of(stored)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, path)
    return Kept(stored, path.stat().st_size, media_type)


def _minutes(lesson: Lesson) -> int:
    if lesson.kind is LessonKind.TEXT:
        return max(1, read_lesson(lesson.text).reading_minutes)
    return PRACTICE_MINUTES if lesson.kind is LessonKind.PRACTICE else QUIZ_MINUTES


async def _learn(ground: Ground, run_number: str, lessons: Sequence[EditionLesson]) -> None:
    """Everybody of the class is somewhere; one has taken the quiz, and Emilia is stuck in the last exercise of hers."""
    rows = (
        await ground.session.execute(
            select(Enrolment.id, Person.email)
            .join(Run, Run.id == Enrolment.run_id)
            .join(Person, Person.id == Enrolment.person_id)
            .where(Run.number == run_number, Enrolment.state == EnrolmentState.CONFIRMED)
            .order_by(Enrolment.reference)
        )
    ).all()
    others = [row.id for row in rows if row.email != STUCK]
    for enrolment_id in (row.id for row in rows if row.email == STUCK):
        await _read(ground, enrolment_id, lessons[:STUCK_AT], begun=lessons[STUCK_AT])
        call = HelpCall(
            id=ground.key(), enrolment_id=enrolment_id, lesson_id=lessons[STUCK_AT].lesson_id,
            step=STUCK_STEP, asked_at=ground.now - ASKED_AGO, note=NOTE,
        )  # fmt: skip
        await ground.put([call])
    for number, enrolment_id in enumerate(others):
        done = lessons[: len(lessons) - number] if number < 3 else lessons[: number % 4]
        await _read(ground, enrolment_id, done)
        if done and done[-1].kind is LessonKind.QUIZ:
            await _take(ground, enrolment_id, done[-1])


async def _read(
    ground: Ground, enrolment_id: UUID, done: Sequence[EditionLesson], begun: EditionLesson | None = None
) -> None:
    """The last of what is done was done a day ago, those before it a few hours apart."""
    at = ground.now - TAKEN_AGO - timedelta(hours=5) * len(done)
    rows = [
        Progress(
            id=ground.key(), enrolment_id=enrolment_id, lesson_id=one.lesson_id,
            started_at=at + timedelta(hours=5) * number,
            seen_at=at + timedelta(hours=5) * number + timedelta(minutes=one.minutes or 5),
            done_at=at + timedelta(hours=5) * number + timedelta(minutes=one.minutes or 5),
        )
        for number, one in enumerate(done)
    ]  # fmt: skip
    if begun is not None:
        seen = ground.now - ASKED_AGO
        rows.append(
            Progress(
                id=ground.key(), enrolment_id=enrolment_id, lesson_id=begun.lesson_id,
                started_at=seen - timedelta(minutes=20), seen_at=seen, place=str(STUCK_STEP),
            )
        )  # fmt: skip
    await ground.put(rows)


async def _take(ground: Ground, enrolment_id: UUID, lesson: EditionLesson) -> None:
    """One attempt, in which all is right but what had to be put in order."""
    quiz = msgspec.convert(lesson.body["quiz"], Quiz, strict=False)
    at, seed = ground.now - TAKEN_AGO, f"{ground.chance.getrandbits(128):032x}"
    sheet = draw(quiz, seed)
    answers = {
        one.question.key: answer
        for one in sheet.questions
        if not isinstance(one.question, Ordering) and (answer := right_answer(one.question)) is not None
    }
    attempt = Attempt(
        id=ground.key(), enrolment_id=enrolment_id, lesson_id=lesson.lesson_id, edition_lesson_id=lesson.id,
        number=1, seed=seed, plan=msgspec.to_builtins(sheet.plan), started_at=at - timedelta(minutes=9),
        out_of=sheet.out_of, submitted_at=at,
    )  # fmt: skip
    result = Taken(attempt, quiz, answers, {}).result
    attempt.points, attempt.passed, attempt.is_open = result.points, result.passed, result.is_open
    await ground.put([attempt])
    rows: list[Any] = [
        AttemptAnswer(attempt_id=attempt.id, question=key, answer=msgspec.to_builtins(one), saved_at=at)
        for key, one in answers.items()
    ]
    await ground.put(rows)
