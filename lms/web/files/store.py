"""Where files that people send lie: under random names below LMS_FILES, outside of what the web serves (S-61).

A file is written beside the others under a name that ends in `.part` and gets its own name when it is whole and looked at.
Whoever is killed before the row is written leaves a file that no row names: `sweep` takes it away a little later.
"""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

from lms.web.files.errors import DiskIsFull, FileTooLarge, is_full
from lms.web.files.kinds import checked

LARGEST_FILE = 100_000_000
"""In bytes (S-60)."""
PART = ".part"
CHUNK = 1_000_000
UNDER_WAY = timedelta(hours=6)
"""So old a file has to be before it is swept: an upload of 100 MB over a slow line is not taken away under somebody's hands."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store."""

    stored: str
    size: int
    media_type: str


class Store:
    """The files of one kind of thing, in a folder of their own below LMS_FILES."""

    def __init__(self, files: Path, folder: str) -> None:
        self.folder = files / folder

    def path_of(self, stored: str) -> Path:
        """Where a file lies. Raises ValueError for anything but a name that we gave."""
        if len(stored) != 32 or not set(stored) <= set("0123456789abcdef"):
            raise ValueError("not a name of ours")
        return self.folder / stored[:2] / stored

    def keep(self, source: BinaryIO, name: str) -> Kept:
        """Copy what was sent and look into it. Slow: call it in a thread.

        Raises FileTooLarge, FileEmpty, UnknownKind, HasMacros, NotWhatItSays, UnsafeArchive, CutOff, PlaysNowhere, DiskIsFull; then nothing is left of it.
        """
        stored = token_hex(16)
        path = self.path_of(stored)
        part = path.with_suffix(PART)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _copy(source, part)
            media_type = checked(part, name)
            part.rename(path)
        except BaseException as error:
            part.unlink(missing_ok=True)
            if is_full(error):
                raise DiskIsFull from error
            raise
        return Kept(stored, path.stat().st_size, media_type)

    def discard(self, stored: str) -> None:
        """Take a file away that no row names."""
        self.path_of(stored).unlink(missing_ok=True)

    def size_of(self, stored: str) -> int | None:
        """How large it is; None when it is missing."""
        with suppress(OSError):
            return self.path_of(stored).stat().st_size
        return None

    def read(self, stored: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` (included) to `end` (excluded), in pieces."""
        left = end - start
        with self.path_of(stored).open("rb") as file:
            file.seek(start)
            while left > 0 and (piece := file.read(min(CHUNK, left))):
                left -= len(piece)
                yield piece

    def sweep(self, named: Collection[str], now: datetime) -> int:
        """Take away what is old enough and named by no row, and uploads that never ended; gives how many. Slow: in a thread."""
        before = (now - UNDER_WAY).timestamp()
        swept = 0
        for path in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):
                if path.name not in named and path.stat().st_mtime < before:
                    path.unlink()
                    swept += 1
        return swept


def _copy(source: BinaryIO, target: Path) -> None:
    size = 0
    with target.open("xb") as file:
        os.chmod(target, 0o600)  # noqa: PTH101 - of the open file's name, at once
        while piece := source.read(CHUNK):
            size += len(piece)
            if size > LARGEST_FILE:
                raise FileTooLarge
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
