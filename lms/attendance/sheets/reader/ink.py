"""How much ink is in a box, measured against the paper around it.

Ink is what is dark and thin. Closing a picture (dilation, then erosion) with something wider than a stroke takes strokes
away and leaves paper and shadows as they are; what differs is ink, however the light falls. A shadow's edge therefore is
none. Between "certainly nothing" and "certainly a tick" lies a wide band of "somebody has to look".
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from lms.attendance.sheets.reader import layout
from lms.attendance.sheets.reader.verdict import Tick

Picture = Any

SCALE = 8
"""Pixels a millimetre of the straight sheet."""
STROKE = 3.2
"""Millimetres: wider than every stroke, narrower than the space in a box."""
FAINT, STRONG = 0.13, 0.26
"""The part of the paper's brightness that is missing: at least FAINT for what might be a stroke, STRONG for what is one."""
EMPTY_BELOW, TICKED_FROM = 0.012, 0.035
"""Parts of a box's inside."""
STRUCK_OUT_FROM = 0.6
"""A box that is this dark was filled in, perhaps to take a tick back."""
BESIDE_FROM = 0.03
"""So much ink around an empty box may be a tick beside it."""
SIGNED_FROM = 0.006
SEARCH = 2.5
"""Millimetres around its place within which a box is looked for: paper bends, printers shrink."""
FRAME_SEEN, FRAME_DARK = 0.45, 0.22
"""How well the frame has to fit, and how dark it has to be: below that the photo is blurred there."""
BITS_SEEN = 0.5


@dataclass(frozen=True, slots=True)
class Straight:
    """A sheet laid straight, `SCALE` pixels a millimetre, with its ink from 0 (paper) to 1."""

    grey: Picture
    ink: Picture

    @classmethod
    def of(cls, grey: Picture) -> "Straight":
        """Measure the ink of a straight sheet."""
        calm = cv2.GaussianBlur(grey, (3, 3), 0)
        side = round(STROKE * SCALE) | 1
        paper = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)).astype(np.float32)
        return cls(calm, (paper - calm) / np.maximum(paper, 1))

    def part(self, left: float, top: float, right: float, bottom: float) -> Picture:
        """The ink of an area in millimetres; what lies beyond the sheet is left out."""
        rows = slice(max(0, round(top * SCALE)), max(0, round(bottom * SCALE)))
        return self.ink[rows, max(0, round(left * SCALE)) : max(0, round(right * SCALE))]


def ticks_of(sheet: Straight, row: int, boxes: int) -> tuple[Tick, ...]:
    """What is in each box of a row; all unsure where the row is not the one it should be."""
    if not _is_row(sheet, row):
        return (Tick.UNSURE,) * boxes
    return tuple(_tick(sheet, *layout.box_at(row, box)) for box in range(boxes))


def is_signed(sheet: Straight, row: int, boxes: int) -> bool:
    """Whether there is ink where one signs."""
    part = sheet.part(*layout.signature_at(row, boxes))
    return bool((part > FAINT).mean() >= SIGNED_FROM)


def frames_seen(sheet: Straight, rows: int, boxes: int) -> float:
    """The part of the boxes whose frames are sharp enough to be measured, from 0 to 1."""
    found = [
        _frame(sheet, *layout.box_at(row, box)) is not None for row in range(rows) for box in range(boxes)
    ]
    return sum(found) / len(found)


def _tick(sheet: Straight, across: float, down: float) -> Tick:
    middle = _frame(sheet, across, down)
    if middle is None:
        return Tick.UNSURE
    across, down = middle
    inside = layout.BOX / 2 - layout.FRAME - 0.4
    area = (across - inside, down - inside, across + inside, down + inside)
    part = sheet.part(*area)
    if _is_filled(sheet, area):
        return Tick.UNSURE
    if (part > STRONG).mean() >= TICKED_FROM:
        return Tick.TICKED
    if (part > FAINT).mean() >= EMPTY_BELOW:
        return Tick.UNSURE
    return Tick.UNSURE if _ink_beside(sheet, across, down) >= BESIDE_FROM else Tick.EMPTY


