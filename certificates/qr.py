"""The QR code as a drawing that scales, with words for those who do not see it."""

from html import escape

import segno

QUIET_ZONE = 4
# Readers undo any of the eight masks; trying all of them for the prettiest costs four times the time.
MASK = 3


def qr_svg(content: str, *, alt: str) -> str:
    """Inline SVG, one module one unit, quiet zone included; its title is the text instead of the picture."""
    return drawn(segno.make(content, error="m", micro=False, mask=MASK, boost_error=False).matrix, alt=alt)


def drawn(matrix: tuple[bytearray, ...], *, alt: str) -> str:
    """The drawing of a code that was made elsewhere, such as one for a bank transfer."""
    side = len(matrix) + 2 * QUIET_ZONE
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}" role="img">'
        f'<title>{escape(alt)}</title><path stroke="#000" d="{_dark_runs(matrix)}"/></svg>'
    )


def _dark_runs(matrix: tuple[bytearray, ...]) -> str:
    """Each row's dark stretches as strokes one module wide: half as much to draw as outlines, and no seams."""
    path = []
    for y, row in enumerate(matrix, start=QUIET_ZONE):
        start = None
        for x, dark in enumerate([*row, 0], start=QUIET_ZONE):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                path.append(f"M{start} {y}.5h{x - start}")
                start = None
    return "".join(path)
