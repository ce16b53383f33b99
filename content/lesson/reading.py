"""Markdown → Lesson. Course texts are such Markdown too; what may be written in it stands in `docs/lessons.md`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from unicodedata import normalize

from markdown_it.token import Token

from content.errors import TextTooLong
from content.lesson.blocks import MEDIA, OPEN, parsed, parser, words_of
from content.lesson.checking import MAX_CHARACTERS
from content.lesson.rendering import About, Address, Asked, Form, LessonRenderer, Showing, html_of
from content.lesson.words import words_in
from content.safety import plain_text, safe_lesson_html

WORDS_PER_MINUTE = 180
"""How fast people read who are new to the matter; practised readers manage 240."""

_QUESTION = re.compile(r'<div (?:class="lesson-question" )?id="(frage-\d+)"[^>]*>.*?</div>', re.DOTALL)
_NOT_IN_AN_ANCHOR = re.compile(r"[^a-z0-9]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as it stands on the page; `anchor` is its `id`."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text ready for a page. `html` is safe as it is; `title` is plain text and not part of it.

    In `html` the questions are to be read and thought about; `parts` has them apart for a page that lets people answer.
    """

    title: str
    html: str
    headings: tuple[Heading, ...]
    reading_minutes: int
    questions: tuple[Asked, ...] = ()

    @property
    def parts(self) -> Sequence[str | Asked]:
        """The safe HTML, in pieces between the questions. A piece alone may leave an element open."""
        return _in_parts(self.html, self.questions)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a practice lesson. `html` is safe as it is, without the heading; `title` is plain text."""

    title: str
    html: str
    minutes: int
    questions: tuple[Asked, ...] = ()

    @property
    def parts(self) -> Sequence[str | Asked]:
        """As those of a lesson; each step counts its questions from 1."""
        return _in_parts(self.html, self.questions)


def read_lesson(
    markdown: str,
    *,
    top_level: int = 2,
    address: Address | None = None,
    about: About | None = None,
    form: Form = Form.SCREEN,
    language: str = "de",
) -> Lesson:
    """Render a text for a page that has its h1 already.

    A first line `# Title` becomes the title. The other headings begin at `top_level` and never skip a level, however
    they were written. Raw HTML stays visible as the text it is, links lead to http(s), mailto and tel only.

    `address` says where a file is fetched, None where there is none of that name; a picture is then replaced by its description,
    as all of them are without `address`. `about` is said beside a file to fetch ("PDF, 240 kB"). `language` is that of the few
    words a lesson brings itself. Raises `TextTooLong`, and nothing else on any text.
    """
    title, tokens = _read(markdown, with_files=address is not None)
    return _shown(title, tokens, _showing(address, about, form, language), top_level)


def render(markdown: str, *, top_level: int = 2) -> str:
    """The safe HTML of a text, and nothing else about it."""
    return read_lesson(markdown, top_level=top_level).html


def steps(
    markdown: str,
    *,
    top_level: int = 3,
    address: Address | None = None,
    about: About | None = None,
    form: Form = Form.SCREEN,
    language: str = "de",
) -> Sequence[Step]:
    """The steps of a practice lesson: each heading of its highest level begins one, below the title `# …` if it has one.

    What stands before the first of them is a step without a title; a text without headings is one such step. `minutes` is how long
    it takes to read it, at least 1. `top_level` is the level of headings within a step. Raises `TextTooLong`.
    """
    _, tokens = _read(markdown, with_files=address is not None)
    found: list[Step] = []
    for title, part in _parted(tokens):
        shown = _shown(title, part, _showing(address, about, form, language), top_level)
        if title or shown.html.strip():
            found.append(Step(title, shown.html, max(1, shown.reading_minutes), shown.questions))
    return found


def has_recording(markdown: str) -> bool:
    """Whether a video or a sound is played in it. Raises nothing, whatever the text."""
    tokens = parsed(markdown, with_files=True)
    return any(one.type == OPEN and one.meta["block"].name in MEDIA for one in tokens)


def _read(markdown: str, *, with_files: bool) -> tuple[str, list[Token]]:
    if len(markdown) > MAX_CHARACTERS:
        raise TextTooLong
    return _title_taken_off(parsed(markdown, with_files=with_files))


def _in_parts(html: str, questions: Sequence[Asked]) -> Sequence[str | Asked]:
    asked = {one.anchor: one for one in questions}
    pieces: list[str | Asked] = []
    end = 0
    for found in _QUESTION.finditer(html):
        pieces += [html[end : found.start()], asked[found[1]]]
        end = found.end()
    return [*pieces, html[end:]]


def _showing(address: Address | None, about: About | None, form: Form, language: str) -> Showing:
    return Showing(
        address=address or (lambda _name: None),
        about=about or (lambda _name: ""),
        form=form,
        words=words_in(language),
        language=language,
        has_files=address is not None,
    )


def _shown(title: str, tokens: list[Token], showing: Showing, top_level: int) -> Lesson:
    headings = _with_ordered_headings(tokens, top_level)
    html = html_of(_renderer(), tokens, parser(with_files=True).options, showing)
    html = safe_lesson_html(html, addresses=showing.addresses)
    words = len(plain_text(html).split())
    minutes = ceil(words / WORDS_PER_MINUTE)
    return Lesson(title, html, headings, minutes, tuple(showing.questions))


@cache
def _renderer() -> LessonRenderer:
    return LessonRenderer()


def _parted(tokens: Sequence[Token]) -> list[tuple[str, list[Token]]]:
    """The text in pieces, each with the words of the heading that began it."""
    levels = [token.tag for token in tokens if token.type == "heading_open" and not token.level]
    highest = min(levels, default="")
    pieces: list[tuple[str, list[Token]]] = [("", [])]
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == "heading_open" and not token.level and token.tag == highest:
            pieces.append((words_of(tokens[index + 1]), []))
            index += 3
            continue
        pieces[-1][1].append(token)
        index += 1
    return pieces


def _title_taken_off(tokens: list[Token]) -> tuple[str, list[Token]]:
    if len(tokens) >= 3 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return words_of(tokens[1]), tokens[3:]
    return "", tokens


def _with_ordered_headings(tokens: Sequence[Token], top_level: int) -> tuple[Heading, ...]:
    """Give every heading token its level on the page and its anchor."""
    headings: list[Heading] = []
    above: list[int] = []
    taken: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        written = int(token.tag[1])
        while above and above[-1] >= written:
            above.pop()
        above.append(written)
        level = min(top_level + len(above) - 1, _DEEPEST)
        text = words_of(tokens[index + 1])
        anchor = _anchor(text, taken)
        token.tag = tokens[index + 2].tag = f"h{level}"
        token.attrSet("id", anchor)
        headings.append(Heading(level, text, anchor))
    return tuple(headings)


def _anchor(text: str, taken: dict[str, int]) -> str:
    """A name for the place, `taken` says up to which number. The prefix keeps what authors write from naming anything of the page's own."""
    ascii_text = normalize("NFKD", text.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    wanted = anchor = f"text-{_NOT_IN_AN_ANCHOR.sub('-', ascii_text).strip('-')}".rstrip("-")
    while anchor in taken:
        taken[wanted] += 1
        anchor = f"{wanted}-{taken[wanted]}"
    taken[anchor] = 1
    return anchor
