"""The table of contents of `learning`, for app.py."""

from lms.learning.lessons.api import LessonDoor
from lms.learning.lessons.files_pages import LessonFileDoor
from lms.learning.lessons.pages import LessonListPages, TextLessonPages
from lms.learning.lessons.preview_pages import PreviewPages
from lms.learning.lessons.service import OwnLessons
from lms.web.module import Module

MODULE = Module(
    name="learning",
    controllers=[LessonListPages, TextLessonPages, LessonFileDoor, PreviewPages, LessonDoor],
    services={"own_lessons": OwnLessons},
)
