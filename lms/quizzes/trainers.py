"""What the trainer's side of quizzes brings to the module: pages and services."""

from collections.abc import Mapping, Sequence

from litestar import Controller

from lms.quizzes.editing.group_pages import GroupPages
from lms.quizzes.editing.pages import QuizEditorPages
from lms.quizzes.editing.question_pages import QuestionPages
from lms.quizzes.editing.service import QuizWriting
from lms.web.module import ServiceMaker

CONTROLLERS: Sequence[type[Controller]] = [QuizEditorPages, QuestionPages, GroupPages]
SERVICES: Mapping[str, ServiceMaker] = {"quiz_writing": QuizWriting}
