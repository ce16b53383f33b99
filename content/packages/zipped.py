"""Zip files, by APPNOTE.TXT 6.3.10. Only entries that are stored or deflated are read: all that courses are packed with."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO

from content.packages import errors
from content.packages.entries import Tally, shown

_AT_ONCE = 1 << 16
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_LENGTH = 22
_LONGEST_COMMENT = 0xFFFF
_LOCAL_LENGTH = 30
_LISTED_EACH = 2_000
"""Bytes of the list that an entry may take: its name, and room for what others write beside it."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def unpack_zip(
    path: Path,
    write: Callable[[str], IO[bytes]],
    make: Callable[[str], None],
    tally: Tally,
    on_progress: Callable[[int, int], None],
) -> None:
    """Hand every entry on, in the order of the archive's list; see `content.packages.archive.unpack`."""
    try:
        with path.open("rb") as file:
            refuse_long_list(file, tally)
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                _refuse_promises(entries, tally)
                _refuse_overlaps(file, entries, archive.start_dir)
                _unpack_all(archive, entries, write, make, tally, on_progress)
    except _BROKEN as error:
        raise errors.DamagedArchive(place=shown(path.name)) from error


def _unpack_all(
    archive: zipfile.ZipFile,
    entries: Sequence[zipfile.ZipInfo],
    write: Callable[[str], IO[bytes]],
    make: Callable[[str], None],
    tally: Tally,
    on_progress: Callable[[int, int], None],
) -> None:
    total = sum(entry.file_size for entry in entries)
    for entry in entries:
        name = tally.enter(_name(entry), is_folder=entry.is_dir())
        _refuse_strange(entry, name)
        if entry.is_dir():
            make(name)
            continue
        try:
            with archive.open(entry) as source, write(name) as target:
                _copy(source, target, entry, name, tally, lambda: on_progress(tally.bytes, total))
        except _BROKEN as error:
            raise errors.DamagedArchive(place=shown(name)) from error
    on_progress(total, total)


def _copy(
    source: IO[bytes],
    target: IO[bytes],
    entry: zipfile.ZipInfo,
    name: str,
    tally: Tally,
    tell: Callable[[], None],
) -> None:
    unpacked = 0
    while piece := source.read(_AT_ONCE):
        unpacked += len(piece)
        tally.add(name, len(piece))
        tally.compare(name, unpacked, entry.compress_size)
        target.write(piece)
        tell()
    if unpacked != entry.file_size:
        raise errors.DamagedArchive(place=shown(name))


def refuse_long_list(file: IO[bytes], tally: Tally) -> None:
    """Before the list is read into memory: it says at the end how long it is (4.3.14, 4.3.16)."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_LENGTH - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_LENGTH:
        raise zipfile.BadZipFile
    count, length = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = tail[max(0, at - 20) : at]
    if locator[:4] == _LOCATOR64:
        file.seek(struct.unpack("<Q", locator[8:16])[0])
        end = file.read(56)
        if end[:4] != _END64:
            raise zipfile.BadZipFile
        count, length = struct.unpack("<QQ", end[32:48])
    file.seek(0)
    if count > tally.limits.entries or length > _LISTED_EACH * tally.limits.entries:
        raise errors.TooManyEntries(most=tally.limits.entries)


def _refuse_promises(entries: Sequence[zipfile.ZipInfo], tally: Tally) -> None:
    """What is too much by its own list need not be unpacked first."""
    if len(entries) > tally.limits.entries:
        raise errors.TooManyEntries(most=tally.limits.entries)
    largest = max(entries, key=lambda entry: entry.file_size, default=None)
    if largest is not None:
        Tally(tally.limits).add(shown(largest.filename), sum(entry.file_size for entry in entries))
    for entry in entries:
        tally.compare(shown(entry.filename), entry.file_size, entry.compress_size)


def _refuse_overlaps(file: IO[bytes], entries: Sequence[zipfile.ZipInfo], list_at: int) -> None:
    """Entries that share their bytes are how 10 MB become 281 TB (D. Fifield, A better zip bomb, 2019)."""
    spans: list[tuple[int, int, str]] = []
    for entry in entries:
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_LENGTH)
        if len(header) < _LOCAL_LENGTH:
            raise errors.DamagedArchive(place=shown(entry.filename))
        name, extra = struct.unpack("<HH", header[26:30])
        end = entry.header_offset + _LOCAL_LENGTH + name + extra + entry.compress_size
        spans.append((entry.header_offset, end, entry.filename))
    spans.sort()
    for (_, end, _), (start, _, name) in pairwise(
        [*spans, (list_at, list_at, spans[-1][2] if spans else "")]
    ):
        if end > start:
            raise errors.DamagedArchive(place=shown(name))


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was written. Old programs write UTF-8 without saying so; all others then mean code page 437."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _refuse_strange(entry: zipfile.ZipInfo, name: str) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise errors.EncryptedEntry(place=shown(name))
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise errors.NotAFile(place=shown(name))
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise errors.DamagedArchive(place=shown(name))
