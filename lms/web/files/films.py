"""Looking into videos: whether they are whole, and whether browsers play them. Nothing is decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lms.web.files.errors import CutOff, NotWhatItSays, PlaysNowhere

LARGEST_INDEX = 20_000_000
"""So large may the description of a video be (its `moov` box); an hour has about one million bytes of it."""
MOST_BOXES = 100_000
QUICKTIME = b"qt  "
UNPLAYED = {b"hvc1": "HEVC", b"hev1": "HEVC", b"apcn": "ProRes", b"apch": "ProRes", b"mp4v": "MPEG-4 Part 2"}
"""Sample entries (MP4 registration authority) of what common browsers do not all play."""
EBML = b"\x1a\x45\xdf\xa3"
SEGMENT = 0x18538067


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    size: int
    header: int


def check_mp4(path: Path) -> None:
    """Raises CutOff when a box ends behind the file or the description is missing, PlaysNowhere, NotWhatItSays.

    ISO/IEC 14496-12, 4.2: boxes of a 32-bit size and four letters; size 1 means that 64 bits follow, size 0 up to the end.
    """
    end = path.stat().st_size
    with path.open("rb") as file:
        boxes = list(_boxes(file, end))
        if any(box.start + box.size > end for box in boxes):
            raise CutOff
        found = {box.kind: box for box in boxes}
        if b"moov" not in found or not {b"mdat", b"moof"} & found.keys():
            raise CutOff
        first = _read(file, boxes[0])
        index = _read(file, found[b"moov"])
    if first[8:12] == QUICKTIME:
        raise PlaysNowhere(kind="QuickTime")
    for mark, kind in UNPLAYED.items():
        if mark in index:
            raise PlaysNowhere(kind=kind)


def check_webm(path: Path) -> None:
    """Raises NotWhatItSays unless its head says WebM, CutOff when its segment ends behind the file.

    RFC 8794: an EBML header, in which the document type stands, and then elements of an id and a size.
    """
    end = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != EBML:
            raise NotWhatItSays
        size = _number(file, keep_marker=False)
        head = file.read(min(size or 0, 1_000))
        if size is None or b"\x42\x82\x84webm" not in head:
            raise NotWhatItSays
        if _number(file, keep_marker=True) != SEGMENT:
            raise CutOff
        size = _number(file, keep_marker=False)
        if size is not None and file.tell() + size > end:
            raise CutOff


def _boxes(file: BinaryIO, end: int) -> Iterator[_Box]:
    at = 0
    for _ in range(MOST_BOXES):
        if at >= end:
            return
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise CutOff
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:
            size = end - at
        if size < header:
            raise NotWhatItSays
        yield _Box(head[4:8], at, size, header)
        at += size
    raise NotWhatItSays


def _read(file: BinaryIO, box: _Box) -> bytes:
    if box.size > LARGEST_INDEX:
        raise NotWhatItSays
    file.seek(box.start)
    return file.read(box.size)


def _number(file: BinaryIO, *, keep_marker: bool) -> int | None:
    """A number of variable length (RFC 8794, 4); None for an unknown size. Raises CutOff at the end of the file."""
    first = file.read(1)
    if not first or not first[0]:
        raise CutOff
    length = 9 - first[0].bit_length()
    rest = file.read(length - 1)
    if len(rest) < length - 1:
        raise CutOff
    number = int.from_bytes(first + rest, "big")
    if keep_marker:
        return number
    number -= 1 << (7 * length)
    return None if number == (1 << (7 * length)) - 1 else number
