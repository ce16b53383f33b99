"""Pages of others → the Markdown of lessons, with their pictures, films and files.

The house's own `content.foreign` makes the text; what it would leave out is put aside before and put back behind, each in a
paragraph of its own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath

from lxml import etree, html

from content.errors import N_
from content.foreign import markdown_of
from content.media import PICTURES, SOUNDS, VIDEOS, ending
from content.packages.gathering import Gathering
from content.packages.markup import Element, read_html, text_of, words

_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: neither HTML nor Markdown gives them a meaning
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_GONE = (
    "script",
    "style",
    "noscript",
    "template",
    "head",
    "form",
    "select",
    "button",
    "object",
    "applet",
    "nav",
)
_ACTED_ON = frozenset({"form", "select", "button", "object", "applet", "canvas", "svg", "math"})
_HIGH = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOW = str.maketrans("0123456789+-−=()n", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₙ")
_RAISED = re.compile(r"[0-9+\-−=()n]{1,12}")
_KNOWN = frozenset(
    [
        "a",
        "abbr",
        "article",
        "b",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "code",
        "dd",
        "del",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "i",
        "label",
        "li",
        "link",
        "main",
        "ol",
        "p",
        "pre",
        "s",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ]
)
_LONGEST = 190_000
_WEB = ("http://", "https://")
_LONGEST_CELL = 300


@dataclass(slots=True)
class PageReader:
    """Turns pages of one package into Markdown. `resolve` finds the file an address means, seen from a folder of the package."""

    gathering: Gathering
    resolve: Callable[[str, str], Path | None]
    aside: list[str] = field(default_factory=list)

    def markdown(self, text: str, *, base: str = "", place: str = "") -> str:
        """The page's body as Markdown; the report hears what did not come along. Never raises."""
        body = read_html(_PRIVATE.sub("", text[: _LONGEST * 5]))
        if body is None:
            return ""
        self.aside = []
        _without_scripts(body, lambda message: self.gathering.report.changed(place, message))
        _with_small_signs(body)
        for node in list(body.iter(etree.Element)):
            self._put_aside(node, base, place)
        for node in body.iter(etree.Element):
            if str(node.tag).lower() not in _KNOWN:
                node.tag = "span"  # what HTML does not know would be shown as text with its brackets
        inside = body.find("body")
        source = html.tostring(body if inside is None else inside, encoding="unicode")
        return self._put_back(markdown_of(source))[:_LONGEST]

    def inline(self, text: str, *, base: str = "", place: str = "") -> str:
        """A short text, such as an answer, in one line."""
        return " ".join(self.markdown(text, base=base, place=place).split())

    def _put_aside(self, node: Element, base: str, place: str) -> None:
        tag = str(node.tag).lower()
        if tag == "img":
            _replace(node, self._picture(node, base, place))
        elif tag in {"video", "audio"}:
            _replace(node, self._film(node, tag, base, place))
        elif tag in {"iframe", "embed"}:
            _replace(node, self._frame(node, base, place))
        elif tag == "a":
            self._link(node, base, place)
        elif tag == "pre":
            _replace(node, self._mark(_fenced(text_of(node))))
        elif tag == "table" and (table := _table(node)):
            _replace(node, self._mark(table))

    def _mark(self, markdown: str) -> str:
        self.aside.append(markdown)
        return f"{_OPEN}{len(self.aside) - 1}{_CLOSE}"

    def _picture(self, node: Element, base: str, place: str) -> str:
        name = self._taken(node.get("src", ""), base, place)
        if name is None:
            return ""
        alt = _plain(node.get("alt", "")) or _plain(node.get("title", ""))
        if not alt:
            alt = PurePosixPath(name).stem.replace("-", " ")
            self.gathering.report.changed(
                place,
                N_("The picture %(name)s has no description; its name stands there for now."),
                name=name,
            )
        return self._mark(f"![{alt}]({name})")

    def _film(self, node: Element, kind: str, base: str, place: str) -> str:
        addresses = [node.get("src", ""), *(source.get("src", "") for source in node.iter("source"))]
        name = next(
            (one for one in (self._taken(each, base, place) for each in addresses if each) if one), None
        )
        if name is None:
            return ""
        track = next((self._taken(one.get("src", ""), base, place) for one in node.iter("track")), None)
        if kind == "video" and not track:
            self.gathering.report.changed(
                place, N_("The film %(name)s still needs captions and its words as text."), name=name
            )
        captions = f"Untertitel: {track}\n" if track else ""
        return self._mark(f"::: {kind} {name}\n{captions}\n:::")

    def _frame(self, node: Element, base: str, place: str) -> str:
        address = node.get("src", "").strip()
        if address.startswith("//"):
            address = f"https:{address}"
        if address.startswith(_WEB):
            self.gathering.report.changed(place, N_("A page shown inside this one became a link."))
            return self._mark(f"<{_in_link(address)}>")
        name = self._taken(address, base, place)
        return self._mark(_file_block(name, _plain(node.get("title", "")) or name)) if name else ""

    def _link(self, node: Element, base: str, place: str) -> None:
        address = node.get("href", "").strip()
        if not address or address.startswith(("#", *_WEB, "mailto:", "tel:")):
            return
        path = self.resolve(address, base)
        if path is None or ending(path.name) in {"html", "htm", "xhtml"}:
            return
        name = self.gathering.take(path, place=place)
        if name is None:
            return
        label = _plain(words(node)) or name
        if ending(name) in PICTURES and len(node):
            return
        mark = self._mark(_film_block(name) or _file_block(name, label))
        node.tail = f"{mark}{node.tail or ''}"

    def _taken(self, address: str, base: str, place: str) -> str | None:
        if address.startswith(("data:", "//", *_WEB)):
            self.gathering.report.left(place, N_("Pictures and films from other pages do not come along."))
            return None
        path = self.resolve(address, base) if address else None
        if path is None:
            if address:
                self.gathering.report.left(
                    place, N_("The file %(name)s is not in the package."), name=address[:100]
                )
            return None
        return self.gathering.take(path, place=place)

    def _put_back(self, markdown: str) -> str:
        blocks = []
        for block in markdown.split("\n\n"):
            numbers = [int(found) for found in _MARK.findall(block)]
            text = re.sub(r"[ \t]+", " ", _MARK.sub(" ", block)) if numbers else block
            if re.search(r"\w", text) or not numbers:
                blocks.append(text.strip(" ") if numbers else text)
            blocks += [self.aside[number] for number in numbers if number < len(self.aside)]
        return "\n\n".join(block for block in blocks if block.strip())


