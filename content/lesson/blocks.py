"""The blocks of a lesson: Markdown → tokens, in which every `:::` block says what it is.

`::: video film.mp4` begins a block and `:::` ends it; a block around another one has more colons. The options of a video or
a recording are its first lines (`Titel: …`); what follows is its transcript.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from textwrap import dedent
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from content.safety import LINK_SCHEMES

BOXES = ("hinweis", "tipp", "achtung", "merke")
MEDIA = ("video", "audio")
FILE = "datei"
QUESTION = "frage"
NAMES = frozenset({*BOXES, *MEDIA, FILE, QUESTION})
OPEN, CLOSE = "container_lesson_open", "container_lesson_close"
FIGURE = "lesson_figure"
"""The type of a token for a picture that stands alone; its child is the picture."""

_OPTION = re.compile(r"(titel|title|untertitel|captions|sprache|language)\s*:\s*(.*)", re.IGNORECASE)
_OPTIONS = {"title": "titel", "captions": "untertitel", "language": "sprache"}
_ENDS = re.compile(r"\s*:{3,}\s*")
_FILE_NAME = re.compile(r"[^/\\:?#\x00-\x1f]{1,200}\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in the first lines of a block. `target` is the file it names; `raw` its lines as written, of a question alone."""

    name: str
    target: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""
    is_closed: bool = True
    has_body: bool = False


def parsed(markdown: str, *, with_files: bool) -> list[Token]:
    """The tokens of a text. Those of type `OPEN` carry their `Block` in `meta["block"]`.

    `with_files` lets pictures and links name files; without it they lead to the web alone. Never raises.
    """
    # the container plugin looks behind the last line where that is made of blanks alone
    text = f"{markdown}\n"
    tokens = parser(with_files=with_files).parse(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _with_figures(_with_blocks(tokens, lines))


@cache
def parser(*, with_files: bool) -> MarkdownIt:
    """Reads the Markdown of lessons; where nothing may name a file, as in questions, without."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    container_plugin(markdown, "lesson", validate=lambda params, _markup: name_of(params) in NAMES)
    allowed = _may_name_file if with_files else leads_outside
    markdown.validateLink = allowed  # type: ignore[method-assign]
    return markdown


def leads_outside(url: str) -> bool:
    """Whether this is an address of the web, of mail, or a telephone number."""
    try:
        return urlsplit(url).scheme.lower() in LINK_SCHEMES
    except ValueError:
        return False


def named_file(url: str) -> str | None:
    """The file that a picture or a link names; None for addresses."""
    name = unquote(url)
    return name if _FILE_NAME.fullmatch(name) and not leads_outside(url) else None


def name_of(params: str) -> str:
    """The kind of a block, from what stands behind its colons."""
    return params.strip().split(" ", 1)[0].lower()


def _may_name_file(url: str) -> bool:
    return leads_outside(url) or _FILE_NAME.fullmatch(unquote(url)) is not None


def _with_blocks(tokens: list[Token], lines: Sequence[str]) -> list[Token]:
    """Give each block what its first lines say, and take these out of its text."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type == OPEN:
            end = _end_of(tokens, index)
            name, target = name_of(token.info), _target(token.info)
            inside = [] if name == QUESTION else tokens[index + 1 : end]
            options = _options_taken(inside) if name in MEDIA else {}
            is_emptied = bool(options) and not inside[1].content
            token.meta["block"] = Block(
                name=name,
                target=target,
                options=options,
                raw=_raw(token, lines) if name == QUESTION else "",
                is_closed=_is_closed(token, lines),
                has_body=any(one.type == "inline" and one.content.strip() for one in inside),
            )
            if name == QUESTION:  # its lines are no Markdown
                kept += [token, tokens[end]]
                index = end + 1
                continue
            if is_emptied:  # its first paragraph was nothing but options
                kept.append(token)
                index += 4
                continue
        kept.append(token)
        index += 1
    return kept


def _target(params: str) -> str:
    return params.strip().partition(" ")[2].strip().strip("<>")


def _end_of(tokens: Sequence[Token], start: int) -> int:
    depth = 0
    for index in range(start, len(tokens)):
        depth += {OPEN: 1, CLOSE: -1}.get(tokens[index].type, 0)
        if not depth:
            return index
    return len(tokens) - 1


def _options_taken(inside: Sequence[Token]) -> dict[str, str]:
    """The options in the first lines of a block, which are the beginning of its first paragraph."""
    options: dict[str, str] = {}
    if len(inside) < 2 or inside[0].type != "paragraph_open":
        return options
    words = inside[1]
    lines = words.content.split("\n")
    while lines and (found := _OPTION.fullmatch(lines[0].strip())):
        key = found[1].lower()
        options[_OPTIONS.get(key, key)] = found[2].strip()
        lines.pop(0)
    if options:
        words.content = "\n".join(lines)
        again = parser(with_files=True).parseInline(words.content)
        words.children = again[0].children if again else []
    return options


def _raw(token: Token, lines: Sequence[str]) -> str:
    start, end = token.map or (0, 0)
    return dedent("\n".join(lines[start + 1 : end])).strip()


def _is_closed(token: Token, lines: Sequence[str]) -> bool:
    end = token.map[1] if token.map else 0
    return end < len(lines) and _ENDS.fullmatch(lines[end].lstrip("> \t")) is not None


def _with_figures(tokens: list[Token]) -> list[Token]:
    """A paragraph that holds nothing but a picture is a figure."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        words = tokens[index + 1] if index + 1 < len(tokens) else None
        if tokens[index].type == "paragraph_open" and words is not None and _is_picture(words):
            figure = Token(FIGURE, "figure", 0, children=words.children, map=words.map, level=words.level)
            figure.content = words.content
            kept.append(figure)
            index += 3
            continue
        kept.append(tokens[index])
        index += 1
    return kept


def _is_picture(words: Token) -> bool:
    parts = [one for one in words.children or () if one.type != "text" or one.content.strip()]
    return words.type == "inline" and len(parts) == 1 and parts[0].type == "image"


def line_of(token: Token) -> int:
    """The line in which it begins, counted from 1."""
    return (token.map[0] if token.map else 0) + 1


def inlines(tokens: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    """Every piece of the running text with its line, counted from 1."""
    for token in tokens:
        line = line_of(token)
        for child in token.children or ():
            yield child, line
            line += child.type in {"softbreak", "hardbreak"}


def words_of(inline: Token) -> str:
    """The plain words of a heading or of a picture's description, on one line."""
    return " ".join("".join(_written(child) for child in inline.children or ()).split())


def attribute(token: Token, name: str) -> str:
    """An attribute as text; empty where there is none."""
    value: Any = token.attrGet(name)
    return "" if value is None else str(value)


def _written(token: Token) -> str:
    return " " if token.type in {"softbreak", "hardbreak"} else token.content
