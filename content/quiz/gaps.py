"""Where the gaps stand in a text: `{{key}}`, with blanks inside the braces or without."""

import re
from collections.abc import Callable

_GAP = re.compile(r"\{\{\s*+([^{}\s](?:[^{}]*[^{}\s])?)\s*+\}\}")  # in one go, however many blanks there are


def gap_names(text: str) -> list[str]:
    """The gaps that a text names, in their order; one that stands there twice comes twice."""
    return _GAP.findall(text)


def between_gaps(text: str) -> list[str]:
    """What stands before, between and behind the gaps: one piece more than there are gaps."""
    return _GAP.split(text)[::2]


def replace_gaps(text: str, put: Callable[[str], str | None]) -> str:
    """The text in which each gap is what `put` makes of its key; where that is None it stays as it was written."""

    def instead(found: re.Match[str]) -> str:
        given = put(found[1])
        return found[0] if given is None else given

    return _GAP.sub(instead, text)