def _is_filled(sheet: Straight, area: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = (round(one * SCALE) for one in area)
    inside = float(np.percentile(sheet.grey[top:bottom, left:right], 75))
    reach = round(3.5 * SCALE)
    around = float(
        np.percentile(
            sheet.grey[max(0, top - reach) : bottom + reach, max(0, left - reach) : right + reach], 85
        )
    )
    return inside < STRUCK_OUT_FROM * around


def _ink_beside(sheet: Straight, across: float, down: float) -> float:
    """Strong ink in the ring between the frame and two millimetres around it, as a part of the ring."""
    near, far = layout.BOX / 2 + 0.5, layout.BOX / 2 + 2.0
    ring = sheet.part(across - far, down - far, across + far, down + far) > STRONG
    margin = round((far - near) * SCALE)
    kept = np.ones(ring.shape, bool)
    kept[margin:-margin, margin:-margin] = False
    return float(ring[kept].mean()) if kept.any() else 1.0


def _frame(sheet: Straight, across: float, down: float) -> tuple[float, float] | None:
    """Where the middle of a box really is, in millimetres; None where no sharp frame is near its place."""
    reach = layout.BOX / 2 + 0.5 + SEARCH
    left, top = across - reach, down - reach
    part = np.ascontiguousarray(sheet.part(left, top, across + reach, down + reach))
    if min(part.shape, default=0) < _TEMPLATE.shape[0]:
        return None
    fits = cv2.matchTemplate(part, _TEMPLATE, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    seen = part[y : y + _TEMPLATE.shape[0], x : x + _TEMPLATE.shape[1]]
    if best < FRAME_SEEN or float(np.median(seen[_TEMPLATE > 0])) < FRAME_DARK:
        return None
    half = _TEMPLATE.shape[0] / 2
    return left + (x + half) / SCALE, top + (y + half) / SCALE


def _is_row(sheet: Straight, row: int) -> bool:
    """Whether the little squares here are those of this row and of no other: a fold may have swallowed some."""
    left, top = layout.BITS_AT[0], layout.top_of(row) + layout.BITS_AT[1]
    width = (layout.BITS - 1) * layout.BIT_STEP + layout.BIT
    part = sheet.part(left - 2.0, top - SEARCH, left + width + 2.0, top + layout.BIT + SEARCH)
    part = np.ascontiguousarray(part)
    scores = [
        float(cv2.matchTemplate(part, pattern, cv2.TM_CCOEFF_NORMED).max())
        for pattern in _PATTERNS
        if part.shape[0] >= pattern.shape[0] and part.shape[1] >= pattern.shape[1]
    ]
    return bool(scores) and int(np.argmax(scores)) == row and max(scores) >= BITS_SEEN


def _box_template() -> Picture:
    side, line, margin = round(layout.BOX * SCALE), round(layout.FRAME * SCALE), round(0.5 * SCALE)
    template = np.zeros((side + 2 * margin,) * 2, np.float32)
    cv2.rectangle(template, (margin, margin), (margin + side - 1,) * 2, 1.0, -1)
    cv2.rectangle(template, (margin + line,) * 2, (margin + side - 1 - line,) * 2, 0.0, -1)
    return template


def _pattern(row: int) -> Picture:
    bit, step, margin = round(layout.BIT * SCALE), layout.BIT_STEP * SCALE, 4
    width = round((layout.BITS - 1) * step) + bit
    pattern = np.zeros((bit + 2 * margin, width + 2 * margin), np.float32)
    for place, is_there in enumerate(layout.bits_of(row)):
        if is_there:
            left = margin + round(place * step)
            pattern[margin : margin + bit, left : left + bit] = 1.0
    return pattern


_TEMPLATE = _box_template()
_PATTERNS = [_pattern(row) for row in range(layout.ROWS_PER_PAGE)]
