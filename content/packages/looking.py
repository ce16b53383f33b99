"""A look into an archive that was not unpacked: enough to say what it is."""

import tarfile
import zipfile
import zlib
from itertools import islice
from pathlib import Path

from content.errors import ContentError
from content.packages.entries import COURSE, Tally
from content.packages.markup import Element, parse_xml
from content.packages.zipped import refuse_long_list

_MOST = 20_000
_FIRST = 200
_LARGEST = 5_000_000
_MANIFEST = "imsmanifest.xml"


def first_files(path: Path) -> tuple[frozenset[str], Element | None]:
    """The names of the files, without a single folder around all of them, and the root of `imsmanifest.xml`. Never raises."""
    try:
        if zipfile.is_zipfile(path):
            return _of_zip(path)
        with tarfile.open(path, "r:gz") as archive:
            names = {member.name.removeprefix("./") for member in islice(archive, _FIRST)}
        # Moodle writes such a list first, and `moodle_backup.xml` anywhere behind it
        return frozenset(names | ({"moodle_backup.xml"} if ".ARCHIVE_INDEX" in names else set())), None
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        OSError,
        EOFError,
        zlib.error,
        ValueError,
        RuntimeError,
        NotImplementedError,
        ContentError,
    ):
        return frozenset(), None


def _of_zip(path: Path) -> tuple[frozenset[str], Element | None]:
    with path.open("rb") as file:
        refuse_long_list(file, Tally(COURSE))
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist()[:_MOST] if not name.startswith("__MACOSX/")]
            tops = {name.partition("/")[0] for name in names}
            top = f"{next(iter(tops))}/" if len(tops) == 1 and all("/" in name for name in names) else ""
            shorter = frozenset(_without_top(name, top) for name in names)
            if _MANIFEST not in shorter or archive.getinfo(f"{top}{_MANIFEST}").file_size > _LARGEST:
                return shorter, None
            return shorter, parse_xml(archive.read(f"{top}{_MANIFEST}"), place=_MANIFEST)


def _without_top(name: str, top: str) -> str:
    return name.removeprefix(top).removeprefix("./")
