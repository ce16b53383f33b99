"""GIFT, Moodle's questions as plain text: whole files, and the single question in a lesson.

The syntax is that of docs.moodle.org/en/GIFT_format, with Moodle's ordering questions (`{>…}`) and, in our own lessons, more
than one gap in a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from content.errors import N_, ContentError
from content.foreign import markdown_of
from content.packages import errors
from content.packages.gift_answers import NoRightAnswer, question_from
from content.packages.gift_text import Format, escaped_away, format_named, parts_of, unescaped
from content.packages.gift_writing import write_gift
from content.packages.report import Report
from content.quiz.questions import GapText, Pool, Question, Quiz

__all__ = ["LARGEST", "NoRightAnswer", "looks_like_gift", "read_question", "read_quiz", "write_gift"]

LARGEST = 2_000_000
MOST_QUESTIONS = 5_000
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.*)", re.IGNORECASE)
_ID = re.compile(r"\[id:([^\x00-\x1f\x7f\]]+)\]")
_TITLE = re.compile(r"::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|markdown|moodle|plain)\]", re.IGNORECASE)
_XML = re.compile(r"\s*<(?:\?xml|!--|quiz\b|questestinterop\b|!DOCTYPE)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Written:
    """One question as it was written: `body` has its escapes put away, `line` counts from 1."""

    body: str
    line: int
    key: str = ""
    category: str = ""


def read_question(text: str) -> Question:
    """The one question of a lesson's block; its texts are Markdown unless it says otherwise.

    Raises BadGift for anything that is no question, NoRightAnswer for one that nobody could answer.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    body = "\n".join(line for line in lines if not line.lstrip().startswith("//"))
    if len(body) > 20_000:
        raise errors.BadGift
    _, question = _question(_Written(escaped_away(body).strip(), 1, "frage"), Report(), default="markdown")
    return question


def read_quiz(text: str, *, report: Report) -> Quiz:
    """All questions of a file, a pool for each category. What is no question is left and reported with its line.

    Raises BadGift when there is not one question in it.
    """
    if len(text) > LARGEST:
        raise errors.BadGift
    pools: dict[str, list[Question]] = {}
    keys: set[str] = set()
    for written in _written(text):
        if sum(map(len, pools.values())) >= MOST_QUESTIONS:
            break
        place = _place(written)
        if "{" not in written.body:
            report.left(place, N_("A text without a question is not taken into a quiz."))
            continue
        heard = Report()
        try:
            _, question = _question(written, heard, default="moodle")
        except ContentError as refusal:
            report.left(place, type(refusal).message, **refusal.params)
            continue
        if question.key in keys:
            question = replace_key(
                question, next(key for n in range(2, 9_999) if (key := f"{question.key}-{n}") not in keys)
            )
        keys.add(question.key)
        pools.setdefault(written.category, []).append(question)
        for remark in heard.remarks:
            report.changed(place, remark.message, **remark.params)
        if not heard.remarks:
            report.taken(place)
    if not pools:
        raise errors.BadGift
    return Quiz(
        pools=tuple(
            Pool(key=f"teil-{number}", title=title, questions=tuple(questions))
            for number, (title, questions) in enumerate(pools.items(), start=1)
        )
    )


def looks_like_gift(text: str) -> bool:
    """Whether there is at least one question in the text, and it is no XML with braces in it."""
    if _XML.match(text):
        return False
    try:
        read_quiz(text[:200_000], report=Report())
    except ContentError:
        return False
    return True


def replace_key(question: Question, key: str) -> Question:
    """The same question under another key."""
    return replace(question, key=key)


def _written(text: str) -> Iterator[_Written]:
    """The questions: parted by empty lines, unless one stands inside of braces."""
    lines: list[str] = []
    category, key, start = "", "", 1
    count = 0
    for number, line in enumerate([*escaped_away(text).split("\n"), ""], start=1):
        bare = line.strip()
        if bare.startswith("//"):
            found = _ID.search(bare)
            key = unescaped(found[1]).strip() if found else key
        elif named := _CATEGORY.match(bare):
            category = _category(unescaped(named[1]))
        elif bare or _is_open(lines):
            start = start if lines else number
            lines.append(line)
        elif lines:
            count += 1
            yield _Written("\n".join(lines).strip(), start, key or f"frage-{count}", category)
            lines, key = [], ""
    if lines:
        yield _Written("\n".join(lines).strip(), start, key or f"frage-{count + 1}", category)


def _category(path: str) -> str:
    """The last part of `$course$/top/Kapitel 1`; "" for the top itself."""
    last = path.replace("//", "\x00").split("/")[-1].replace("\x00", "/").strip()
    return "" if last.startswith("$") or last == "top" else last[:200]


def _is_open(lines: list[str]) -> bool:
    text = "".join(lines)
    return text.count("{") > text.count("}")


def _place(written: _Written) -> str:
    title = _TITLE.match(written.body)
    words = unescaped(title[1] if title else _FORMAT.sub("", written.body.split("{")[0], count=1))
    return f"{written.line}: {_SPACES.sub(' ', words).strip()[:60]}"


def _question(written: _Written, report: Report, *, default: Format) -> tuple[str, Question]:
    """Its title and itself."""
    body, title = written.body, ""
    if found := _TITLE.match(body):
        title, body = unescaped(found[1]).strip(), body[found.end() :]
    text_format = default
    if found := _FORMAT.match(body):
        text_format, body = format_named(found[1]), body[found.end() :]
    parts = parts_of(body)
    if len(parts) < 3:
        raise errors.BadGift
    question = question_from(parts, text_format, key=written.key, report=report)
    if not isinstance(question, GapText) and not question.text:
        if not title:
            raise errors.BadGift
        question = replace(question, text=markdown_of(title))
    return title, question
