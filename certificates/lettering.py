"""Lines of text, set again with other words by the very means WeasyPrint sets and draws them.

A line remembers where it stands and how its pieces look. Setting it gives the operators WeasyPrint would write
into the page, or refuses: when the words do not fit the line, need another font, have a sign that was not prepared,
or would be read out of the file as something else (right to left, for instance). Then the page has to be laid out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import weasyprint
from weasyprint.draw.text import draw_first_line
from weasyprint.formatting_structure import boxes
from weasyprint.matrix import Matrix
from weasyprint.pdf.stream import Stream
from weasyprint.text.line_break import Layout, line_size

NO_BREAK = "\u00a0"
_GLYPHS = re.compile(rb"<([0-9a-f]*)>")
_SPARE = 0.5  # pixels; what comes so close to the edge is left to the layout engine

# What is prepared, so that it can be set later. In this order: where two signs share a glyph, the first names it.
_PLAIN = "".join(map(chr, range(0x20, 0x7F))) + NO_BREAK + "ÄÖÜäöüß–·’"
_NAMES = _PLAIN + "".join(map(chr, [*range(0xC0, 0x180), *range(0x218, 0x21C)])) + "ẞ‘“”„"
_LIGATURES = ("fi", "fl", "ff", "ffi", "ffl", "fb", "fh", "fj", "fk", "ft", "tt")
_WITH_NAMES = {"name", "running"}


class Misfit(Exception):  # never leaves the package
    """These words cannot be set on this line."""


@dataclass(slots=True)
class Piece:
    """A stretch of one style. Its words are fixed text and the numbers of entries, in order."""

    words: tuple[str | int, ...]
    style: Any = field(repr=False)
    y: float
    """Its baseline, from the top of the page; pixels."""
    lead: float
    """From the end of the piece before it, or from where the line begins; pixels."""
    font: bytes = b""
    """The operator that chooses its font, as it was drawn."""

    def text(self, values: Sequence[str]) -> str:
        return "".join(word if isinstance(word, str) else values[word] for word in self.words)


@dataclass(slots=True)
class Line:
    """The part of a line that varies: from the first entry on, or all of it where it is centred or flush right."""

    pieces: list[Piece]
    left: float
    """Where it begins if it is flush left, else where the space for it begins; pixels."""
    space: float
    tail: float
    align: Literal["start", "center", "end"]
    room: float = 0.0
    """What was left on the line above: something shorter would have stood there; pixels."""


@dataclass(frozen=True, slots=True)
class Set:
    """A piece with its words set: the operators between BT and ET, and from where to where it stands."""

    operators: tuple[bytes, ...]
    begins: float
    ends: float


@dataclass(slots=True)
class _Box:
    """As much of a text box as drawing asks for."""

    text: str
    style: Any
    pango_layout: Any
    baseline: float = 0.0


class Type:
    """The letters of one document: which were prepared, and a stream to try lines in."""

    def __init__(self, document: weasyprint.Document) -> None:
        self.fonts: dict[str, Any] = document.fonts
        self._configuration = document.font_config  # without it the fonts would be gone
        self._scratch = Stream(self.fonts, (0, 0, 1, 1), {"ExtGState": {}}, {}, None, {}, None)
        self._prepared: dict[str, dict[int, str]] = {}

    def prepare(self, piece: Piece, fields: set[str], shown: frozenset[int]) -> None:
        """Take into the fonts whatever this piece may need; `shown` are the code points the fonts have."""
        signs = _NAMES if fields & _WITH_NAMES else _PLAIN
        known = " ".join(sign for sign in signs if ord(sign) in shown)
        for text in (known, " ".join(_LIGATURES)):
            self._drawn(piece, _laid_out(text, piece), text, 0)

    def close(self) -> None:
        """From now on nothing is added: the fonts are going to be embedded as they are."""
        self._prepared = {key: dict(font.to_unicode) for key, font in self.fonts.items()}

    def set(self, line: Line, values: Sequence[str]) -> list[Set]:
        """Every piece of the line with these values. Raises Misfit."""
        laid = []
        for piece in line.pieces:
            text = piece.text(values)
            layout = _laid_out(text, piece)
            first, following = layout.get_first_line()
            is_blank = not text.strip()
            if following is not None or (is_blank and any(isinstance(word, int) for word in piece.words)):
                raise Misfit(text)
            width, _ = line_size(first, piece.style)
            laid.append((piece, text, layout, width))
        total = sum(piece.lead + width for piece, _, _, width in laid) + line.tail
        if total + _SPARE > line.space or (line.room and laid[0][3] - _SPARE < line.room):
            raise Misfit
        spare = line.space - total
        at = line.left + {"start": 0.0, "center": spare / 2, "end": spare}[line.align]
        pieces = []
        for piece, text, layout, width in laid:
            at += piece.lead
            operators: tuple[bytes, ...] = ()
            if text.strip():  # blanks between two entries are not drawn
                operators = self._drawn(piece, layout, text, at)
                self._ensure_readable(piece, operators, text)
            pieces.append(Set(operators, at, at + width))
            at += width
        return pieces

    def _drawn(self, piece: Piece, layout: Any, text: str, x: float) -> tuple[bytes, ...]:
        scratch = self._scratch
        scratch.stream = []
        scratch.begin_text()
        box = _Box(text, piece.style, layout)
        emojis = draw_first_line(scratch, box, "clip", "none", Matrix(d=-1, e=x, f=piece.y))
        scratch.end_text()
        if emojis:
            raise Misfit(text)
        return tuple(scratch.stream[1:-1])

    def _ensure_readable(self, piece: Piece, operators: tuple[bytes, ...], text: str) -> None:
        """One font, the one that was drawn with, and only glyphs that say what the text says."""
        if not self._prepared:
            return
        chosen = [operator for operator in operators if operator.endswith(b" Tf")]
        piece.font = piece.font or chosen[0]  # of the specimen, which is set first
        if self._grew() or chosen != [piece.font]:
            raise Misfit(text)
        meaning = self.fonts_by_name()[piece.font.split(b" ")[0][1:].decode()]
        glyphs = b"".join(
            glyph for operator in operators if operator.endswith(b"TJ") for glyph in _GLYPHS.findall(operator)
        )
        said = "".join(meaning.get(int(glyphs[at : at + 4], 16), "\0") for at in range(0, len(glyphs), 4))
        if said.replace(NO_BREAK, " ") != text.replace(NO_BREAK, " "):
            raise Misfit(text)

    def fonts_by_name(self) -> dict[str, dict[int, str]]:
        return {self.fonts[key].hash: meaning for key, meaning in self._prepared.items()}

    def _grew(self) -> bool:
        """Whether drawing asked for more than was prepared; if so it is forgotten again."""
        grew = False
        for key in list(self.fonts):
            if key not in self._prepared:
                del self.fonts[key]
                grew = True
            elif len(self.fonts[key].to_unicode) != len(self._prepared[key]):
                self.fonts[key].to_unicode = dict(self._prepared[key])
                grew = True
        return grew


def _laid_out(text: str, piece: Piece) -> Layout:
    layout = Layout(piece.style)
    layout.set_text(text, justify=True)
    return layout


def lines_with(page: weasyprint.document.Page, tokens: Sequence[str]) -> list[tuple[Line, list[Any]]]:
    """The lines on a page that hold any of the tokens, with the text boxes of their pieces. Raises Misfit."""
    root = page._page_box  # noqa: SLF001  # WeasyPrint gives it out by no other way
    floats = [box for box in root.descendants() if getattr(box, "is_floated", bool)()]
    return [
        _line(parent, line, tokens, floats)
        for parent in _parents(root)
        for line in parent.children
        if isinstance(line, boxes.LineBox) and any(token in _words(line) for token in tokens)
    ]


def _parents(box: Any) -> Iterator[Any]:
    """All boxes that hold lines, also in margins, in footnotes, and where they are put absolutely."""
    box = getattr(box, "_box", box)
    if not isinstance(box, boxes.ParentBox):
        return
    if any(isinstance(child, boxes.LineBox) for child in box.children):
        yield box
    for child in box.all_children():
        yield from _parents(child)


def _words(line: Any) -> str:
    return "\n".join(leaf.text for leaf in _leaves(line) if isinstance(leaf, boxes.TextBox))


def _leaves(box: Any) -> Iterator[Any]:
    for child in box.children:
        if isinstance(child, boxes.InlineBox):
            yield from _leaves(child)
        else:
            yield child


def _line(parent: Any, line: Any, tokens: Sequence[str], floats: list[Any]) -> tuple[Line, list[Any]]:
    leaves = list(_leaves(line))
    if not all(isinstance(leaf, boxes.TextBox) for leaf in leaves) or line.style["direction"] != "ltr":
        raise Misfit
    if any(leaf.style["text_decoration_line"] != "none" for leaf in leaves):
        raise Misfit
    align = _alignment(line)
    begins = parent.content_box_x()
    right = min(
        [begins + parent.width, *(box.position_x for box in floats if _is_beside(box, line))],
    )
    first = 0
    if align == "start":
        first = next(at for at, leaf in enumerate(leaves) if any(token in leaf.text for token in tokens))
        begins = leaves[first].position_x
    end = begins if align == "start" else line.position_x
    pieces = []
    for leaf in leaves[first:]:
        pieces.append(
            Piece(
                words=_with_numbers(leaf.text, tokens),
                style=leaf.style,
                y=leaf.position_y + leaf.baseline,
                lead=leaf.position_x - end,
            )
        )
        end = leaf.position_x + leaf.width
    tail = 0.0 if align == "start" else line.position_x + line.width - end
    room = _room_above(parent, line, leaves[first]) if first == 0 else 0.0
    return Line(pieces, begins, right - begins, tail, align, room), leaves[first:]


def _room_above(parent: Any, line: Any, leaf: Any) -> float:
    at = next(number for number, child in enumerate(parent.children) if child is line)
    if at == 0:
        return 0.0
    if leaf.style["white_space"] != "nowrap":  # a word of it might have stood above
        raise Misfit
    above = parent.children[at - 1]
    return float(parent.content_box_x() + parent.width - above.position_x - above.width)


def _alignment(line: Any) -> Literal["start", "center", "end"]:
    last = line.style["text_align_last"]
    match line.style["text_align_all"] if last == "auto" else last:
        case "left" | "start":
            return "start"
        case "right" | "end":
            return "end"
        case "center":
            return "center"
    raise Misfit


def _is_beside(box: Any, line: Any) -> bool:
    return bool(
        box.position_x > line.position_x
        and box.position_y < line.position_y + line.height
        and box.position_y + box.margin_height() > line.position_y
    )


def _with_numbers(text: str, tokens: Sequence[str]) -> tuple[str | int, ...]:
    """The text with the number of each token in its place."""
    pattern = re.compile("|".join(f"({re.escape(token)})" for token in tokens))
    words: list[str | int] = []
    start = 0
    for match in pattern.finditer(text):
        words += [
            *([text[start : match.start()]] if match.start() > start else []),
            (match.lastindex or 1) - 1,
        ]
        start = match.end()
    return (*words, *([text[start:]] if start < len(text) else []))
