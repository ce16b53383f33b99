"""Markdown → Lesson. Course texts are such Markdown too."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from math import ceil
from unicodedata import normalize
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from content.errors import TextTooLong
from content.safety import LINK_SCHEMES, plain_text, safe_lesson_html

MAX_CHARACTERS = 200_000
WORDS_PER_MINUTE = 180
"""How fast people read who are new to the matter; practised readers manage 240."""

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
    """A text ready for a page. `html` is safe as it is; `title` is plain text and not part of it."""

    title: str
    html: str
    headings: tuple[Heading, ...]
    reading_minutes: int


def read_lesson(markdown: str, *, top_level: int = 2) -> Lesson:
    """Render a text for a page that has its h1 already.

    A first line `# Title` becomes the title. The other headings begin at `top_level` and never skip a level, however
    they were written. Raw HTML stays visible as the text it is, links lead to http(s), mailto and tel only, and
    pictures are replaced by their description. Raises `TextTooLong`.
    """
    if len(markdown) > MAX_CHARACTERS:
        raise TextTooLong
    renderer = _renderer()
    tokens = renderer.parse(markdown)
    title, tokens = _title_taken_off(tokens)
    headings = _with_ordered_headings(tokens, top_level)
    html = safe_lesson_html(renderer.renderer.render(tokens, renderer.options, {}))
    words = len(plain_text(html).split())
    return Lesson(title=title, html=html, headings=headings, reading_minutes=ceil(words / WORDS_PER_MINUTE))


def render(markdown: str, *, top_level: int = 2) -> str:
    """The safe HTML of a text, and nothing else about it."""
    return read_lesson(markdown, top_level=top_level).html


@cache
def _renderer() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.validateLink = _is_allowed_link  # type: ignore[method-assign]
    markdown.add_render_rule(
        "image", lambda _self, tokens, index, _options, _env: escape(tokens[index].content)
    )
    return markdown


def _is_allowed_link(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in LINK_SCHEMES
    except ValueError:
        return False


def _title_taken_off(tokens: list[Token]) -> tuple[str, list[Token]]:
    if len(tokens) >= 3 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return _words(tokens[1]), tokens[3:]
    return "", tokens


def _with_ordered_headings(tokens: Sequence[Token], top_level: int) -> tuple[Heading, ...]:
    """Give every heading token its level on the page and its anchor."""
    headings: list[Heading] = []
    above: list[int] = []
    taken: set[str] = set()
    for index, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        written = int(token.tag[1])
        while above and above[-1] >= written:
            above.pop()
        above.append(written)
        level = min(top_level + len(above) - 1, _DEEPEST)
        text = _words(tokens[index + 1])
        anchor = _anchor(text, taken)
        token.tag = tokens[index + 2].tag = f"h{level}"
        token.attrSet("id", anchor)
        headings.append(Heading(level, text, anchor))
    return tuple(headings)


def _anchor(text: str, taken: set[str]) -> str:
    """A name for the place. The prefix keeps what authors write from naming anything of the page's own."""
    ascii_text = normalize("NFKD", text.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    wanted = anchor = f"text-{_NOT_IN_AN_ANCHOR.sub('-', ascii_text).strip('-')}".rstrip("-")
    count = 1
    while anchor in taken:
        count += 1
        anchor = f"{wanted}-{count}"
    taken.add(anchor)
    return anchor


def _words(inline: Token) -> str:
    return " ".join("".join(_written(child) for child in inline.children or ()).split())


def _written(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content
