"""How letters are written: Markdown whose values are only ever text, shown as HTML and as plain text.

Templates of letters are Markdown. Whatever they print is escaped for Markdown, so that a person called
"[click](http://evil)" is greeted by exactly that name; only what is `Written` here is Markdown already.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lms.kernel.links import Links
from lms.web import language

BUTTON = "button"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ue000-\ue002]"
)
_MARK = re.compile("\ue000(\\d+)\ue001")
_listening: ContextVar[list["Sentence"] | None] = ContextVar("listening", default=None)
_markdown = MarkdownIt("commonmark", {"html": False}).enable(["table"])


class Written(str):
    """Markdown that we wrote ourselves, or that has been escaped."""

    __slots__ = ()


def one_line(value: object) -> str:
    """The value as one line of text without control characters."""
    return _CONTROL.sub("", " ".join(str(value).split()))


def escaped(value: object) -> Written:
    """The value as Markdown that shows exactly this text, on one line."""
    if isinstance(value, Written):
        return value
    return Written(_PUNCTUATION.sub(r"\\\1", one_line(value)))


def lines(value: str | Sequence[object]) -> Written:
    """Several lines, each escaped: an address, a note."""
    parts = value.splitlines() if isinstance(value, str) else value
    return Written("\\\n".join(escaped(part) for part in parts if one_line(part)))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message that a letter says, with its values as Markdown; `plural` and `num` where it counts."""

    message: str
    values: Mapping[str, str]
    plural: str = ""
    num: int | None = None

    @property
    def is_about_one(self) -> bool:
        """Whether the singular is meant."""
        return self.num is None or self.num == 1

    def in_language(self) -> str:
        """The words of the current language, nothing filled in."""
        if self.num is None:
            return language.translated(self.message)
        return language.plural_form(self.message, self.plural, self.num)


def gettext(message: str, **values: object) -> Written:
    """The message, to be worded when the letter is whole. It may be Markdown; what is filled in may not."""
    return _said(Sentence(message, _escaped(values)))


def ngettext(singular: str, plural: str, num: int, **values: object) -> Written:
    """Like gettext, for one or several."""
    return _said(Sentence(singular, _escaped({"num": num, **values}), plural, num))


@contextmanager
def listening() -> Iterator[list[Sentence]]:
    """Gather what templates say inside the block; in their text stands a mark for each sentence, which `worded` replaces."""
    said: list[Sentence] = []
    token = _listening.set(said)
    try:
        yield said
    finally:
        _listening.reset(token)


def worded(marked: str, said: Sequence[Sentence], words: Callable[[Sentence], str]) -> str:
    """The text with `words(sentence)` in the place of each mark, and the values in the place of their names.

    A sentence may stand among the values of another.
    """

    def spoken(mark: re.Match[str]) -> str:
        sentence = said[int(mark[1])]
        values = {name: worded(value, said, words) for name, value in sentence.values.items()}
        return words(sentence) % values

    return _MARK.sub(spoken, marked)


def _said(sentence: Sentence) -> Written:
    said = _listening.get()
    if said is None:
        return Written(sentence.in_language() % sentence.values)
    said.append(sentence)
    return Written(f"\ue000{len(said) - 1}\ue001")


def _escaped(values: Mapping[str, object]) -> dict[str, str]:
    return {name: escaped(value) for name, value in values.items()}


def button(label: object, address: str) -> Written:
    """A link that leads to an act, drawn as a button; it stands in a paragraph of its own."""
    return Written(f'[{escaped(label)}](<{address}> "{BUTTON}")')


def named_link(label: object, address: str) -> Written:
    """A link inside a sentence."""
    return Written(f"[{escaped(label)}](<{address}>)")


def as_html(markdown: str, links: Links) -> str:
    """The body as HTML. A link that does not lead to us loses its address and keeps its words (S-65)."""
    tokens = _markdown.parse(markdown)
    for token in _all(tokens):
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
            is_button = token.attrs.pop("title", "") == BUTTON
            if not links.are_ours(address):
                token.attrs.clear()
            elif is_button:
                token.attrSet("class", BUTTON)
        elif token.type == "image":
            token.type, token.tag, token.content = "text", "", token.content
    return str(_markdown.renderer.render(tokens, _markdown.options, {})).strip()


def as_text(markdown: str) -> str:
    """The body as plain text: paragraphs, lists with dashes or numbers, tables line by line, links with address."""
    reading = _Reading()
    for token in _markdown.parse(markdown):
        reading.read(token)
    return "\n\n".join(reading.blocks)


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


class _Reading:
    """Reads tokens and gathers blocks; a whole list or table is one block."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.lists: list[int | None] = []  # the next number of each list we are in; None for dashes
        self.gathered: list[str] = []
        self.cells: list[str] | None = None
        self.mark = ""
        self._is_heading = False

    def read(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(None)
            case "ordered_list_open":
                self.lists.append(int(token.attrGet("start") or 1))
            case "list_item_open":
                self._begin_item()
            case "tr_open":
                self.cells = []
            case "tr_close":
                self.gathered.append(" – ".join(cell for cell in self.cells or () if cell))
                self.cells = None
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
                self._end_block()
            case "table_close":
                self._end_block()
            case "inline":
                self._say(_inline(token.children or []), is_heading=token.level == 1 and self._is_heading)
        self._is_heading = token.type == "heading_open"

    def _begin_item(self) -> None:
        number = self.lists[-1]
        self.mark = "–" if number is None else f"{number}."
        if number is not None:
            self.lists[-1] = number + 1

    def _say(self, words: str, *, is_heading: bool) -> None:
        if self.cells is not None:
            self.cells.append(words)
        elif self.lists:
            indent = "  " * (len(self.lists) - 1)
            words = words.replace("\n", f"\n{indent}  ")
            self.gathered.append(f"{indent}{self.mark or ' '} {words}")
            self.mark = ""
        else:
            self.blocks.append(words.upper() if is_heading else words)

    def _end_block(self) -> None:
        if self.gathered and not self.lists:
            self.blocks.append("\n".join(self.gathered))
            self.gathered = []


def _inline(tokens: Sequence[Token]) -> str:
    said, address, started = [""], "", 0
    for token in tokens:
        match token.type:
            case "text" | "code_inline":
                said.append(token.content)
            case "softbreak":
                said.append(" ")
            case "hardbreak":
                said.append("\n")
            case "link_open":
                address, started = str(token.attrGet("href") or ""), len(said)
                is_button = token.attrGet("title") == BUTTON
            case "link_close":
                label = "".join(said[started:])
                plain = address.removeprefix("mailto:").removeprefix("tel:")
                if plain.replace(" ", "") != label.replace(" ", ""):
                    said.append(f":\n{address}" if is_button else f" ({plain})")
    return "".join(said).strip()
