"""Photos of a list as telephones take them: a rendered page, ticks of a pen, and whatever happens between paper and file.

Everything is drawn with a fixed beginning of chance, so that the same photo comes out every time.
"""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lms.attendance.sheets.reader import layout

DPI = 180
PIXELS = DPI / 25.4
Picture = Any

PEN, PENCIL, FELT = (120, 50, 30), (120, 120, 120), (20, 20, 20)
"""Blue, green, red: the colours that OpenCV takes first."""
TABLE = (70, 96, 128)


def rendered(pdf: bytes, folder: Path) -> list[Picture]:
    """The pages as a printer lays them on paper."""
    folder.mkdir(exist_ok=True)
    file = folder / "sheet.pdf"
    file.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(file), str(folder / "page")], check=True)
    return [cv2.imread(str(page)) for page in sorted(folder.glob("page-*.png"))]


def ticked(
    page: Picture, ticks: Mapping[tuple[int, int], str], *, colour: Sequence[int] = PEN, width: float = 0.6
) -> Picture:
    """The page with something written into boxes, by row and box: "x", "v", "blot", "dot", "beside" or "sign" (no box)."""
    paper = page.copy()
    rng = np.random.default_rng(7)
    for (row, box), kind in ticks.items():
        across, down = layout.box_at(row, box)
        across, down = across + rng.uniform(-0.6, 0.6), down + rng.uniform(-0.6, 0.6)
        for line in _strokes(kind, across, down):
            points = np.array([(x * PIXELS, y * PIXELS) for x, y in line], np.int32)
            thickness = max(1, round(width * PIXELS))
            cv2.polylines(
                paper, [points], isClosed=False, color=colour, thickness=thickness, lineType=cv2.LINE_AA
            )
        if kind == "blot":
            half = 2.9
            corner = [round((one - half) * PIXELS) for one in (across, down)]
            other = [round((one + half) * PIXELS) for one in (across, down)]
            cv2.rectangle(paper, corner, other, colour, -1)
        if kind == "dot":
            cv2.circle(
                paper, (round(across * PIXELS), round(down * PIXELS)), round(0.45 * PIXELS), colour, -1
            )
    return paper


def _strokes(kind: str, x: float, y: float) -> list[list[tuple[float, float]]]:
    if kind == "x":
        return [[(x - 2.4, y - 2.4), (x + 2.4, y + 2.4)], [(x + 2.4, y - 2.4), (x - 2.4, y + 2.4)]]
    if kind == "v":
        return [[(x - 2, y), (x - 0.6, y + 2.2), (x + 3.6, y - 4)]]
    if kind == "beside":
        return [[(x + 4.4, y - 2.4), (x + 4.9, y + 2.6)], [(x + 5.4, y - 2.2), (x + 3.9, y + 2.2)]]
    if kind == "sign":
        return [[(x + 17 + step, y + 2.5 * np.sin(step * 1.7)) for step in np.arange(0, 14, 0.4)]]
    return []


@dataclass(frozen=True)
class Camera:
    """How a photo is taken: where the corners of the paper land (parts of width and height), and what light and lens do."""

    corners: Sequence[tuple[float, float]] = ((0.06, 0.05), (0.94, 0.05), (0.94, 0.95), (0.06, 0.95))
    width: int = 1400
    quality: int = 80
    noise: float = 3.0
    blur: float = 0.0
    light: Callable[[Picture], Picture] = field(default=lambda picture: picture)
    turned: int = 0
    bent: float = 0.0
    """Millimetres by which the paper's middle is out of place."""


def taken(page: Picture, camera: Camera = Camera()) -> bytes:  # frozen
    """The photo as a JPEG."""
    paper = _bent(page, camera.bent) if camera.bent else page
    height, width = camera.width * 4 // 3, camera.width
    corners = np.array([(x * width, y * height) for x, y in camera.corners], np.float32)
    rows, columns = paper.shape[:2]
    own = np.array([(0, 0), (columns, 0), (columns, rows), (0, rows)], np.float32)
    lie = cv2.getPerspectiveTransform(own, corners)
    table = np.full((height, width, 3), TABLE, np.uint8)
    photo = cv2.warpPerspective(
        paper, lie, (width, height), dst=table, borderMode=cv2.BORDER_TRANSPARENT, flags=cv2.INTER_AREA
    )
    photo = camera.light(photo)
    if camera.blur:
        photo = cv2.GaussianBlur(photo, (0, 0), camera.blur)
    rng = np.random.default_rng(11)
    photo = np.clip(photo + rng.normal(0, camera.noise, photo.shape), 0, 255).astype(np.uint8)
    for _ in range(camera.turned):
        photo = cv2.rotate(photo, cv2.ROTATE_90_CLOCKWISE)
    _, file = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, camera.quality])
    return bytes(file)


def _bent(page: Picture, millimetres: float) -> Picture:
    """Paper that waves: rows move up and down, columns a little to the side."""
    rows, columns = np.mgrid[0 : page.shape[0], 0 : page.shape[1]].astype(np.float32)
    wave = millimetres * PIXELS
    down = rows + wave * np.sin(columns / page.shape[1] * np.pi)
    across = columns + wave * 0.5 * np.sin(rows / page.shape[0] * 2 * np.pi)
    return cv2.remap(page, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def dimmed(factor: float) -> Callable[[Picture], Picture]:
    """Evening light."""
    return lambda picture: picture * factor


def shadow(picture: Picture) -> Picture:
    """The hard shadow of the hand that holds the telephone, across the sheet."""
    cover = np.zeros(picture.shape[:2], np.float32)
    height, width = cover.shape
    points = np.array([(0, height * 0.35), (width, height * 0.6), (width, height), (0, height)], np.int32)
    cv2.fillPoly(cover, [points], 1.0)
    cover = cv2.GaussianBlur(cover, (0, 0), 4)[..., None]
    return picture * (1 - 0.5 * cover)


def lamp(picture: Picture) -> Picture:
    """Light from the left only."""
    return picture * np.linspace(1.0, 0.45, picture.shape[1])[None, :, None]


def creased(picture: Picture) -> Picture:
    """Paper that was crumpled up and smoothed out: thin folds everywhere, a little darker than the rest."""
    rng, folds = np.random.default_rng(5), np.ones(picture.shape[:2], np.float32)
    height, width = folds.shape
    for _ in range(60):
        ends = [(int(x * width), int(y * height)) for x, y in rng.uniform(0, 1, (2, 2))]
        cv2.line(folds, ends[0], ends[1], float(rng.uniform(0.80, 0.92)), 3, cv2.LINE_AA)
    return picture * folds[..., None]


def beside(left: bytes, right: bytes) -> bytes:
    """Two photos in one."""
    both: list[Any] = [cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_COLOR) for one in (left, right)]
    _, file = cv2.imencode(".jpg", np.hstack(both))
    return bytes(file)
