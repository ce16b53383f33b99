"""The table of contents of `learning`, for app.py."""

from datetime import timedelta

from lms.jobs.worker import Periodic
from lms.learning.contents.copy_pages import CopyPages
from lms.learning.contents.copying import Copies
from lms.learning.contents.draft_pages import DraftPages
from lms.learning.contents.drafts import Drafts
from lms.learning.contents.edition_pages import EditionPages
from lms.learning.contents.editions import Editions
from lms.learning.contents.file_pages import FileDoor, FilePages
from lms.learning.contents.files import ContentFiles
from lms.learning.contents.lesson_moves import LessonMovePages
from lms.learning.contents.lesson_pages import EditorPages
from lms.learning.contents.pages import WritingPages
from lms.learning.contents.releases import Releases
from lms.learning.contents.run_pages import RunPages
from lms.learning.contents.service import Contents
from lms.learning.contents.tidying import ContentsTidying
from lms.learning.distance import note_edition
from lms.learning.events import EditionPublished
from lms.learning.lessons.api import LessonDoor
from lms.learning.lessons.files_pages import LessonFileDoor
from lms.learning.lessons.pages import LessonListPages, TextLessonPages
from lms.learning.lessons.preview_pages import PreviewPages
from lms.learning.lessons.service import OwnLessons
from lms.web.module import Around, Module

SWEEPING = timedelta(hours=1)


def _sweep(around: Around) -> Periodic:
    return Periodic("sweep-lesson-files", SWEEPING, ContentsTidying(around).forget)


MODULE = Module(
    name="learning",
    controllers=[
        LessonListPages,
        TextLessonPages,
        LessonFileDoor,
        PreviewPages,
        LessonDoor,
        WritingPages,
        EditorPages,
        LessonMovePages,
        FilePages,
        FileDoor,
        EditionPages,
        RunPages,
        CopyPages,
        DraftPages,
    ],
    services={
        "own_lessons": OwnLessons,
        "contents": Contents,
        "content_files": ContentFiles,
        "editions": Editions,
        "releases": Releases,
        "copies": Copies,
        "drafts": Drafts,
    },
    listeners={EditionPublished: [note_edition]},
    periodic=[_sweep],
)
