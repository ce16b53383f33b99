"""The parts that the editor inserts, as the Markdown of `content.lesson`: nobody has to know its signs."""

import re
from collections.abc import Sequence
from enum import StrEnum

_MARKS = re.compile(r"([\\`*_\[\]<>])")
_GIFT = re.compile(r"([~=#{}:\\])")
_NOT_IN_ADDRESSES = str.maketrans({"<": "%3C", ">": "%3E", "\\": "%5C"})
_FENCE = re.compile(r"^([^\S\n]*):::", re.MULTILINE)


class Box(StrEnum):
    """Boxes that stand out."""

    HINT = "hinweis"
    TIP = "tipp"
    CARE = "achtung"
    REMEMBER = "merke"


def heading(words: str) -> str:
    """A heading; in a practice lesson it begins a step."""
    return f"## {one_line(words)}"


def step(title: str, words: str) -> str:
    """A step of a practice lesson: what to do, in its own words below its title."""
    return f"## {one_line(title)}\n\n{words.strip()}".rstrip()


def items(words: str, *, numbered: bool = False) -> str:
    """A list: an item for each line that is not empty."""
    lines = [line for one in words.splitlines() if (line := one.strip())]
    return "\n".join(f"{number}. {line}" if numbered else f"- {line}" for number, line in enumerate(lines, 1))


def picture(name: str, alt: str, caption: str = "") -> str:
    """A picture with its description, and perhaps words below it."""
    words = one_line(caption).replace("\\", "\\\\").replace('"', '\\"')
    described = _MARKS.sub(r"\\\1", one_line(alt))
    return f'![{described}]({name} "{words}")' if words else f"![{described}]({name})"


def link(words: str, address: str) -> str:
    """Words that lead to a page of the web."""
    shown = _MARKS.sub(r"\\\1", one_line(words))
    return f"[{shown}](<{address.translate(_NOT_IN_ADDRESSES)}>)"


def video(name: str, captions: str, title: str, transcript: str) -> str:
    """A video with its captions and everything that is said in it."""
    return _container(f"video {name}", {"Titel": title, "Untertitel": captions}, transcript)


def audio(name: str, title: str, transcript: str) -> str:
    """Something to listen to, with everything that is said in it."""
    return _container(f"audio {name}", {"Titel": title}, transcript)


def attachment(name: str, words: str) -> str:
    """A file to fetch, with a line about it."""
    return _container(f"datei {name}", {}, one_line(words))


def box(kind: Box, words: str) -> str:
    """A box that stands out."""
    return _container(kind.value, {}, words)


def question(text: str, right: Sequence[str], wrong: Sequence[str], feedback: str = "") -> str:
    """A question to be tried at once, in GIFT (Moodle docs, "GIFT format"): one right answer, or several."""
    if len(right) == 1:
        answers = [f"={_gift(right[0])}", *(f"~{_gift(one)}" for one in wrong)]
    else:
        share = 100 / len(right) if right else 0
        answers = [
            *(f"~%{share:.5g}%{_gift(one)}" for one in right),
            *(f"~%-100%{_gift(one)}" for one in wrong),
        ]
    general = [f"####{_gift(feedback)}"] if feedback.strip() else []
    return _container("frage", {}, "\n".join([f"{_gift(text)} {{", *answers, *general, "}"]))


def one_line(words: str) -> str:
    """On one line, with single spaces."""
    return " ".join(words.split())


def lines_of(words: str) -> list[str]:
    """The lines that are not empty."""
    return [line for one in words.splitlines() if (line := one.strip())]


def appended(text: str, part: str) -> str:
    """The text with a part at its end, an empty line between."""
    return f"{text.rstrip()}\n\n{part}\n" if text.strip() else f"{part}\n"


def _container(head: str, options: dict[str, str], words: str) -> str:
    """A block; what looks like its end within the words is made harmless."""
    first = [f"{name}: {one_line(value)}" for name, value in options.items() if value.strip()]
    body = _FENCE.sub(r"\1\\:::", words.strip())
    inside = "\n".join(first) + ("\n\n" if first and body else "") + body
    return f"::: {head}\n{inside}\n:::"


def _gift(words: str) -> str:
    return _GIFT.sub(r"\\\1", one_line(words))