def _without_scripts(body: Element, tell: Callable[[str], None]) -> None:
    gone = [node for node in body.iter(etree.Element) if str(node.tag).lower() in _GONE]
    if any(str(node.tag).lower() == "script" for node in gone):
        tell(N_("A script on the page was left out."))
    if any(str(node.tag).lower() in _ACTED_ON for node in body.iter(etree.Element)):
        tell(N_("A form, a formula or a drawing made of code on the page did not come along as it was."))
    for node in gone:
        if node.getparent() is not None:
            _drop(node)


def _with_small_signs(body: Element) -> None:
    """Raised and lowered numbers become signs of their own, as Markdown has neither: x² stays, and does not turn into x2."""
    for node in body.iter("sup", "sub"):
        text = text_of(node).strip()
        if not len(node) and _RAISED.fullmatch(text):
            node.text = text.translate(_HIGH if node.tag == "sup" else _LOW)


def _drop(node: Element, instead: str = "") -> None:
    """Take the node out and keep what comes behind it."""
    parent, before = node.getparent(), node.getprevious()
    tail = instead + (node.tail or "")
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(node)


def _replace(node: Element, mark: str) -> None:
    _drop(node, mark)


def _plain(text: str) -> str:
    """Words that mean nothing in Markdown, in one line."""
    return re.sub(r"([\\`*_\[\]<>\"])", r"\\\1", " ".join(text.split()))[:300]


def _in_link(address: str) -> str:
    return re.sub(r"[\s<>]", "", address)[:2_000]


def _file_block(name: str, label: str | None) -> str:
    return f"::: datei {name}\n{label or name}\n:::"


def _film_block(name: str) -> str:
    kind = "video" if ending(name) in VIDEOS else "audio" if ending(name) in SOUNDS else ""
    return f"::: {kind} {name}\n\n:::" if kind else ""


def _fenced(text: str) -> str:
    text = text.strip("\n")
    fence = next(mark for mark in ("`" * length for length in count(3)) if mark not in text)
    return f"{fence}\n{text}\n{fence}"


def _table(node: Element) -> str:
    """A table of words as Markdown; "" for one that is only there for the looks, or holds more than words."""
    rows = [list(_cells(row)) for row in node.iter("tr")]
    width = max((len(row) for row in rows), default=0)
    is_simple = (
        len(rows) > 1
        and 1 < width <= 12
        and all(len(row) == width for row in rows)
        and not any(
            True
            for _ in node.iter("img", "ul", "ol", "table", "video", "p")
            if _ is not node and _.tag != "p"
        )
    )
    texts = [[_plain(words(cell)).replace("|", "\\|") for cell in row] for row in rows]
    if not is_simple or any(
        _MARK.search(text) or len(text) >= _LONGEST_CELL for row in texts for text in row
    ):
        return ""
    lines = [f"| {' | '.join(row)} |" for row in texts]
    return "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])


def _cells(row: Element) -> Iterator[Element]:
    return (cell for cell in row if cell.tag in {"td", "th"})
