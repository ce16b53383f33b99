"""A photo of a sheet → what is ticked on it."""

import cv2
import numpy as np

from lms.attendance.sheets.reader import ink
from lms.attendance.sheets.reader.finding import name_on, sheet_in
from lms.attendance.sheets.reader.verdict import Reading, RowFound, Trouble, Unusable

SHOWN_SCALE, SHOWN_QUALITY = 6, 72
"""Pixels a millimetre of the straight sheet as it is shown beside the proposals."""
READABLE_FROM = 0.3
"""Below this part of sharp boxes the whole photo is said to be blurred."""


def read(photo: bytes) -> Reading:
    """What the one sheet in this JPEG says, upright or not. Takes a second. Raises Unusable with the reason."""
    grey = cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise Unusable(Trouble.NO_SHEET)
    sheet = sheet_in(grey)
    name = name_on(sheet)
    straight = ink.Straight.of(sheet.straight(ink.SCALE))
    if ink.frames_seen(straight, name.rows, name.boxes) < READABLE_FROM:
        raise Unusable(Trouble.BLURRED)
    rows = tuple(
        RowFound(ink.ticks_of(straight, row, name.boxes), ink.is_signed(straight, row, name.boxes))
        for row in range(name.rows)
    )
    _, shown = cv2.imencode(".jpg", sheet.straight(SHOWN_SCALE), [cv2.IMWRITE_JPEG_QUALITY, SHOWN_QUALITY])
    return Reading(name, rows, shown.tobytes())
