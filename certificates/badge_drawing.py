"""The picture of a badge: a mosaic that belongs to one course, the kind of paper, the course, and who vouches for it.

Drawn twice from one plan, as SVG and as PNG. It names no person: whoever shows it, shows what was achieved. The type of
the SVG is outlines, so that it looks alike where our fonts are not; its title says the same as text.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from xml.sax.saxutils import escape

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from certificates.fonts import FontFace, Fonts

SIDE = 640
_TILE, _GAP, _COLUMNS, _ROWS = 40, 3, 16, 5
_MARGIN = 48
_WIDEST = SIDE - 2 * _MARGIN
_SHADES = ("#12505b", "#2f7480", "#6aa3a9", "#a9cbcd", "#e3eeef")
_SPARK, _INK, _QUIET, _PAPER = "#d9982b", "#12505b", "#4a5a61", "#ffffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What the picture says. `seed` chooses the mosaic: the same for everybody with this achievement."""

    kind: str
    course: str
    issuer: str
    seed: str


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of type: its baseline, size and weight."""

    text: str
    y: int
    size: int
    weight: int
    colour: str


def as_svg(badge: Badge, fonts: Fonts) -> bytes:
    """The picture as SVG without script, style sheet or anything from elsewhere; other signs than Latin as `as_png` does."""
    label = escape(_writable(f"{badge.kind}: {badge.course} – {badge.issuer}"))
    tiles = "".join(
        f'<rect x="{x}" y="{y}" width="{_TILE - _GAP}" height="{_TILE - _GAP}" fill="{colour}"/>'
        for x, y, colour in _mosaic(badge.seed)
    )
    lines = "".join(
        f'<path fill="{line.colour}" d="{_outlines(line, fonts)}"/>' for line in _lines(badge, fonts)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}"'
        f' role="img" aria-labelledby="title"><title id="title">{label}</title>'
        f'<defs><clipPath id="outline"><rect width="{SIDE}" height="{SIDE}" rx="40"/></clipPath></defs>'
        f'<g clip-path="url(#outline)"><rect width="{SIDE}" height="{SIDE}" fill="{_PAPER}"/>{tiles}'
        f'<rect y="{SIDE - 12}" width="{SIDE}" height="12" fill="{_INK}"/></g>'
        f'<rect x="2" y="2" width="{SIDE - 4}" height="{SIDE - 4}" rx="38" fill="none" stroke="{_INK}" stroke-width="4"/>'
        f"{lines}</svg>"
    ).encode()


def as_png(badge: Badge, fonts: Fonts) -> bytes:
    """The picture as PNG. Characters the fonts lack are shown as a question mark."""
    sheet = Image.new("RGB", (SIDE, SIDE), _PAPER)
    pen = ImageDraw.Draw(sheet)
    for x, y, colour in _mosaic(badge.seed):
        pen.rectangle((x, y, x + _TILE - _GAP - 1, y + _TILE - _GAP - 1), fill=colour)
    pen.rectangle((0, SIDE - 12, SIDE, SIDE), fill=_INK)
    for line in _lines(badge, fonts):
        words = fonts.printable(line.text)
        pen.text(
            (_MARGIN, line.y), words, fill=line.colour, font=_face(fonts, line.weight, line.size), anchor="ls"
        )
    pen.rounded_rectangle((1, 1, SIDE - 2, SIDE - 2), radius=40, outline=_INK, width=4)
    mask = Image.new("L", (2 * SIDE, 2 * SIDE), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 2 * SIDE - 1, 2 * SIDE - 1), radius=80, fill=255)
    sheet.putalpha(mask.resize((SIDE, SIDE)))
    written = BytesIO()
    sheet.save(written, "PNG", optimize=True)
    return written.getvalue()


def _mosaic(seed: str) -> Iterator[tuple[int, int, str]]:
    """Tiles from the top, thinning out downwards; one of them shines."""
    chance = hashlib.shake_128(seed.encode()).digest(2 * _COLUMNS * _ROWS + 1)
    shining = chance[-1] % _COLUMNS
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            at = 2 * (row * _COLUMNS + column)
            if row > 1 and chance[at] % _ROWS < row - 1:
                continue
            is_spark = row == 1 and column == shining
            colour = _SPARK if is_spark else _SHADES[min(row + chance[at + 1] % 3, len(_SHADES) - 1)]
            yield column * _TILE + _GAP // 2, row * _TILE + _GAP // 2, colour


def _lines(badge: Badge, fonts: Fonts) -> list[_Line]:
    size, lines = _broken(badge.course, fonts)
    return [
        _fitting(badge.kind, 284, 400, fonts),
        *(_Line(text, 352 + at * round(size * 1.2), size, 600, _INK) for at, text in enumerate(lines)),
        _fitting(badge.issuer, SIDE - 44, 500, fonts),
    ]


def _fitting(text: str, y: int, weight: int, fonts: Fonts) -> _Line:
    """One line that is never broken: smaller where it is long, cut where it is endless."""
    for size in (26, 23, 20):
        if _face(fonts, weight, size).getlength(text[:400]) <= _WIDEST:
            break
    return _Line(_shortened(text, _face(fonts, weight, size)), y, size, weight, _QUIET)


def _broken(text: str, fonts: Fonts) -> tuple[int, list[str]]:
    """The largest size at which the title needs no more lines than there is room for; at the smallest it is cut."""
    for size, most in ((52, 3), (42, 4), (34, 5), (28, 6)):
        face = _face(fonts, 600, size)
        lines = _wrapped(text, face)
        if len(lines) <= most and all(face.getlength(word[:400]) <= _WIDEST for word in text.split()):
            return size, lines
    if len(lines) <= most:
        return size, lines
    last = _shortened(" ".join(lines[most - 1 :]), _face(fonts, 600, size))
    return size, [*lines[: most - 1], last]


def _wrapped(text: str, face: ImageFont.FreeTypeFont) -> list[str]:
    lines = [""]
    for word in text.split()[:200]:
        joined = f"{lines[-1]} {word}".strip()
        if face.getlength(joined[:400]) <= _WIDEST:
            lines[-1] = joined
        else:
            lines += [_shortened(word, face)]
    return [line for line in lines if line]


def _shortened(text: str, face: ImageFont.FreeTypeFont) -> str:
    if face.getlength(text[:400]) <= _WIDEST and len(text) <= 400:
        return text
    kept = text[:80]
    while kept and face.getlength(f"{kept}…") > _WIDEST:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _outlines(line: _Line, fonts: Fonts) -> str:
    font = _opened(_nearest(fonts, line.weight))
    glyphs, names, scale = font.getGlyphSet(), font.getBestCmap(), line.size / font["head"].unitsPerEm
    pen, x = SVGPathPen(glyphs, ntos=lambda number: f"{number:.1f}".rstrip("0").rstrip(".")), float(_MARGIN)
    for sign in fonts.printable(line.text):
        if (name := names.get(ord(sign))) is not None:
            glyphs[name].draw(TransformPen(pen, (scale, 0, 0, -scale, x, line.y)))
            x += glyphs[name].width * scale
    return str(pen.getCommands())


@lru_cache(maxsize=4)
def _opened(face: FontFace) -> TTFont:
    return TTFont(BytesIO(face.data))


@lru_cache(maxsize=32)
def _sized(face: FontFace, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(face.data), size)


def _face(fonts: Fonts, weight: int, size: int) -> ImageFont.FreeTypeFont:
    return _sized(_nearest(fonts, weight), size)


def _nearest(fonts: Fonts, weight: int) -> FontFace:
    return min(fonts.faces, key=lambda face: abs(face.weight - weight))


def _writable(text: str) -> str:
    """Without the signs that no XML may hold."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n\r" or 0x20 <= ord(sign) <= 0xD7FF or 0xE000 <= ord(sign) <= 0xFFFD or ord(sign) > 0xFFFF
    )  # fmt: skip
