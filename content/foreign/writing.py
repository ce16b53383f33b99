"""Lines of text → Markdown that reads exactly as they did.

Texts from elsewhere know nothing of Markdown: "Teilnehmer*innen und Dozent*innen" would lose its stars and turn
italic in between. So everything that means something in Markdown is escaped, and nothing else is, because staff will
edit the result.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

Style = Literal["", "*", "**"]
Kind = Literal["text", "item", "heading"]

_SPECIAL = re.compile(
    r"[\\`*\[\]|]|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|(?:^|(?<=\s))#(?=#*(?:\s|$))"
)
_BLOCK_AT_START = re.compile(r"[>=+-]|:-")
_NUMBER_AT_START = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))")
_ADDRESS = re.compile(r"https?://[^\s<>\"'„“”»«\[\]]*[^\s<>\"'„“”»«\[\].,;:!?()]")
_NOT_IN_A_TARGET = re.compile(r"[\s<>\\()]")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_INSIDE_SPACES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_HARD_BREAK = "  \n"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in one style, or the words of a link."""

    text: str
    style: Style = ""
    target: str = ""


@dataclass(slots=True)
class Line:
    """One line as people see it. An empty one parts paragraphs; an item with a number belongs to a numbered list."""

    pieces: list[Piece] = field(default_factory=list)
    kind: Kind = "text"
    depth: int = 0
    number: int = 0
    level: int = 0

    @property
    def text(self) -> str:
        """The words without style or link."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not self.text.strip()


def markdown_from(lines: Iterable[Line]) -> str:
    """The lines as Markdown: neighbouring lines of text become one paragraph with its line breaks kept."""
    seen = (line for line in lines if line.kind == "text" or not line.is_empty)
    blocks: list[str] = []
    for kind, run in groupby(seen, key=lambda line: "gap" if line.is_empty else line.kind):
        if kind == "text":
            blocks.append(_HARD_BREAK.join(_inline(line) for line in run))
        elif kind == "heading":
            blocks.extend(f"{'#' * line.level} {_inline(line)}" for line in run)
        elif kind == "item":
            blocks.append(_list(run))
    return "\n\n".join(blocks)


def _list(items: Iterable[Line]) -> str:
    """Items, the deeper ones indented under the one above by as much as its marker is wide."""
    written: list[str] = []
    widths: list[int] = []
    for item in items:
        above = widths[: item.depth]
        marker = f"{item.number}. " if item.number else "- "
        written.append(" " * sum(above) + marker + _inline(item))
        widths = [*above, len(marker)]
    return "\n".join(written)


def _inline(line: Line) -> str:
    written = ""
    for piece in _joined(line.pieces):
        word = _link(piece) if piece.target else _styled(piece)
        if word.startswith("*") and written.endswith("*"):
            word = _escaped(piece.text)  # two emphases that touch would be read as one of another kind
        if word.startswith("[") and written.endswith("!"):
            written = rf"{written[:-1]}\!"  # not a picture
        written += word
    return _without_meaning_at_start(" ".join(written.split()))


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for (style, target), run in groupby(pieces, key=lambda piece: (piece.style, piece.target)):
        yield Piece("".join(piece.text for piece in run), style, target)


def _styled(piece: Piece) -> str:
    """The words between their stars; without, where Markdown would show the stars instead."""
    inside = _INSIDE_SPACES.fullmatch(piece.text)
    if not piece.style or inside is None or not (inside[2][:1].isalnum() and inside[2][-1:].isalnum()):
        return _escaped(piece.text)
    return f"{inside[1]}{piece.style}{_without_meaning(inside[2])}{piece.style}{inside[3]}"


def _link(piece: Piece) -> str:
    words = _without_meaning(piece.text.strip())
    target = _NOT_IN_A_TARGET.sub(lambda found: f"%{ord(found[0]):02X}", piece.target.strip())
    target = _ENTITY.sub(r"\\&", target)
    return f"[{words}]({target})" if words else ""


def _escaped(text: str) -> str:
    """The text with its web addresses as links."""
    written, end = "", 0
    for address in _ADDRESS.finditer(text):
        written += f"{_without_meaning(text[end : address.start()])}<{address[0]}>"
        end = address.end()
    return written + _without_meaning(text[end:])


def _without_meaning(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _without_meaning_at_start(line: str) -> str:
    if _BLOCK_AT_START.match(line):
        return rf"\{line}"
    return _NUMBER_AT_START.sub(r"\1\\", line, count=1) if _NUMBER_AT_START.match(line) else line
