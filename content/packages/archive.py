"""Unpacking archives of others, a zip or a tar.gz (a Moodle backup is either), so that nothing can go wrong (S-61).

Nothing the archive says of itself is believed: sizes are counted while it is unpacked, names are judged before anything
is written, and archives inside are files like any other. Memory stays flat, whatever the archive holds.
"""

import errno
import shutil
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING

from content.packages import errors
from content.packages.entries import COURSE, PACKAGE, Limits, Tally, shown
from content.packages.tarred import unpack_tar
from content.packages.zipped import unpack_zip

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COURSE", "PACKAGE", "ArchiveKind", "Limits", "OnProgress", "Unpacked", "kind_of", "unpack"]

OnProgress = Callable[[int, int], None]
"""Told how many bytes are done, and of how many; of the unpacked ones in a zip, of the packed ones in a tar.gz."""


class ArchiveKind(StrEnum):
    """By the first bytes, never by the name."""

    ZIP = "zip"
    TAR_GZ = "tar_gz"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What lies in `folder` now: the names of its files, below it and with `/`, in the archive's order."""

    folder: Path
    names: Sequence[str]
    bytes: int


def kind_of(path: Path) -> ArchiveKind | None:
    """Which kind of archive the file is; None when it is none."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in {b"PK\x03\x04", b"PK\x05\x06"}:
        return ArchiveKind.ZIP
    return ArchiveKind.TAR_GZ if start[:3] == b"\x1f\x8b\x08" else None


def unpack(
    path: Path, folder: Path, *, limits: Limits = PACKAGE, on_progress: OnProgress | None = None
) -> Unpacked:
    """Unpack into `folder`, which is made, or is there and empty.

    Raises a `ContentError` whose `place` names the entry: see `content.packages.errors`. Then, and when anything else goes
    wrong (`on_progress` may raise to call it off), nothing of it is left behind.
    """
    kind = kind_of(path)
    if kind is None:
        raise errors.NotAnArchive(place=shown(path.name))
    with _all_or_nothing(folder):
        tally, target = Tally(limits), Target(folder)
        into = unpack_zip if kind is ArchiveKind.ZIP else unpack_tar
        into(path, target.write, target.make, tally, on_progress or _quiet)
    return Unpacked(folder, tuple(target.names), tally.bytes)


@contextmanager
def _all_or_nothing(folder: Path) -> "Iterator[None]":
    was_there = folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(errno.EEXIST, "unpacking into a folder that is not empty", str(folder))
    try:
        yield
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if was_there:
            folder.mkdir(exist_ok=True)
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise errors.NoRoom from error
        raise


class Target:
    """The folder that is written into. Files are made new and never follow a link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: list[str] = []

    def make(self, name: str) -> None:
        """Make a folder."""
        (self.folder / name).mkdir(parents=True, exist_ok=True)

    def write(self, name: str) -> IO[bytes]:
        """Open a new file to write."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.names.append(name)
        return path.open("xb")


def _quiet(_done: int, _total: int) -> None:
    pass
