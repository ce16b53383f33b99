"""A text that is being written as learners will see it, with the files of those who write."""

from collections.abc import Callable, Collection

from markupsafe import Markup

from content.errors import TextTooLong
from content.lesson import read_lesson
from lms.web.language import current_language

FileAddress = Callable[[str], str | None]


def shown(text: str, *, address: FileAddress, top_level: int = 2) -> Markup:
    """The safe HTML of a text; nothing of one that is too long, which the problems say."""
    try:
        lesson = read_lesson(text, top_level=top_level, address=address, language=current_language())
    except TextTooLong:
        return Markup()
    return Markup(lesson.html)  # noqa: S704 - content.safety has cleaned it


def addresses(base: str, names: Collection[str]) -> FileAddress:
    """Where the files of these names are fetched, below an own path."""
    return lambda name: f"{base}/{name}" if name in names else None
