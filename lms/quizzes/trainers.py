"""What the trainer's side of quizzes brings to the module: pages and services."""

from collections.abc import Mapping, Sequence

from litestar import Controller

from lms.quizzes.by_hand.pages import QuizDeskPages
from lms.quizzes.by_hand.service import HandMarking
from lms.quizzes.editing.group_pages import GroupPages
from lms.quizzes.editing.pages import QuizEditorPages
from lms.quizzes.editing.question_pages import QuestionPages
from lms.quizzes.editing.service import QuizWriting
from lms.quizzes.editing.trying_pages import TryingPages
from lms.quizzes.extensions.pages import ExtensionPages
from lms.quizzes.extensions.service import Extensions
from lms.quizzes.statistics.pages import CourseStatisticsPages, RunStatisticsPages
from lms.web.module import ServiceMaker

CONTROLLERS: Sequence[type[Controller]] = [
    QuizEditorPages,
    QuestionPages,
    GroupPages,
    TryingPages,
    QuizDeskPages,
    ExtensionPages,
    RunStatisticsPages,
    CourseStatisticsPages,
]
SERVICES: Mapping[str, ServiceMaker] = {
    "quiz_writing": QuizWriting,
    "hand_marking": HandMarking,
    "extensions": Extensions,
}
