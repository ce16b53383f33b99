"""What has to be mended before a course can be published, each with its lesson and line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from content import lesson as lesson_text
from content.problems import Problem
from content.quiz import checking
from content.quiz.questions import Quiz
from lms.kernel.marking import N_
from lms.learning.contents.reading import Written
from lms.learning.contents.service import WRITTEN_HERE
from lms.learning.models import Lesson, LessonKind
from lms.web.language import gettext

EMPTY = N_("This lesson is still empty.")
NO_ADDRESS = N_("The address of the website is missing.")
NO_PACKAGE = N_("No package has been chosen yet.")
UNREADABLE = N_("This quiz cannot be read. Please write it anew.")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to mend in a lesson."""

    lesson: Lesson
    problem: Problem


def faults_of(what: Written, files: Collection[str]) -> Sequence[Fault]:
    """Everything to mend in all lessons, in order. Slow where there are many: call it in a thread."""
    return [
        Fault(lesson, problem)
        for lesson in what.lessons
        for problem in lesson_problems(lesson, files, what.lessons)
    ]


def lesson_problems(lesson: Lesson, files: Collection[str], lessons: Collection[Lesson]) -> Sequence[Problem]:
    """What to mend in one lesson, whatever its kind; `lessons` are all that its course has."""
    match lesson.kind:
        case LessonKind.QUIZ:
            return quiz_problems(lesson.body, files, {str(one.id) for one in lessons})
        case LessonKind.PACKAGE if not lesson.body.get("package_id"):
            return [Problem(NO_PACKAGE)]
        case LessonKind.TOOL if not lesson.body.get("address"):
            return [Problem(NO_ADDRESS)]
    if lesson.kind in WRITTEN_HERE and not lesson.text.strip():
        return [Problem(EMPTY)]
    return text_problems(lesson.text, files)


def text_problems(text: str, files: Collection[str]) -> Sequence[Problem]:
    """What to mend in a text."""
    return lesson_text.problems(text, files=files)


def quiz_problems(
    body: dict[str, Any], files: Collection[str], lessons: Collection[str]
) -> Sequence[Problem]:
    """What to mend in a quiz; `lessons` are the keys that a question may point to."""
    try:
        quiz = msgspec.convert(body.get("quiz"), Quiz, strict=False)
    except msgspec.ValidationError:
        return [Problem(UNREADABLE)]
    if not quiz.questions:
        return [Problem(EMPTY)]
    return checking.problems(quiz, files=files, lessons=lessons)


def say(problem: Problem) -> str:
    """What is to be mended, in the reader's language."""
    return gettext(problem.message, **problem.params)
