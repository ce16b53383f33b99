"""Where a learner goes for a lesson: each kind has a page of its own, in the module that knows it."""

from uuid import UUID

from lms.learning.models import LessonKind

_ROOMS = {
    LessonKind.TEXT: "lektionen",
    LessonKind.PRACTICE: "uebungen",
    LessonKind.QUIZ: "quiz",
    LessonKind.PACKAGE: "pakete",
    LessonKind.TOOL: "werkzeuge",
}


def lessons_path(enrolment_id: UUID) -> str:
    """The list of all lessons of one's course."""
    return f"/meine-kurse/{enrolment_id}/lernen"


def lesson_path(enrolment_id: UUID, lesson_id: UUID, kind: LessonKind) -> str:
    """One lesson."""
    return f"/meine-kurse/{enrolment_id}/{_ROOMS[kind]}/{lesson_id}"


def writing_path(course_id: UUID) -> str:
    """Where the lessons of a course are written."""
    return f"/inhalte/{course_id}"
