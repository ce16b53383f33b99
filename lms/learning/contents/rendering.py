"""A text that is being written as learners will see it, with the files of those who write."""

from collections.abc import Callable, Collection, Sequence

from markupsafe import Markup

from content.errors import TextTooLong
from content.lesson import read_lesson, steps
from lms.web.language import current_language

FileAddress = Callable[[str], str | None]


def shown(text: str, *, address: FileAddress, top_level: int = 2) -> Markup:
    """The safe HTML of a text; nothing of one that is too long, which the problems say."""
    try:
        lesson = read_lesson(text, top_level=top_level, address=address, language=current_language())
    except TextTooLong:
        return Markup()
    return Markup(lesson.html)  # noqa: S704 - content.safety has cleaned it


def steps_shown(text: str, *, address: FileAddress) -> Sequence[tuple[str, Markup]]:
    """The steps of an exercise, each with its title and its safe HTML; none of one that is too long."""
    try:
        found = steps(text, address=address, language=current_language())
    except TextTooLong:
        return ()
    return [(one.title, Markup(one.html)) for one in found]  # noqa: S704 - content.safety has cleaned it


def addresses(base: str, names: Collection[str]) -> FileAddress:
    """Where the files of these names are fetched, below an own path."""
    return lambda name: f"{base}/{name}" if name in names else None
