"""Colours of a design: written as #rrggbb, dark enough to be read, and put where the style sheet names them."""

import re
from collections.abc import Mapping

from certificates.errors import NotAColour, PoorContrast

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, for text of every size
_WRITTEN = re.compile(r"#[0-9a-fA-F]{6}")
_USED = re.compile(r"var\(--([a-z]+)(?:-(\d{1,2}))?\)")
_FULL = 255


def checked(name: str, colour: str, *, is_text: bool) -> str:
    """The colour in small letters. Raises `NotAColour`, and `PoorContrast` for text that would be hard to read on white."""
    if not _WRITTEN.fullmatch(colour):
        raise NotAColour(name, colour)
    if is_text and (ratio := contrast_on_white(colour)) < LEAST_CONTRAST:
        raise PoorContrast(name, colour, ratio)
    return colour.lower()


def contrast_on_white(colour: str) -> float:
    """How many times brighter white is, from 1 to 21, as WCAG 2.2 defines it."""
    red, green, blue = (_linear(channel / _FULL) for channel in _channels(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def painted(source: str, colours: Mapping[str, str]) -> str:
    """A style sheet or SVG in which `var(--accent)` is the colour, and `var(--accent-40)` 40 percent of it on white.

    Raises `NotAColour` for a name that the design does not have.
    """

    def paint(match: re.Match[str]) -> str:
        colour = colours.get(match[1])
        if colour is None:
            raise NotAColour(match[1], match[0])
        return _tint(colour, int(match[2])) if match[2] else colour

    return _USED.sub(paint, source)


def _tint(colour: str, percent: int) -> str:
    mixed = [round(_FULL - (_FULL - channel) * percent / 100) for channel in _channels(colour)]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
