"""Looking into an office document without unpacking it: its list alone tells whether it is safe to keep (S-61)."""

import stat
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lms.web.files.errors import HasMacros, NotWhatItSays, UnsafeArchive

MOST_ENTRIES = 5_000
LARGEST_LIST = 4_000_000
LARGEST_UNPACKED = 1_000_000_000
LARGEST_RATIO = 100
SMALL = 1_000_000
"""What unpacks to less than this may be packed as tightly as it likes: empty tables are."""
BEGINNING = b"PK\x03\x04"
END = b"PK\x05\x06"
END_LENGTH = 22
ENCRYPTED = 0x1
MACROS = ("vbaproject.bin", "vbadata.xml", "/activex/", "basic/", "scripts/")


@dataclass(frozen=True, slots=True)
class Listed:
    """The names in an archive, and what the first entry holds (an OpenDocument says there what it is)."""

    names: Sequence[str]
    first: bytes


def listed(path: Path) -> Listed:
    """What lies in the archive; nothing is unpacked but a short first entry.

    Raises NotWhatItSays when it is none, or has something before or after it (so that it is two kinds of file at once),
    UnsafeArchive for bombs, links, encrypted parts and names that lead elsewhere, HasMacros.
    """
    _refuse_strange_ends(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_bombs(entries)
            for entry in entries:
                _refuse_unsafe(entry)
            names = [entry.filename for entry in entries]
            if any(_is_macro(name) for name in names):
                raise HasMacros
            first = archive.read(entries[0]) if entries and entries[0].file_size <= LARGEST_RATIO else b""
            return Listed(names, first)
    # all that zipfile raises for what is no archive: offsets outside the file (OSError), unknown packing, encryption
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, struct.error, RuntimeError) as error:
        raise NotWhatItSays from error


def _refuse_strange_ends(path: Path) -> None:
    """An archive begins with an entry and ends with its list: APPNOTE.TXT 6.3.10, 4.3.6 and 4.3.16."""
    with path.open("rb") as file:
        if file.read(len(BEGINNING)) != BEGINNING:
            raise NotWhatItSays
        size = file.seek(0, 2)
        if size < END_LENGTH:
            raise NotWhatItSays
        file.seek(size - END_LENGTH)
        end = file.read(END_LENGTH)
    if not end.startswith(END):
        raise NotWhatItSays
    count, length, start = struct.unpack("<HII", end[10:20])
    if count > MOST_ENTRIES or length > LARGEST_LIST:
        raise UnsafeArchive
    if start + length + END_LENGTH != size:
        raise NotWhatItSays


def _refuse_bombs(entries: Sequence[zipfile.ZipInfo]) -> None:
    if not entries or len(entries) > MOST_ENTRIES:
        raise UnsafeArchive
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise UnsafeArchive
    if any(
        entry.file_size > SMALL and entry.file_size > LARGEST_RATIO * max(1, entry.compress_size)
        for entry in entries
    ):
        raise UnsafeArchive


def _refuse_unsafe(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    leads_elsewhere = name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if leads_elsewhere or is_link or "\x00" in name or entry.flag_bits & ENCRYPTED:
        raise UnsafeArchive


def _is_macro(name: str) -> bool:
    folded = name.casefold()
    return any(
        folded.startswith(mark) if mark.endswith("/") and not mark.startswith("/") else mark in f"/{folded}"
        for mark in MACROS
    )
