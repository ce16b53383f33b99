"""Tar files packed with gzip, as Moodle writes its larger backups."""

import gzip
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from content.packages import errors
from content.packages.entries import SMALL, Tally, shown

_AT_ONCE = 1 << 16
_BLOCK = 512
_LONGEST_HEADER = 1 << 20
_BROKEN = (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, OverflowError, IndexError)


def unpack_tar(
    path: Path,
    write: Callable[[str], IO[bytes]],
    make: Callable[[str], None],
    tally: Tally,
    on_progress: Callable[[int, int], None],
) -> None:
    """Hand every entry on, in the order of the archive; see `content.packages.archive.unpack`."""
    total = path.stat().st_size
    try:
        with path.open("rb") as packed, gzip.open(packed) as plain:
            stream = _Counted(plain, packed, tally, shown(path.name))
            # a stream may only be read forwards, and so does tarfile as long as each member is read when it comes
            with tarfile.open(fileobj=stream, mode="r:", encoding="utf-8") as archive:  # type: ignore[call-overload]
                for member in archive:
                    _unpack_one(archive, member, write, make, tally)
                    on_progress(min(packed.tell(), total), total)
            stream.finish()
    except _BROKEN as error:
        raise errors.DamagedArchive(place=shown(path.name)) from error
    on_progress(total, total)


def _unpack_one(
    archive: tarfile.TarFile,
    member: tarfile.TarInfo,
    write: Callable[[str], IO[bytes]],
    make: Callable[[str], None],
    tally: Tally,
) -> None:
    name = tally.enter(member.name, is_folder=member.isdir())
    if member.isdir():
        make(name)
        return
    if not member.isreg() or member.issparse() or not name:
        raise errors.NotAFile(place=shown(member.name))
    source = archive.extractfile(member)
    if source is None:
        raise errors.NotAFile(place=shown(member.name))
    unpacked = 0
    with source, write(name) as target:
        while piece := source.read(_AT_ONCE):
            unpacked += len(piece)
            tally.add(name, len(piece))
            target.write(piece)
    if unpacked != member.size:
        raise errors.DamagedArchive(place=shown(name))


class _Counted:
    """The plain bytes of the archive, read forwards, never many at once, and never more than the limits allow.

    tarfile reads a header of any length into memory, and takes a broken one for the end of the archive; neither is
    harmless in an archive of somebody else's.
    """

    def __init__(self, plain: gzip.GzipFile, packed: IO[bytes], tally: Tally, place: str) -> None:
        self.plain = plain
        self.packed = packed
        self.tally = tally
        self.place = place
        # headers and padding come on top of what the files hold
        self.most = tally.limits.bytes + 4 * _BLOCK * tally.limits.entries + SMALL
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LONGEST_HEADER:
            raise errors.DamagedArchive(place=self.place)
        self.last = self.plain.read(size)
        self._check(self.plain.tell())
        return self.last

    def seek(self, position: int, whence: int = 0) -> int:
        if whence != 0 or position < self.plain.tell():
            raise errors.DamagedArchive(place=self.place)
        while (left := position - self.plain.tell()) > 0 and self.read(min(left, _AT_ONCE)):
            pass
        return self.plain.tell()

    def tell(self) -> int:
        return self.plain.tell()

    def finish(self) -> None:
        """The archive has to end with an empty block; what follows is read for the sake of the checksum."""
        if len(self.last) != _BLOCK or any(self.last):
            raise errors.DamagedArchive(place=self.place)
        while self.read(_AT_ONCE):
            pass

    def _check(self, position: int) -> None:
        if position > self.most:
            raise errors.TooLarge(place=self.place, most=self.tally.limits.bytes // 1_000_000)
        self.tally.compare(self.place, position, self.packed.tell())
