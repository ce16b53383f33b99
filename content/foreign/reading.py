"""Texts from elsewhere → Markdown.

Course texts arrive as plain text, as HTML, or as plain text with some HTML in it, written by many hands. Only clean
Markdown is stored. Scripts, pictures, forms and whatever was hidden from readers are left out; what people could
read stays.
"""

import re
from html.parser import HTMLParser

from nh3 import Cleaner

from content.foreign.typewritten import continued, with_lists
from content.foreign.writing import Line, Piece, Style, markdown_from
from content.safety import LINK_SCHEMES

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_BLOCKS = frozenset({"p", "div", "section", "article", "blockquote", "pre", "table", "ul", "ol"})
_STYLES: dict[str, Style] = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_VOID = frozenset({"br", "hr"})
_READ = (
    frozenset(_HEADINGS)
    | _BLOCKS
    | frozenset(_STYLES)
    | _VOID
    | {"a", "li", "tr", "td", "th", "span", "small"}
)

# Styles are let through here only to see what they hide; nothing of this stage is ever shown.
_tidy = Cleaner(
    tags=set(_READ),
    attributes={"a": {"href"}, "*": {"style", "hidden"}},
    url_schemes=set(LINK_SCHEMES),
    url_relative="deny",
    link_rel=None,
)
_HIDES = re.compile(
    r"visibility\s*:\s*hidden|display\s*:\s*none|font-size\s*:\s*0(?!\.?[1-9])|opacity\s*:\s*0(?!\.)",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2028\u2029\ufeff\ufff9-\uffff]"
)
_NOT_A_TAG = re.compile(
    r"<(?!/?(?:a|abbr|article|audio|b|base|blockquote|body|br|button|center|code|dd|del|details|div|dl|dt|em|embed|font"
    r"|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|math|meta|nav|noscript"
    r"|object|ol|option|p|picture|pre|s|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg"
    r"|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|u|ul|video)(?:[\s/>]|$)|!--|!doctype)",
    re.IGNORECASE,
)
_NOT_AN_ENTITY = re.compile(r"&(?!#?\w+;)")
_BREAK = re.compile(r" ?\n? ?<br\s*/?> ?\n?", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_BLANKS = re.compile(r"[^\S\n]+")


def markdown_of(text: str) -> str:
    """The text as Markdown that reads as the text did: paragraphs, line breaks, lists, bold, links.

    Line ends count, except inside HTML paragraphs and the like, where they mean nothing. Lines that begin with a dash
    or a bullet become a list; a line that was only wrapped is joined again.
    """
    return markdown_from(continued(with_lists(_lines(text))))


def hides_text(text: str) -> bool:
    """Whether the text carries words its readers were not meant to see, such as keywords for search engines."""
    return bool(_HIDES.search(text))


def has_html(text: str) -> bool:
    """Whether there is any HTML in the text, as opposed to a lonely "<"."""
    return _NOT_A_TAG.sub("", text).count("<") > 0


def _lines(text: str) -> list[Line]:
    text = _BLANKS.sub(" ", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    text = _NOT_AN_ENTITY.sub("&amp;", _NOT_A_TAG.sub("&lt;", text))
    walk = _Walk()
    walk.feed(_tidy.clean(_BREAK.sub("<br>", text)))
    walk.close()
    return walk.lines


class _Walk(HTMLParser):
    """Turns tidy HTML into lines, as somebody would who reads it aloud."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = [Line()]
        self.hidden = 0
        self.blocks = 0
        self.literal = 0
        self.styles: list[Style] = []
        self.target = ""
        self.lists: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _VOID:
            self.break_line(gap=tag == "hr")
        elif self.hidden or "hidden" in given or _HIDES.search(given.get("style") or ""):
            self.hidden += 1
        elif tag in _STYLES:
            self.styles.append(_STYLES[tag])
        elif tag == "a":
            self.target = given.get("href") or ""
        else:
            self.open_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            self.hidden -= 1
        elif tag in _STYLES:
            self.styles.pop()
        elif tag == "a":
            self.target = ""
        else:
            self.close_block(tag)

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.blocks and not self.literal:
            self.say(_SPACES.sub(" ", data))
            return
        first, *others = data.split("\n")
        self.say(first)
        for line in others:
            self.break_line(gap=False)
            self.say(line)

    def open_block(self, tag: str) -> None:
        if tag in _HEADINGS:
            self.blocks += 1
            self.lines.append(Line(kind="heading", level=_HEADINGS[tag]))
        elif tag == "li":
            self.open_item()
        elif tag in {"td", "th"} and not self.lines[-1].is_empty:
            self.say(" – ")
        elif tag == "tr":
            self.break_line(gap=False)
        elif tag in _BLOCKS:
            self.blocks += 1
            self.literal += tag == "pre"
            if tag in {"ul", "ol"}:
                self.lists.append(0 if tag == "ul" else 1)
            else:
                self.break_line(gap=True)

    def open_item(self) -> None:
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        self.lines.append(Line(kind="item", depth=max(len(self.lists) - 1, 0), number=number))

    def close_block(self, tag: str) -> None:
        if tag in _BLOCKS or tag in _HEADINGS:
            self.blocks -= 1
            self.literal -= tag == "pre"
            if tag in {"ul", "ol"}:
                self.lists.pop()
            if not self.lists:
                self.break_line(gap=True)

    def break_line(self, *, gap: bool) -> None:
        """Begin a new line; in a list the item goes on, because Markdown's lists are easily broken."""
        if self.lists:
            self.say(" ")
            return
        self.lines += [Line(), Line()] if gap else [Line()]

    def say(self, words: str) -> None:
        self.lines[-1].pieces.append(Piece(words, self.styles[0] if self.styles else "", self.target))
