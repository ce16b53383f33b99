"""Where the files of lessons lie, for whoever writes them, shows them or brings them in."""

from lms.settings import Settings
from lms.web.files.store import Store

FOLDER = "lessons"


def file_store(settings: Settings) -> Store:
    """The files of all courses; `LessonFile.stored` and `EditionFile.stored` are names in it."""
    return Store(settings.files, FOLDER)
