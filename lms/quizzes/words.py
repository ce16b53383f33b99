"""Texts of questions as HTML: whole ones, one line within a label, and plain ones within a drop-down."""

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup

from content.lesson import read_lesson
from content.quiz.gaps import replace_gaps
from content.safety import plain_text
from lms.web.language import current_language

Address = Callable[[str], str | None]
"""Where a file that a text names is fetched."""

_TAG = re.compile(r"(<[^>]*>)")
_INLINE = re.compile(r"</?(?:em|strong|code|del|s|sub|sup|br|img|span)\b", re.IGNORECASE)
_PLACE = re.compile("\ue000(\\d+)\ue001")
_MARKS = str.maketrans("", "", "\ue000\ue001")
TOP_LEVEL = 3


def as_html(markdown: str, address: Address) -> Markup:
    """A text with paragraphs, lists and pictures."""
    lesson = read_lesson(markdown, top_level=TOP_LEVEL, address=address, language=current_language())
    return Markup(lesson.html)  # noqa: S704 - content.safety has cleaned it


def as_line(markdown: str, address: Address) -> Markup:
    """The same within a label or a line: without paragraphs, lists and links."""
    pieces = _TAG.split(as_html(markdown, address))
    kept = (piece if not piece.startswith("<") or _INLINE.match(piece) else " " for piece in pieces)
    return Markup("".join(kept).strip())  # noqa: S704 - pieces of what content.safety has cleaned


def as_plain(markdown: str) -> str:
    """Its words alone."""
    return plain_text(as_html(markdown, lambda _: None)).strip()


def with_gaps(markdown: str, gaps: Mapping[str, Markup], address: Address) -> Markup:
    """A text in which `{{key}}` is replaced by what stands in that gap; gaps without a place come at the end.

    A gap is put where words are, never inside a tag, whatever the author wrote around it.
    """
    keys = list(gaps)
    waiting = {key: f"\ue000{number}\ue001" for number, key in enumerate(keys)}
    text = replace_gaps(markdown.translate(_MARKS), lambda key: waiting.pop(key, None))
    placed: set[int] = set()

    def put(found: re.Match[str]) -> str:
        number = int(found[1])
        placed.add(number)
        return str(gaps[keys[number]])

    pieces = _TAG.split(as_html(text, address))
    built = "".join(
        _PLACE.sub("", piece) if piece.startswith("<") else _PLACE.sub(put, piece) for piece in pieces
    )
    rest = "".join(f"<p>{gaps[key]}</p>" for number, key in enumerate(keys) if number not in placed)
    return Markup(built + rest)  # noqa: S704 - cleaned text and our own fields
