"""Writing zip files: the same content makes the same bytes, on any day and any machine."""

import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DAY = (1980, 1, 1, 0, 0, 0)
_PACKED_ALREADY = frozenset(
    {
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "mp4",
        "webm",
        "mp3",
        "m4a",
        "ogg",
        "zip",
        "docx",
        "xlsx",
        "pptx",
        "odt",
    }
)


class ZipWriter:
    """Adds files in the order they come. Memory stays flat."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names: set[str] = set()

    def add(self, name: str, content: bytes) -> None:
        """A file that is in memory already."""
        self.archive.writestr(self._entry(name), content)

    def copy(self, name: str, path: Path) -> None:
        """A file from the disk."""
        entry = self._entry(name)
        entry.file_size = path.stat().st_size  # so that files over 2 GB get the fields they need
        with path.open("rb") as source, self.archive.open(entry, "w") as target:
            shutil.copyfileobj(source, target, 1 << 16)

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, _DAY)
        is_packed = name.rpartition(".")[2].lower() in _PACKED_ALREADY
        entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        entry.create_system = 3
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        self.names.add(name)
        return entry


@contextmanager
def writing(path: Path) -> Iterator[ZipWriter]:
    """A new zip at the path; on any failure there is none."""
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            yield ZipWriter(archive)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
