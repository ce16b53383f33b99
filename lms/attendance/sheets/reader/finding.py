"""Finds the sheet in a photo by its corner marks, lays it straight, and reads its square code.

The marks are AprilTags of the family 36h11 (Olson 2011), whose words differ in eleven bits at least: patterns of a table
cloth are never taken for one.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from lms.attendance.sheets.reader import layout
from lms.attendance.sheets.reader.layout import Name, name_in
from lms.attendance.sheets.reader.verdict import Trouble, Unusable

Picture = Any  # numpy's arrays of bytes; OpenCV's own types say no more

LONGEST_SIDE = 2600
"""Pixels at which marks are looked for: more takes longer and finds no more."""
NEEDED = 3
"""Marks that have to be seen: one may be under a thumb."""
SMALLEST_MARK = 22.0
"""Pixels of a mark's side below which a box is too small to be read."""
LARGEST_BEND = 4.0
"""Millimetres by which a mark may lie elsewhere than on a flat sheet."""
DARK, DULL = 45.0, 25.0
"""Brightness (0 to 255) below which a photo is too dark; sharpness below which it is blurred."""
CODE_SCALE = 14
DICTIONARY = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36H11)


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet in a photo: `scale` pixels a millimetre come out of `straight`."""

    photo: Picture
    lie: Picture
    """The homography from millimetres on the sheet to pixels of the photo."""

    def straight(self, scale: int, area: tuple[float, float, float, float] | None = None) -> Picture:
        """The sheet, or an area of it, as if it had been scanned."""
        left, top, right, bottom = area or (0.0, 0.0, layout.WIDTH, layout.HEIGHT)
        to_sheet = np.array([[1 / scale, 0, left], [0, 1 / scale, top], [0, 0, 1]])
        size = (round((right - left) * scale), round((bottom - top) * scale))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpPerspective(
            self.photo, self.lie @ to_sheet, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )


def sheet_in(photo: Picture) -> Found:
    """The one sheet in a photo in shades of grey. Raises Unusable."""
    corners = _marks(photo)
    if len(corners) < NEEDED:
        raise Unusable(_why(photo, len(corners)))
    if min(_side(one) for one in corners.values()) < SMALLEST_MARK:
        raise Unusable(Trouble.FAR)
    on_sheet = np.concatenate([_corners_on_sheet(number) for number in corners])
    in_photo = np.concatenate(list(corners.values()))
    lie: Picture = _homography(on_sheet, in_photo)
    if lie is None:  # four marks on one line
        raise Unusable(Trouble.NO_SHEET)
    back = cv2.perspectiveTransform(in_photo.reshape(-1, 1, 2), np.linalg.inv(lie)).reshape(-1, 2)
    if np.abs(back - on_sheet).max() > LARGEST_BEND:
        raise Unusable(Trouble.CREASED)
    return Found(photo, lie)


def _homography(on_sheet: Picture, in_photo: Picture) -> Picture:
    return cv2.findHomography(on_sheet, in_photo, 0)[0]


def name_on(sheet: Found) -> Name:
    """What the square code of a found sheet says. Raises Unusable."""
    area = sheet.straight(CODE_SCALE, layout.CODE_AREA)
    _, sharp = cv2.threshold(area, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    half = cv2.resize(area, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    for picture in (area, sharp, half, cv2.medianBlur(area, 5)):
        for reader in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
            text = _decoded(reader, picture)
            if text:
                name = name_in(text)
                if name is None:
                    raise Unusable(Trouble.FOREIGN_CODE)
                return name
    raise Unusable(Trouble.BLURRED if _is_blurred(sheet.photo) else Trouble.NO_CODE)


def _decoded(reader: Any, picture: Picture) -> str:
    try:
        text, _, _ = reader.detectAndDecode(picture)
    except cv2.error:  # a square that only looks like a code
        return ""
    return str(text)


def _marks(photo: Picture) -> dict[int, Picture]:
    """The corners of each mark of ours by its number, in pixels. Raises Unusable when one is there twice."""
    factor = min(1.0, LONGEST_SIDE / max(photo.shape))
    small = (
        photo
        if factor == 1.0
        else cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    )
    wanted = cv2.aruco.DetectorParameters()
    wanted.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(DICTIONARY, wanted)
    found: dict[int, Picture] = {}
    for picture in (small, cv2.createCLAHE(3.0, (8, 8)).apply(small)):
        seen: Picture = detector.detectMarkers(picture)  # numbers are None where nothing is found
        corners, numbers = seen[0], seen[1]
        ours = [
            (int(number), corner.reshape(4, 2) / factor)
            for number, corner in zip(() if numbers is None else numbers.ravel(), corners, strict=True)
            if int(number) in layout.MARK_CORNERS
        ]
        if max(Counter(number for number, _ in ours).values(), default=0) > 1:
            raise Unusable(Trouble.TWO_SHEETS)
        found = dict(ours) if len(ours) > len(found) else found
        if len(found) == len(layout.MARK_CORNERS):
            break
    return found


def _corners_on_sheet(number: int) -> Picture:
    left, top = layout.MARK_CORNERS[number]
    right, bottom = left + layout.MARK, top + layout.MARK
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _side(corners: Picture) -> float:
    return float(min(np.linalg.norm(corners[at] - corners[at - 1]) for at in range(4)))


def _why(photo: Picture, seen: int) -> Trouble:
    """The likeliest reason for which the marks are not seen."""
    if photo.mean() < DARK:
        return Trouble.DARK
    if seen:
        return Trouble.CUT_OFF
    if _is_blurred(photo):
        return Trouble.BLURRED
    text = _decoded(cv2.QRCodeDetector(), photo)
    if not text:
        return Trouble.NO_SHEET
    return Trouble.CUT_OFF if name_in(text) else Trouble.FOREIGN_CODE


def _is_blurred(photo: Picture) -> bool:
    small = cv2.resize(photo, (1000, max(1, round(1000 * photo.shape[0] / photo.shape[1]))))
    return bool(cv2.Laplacian(small, cv2.CV_64F).var() < DULL)
