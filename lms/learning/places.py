"""Where the files of lessons and the unpacked packages of others lie, below LMS_FILES."""

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from lms.web.files.errors import DiskIsFull
from lms.web.files.store import UNDER_WAY, Store

LESSON_FILES = "lessons"
PACKAGES = "packages"


def lesson_files(files: Path) -> Store:
    """The store of lesson files; copies and editions share what lies there."""
    return Store(files, LESSON_FILES)


class PackageFolders:
    """Unpacked packages, each a folder with a random name."""

    def __init__(self, files: Path) -> None:
        self.folder = files / PACKAGES

    def path_of(self, stored: str) -> Path:
        """Where a package lies. Raises ValueError for anything but a name that we gave."""
        if len(stored) != 32 or not set(stored) <= set("0123456789abcdef"):
            raise ValueError("not a name of ours")
        return self.folder / stored

    def keep(self, unpacked: Path) -> tuple[str, int]:
        """Move an unpacked folder here; gives its name and its size in bytes. Slow: call it in a thread."""
        stored = token_hex(16)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        size = sum(path.stat().st_size for path in unpacked.rglob("*") if path.is_file())
        shutil.move(unpacked, self.path_of(stored))
        return stored, size

    def double(self, stored: str) -> str:
        """The same files once more under a new name, which take no more room: they never change. Slow: call it in a thread.

        Raises DiskIsFull. Files that are missing stay missing.
        """
        doubled = token_hex(16)
        try:
            with suppress(FileNotFoundError):
                shutil.copytree(self.path_of(stored), self.path_of(doubled), copy_function=_linked)
            with suppress(FileNotFoundError):
                os.utime(self.path_of(doubled))  # it is swept by its age
        except (OSError, shutil.Error) as error:
            self.discard(doubled)
            raise DiskIsFull from error
        return doubled

    def discard(self, stored: str) -> None:
        """Take a package away that no row names."""
        shutil.rmtree(self.path_of(stored), ignore_errors=True)

    def sweep(self, named: Collection[str], now: datetime) -> int:
        """Take away what is old enough and named by no row; gives how many. Slow: call it in a thread."""
        before = (now - UNDER_WAY).timestamp()
        old = [
            path for path in self.folder.glob("*") if path.name not in named and path.stat().st_mtime < before
        ]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
        return len(old)


def _linked(source: str, target: str) -> None:
    """One more name for a file; a copy where the disk knows no such names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
