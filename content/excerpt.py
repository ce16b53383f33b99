"""The first words of a text, for a card or a search result."""

import re
from collections.abc import Iterable

from content.lesson import render
from content.safety import plain_lines

_END_OF_SENTENCE = re.compile(r"[.!?…][)“”\"»]*(?=\s+[\"„»(¡¿]*[A-ZÄÖÜ0-9])")
# after these a capital letter does not begin a sentence: "z. B. Excel", "Dr. Muster", "am 3. Mai", "max. 12 Personen"
_GOES_ON = re.compile(
    r"\b(?:[^\W\d]|\d{1,2}|ca|bzw|inkl|exkl|zzgl|max|min|usw|etc|evtl|ggf|vgl|Nr|Dr|Prof|Str|Tel|St|Abs|erm|incl|vs|jem|jmd|sog|gem|Std|Min|Mio)\.$"
)
_ITEM = re.compile(r"<li>.*?</li>", re.DOTALL)
_SENTENCE = re.compile(r"[.!?…][)“”\"»]*$")
_LONGEST_WORD = 12
_TOO_SHORT = 40


def excerpt(markdown: str, limit: int = 160) -> str:
    """The first sentence as plain text, and the second where the first says little; never longer than `limit`.

    Headings, lists and lines that are no sentence are passed over where there is one. A sentence that is too long
    ends after a whole word with "…".
    """
    html = render(markdown)
    lines = plain_lines(html)
    first, *others = _sentences(plain_lines(_ITEM.sub("", html))) or _sentences(lines) or lines[:1] or [""]
    if others and len(first) < _TOO_SHORT and len(first) + 1 + len(others[0]) <= limit:
        first = f"{first} {others[0]}"
    return first if len(first) <= limit else _cut(first, limit)


def _sentences(lines: Iterable[str]) -> list[str]:
    return [sentence for line in lines for sentence in _parted(line) if _SENTENCE.search(sentence)]


def _parted(line: str) -> list[str]:
    sentences, start = [], 0
    for end in _END_OF_SENTENCE.finditer(line):
        if not _GOES_ON.search(line[max(start, end.end() - _LONGEST_WORD) : end.end()]):
            sentences.append(line[start : end.end()].strip())
            start = end.end()
    return [*sentences, line[start:].strip()]


def _cut(text: str, limit: int) -> str:
    room = text[: limit - 1]
    if not text[limit - 1].isspace() and " " in room:
        room = room.rsplit(" ", 1)[0]
    return room.rstrip(" ,;:–-(") + "…"
